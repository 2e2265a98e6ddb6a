"""Response surfaces: what the engine says of an episode, as a smooth function of the structural parameters.

Sixteen trials share a draw of the parameters, too few for a likelihood by themselves. So the chance of each class of
outcome is regressed on the draws: for each horizon the chance that it happens by then, given that it had not by the
one before, is a logistic regression on a full quadratic in the six parameters (discrete-time hazards: Singer and
Willett 1993). Two thousand draws then speak together, and the likelihood is known between them too.

References for likelihoods from regressions on simulations: Diggle and Gratton (1984), Journal of the Royal Statistical
Society B 46, 193-227; Wood (2010), Nature 466, 1102-1104.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from sim.statistics.estimates import Floats
from sim.statistics.logistic import fit_logistic, probability

PENALTY = 1.0
"""Of every coefficient but the intercept: one thousandth of what the draws weigh, so that chances which no draw
showed stay finite."""
FLAT_ENOUGH = 1e-6
"""Largest slope at which a fit to tens of thousands of trials is done; chances are then known to 1e-9."""

Counts = NDArray[np.integer]


def quadratic(cube: Floats) -> Floats:
    """Return the full quadratic basis of points in the unit cube, shape (points, (k + 1)(k + 2) / 2), about orthogonal.

    Each coordinate is centred to z in [-1, 1]; squares enter as the second Legendre polynomial.
    """
    z = 2.0 * np.asarray(cube) - 1.0
    columns = [np.ones(len(z)), *z.T]
    for i, j in combinations_with_replacement(range(z.shape[1]), 2):
        columns.append(1.5 * z[:, i] ** 2 - 0.5 if i == j else z[:, i] * z[:, j])
    return np.column_stack(columns)


def fit_surface(basis: Floats, counts: Counts) -> Floats:
    """Return the coefficients of the hazards of one episode and tier, shape (horizons, coefficients).

    ``counts`` (draws, horizons + 1): trials of each draw by the first horizon at which it had happened, never last.
    """
    left = counts.sum(axis=1).astype(np.float64)
    penalties = np.full(basis.shape[1], PENALTY)
    penalties[0] = 0.01
    found = []
    for events in counts[:, :-1].T.astype(np.float64):
        found.append(fit_logistic(basis, events, penalties, left, FLAT_ENOUGH))
        left = left - events
    return np.array(found)


def class_chances(basis: Floats, coefficients: Floats) -> Floats:
    """Return the chance of each class at the points of ``basis``, shape (points, horizons + 1); rows sum to 1."""
    waiting = np.ones(len(basis))
    chances = np.empty((len(basis), len(coefficients) + 1))
    for horizon, row in enumerate(coefficients):
        hazard = probability(basis, row)
        chances[:, horizon] = waiting * hazard
        waiting = waiting * (1.0 - hazard)
    chances[:, -1] = waiting
    return chances
