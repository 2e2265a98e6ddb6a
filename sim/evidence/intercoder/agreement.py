"""How far coders agree, and what to write into a scenario where they do not.

Krippendorff's alpha (any number of coders, gaps allowed), weighted kappa (two coders, ordered categories), and the pool
of two coders' ranges as the three points of a scenario file. Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import ParleyError
from sim.scenario.schema.quantity import ThreePoints

Floats = NDArray[np.float64]
METRICS = ("nominal", "ordinal", "interval", "ratio")
FIRM, TENTATIVE = 0.800, 0.667
"""Krippendorff's own marks: conclusions may be drawn above the first, tentative ones above the second."""


def krippendorff_alpha(codings: ArrayLike, metric: str = "interval") -> float:
    """Compute Krippendorff's alpha: agreement beyond chance.

    Parameters
    ----------
    codings
        Shape (coders, units), NaN where a coder skipped a unit; a unit with fewer than two codes drops out.
    metric
        ``nominal``, ``ordinal``, ``interval`` (positions, points) or ``ratio`` (numbers of 0 and more).

    Returns
    -------
    float
        1 for perfect agreement, 0 for chance, below 0 for worse; NaN where all codes are alike, since then nothing
        could have differed.

    Raises
    ------
    ParleyError
        For another metric or shape, and for a negative code on the ratio metric.

    Notes
    -----
    alpha = 1 - D_o / D_e, D_o = sum_ck o_ck d_ck^2 / n and D_e = sum_ck n_c n_k d_ck^2 / (n (n - 1)), with coincidences
    o_ck of the values c and k over all pairs within units, their totals n_c, and the squared distance d_ck^2 of the
    metric.

    References
    ----------
    Krippendorff (2004), Content Analysis, 2nd ed., chapter 11.

    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    if metric not in METRICS:
        raise ParleyError(f"metric: expected {', '.join(METRICS)}, got {metric[:40]!r}")
    codes = np.asarray(codings, dtype=np.float64)
    if codes.ndim != 2 or codes.shape[0] < 2:
        raise ParleyError(f"codings: expected shape (coders, units) with two coders or more, got {codes.shape}")
    values, coincidences = _coincidences(codes)
    totals = coincidences.sum(axis=1)
    if len(values) < 2:
        return float("nan")
    distance = _squared_distance(values, totals, metric)
    observed = float(np.sum(coincidences * distance))
    expected = float(np.sum(np.outer(totals, totals) * distance)) / (totals.sum() - 1)
    return float(1.0 - observed / expected)


def _coincidences(codes: Floats) -> tuple[Floats, Floats]:
    """Return the values that occur in pairs, ascending, and how often each pair of values meets in a unit."""
    paired = codes[:, np.sum(~np.isnan(codes), axis=0) >= 2]
    values = np.unique(paired[~np.isnan(paired)])
    table = np.zeros((len(values), len(values)))
    for unit in paired.T:
        given = np.searchsorted(values, unit[~np.isnan(unit)])
        counts = np.bincount(given, minlength=len(values)).astype(np.float64)
        table += (np.outer(counts, counts) - np.diag(counts)) / (len(given) - 1)
    return values, table


def _squared_distance(values: Floats, totals: Floats, metric: str) -> Floats:
    """Return delta^2 between every two values."""
    if metric == "ordinal":
        values = np.cumsum(totals) - totals / 2
    first, second = values[:, None], values[None, :]
    if metric == "nominal":
        return np.asarray(first != second, dtype=np.float64)
    if metric != "ratio":
        return np.asarray((first - second) ** 2)
    if np.any(values < 0):
        raise ParleyError("metric ratio: expected numbers of 0 and more, got a negative code")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(((first - second) / (first + second)) ** 2)


def weighted_kappa(
    first: Sequence[float], second: Sequence[float], categories: Sequence[float], power: int = 2
) -> float:
    """Compute Cohen's weighted kappa of two coders.

    Parameters
    ----------
    first, second
        Codes of the same units.
    categories
        All allowed codes, in order.
    power
        Disagreements are weighted by the distance of the categories' places to this power, 1 or 2.

    Returns
    -------
    float
        1 for perfect agreement, 0 for chance; NaN where chance alone would agree throughout.

    Raises
    ------
    ParleyError
        For a code that is no category, and for unequal lengths.

    Notes
    -----
    ``kappa = 1 - sum_ij w_ij p_ij / sum_ij w_ij p_i. p_.j``, with ``w_ij = |i - j|^power``.

    References
    ----------
    Cohen (1968), Weighted kappa, Psychological Bulletin 70, 213-220.
    """
    if len(first) != len(second):
        raise ParleyError(f"codes: expected equally many of both coders, got {len(first)} and {len(second)}")
    place = {category: number for number, category in enumerate(categories)}
    if unknown := [code for code in (*first, *second) if code not in place]:
        raise ParleyError(f"codes: expected {', '.join(map(str, categories))}, got {unknown[0]!r}")
    table = np.zeros((len(place), len(place)))
    np.add.at(table, ([place[code] for code in first], [place[code] for code in second]), 1)
    places = np.arange(len(place))
    return kappa_of_table(table, np.abs(places[:, None] - places[None, :]) ** power)


def kappa_of_table(table: ArrayLike, disagreement: ArrayLike) -> float:
    """Compute weighted kappa from a table of counts or shares.

    Parameters
    ----------
    table
        Counts or shares by the first coder's and the second coder's category, shape (categories, categories).
    disagreement
        Weights of the same shape, 0 on the diagonal.

    Returns
    -------
    float
        Weighted kappa; NaN where chance alone would agree throughout.

    References
    ----------
    Cohen (1968), Weighted kappa, Psychological Bulletin 70, 213-220.
    """
    shares = np.asarray(table, dtype=np.float64)
    shares = shares / shares.sum()
    weights = np.asarray(disagreement, dtype=np.float64)
    by_chance = float(np.sum(weights * np.outer(shares.sum(axis=1), shares.sum(axis=0))))
    return 1.0 - float(np.sum(weights * shares)) / by_chance if by_chance > 0 else float("nan")


def in_words(alpha: float) -> str:
    """Return which conclusions Krippendorff allows from such an agreement."""
    if np.isnan(alpha):
        return "undetermined: all codes are alike"
    if alpha >= FIRM:
        return "firm: conclusions may be drawn"
    return "tentative conclusions only" if alpha >= TENTATIVE else "too low: discuss the rubric and code again"


def pooled(ranges: Sequence[tuple[float, float, float]]) -> ThreePoints:
    """Pool several coders' triangles: from the least low to the greatest high, with their mean.

    Parameters
    ----------
    ranges
        Low, central and high of each coder.

    Returns
    -------
    ThreePoints
        One triangle.

    Raises
    ------
    ParleyError
        For a range that is out of order, and without any.

    Notes
    -----
    The linear pool of opinions gives each coder the same weight and is no triangle; this one has its ends and, as far
    as a triangle can, its mean, so that disagreement widens the range instead of vanishing in an average.

    References
    ----------
    Stone (1961), The opinion pool, Annals of Mathematical Statistics 32, 1339-1342.
    """
    if not ranges:
        raise ParleyError("ranges: expected one for each coder, got none")
    for low, central, high in ranges:
        if not low <= central <= high:
            raise ParleyError(f"ranges: expected low <= central <= high, got {low:g}, {central:g}, {high:g}")
    low, high = min(one[0] for one in ranges), max(one[2] for one in ranges)
    mean = float(np.mean([sum(one) / 3 for one in ranges]))
    return ThreePoints(low, min(high, max(low, 3 * mean - low - high)), high)
