"""Scenarios at the edges of what the schema allows, against the oracle."""

from typing import Any

import numpy as np
import pytest

from sim.scenario.schema import Scenario
from tests.factories import both, minimal_scenario, stepped
from tests.model.test_oracle import assert_alike

LIVELY: dict[str, Any] = {
    **both(usual_level=3, optimism=0.3, fear=0.02, trust=0.6, unseen_spread=0.05),
    "talks.convening_prob_per_week": 0.4,
    "war.victory_hazard": 0.003,
    "war.momentum_spread": 0.2,
    "horizon_weeks": 30,
    "follow_up_weeks": 12,
}


def bare() -> Scenario:
    """No third party, no veto player, no event, no window."""
    scenario = minimal_scenario(**LIVELY, **{"issues.territory.war_share": 0.4})
    assert len(scenario.parties) == 2 and not (scenario.events or scenario.windows or scenario.attendance)
    return scenario


def crowded() -> Scenario:
    """Ten third parties: guarantors who leave or come back, controllers, and mediators."""
    backer = {"role": "backer", "act_prob_per_week": 0.05, "quit_prob_per_week": 0.02, "guarantor_share": 0.2,
              "supports": {"North": 0.3}, "leverage": {"South": 0.01}, "aid_cut_momentum": 0.1,
              "ends_aid_on_quit": 0.5}  # fmt: skip
    parties: dict[str, Any] = {f"parties.Backer {number}": backer for number in range(6)}
    parties |= {
        f"parties.Host {number}": {"role": "mediator", "reach": {"North": 0.5, "South": 0.4}, "persistence": 0.1,
                                   "skill": 0.2, "usual_level": 2, "engagement": number % 2}
        for number in range(4)
    }  # fmt: skip
    return minimal_scenario(
        **LIVELY,
        **parties,
        **{
            "issues.territory.war_share": 0.4,
            "issues.territory.controllers": ("Backer 0", "Host 1"),
            "parties.Backer 0.limits": {"territory": (0.2, 0.8)},
            "assurances.guarantee_credibility": 0.8,
            "events": [{"name": "back", "date": "2025-03-03", "set": {"parties.Backer 1.engagement": 1}}],
        },
    )


def broad() -> Scenario:
    """Twenty-four issues of unlike weight, some of which move with the front."""
    issues = tuple(f"issue {number}" for number in range(24))
    changes: dict[str, Any] = {}
    for number, issue in enumerate(issues):
        changes[f"issues.{issue}.status_quo"] = 0.2 + 0.025 * number
        changes[f"issues.{issue}.war_share"] = 0.02 * (number % 5)
        changes[f"issues.{issue}.front_per_week"] = 0.01 if number % 8 == 0 else 0.0
        changes[f"parties.North.points.{issue}"] = 1.0 + number
        changes[f"parties.South.points.{issue}"] = 24.0 - number
    return minimal_scenario(issues=issues, **LIVELY, **changes)


@pytest.mark.parametrize("scenario", [bare, crowded, broad])
def test_engine_and_oracle_agree_at_the_edges(scenario: Any) -> None:
    assert_alike(scenario(), 96)


def test_there_are_no_records_of_what_a_scenario_has_none_of() -> None:
    counts = stepped(bare(), 1).inputs.layout.counts
    assert [counts[name] for name in ("third_parties", "vetoes", "veto_issues", "limits", "windows")] == [0] * 5


def test_in_a_crowd_many_regimes_occur() -> None:
    """Six guarantors and a controller may be there or not, each by itself."""
    trials = stepped(crowded(), 30, n_trials=256)
    assert trials.inputs.regime_bits == 6
    assert len(np.unique(trials.of("trial", "regime"))) > 20
