"""What halts settle and how long they hold: tables and figures."""

import numpy as np
import pytest

from dashboards.figures.survival import survival
from dashboards.figures.terms import agreed_terms
from dashboards.tables.terms import evidence, holds_at, n_halts, terms
from dashboards.tables.terms import survival as survival_rows
from sim.results.run import Run
from tests.dashboards.factories import ceasefire, failure, made_run
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, trace
from tests.factories import minimal_scenario

SIDES = {"A": "North", "B": "South"}


def halts(n_broken: int, n_holding: int) -> Run:
    """Halts that broke in their second week, and halts that held for ten; two issues, one of them on the table."""
    broken = {**ceasefire(5), "halt_track": 0, "halt_weeks": 2, "halt_end": 1}
    holding = {**ceasefire(5), "halt_track": 0, "halt_weeks": 10, "halt_end": 0}
    changes = {"tracks.ceasefire.scope": ("land",)}
    scenario = minimal_scenario(issues=("land", "aid"), **changes)
    run = made_run([broken] * n_broken + [holding] * n_holding + [failure()] * 8, scenario=scenario)
    run.columns["x_land"][: n_broken + n_holding] = 0.31
    run.columns["x_aid"][: n_broken + n_holding] = 0.5
    return run


def test_only_what_was_on_the_table_counts_as_agreed() -> None:
    (row,) = terms(halts(10, 30))
    assert (row["issue"], row["n"], row["n_halts"]) == ("land", 40, 40)
    assert row["q50"] == pytest.approx(0.31)
    assert row["bins"][12] == 1.0 and sum(row["bins"]) == pytest.approx(1)


def test_without_a_halt_there_are_no_terms_and_no_curve() -> None:
    run = made_run([failure()] * 8)
    assert (n_halts(run), terms(run), survival_rows(run)) == (0, [], [])


def test_curves_are_by_track_and_agree_with_the_funnel() -> None:
    (row,) = survival_rows(halts(10, 30))
    assert (row["label"], row["n"], row["n_ended"]) == ("Ceasefire", 40, 10)
    assert holds_at(row, 30) == pytest.approx(0.75)
    assert holds_at(row, 365) is None


def test_few_halts_of_a_track_are_drawn_together() -> None:
    (row,) = survival_rows(halts(2, 3))
    assert (row["label"], row["n"]) == ("all agreed ceasefires", 5)


def test_past_halts_are_those_of_the_file() -> None:
    rows = {(row["label"], row["day"]): row for row in evidence()}
    without = rows["past halts without peacekeepers", 365]
    assert (without["n"], without["holds"]) == (44, pytest.approx(1 - 0.477))
    assert without["lo"] == pytest.approx(1 - 0.633) and without["hi"] == pytest.approx(1 - 0.343)


def test_bars_stand_on_their_row_and_the_tallest_is_full() -> None:
    figure = agreed_terms(terms(halts(10, 30)), title="T", sides=SIDES)
    bars = trace(figure, "share of agreed halts")
    assert bars["x"][:4] == pytest.approx([0.3, 0.3, 0.325, 0.325])
    assert min(y for y in bars["y"] if y is not None) == pytest.approx(0.3 - 0.72)
    words = next(one for one in figure["data"] if one["name"] == "halts")["customdata"]
    assert "100 % of the 40 halts" in words[0]


def test_survival_is_drawn_in_per_cent_with_past_halts_and_their_intervals_behind() -> None:
    figure = survival(survival_rows(halts(10, 30)), evidence=evidence(), title="T")
    assert trace(figure, "Ceasefire (40 halts)")["y"][:3] == [100.0, 100.0, 75.0]
    names = [one["name"] for one in figure["data"]]
    assert names.index("past halts with peacekeepers (30)") < names.index("Ceasefire (40 halts)")
    drawn = trace(figure, "past halts without peacekeepers (44)")
    rows = [row for row in evidence() if row["label"] == "past halts without peacekeepers"][: len(drawn["y"])]
    above, below = (np.array(drawn["error_y"][key]) for key in ("array", "arrayminus"))
    np.testing.assert_allclose(drawn["y"] + above, [100 * row["hi"] for row in rows], atol=0.02)
    np.testing.assert_allclose(drawn["y"] - below, [100 * row["lo"] for row in rows], atol=0.02)


def test_names_from_scenarios_are_shown_literally() -> None:
    run = halts(10, 30)
    rows = [{**row, "words": HOSTILE, "landmarks": [{"at": 0.5, "name": HOSTILE}]} for row in terms(run)]
    curves = [{**row, "label": HOSTILE} for row in survival_rows(run)]
    for narrow in (False, True):
        agreed = agreed_terms(rows, title=HOSTILE, sides={"A": HOSTILE, "B": HOSTILE}, narrow=narrow)
        assert are_literal([agreed, survival(curves, evidence=evidence(), title=HOSTILE, narrow=narrow)])
