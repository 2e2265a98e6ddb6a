"""Odds that fit together: none falls with the horizon, and a durable ceasefire is at most as likely as a mutual one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.statistics.estimates import Floats


def ordered(odds: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the odds of the tiers ``durable`` and ``mutual`` in order, each of shape (..., horizons).

    Each tier takes the nearest odds that do not fall with the horizon; where durable then exceeds mutual, both take
    their mean, which keeps that order.
    """
    durable, mutual = (non_decreasing(odds[tier]) for tier in ("durable", "mutual"))
    mean = (durable + mutual) / 2
    return {"durable": np.minimum(durable, mean), "mutual": np.maximum(mutual, mean)}


def non_decreasing(odds: Floats) -> Floats:
    """Return the nearest odds, by least squares, that do not fall along the last axis (isotonic regression).

    References
    ----------
    Robertson, Wright and Dykstra (1988), Order Restricted Statistical Inference, section 1.4: the max-min formula.
    """
    n = odds.shape[-1]
    sums = np.concatenate([np.zeros((*odds.shape[:-1], 1)), np.cumsum(odds, axis=-1)], axis=-1)
    means = {(i, j): (sums[..., j + 1] - sums[..., i]) / (j + 1 - i) for i in range(n) for j in range(i, n)}
    least = {(i, k): np.min([means[i, j] for j in range(k, n)], axis=0) for i in range(n) for k in range(i, n)}
    found = np.stack([np.max([least[i, k] for i in range(k + 1)], axis=0) for k in range(n)], axis=-1)
    rises = np.all(np.diff(odds, axis=-1) >= 0, axis=-1, keepdims=True)  # odds that rise stay as they are, to the bit
    return np.where(rises, odds, np.maximum.accumulate(found, axis=-1))
