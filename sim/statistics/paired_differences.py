"""Compare two events with common random numbers: the difference of their odds, from counts by cluster that add up.

Clusters of 32 trials are the independent units. All that an interval needs is how many clusters have so many hits of
the base and so many of the variant: a table of 33 by 33, whatever the number of trials.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.statistics import estimates
from sim.statistics.estimates import TRIALS_PER_CLUSTER, Hits
from sim.statistics.level import Level
from sim.statistics.summed import Summed

SIDE = TRIALS_PER_CLUSTER + 1

Counts = NDArray[np.int64]


@dataclass
class PairTally(Summed):
    """Count clusters: ``clusters[b, v]`` hold b hits of the base and v of the variant; the last one may be short.

    ``n_changed`` trials turned out differently; ``last`` is hits of the base, of the variant, and trials.
    """

    n: int = 0
    n_changed: int = 0
    clusters: Counts = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.int64))
    last: tuple[int, int, int] = (0, 0, 0)
    OF_LAST = frozenset({"last"})

    @classmethod
    def of(cls, base: Hits, variant: Hits) -> PairTally:
        """Count consecutive trials that begin with a cluster. Raises ValueError where there are not equally many."""
        if (n := len(base)) != len(variant):
            raise ValueError(f"expected equally many trials of both runs, got {n} and {len(variant)}")
        whole = n // TRIALS_PER_CLUSTER * TRIALS_PER_CLUSTER
        sums = [hits[:whole].reshape(-1, TRIALS_PER_CLUSTER).sum(axis=1) for hits in (base, variant)]
        clusters = np.bincount(sums[0] * SIDE + sums[1], minlength=SIDE * SIDE).reshape(SIDE, SIDE)
        last = (int(np.sum(base[whole:])), int(np.sum(variant[whole:])), n - whole)
        return cls(n, int(np.count_nonzero(base != variant)), clusters, last)

    @property
    def ends_within_cluster(self) -> bool:
        """Return whether the last cluster is short."""
        return self.last[2] > 0

    @property
    def shares(self) -> tuple[float, float]:
        """Return the odds of the base and of the variant, the model's own."""
        hits = np.arange(SIDE)
        of_base = int(self.clusters.sum(axis=1) @ hits) + self.last[0]
        of_variant = int(self.clusters.sum(axis=0) @ hits) + self.last[1]
        return of_base / max(1, self.n), of_variant / max(1, self.n)

    def moves(self, of_base: float, of_variant: float) -> tuple[int, float]:
        """Return the number of clusters and the sum of squares of what each moves the weighted difference.

        The two are slopes: 1 and 1 for the plain difference.
        """
        base, variant = np.nonzero(self.clusters)
        counts, sizes = self.clusters[base, variant], np.full(len(base), TRIALS_PER_CLUSTER)
        if self.last[2]:
            base, variant = np.append(base, self.last[0]), np.append(variant, self.last[1])
            counts, sizes = np.append(counts, 1), np.append(sizes, self.last[2])
        p_base, p_variant = self.shares
        moved = of_variant * variant - of_base * base - (of_variant * p_variant - of_base * p_base) * sizes
        return int(counts.sum()), float(np.sum(counts * moved**2))


Levels = tuple[Level, Level]
"""Of the base and of the variant."""
PLAIN: Levels = (Level(), Level())


def paired_difference(
    base: Hits, variant: Hits, levels: Levels = PLAIN, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the difference variant - base of two headlines with common random numbers; see ``difference``."""
    return difference(PairTally.of(base, variant), levels, level)


def difference(pair: PairTally, levels: Levels = PLAIN, level: float = 0.95) -> tuple[float, float, float]:
    """Return the difference variant - base of two headlines with common random numbers: (difference, low, high).

    Trial t of both runs draws the same numbers, so only trials that turned out differently count. Delta method: trial t
    moves the difference by z_t = g_v (hit_v - p_v) - g_b (hit_b - p_b), with p the model's shares and g the slopes of
    their headlines (1 where they are plain); sums of z over clusters of 32 trials are the independent units, Student's
    t on them. A run without an event (or with nothing else) has z = 0 throughout, which is ignorance and not knowledge:
    its reach to the end of its own Monte Carlo interval is added in quadrature. Where no trial differs the interval is
    what n trials alike still allow (``wilson``), at the steeper side of the headline; so too where every trial differs.
    """
    n, shares = pair.n, pair.shares
    if n == 0:
        return 0.0, -1.0, 1.0
    heads = [one.at(share, n) for share, one in zip(shares, levels, strict=True)]
    apart, unseen = heads[1] - heads[0], estimates.wilson(0.0, n, level)[1]
    are_plain = all(one.is_plain for one in levels)
    if not pair.n_changed:
        if are_plain:
            return 0.0, -unseen, unseen
        reach = max(_reach(shares[0], end, n, one) for end in (-unseen, unseen) for one in levels)
        return apart, max(-1.0, apart - reach), min(1.0, apart + reach)
    if are_plain and abs(apart) == 1.0:
        return apart, min(apart, (1 - unseen) * apart), max(apart, (1 - unseen) * apart)
    slopes = [one.slope_at(share, n) for share, one in zip(shares, levels, strict=True)]
    reach = estimates.reach_of(*pair.moves(*slopes), n, level)
    for share, one in zip(shares, levels, strict=True):
        if share in (0.0, 1.0) and not one.is_plain:
            reach = float(np.hypot(reach, _reach(share, unseen * (1 if share == 0 else -1), n, one)))
    return apart, max(-1.0, apart - reach), min(1.0, apart + reach)


def _reach(share: float, change: float, n: int, level: Level) -> float:
    """Return how far the headline moves if the model's share moves by ``change``, as far as there is room."""
    moved = min(1.0, max(0.0, share + change))
    return abs(level.at(moved, n) - level.at(share, n))
