"""Ridge logistic regression with one coefficient for all horizons, by itself or on top of another forecaster.

What is coded of talks moves all horizons alike, so a coefficient rests on all of them; each horizon has an intercept.
On top of the engine, whose log odds are an offset, it forecasts what the engine leaves over.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.evidence.backtest.baselines import NEAREST_TO_CERTAIN
from sim.statistics.estimates import Floats
from sim.statistics.logistic import fit_logistic, probability

FLAT = 1e-8


def fit_shared(
    train: Floats,
    outcomes: Floats,
    target: Floats,
    penalties: Sequence[float],
    offsets: tuple[Floats, Floats] | None = None,
    weights: Floats | None = None,
) -> Floats:
    """Fit to the training rows and forecast the target rows, for each of some penalties.

    Parameters
    ----------
    train, target
        Covariates, shapes (training rows, covariates) and (target rows, covariates).
    outcomes
        Of the training rows, shape (training rows, horizons): 1, 0 or NaN.
    penalties
        Weights of half the sum of squared coefficients, each a fit of its own that starts where the last one ended.
    offsets
        Log odds of another forecaster, of training and target rows, each of shape (rows, horizons).
    weights
        Weight of each training row, 1 without it.

    Returns
    -------
    numpy.ndarray
        Odds, shape (penalties, target rows, horizons).

    Notes
    -----
    logit p_rh = o_rh + a_h + x_r b over all scored cells, a cell weighing 1 / horizons. Covariates are centred and
    divided by their standard deviation over the training rows with a scored cell. One cell of outcome one half, at the
    mean of the covariates and offset 0, stands for what is not known of each intercept: without covariates the forecast
    is (hits + .5) / (n + 1).

    References
    ----------
    le Cessie and van Houwelingen (1992), Ridge estimators in logistic regression, Applied Statistics 41, 191-201.
    """
    n_horizons, scored = outcomes.shape[1], ~np.isnan(outcomes)
    seen = scored.any(axis=1)
    known = train[seen] if seen.any() else train[:0]
    varies = np.ptp(known, axis=0) > 0 if len(known) else np.zeros(train.shape[1], dtype=bool)
    counts = np.ones(len(train)) if weights is None else weights
    centre, spread = _moments(known[:, varies], counts[seen]) if varies.any() else (0.0, 1.0)
    own, asked = ((rows[:, varies] - centre) / spread for rows in (train, target))
    before, after = offsets if offsets else (np.zeros(outcomes.shape), np.zeros((len(target), n_horizons)))
    row, horizon = np.nonzero(scored)
    intercepts = np.eye(n_horizons)
    design = np.column_stack([intercepts[horizon], own[row]])
    pseudo = np.column_stack([intercepts, np.zeros((n_horizons, own.shape[1]))])
    chances = np.concatenate([counts[row], np.ones(n_horizons)])
    happened = np.concatenate([outcomes[row, horizon], np.full(n_horizons, 0.5)])
    cells, offset = np.concatenate([design, pseudo]), np.concatenate([before[row, horizon], np.zeros(n_horizons)])
    asked_cells = [np.column_stack([np.tile(intercepts[k], (len(target), 1)), asked]) for k in range(n_horizons)]
    odds, found = [], None
    for penalty in penalties:
        shrunk = np.concatenate([np.zeros(n_horizons), np.full(own.shape[1], penalty)])
        share = chances / n_horizons
        found = fit_logistic(cells, happened * share, shrunk, share, FLAT, offset, found)
        odds.append([probability(one, found, after[:, k]) for k, one in enumerate(asked_cells)])
    return np.asarray(np.clip(np.array(odds).transpose(0, 2, 1), NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN))


def _moments(rows: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the weighted mean and standard deviation of each column."""
    centre = np.average(rows, axis=0, weights=weights)
    return centre, np.sqrt(np.average((rows - centre) ** 2, axis=0, weights=weights))
