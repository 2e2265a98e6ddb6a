"""Do things happen as often as said? Reliability bins, the decomposition of the Brier score, coverage of intervals.

Pure functions of arrays. Forecasts, outcomes and ``clusters`` (the war of each row) are flat here; an outcome of NaN
means *not scored*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.backtest.scores import checked
from sim.statistics.estimates import Floats, wilson

FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LEVELS = (0.5, 0.8, 0.9)
HORIZON_DAYS = (30.0, 90.0, 180.0, 365.0)


@dataclass(frozen=True)
class Bin:
    """Forecasts between two edges: how many, from how many wars, their mean, and how often it happened (all shares)."""

    lower_edge: float
    upper_edge: float
    n: int
    n_wars: int
    mean_forecast: float
    observed: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True)
class Murphy:
    """Parts of a Brier score: brier = reliability - resolution + uncertainty + within_variance - within_covariance."""

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float


@dataclass(frozen=True)
class Coverage:
    """Of ``n`` rows, the share inside the central interval that should hold a share ``nominal`` of them."""

    nominal: float
    observed: float
    n: int


def reliability(
    p: ArrayLike, y: ArrayLike, clusters: ArrayLike, edges: Sequence[float] = FIFTHS, level: float = 0.90
) -> list[Bin]:
    """Observed shares beside mean forecasts, one ``Bin`` for each two neighbouring ``edges`` that hold a forecast.

    A bin holds its lower edge; the last one holds both. The interval of the observed share is Wilson's (1927) with the
    number of *effective* rows, n over Kish's design effect of wars (at least 1). Where a bin has one war, or outcomes
    that all agree, rows cannot tell how alike a war's rows are, and each war counts as one row. A bootstrap by war
    would have width nought in such bins.
    """
    forecasts, outcomes, wars, which = _binned(p, y, edges, clusters)
    found = []
    for k in np.unique(which):
        here = which == k
        outcome, war = outcomes[here], np.unique(wars[here], return_inverse=True)[1]
        observed, n_wars = float(outcome.mean()), int(war.max()) + 1
        low, high = wilson(observed, len(outcome) / _design_effect(outcome, war), level)
        mean = float(forecasts[here].mean())
        found.append(Bin(float(edges[k]), float(edges[k + 1]), len(outcome), n_wars, mean, observed, low, high))
    return found


def murphy(p: ArrayLike, y: ArrayLike, edges: Sequence[float] = FIFTHS) -> Murphy:
    """Split the Brier score by bins, exactly.

    Reliability (0 best): mean over rows of (mean forecast of the bin - observed share of the bin)^2. Resolution (more
    is better): of (observed share of the bin - of all)^2. Uncertainty: share (1 - share) of all. The two terms within
    bins, the variance of the forecasts and twice their covariance with outcomes, vanish where a bin holds one forecast.

    References: Murphy (1973), A new vector partition of the probability score, Journal of Applied Meteorology 12,
    595-600; terms within bins: Stephenson, Coelho and Jolliffe (2008), Weather and Forecasting 23, 752-757.
    """
    forecasts, outcomes, _, which = _binned(p, y, edges, np.zeros(np.shape(p)))
    if not len(outcomes):
        return Murphy(*[np.nan] * 6)
    # Each row beside the means of its bin.
    size = np.bincount(which)
    bin_forecast = (np.bincount(which, forecasts) / np.maximum(size, 1))[which]
    bin_share = (np.bincount(which, outcomes) / np.maximum(size, 1))[which]
    share = float(outcomes.mean())
    return Murphy(
        brier=float(np.mean((forecasts - outcomes) ** 2)),
        reliability=float(np.mean((bin_forecast - bin_share) ** 2)),
        resolution=float(np.mean((bin_share - share) ** 2)),
        uncertainty=share * (1 - share),
        within_variance=float(np.mean((forecasts - bin_forecast) ** 2)),
        within_covariance=2 * float(np.mean((forecasts - bin_forecast) * (outcomes - bin_share))),
    )


def event_intervals(outcomes: ArrayLike, days: Sequence[float] = HORIZON_DAYS) -> tuple[Floats, Floats]:
    """Between which days the event came, from happened-by-then columns: (after, by), each (rows,).

    ``outcomes`` has shape (rows, horizons) with 1 from the first horizon that the event had reached, NaN not scored.
    ``after`` is the last horizon without it (0 if none), ``by`` the first with it (infinity if none); both are NaN in
    a row without a scored cell. ValueError where an event that had come is later said not to have.
    """
    happened, when = np.asarray(outcomes, dtype=np.float64), np.asarray(days, dtype=np.float64)
    after = np.max(np.where(happened == 0, when, 0.0), axis=1)
    by = np.min(np.where(happened == 1, when, np.inf), axis=1)
    if np.any(after >= by):
        raise ValueError(f"row {int(np.argmax(after >= by))}: an event that had come is later said not to have")
    unknown = np.all(np.isnan(happened), axis=1)
    return np.where(unknown, np.nan, after), np.where(unknown, np.nan, by)


def interval_coverage(
    cdf: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    levels: Sequence[float] = LEVELS,
    times: Sequence[float] = HORIZON_DAYS,
) -> list[Coverage]:
    """How often central predictive intervals of an event's time hold it, when only an interval of the time is known.

    ``cdf`` (rows, times): predictive chance that the event has come by each of the ascending ``times``, which may stay
    below 1. The event is known to lie in (``lower``, ``upper``], each (rows,); ``upper`` infinity means not seen, NaN
    in either not scored. Limits between grid times are widened to the next one outwards.

    Given that, the probability integral transform of the time is uniform on [F(lower), F(upper)], F being 0 before
    the grid and 1 at infinity. The central interval of level q holds transforms in [(1 - q)/2, (1 + q)/2], so a row
    counts with the share of [F(lower), F(upper)] that lies in there (0 or 1 if that has no length): the expectation
    of the randomised transform, without its luck. Under the true model the mean is q for any fixed grid.

    A wide [F(lower), F(upper)] counts near q whatever the truth, so coverage near nominal says little where nothing
    was resolved. Reference: Smith (1985), Journal of Forecasting 4, 283-291, and Czado, Gneiting and Held (2009),
    Biometrics 65, 1254-1261, on transforms of discrete outcomes.
    """
    after, by = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    known = ~(np.isnan(after) | np.isnan(by))
    after, by, grid = after[known], by[known], np.asarray(times, dtype=np.float64)
    if np.any(after >= by):
        raise ValueError("an event's interval ends before it begins")
    reached = np.asarray(cdf, dtype=np.float64)[known]
    if np.any(np.diff(reached, axis=1) < 0) or not np.all((reached >= 0) & (reached <= 1)):
        raise ValueError("a predictive CDF lies between 0 and 1 and does not fall")
    n = len(reached)
    padded = np.column_stack([np.zeros(n), reached, np.ones(n)])
    start = padded[np.arange(n), np.searchsorted(grid, after, side="right")]
    end = padded[np.arange(n), np.searchsorted(grid, by, side="left") + 1]
    return [Coverage(q, _share_inside(start, end, (1 - q) / 2, (1 + q) / 2), n) for q in levels]


def _share_inside(start: Floats, end: Floats, low: float, high: float) -> float:
    """Mean over rows of the share of [start, end] that lies in [low, high]; NaN without rows."""
    length = end - start
    overlap = np.maximum(np.minimum(end, high) - np.maximum(start, low), 0.0)
    inside = np.where(length > 0, overlap / np.where(length > 0, length, 1.0), (start >= low) & (start <= high))
    return float(inside.mean()) if len(inside) else np.nan


def _binned(
    p: ArrayLike, y: ArrayLike, edges: Sequence[float], clusters: ArrayLike
) -> tuple[Floats, Floats, NDArray[np.generic], NDArray[np.intp]]:
    """Scored forecasts, their outcomes, wars and the number of their bins, each (scored rows,)."""
    limits = np.asarray(edges, dtype=np.float64)
    if len(limits) < 2 or limits[0] != 0 or limits[-1] != 1 or np.any(np.diff(limits) <= 0):
        raise ValueError("edges rise from 0 to 1")
    forecasts, outcomes = (np.ravel(column) for column in checked(p, y))
    scored = ~np.isnan(outcomes)
    which = np.searchsorted(limits, forecasts[scored], side="right") - 1
    return forecasts[scored], outcomes[scored], np.ravel(clusters)[scored], np.minimum(which, len(limits) - 2)


def _design_effect(outcomes: Floats, war: NDArray[np.intp]) -> float:
    """How many rows are worth one, when rows of a war resemble each other (Kish 1965, sections 6.4 and 8.2)."""
    n, p, sizes = len(outcomes), float(outcomes.mean()), np.bincount(war)
    if len(sizes) < 2 or p in (0.0, 1.0):
        return n / len(sizes)
    deviations = np.bincount(war, outcomes) - p * sizes
    variance = len(sizes) / (len(sizes) - 1) * float(np.sum(deviations**2)) / n**2
    return max(1.0, variance * n / (p * (1 - p)))
