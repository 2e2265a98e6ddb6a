"""The level of the odds at points of input space: each point's trials are weighed like those of a run.

A study runs a scenario at many points. The headline of a point is what ``parley run`` would print there: the durable
share at the scenario's level, any other event with the weights of the point's trials (``sim.results.weighing``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.outcome_columns import Columns
from sim.results.weighing import Weighing, weigh_hits
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER, Hits
from sim.statistics.horizons import classes, horizons
from sim.statistics.level import Level
from sim.statistics.paired_differences import SIDE, PairTally

AT_LEVEL = (
    "Odds are headlines, at the level that record and reference class give this scenario, as `parley run` has them."
)
"""What a study that shows odds says of them."""

OF_MODEL = "Shares of variance are of the unweighted shares of trials, before that level."
"""What is said of indices beside it."""

Counts = NDArray[np.int64]


class Classed(NamedTuple):
    """Hold counts of trials by class (``sim.statistics.horizons.classes``).

    ``sizes`` (points, classes) of all trials, ``hits`` (points, horizons, classes) of those with the event by then.
    """

    sizes: Counts
    hits: Counts

    @classmethod
    def joined(cls, parts: Sequence[Classed]) -> Classed:
        """Return the points of several blocks one after another."""
        return cls(np.concatenate([one.sizes for one in parts]), np.concatenate([one.hits for one in parts]))

    def summed(self, points: Sequence[int] | slice) -> Classed:
        """Return the counts of some points together, as one point."""
        return Classed(self.sizes[points].sum(axis=0), self.hits[points].sum(axis=0))


def classed(scenario: Scenario, columns: Columns, hits: Hits, n_points: int) -> Classed:
    """Count the trials of a block by point and class; ``hits`` (trials, horizons)."""
    of = classes(scenario, columns)
    inside = [of == number for number in range(len(horizons(scenario)) + 1)]
    sizes = [one.reshape(n_points, -1).sum(axis=1) for one in inside]
    with_event = [(hits & one[:, None]).reshape(n_points, -1, hits.shape[1]).sum(axis=1) for one in inside]
    return Classed(np.stack(sizes, axis=1), np.stack(with_event, axis=2))


def weighing_of(known: Mapping[int, Level], point: Classed) -> Weighing:
    """Weigh the trials of one point by the levels of its scenario."""
    durable = np.cumsum(point.sizes[:-1])
    return weigh_hits(known, dict(zip(sorted(known), map(int, durable), strict=True)), int(point.sizes.sum()))


def levels_of(known: Mapping[int, Level], point: Classed, tier: str) -> tuple[Level, ...]:
    """Return by horizon the level of the odds of a tier at one point."""
    weighing = weighing_of(known, point)
    own = [weighing.levels[days] for days in sorted(weighing.levels)]
    if tier == "durable":
        return tuple(own)
    return tuple(weighing.through(level, by_class) for level, by_class in zip(own, point.hits, strict=True))


def interval_at(level: Level, ends: tuple[float, float], n: int) -> tuple[float, float]:
    """Return an interval of a share of ``n`` trials at a level; an end at exactly 0 or 1 is a limit and stays."""
    low, high = (end if end in (0.0, 1.0) else level.at(end, n) for end in ends)
    return low, high


def pair_of(base: Counts, variant: Counts) -> PairTally:
    """Return the pair of two points, from their hits by batch of 32 trials, which are clusters.

    Trials that turned out differently are counted by what batches show: at least so many did.
    """
    clusters = np.bincount(base * SIDE + variant, minlength=SIDE * SIDE).reshape(SIDE, SIDE)
    return PairTally(len(base) * TRIALS_PER_CLUSTER, int(np.abs(variant - base).sum()), clusters)
