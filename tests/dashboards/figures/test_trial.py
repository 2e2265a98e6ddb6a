"""One trial: its weeks as a table and a figure, and the trials that are worth a look."""

import pytest

import sim
from dashboards.figures.trial import HALT, OVER, weeks
from dashboards.tables.trial import main_track, story, worth_a_look
from dashboards.tables.trial import weeks as week_rows
from sim.analysis.replay import select_trial
from sim.analysis.replay.replay import Replay, replay_run
from tests.dashboards.factories import ceasefire, failure, made_run
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, trace

SIDES = {"A": "North", "B": "South"}
WEEK = {"phase": "war", "halt": None, "round": "none", "momentum": 0.1, "cost_a": 0.05, "cost_b": 0.1, "offer_a": 0.9,
        "offer_b": 0.1, "lower": None, "upper": None, "has_range": False}  # fmt: skip
WEEKS = [
    {**WEEK, "date": "2001-01-01", "week": 0},
    {**WEEK, "date": "2001-01-08", "week": 1, "round": "held", "lower": 0.4, "upper": 0.6, "has_range": True},
    {**WEEK, "date": "2001-01-15", "week": 2, "phase": "halt", "halt": "ceasefire"},
    {**WEEK, "date": "2001-01-22", "week": 3, "phase": "over"},
]


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run(sim.load("teaching/minimal"), trials=64, seed=1, workers=1)


@pytest.fixture(scope="module")
def lasting(run: sim.Run) -> Replay:
    return replay_run(run, select_trial.first(run))


def test_weeks_are_those_of_the_replay(run: sim.Run, lasting: Replay) -> None:
    track = main_track(run.scenario, lasting)
    rows = week_rows(lasting, track)
    assert track == "ceasefire"
    assert len(rows) == run.scenario.horizon_weeks + run.scenario.follow_up_weeks
    first = lasting.weeks[0]
    assert rows[0]["cost_a"] == first["strain_North"] + first["pressure_North"]
    assert rows[0]["date"] == run.scenario.start.isoformat()
    started = int(lasting.row["halt_week"])
    assert rows[started]["halt"] == "ceasefire" and rows[started - 1]["halt"] is None
    assert [line["week"] for line in story(lasting)] == sorted(line["week"] for line in story(lasting))


def test_a_trial_worth_a_look_is_named_once_with_all_that_it_is() -> None:
    run = made_run([failure("trust"), ceasefire(4), failure("scope"), failure("trust")])
    rows = worth_a_look(run)
    assert [row["trial"] for row in rows] == [1, 0, 2]
    assert rows[0]["words"] == "first lasting halt, median lasting halt"
    assert rows[1] == {
        "trial": 0,
        "words": "failed: distrust",
        "share": pytest.approx((1 - run.odds("durable", 365).p) * 2 / 3),
    }
    assert [row["words"] for row in worth_a_look(made_run([failure("trust")] * 3))] == ["failed: distrust"]


def test_the_cursor_is_the_first_shape_and_halts_are_shaded() -> None:
    figure = weeks(WEEKS, title="T", sides=SIDES)
    cursor, halt, over = figure["layout"]["shapes"]
    assert (cursor["x0"], cursor["x1"], cursor["type"]) == ("2001-01-01", "2001-01-01", "line")
    assert (halt["fillcolor"], halt["x0"], halt["x1"]) == (HALT, "2001-01-15", "2001-01-22")
    assert over["fillcolor"] == OVER


def test_offers_end_where_the_war_does_and_ranges_are_drawn_where_open() -> None:
    figure = weeks(WEEKS, title="T", sides=SIDES)
    assert trace(figure, "North's offer")["y"] == [0.9, 0.9, None, None]
    assert trace(figure, "range open")["y"] == [0.4, 0.6, None]
    assert trace(figure, "round held")["x"] == ["2001-01-08"]
    assert not [one for one in figure["data"] if one["name"] == "round failed"]


def test_a_real_trial_is_drawn_and_names_are_shown_literally(lasting: Replay) -> None:
    rows, sides = week_rows(lasting, "ceasefire"), {"A": HOSTILE, "B": HOSTILE}
    assert are_literal(weeks(rows, title=HOSTILE, sides=sides, narrow=narrow) for narrow in (False, True))
