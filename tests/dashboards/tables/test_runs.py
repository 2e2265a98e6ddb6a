"""Tables are read off runs: the curve agrees with the odds, endings divide the trials, the CSV is harmless."""

import csv
import io

import numpy as np
import pytest

from dashboards.tables import runs
from sim.results.export import as_csv
from sim.statistics.horizons import WEEKS_BY_DAY
from tests.dashboards.factories import ceasefire, failure, made_run, mixed


def test_the_curve_agrees_with_the_odds_at_every_horizon() -> None:
    run = made_run([ceasefire(week) for week in (3, 4, 12, 20, 30, 51, 52)] + [failure()] * 25)
    curve = runs.odds_by_date(run)
    assert [row["day"] for row in curve] == [7 * week for week in range(53)]
    for days, week in WEEKS_BY_DAY.items():
        odds = run.odds("durable", days)
        assert curve[week]["durable"] == odds.p
        assert (curve[week]["lo"], curve[week]["hi"]) == (odds.lo, odds.hi)
        assert curve[week]["mutual"] == run.odds("mutual", days).p
        assert curve[week]["model"] == odds.model
        assert curve[week]["reference"] == odds.reference
    assert [curve[week]["model"] for week in (0, 3, 4, 5, 52)] == [0, 0, 1 / 32, 2 / 32, 6 / 32]
    headline = [row["durable"] for row in curve]
    assert headline == sorted(headline)


def test_the_curve_has_what_is_still_in_force_below_the_headline() -> None:
    broken = {**ceasefire(20), "in_force_180_week": -1, "stage": 8}
    run = made_run([ceasefire(3), broken, broken, ceasefire(40)] + [failure()] * 28)
    curve = runs.odds_by_date(run)
    for days, week in WEEKS_BY_DAY.items():
        kept = run.in_force_180(days)
        assert kept is not None and curve[week]["in_force"] == kept.p <= curve[week]["durable"]
    assert curve[20]["in_force"] == curve[20]["durable"] and curve[30]["in_force"] < 0.4 * curve[30]["durable"]
    assert [curve[week]["in_force"] for week in (0, 3)] == [None, None]  # none has begun that could go on
    short = made_run([ceasefire(3), failure()], follow_up_weeks=25)
    assert {row["in_force"] for row in runs.odds_by_date(short)} == {None}


def test_the_curve_starts_at_nothing_on_the_first_day() -> None:
    first = runs.odds_by_date(mixed(4))[0]
    assert first["date"] == "2025-01-06"
    assert [first[key] for key in ("durable", "hi", "mc_hi", "reference")] == [0, 0, 0, 0]


def test_each_trial_has_one_ending_the_first_that_came() -> None:
    trials = [
        ceasefire(5),
        {**ceasefire(5), "victory": 1, "victory_week": 30},  # the war came back and was won
        failure("victory", broad_week=30, victory=2, victory_week=30, imposed=1),
        {**ceasefire(5), "victory": 2, "victory_week": 30, "imposed": 1},
        failure("collapsed", mutual_week=7, broad_week=7),
        failure("trust", broad_week=20),
        failure("victory", victory=1, victory_week=9),
        failure("victory", victory=1, victory_week=60),  # after the horizon
        failure("trust"),
    ]
    run = made_run(trials)
    (row,) = runs.endings([run], run)
    lasting = run.odds("durable", 365).p
    counts = np.array([3, 2, 1, 0, 0, 1, 2])
    assert [row[key] for key in runs.ENDINGS] == pytest.approx(
        [lasting, *(1 - lasting) * counts[1:] / 6]  # the six without a lasting one weigh the same
    )


def test_differences_are_paired_and_the_base_has_none() -> None:
    base, more = mixed(8, 56, name="base"), mixed(16, 48, name="more")
    rows = runs.comparison([base, more], base, 365)
    assert rows[0]["difference"] is None and rows[0]["is_base"]
    # A quarter of the way to .142095 in log odds: .133524 for 8 of 64 and .221290 for 16.
    assert rows[1]["difference"]["difference"] == pytest.approx(0.221290 - 0.133524, abs=1e-6)
    kept = rows[1]["in_force_difference"]
    assert kept["difference"] == pytest.approx(0.221290 - 0.133524, abs=1e-6) and rows[0]["in_force_difference"] is None
    assert rows[1]["in_force"] == more.in_force_180(365).p  # type: ignore[union-attr]
    assert runs.paired(rows) == [{"title": "Minimal", **rows[1]["difference"], "in_force": kept}]
    object.__setattr__(more, "seed", 2)  # other random numbers are not compared
    assert runs.paired(runs.comparison([base, more], base, 365)) == []


def test_a_scenario_that_never_fails_has_no_anatomy() -> None:
    never, often = made_run([ceasefire(1)] * 32), mixed(4)
    assert [row["trust"] for row in runs.anatomy([never, often], never)] == [1.0]


def test_the_csv_holds_every_number_and_no_formula() -> None:
    run = mixed(8, title="=HYPERLINK(1)", name="@sum")
    rows = list(csv.DictReader(io.StringIO(as_csv(runs.summary_rows([run])))))
    assert {row["title"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["scenario"] for row in rows} == {"'@sum"}
    durable = [row for row in rows if row["what"] == "odds of a halt, durable" and row["by_days"] == "365"]
    assert float(durable[0]["model"]) == pytest.approx(0.2)
    assert float(durable[0]["reference"]) == pytest.approx(0.142095, abs=1e-6)
    assert float(durable[0]["p"]) == pytest.approx(0.189175, abs=1e-6)
    assert len(rows) == 12 + 4 + 2 + 2 + 9 + 13
    (kept,) = (row for row in rows if row["what"].endswith("after 180 days") and row["by_days"] == "365")
    assert (float(kept["share"]), kept["n_durable"], kept["n_in_force"]) == (1.0, "8", "8")
    assert kept["p"] == durable[0]["p"]


def test_settlements_count_up_to_the_horizon() -> None:
    run = made_run([{"settlement_week": week} for week in (-1, 0, 51, 52)])
    assert runs.settlement(run) == 0.5
    assert np.isfinite(runs.settlement(run))
