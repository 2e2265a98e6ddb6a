"""Do things happen as often as forecast? Reliability bins, and coverage of predictive intervals.

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
class Coverage:
    """Of ``n`` rows, the share inside the central interval that should hold a share ``nominal`` of them."""

    nominal: float
    observed: float
    n: int


def reliability(
    p: ArrayLike, y: ArrayLike, clusters: ArrayLike, edges: Sequence[float] = FIFTHS, level: float = 0.90
) -> list[Bin]:
    """Compare observed shares with mean forecasts, bin by bin.

    Parameters
    ----------
    p, y, clusters
        Forecasts from 0 to 1, outcomes of 1, 0 or NaN, and wars, of one shape.
    edges
        Limits of the bins, rising from 0 to 1; a bin holds its lower edge, the last one both.
    level
        Coverage of the interval of the observed share.

    Returns
    -------
    list of Bin
        One for each two neighbouring edges that hold a scored forecast.

    Raises
    ------
    ValueError, NumericError
        For other shapes, edges or numbers.

    Notes
    -----
    The interval is Wilson's with the number of *effective* rows, n over Kish's design effect of wars (at least 1).
    Where a bin has one war, or outcomes that all agree, the rows hold no information on how alike rows of a war are,
    and each war counts as one row. A bootstrap by war would have no width in such bins.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Kish (1965), Survey Sampling, sections 6.4 and 8.2.
    """
    limits = np.asarray(edges, dtype=np.float64)
    if len(limits) < 2 or limits[0] != 0 or limits[-1] != 1 or np.any(np.diff(limits) <= 0):
        raise ValueError(f"expected edges that rise from 0 to 1, got {[*map(float, limits)]}")
    forecasts, outcomes = (np.ravel(column) for column in checked(p, y))
    scored = ~np.isnan(outcomes)
    forecasts, outcomes, wars = forecasts[scored], outcomes[scored], np.ravel(clusters)[scored]
    which = np.minimum(np.searchsorted(limits, forecasts, side="right") - 1, len(limits) - 2)
    found = []
    for k in np.unique(which):
        here = which == k
        outcome, war = outcomes[here], np.unique(wars[here], return_inverse=True)[1]
        observed, n_wars = float(outcome.mean()), int(war.max()) + 1
        low, high = wilson(observed, len(outcome) / _design_effect(outcome, war), level)
        mean = float(forecasts[here].mean())
        found.append(Bin(float(limits[k]), float(limits[k + 1]), len(outcome), n_wars, mean, observed, low, high))
    return found


def event_intervals(outcomes: ArrayLike, days: Sequence[float] = HORIZON_DAYS) -> tuple[Floats, Floats]:
    """Find between which days each event occurred.

    Parameters
    ----------
    outcomes
        Shape (rows, horizons): 1 from the first horizon by which the event had occurred, before it 0; NaN not scored.
    days
        Days of the horizons.

    Returns
    -------
    tuple of numpy.ndarray
        Last horizon without the event (0 if none) and first with it (infinity if none), each (rows,); both NaN in a row
        without a scored cell.

    Raises
    ------
    ValueError
        Where an event that had occurred is later coded as not having done so.
    """
    happened, when = np.asarray(outcomes, dtype=np.float64), np.asarray(days, dtype=np.float64)
    after = np.max(np.where(happened == 0, when, 0.0), axis=1)
    by = np.min(np.where(happened == 1, when, np.inf), axis=1)
    if np.any(after >= by):
        raise ValueError(f"row {int(np.argmax(after >= by))}: expected 1 after a 1, got 0 at a later horizon")
    unknown = np.all(np.isnan(happened), axis=1)
    return np.where(unknown, np.nan, after), np.where(unknown, np.nan, by)


def interval_coverage(
    cdf: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    levels: Sequence[float] = LEVELS,
    times: Sequence[float] = HORIZON_DAYS,
) -> list[Coverage]:
    """Compute how often central predictive intervals hold an event's time that is known up to an interval.

    Parameters
    ----------
    cdf
        Predictive chance that the event has occurred by each time, shape (rows, times); may stay below 1.
    lower, upper
        The event lies in (lower, upper], each (rows,); an upper limit of infinity means not seen, NaN not scored.
        Limits between grid times are widened to the next one outwards.
    levels
        Nominal coverages.
    times
        Ascending days of the grid.

    Returns
    -------
    list of Coverage
        One for each level.

    Raises
    ------
    ValueError
        For a distribution that falls or leaves [0, 1], and for an interval without length.

    Notes
    -----
    The probability integral transform of the time is uniform on [F(lower), F(upper)], F being 0 before the grid and 1
    at infinity. The central interval of level q holds transforms in [(1 - q)/2, (1 + q)/2], so a row counts with the
    share of [F(lower), F(upper)] that lies in there (0 or 1 if that has no length): the expectation of the randomised
    transform. Under the true model the mean is q for any fixed grid. A wide [F(lower), F(upper)] counts near q whatever
    the truth, so coverage near nominal says little where nothing was resolved.

    References
    ----------
    Smith (1985), Diagnostic checks of non-standard time series models, Journal of Forecasting 4, 283-291.

    Czado, Gneiting and Held (2009), Predictive model assessment for count data, Biometrics 65, 1254-1261.
    """
    after, by = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    known = ~(np.isnan(after) | np.isnan(by))
    after, by, grid = after[known], by[known], np.asarray(times, dtype=np.float64)
    if np.any(after >= by):
        raise ValueError("expected intervals that end after they begin, got one that does not")
    reached = np.asarray(cdf, dtype=np.float64)[known]
    if np.any(np.diff(reached, axis=1) < 0) or not np.all((reached >= 0) & (reached <= 1)):
        raise ValueError("expected a predictive CDF between 0 and 1 that does not fall, got another")
    n = len(reached)
    padded = np.column_stack([np.zeros(n), reached, np.ones(n)])
    start = padded[np.arange(n), np.searchsorted(grid, after, side="right")]
    end = padded[np.arange(n), np.searchsorted(grid, by, side="left") + 1]
    return [Coverage(q, _share_inside(start, end, (1 - q) / 2, (1 + q) / 2), n) for q in levels]


def _share_inside(start: Floats, end: Floats, low: float, high: float) -> float:
    """Return the mean over rows of the share of [start, end] that lies in [low, high]; NaN without rows."""
    length = end - start
    overlap = np.maximum(np.minimum(end, high) - np.maximum(start, low), 0.0)
    inside = np.where(length > 0, overlap / np.where(length > 0, length, 1.0), (start >= low) & (start <= high))
    return float(inside.mean()) if len(inside) else np.nan


def _design_effect(outcomes: Floats, war: NDArray[np.intp]) -> float:
    """Return how many rows are worth one, when rows of a war resemble each other (Kish 1965)."""
    n, p, sizes = len(outcomes), float(outcomes.mean()), np.bincount(war)
    if len(sizes) < 2 or p in (0.0, 1.0):
        return n / len(sizes)
    deviations = np.bincount(war, outcomes) - p * sizes
    variance = len(sizes) / (len(sizes) - 1) * float(np.sum(deviations**2)) / n**2
    return max(1.0, variance * n / (p * (1 - p)))
