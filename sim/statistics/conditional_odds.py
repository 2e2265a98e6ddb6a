"""Odds among the trials that are given, and means over them: counts by cluster and draw that add up over blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.statistics import estimates
from sim.statistics.estimates import TRIALS_PER_CLUSTER, TRIALS_PER_DRAW, Floats, Hits, Odds
from sim.statistics.summed import Summed

Counts = NDArray[np.int64]


@dataclass
class GivenTally(Summed):
    """Count trials that are given: ``clusters[m, s]`` clusters hold m of them and s hits among them; draws alike."""

    n: int
    clusters: Counts
    draws: Counts

    @classmethod
    def of(cls, hits: Hits, given: Hits) -> GivenTally:
        """Count consecutive trials that begin with a cluster."""
        clusters, draws = (_table(hits & given, given, size) for size in (TRIALS_PER_CLUSTER, TRIALS_PER_DRAW))
        return cls(len(hits), clusters, draws)

    def odds(self, level: float = 0.90) -> Odds:
        """Return the odds of an event among the trials that are given, with both intervals; ``n`` counts those trials.

        Draws have unequally many such trials, so their correlation is the analysis-of-variance estimator for groups of
        unequal size (Ridout, Demetrio and Firth 1999, Biometrics 55, 137-148, equation 3). Without any such trial
        nothing is known: 0 to 1.
        """
        given, hits, counts = _cells(self.draws)
        n, n_events = int(counts @ given), int(counts @ hits)
        if n == 0:
            return Odds(float("nan"), 0.0, 1.0, 0.0, 1.0, 0, 0)
        p = n_events / n
        sizes, sums, counts = given[given > 0], hits[given > 0], counts[given > 0]
        k = int(counts.sum())
        rho, by_chance = 0.0, 1.0
        if estimates.FEWEST_DRAWS <= k < n and 0 < p < 1:
            between = float(counts @ (sizes * (sums / sizes - p) ** 2)) / (k - 1)
            within = float(counts @ (sums * (1 - sums / sizes))) / (n - k)
            typical = (n - float(counts @ sizes**2) / n) / (k - 1)
            rho = (between - within) / (between + (typical - 1) * within)
            by_chance = 3.0 * (2.0 / float(counts @ (sizes * (sizes - 1)))) ** 0.5
        band = estimates.beta_band(p, rho, by_chance, level)
        return estimates.odds_of(n, n_events, max(1.0, self._design_effect(n, p)), band, self.n)

    def _design_effect(self, n: int, p: float) -> float:
        """Return ``estimates.design_effect`` of the trials that are given."""
        given, hits, counts = _cells(self.clusters)
        k = int(counts.sum())
        if k < 2 or p in (0.0, 1.0):
            return 1.0
        variance = k / (k - 1) * float(counts @ (hits - p * given) ** 2) / n**2
        return max(estimates.LEAST_DESIGN_EFFECT, variance * n / (p * (1 - p)))


def conditional_odds(hits: Hits, given: Hits, level: float = 0.90) -> Odds:
    """Return the odds of an event among the trials that are ``given``; see ``GivenTally.odds``."""
    return GivenTally.of(hits, given).odds(level)


def _table(hits: Hits, given: Hits, size: int) -> Counts:
    starts = np.arange(0, len(given), size)
    if len(starts) == 0:
        return np.zeros((size + 1, size + 1), np.int64)
    held, found = (np.add.reduceat(marks.astype(np.int64), starts) for marks in (given, hits))
    return np.bincount(held * (size + 1) + found, minlength=(size + 1) ** 2).reshape(size + 1, size + 1)


def _cells(table: Counts) -> tuple[Counts, Counts, Counts]:
    """Return trials that are given, hits, and how many groups have so many."""
    given, hits = np.nonzero(table)
    return given, hits, table[given, hits]


@dataclass
class MeanTally(Summed):
    """Hold values over the trials that are given, 0 elsewhere.

    Their sum, and by cluster the squares that a mean needs.
    """

    clusters: int = 0
    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    products: float = 0.0
    given_squares: int = 0

    @classmethod
    def of(cls, values: Floats, given: Hits) -> MeanTally:
        """Count consecutive trials that begin with a cluster."""
        if len(values) == 0:
            return cls()
        sums = estimates.group_sums(values, TRIALS_PER_CLUSTER)[0]
        held = estimates.group_sums(given, TRIALS_PER_CLUSTER)[0]
        n, squares = int(held.sum()), float(sums @ sums)
        return cls(len(sums), n, float(sums.sum()), squares, float(sums @ held), int(held @ held))

    def mean(self, level: float) -> tuple[float, float]:
        """Return the mean over the trials that are given, and the reach of its interval.

        A ratio estimator over clusters.
        """
        mean = self.total / self.n
        moved = self.squares - 2 * mean * self.products + mean**2 * self.given_squares
        return mean, estimates.reach_of(self.clusters, max(0.0, moved), self.n, level)
