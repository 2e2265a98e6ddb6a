"""Where the sides stand, and the bargaining range over time: tables and figures."""

import pytest

import sim
from dashboards.figures.bargaining_range import BEYOND, ranges
from dashboards.figures.positions import positions
from dashboards.tables.why import positions as position_rows
from dashboards.tables.why import ranges as range_rows
from sim.analysis.failure.bargaining_range import range_over_time
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, trace
from tests.factories import minimal_scenario

SIDES = {"A": "North", "B": "South"}
ISSUES = {
    "parties.North.ideal_point.aid": 0.4,
    "parties.South.ideal_point.aid": 0.6,
    "parties.North.red_lines": {"land": 0.7},
    "parties.South.public_lines": {"land": 0.35},
}
WEEK = {
    "date": "2025-01-12",
    "week": 0,
    "n": 40,
    "open": 0.25,
    "none_a": 0.0,
    "none_b": 0.75,
    **{f"lower_{q}": at for q, at in (("q05", 0.1), ("q50", 0.3), ("q95", None))},
    **{f"upper_{q}": at for q, at in (("q05", None), ("q50", None), ("q95", 0.6))},
    **{f"offer_a_{q}": 0.9 for q in ("q05", "q50", "q95")},
    **{f"offer_b_{q}": 0.2 for q in ("q05", "q50", "q95")},
}


def test_the_widest_gap_in_what_matters_stands_on_top() -> None:
    rows = position_rows(minimal_scenario(issues=("aid", "land"), **ISSUES))
    assert [row["issue"] for row in rows] == ["land", "aid"]
    assert (rows[0]["a"]["red"], rows[0]["b"]["red"], rows[0]["b"]["public"]) == (0.7, None, 0.35)
    assert rows[1]["weight"] == pytest.approx(0.2 * 50)


def test_positions_are_drawn_where_they_are() -> None:
    figure = positions(position_rows(minimal_scenario(issues=("aid", "land"), **ISSUES)), title="T", sides=SIDES)
    assert trace(figure, "North wants")["x"] == [0.0, 0.4]
    assert trace(figure, "South wants")["x"] == [1.0, 0.6]
    assert (trace(figure, "North's red line")["x"], trace(figure, "South's public line")["x"]) == ([0.7], [0.35])
    assert not [one for one in figure["data"] if one["name"] == "South's red line"]
    assert "North 50, South 50 of 100" in figure["layout"]["yaxis"]["ticktext"][0]


def test_a_limit_beyond_the_curve_is_drawn_outside_of_it() -> None:
    figure = ranges([WEEK], title="T", sides=SIDES)
    assert trace(figure, "North's limit")["y"] == [0.3]
    assert trace(figure, "South's limit")["y"] == [-BEYOND]
    assert trace(figure, "South's limit")["customdata"] == ["South would accept nothing in 75 % of futures"]
    assert trace(figure, "(South)")["y"] == [0.6, -BEYOND]
    assert trace(figure, "range open")["y"] == [25.0]


def test_rows_of_ranges_end_where_few_wars_go_on() -> None:
    found = range_over_time(sim.run(sim.load("teaching/minimal"), trials=128, seed=1, workers=1))
    assert found is not None
    rows = range_rows(found)
    assert min(row["n"] for row in rows) >= 20
    assert rows[0]["date"] == "2001-01-07"
    assert range_rows(found, "no such track") == rows


def test_names_from_scenarios_are_shown_literally() -> None:
    named = [
        {**row, "words": HOSTILE, "landmarks": [{"at": 0.5, "name": HOSTILE}]}
        for row in position_rows(minimal_scenario(**{"parties.North.red_lines": {"territory": 0.7}}))
    ]
    sides = {"A": HOSTILE, "B": HOSTILE}
    for narrow in (False, True):
        limits = ranges([WEEK], title=HOSTILE, sides=sides, narrow=narrow)
        assert are_literal([positions(named, title=HOSTILE, sides=sides, narrow=narrow), limits])
