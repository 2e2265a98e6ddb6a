"""Parties that are left out of the week while they take no part, and what an event makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model import NegotiationModel, simulate
from sim.scenario.mirror import mirror
from sim.scenario.schema import Scenario
from tests.builders import WEEKLY, minimal_scenario, week

HOST = {"role": "mediator", "engagement": 0, "usual_level": 2, "skill": 0.6}
FRIEND = {"role": "backer", "act_prob_per_week": 0, "supports": {"North": 1}, "leverage": {"South": 0.1}}


def scenario(party: dict[str, Any], **sets: float) -> Scenario:
    events = [{"name": "changes", "date": week(4), "set": {f"parties.Third.{key}": to for key, to in sets.items()}}]
    return minimal_scenario(**{**WEEKLY, "parties.Third": party, "events": events if sets else []})


def test_a_mediator_who_is_away_comes_when_an_event_brings_it() -> None:
    for sets, expected in (({}, [0] * 8), ({"engagement": 1}, [0] * 4 + [2] * 4)):
        model = NegotiationModel(scenario(HOST, **sets), n_trials=64)
        levels = []
        for _ in range(8):
            model.step()
            levels.append(int(model.party["Third"].level.max()))
        assert levels == expected


def test_a_backer_who_never_acts_presses_once_an_event_lets_it() -> None:
    for sets, presses in (({}, False), ({"act_prob_per_week": 1}, True)):
        model = NegotiationModel(scenario(FRIEND, **sets), n_trials=64)
        for _ in range(12):
            model.step()
        assert bool(sum(side.pressure.max() for side in model.sides) > 0) is presses


def test_a_party_that_comes_late_comes_in_the_mirror_too() -> None:
    late = scenario(HOST, engagement=1)
    halts, mirrored = simulate(late, 1, 0, 256)["halt_week"], simulate(mirror(late), 1, 0, 256)["halt_week"]
    assert (halts >= 0).any()
    np.testing.assert_array_equal(halts, mirrored)
