"""Parties that are left out of the week while they take no part, and what an event makes of them."""

from typing import Any

import numpy as np

from sim.model.compiled import simulate
from sim.random_streams import Streams
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
            assert stepped(scenario(HOST, **sets), weeks, n_trials=64).third_party("Third", "level").max() == level


def test_a_backer_who_never_acts_presses_once_an_event_lets_it() -> None:
    for sets, presses in (({}, False), ({"act_prob_per_week": 1}, True)):
        trials = stepped(scenario(FRIEND, **sets), 12, n_trials=64)
        assert bool(sum(trials.side(side, "pressure").max() for side in ("North", "South")) > 0) is presses


def test_a_party_that_comes_late_comes_in_the_mirror_too() -> None:
    late = scenario(HOST, engagement=1)
    halts, mirrored = simulate(late, 1, 0, 256)["halt_week"], simulate(mirror(late), 1, 0, 256)["halt_week"]
    assert (halts >= 0).any()
    np.testing.assert_array_equal(halts, mirrored)


def talks_of_aides(**events: Any) -> Scenario:
    """Rounds are held in weeks 0 to 2, in which aides see a range and may not sign; then with a chance of .9."""
    aides = {**both(usual_level=1), "talks.call_home_prob": 0, "talks.convening_prob_per_week": 0.9}
    talks = {"talks.after_failure": 0.5, "talks.age_slope": 0, "talks.level_shift_prob": 0, "talks.ripeness": 0}
    rounds = [{"name": f"round {number}", "date": week(number), "round": True} for number in range(3)]
    rounds[2] |= events
    return minimal_scenario(**{**WEEKLY, **aides, **talks, "events": rounds})


def test_a_round_at_which_one_side_stays_away_is_not_held_and_counts_as_failed() -> None:
    walkout = talks_of_aides(levels={"South": 0})
    offers = []
    for number in range(3):
        trials = stepped(walkout, number + 1, n_trials=64)
        offers.append([trials.track("ceasefire", f"offer_{end}") for end in "ab"])
        assert (trials.of("trial", "holds_round") == (number < 2)).all()
        for field in ("failed_last_week", "last_round_failed"):
            assert (trials.of("talks", field) == (number == 2)).all()
        assert trials.side("North", "last_level").tolist() == [1] * 64
        assert trials.side("South", "last_level").tolist() == [0 if number == 2 else 1] * 64
    np.testing.assert_array_equal(offers[2], offers[1])
    assert (np.array(offers[1]) != offers[0]).any()


def test_after_a_round_that_was_not_held_the_rate_of_rounds_is_halved() -> None:
    """To the trial: with chance .9 a week, and 1 - .1^(1/2) after the failure."""
    uniforms = Streams(1, 0, 512).uniform("round", week=3)
    for events, chance in (({}, 0.9), ({"levels": {"South": 0}}, 1 - 0.1**0.5)):
        held = stepped(talks_of_aides(**events), 4, n_trials=512).of("trial", "holds_round")
        assert 0 < held.sum() < 512
        np.testing.assert_array_equal(held == 1, uniforms < chance)
