"""Survival of what may still last when it is last seen: the estimator of Kaplan and Meier, by week."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.estimates import wilson

Z = 1.96
"""Two-sided normal quantile of a 95 % interval."""


def kaplan_meier(seen: ArrayLike, ended: ArrayLike, effect: float = 1.0) -> dict[str, list[float]]:
    """Estimate the share of ceasefires still in force by week, those not yet ended counted until last seen.

    Parameters
    ----------
    seen
        How many were last seen in each week, ended or in force, shape (weeks,).
    ended
        How many of these ended in it, of the same shape.
    effect
        Design effect by which the variance is multiplied.

    Returns
    -------
    dict of list of float
        By week from 0 on, up to the last week in which any was seen: ``day``, ``holds`` (share still in force), ``lo``
        and ``hi`` (95 % interval), ``at_risk``.

    Notes
    -----
    S(t) = prod_{s <= t} (1 - d_s / n_s), with d_s ended of n_s at risk. The interval is Greenwood's,
    var log S = sum_s d_s / (n_s (n_s - d_s)), on the log-log scale: S^exp(+-z sqrt(var log S) / log S). Where all or
    none are left it has no width; there limits are exact, for as many as are at risk over the share that was left
    before, over ``effect``. In week 0 every one is in force.

    References
    ----------
    Kaplan and Meier (1958), Nonparametric estimation from incomplete observations, Journal of the American Statistical
    Association 53, 457-481.

    Greenwood (1926), The natural duration of cancer, Reports on Public Health and Medical Subjects 33, 1-26.

    Dorey and Korn (1987), Effective sample sizes for confidence intervals for survival probabilities, Statistics in
    Medicine 6, 679-687.
    """
    seen, ends = np.asarray(seen), np.asarray(ended)
    last = int(np.flatnonzero(seen).max(initial=0))
    seen, ends = seen[: last + 1], ends[: last + 1]
    at_risk = np.cumsum(seen[::-1])[::-1]  # from the last on, so that weighted counts cancel to the last digit
    with np.errstate(divide="ignore", invalid="ignore"):
        holds = np.cumprod(1.0 - np.where(at_risk > 0, ends / np.maximum(at_risk, 1), 0.0))
        left = np.maximum(at_risk - ends, 1e-9)
        spread = np.sqrt(effect * np.cumsum(np.where(ends > 0, ends / (np.maximum(at_risk, 1) * left), 0.0)))
        reach = np.where((holds > 0) & (holds < 1), Z * spread / np.abs(np.log(holds)), 0.0)
        low, high = np.power(holds, np.exp(reach)), np.power(holds, np.exp(-reach))
        before = np.concatenate([[1.0], holds[:-1]])
        limits = [
            wilson(share, risk / max(one, 1e-9) / effect) if share in (0.0, 1.0) and one > 0 else (lo, hi)
            for share, risk, one, lo, hi in zip(holds, at_risk, before, low, high, strict=True)
        ]
        if holds[0] == 1.0:
            limits[0] = (1.0, 1.0)
    return {
        "day": [7.0 * week for week in range(last + 1)],
        "holds": [float(value) for value in holds],
        "lo": [float(lo) for lo, _ in limits],
        "hi": [float(hi) for _, hi in limits],
        "at_risk": [float(value) for value in at_risk],
    }
