"""The smallest change that would have opened a range, in trials that talked and never had one.

The stored shortfall is what *both* sides lacked at once. What one side alone lacked is not stored: the trials are run
again, to the last bit, and asked in the round in which the sides were closest, on the track that was closest, as
attribution (``sim.model.attribution``) is. Answers are enough; in another round a little less might do.

A change is measured as the cost of another year of war, in utils: what would be added to a side's cost of war. A range
is not yet a signature, which takes levels, mandates, offers and time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.outcome_columns import FRICTIONS
from sim.single_trial.questions import openings
from sim.statistics.estimates import Floats, Hits

if TYPE_CHECKING:
    from sim.results.run import Run

MOST_TRIALS = 4096
"""Trials that are run again: enough for shares within two points, in a few seconds."""
CHECKED = ("stage", "tag", "best_week", "best_track", "shortfall")
"""Stored columns that must come out the same again."""


@dataclass(frozen=True)
class Nearness:
    """Per trial without a range, what would have opened one: arrays of equal length, in the order of the trials.

    ``both``: utils on each side at once, shape (trials,). ``alone``: on side A, or on B, alone, shape (trials, 2);
    infinite where the other side gets too little wherever they meet. ``fear``, ``optimism``: what each side's own adds
    to what it needs, in the same utils. ``without``: by friction, whether a range opens once it is gone on both sides.
    """

    n_run: int
    trial: NDArray[np.int64]
    both: Floats
    alone: Floats
    fear: Floats
    optimism: Floats
    without: Mapping[str, Hits]


def nearness(run: Run, most: int = MOST_TRIALS) -> Nearness | None:
    """Run the first ``most`` trials again and ask; None where they do not come out the same.

    They do not with parties of one's own making, which a run does not keep, or in a run of another version.
    """
    n = min(most, run.n_trials)
    if n == 0:
        return None
    stored = run.part(0, n, "trial", *CHECKED)
    found, again = openings(run.scenario, run.seed, int(stored["trial"][0]), n)
    if not all(np.array_equal(again[name], stored[name]) for name in CHECKED):
        return None
    trial = np.flatnonzero(again["best_track"] >= 0)
    without = dict(zip(FRICTIONS, found.without[trial].T, strict=True))
    return Nearness(n, trial, found.both[trial], found.alone[trial], found.fear[trial], found.optimism[trial], without)


def quantiles(values: Floats, levels: Mapping[str, float]) -> dict[str, float | None]:
    """Return quantiles of values that may be infinite, each that of some trial; None where infinite or without any."""
    if len(values) == 0:
        return dict.fromkeys(levels)
    picked = np.quantile(values, list(levels.values()), method="inverted_cdf")
    return {name: float(value) if np.isfinite(value) else None for name, value in zip(levels, picked, strict=True)}
