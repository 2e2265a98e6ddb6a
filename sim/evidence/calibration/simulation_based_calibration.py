"""Is the estimator right? Simulation-based calibration: ranks of known parameters in their own posteriors.

For each of many draws of the prior the engine's own trials serve as a synthetic record, one trial for one row of each
war. If likelihood and weights are right, the place of the true parameter in its posterior is even on [0, 1], whatever
the model (Talts and others 2018, arXiv 1804.06788); so is its distance from the middle, which sees a posterior that is
too narrow long before its places do. Checked with the plain likelihood of the durable tier, because a
power posterior is wider on purpose; so this is a check of the machinery, not of the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.posterior import normalised
from sim.evidence.calibration.simulate_episodes import prior_draws
from sim.evidence.calibration.structural_parameters import NAMES
from sim.statistics.estimates import Floats

SETS = 200
ERROR_RATE = 0.01
"""Chance that a right estimator fails the check, at most, over both tests of all six parameters together."""


@dataclass(frozen=True)
class RankStatistics:
    """Places of the true parameters, shape (sets, parameters), and the p-values of each parameter's evenness.

    ``p_values`` are of the places themselves, ``width_p_values`` of their distances from the middle.
    """

    places: Floats
    p_values: tuple[float, ...]
    width_p_values: tuple[float, ...]

    @property
    def least(self) -> float:
        return min(*self.p_values, *self.width_p_values)

    @property
    def passes(self) -> bool:
        return self.least >= ERROR_RATE / (2 * len(self.p_values))

    @property
    def words(self) -> str:
        verdict = "even, as they should be" if self.passes else "NOT even: the estimator is wrong"
        worst = NAMES[int(np.argmin(np.minimum(self.p_values, self.width_p_values)))]
        return (
            f"{len(self.places)} synthetic records: ranks of the six known parameters are {verdict} "
            f"(least p {self.least:.2g}, {worst}; a right estimator fails 1 time in {1 / ERROR_RATE:.0f})."
        )


def rank_statistics(record: Record, sets: int = SETS) -> RankStatistics:
    """Places of ``sets`` true draws of the prior, one synthetic row for each war."""
    from scipy.stats import kstest

    draws = prior_draws(record.trials, record.seed)
    rows = _one_row_of_each_war(record)
    chosen = np.linspace(0, len(draws) - 1, sets).astype(int)
    log_chances = [np.log(record.surfaces.chances["durable"][row].astype(np.float64) + 1e-12) for row in rows]
    places = np.empty((sets, len(NAMES)))
    for number, draw in enumerate(chosen):
        total = np.zeros(len(record.surfaces.points))
        for row, logs in zip(rows, log_chances, strict=True):
            total += logs[:, record.simulated[row].first["durable"][draw]]
        weights = normalised(total)
        places[number] = weights @ (record.surfaces.points < draws[draw])

    def evenness(values: Floats) -> tuple[float, ...]:
        return tuple(float(kstest(column, "uniform").pvalue) for column in values.T)

    return RankStatistics(places, evenness(places), evenness(np.abs(2.0 * places - 1.0)))


def _one_row_of_each_war(record: Record) -> list[int]:
    first: dict[str, int] = {}
    for row, episode in enumerate(record.episodes):
        first.setdefault(episode.cluster, row)
    return list(first.values())
