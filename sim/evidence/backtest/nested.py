"""Forecasters whose settings each fold takes from the other wars: ridge regression, and its pool with the engine.

Nested leave-one-war-out (Varma and Simon 2006, BMC Bioinformatics 7, 91). The outer loop leaves out the war that is
forecast; an inner loop forecasts each of the others from the remaining ones, and the setting with the least mean
Brier score is taken. Rules and alternatives are decision 0023's. Rows of wars without an outcome teach nothing, so all
such wars share one fold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.evidence.backtest import scores
from sim.evidence.backtest.baselines import NEAREST_TO_CERTAIN, fit_predict
from sim.execution import worker_pool
from sim.statistics.estimates import Floats

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0)
WEIGHTS = tuple(k / 10 for k in range(11))
"""Weight of the engine's log odds in the pool; the rest is the ridge's."""
HALF = WEIGHTS.index(0.5)
TIE = 9
"""Scores that agree to so many digits are a tie, whatever the order of adding on a machine."""


class Setting(NamedTuple):
    """A setting of the ridge regression: penalty, and how many of the leading columns it uses."""

    penalty: float
    columns: int


class Folds(NamedTuple):
    """Which fold each row is forecast in: ``names`` of the folds (a war, or "" for unscored ones), ``of`` each row."""

    names: tuple[str, ...]
    of: NDArray[np.intp]

    @classmethod
    def by_war(cls, wars: NDArray[np.str_], scored: NDArray[np.bool_]) -> Folds:
        """Return one fold for each war with a scored row, and one for all others."""
        with_rows = set(wars[scored])
        names, of = np.unique([war if war in with_rows else "" for war in wars], return_inverse=True)
        return cls(tuple(map(str, names)), of)


@dataclass(frozen=True)
class NestedRidge:
    """Forecasts (rows, horizons) and the setting of each fold.

    ``inner`` (folds, rows, horizons): every row as forecast without the fold's war and without its own, by the setting
    of the fold.
    """

    forecasts: Floats
    chosen: Mapping[str, Setting]
    inner: Floats


@dataclass(frozen=True)
class NestedPool:
    """Forecasts by tier (rows, horizons), and the weight of the engine in each fold.

    ``inner`` by tier (folds, rows, horizons): every row as forecast without the fold's war and without its own, by the
    weight of the fold.
    """

    forecasts: Mapping[str, Floats]
    chosen: Mapping[str, float]
    inner: Mapping[str, Floats]


def nested_ridge(covariates: Floats, outcomes: Floats, folds: Folds, workers: int | None = None) -> NestedRidge:
    """Forecast each fold by ridge regression, its penalty and columns set by the other folds.

    Parameters
    ----------
    covariates
        Shape (rows, columns), the optional column last, as of ``baselines.covariates``.
    outcomes
        Shape (rows, horizons): 1, 0 or NaN.
    folds
        Fold of each row.
    workers
        Processes; the result does not depend on them.

    Returns
    -------
    NestedRidge
        Forecasts and what each fold set.
    """
    settings = [Setting(p, n) for p in PENALTIES for n in (covariates.shape[1] - 1, covariates.shape[1])]
    n_folds, (n_rows, n_horizons) = len(folds.names), outcomes.shape
    table = np.full((len(settings), n_folds, n_rows, n_horizons), np.nan)
    work = [Work(covariates, outcomes, folds.of, first, n_folds, tuple(settings)) for first in range(n_folds)]
    for _, pairs in worker_pool.spread(fit_pairs, work, n_folds, workers):
        for first, second, forecasts in pairs:
            in_first, in_second = folds.of == first, folds.of == second
            both = in_first | in_second
            table[:, first, in_second] = forecasts[:, in_second[both]]
            table[:, second, in_first] = forecasts[:, in_first[both]]
    chosen = [_best_setting(settings, table[:, fold], outcomes, folds.of != fold) for fold in range(n_folds)]
    inner = np.array([table[settings.index(setting), fold] for fold, setting in enumerate(chosen)])
    return NestedRidge(own_rows(inner, folds), dict(zip(folds.names, chosen, strict=True)), inner)


def nested_pool(
    engine: Mapping[str, Floats], ridge: Mapping[str, Floats], outcomes: Mapping[str, Floats], folds: Folds
) -> NestedPool:
    """Average engine and ridge in log odds, with the weight of each fold set by the other folds.

    Parameters
    ----------
    engine, ridge
        By tier, shape (folds, rows, horizons): every row without the fold's war and without its own.
    outcomes
        By tier, shape (rows, horizons): 1, 0 or NaN.
    folds
        Fold of each row.

    Returns
    -------
    NestedPool
        Forecasts and weights.
    """
    chosen = []
    found = {tier: np.empty(values.shape) for tier, values in engine.items()}
    for fold in range(len(folds.names)):
        inner = folds.of != fold
        costs = []
        for weight in WEIGHTS:
            by_tier = [
                scores.brier(pooled(engine[tier][fold, inner], ridge[tier][fold, inner], weight), happened[inner])
                for tier, happened in outcomes.items()
            ]
            costs.append(scores.scored_mean(np.concatenate(by_tier)))
        weight = _least(
            [(_tied(cost), abs(k - HALF), w) for k, (cost, w) in enumerate(zip(costs, WEIGHTS, strict=True))]
        )[-1]
        for tier, values in found.items():
            values[fold] = pooled(engine[tier][fold], ridge[tier][fold], weight)
        chosen.append(weight)
    forecasts = {tier: own_rows(values, folds) for tier, values in found.items()}
    return NestedPool(forecasts, dict(zip(folds.names, chosen, strict=True)), found)


def pooled(engine: Floats, ridge: Floats, weight: float) -> Floats:
    """Return the weighted mean of two forecasters in log odds.

    Reference: Genest and Zidek (1986), Combining probability distributions, Statistical Science 1, 114-148.
    """
    ends = (NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    logits = (special.logit(np.clip(odds, *ends)) for odds in (engine, ridge))
    ours, theirs = logits
    return np.asarray(special.expit(weight * ours + (1 - weight) * theirs))


def own_rows(by_fold: Floats, folds: Folds) -> Floats:
    """Return each row as its own fold forecasts it, from shape (folds, rows, horizons)."""
    return np.asarray(by_fold[folds.of, np.arange(len(folds.of))])


class Work(NamedTuple):
    """Fits of one fold with every later one, as they travel to a worker."""

    covariates: Floats
    outcomes: Floats
    fold_of: NDArray[np.intp]
    first: int
    n_folds: int
    settings: tuple[Setting, ...]


def fit_pairs(work: Work) -> list[tuple[int, int, Floats]]:
    """Return (first, second, forecasts (settings, rows of both, horizons)) from all rows of neither fold."""
    found = []
    for second in range(work.first, work.n_folds):
        target = (work.fold_of == work.first) | (work.fold_of == second)
        found.append((work.first, second, np.array([*_fits(work, ~target, target)])))
    return found


def _fits(work: Work, train: NDArray[np.bool_], target: NDArray[np.bool_]) -> Iterator[Floats]:
    for setting in work.settings:
        columns = work.covariates[:, : setting.columns]
        yield fit_predict(columns[train], work.outcomes[train], columns[target], setting.penalty)


def _best_setting(settings: list[Setting], forecasts: Floats, outcomes: Floats, inner: NDArray[np.bool_]) -> Setting:
    """Return the setting with the least mean Brier score; of equals the larger penalty, then fewer columns."""
    ranked = [
        (_tied(scores.mean_brier(of[inner], outcomes[inner])), -setting.penalty, setting.columns)
        for setting, of in zip(settings, forecasts, strict=True)
    ]
    _, penalty, columns = _least(ranked)
    return Setting(-penalty, int(columns))


def _tied(score: float) -> float:
    """Return a score to the digits in which it counts; without a scored row all are alike."""
    return 0.0 if np.isnan(score) else round(score, TIE)


def _least(ranked: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    return min(ranked)
