"""A blank sheet gives nothing away, and a filled one is compared with the file number by number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim.errors import ParleyError
from sim.evidence.intercoder import merge_readings as merging
from sim.evidence.intercoder import odds_by_reading, second_coding
from sim.evidence.intercoder.merge_readings import How, merge_readings
from sim.evidence.intercoder.odds_by_reading import odds_of_readings, swap_one_by_one
from sim.evidence.intercoder.second_coding import (
    CodingComparison,
    Difference,
    briefing,
    coding_sheet,
    compare_codings,
    to_code,
)
from sim.scenario.checks.references import check
from sim.scenario.reading.load import load, names
from sim.scenario.sampling.calibrated_keys import calibrated
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.sampling.readings import as_read

NAME = "iran_iraq/july_1988"


def filled(tmp_path: Path, **cells: tuple[str, str, str]) -> Path:
    rows = list(csv.DictReader(io.StringIO(coding_sheet(NAME))))
    for row in rows:
        key = row["path"].replace(".", "__")
        if key in cells:
            row["low"], row["central"], row["high"] = cells[key]
            row["ground"] = "read"
    path = tmp_path / "sheet.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def test_a_coding_sheet_has_every_stated_number_and_no_value() -> None:
    rows = list(csv.DictReader(io.StringIO(coding_sheet(NAME))))
    assert [row["path"] for row in rows] == list(to_code(load(NAME)))
    assert {"parties.Iran.strain", "war.momentum", "issues.land.status_quo"} <= {row["path"] for row in rows}
    assert "war.learning" in {row["path"] for row in rows} and "talks.text_prob" not in {row["path"] for row in rows}
    assert all(row[key] == "" for row in rows for key in ("low", "central", "high", "ground"))
    assert all(row["meaning"] for row in rows)
    (strain,) = (row for row in rows if row["path"] == "parties.Iran.strain")
    assert (strain["unit"], strain["from"]) == ("utils", "0")


def test_a_briefing_gives_scales_and_no_position() -> None:
    text = briefing(NAME)
    scenario = load(NAME)
    for issue in scenario.issues.values():
        assert issue.scale in text
    assert "1988-07-18" in text and "Secretary-General" in text
    assert not re.search(r"coded|judgement|\.csv", text), "no notes, which give values away"


def test_the_largest_disagreements_come_first(tmp_path: Path) -> None:
    sheet = filled(
        tmp_path,
        parties__Iran__strain=("0.09", "0.13", "0.2"),  # file: .08, .12, .18
        parties__Iraq__strain=("0.09", "0.13", "0.3"),  # file: .03, .06, .10
        parties__Iran__optimism=("0.2", "0.3", "0.4"),  # file: .00, .05, .15
        issues__shatt__status_quo=("", "0.5", ""),  # file: .5
    )
    found = compare_codings(NAME, sheet)
    assert [(one.path, one.verdict) for one in found.differences] == [
        ("parties.Iran.optimism", "apart"),
        ("parties.Iraq.strain", "overlap"),
        ("issues.shatt.status_quo", "alike"),
        ("parties.Iran.strain", "alike"),
    ]
    assert len(found.blank) == len(to_code(load(NAME))) - 4
    assert list(found.table()["verdict"]) == ["apart", "overlap", "alike", "alike"]
    assert found.as_dict()["differences"][0]["ground"] == "read"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("0.3", "0.2", "0.4"), "central: expected rising numbers, got low 0.3, central 0.2, high 0.4"),
        (("0.1", "", "0.4"), "central: expected a number, got a blank cell"),
        (("a", "0.2", "0.4"), "low: expected a number, got 'a'"),
        (("0", "nan", "1"), "central: expected a number, got 'nan'"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(tmp_path: Path, cells: tuple[str, str, str], said: str) -> None:
    sheet = filled(tmp_path, issues__land__status_quo=cells)
    with pytest.raises(ParleyError, match=rf"sheet.csv: line \d+: {said}"):
        compare_codings(NAME, sheet)


def test_a_sheet_of_another_war_or_none(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("path,low,central,high,ground\nparties.Irn.strain,,.1,,\n", encoding="utf-8")
    with pytest.raises(ParleyError, match="did you mean `parties.Iran.strain`"):
        compare_codings(NAME, path)
    path.write_text("path,low\n", encoding="utf-8")
    with pytest.raises(ParleyError, match="there is no column `central`, `high`, `ground`$"):
        compare_codings(NAME, path)
    with pytest.raises(ParleyError, match="cannot be read"):
        compare_codings(NAME, tmp_path / "none.csv")


def test_a_shipped_sheet_is_found_by_its_short_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From any folder; a file of one's own by that path comes first, and a link out of ./scenarios is refused."""
    monkeypatch.chdir(tmp_path)
    short = Path("readings/iran_iraq_july_1988.csv")
    assert compare_codings(NAME, short) == compare_codings(NAME, sheet_of(NAME))
    own = filled(tmp_path, war__learning=("0.2", "0.3", "0.4"))
    Path("scenarios/readings").mkdir(parents=True)
    (Path("scenarios") / short).symlink_to(own)
    with pytest.raises(ParleyError, match="leads out of the scenarios folder by a link"):
        compare_codings(NAME, short)
    short.parent.mkdir()
    own.rename(short)
    assert [one.path for one in compare_codings(NAME, short).differences] == ["war.learning"]
    with pytest.raises(ParleyError, match=r"readings/iran_iraq_july_1989\.csv: error: cannot be read"):
        compare_codings(NAME, "readings/iran_iraq_july_1989.csv")


