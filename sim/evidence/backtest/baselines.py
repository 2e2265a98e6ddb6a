"""What a forecaster gets without a model: the base rate, the age of the war, a ridge regression on the coded row.

Each forecasts every row from the rows of *other* wars (leave one war out); rows of the war itself, and rows whose
outcome is not known, never enter a fit. Outcomes have shape (rows, horizons), NaN not scored; forecasts have the same
shape and lie inside (0, 1), in rows that are not scored too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import NumericError, ParleyError
from sim.statistics.estimates import Floats
from sim.statistics.logistic import fit_logistic, probability, with_intercept

RIDGE_PENALTY = 10.0
AGE_PENALTY = 1e-3
"""Too weak to be seen in a forecast; keeps an optimum where age happens to separate the outcomes."""
NEAREST_TO_CERTAIN = 1e-6

CODED = (
    "momentum_a",
    "stalemate",
    "mediator_leverage",
    "patron_a",
    "patron_b",
    "attendance",
    "guarantees",
    "maximalism_a",
    "maximalism_b",
    "prior_failed_cf",
    "coercive_pressure",
)
WITH_WAR_TYPE = (*CODED, "log_war_age", "interstate")
"""The 13 covariates of the ridge: the coded columns, log(1 + war_age_days), and whether war_type is interstate."""
WITH_MOMENTUM_SIZE = (
    *(f"log_{name}" if name == "prior_failed_cf" else name for name in CODED),
    "log_war_age",
    "momentum_size",
)
"""Another 13: log(1 + prior_failed_cf) in place of the count, and the size of momentum in place of the war's type."""

Columns = Mapping[str, ArrayLike]
_DERIVED: dict[str, tuple[str, Callable[[NDArray[np.generic]], ArrayLike]]] = {
    "log_war_age": ("war_age_days", lambda days: np.log1p(days.astype(np.float64))),
    "log_prior_failed_cf": ("prior_failed_cf", lambda halts: np.log1p(halts.astype(np.float64))),
    "momentum_size": ("momentum_a", lambda momentum: np.abs(momentum.astype(np.float64))),
    "interstate": ("war_type", lambda kinds: kinds.astype(str) == "interstate"),
}


@dataclass(frozen=True)
class Features:
    """Covariates of coded episodes, not yet standardised: ``values`` (rows, covariates), one name a covariate."""

    names: tuple[str, ...]
    values: Floats

    @classmethod
    def from_columns(cls, columns: Columns, names: Sequence[str] = WITH_WAR_TYPE) -> Features:
        """From columns of a coded table, by name: a mapping of arrays, a structured array, a data frame.

        Raises ParleyError for a missing column and NumericError for a cell that is not a number (rows count from 0).
        """
        found = []
        for name in names:
            source, change = _DERIVED.get(name, (name, lambda column: column))
            try:
                column = np.asarray(columns[source])
            except (KeyError, ValueError) as error:  # a structured array says ValueError
                raise ParleyError(f"{source}: no such column") from error
            try:
                values = np.asarray(change(column), dtype=np.float64)
            except ValueError as error:
                raise NumericError(f"{source}: {error}") from error
            if not np.all(np.isfinite(values)):
                raise NumericError(f"{source}: row {int(np.argmin(np.isfinite(values)))} is not a number")
            found.append(values)
        return cls(tuple(names), np.column_stack(found))

    def rows(self, chosen: NDArray[np.generic]) -> Features:
        """The rows of a mask or of row numbers."""
        return Features(self.names, self.values[chosen])


def constant(outcomes: ArrayLike, clusters: ArrayLike) -> Floats:
    """The share of other wars' rows in which it happened, for each horizon: (hits + .5) / (n + 1)."""
    happened = np.asarray(outcomes, dtype=np.float64)
    return leave_one_war_out(
        lambda train, target: np.tile(_smoothed_shares(happened[train]), (int(target.sum()), 1)), happened, clusters
    )


def age_of_war(ages_days: ArrayLike, outcomes: ArrayLike, clusters: ArrayLike) -> Floats:
    """Logistic regression on log(1 + age of the war in days), fitted on other wars, one fit per horizon."""
    features = Features.from_columns({"war_age_days": ages_days}, ("log_war_age",))
    return ridge(features, outcomes, clusters, AGE_PENALTY)


def ridge(features: Features, outcomes: ArrayLike, clusters: ArrayLike, penalty: float = RIDGE_PENALTY) -> Floats:
    """Ridge logistic regression on the coded row, fitted on other wars, one fit per horizon (see fit_predict)."""
    happened = np.asarray(outcomes, dtype=np.float64)

    def predict(train: NDArray[np.bool_], target: NDArray[np.bool_]) -> Floats:
        return fit_predict(features.rows(train), happened[train], features.rows(target), penalty)

    return leave_one_war_out(predict, happened, clusters)


def fit_predict(
    train_features: Features, train_outcomes: ArrayLike, target_features: Features, penalty: float = RIDGE_PENALTY
) -> Floats:
    """Ridge logistic forecasts of target rows from training rows, shape (target rows, horizons).

    For each horizon: covariates are centred and divided by their standard deviation (divisor n) over the training rows
    scored at that horizon, constant ones dropped; coefficients maximise log likelihood - penalty/2 sum(b^2), the
    intercept unpenalised. A horizon without both outcomes in training falls back on (hits + .5) / (n + 1).

    Reference: le Cessie and van Houwelingen (1992), Ridge estimators in logistic regression, Applied Statistics 41,
    191-201. Raises ParleyError unless the penalty is positive and both have the same covariates.
    """
    if train_features.names != target_features.names:
        raise ParleyError("training and target rows have different covariates")
    if not penalty > 0:
        raise ParleyError(f"penalty: {penalty} came, a positive number is needed")
    happened = np.asarray(train_outcomes, dtype=np.float64)
    forecasts = np.tile(_smoothed_shares(happened), (len(target_features.values), 1))
    for horizon in range(happened.shape[1]):
        scored = ~np.isnan(happened[:, horizon])
        seen, outcome = train_features.values[scored], happened[scored, horizon]
        if len(np.unique(outcome)) < 2:
            continue
        varies = np.ptp(seen, axis=0) > 0
        centre, spread = seen[:, varies].mean(axis=0), seen[:, varies].std(axis=0)
        design = with_intercept((seen[:, varies] - centre) / spread)
        penalties = np.full(design.shape[1], penalty)
        penalties[0] = 0.0
        found = fit_logistic(design, outcome, penalties)
        target = with_intercept((target_features.values[:, varies] - centre) / spread)
        forecasts[:, horizon] = probability(target, found)
    return np.clip(forecasts, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)


def leave_one_war_out(
    predict: Callable[[NDArray[np.bool_], NDArray[np.bool_]], Floats], outcomes: Floats, clusters: ArrayLike
) -> Floats:
    """Forecasts of each war's rows by ``predict(train, target)``, two masks of rows: all other wars, and this one."""
    wars = np.asarray(clusters)
    if outcomes.ndim != 2 or wars.shape != outcomes.shape[:1]:
        raise ValueError(f"outcomes have shape {outcomes.shape}, clusters {wars.shape}")
    forecasts = np.empty(outcomes.shape)
    for war in np.unique(wars):
        target = wars == war
        forecasts[target] = predict(~target, target)
    return forecasts


def _smoothed_shares(outcomes: Floats) -> Floats:
    """(hits + .5) / (n + 1) of each column, .5 without a scored row."""
    return np.asarray((np.nansum(outcomes, axis=0) + 0.5) / (np.sum(~np.isnan(outcomes), axis=0) + 1))
