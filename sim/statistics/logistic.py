"""Logistic regression: the coefficients at which a penalised log likelihood is highest.

Newton's method in a few lines, so that the calibration slope and the baselines need no further package. The tests check
that the gradient at the result is 0.
"""

from __future__ import annotations

import numpy as np

from sim.errors import NumericError
from sim.statistics.estimates import Floats

MOST_STEPS = 100
FLAT = 1e-10
"""Largest gradient that counts as 0; rounding in a few thousand rows stays a hundred times below."""
LEAST_CURVATURE = 1e-8
"""Smallest eigenvalue of information + penalties. Below it some direction is level: outcomes are separated and the
optimum lies at infinity, or covariates repeat. Takes covariates of a size around one."""


class NoOptimumError(NumericError):
    """Report a likelihood without a highest point: separated outcomes, or a covariate that repeats another one."""


def with_intercept(covariates: Floats) -> Floats:
    """Return covariates, shape (rows, k), with a column of ones in front."""
    return np.column_stack([np.ones(len(covariates)), covariates])


def probability(design: Floats, coefficients: Floats, offset: Floats | float = 0.0) -> Floats:
    """Return 1 / (1 + exp(-design . coefficients - offset)), shape (rows,).

    Each row is summed by itself, not by a matrix product, so a row's probability does not depend on its neighbours, to
    the last bit.
    """
    logit = np.sum(design * coefficients, axis=1) + offset
    return np.asarray(np.exp(-np.logaddexp(0.0, -logit)))


def log_likelihood(
    design: Floats,
    events: Floats,
    coefficients: Floats,
    chances: Floats | float = 1.0,
    offset: Floats | float = 0.0,
) -> float:
    """Return the sum over rows of ``events`` log p + (``chances`` - ``events``) log(1 - p).

    One chance a row unless counted.
    """
    logit = design @ coefficients + offset
    return float(np.sum(events * logit - chances * np.logaddexp(0.0, logit)))


def gradient(
    design: Floats,
    events: Floats,
    coefficients: Floats,
    penalties: Floats,
    chances: Floats | float = 1.0,
    offset: Floats | float = 0.0,
) -> Floats:
    """Return the slope of log likelihood - sum(penalties b^2) / 2 in each coefficient, shape (coefficients,)."""
    p = probability(design, coefficients, offset)
    return _gradient(design, events, coefficients, penalties, chances, p)


def information(
    design: Floats, coefficients: Floats, chances: Floats | float = 1.0, offset: Floats | float = 0.0
) -> Floats:
    """Return the Fisher information: sum over rows of chances p (1 - p) x x', shape (coefficients, coefficients)."""
    return _information(design, chances, probability(design, coefficients, offset))


def _gradient(
    design: Floats, events: Floats, coefficients: Floats, penalties: Floats, chances: Floats | float, p: Floats
) -> Floats:
    return np.asarray(design.T @ (events - chances * p) - penalties * coefficients)


def _information(design: Floats, chances: Floats | float, p: Floats) -> Floats:
    return np.asarray((design.T * (chances * p * (1 - p))) @ design)


def fit_logistic(
    design: Floats,
    events: Floats,
    penalties: Floats,
    chances: Floats | float = 1.0,
    flat: float = FLAT,
    offset: Floats | float = 0.0,
    start: Floats | None = None,
) -> Floats:
    """Return the coefficients that maximise log likelihood - sum(penalties b^2) / 2.

    Reference: le Cessie and van Houwelingen (1992), Applied Statistics 41, 191-201.

    ``design`` (rows, coefficients), intercept included; ``events`` (rows,) of 0 and 1, or counts out of ``chances``
    (rows,); ``penalties`` (coefficients,), 0 for what is not to be shrunk; ``offset`` (rows,) is added to the logit.
    Newton's method from ``start``, 0 without it; a step that lowers the objective is halved; done where no slope is
    over ``flat``. Raises NoOptimumError where the optimum is not finite or not unique.
    """

    def objective(b: Floats) -> float:
        return log_likelihood(design, events, b, chances, offset) - 0.5 * float(np.sum(penalties * b * b))

    b, penalty = np.zeros(design.shape[1]) if start is None else start, np.diag(penalties)
    height = objective(b)
    for _ in range(MOST_STEPS):
        p = probability(design, b, offset)
        slope = _gradient(design, events, b, penalties, chances, p)
        curvature = _information(design, chances, p) + penalty
        if np.max(np.abs(slope)) <= flat:
            # Eigenvalues cost as much as all else in a step: a level direction is looked for where it is flat.
            if np.linalg.eigvalsh(curvature)[0] < LEAST_CURVATURE:
                break
            return b
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:
            break
        share, reached = 1.0, objective(b + step)
        # Near the optimum the objective is level to rounding, hence the slack.
        while reached < height - 1e-12 * (1 + abs(height)) and share > 1e-6:
            share /= 2
            reached = objective(b + share * step)
        b, height = b + share * step, reached
    raise NoOptimumError("a logistic regression has no finite optimum: outcomes are separated or covariates repeat")
