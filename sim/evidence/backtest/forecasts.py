"""Forecasts of coded episodes by every forecaster, and the outcomes that they are scored on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sim.evidence.backtest import baselines
from sim.evidence.backtest.nested import Folds, NestedRidge, nested_ridge, own_rows, pool_of
from sim.evidence.backtest.nested_headline import NestedHeadline, nested_headline
from sim.evidence.backtest.ordered import ordered
from sim.evidence.backtest.own_past import OwnPast, with_own_past
from sim.evidence.backtest.reference_class import reference_by_age
from sim.evidence.calibration.calibrate import Record, Rows
from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode
from sim.statistics.estimates import Floats

DIGITS = 6
"""Forecasts are rounded to millionths, far below what a forecast can be known to."""
FORECASTERS = ("constant", "age of war", "ridge", "engine", "pool", "known", "headline")
ByTier = Mapping[str, Floats]


@dataclass(frozen=True)
class Forecasts:
    """Odds of the target rows by forecaster and tier, shape (rows, horizons), and what each fold set.

    ``correction`` is the ridge regression on top of the engine, ``pool`` by tier (folds, rows, horizons) the pool of
    engine, ridge and correction: every row without the fold's war and without its own.
    """

    by_forecaster: Mapping[str, ByTier]
    folds: Folds
    ridge: NestedRidge
    correction: NestedRidge
    pool: ByTier
    own_past: OwnPast
    headline: NestedHeadline


def forecast(rows: Rows, record: Record, workers: int | None = None) -> Forecasts:
    """Forecast every target from wars other than its own; ``known`` and ``headline`` from its own war's past too."""
    outcomes = {tier: outcomes_of(rows.all, tier, rows.as_of) for tier in TIERS}
    wars = wars_of(rows.all)
    scored = np.array([episode.is_scored for episode in rows.all])
    folds = Folds.by_war(wars, scored)
    coded = baselines.Coded.of(rows.all)
    ages = np.array([episode.age_days for episode in rows.all])
    engine = engine_without(record, rows.all, folds)
    ridge = nested_ridge(coded, outcomes, folds, workers)
    correction = nested_ridge(coded, outcomes, folds, workers, engine)
    pool = ordered(pool_of(engine, ridge.inner, correction.inner))
    own_past = with_own_past(pool, rows.all, folds)
    headline = nested_headline(own_past.inner, references(rows.all), outcomes["durable"], folds)
    by_forecaster = {
        "constant": {tier: baselines.constant(values, wars) for tier, values in outcomes.items()},
        "age of war": {tier: baselines.age_of_war(ages, values, wars) for tier, values in outcomes.items()},
        "ridge": ridge.forecasts,
        "engine": {tier: own_rows(by_fold, folds) for tier, by_fold in engine.items()},
        "pool": {tier: own_rows(by_fold, folds) for tier, by_fold in pool.items()},
        "known": {tier: own_rows(by_fold, folds) for tier, by_fold in own_past.inner.items()},
        "headline": headline.forecasts,
    }
    return Forecasts(_of_targets(by_forecaster, len(rows.targets)), folds, ridge, correction, pool, own_past, headline)


def _of_targets(by_forecaster: Mapping[str, ByTier], n: int) -> dict[str, ByTier]:
    """Return the rounded odds of the first ``n`` rows, which are the targets."""
    return {
        name: {tier: np.round(odds[:n], DIGITS) for tier, odds in by_tier.items()}
        for name, by_tier in by_forecaster.items()
    }


def engine_without(record: Record, episodes: Sequence[Episode], folds: Folds) -> dict[str, Floats]:
    """Return the engine's odds by tier, (folds, rows, horizons), without the fold's war and without the row's own."""
    found = {tier: np.empty((len(folds.names), len(episodes), len(HORIZONS))) for tier in TIERS}
    of_fold = [np.flatnonzero(folds.of == fold) for fold in range(len(folds.names))]
    for first, war in enumerate(folds.names):
        for second in range(first, len(folds.names)):
            weights = record.posterior.without(war, folds.names[second])
            for fold, other in {(first, second), (second, first)}:
                for row in of_fold[other]:
                    for tier in TIERS:
                        found[tier][fold, row] = record.surfaces.odds(tier, int(row), weights)
    return found


def engine_from_prior(record: Record, n: int) -> ByTier:
    """Return the engine's odds of the first ``n`` rows from the prior, nothing learned."""
    even = np.full(len(record.surfaces.points), 1.0 / len(record.surfaces.points))
    return {tier: np.array([record.surfaces.odds(tier, row, even) for row in range(n)]) for tier in TIERS}


def references(episodes: Sequence[Episode]) -> Floats:
    """Return the odds of the reference class of wars of each row's age, shape (rows, horizons)."""
    found = [[reference_by_age(episode.age_days, days) for days in HORIZONS] for episode in episodes]
    return np.array(found).reshape(len(episodes), len(HORIZONS))


def outcomes_of(episodes: Sequence[Episode], tier: str, as_of: date | None = None) -> Floats:
    """Return the outcomes (rows, horizons): 1, 0, or NaN where not scored.

    As of a date only horizons that have wholly passed are scored: a ceasefire is known at once, but that there was none
    only at the horizon, so recent rows would else contribute ceasefires alone.
    """
    values = [
        value if value is not None and episode.has_passed(tier, days, as_of) else np.nan
        for episode in episodes
        for days, value in zip(HORIZONS, episode.outcomes[tier], strict=True)
    ]
    return np.array(values, dtype=float).reshape(len(episodes), len(HORIZONS))


def wars_of(episodes: Sequence[Episode]) -> Any:
    """Return the war of each row, as an array of names."""
    return np.array([episode.cluster for episode in episodes])