# -- the readings that are there ---------------------------------------------------------------------

ROOT = Path(__file__).parents[3]
READINGS = ROOT / "scenarios" / "readings"
BASE = "istanbul_2025/aides_only"


def sheet_of(name: str) -> Path:
    return READINGS / f"{name.replace('/', '_')}.csv"


def asked(name: str) -> set[str]:
    """The numbers that a shipped scenario of a war states by itself; those of the catalogue beside their base."""
    is_variant = name.startswith("istanbul_2025/") and name != BASE
    return set(to_code(loaded(name), loaded(BASE) if is_variant else None))


loaded = cache(load)


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """Each file is read once for all these tests."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (second_coding, merging, odds_by_reading):
            patch.setattr(module, "load", loaded)
        yield


NEW = {f"istanbul_2025/{name}" for name in ("halt_30_days_both_rearm", "pressure_if_talks_fail",
                                            "pressure_if_talks_fail_without_us")}  # fmt: skip
"""Scenarios that came after the second readings."""
READ_ONCE = re.compile(r"\.(delivered|loss_aversion|effort|misperception)$|\.demands\.|^parties\.\w+\.aid$")
"""Keys that came after them."""
COUNTED_BY_AID = {
    "istanbul_2025/aid_surge": {"parties.Europe.aid_cut_momentum", "parties.Europe.tilt"},
    "istanbul_2025/us_walks_away_aid_ends": {"parties.US.aid_cut_momentum"},
}
"""What aid does to the front where it was a mean of momentum when the second reader saw it."""
REPLACED = {
    **dict.fromkeys(COUNTED_BY_AID, {"war.momentum_mean"}),
    "istanbul_2025/terms_2022_settlement_first": {"parties.Russia.opening", "parties.Russia.offer_rate"},
}
"""What was read twice and is said by other keys now."""


@pytest.fixture(scope="module")
def compared(read_once: None) -> dict[str, CodingComparison]:
    wanted = [name for name in names() if not name.startswith("teaching/") and asked(name) and name not in NEW]
    return {name: compare_codings(name, sheet_of(name)) for name in wanted}


def test_every_scenario_with_numbers_of_its_own_has_been_read_twice(compared: dict[str, CodingComparison]) -> None:
    assert len(compared) > 20
    sources = {str(one.source) for name in compared for one in loaded(name).readings}
    listed = {READINGS.parent / sheet for source in sources for sheet in source.split(", ")}
    assert set(READINGS.glob("*.csv")) == {sheet_of(name) for name in compared} | listed, "a sheet of no scenario"
    for name, found in compared.items():
        once = {path for path in asked(name) if READ_ONCE.search(path)} | COUNTED_BY_AID.get(name, set())
        read = {one.path for one in found.differences} | set(found.blank) | set(found.unstated)
        assert read - REPLACED.get(name, set()) == asked(name) - once, name
        assert not read & once, name
        assert all(one.ground for one in found.differences), name


def test_what_has_been_read_once_is_said() -> None:
    text = (READINGS / "README.md").read_text(encoding="utf-8")
    (part,) = re.findall(r"^## Read once\n(.*?)^## ", text, re.M | re.S)
    for key in ("delivered", "loss_aversion", "effort", "misperception", "aid", "aid_cut_momentum", "demands"):
        assert f"`{key}`" in part, key
    assert all(f"`{name.partition('/')[2]}`" in part for name in NEW)


def test_a_number_that_the_file_does_not_state_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("path,low,central,high,ground\nwar.learning,,.1,,x\ntalks.text_prob,,.1,,x\n", encoding="utf-8")
    found = compare_codings(NAME, path)
    assert [one.path for one in found.differences] == ["war.learning"]
    assert found.unstated == ("talks.text_prob",)
    assert found.notes[1] == "not compared, since the file does not state it: talks.text_prob"


def test_every_number_read_apart_is_decided(compared: dict[str, CodingComparison]) -> None:
    text = (READINGS / "README.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0].strip("` "): part for part in text.split("\n### ")[1:]}
    for name, found in compared.items():
        rows = re.findall(r"^\| `([^`]+)` \|.*\| \*\*(?:keep|widen|change)\*\*", sections.get(name, ""), flags=re.M)
        assert sorted(rows) == sorted(one.path for one in found.differences if one.verdict == "apart"), name


def test_sheets_say_who_read_and_nothing_of_how(compared: dict[str, CodingComparison]) -> None:
    assert "language-model sessions" in (READINGS / "README.md").read_text(encoding="utf-8")
    for name in compared:
        assert not re.search(r"/tmp|/home|\.py\b|\r", sheet_of(name).read_text(encoding="utf-8")), name


def test_agreement_is_counted() -> None:
    def of(file: float, second: float, path: str) -> Difference:
        verdict = "alike" if file == second else "apart"
        return Difference(path, file, file, file, second, second, second, verdict, "")

    alike = [of(value, value, f"parties.A.ideal_point.i{value}") for value in (0.1, 0.5, 0.9)]
    apart = [of(value, 100 - value, f"parties.A.points.i{value}") for value in (10.0, 30.0)]
    found = CodingComparison("x", (*apart, *alike), ()).agreement
    assert (found.positions, found.n_positions, found.n_points) == (1.0, 3, 2)
    assert found.points < 0 and (found.alike, found.apart, found.overlap) == (0.6, 0.4, 0.0)
    none = CodingComparison("x", (), ("war.learning",))
    assert none.agreement.n == 0 and none.as_dict()["agreement"]["positions"] is None


def test_a_cell_out_of_range_is_refused(tmp_path: Path) -> None:
    sheet = filled(tmp_path, war__learning=("0.5", "0.9", "1.2"))
    with pytest.raises(ParleyError, match="high: expected war.learning within 0 to 1, got 0.5 to 1.2"):
        compare_codings(NAME, sheet)


@pytest.mark.parametrize("how", ["second", "pool"])
def test_a_second_reading_is_a_sound_scenario(compared: dict[str, CodingComparison], how: How) -> None:
    for name, found in compared.items():
        if how == "pool" and found.scenario.startswith("istanbul_2025/") and name != BASE:
            continue
        made = merge_readings(name, sheet_of(name), how=how)
        known = quantities(made.scenario)
        assert check(made.scenario) == [], name
        assert set(made.read) == {one.path for one in found.differences} and made.kept == ()
        mended = {one.path: one for one in made.mended}
        for one in found.differences:
            number = known[one.path]
            second = (one.low, one.central, one.high)
            if one.path in mended:
                assert (*number.bounds, number.middle) == pytest.approx([mended[one.path].used[k] for k in (0, 2, 1)])
            elif how == "second":
                assert (number.bounds[0], number.middle, number.bounds[1]) == pytest.approx(second), one.path
            else:
                assert number.bounds[0] <= min(one.low, one.file_low) + 1e-9, one.path
                assert number.bounds[1] >= max(one.high, one.file_high) - 1e-9, one.path


def test_what_breaks_a_rule_is_adjusted_and_reported() -> None:
    mended = {one.path: one for one in merge_readings(BASE, sheet_of(BASE)).mended}
    line = mended["parties.Russia.red_lines.neutrality"]
    assert line.came.central == 0.58 and line.used == (0.3, 0.3, 0.3) and "forbid every ceasefire" in line.why
    apart = merge_readings("korea/july_1951", sheet_of("korea/july_1951"), only=["parties.UN_Command.points.line"])
    assert {one.why for one in apart.mended} == {"points scaled to 100"} and len(apart.mended) == 4
    points = loaded("korea/july_1951").belligerent("UN_Command").points
    assert sum(number.middle for number in points.values()) == pytest.approx(100)


def test_calibrated_numbers_can_stay_the_files() -> None:
    made = merge_readings(BASE, sheet_of(BASE), keeps_calibrated=True)
    before, after = quantities(as_read(loaded(BASE), "file")), quantities(made.scenario)
    assert set(made.kept) <= set(calibrated(loaded(BASE))) and "talks.convening_prob_per_week" in made.kept
    assert all(before[path] == after[path] for path in made.kept)
    assert after["talks.close_enough"].middle == 0.05, "set in view of the odds, yet no draw moves it"
    with pytest.raises(ParleyError, match="expected a number that the sheet fills, got `war.nothing`"):
        merge_readings(BASE, sheet_of(BASE), only=["war.nothing"])


def test_odds_under_each_reading_and_swaps_one_by_one() -> None:
    name, misread = "cenepa/january_1995", ["talks.convening_prob_per_week"]
    found = odds_of_readings(name, sheet_of(name), misread=misread, trials=64, workers=1)
    labels = ["file", "second", "second, calibrated numbers kept", "second, as meant", "pool"]
    assert [one.reading for one in found.readings] == labels
    file, second, _, meant, _ = found.readings
    assert file.n_read == 0 and second.n_read == meant.n_read + 1 and second.mended
    assert len(found.table()) == 5 * 4 and found.as_dict()["readings"][0]["odds"][0]["days"] == 30
    assert all(cell.lo <= cell.hi and 0 <= cell.p <= 1 for one in found.readings for cell in one.odds)
    swaps = swap_one_by_one(name, sheet_of(name), paths=misread, trials=64, workers=1)
    assert swaps.p == file.odds[-1].p and list(swaps.table()["path"]) == misread
    assert swaps.swaps[0].moved == swaps.swaps[0].p - swaps.p < 0 and swaps.swaps[0].mended == 0


def test_the_guide_quotes_the_file_of_korea_as_it_stands() -> None:
    guide = (ROOT / "docs" / "guide" / "new_war.md").read_text(encoding="utf-8").split("## A real one")[1]
    file = (ROOT / "scenarios" / "korea" / "july_1951.yaml").read_text(encoding="utf-8")
    quoted = re.findall(r"```yaml\n(.*?)```", guide.split("\n## ")[0], flags=re.S)
    assert len(quoted) == 4 and all(block in file for block in quoted)
