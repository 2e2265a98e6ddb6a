"""Spatial schools: one issue as a line, every party a weight at its position.

The weighted median beats every other position in pairwise votes (Black 1948). The weighted mean is the
compromise, or challenge-free, forecast (Van den Bos 1991; Achen 2006 shows that it approximates a
symmetric Nash bargain). Weight = capability x salience. Neither has a word for war, time or odds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError

Numbers = NDArray[np.float64]
HALF = 1e-9
"""Relative distance from half the weight within which a median is a tie."""


class Actor(NamedTuple):
    """A party on one issue: where it stands, what it could do, how much of that it would spend here."""

    name: str
    position: float
    capability: float
    salience: float

    @property
    def weight(self) -> float:
        """Return capability times salience."""
        return self.capability * self.salience


def columns(actors: Sequence[Actor]) -> tuple[Numbers, Numbers]:
    """Positions and weights (capability x salience), shape (actors,). Raises where no actor carries weight."""
    positions = np.array([actor.position for actor in actors], dtype=np.float64)
    return positions, _checked([actor.weight for actor in actors])


def weighted_mean(positions: Any, weights: Any) -> float:
    """Sum of weight x position over the sum of weights."""
    return float(np.average(np.asarray(positions, dtype=np.float64), weights=_checked(weights)))


def weighted_median(positions: Any, weights: Any) -> float:
    """Position with half the weight on either side; the middle of the interval where a whole interval has that.

    Taking the middle of a tie keeps a mirrored issue's median the mirror image (the usual lower median does not).
    """
    found, weight = np.asarray(positions, dtype=np.float64), _checked(weights)
    order = np.argsort(found, kind="stable")
    found, reached = found[order], np.cumsum(weight[order]) / weight.sum()
    last = len(found) - 1
    below, above = (min(int(np.searchsorted(reached, 0.5 + step)), last) for step in (-HALF, HALF))
    return float((found[below] + found[above]) / 2.0)


def _checked(weights: Any) -> Numbers:
    found = np.asarray(weights, dtype=np.float64)
    if found.size == 0 or not np.all(np.isfinite(found)) or found.min() < 0 or found.sum() <= 0:
        raise ParleyError("weights must be numbers of at least 0, and not all 0")
    return found
