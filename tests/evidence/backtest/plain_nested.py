"""The choices inside a fold a second time, in plain loops: penalty and columns of the ridge, weight of the pool.

Written from docs/decisions/0023-record.md. The war of a fold is left out by blanking its outcomes: a row that is not
scored is in no fit, in no mean that standardises a covariate, and in no score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import isnan, nan

from tests.evidence.backtest.plain_scoring import (
    Table,
    brier_loss,
    by_horizon,
    fit_ridge,
    from_other_wars,
    logistic,
    logit,
    mean,
    mean_brier,
)

Choice = tuple[float, int]
"""Penalty of a ridge regression, and how many of the first columns it reads."""

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0)
TENTHS = range(11)
TIE_DIGITS = 12
"""Inner scores that agree to so many digits tie: they differ by the order of additions alone."""


def without(outcomes: Table, wars: Sequence[str], war: str) -> list[list[float]]:
    """Return the outcomes with those of ``war`` not scored: they are in no fit and in no score."""
    return [[nan] * len(row) if own == war else list(row) for row, own in zip(outcomes, wars, strict=True)]


def rounded(score: float) -> float:
    """Return a score as choices compare it; without one all tie."""
    return 0.0 if isnan(score) else round(score, TIE_DIGITS)


def ridge_scores(covariates: Table, outcomes: Table, wars: Sequence[str], fold: str) -> dict[Choice, float]:
    """Return the inner score of each penalty and set of columns (0023: of forecasts of each other war)."""
    hidden, n = without(outcomes, wars, fold), len(covariates[0])
    return {
        (penalty, columns): mean_brier(from_other_wars(covariates, hidden, wars, fit_ridge(penalty, columns)), hidden)
        for penalty, columns in product(PENALTIES, (n - 1, n))
    }


def least(scored: Mapping[Choice, float]) -> Choice:
    """Return the pair with the least score; ties go to the larger penalty, then to fewer columns (0023)."""
    return min(scored, key=lambda pair: (rounded(scored[pair]), -pair[0], pair[1]))


def nested_ridge(
    covariates: Table, outcomes: Table, wars: Sequence[str]
) -> tuple[list[list[float]], dict[str, Choice]]:
    """Forecast each war by a ridge regression chosen on the other wars; return forecasts and choices (0023)."""
    found, chosen = [list(row) for row in outcomes], {}
    for fold in sorted(set(wars)):
        chosen[fold] = least(ridge_scores(covariates, outcomes, wars, fold))
        own = from_other_wars(covariates, outcomes, wars, fit_ridge(*chosen[fold]))
        found = [new if war == fold else old for new, old, war in zip(own, found, wars, strict=True)]
    return found, chosen


def pooled(engine: Table, ridge: Table, weight: float) -> list[list[float]]:
    """Return w logit(engine) + (1 - w) logit(ridge) as chances (0023, the pool)."""
    return [
        [logistic(weight * logit(p) + (1 - weight) * logit(q)) for p, q in zip(*pair, strict=True)]
        for pair in zip(engine, ridge, strict=True)
    ]


def pool_scores(
    engine: Mapping[str, Table], ridge: Mapping[str, Table], outcomes: Mapping[str, Table]
) -> dict[int, float]:
    """Return the mean Brier score over both tiers and all horizons, by weight in tenths (0023, the pool).

    All three are by tier; the forecasts are those that leave the fold's war out besides the own one.
    """
    found = {}
    for tenths in TENTHS:
        cells = [by_horizon(brier_loss, pooled(engine[t], ridge[t], tenths / 10), outcomes[t]) for t in outcomes]
        found[tenths] = mean(score for tier in cells for score in tier)
    return found


def nested_weights(
    engine_without: Mapping[str, Mapping[str, Table]],
    covariates: Table,
    outcomes: Mapping[str, Table],
    wars: Sequence[str],
    chosen: Mapping[str, Mapping[str, Choice]],
) -> dict[str, dict[int, float]]:
    """Return the scores of the weights in each fold (0023, the pool).

    ``engine_without`` is by fold and tier: the engine's forecast of each row, weighed without the fold's war and its
    own; ``chosen`` by tier and fold. The inner ridge is fitted without both wars, with the fold's own choice.
    """
    found = {}
    for fold in sorted(set(wars)):
        hidden = {tier: without(table, wars, fold) for tier, table in outcomes.items()}
        ridge = {t: from_other_wars(covariates, hidden[t], wars, fit_ridge(*chosen[t][fold])) for t in outcomes}
        found[fold] = pool_scores(engine_without[fold], ridge, hidden)
    return found


def least_weight(scored: Mapping[int, float]) -> int:
    """Return the weight, in tenths, with the least score; ties go to the one nearest one half, then to the smaller."""
    return min(scored, key=lambda tenths: (rounded(scored[tenths]), abs(tenths - 5), tenths))


def nested_pool(
    engine: Mapping[str, Table], ridge: Mapping[str, Table], weights: Mapping[str, int], wars: Sequence[str]
) -> dict[str, list[list[float]]]:
    """Return the pool of each war with the weight of its fold, by tier; both forecasts are from other wars (0023)."""
    by_weight = {w: {tier: pooled(engine[tier], ridge[tier], w / 10) for tier in engine} for w in set(weights.values())}
    return {tier: [by_weight[weights[war]][tier][row] for row, war in enumerate(wars)] for tier in engine}
