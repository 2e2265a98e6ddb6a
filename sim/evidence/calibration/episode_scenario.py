"""From a coded episode to a scenario: one mapping, run by the same model as every other scenario.

The template has two sides and three issues. *line* (half of the weight) is where the armies stand and
moves with the front; *order* is who rules and who is recognised, and is moved half as much; *payments* is
what can be traded in a ceasefire, and war does not move it. A general ceasefire has payments alone in
its scope, as a ceasefire on the line has in the field. Talks are one number: while both sides prefer a ceasefire to
a year more of war, its text is signed at a weekly rate. Everything that structural parameters and optional terms do
not set is coded in the episode or fixed in ``structural_parameters.py``.
"""

from __future__ import annotations

import json
import math
from typing import Any

from sim.evidence.calibration.episodes import Episode
from sim.evidence.calibration.optional_terms import INPUTS, momentum
from sim.evidence.calibration.prior import RowInputs
from sim.evidence.calibration.structural_parameters import FIXED, STRUCTURAL
from sim.scenario.schema import Scenario

SIDES = ("A", "B")
REFERENCE = {parameter.name: parameter.reference for parameter in STRUCTURAL}
MOST_GUARANTEES = 3.0


def aims(episode: Episode, side: str) -> int:
    """Return how maximal the aims of the side are, 0 to 3 as coded."""
    return episode.maximalism_b if side == "B" else episode.maximalism_a


def share_of_pressure(episode: Episode, side: str) -> float:
    """Return the side's share of leverage and pressure: larger with larger aims, logistic in twice the difference."""
    more = 2.0 * (episode.maximalism_a - episode.maximalism_b)
    on_a = 1.0 / (1.0 + math.exp(-more))
    return on_a if side == "A" else 1.0 - on_a


def standing_pressure(episode: Episode, side: str) -> float:
    """Return what leverage and coercive pressure add to a side's cost of war, at the reference."""
    points = episode.mediator_leverage + episode.coercive_pressure
    return REFERENCE["pressure"] * points * share_of_pressure(episode, side)


def audience(episode: Episode, side: str) -> float:
    """Return the audience cost at the reference: the square of the side's aims."""
    return REFERENCE["audience"] * (aims(episode, side) / 3.0) ** 2


def reach(episode: Episode, side: str) -> float:
    """Return how far from the status quo the side's aims lie, on the scale of line and order."""
    return (1.0 + aims(episode, side)) / 8.0


def scenario_of(episode: Episode) -> Scenario:
    """Build the scenario of a coded episode, whose inputs are drawn over the prior of parameters and terms.

    The factors of ``joint`` are the inputs of ``prior.RowInputs``, as multiples of what the template says. Raises
    nothing of its own: an Episode has been checked when it was read.
    """
    ranges = RowInputs.of(episode).ranges
    group: dict[str, Any] = {
        "columns": _columns(),
        "mode": "multiply",
        "source": "prior of the calibration (parley calibrate)",
        "factors": {name: quantity.model_dump(exclude_none=True) for name, quantity in ranges.items()},
    }
    data = {
        "title": episode.name,
        "question": "Will a general ceasefire that lasts 30 days or more begin within a year of the opening of talks?",
        "supposes": "What was coded of the episode, and nothing else.",
        "resolution": "A general ceasefire that in fact lasts 30 days or more, begun within the horizon.",
        "start": episode.talks_opened,
        "horizon_weeks": 52,
        "follow_up_weeks": 5,
        "sides": {"A": "A", "B": "B"},
        "issues": _issues(),
        "tracks": {
            "ceasefire": {
                "general": True,
                "scope": ["payments"],
                "signing": "hazard",
                "signing_rate": REFERENCE["speed"],
                "audience_cost": {side: audience(episode, side) for side in SIDES},
            }
        },
        "parties": {
            **{side: _belligerent(episode, side) for side in SIDES},
            "Mediators": {
                "role": "mediator",
                "leverage": {side: standing_pressure(episode, side) for side in SIDES},
            },
        },
        "war": _war(episode),
        "assurances": {
            "guarantee_credibility": episode.guarantees / MOST_GUARANTEES,
            "guaranteed": dict.fromkeys(SIDES, 1),
        },
        "talks": {"convening_prob_per_week": 1, "after_failure": 1},
        "truces": {
            "early_hazard": FIXED.early_hazard,
            "slow_hazard": FIXED.slow_hazard,
            "guarantee_ratio": FIXED.guarantee_ratio,
        },
        "joint": [group],
        "sources": {"*": {"kind": "judgement", "note": "mapping of coded episodes (parley backtest)"}},
    }
    return Scenario.model_validate_json(json.dumps(data, default=str))


def _columns() -> dict[str, str]:
    """Return which input multiplies which numbers of the template."""
    columns = {"tracks.ceasefire.signing_rate": "speed"}
    for side in SIDES:
        columns |= {
            f"parties.{side}.strain": f"strain_{side.lower()}",
            f"parties.{side}.fear": "fear",
            f"parties.Mediators.leverage.{side}": "pressure",
            f"tracks.ceasefire.audience_cost.{side}": "audience",
            f"parties.{side}.unseen_spread": "unseen",
        }
    assert set(columns.values()) == set(INPUTS)
    return columns


def _issues() -> dict[str, Any]:
    return {
        "line": {
            "scale": "where the armies stand: 0 is all that side A aims at, 1 all that side B does",
            "status_quo": 0.5,
            "war_share": FIXED.war_share,
            "front_per_week": FIXED.front_per_week,
        },
        "order": {
            "scale": "who rules and who is recognised: 0 is side A's aim, 1 side B's",
            "status_quo": 0.5,
            "war_share": FIXED.war_share / 2.0,
        },
        "payments": {"scale": "what can be traded in a ceasefire: 0 is side A's wish, 1 side B's", "status_quo": 0.5},
    }


def _belligerent(episode: Episode, side: str) -> dict[str, Any]:
    own = 1.0 if side == "B" else -1.0
    aim = 0.5 + own * reach(episode, side)
    return {
        "role": "belligerent",
        "label": episode.side_b if side == "B" else episode.side_a,
        "ideal_point": {"line": aim, "order": aim, "payments": 0.5 + own * 0.5},
        "points": {"line": 50, "order": 30, "payments": 20},
        "strain": REFERENCE["strain"],
        "unseen_spread": REFERENCE["unseen"],
        "optimism": FIXED.optimism,
        "optimism_rest": FIXED.optimism / 4.0,
        "fear": REFERENCE["fear"],
    }


def _war(episode: Episode) -> dict[str, Any]:
    return {
        "began": episode.war_start,
        "optimism_ages": True,
        "momentum": momentum(episode),
        "momentum_spread": FIXED.momentum_spread,
        "momentum_mean": momentum(episode),
        "momentum_reversion": FIXED.momentum_reversion,
        "momentum_volatility": FIXED.momentum_volatility,
        "fluidity": FIXED.fluidity[episode.stalemate],
        "learning": 0.02,
        "talk_learning": 0,
        "victory_hazard": FIXED.victory_hazard,
        "victory_slope": FIXED.victory_slope,
        "imposed_halt_prob": FIXED.imposed_halt_prob,
    }
