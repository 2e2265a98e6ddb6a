"""The six structural parameters that past wars identify, and the numbers of coded episodes that they cannot.

Outcomes see little more than one index: the gains from stopping against what keeps the sides fighting.
So six numbers are calibrated, beside the optional terms of the mapping (optional_terms.py); the rest is fixed
at the middle of its prior. A structural parameter reaches a scenario as a *multiple* of its reference value,
by a joint draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.scenario.schema.quantity import Quantity


@dataclass(frozen=True)
class Structural:
    """One calibrated parameter. Prior ends and reference are in ``unit``."""

    name: str
    meaning: str
    unit: str
    reference: float
    low: float
    high: float
    prior: Literal["uniform", "loguniform"]

    @property
    def multiple(self) -> Quantity:
        """Return its prior as a multiple of the reference."""
        return Quantity(
            dist=self.prior,
            low=self.low / self.reference,
            high=self.high / self.reference,
            kind="judgement",
            note="prior of the calibration (parley calibrate)",
        )


STRUCTURAL: tuple[Structural, ...] = (
    Structural(
        "speed", "rate of signing while a range exists, ministers talking", "per week", 0.25, 0.075, 1.0, "loguniform"
    ),
    Structural("strain", "cost of a year of war to a side without a patron", "utils", 0.04, 0.01, 0.12, "loguniform"),
    Structural(
        "fear", "fear that the pause is used to rearm, at the outset of a war", "utils", 0.02, 0.003, 0.10, "loguniform"
    ),
    Structural(
        "pressure", "strain per point of leverage and pressure by third parties", "utils", 0.025, 0.0, 0.05, "uniform"
    ),
    Structural("audience", "cost of signing short of the largest aims", "utils", 0.08, 0.0, 0.15, "uniform"),
    Structural("unseen", "spread of a side's cost of war that no column sees", "utils", 0.04, 0.01, 0.10, "loguniform"),
)
"""Priors as in the design of the reduced prototype; all of them judgements."""

NAMES: tuple[str, ...] = tuple(parameter.name for parameter in STRUCTURAL)


@dataclass(frozen=True)
class Fixed:
    """Numbers that an episode needs and its outcome cannot identify, each at a stated value (docs/calibration.md)."""

    patron_relief: float = 0.4
    """log cost of war lost per level of patron, where patrons relieve at all (optional_terms.py)"""
    war_share: float = 0.4
    """kappa of the line: share of the remaining distance that a year at momentum 1 gains; half of it on order"""
    optimism: float = 0.4
    """overestimate of momentum at the outset of a war"""
    front_per_week: float = 0.05
    """how far the line moves in a week of fluid war at momentum 1"""
    momentum_scale: float = 0.5
    """momentum per coded point of movement of the front"""
    momentum_spread: float = 0.15
    """what the coded point does not see of it"""
    momentum_reversion: float = 0.03
    momentum_volatility: float = 0.07
    fluidity: tuple[float, float, float] = (1.0, 0.5, 0.2)
    """by coded stalemate: fluid, slow, static"""
    guarantee_ratio: float = 0.5
    """hazard ratio of the strongest guarantee"""
    victory_hazard: float = 0.0006
    victory_slope: float = 4.0
    imposed_halt_prob: float = 0.4
    early_hazard: float = 0.126
    slow_hazard: float = 0.010


FIXED = Fixed()
