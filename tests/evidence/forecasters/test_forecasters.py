"""Forecasters: a hand-made file and hand-made trials, so that every number of every bin is known."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ParleyError
from sim.evidence.forecasters.forecasters import NOT_A_TARGET, forecaster_table, weeks_until
from sim.results.run import Run
from sim.scenario.sources.forecasts import COUNTED
from sim.statistics.horizons import TIERS
from tests.dashboards.factories import failure, made_run
from tests.factories import minimal_scenario

HEADER = "forecast_date,date_precision,platform,question,deadline,outcome_tier,probability,source,confidence,note\n"
ROWS = """\
2024-12-01,day,One,ceasefire by the deadline,2025-01-31,mutual,0.99,page,high,another day
2024-12-30,day,One,ceasefire by the deadline,2025-03-31,mutual,0.40,page,high,
2024-12-30,day,One,ceasefire by the deadline,2025-01-31,mutual,0.10,page,high,
2024-12-30,day,Two,ceasefire by the deadline,2025-03-31,mutual,0.60,page,high,
2024-12-30,day,Two,ceasefire by the deadline,2027-01-31,durable,0.70,page,high,
2024-12-30,day,One,if one starts it lasts under 30 days,conditional,duration,0.25,page,high,
2024-12-30,day,Three,a treaty is signed,2025-03-31,other,0.05,page,high,no run says this
"""
ASKED = date(2024, 12, 30)
START = date(2025, 1, 6)


def agreed(week: int, lasted: int, **columns: Any) -> dict[str, Any]:
    """A trial whose first signed ceasefire begins in ``week`` and survives ``lasted`` weekly draws."""
    durable = week if lasted >= 4 else -1
    found = {"mutual_week": week, "broad_week": week, "halt_week": week, "halt_weeks": lasted, "durable_week": durable}
    return {**found, **columns}


TRIALS = [
    agreed(0, 3),
    agreed(3, 4),
    agreed(4, 30),  # from 3 February on: after January
    agreed(11, 2),  # the twelfth week, 24 to 30 March
    agreed(12, 9),  # from 31 March on: after the nearest whole week
    {**agreed(20, 9), "mutual_week": 2, "broad_week": 2},  # a holiday first, a lasting ceasefire in May
    {"mutual_week": 5, "broad_week": 5},  # a holiday alone
    {"durable_week": 6, "broad_week": 6},  # imposed: durable, but not agreed
    *[failure()] * 24,
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "forecasts.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


@pytest.fixture
def made() -> Run:
    return made_run(TRIALS)


def test_weeks_are_the_nearest_to_the_deadlines_own_day() -> None:
    # 6 January is day 1: 31 January day 26 (3.7 weeks), 31 March day 85 (12.1), and a Sunday ends its week.
    assert [weeks_until(START, day) for day in (date(2025, 1, 31), date(2025, 3, 31), date(2025, 1, 12))] == [4, 12, 1]
    assert weeks_until(START, date(2025, 1, 5)) == 0
    assert weeks_until(START, date(2024, 12, 1)) < 0


def test_every_bin_by_hand(made: Run, file: Path) -> None:
    table = forecaster_table(made, file, ASKED)
    assert table is not None
    found = {(row.kind, str(row.deadline)): row for row in table.rows}
    assert list(found) == [
        ("mutual", "2025-01-31"),
        ("mutual", "2025-03-31"),
        ("durable", "2027-01-31"),
        ("under 30 days", "2025-03-31"),
        ("30 days or more", "2025-03-31"),
        ("lasting", "2025-03-31"),
    ]
    january, march, far, short, long, lasting = table.rows
    assert (january.weeks, january.last_day, march.weeks, march.last_day) == (
        4,
        date(2025, 2, 2),
        12,
        date(2025, 3, 30),
    )
    assert january.model is not None and march.model is not None
    assert january.model.model == 3 / 32  # weeks 0, 2 (a holiday) and 3
    assert march.model.model == 6 / 32  # and 4, 5 (a holiday), 11
    weights = made.weighing.of_trials(made.scenario, dict(made.columns))
    mutual, durable = (made.columns[f"{tier}_week"] for tier in ("mutual", "durable"))
    assert march.model.p == pytest.approx(weights[(mutual >= 0) & (mutual < 12)].sum() / 32)
    assert (january.forecasts, march.forecasts) == ({"One": 0.1}, {"One": 0.4, "Two": 0.6})
    assert far.model is None  # beyond the horizon
    # Of those six the ceasefires of weeks 3 and 4 last; 0 and 11 collapse, and both holidays are over.
    assert short.model is not None and long.model is not None
    assert (short.model.p, long.model.p, short.model.n) == (4 / 6, 2 / 6, 6)
    assert (short.forecasts, long.forecasts) == ({"One": 0.25}, {"One": 0.75})
    # Durable ceasefires of weeks 3, 4 and 6; the forecast .4 times its .75.
    assert lasting.model is not None and lasting.forecasts == {"One": 0.3}
    assert lasting.model.model == 3 / 32
    assert lasting.model.p == pytest.approx(weights[(durable >= 0) & (durable < 12)].sum() / 32)
    assert table.platforms == ("One", "Two")
    assert table.holidays == 2 / 32


def test_json_and_tidy_rows_say_the_same(made: Run, file: Path) -> None:
    table = forecaster_table(made, file, ASKED)
    assert table is not None
    found = json.loads(json.dumps(table.as_dict(), allow_nan=False))
    assert found["is_calibration_target"] is False
    assert found["rows"][1]["crowd"] == {"One": 0.4, "Two": 0.6}
    assert found["rows"][1]["model"]["model"] == 6 / 32
    assert found["rows"][2]["model"] is None
    tidy = table.table()
    second = tidy[(tidy.kind == "mutual") & (tidy.who == "Two")]
    assert second[["deadline", "p"]].to_numpy().tolist() == [["2025-03-31", 0.6]]
    own = tidy.p[tidy.who == "model"].to_list()
    assert len(table.sentences) == len(own)
    assert own == [row["model"]["p"] for row in found["rows"] if row["model"]]


def test_the_notes_define_the_events_and_the_days(made: Run, file: Path) -> None:
    table = forecaster_table(made, file, ASKED)
    assert table is not None
    said = "\n".join(table.notes)
    assert "forecasters: ceasefire by the deadline. The model: a general ceasefire agreed by both sides" in said
    assert "The forecasts are from 7 days before the start of the scenario, 6 January 2025." in said
    assert "4 weeks, to 2 February 2025; 12 weeks, to 30 March 2025" in said
    assert "In 6 of 100 futures the first ceasefire agreed by the last deadline is a holiday ceasefire" in said
    assert table.notes[-1] == NOT_A_TARGET


def test_deadlines_that_have_passed_have_no_number_of_the_model(made: Run, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text(HEADER + "2024-12-30,day,One,q,2025-01-02,mutual,0.1,page,high,\n", encoding="utf-8")
    table = forecaster_table(made, path, ASKED)
    assert table is not None and table.rows[0].model is None


def test_where_no_halt_begins_nothing_is_said_of_how_long_it_lasts(file: Path) -> None:
    table = forecaster_table(made_run([failure()] * 64), file, ASKED)
    assert table is not None
    by_kind = {row.kind: row.model for row in table.rows}
    assert by_kind["under 30 days"] is by_kind["30 days or more"] is None
    assert by_kind["mutual"] is not None and by_kind["mutual"].p == 0 < by_kind["mutual"].hi


def test_the_scenario_names_its_forecasters(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert forecaster_table(made_run(TRIALS)) is None
    scenario = minimal_scenario(crowd={"file": "forecasts.csv", "date": ASKED, "note": "Small print."})
    table = forecaster_table(made_run(TRIALS, scenario=scenario))
    assert table is not None and table.file == "forecasts.csv"
    assert "Small print." in table.notes
    assert [row.model.p for row in table.rows[:2] if row.model] == [3 / 32, 6 / 32]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "line 1: there is no column `forecast_date`, `platform`, .*`probability`; got `a`, `b`"),
        (HEADER + "2024-12-30,day,One,q,2025-03-31,Mutual,0.4,page,high,\n", "got 'Mutual', did you mean `mutual`"),
        (HEADER + "2024-12-30,day,One,q,2025-03-31,ceasefire,0.4,page,high,\n", "expected durable, mutual, broad, "),
        (HEADER + "30/12/2024,day,One,q,2025-03-31,mutual,0.4,page,high,\n", r"forecast_date: .*\(2024-12-30\?\)"),
        (
            HEADER + "2024-12-30,day,One,q,2025-03-31,mutual,1.4,page,high,\n",
            "line 2: probability: expected a number from 0 to 1, got '1.4'",
        ),
        (HEADER + "2024-12-30,day,One,q,2025-03-31,mutual,much,page,high,\n", "line 2: probability: .* got 'much'"),
        (
            HEADER + "2024-12-30,day,One,q,soon,mutual,0.4,page,high,\n",
            "line 2: deadline: expected a date such as 2025-05-15, got 'soon'",
        ),
        (HEADER + "2023-12-30,day,One,q,2025-03-31,mutual,0.4,page,high,\n", "expected a forecast of 2024-12-30"),
    ],
)
def test_mistakes_in_the_file_are_said_plainly(made: Run, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "forecasts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParleyError, match=message):
        forecaster_table(made, path, ASKED)


def test_a_missing_file_and_a_missing_day_are_said(made: Run, tmp_path: Path, file: Path) -> None:
    with pytest.raises(ParleyError, match="cannot be read"):
        forecaster_table(made, tmp_path / "none.csv", ASKED)
    with pytest.raises(ParleyError, match="expected the day of the forecasts"):
        forecaster_table(made, file)


def test_the_table_fits_a_terminal_and_shows_every_forecaster(made: Run, file: Path, capsys: Any) -> None:
    from sim.cli import console

    table = forecaster_table(made, file, ASKED)
    assert table is not None
    console.show_forecasters(table, console.console())
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 100
    (line,) = (line for line in out.splitlines() if line.startswith("agreed by both, by 31 Mar 2025"))
    assert line.split()[-4:-1] == ["40", "60", "21"]
    assert NOT_A_TARGET in out


def test_the_shipped_forecasts_of_8_may_2025() -> None:
    """The bins of the seed, read from the shipped file; the trials are hand-made."""
    path = Path(__file__).parents[3] / "scenarios" / "history" / "forecasts.csv"
    scenario = minimal_scenario(start=date(2025, 5, 15))
    table = forecaster_table(
        made_run([agreed(6, 9), agreed(7, 9), *[failure()] * 30], scenario=scenario), path, date(2025, 5, 8)
    )
    assert table is not None
    assert [(row.weeks, str(row.last_day)) for row in table.rows[:3]] == [
        (7, "2025-07-02"),
        (20, "2025-10-01"),
        (33, "2025-12-31"),
    ]
    assert [row.model.p for row in table.rows[:3] if row.model] == [1 / 32, 2 / 32, 2 / 32]
    crowd = [[row.forecasts[name] for name in ("RFI", "Metaculus", "Glimt")] for row in table.rows]
    assert crowd[:4] == [[0.09, 0.1, 0.07], [0.16, 0.32, 0.2], [0.28, 0.53, 0.4], [0.58, 0.33, 0.69]]
    assert crowd[5] == pytest.approx([0.1176, 0.3551, 0.124])


def test_events_of_a_file_are_the_tiers_of_every_run_and_what_is_left_out_is_said(made: Run, file: Path) -> None:
    assert COUNTED == TIERS
    table = forecaster_table(made, file, ASKED)
    assert table is not None and table.n_left_out == 1
    assert "1 forecast of that day is of an event that the model does not count, and left out." in table.notes
