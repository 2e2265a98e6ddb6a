"""What a forecaster gets without a model: the base rate, the age of the war, a ridge regression on the coded row.

The penalty of the ridge regression is set in ``nested.py``.

Each forecasts every row from the rows of *other* wars (leave one war out); rows of the war itself, and rows whose
outcome is not known, never enter a fit. Outcomes have shape (rows, horizons), NaN not scored; forecasts have the same
shape and lie inside (0, 1), in rows that are not scored too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import ParleyError
from sim.evidence.calibration.episodes import SCALES, Episode
from sim.statistics.estimates import Floats
from sim.statistics.logistic import fit_logistic, probability, with_intercept

RIDGE_PENALTY = 10.0
AGE_PENALTY = 1e-3
"""Too weak to be seen in a forecast; keeps an optimum where age happens to separate the outcomes."""
NEAREST_TO_CERTAIN = 1e-6


def covariates(episodes: Sequence[Episode]) -> Floats:
    """Return the covariates of the ridge regression, not yet standardised.

    Parameters
    ----------
    episodes
        Coded episodes.

    Returns
    -------
    numpy.ndarray
        Shape (rows, 13): the coded columns in order of ``SCALES``, log(1 + age of the war in days), and 1 for an
        interstate war, else 0.
    """
    coded = [[getattr(episode, name) for name in SCALES] for episode in episodes]
    ages = np.log1p([float(episode.age_days) for episode in episodes])
    interstate = [episode.war_type == "interstate" for episode in episodes]
    return np.column_stack([np.array(coded, dtype=np.float64).reshape(-1, len(SCALES)), ages, interstate])


class Coded(NamedTuple):
    """Covariates of every coding of every row (codings, columns), and the ``row`` that each is of, in their order."""

    covariates: Floats
    row: NDArray[np.intp]

    @classmethod
    def of(cls, episodes: Sequence[Episode]) -> Coded:
        """Return the rows as each of their coders coded them."""
        coded = [list(episode.by_coder.values()) for episode in episodes]
        rows = np.repeat(np.arange(len(coded)), [len(of) for of in coded])
        return cls(covariates([one for of in coded for one in of]), rows)

    @property
    def share(self) -> Floats:
        """Return the share of each coding in its row, shape (codings,): the codings of a row weigh one together."""
        return np.asarray(1.0 / np.bincount(self.row)[self.row])


def constant(outcomes: ArrayLike, clusters: ArrayLike) -> Floats:
    """Forecast the share of other wars' rows in which it happened: (hits + .5) / (n + 1) for each horizon.

    Parameters
    ----------
    outcomes
        Shape (rows, horizons): 1, 0 or NaN.
    clusters
        War of each row, shape (rows,).

    Returns
    -------
    numpy.ndarray
        Odds, shape (rows, horizons).
    """
    happened = np.asarray(outcomes, dtype=np.float64)
    return leave_one_war_out(
        lambda train, target: np.tile(_smoothed_shares(happened[train]), (int(target.sum()), 1)), happened, clusters
    )


def age_of_war(ages_days: ArrayLike, outcomes: ArrayLike, clusters: ArrayLike) -> Floats:
    """Forecast by logistic regression on log(1 + age of the war in days), one fit per war and horizon.

    Parameters
    ----------
    ages_days
        Age of each row's war in days, shape (rows,).
    outcomes, clusters
        As in ``constant``.

    Returns
    -------
    numpy.ndarray
        Odds, shape (rows, horizons).
    """
    ages = np.log1p(np.asarray(ages_days, dtype=np.float64))
    return ridge(ages[:, None], outcomes, clusters, AGE_PENALTY)


def ridge(features: Floats, outcomes: ArrayLike, clusters: ArrayLike, penalty: float = RIDGE_PENALTY) -> Floats:
    """Forecast by ridge logistic regression on the coded row, one fit per war and horizon (see ``fit_predict``).

    Parameters
    ----------
    features
        Shape (rows, covariates), as of ``covariates``.
    outcomes, clusters
        As in ``constant``.
    penalty
        Weight of half the sum of squared coefficients.

    Returns
    -------
    numpy.ndarray
        Odds, shape (rows, horizons).

    Raises
    ------
    ParleyError
        Unless the penalty is positive.
    """
    happened = np.asarray(outcomes, dtype=np.float64)

    def predict(train: NDArray[np.bool_], target: NDArray[np.bool_]) -> Floats:
        return fit_predict(features[train], happened[train], features[target], penalty)

    return leave_one_war_out(predict, happened, clusters)


def fit_predict(train: Floats, outcomes: ArrayLike, target: Floats, penalty: float = RIDGE_PENALTY) -> Floats:
    """Fit a ridge logistic regression to the training rows and forecast the target rows.

    Parameters
    ----------
    train, target
        Covariates, shapes (training rows, covariates) and (target rows, covariates).
    outcomes
        Of the training rows, shape (training rows, horizons): 1, 0 or NaN.
    penalty
        Weight of half the sum of squared coefficients.

    Returns
    -------
    numpy.ndarray
        Odds, shape (target rows, horizons).

    Raises
    ------
    ParleyError
        Unless the penalty is positive.

    Notes
    -----
    For each horizon covariates are centred and divided by their standard deviation (divisor n) over the training rows
    scored at that horizon, constant ones dropped; coefficients maximise log likelihood - penalty/2 sum(b^2), the
    intercept unpenalised. A horizon without both outcomes in training falls back on (hits + .5) / (n + 1).

    References
    ----------
    le Cessie and van Houwelingen (1992), Ridge estimators in logistic regression, Applied Statistics 41, 191-201.
    """
    if not penalty > 0:
        raise ParleyError(f"penalty: expected a positive number, got {penalty}")
    happened = np.asarray(outcomes, dtype=np.float64)
    forecasts = np.tile(_smoothed_shares(happened), (len(target), 1))
    for horizon in range(happened.shape[1]):
        scored = ~np.isnan(happened[:, horizon])
        seen, outcome = train[scored], happened[scored, horizon]
        if len(np.unique(outcome)) < 2:
            continue
        varies = np.ptp(seen, axis=0) > 0
        centre, spread = seen[:, varies].mean(axis=0), seen[:, varies].std(axis=0)
        design, asked = (with_intercept((rows[:, varies] - centre) / spread) for rows in (seen, target))
        penalties = np.array([0.0, *[penalty] * int(varies.sum())])
        forecasts[:, horizon] = probability(asked, fit_logistic(design, outcome, penalties))
    return np.clip(forecasts, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)


def leave_one_war_out(
    predict: Callable[[NDArray[np.bool_], NDArray[np.bool_]], Floats], outcomes: Floats, clusters: ArrayLike
) -> Floats:
    """Forecast each war's rows by ``predict(train, target)``, two masks of rows: all other wars, and this one."""
    wars = np.asarray(clusters)
    if outcomes.ndim != 2 or wars.shape != outcomes.shape[:1]:
        raise ValueError(f"expected a war for each row, got outcomes {outcomes.shape} and clusters {wars.shape}")
    forecasts = np.empty(outcomes.shape)
    for war in np.unique(wars):
        target = wars == war
        forecasts[target] = predict(~target, target)
    return forecasts


def _smoothed_shares(outcomes: Floats) -> Floats:
    """Return (hits + .5) / (n + 1) of each column, .5 without a scored row."""
    return np.asarray((np.nansum(outcomes, axis=0) + 0.5) / (np.sum(~np.isnan(outcomes), axis=0) + 1))
