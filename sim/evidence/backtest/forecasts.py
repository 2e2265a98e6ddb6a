"""Forecasts of coded episodes from other wars alone, and the outcomes against which they are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sim.evidence.backtest.reference_class import reference_by_age
from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode
from sim.statistics.anchoring import mean_of_logits
from sim.statistics.estimates import Floats

DIGITS = 6
"""Forecasts are rounded to millionths, far below what a forecast can be known to."""


@dataclass(frozen=True)
class Forecasts:
    """Odds of the target rows by tier, shape (rows, horizons); ``anchored`` of the durable tier."""

    by_tier: Mapping[str, Floats]
    anchored: Floats


def forecast(record: Record, targets: Sequence[Episode], learns: bool = True) -> Forecasts:
    """Return the odds of each target from every war but its own; ``learns=False`` takes the priors as they are."""
    even = np.full(len(record.surfaces.points), 1.0 / len(record.surfaces.points))
    weights = {war: record.posterior.without(war) if learns else even for war in {e.cluster for e in targets}}
    by_tier = {
        tier: np.round([record.surfaces.odds(tier, row, weights[e.cluster]) for row, e in enumerate(targets)], DIGITS)
        for tier in TIERS
    }
    by_tier = {tier: odds.reshape(len(targets), len(HORIZONS)) for tier, odds in by_tier.items()}
    return Forecasts(by_tier, np.round(anchored(by_tier["durable"], targets), DIGITS))


def anchored(odds: Floats, targets: Sequence[Episode]) -> Floats:
    """Return the headline of each row: half way, in log odds, to the reference class of wars of its age."""
    reference = np.array([[reference_by_age(e.age_days, days) for days in HORIZONS] for e in targets])
    return np.asarray(mean_of_logits(np.clip(odds, 1e-6, 1 - 1e-6), reference.reshape(odds.shape)))


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
