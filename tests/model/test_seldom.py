"""What no shipped scenario has: two exchanges of one kind, guarantors without a share, classes that press unasked."""

from typing import Any

import numpy as np
import pytest

from sim.agents.own_rules import Rules
from sim.agents.parties import Backer
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.single_trial.one_trial import OneTrial
from tests.factories import WEEKLY, both, minimal_scenario
from tests.model.test_oracle import assert_alike

FEARFUL = both(fear=0.9)
EXCHANGE = {"general": False, "halts": False, "scope": (), "signing": "hazard", "signing_rate": 0.4}
BACKER = {"role": "backer", "leverage": {"North": 0.05}, "patience_weeks": 0, "tilt": 0.0}


def test_an_exchange_closes_its_own_track_and_no_other() -> None:
    """Two without a term, no ceasefire in reach: after half a year of weekly rounds both were signed in every trial."""
    scenario = minimal_scenario(
        **WEEKLY, **FEARFUL, **{"tracks.captives": EXCHANGE, "tracks.grain": {**EXCHANGE, "signing_rate": 0.3}}
    )
    trial = OneTrial(scenario, 1, 0)
    for _ in range(40):
        trial.step()
    assert trial.workspace.tracks["was_exchanged"].tolist() == [0, 1, 1]
    assert_alike(scenario, 64)


def test_a_draw_without_guarantors_shares_counts_guarantees_in_full() -> None:
    """Whatever other draws of the block have: a trial is the same alone and in company."""
    share = {"dist": "choice", "values": (0.0, 0.5), "weights": (0.5, 0.5)}
    scenario = minimal_scenario(
        **WEEKLY,
        **both(fear=0.1, trust=0.5),
        **{
            "parties.Guard": {**BACKER, "guarantor_share": share, "quit_prob_per_week": 0.05},
            "assurances.guarantee_credibility": 0.8,
            "assurances.guaranteed": {"North": 1.0, "South": 1.0},
        },
    )
    together = simulate(scenario, 1, 0, 320)
    for trial in range(3, 320, 16):
        alone = OneTrial(scenario, 1, trial)
        assert alone.workspace.assurances["guarantee"][0] == pytest.approx(0.8)  # nobody has left before week 0
        for name, column in alone.run().items():
            np.testing.assert_array_equal(column[0], together[name][trial], err_msg=name)


def test_a_class_presses_though_the_file_gives_it_no_chance() -> None:
    class Pressing(Backer):
        def presses(self, uniform: float, rate: float) -> bool:
            return True

    scenario = minimal_scenario(**WEEKLY, **FEARFUL, **{"parties.Patron": BACKER})
    for own, has_pressed in (({}, False), ({"Patron": Pressing}, True)):
        trial = OneTrial(scenario, 1, 0, rules=Rules.of(scenario, own))
        trial.step()
        assert (trial.workspace.sides["pressure"][0] > 0) == has_pressed


def test_a_trial_is_not_followed_beyond_its_last_week() -> None:
    trial = OneTrial(minimal_scenario(), 1, 0)
    outcome = trial.run()
    before = trial.workspace.row.copy()
    for _ in range(3):
        trial.step()
    np.testing.assert_array_equal(trial.workspace.row, before)
    assert trial.is_over and outcome["trial"][0] == 0


def test_more_leavers_than_tables_can_be_kept_for_are_refused() -> None:
    leaving: dict[str, Any] = {**BACKER, "guarantor_share": 0.05, "quit_prob_per_week": 0.1}
    scenario = minimal_scenario(**{f"parties.Guard {number}": leaving for number in range(13)})
    with pytest.raises(ParleyError, match="expected at most 12 .* got 13"):
        simulate(scenario, 1, 0, 32)
