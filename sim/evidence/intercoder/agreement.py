"""How far two coders agree, and what to write into a scenario where they do not.

Krippendorff's alpha (any number of coders, gaps allowed), weighted kappa (two coders, ordered categories), and the pool
of two coders' ranges as the three points that a scenario file wants. Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import ParleyError

Floats = NDArray[np.float64]
METRICS = ("nominal", "ordinal", "interval", "ratio")
FIRM, TENTATIVE = 0.800, 0.667
"""Krippendorff's own marks: conclusions may be drawn above the first, tentative ones above the second."""


def krippendorff_alpha(codings: ArrayLike, metric: str = "interval") -> float:
    """Agreement beyond chance: 1 perfect, 0 as chance would have it, below 0 worse.

    ``codings`` has shape (coders, units), NaN where a coder skipped a unit; a unit with fewer than two codes drops out.
    ``metric`` is ``nominal``, ``ordinal``, ``interval`` (positions, points) or ``ratio`` (numbers of 0 and more). NaN
    where all codes are alike, since then nothing could have differed. Raises ParleyError for another metric or shape.

    alpha = 1 - D_o / D_e over the coincidences of all pairs within units (Krippendorff 2004, Content Analysis, 2nd ed.,
    chapter 11; worked example in Krippendorff 2011, Computing Krippendorff's alpha-reliability).
    """
    if metric not in METRICS:
        raise ParleyError(f"metric: {metric[:40]!r} came, {', '.join(METRICS)} are allowed")
    codes = np.asarray(codings, dtype=np.float64)
    if codes.ndim != 2 or codes.shape[0] < 2:
        raise ParleyError(f"codings: shape {codes.shape} came, (coders, units) with two coders or more is wanted")
    values, coincidences = _coincidences(codes)
    totals = coincidences.sum(axis=1)
    n = totals.sum()
    if len(values) < 2:
        return float("nan")
    distance = _squared_distance(values, totals, metric)
    observed = float(np.sum(coincidences * distance))
    expected = float(np.sum(np.outer(totals, totals) * distance)) / (n - 1)
    return float(1.0 - observed / expected)


def _coincidences(codes: Floats) -> tuple[Floats, Floats]:
    """The values that occur in pairs, ascending, and how often each pair of values meets in a unit."""
    paired = codes[:, np.sum(~np.isnan(codes), axis=0) >= 2]
    values = np.unique(paired[~np.isnan(paired)])
    table = np.zeros((len(values), len(values)))
    for unit in paired.T:
        given = np.searchsorted(values, unit[~np.isnan(unit)])
        counts = np.bincount(given, minlength=len(values)).astype(np.float64)
        table += (np.outer(counts, counts) - np.diag(counts)) / (len(given) - 1)
    return values, table


def _squared_distance(values: Floats, totals: Floats, metric: str) -> Floats:
    """delta^2 between every two values."""
    first, second = values[:, None], values[None, :]
    if metric == "nominal":
        return np.asarray(first != second, dtype=np.float64)
    if metric == "ordinal":
        ranks = np.cumsum(totals) - totals / 2
        return np.asarray((ranks[:, None] - ranks[None, :]) ** 2)
    if metric == "ratio":
        if np.any(values < 0):
            raise ParleyError("metric ratio: a negative code came, numbers of 0 and more are wanted")
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.nan_to_num(((first - second) / (first + second)) ** 2)
    return np.asarray((first - second) ** 2)


def weighted_kappa(
    first: Sequence[float], second: Sequence[float], categories: Sequence[float], power: int = 2
) -> float:
    """Cohen's kappa with disagreements weighted by the distance of the categories' places to ``power`` (1 or 2).

    ``first`` and ``second`` are two coders' codes of the same units; ``categories`` all allowed codes in order. NaN
    where chance alone would agree throughout. Raises ParleyError for codes that are none of them, or unequal lengths.
    Reference: Cohen (1968), Psychological Bulletin 70, 213-220.
    """
    if len(first) != len(second):
        raise ParleyError(f"codes: {len(first)} and {len(second)} came, equally many are wanted")
    place = {category: number for number, category in enumerate(categories)}
    table = np.zeros((len(place), len(place)))
    for one, other in zip(first, second, strict=True):
        if unknown := [code for code in (one, other) if code not in place]:
            raise ParleyError(f"codes: {unknown[0]!r} came, {', '.join(map(str, categories))} are allowed")
        table[place[one], place[other]] += 1
    places = np.arange(len(place))
    return kappa_of_table(table, np.abs(places[:, None] - places[None, :]) ** power)


def kappa_of_table(table: ArrayLike, disagreement: ArrayLike) -> float:
    """Weighted kappa of a table of counts or shares, with weights of disagreement (0 on the diagonal)."""
    shares = np.asarray(table, dtype=np.float64)
    shares = shares / shares.sum()
    weights = np.asarray(disagreement, dtype=np.float64)
    by_chance = float(np.sum(weights * np.outer(shares.sum(axis=1), shares.sum(axis=0))))
    return 1.0 - float(np.sum(weights * shares)) / by_chance if by_chance > 0 else float("nan")


def in_words(alpha: float) -> str:
    """What Krippendorff would allow one to do with such an agreement."""
    if np.isnan(alpha):
        return "cannot be told: all codes are alike"
    if alpha >= FIRM:
        return "firm: conclusions may be drawn"
    return "tentative conclusions only" if alpha >= TENTATIVE else "too low: discuss the rubric and code again"


class ThreePoints(NamedTuple):
    """Low, central, high: a triangle, as a scenario file writes it."""

    low: float
    central: float
    high: float

    @property
    def mean(self) -> float:
        return sum(self) / 3


def pooled(ranges: Sequence[tuple[float, float, float]]) -> ThreePoints:
    """One triangle for several coders' triangles: from the least low to the greatest high, with their mean.

    The linear pool of opinions (Stone 1961, Annals of Mathematical Statistics 32, 1339-1342) gives each coder the same
    weight and is no triangle; this one has its ends and, as far as a triangle can, its mean, so that disagreement
    widens the range instead of vanishing in an average. Raises ParleyError for a range that is out of order.
    """
    if not ranges:
        raise ParleyError("ranges: none came, one for each coder is wanted")
    for low, central, high in ranges:
        if not low <= central <= high:
            raise ParleyError(f"ranges: {low:g}, {central:g}, {high:g} came, low <= central <= high is wanted")
    low, high = min(one[0] for one in ranges), max(one[2] for one in ranges)
    mean = float(np.mean([sum(one) / 3 for one in ranges]))
    return ThreePoints(low, min(high, max(low, 3 * mean - low - high)), high)
