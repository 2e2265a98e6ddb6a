"""Parties that are left out of the week while they take no part, and what an event makes of them."""

from typing import Any

import numpy as np

from sim.columns import NegotiationModel, simulate
from sim.scenario.mirror import mirror
from sim.scenario.schema import Scenario
from tests.factories import WEEKLY, both, minimal_scenario, stepped, week

HOST = {"role": "mediator", "engagement": 0, "usual_level": 2, "skill": 0.6}
FRIEND = {"role": "backer", "act_prob_per_week": 0, "supports": {"North": 1}, "leverage": {"South": 0.1}}


def scenario(party: dict[str, Any], **sets: float) -> Scenario:
    events = [{"name": "changes", "date": week(4), "set": {f"parties.Third.{key}": to for key, to in sets.items()}}]
    return minimal_scenario(**{**WEEKLY, "parties.Third": party, "events": events if sets else []})


def test_a_mediator_who_is_away_comes_when_an_event_brings_it() -> None:
    for sets, late in (({}, 0), ({"engagement": 1}, 2)):
        for weeks, level in ((4, 0), (5, late), (8, late)):
            assert stepped(scenario(HOST, **sets), weeks, n_trials=64).party["Third"].level.max() == level


def test_a_backer_who_never_acts_presses_once_an_event_lets_it() -> None:
    for sets, presses in (({}, False), ({"act_prob_per_week": 1}, True)):
        model = stepped(scenario(FRIEND, **sets), 12, n_trials=64)
        assert bool(sum(side.pressure.max() for side in model.sides) > 0) is presses


def test_a_party_that_comes_late_comes_in_the_mirror_too() -> None:
    late = scenario(HOST, engagement=1)
    halts, mirrored = simulate(late, 1, 0, 256)["halt_week"], simulate(mirror(late), 1, 0, 256)["halt_week"]
    assert (halts >= 0).any()
    np.testing.assert_array_equal(halts, mirrored)


def test_a_round_at_which_one_side_stays_away_is_not_held_and_counts_as_failed() -> None:
    """Aides meet every week, see a range and may not sign; in the third week South sends nobody."""
    aides = {**both(usual_level=1), "talks.call_home_prob": 0}
    talks = {"talks.after_failure": 0.5, "talks.age_slope": 0, "talks.level_shift_prob": 0}
    walkout = {"name": "walkout", "date": week(2), "levels": {"South": 0}}
    with NegotiationModel(minimal_scenario(**{**WEEKLY, **aides, **talks, "events": [walkout]}), n_trials=64) as model:
        offers = []
        for number in range(4):
            model.step()
            offers.append([model.bargaining.headline_offer(side).copy() for side in model.sides])
            assert model.convening.failed_last_week.all() == (number == 2) == model.convening.failed_last_week.any()
            assert model.convening.last_level["North"].tolist() == [1.0] * 64
            assert model.convening.last_level["South"].tolist() == [0.0 if number == 2 else 1.0] * 64
            if number == 1:
                rate = model.convening.rate()
            elif number == 2:
                np.testing.assert_array_equal(model.convening.rate(), rate / 2)
        np.testing.assert_array_equal(offers[2], offers[1])
        assert (np.array(offers[3]) != offers[2]).any()
