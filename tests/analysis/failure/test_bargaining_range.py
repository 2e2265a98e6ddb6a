"""The range over time is what the trials themselves met, and watching it changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.analysis.failure.bargaining_range import range_over_time
from sim.analysis.replay.replay import replay_run
from tests.factories import FEAR, WEEKLY, minimal_scenario


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run(sim.load("teaching/minimal"), trials=96, seed=3, workers=1)


def test_one_trial_has_the_limits_and_offers_that_its_replay_shows(run: sim.Run) -> None:
    one = sim.run(run.scenario, trials=1, seed=3, workers=1)
    found = range_over_time(one)
    assert found is not None
    (track,) = found.tracks
    told = replay_run(one, 0)
    compared = 0
    for week, state in zip(track.weeks, told.weeks, strict=False):
        if week.n == 0:
            assert state["phase"] != "war"
            continue
        assert week.offer_a["q50"] == state[f"offer_ceasefire_{run.scenario.sides.A}"]
        if state["round"] == "held" and state["lower_ceasefire"] is not None:
            # The round is held before the week's last changes, the look comes after them.
            assert week.lower["q50"] == pytest.approx(state["lower_ceasefire"], abs=0.02)
            compared += 1
    assert compared


def test_shares_and_quantiles_are_over_the_trials_still_at_war(run: sim.Run) -> None:
    found = range_over_time(run, most=64)
    assert found is not None
    (track,) = found.tracks
    assert found.n_trials == 64
    assert [week.week for week in track.weeks] == list(range(run.scenario.horizon_weeks))
    assert track.weeks[0].n == 64
    assert track.weeks[-1].n < 64
    for week in track.weeks:
        if week.n:
            assert week.open is not None and 0 <= week.open <= 1
            assert week.lower["q05"] <= week.lower["q50"] <= week.lower["q95"]
            assert (week.width["q50"] is None) == (week.open == 0)
            assert set(week.terms) == {"valley"}


def test_on_a_still_front_each_side_gives_up_about_what_another_year_would_cost_it() -> None:
    still = minimal_scenario(**{**WEEKLY, "parties.North.strain": 0.05, "parties.South.strain": 0.1})
    found = range_over_time(sim.run(still, trials=4, seed=1, workers=1))
    assert found is not None
    asked = [week for week in found.tracks[0].weeks if week.n]
    assert {(week.lower["q50"], week.upper["q50"]) for week in asked} == {
        (asked[0].lower["q50"], asked[0].upper["q50"])
    }
    # Of all that North can gain and lose, .375 + .78125, the status quo takes .375, another year .05 more; its next
    # quarter of the scale costs it .35156 and brings South .21875. A weight is the mean of both sides' ways along.
    whole = 0.375 + 0.78125
    lower = 1 - (0.375 + 0.05 + 0.78125 + 0.05 * 0.21875 / 0.3515625) / (2 * whole)
    upper = 1 - (0.375 - 0.1 * 0.21875 / 0.3515625 + 0.78125 - 0.1) / (2 * whole)
    assert asked[0].lower["q50"] == pytest.approx(lower, abs=1e-9)
    assert asked[0].upper["q50"] == pytest.approx(upper, abs=1e-9)
    assert (asked[0].none_a, asked[0].none_b, asked[0].open) == (0.0, 0.0, 1.0)


def test_so_much_fear_leaves_neither_side_anything() -> None:
    found = range_over_time(sim.run(minimal_scenario(**WEEKLY, **FEAR), trials=4, seed=1, workers=1))
    assert found is not None
    week = found.tracks[0].weeks[10]
    assert (week.none_a, week.none_b, week.open) == (1.0, 1.0, 0.0)
    assert set(week.lower.values()) == set(week.upper.values()) == {None}


def test_a_run_that_comes_out_otherwise_is_refused(run: sim.Run) -> None:
    columns = {**run.columns, "n_rounds": run.columns["n_rounds"] + np.int16(1)}
    assert range_over_time(replace(run, columns=columns), most=32) is None


def test_json_and_table_hold_every_week(run: sim.Run) -> None:
    found = range_over_time(run, most=32)
    assert found is not None
    said = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert len(said["tracks"][0]["weeks"]) == run.scenario.horizon_weeks
    table = found.table()
    open_shares = table[table.quantity == "open"]
    assert len(open_shares) == run.scenario.horizon_weeks
    assert table.date.iloc[0] == found.day(0).isoformat()
