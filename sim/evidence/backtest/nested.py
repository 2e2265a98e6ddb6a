"""Forecasters whose settings each fold takes from the other wars: ridge regression, by itself and on the engine's odds.

Nested leave-one-war-out (Varma and Simon 2006, BMC Bioinformatics 7, 91). The outer loop leaves out the war that is
forecast; an inner loop forecasts each of the others from the remaining ones, and the setting with the least mean
Brier score is taken. Rules and alternatives are decision 0023's. Rows of wars without an outcome teach nothing, so all
such wars share one fold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.evidence.backtest import scores
from sim.evidence.backtest.baselines import NEAREST_TO_CERTAIN, Coded
from sim.evidence.backtest.shared_ridge import fit_shared
from sim.execution import worker_pool
from sim.statistics.estimates import Floats

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0)
WEIGHTS = tuple(k / 10 for k in range(11))
"""Weight of one forecaster's log odds; the other has the rest."""
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
    """Forecasts by tier (rows, horizons), the settings to choose from, and the setting of each fold.

    ``inner`` by tier (folds, rows, horizons): every row as forecast without the fold's war and without its own, by the
    setting of the fold.
    """

    forecasts: Mapping[str, Floats]
    settings: tuple[Setting, ...]
    chosen: Mapping[str, Setting]
    inner: Mapping[str, Floats]


def nested_ridge(
    coded: Coded,
    outcomes: Mapping[str, Floats],
    folds: Folds,
    workers: int | None = None,
    offsets: Mapping[str, Floats] | None = None,
) -> NestedRidge:
    """Forecast each fold by ridge regression, its penalty and columns set by the other folds, for both tiers alike.

    Every coding of a row enters the fits, and those of a row count one together; a row's forecast is the mean of the
    forecasts of its codings.

    Parameters
    ----------
    coded
        Covariates of the codings of each row, the optional column last.
    outcomes
        By tier, shape (rows, horizons): 1, 0 or NaN.
    folds
        Fold of each row.
    workers
        Processes; the result does not depend on them.
    offsets
        By tier, odds on top of which it forecasts, shape (folds, rows, horizons): every row without the fold's war
        and without its own.

    Returns
    -------
    NestedRidge
        Forecasts and what each fold set.
    """
    n_columns = coded.covariates.shape[1]
    settings = tuple(Setting(p, n) for n in (n_columns - 1, n_columns) for p in reversed(PENALTIES))
    n_folds = len(folds.names)
    work = [Work(coded, outcomes, folds.of, fold, settings, _of_fold(offsets, fold)) for fold in range(n_folds)]
    inner = {tier: np.empty((n_folds, *table.shape)) for tier, table in outcomes.items()}
    chosen = dict.fromkeys(folds.names, settings[0])
    for _, (fold, tables) in worker_pool.spread(fit_fold, work, n_folds, workers):
        best = _best_setting(settings, tables, outcomes, folds.of != fold)
        chosen[folds.names[fold]] = settings[best]
        for tier, odds in tables.items():
            inner[tier][fold] = odds[best]
    return NestedRidge({tier: own_rows(of, folds) for tier, of in inner.items()}, settings, chosen, inner)


def _of_fold(offsets: Mapping[str, Floats] | None, fold: int) -> dict[str, Floats] | None:
    return {tier: logits(of[fold]) for tier, of in offsets.items()} if offsets else None


def pool_of(*odds: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the mean of forecasters in log odds, by tier.

    Weights are equal by convention: what learned weights could gain is lost by learning them from so few wars.

    References
    ----------
    Genest and Zidek (1986), Combining probability distributions, Statistical Science 1, 114-148.

    Smith and Wallis (2009), A simple explanation of the forecast combination puzzle, Oxford Bulletin of Economics and
    Statistics 71, 331-355.
    """
    return {tier: np.asarray(special.expit(np.mean([logits(of[tier]) for of in odds], axis=0))) for tier in odds[0]}


def pooled(ours: Floats, theirs: Floats, weight: float) -> Floats:
    """Return the weighted mean of two forecasters in log odds."""
    return np.asarray(special.expit(weight * logits(ours) + (1 - weight) * logits(theirs)))


def logits(odds: Floats) -> Floats:
    """Return log odds, of odds at least a millionth from 0 and 1."""
    return np.asarray(special.logit(np.clip(odds, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)))


def own_rows(by_fold: Floats, folds: Folds) -> Floats:
    """Return each row as its own fold forecasts it, from shape (folds, rows, horizons)."""
    return np.asarray(by_fold[folds.of, np.arange(len(folds.of))])


class Work(NamedTuple):
    """Fits of one fold, as they travel to a worker; ``offsets`` by tier (rows, horizons) are log odds."""

    coded: Coded
    outcomes: Mapping[str, Floats]
    fold_of: NDArray[np.intp]
    fold: int
    settings: tuple[Setting, ...]
    offsets: Mapping[str, Floats] | None


def fit_fold(work: Work) -> tuple[int, dict[str, Floats]]:
    """Return the fold and, by tier, every row from all rows of neither its fold nor this one.

    Shape (settings, rows, horizons).
    """
    found = {tier: np.zeros((len(work.settings), *table.shape)) for tier, table in work.outcomes.items()}
    row, share = work.coded.row, work.coded.share
    for other in np.unique(work.fold_of):
        target = work.fold_of[row] == other
        train = ~target & (work.fold_of[row] != work.fold)
        for (first, last), columns in _by_columns(work):
            for tier, table in work.outcomes.items():
                logit = work.offsets[tier][row] if work.offsets else None
                offset = None if logit is None else (logit[train], logit[target])
                penalties = [setting.penalty for setting in work.settings[first:last]]
                known = (columns[train], table[row[train]], columns[target])
                odds = fit_shared(*known, penalties, offset, share[train])
                of_rows = found[tier][first:last]
                for number, coding in enumerate(np.flatnonzero(target)):
                    of_rows[:, row[coding]] += share[coding] * odds[:, number]
    return work.fold, found


def _by_columns(work: Work) -> Iterator[tuple[tuple[int, int], Floats]]:
    """Yield the first and last settings, as a slice, of each number of columns, with these columns."""
    first = 0
    for number, settings in groupby(work.settings, key=lambda setting: setting.columns):
        last = first + len(list(settings))
        yield (first, last), work.coded.covariates[:, :number]
        first = last


def _best_setting(
    settings: Sequence[Setting],
    forecasts: Mapping[str, Floats],
    outcomes: Mapping[str, Floats],
    rows: NDArray[np.bool_],
) -> int:
    """Return the setting with the least mean Brier score over tiers; of equals the larger penalty, then fewer columns.

    Each tier and horizon counts alike.
    """
    ranked = []
    for number, setting in enumerate(settings):
        by_tier = [scores.brier(forecasts[tier][number][rows], table[rows]) for tier, table in outcomes.items()]
        cost = _tied(scores.scored_mean(np.concatenate(by_tier)))
        ranked.append((cost, -setting.penalty, setting.columns, number))
    return min(ranked)[-1]


def _tied(score: float) -> float:
    """Return a score to the digits in which it counts; without a scored row all are alike."""
    return 0.0 if np.isnan(score) else round(score, TIE)
