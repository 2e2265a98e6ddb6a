"""Simulation-based calibration: ranks of known parameters in their own posteriors, to check the estimator.

A check of likelihood and weights, not of the model; with the plain likelihood of the durable tier, because a power
posterior is wider on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.posterior import normalised
from sim.evidence.calibration.prior import prior_draws
from sim.evidence.calibration.structural_parameters import NAMES
from sim.statistics.estimates import Floats

SETS = 200
ERROR_RATE = 0.01
"""Chance that a right estimator fails the check, at most, over both tests of all six parameters together."""


@dataclass(frozen=True)
class RankStatistics:
    """Ranks of the true parameters as shares, shape (sets, parameters), and p-values of each parameter's uniformity.

    ``p_values`` are of the ranks themselves, ``width_p_values`` of their distances from the middle.
    """

    places: Floats
    p_values: tuple[float, ...]
    width_p_values: tuple[float, ...]

    @property
    def least(self) -> float:
        """Return the least of all p-values."""
        return min(*self.p_values, *self.width_p_values)

    @property
    def passes(self) -> bool:
        """Return whether no p-value is below the error rate shared among the tests (Bonferroni)."""
        return self.least >= ERROR_RATE / (2 * len(self.p_values))

    @property
    def sentence(self) -> str:
        """Return the result, with the parameter whose ranks are the least uniform."""
        verdict = "uniform, as they should be" if self.passes else "NOT uniform: the estimator is wrong"
        worst = NAMES[int(np.argmin(np.minimum(self.p_values, self.width_p_values)))]
        return (
            f"{len(self.places)} synthetic records: ranks of the six known parameters are {verdict} "
            f"(least p {self.least:.2g}, {worst}; a right estimator fails 1 time in {1 / ERROR_RATE:.0f})."
        )


def rank_statistics(record: Record, sets: int = SETS) -> RankStatistics:
    """Compute the ranks of true draws of the prior in the posteriors of their synthetic records.

    Parameters
    ----------
    record
        Episodes with their simulated outcomes; the first row of each war enters.
    sets
        Synthetic records, one for each of so many draws.

    Returns
    -------
    RankStatistics
        Ranks, shape (sets, parameters), and p-values of Kolmogorov-Smirnov tests of their uniformity.

    Notes
    -----
    A draw's own trials serve as a synthetic record, one trial for one row of each war. If likelihood and weights are
    right, the rank sum_i w_i [theta_i < theta] of the true parameter is uniform on [0, 1], whatever the model; so is
    its distance from the middle, |2 rank - 1|, which detects a posterior that is too narrow long before its ranks do.

    References
    ----------
    Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference algorithms with
    simulation-based calibration, arXiv 1804.06788.
    """
    from scipy.stats import kstest

    draws = prior_draws(record.trials, record.seed)
    first_rows = {episode.cluster: row for row, episode in reversed([*enumerate(record.episodes)])}
    rows = sorted(first_rows.values())
    chosen = np.linspace(0, len(draws) - 1, sets).astype(int)
    log_chances = [np.log(record.surfaces.chances["durable"][row].astype(np.float64) + 1e-12) for row in rows]
    points = record.surfaces.points[:, : len(NAMES)]
    places = np.empty((sets, len(NAMES)))
    for number, draw in enumerate(chosen):
        total = np.zeros(len(record.surfaces.points))
        for row, logs in zip(rows, log_chances, strict=True):
            total += logs[:, record.simulated[row].first["durable"][draw]]
        places[number] = normalised(total) @ (points < draws[draw, : len(NAMES)])

    def uniformity(values: Floats) -> tuple[float, ...]:
        return tuple(float(kstest(column, "uniform").pvalue) for column in values.T)

    return RankStatistics(places, uniformity(places), uniformity(np.abs(2.0 * places - 1.0)))
