"""Coded episodes: what a file must hold, mistakes named by line and column, and what was known by a date."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ParleyError
from sim.evidence.calibration import episodes
from sim.evidence.calibration.episodes import HORIZONS, NEEDED, PREFIX, SCALES, TIERS, read_episodes, shipped
from tests.evidence import factories

NOTHING = factories.outcomes(factories.NOT_SCORED, factories.NOT_SCORED)


def read(folder: Path, *rows: dict[str, str], **options: Any) -> tuple[episodes.Episode, ...]:
    return read_episodes(factories.file(folder, rows), **options).episodes


def refusal(path: Path) -> str:
    """The message for a file, after its name."""
    with pytest.raises(ParleyError) as caught:
        read_episodes(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ") and "\n" not in said and said.isprintable()
    return said.removeprefix(f"{path}: ")


def test_the_shipped_file_reads() -> None:
    reading = read_episodes(shipped())
    assert (len(reading.episodes), len({e.cluster for e in reading.episodes}), reading.n_later) == (116, 38, 0)
    # Two rows of spring 2025 were open when the file was made.
    assert [e.episode_id for e in reading.episodes if not e.is_scored] == ["PAR25", "IST25"]


def test_a_row_by_hand(tmp_path: Path) -> None:
    assert read(tmp_path, factories.cells()) == (factories.episode(),)
    assert (factories.episode().age_days, factories.episode().years) == (1461, 4.0)
    assert factories.episode().is_scored and not factories.episode(outcomes=NOTHING).is_scored


def test_what_may_be_blank(tmp_path: Path) -> None:
    blank = dict.fromkeys(("name", "war_type", "side_a", "side_b", "durable_cf", "mutual_cf", "outcome"), "")
    (one,) = read(tmp_path, factories.cells(**blank))
    assert (one.name, one.war_type, one.side_a, one.side_b, one.outcome) == ("ONE", "", "side A", "side B", "")
    (one,) = read(tmp_path, factories.cells(dur30_30="", mut_365=""))
    assert one.outcomes == factories.outcomes((None, 1, 1, 1), (1, 1, 1, None))


def test_without_outcome_columns_nothing_is_scored(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(factories.text([factories.cells()], (*NEEDED, "war_start")))
    (one,) = read_episodes(path).episodes
    assert one.outcomes == NOTHING and not one.is_scored


def test_the_age_of_the_war_may_stand_for_its_start(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(factories.text([factories.cells(war_age_days=1461)], (*NEEDED, "war_age_days")))
    assert read_episodes(path).episodes[0].war_start == factories.WAR_START
    both = (*NEEDED, "war_start", "war_age_days")
    path.write_text(factories.text([factories.cells(war_age_days=1461, war_start="")], both))
    assert read_episodes(path).episodes[0].war_start == factories.WAR_START
    path.write_text(factories.text([factories.cells(war_age_days=7)], both))
    assert read_episodes(path).episodes[0].war_start == factories.WAR_START  # where both are given, the date counts
    path.write_text(factories.text([factories.cells(war_age_days="", war_start="")], both))
    assert refusal(path) == "line 2: war_age_days: expected a whole number from 0 to 36500, got a blank cell"
    path.write_text(
        factories.text([factories.cells(war_age_days=400, talks_opened="0001-12-31")], (*NEEDED, "war_age_days"))
    )
    assert refusal(path) == "line 2: war_age_days: expected a whole number from 0 to 364, got '400'"


WHOLE = "a whole number from 0 to 3"
BROKEN = {
    "text": ({"patron_a": "many"}, f"patron_a: expected {WHOLE}, got 'many'"),
    "half": ({"guarantees": "1.5"}, f"guarantees: expected {WHOLE}, got '1.5'"),
    "above": ({"attendance": "4"}, f"attendance: expected {WHOLE}, got '4'"),
    "below": ({"momentum_a": "-3"}, "momentum_a: expected a whole number from -2 to 2, got '-3'"),
    "overflow": (
        {"prior_failed_cf": "1e400"},
        "prior_failed_cf: expected a whole number from 0 to 1000, got '1e400'",
    ),
    "infinite": ({"stalemate": "inf"}, "stalemate: expected a whole number from 0 to 2, got 'inf'"),
    "not a number": ({"coercive_pressure": "nan"}, f"coercive_pressure: expected {WHOLE}, got 'nan'"),
    "another script": ({"maximalism_a": "三"}, f"maximalism_a: expected {WHOLE}, got '三'"),
    "control": ({"maximalism_b": "\x1b[2J"}, "maximalism_b: expected visible text, got the hidden character U+001B"),
    "blank code": ({"patron_b": "  "}, f"patron_b: expected {WHOLE}, got a blank cell"),
    "blank id": ({"episode_id": ""}, "episode_id: expected a value, got a blank cell"),
    "blank war": ({"cluster": ""}, "cluster: expected a value, got a blank cell"),
    "blank date": ({"talks_opened": ""}, "talks_opened: expected a date such as 2025-05-15, got a blank cell"),
    "no such day": (
        {"talks_opened": "2004-02-30"},
        "talks_opened: expected a date such as 2025-05-15, got '2004-02-30'",
    ),
    "other order": (
        {"war_start": "1/1/2000"},
        "war_start: expected a date such as 2025-05-15, year first (2000-01-01?), got '1/1/2000'",
    ),
    "no start": ({"war_start": ""}, "war_start: expected a date such as 2025-05-15, got a blank cell"),
    "late start": (
        {"war_start": "2004-01-02"},
        "war_start: expected a day not after talks opened on 2004-01-01, got 2004-01-02",
    ),
    "outcome": ({"dur30_90": "2"}, "dur30_90: expected 0 or 1, got '2'"),
    "outcome in words": ({"mut_180": "yes"}, "mut_180: expected 0 or 1, got 'yes'"),
    "un-happens": ({"dur30_180": "0"}, "dur30_180: expected 1 after a 1, since what has begun stays begun, got 0"),
    "un-happens later": (
        {"mut_90": "", "mut_180": "", "mut_365": "0"},
        "mut_365: expected 1 after a 1, since what has begun stays begun, got 0",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_cell_is_named(what: str, tmp_path: Path) -> None:
    changes, message = BROKEN[what]
    rows = [factories.cells(episode_id="BEFORE", name="two\nlines"), factories.cells(**changes)]
    # Line 1 is the header, the row before takes lines 2 and 3.
    assert refusal(factories.file(tmp_path, rows)) == f"line 4 (row 3): {message}"


def test_every_scale_ends_where_it_says(tmp_path: Path) -> None:
    for name, (low, high) in SCALES.items():
        ends = read(tmp_path, factories.cells(**{name: low}), factories.cells(episode_id="TWO", **{name: high}))
        assert [getattr(one, name) for one in ends] == [low, high]
        for beyond in (low - 1, high + 1):
            said = f"line 2: {name}: expected a whole number from {low} to {high}, got '{beyond}'"
            assert refusal(factories.file(tmp_path, [factories.cells(**{name: beyond})])) == said


def test_an_id_comes_once(tmp_path: Path) -> None:
    path = factories.file(tmp_path, [factories.cells(), factories.cells(episode_id="TWO"), factories.cells()])
    assert refusal(path) == "line 4: episode_id: expected an id of its own, got `ONE` of line 2"


def test_columns_missing_and_doubled(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    for wrong, said in (
        ("Cluster", "there is no column `cluster` (is it `Cluster`?)"),
        ("war", "there is no column `cluster`; unknown column `war` (columns of your own begin with `note`)"),
    ):
        path.write_text(factories.text([factories.cells()]).replace("cluster", wrong, 1))
        assert refusal(path) == f"line 1: {said}"
    path.write_text(factories.text([factories.cells()]).replace("cluster,", "").replace("attendance", "atendance"))
    assert refusal(path) == "line 1: there is no column `cluster`, `attendance` (is it `atendance`?)"
    path.write_text(factories.text([factories.cells()], NEEDED))
    assert refusal(path) == "line 1: there is no column `war_start` (or `war_age_days`)"
    path.write_text(factories.text([factories.cells()]).replace("side_b", "side_a", 1))
    assert refusal(path) == "line 1: column `side_a` stands twice"


def test_more_cells_than_columns(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    plain = factories.text([factories.cells()])
    path.write_text(plain.replace("signed on day 40", "signed, on day 40"))  # a comma that nobody quoted
    said = "outcome: expected no cell beyond the last column, got one after this; is a comma not quoted?"
    assert refusal(path) == f"line 2: {said}"
    # A spreadsheet's empty columns are no mistake.
    path.write_text("\n".join(f"{line},," for line in plain.splitlines()))
    assert read_episodes(path).episodes == (factories.episode(),)


@pytest.mark.parametrize("change", ["\ufeff", "\r\n", "\n\n"], ids=["byte order mark", "CRLF", "blank lines"])
def test_files_as_spreadsheets_write_them(change: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    text = factories.text([factories.cells(), factories.cells(episode_id="TWO", patron_a="x")])
    text = change + text if change == "\ufeff" else text.replace("\n", change)
    path.write_bytes(text.encode())
    line = 5 if change == "\n\n" else 3
    assert refusal(path) == f"line {line}: patron_a: expected {WHOLE}, got 'x'"
    path.write_bytes(text.replace(",x,", ",2,").encode())
    assert read_episodes(path).episodes == (factories.episode(), factories.episode(episode_id="TWO"))


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert refusal(path) == "error: cannot be read: No such file or directory"
    assert refusal(tmp_path) == "error: expected a regular file, got a directory"
    said = {
        b"\x89PNG\r\n\x1a\n\xff\xfe": "line 1: expected UTF-8 text, got byte 0x89 (in Windows-1252 '‰'): "
        'save the file as "CSV UTF-8"',
        b'episode_id,"cluster\n': 'line 1: the quote (") that opens in the row of line 1 is never closed',
        b"\x00\x01\x02\n": "line 1: expected UTF-8 text, got a zero byte: a binary or UTF-16 file: "
        'save the file as "CSV UTF-8"',
    }
    for content, words in said.items():
        path.write_bytes(content)
        assert refusal(path) == words
    for content in (b"", b"\n", b",,\r\n"):
        path.write_bytes(content)
        assert refusal(path).startswith("error: expected a header with `episode_id`, `cluster`, ")
    path.write_text(factories.text([]))
    assert refusal(path) == "line 1: expected a row below the header, got none"


def test_there_is_a_limit_to_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(episodes, "MOST_ROWS", 2)
    rows = [factories.cells(episode_id=str(number)) for number in range(3)]
    assert len(read(tmp_path, *rows[:2])) == 2
    assert refusal(factories.file(tmp_path, rows)) == "error: expected at most 2 rows, got 3"


# As of a date


@pytest.mark.parametrize(
    ("day", "durable", "mutual"),
    [
        ("2004-01-20", (None, None, None, None), (None, None, None, None)),
        ("2004-01-21", (None, None, None, None), (1, 1, 1, 1)),  # the mutual ceasefire begins, day 20
        ("2004-02-29", (None, None, None, None), (1, 1, 1, 1)),
        ("2004-03-01", (0, None, None, None), (1, 1, 1, 1)),  # 30 days and 30 more without a durable one
        ("2004-03-10", (0, None, None, None), (1, 1, 1, 1)),
        ("2004-03-11", (0, 1, 1, 1), (1, 1, 1, 1)),  # the ceasefire of day 40 has lasted 30 days
    ],
)
def test_what_was_known_of_a_row_with_halts(day: str, durable: Any, mutual: Any, tmp_path: Path) -> None:
    (one,) = read(tmp_path, factories.cells(), as_of=date.fromisoformat(day))
    assert one.outcomes == factories.outcomes(durable, mutual)
    assert one.outcome == ""  # what came of it was not yet known


@pytest.mark.parametrize("tier", TIERS)
def test_that_nothing_happened_is_known_when_the_time_is_over(tier: str, tmp_path: Path) -> None:
    lag = 30 if tier == "durable" else 0
    never = factories.cells(durable_cf="", mutual_cf="", **dict.fromkeys(factories.OUTCOMES, 0))
    for place, days in enumerate(HORIZONS):
        for late in (0, 1):
            day = factories.OPENED + timedelta(days=days + lag - 1 + late)
            (one,) = read(tmp_path, never, as_of=day)
            n_known = place + late
            assert one.outcomes[tier] == (0,) * n_known + (None,) * (4 - n_known)


def test_what_came_of_it_is_read_a_year_and_a_month_later(tmp_path: Path) -> None:
    for day, said in (("2005-01-29", ""), ("2005-01-30", "signed on day 40")):
        assert read(tmp_path, factories.cells(), as_of=date.fromisoformat(day))[0].outcome == said


def test_an_unknown_date_of_the_halt_waits_for_the_horizon(tmp_path: Path) -> None:
    for said in ("", "unknown", "1999-01-01", "9999-12-31"):
        row = factories.cells(durable_cf=said)
        (one,) = read(tmp_path, row, as_of=date(2004, 4, 29))  # day 119
        assert one.outcomes["durable"] == (0, None, None, None)
        (one,) = read(tmp_path, row, as_of=date(2004, 4, 30))
        assert one.outcomes["durable"] == (0, 1, None, None)


def test_rows_opened_later(tmp_path: Path) -> None:
    rows = [factories.cells(episode_id="LATE", talks_opened="2006-01-01"), factories.cells()]
    assert read_episodes(factories.file(tmp_path, rows), date(2005, 12, 31)).n_later == 1
    assert [one.episode_id for one in read(tmp_path, *rows, as_of=date(2005, 12, 31))] == ["ONE"]
    assert len(read(tmp_path, *rows, as_of=date(2006, 1, 1))) == 2
    late, one = read(tmp_path, *rows, as_of=date(2005, 12, 31), keep_later=True)  # in the order of the file
    assert (late.episode_id, late.outcomes, late.outcome) == ("LATE", NOTHING, "")
    assert one.is_scored


def test_the_last_day_of_the_calendar(tmp_path: Path) -> None:
    row = factories.cells(talks_opened="9999-12-31", durable_cf="9999-12-31")
    (one,) = read(tmp_path, row, as_of=date.max)
    assert one.outcomes == NOTHING
    assert read(tmp_path, factories.cells(), as_of=date.max) == (factories.episode(),)
    assert read(tmp_path, factories.cells(), as_of=date.min) == ()


GARBAGE = ("BOOM", "999", "-1", "1e400", "1", "0")


def later_made_garbage(rows: list[dict[str, str]], day: date) -> tuple[list[dict[str, str]], int]:
    """Rows with garbage where ``day`` may not look, by the days to the events that the file states; and how much."""
    changed, n = [], 0
    for row in rows:
        opened = date.fromisoformat(row["talks_opened"])
        if opened > day:
            kept = {"talks_opened": row["talks_opened"]}
            changed.append({name: kept.get(name, GARBAGE[len(name) % 6]) for name in row})
            n += 1
            continue
        row = dict(row)
        seen = (day - opened).days
        for tier, lag in zip(TIERS, (30, 0), strict=True):
            began = float(row[f"days_to_{tier}_cf"] or "inf")
            if began + lag > seen:
                row[f"{tier}_cf"] = ("BOOM", "", "2200-01-01")[n % 3]
            for days in HORIZONS:
                if seen < min(days + lag, began + lag if began <= days else 10**9):
                    row[f"{PREFIX[tier]}_{days}"] = GARBAGE[n % 6]
                    n += 1
        if seen < 395:
            row["outcome"] = "BOOM"
        changed.append(row)
    return changed, n


@pytest.mark.parametrize("day", [date(1972, 11, 1), date(1992, 3, 1), date(2015, 3, 1), date(2024, 12, 1)])
def test_canary_what_came_later_is_never_read(day: date, tmp_path: Path) -> None:
    with shipped().open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    garbage, n = later_made_garbage(rows, day)
    assert n > 10
    path = tmp_path / "garbage.csv"
    path.write_text(factories.text(garbage, list(rows[0])), encoding="utf-8")
    known = read_episodes(path, day)
    shown = read_episodes(shipped(), day)
    assert repr((known.episodes, known.n_later)) == repr((shown.episodes, shown.n_later))  # byte for byte
    assert sum(one.is_scored for one in known.episodes) > 5
    without = [row for row in garbage if row["talks_opened"] <= day.isoformat()]
    path.write_text(factories.text(without, list(rows[0])), encoding="utf-8")
    assert repr(read_episodes(path, day).episodes) == repr(known.episodes)


def test_canary_without_a_date_the_same_garbage_is_an_error(tmp_path: Path) -> None:
    rows, _ = later_made_garbage([factories.cells(days_to_durable_cf=40, days_to_mutual_cf=20)], date(2004, 1, 31))
    path = factories.file(tmp_path, rows)
    assert read_episodes(path, date(2004, 1, 31)).episodes[0].outcomes == factories.outcomes(
        factories.NOT_SCORED, (1, 1, 1, 1)
    )
    assert refusal(path) == "line 2: dur30_30: expected 0 or 1, got 'BOOM'"


def test_later_rows_that_are_kept_may_be_anything(tmp_path: Path) -> None:
    late = {"talks_opened": "2030-01-01"}
    absurd = [
        factories.cells(**late, episode_id="A", **dict.fromkeys(factories.OUTCOMES, "BOOM")),
        factories.cells(**late, episode_id="B", patron_a="999"),
        factories.cells(**late, episode_id="ONE"),  # the id of a row that is known
        factories.cells(**late, episode_id="A", momentum_a="-2"),
        factories.cells(**late, episode_id="", cluster=""),
        factories.cells(),
    ]
    path = factories.file(tmp_path, absurd)
    reading = read_episodes(path, date(2029, 1, 1), keep_later=True)
    assert [(one.episode_id, one.is_scored) for one in reading.episodes] == [("A", False), ("ONE", True)]
    assert (reading.n_later, reading.episodes[0].momentum_a) == (5, 1)
    longer = [f"{line},x" if "2030" in line else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(longer))  # too many cells as well
    assert [one.episode_id for one in read_episodes(path, date(2029, 1, 1), keep_later=True).episodes] == ["ONE"]
