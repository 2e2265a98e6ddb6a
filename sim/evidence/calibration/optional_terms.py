"""The optional terms of the mapping from a coded row to a scenario: one list, with the alternatives of each.

Every term was once found, or had its size set, by looking at residuals of the rows that score it. So none is chosen:
each has alternatives of equal prior weight, and a forecast averages over them with the weight that the rows of other
wars give them (Bayesian model averaging: Hoeting, Madigan, Raftery and Volinsky 1999, Statistical Science 14,
382-417). Decision 0023 was written before this was first run.

A term multiplies *inputs* of the template, by a factor that depends on the coded row alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.evidence.calibration.episodes import Episode
from sim.evidence.calibration.structural_parameters import FIXED

INPUTS: Mapping[str, str] = {
    "speed": "speed",
    "strain_a": "strain",
    "strain_b": "strain",
    "fear": "fear",
    "pressure": "pressure",
    "audience": "audience",
    "unseen": "unseen",
}
"""Inputs of the template that are drawn, each with its structural parameter."""
POWERS = (0.0, 0.25, 0.5)
"""Alternatives of every exponent: nothing, a quarter, a half."""
MINISTERS = 2
Factors = Mapping[str, float]


@dataclass(frozen=True)
class Term:
    """One optional term: ``factors(episode, k)`` are the multiples of inputs under alternative ``k``."""

    name: str
    meaning: str
    alternatives: tuple[str, ...]
    factors: Callable[[Episode, int], Factors]

    @property
    def prior(self) -> float:
        """Return the prior weight of each alternative."""
        return 1.0 / len(self.alternatives)


def momentum(episode: Episode) -> float:
    """Return momentum at the start, positive in favour of side B; the code counts in favour of side A."""
    return -FIXED.momentum_scale * episode.momentum_a


def _patrons(episode: Episode, k: int) -> Factors:
    """Return the cost of war with patrons over that without: no relief, always, or most for the side that is losing."""

    def relief(patron: int, favour: float) -> float:
        return math.exp(-FIXED.patron_relief * patron * (0.0, 1.0, 1.0 - favour)[k])

    favour_b = momentum(episode)
    return {"strain_a": relief(episode.patron_a, -favour_b), "strain_b": relief(episode.patron_b, favour_b)}


def _of_power(name: str, base: Callable[[Episode], float]) -> Callable[[Episode, int], Factors]:
    """Return the factors of a term that raises ``base`` of the row to one of ``POWERS``."""
    return lambda episode, k: {name: float(base(episode) ** POWERS[k])}


def _years(episode: Episode) -> float:
    return 1.0 + episode.years


def _failed(episode: Episode) -> float:
    return 1.0 + episode.prior_failed_cf


_EXPONENTS = tuple(f"{power:g}" for power in POWERS)
TERMS: tuple[Term, ...] = (
    Term("patrons", "patrons make war cheaper", ("not at all", "always", "for a losing side"), _patrons),
    Term("age_fear", "fear grows as (1 + years of war) to the power", _EXPONENTS, _of_power("fear", _years)),
    Term(
        "age_speed",
        "signing slows as (1 + years of war) to minus the power",
        _EXPONENTS,
        _of_power("speed", lambda episode: 1.0 / _years(episode)),
    ),
    Term(
        "habit",
        "signing is faster by (1 + failed ceasefires) to the power",
        _EXPONENTS,
        _of_power("speed", _failed),
    ),
    Term(
        "audience_habit",
        "audience cost falls as (1 + failed ceasefires) to minus the power",
        _EXPONENTS,
        _of_power("audience", lambda episode: 1.0 / _failed(episode)),
    ),
    Term(
        "attendance",
        "log signing rate per level of attendance above ministers",
        _EXPONENTS,
        _of_power("speed", lambda episode: math.exp(episode.attendance - MINISTERS)),
    ),
)
"""What is optional in the mapping. A term added here is simulated, weighed and reported without further change."""
