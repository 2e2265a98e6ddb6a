"""What is asked of trials beside their outcomes agrees with the week's own numbers, and asking changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.own_rules import Rules
from sim.agents.parties import Belligerent
from sim.model.compiled import simulate, simulate_streams
from sim.outcome_columns import FRICTIONS, Columns
from sim.random_streams import Streams
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.single_trial.happenings import Bargained
from sim.single_trial.observer import live_through_week
from sim.single_trial.one_trial import OneTrial
from sim.single_trial.questions import first_day, needs_today, on_offer, openings, ranges
from tests.factories import FEAR, WEEKLY, both, minimal_scenario
from tests.model.entries import gain_of
from tests.oracle.everything_on import everything_on


def assert_same(found: Columns, expected: Columns) -> None:
    for name, column in expected.items():
        np.testing.assert_array_equal(found[name], column, err_msg=name)


@pytest.mark.parametrize("first", [0, 37])
def test_trials_that_are_asked_come_out_the_same(first: int) -> None:
    scenario = everything_on()
    assert_same(openings(scenario, 3, first, 150)[1], simulate(scenario, 3, first, 150))
    streams = Streams(3, first, 150, scenario.mirrored)
    until = simulate_streams(scenario, streams, explains=False, weeks=scenario.horizon_weeks)
    assert_same(ranges(scenario, 3, first, 150)[1], until)


def test_only_trials_that_talked_in_vain_are_asked_what_would_have_opened_a_range() -> None:
    found, columns = openings(load("istanbul_2025/aides_only"), 1, 0, 300)
    is_asked = columns["best_track"] >= 0
    assert is_asked.any() and not is_asked.all()
    np.testing.assert_array_equal(np.isnan(found.both), ~is_asked)
    # Stored in single precision; where the ceasefire counts in full a util of cost is a util of surplus.
    settles = columns["best_track"] == list(load("istanbul_2025/aides_only").tracks).index("settlement")
    np.testing.assert_allclose(found.both[settles], columns["shortfall"][settles], atol=1e-6)
    assert (found.alone[is_asked] >= found.both[is_asked, None] - 1e-9).all()
    assert found.without.shape == (300, len(FRICTIONS)) and not found.without[~is_asked].any()


def test_a_mirror_swaps_the_sides() -> None:
    scenario = load("istanbul_2025/aides_only")
    (plain, _), (turned, _) = openings(scenario, 1, 0, 200), openings(mirror(scenario), 1, 0, 200)
    np.testing.assert_allclose(turned.alone, plain.alone[:, ::-1], atol=1e-9)
    np.testing.assert_allclose(turned.optimism, plain.optimism[:, ::-1], atol=1e-9)


def test_the_range_of_a_week_is_what_a_round_finds_where_nothing_moves() -> None:
    straight = both(curvature=0, loss_aversion=1)
    scenario = minimal_scenario(**WEEKLY, **FEAR, **straight, horizon_weeks=6)
    seen, _ = ranges(scenario, 1, 0, 3)
    for trial in range(3):
        one = OneTrial(scenario, 1, trial)
        for week in range(6):
            (held,) = [entry for entry in live_through_week(one) if isinstance(entry, Bargained)]
            assert seen.is_at_war[trial, week]
            assert (seen.lower[trial, week, 0], seen.upper[trial, week, 0]) == (held.lower, held.upper)
            assert (seen.offer_a[trial, week, 0], seen.offer_b[trial, week, 0]) == held.offers
            # Each step counts alike to both: the terms are the mix, counted from side B's end.
            assert seen.terms_a[trial, week, 0, 0] == pytest.approx(1 - held.offers[0], abs=1e-9)


def test_gains_meet_the_need_at_the_reservation_point() -> None:
    compared = 0
    for trial in range(6):
        one = OneTrial(everything_on(), 1, trial)
        while one.is_counting:
            for held in live_through_week(one):
                # On the track that is ratified a veto player may need more than its side.
                if isinstance(held, Bargained) and held.signed is None and 0 < held.lower < 1 and held.number != 5:
                    gains = on_offer(one, held.number, 0.5, 0.5).gains
                    assert gain_of(one.workspace, held.number, 0, held.lower) == pytest.approx(held.needs[0], abs=1e-9)
                    assert (np.diff(gains[0]) >= -1e-12).all() and (np.diff(gains[1]) <= 1e-12).all()
                    # A hundred equal steps of the mix, both ends included.
                    for side, place in ((0, 0), (0, 37), (1, 100)):
                        assert gains[side, place] == gain_of(one.workspace, held.number, side, place / 100)
                    compared += 1
    assert compared > 20


def test_each_side_has_its_wish_at_its_own_end_and_gives_it_up_at_the_other() -> None:
    """One issue, opposite ideals, from the middle: .5 (1 - 1/4) gained at the own end, 1.25 x .5 (1 + 1/4) lost."""
    one = OneTrial(minimal_scenario(), 1, 0)
    first_day(one)
    own, others = on_offer(one, 0, 1.0, 0.0), on_offer(one, 0, 0.0, 1.0)
    assert own.terms.ravel() == pytest.approx([0, 1], abs=1e-9)
    assert others.terms.ravel() == pytest.approx([1, 0], abs=1e-9)
    assert own.forgone.ravel() == pytest.approx([0, 0], abs=1e-12)
    assert others.forgone.ravel() == pytest.approx([0.375 + 0.78125] * 2)
    assert own.gains[:, [0, -1]].ravel() == pytest.approx([-0.78125, 0.375, 0.375, -0.78125])


def test_the_first_day_has_its_events_and_no_week() -> None:
    shift = {"name": "Offensive", "date": minimal_scenario().start, "momentum_shift": 0.3, "pressure": {"South": 0.04}}
    one = OneTrial(minimal_scenario(events=[shift], **{"issues.territory.war_share": 0.5}), 1, 0)
    found = first_day(one)
    assert one.week == 0 and one.workspace.war["momentum"][0] == pytest.approx(0.3)
    # A year keeps .6316 of pressure that halves in 35 weeks.
    kept = np.mean(0.5 ** (np.arange(52) / 35))
    assert found.cost_of_war == pytest.approx([0.05, 0.05 + 0.04 * kept])
    # Half of the way from the middle to an end: .25 less a quarter of its square, and a quarter more for a loss.
    assert found.if_won == pytest.approx([0.25 - 0.25 * 0.25 / 2] * 2)
    assert found.if_lost == pytest.approx([-1.25 * (0.25 + 0.25 * 0.25 / 2)] * 2)
    # It expects .357907 of .3 in its favour next year: sigma is half of that.
    sigma = 0.5 * 0.3 * one.workspace.war["momentum_ahead"][0]
    assert found.loss_from_peace[1] == pytest.approx(0.5 * (sigma - 0.25 * sigma**2) - found.cost_of_war[1])
    assert found.loss_from_peace[0] == pytest.approx(-1.25 * 0.5 * (sigma + 0.25 * sigma**2) - 0.05)


class Stubborn(Belligerent):
    def pace(self, other_moved: bool, mandate: float) -> float:
        return 0.0


def test_the_range_of_a_trial_with_a_class_of_ones_own_is_that_of_its_trial() -> None:
    scenario = load("istanbul_2025/aides_only")
    rules = Rules.of(scenario, {"Ukraine": Stubborn}, compiles=False)
    seen, columns = ranges(scenario, 3, 0, 4, rules)
    wanted = simulate(scenario, 3, 0, 4, rules=rules)
    assert np.array_equal(columns["n_rounds"], wanted["n_rounds"])
    assert np.array_equal(columns["durable_week"], wanted["durable_week"])
    assert not np.array_equal(seen.offer_a, ranges(scenario, 3, 0, 4)[0].offer_a, equal_nan=True)


def test_needs_of_today_are_those_of_the_first_day_before_anything_has_happened() -> None:
    scenario = load("teaching/minimal")  # no events
    first, today = OneTrial(scenario, 1, 0), OneTrial(scenario, 1, 0)
    first_day(first)
    needs = needs_today(today)
    assert needs.shape == (1, 2)
    assert needs[0].tolist() == [first.workspace.tracks["need_a"][0], first.workspace.tracks["need_b"][0]]
    assert needs.tolist() == needs_today(today).tolist()
