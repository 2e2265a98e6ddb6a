"""Find reservation points, the bargaining range and offers on the contract curve (docs/odd.md, 3.4).

Each side's gain is tabulated at the contract-curve weights of `GRID`, one monotone curve a side; so each side has one
reservation point, and a range (ZOPA) exists if and only if they do not cross.
"""

from __future__ import annotations

import numpy as np

from sim.theory.utility import Array, Column

GRID_STEPS = 100
GRID = np.arange(GRID_STEPS + 1) / GRID_STEPS
"""The 101 contract-curve weights at which gains are tabulated; between them they are interpolated linearly."""


def least_weight(values: Array, needed: Column) -> Array:
    """Return the least contract-curve weight at which a side's gain reaches what it needs.

    Parameters
    ----------
    values : array, shape (..., 101)
        Gain at each weight of `GRID`, rising along the last axis. [util]
    needed : float or array, shape (...)
        Least gain; broadcasts with the leading axes of ``values``. [util]

    Returns
    -------
    array, shape (...)
        Weight, interpolated linearly; infinity where the gain never reaches what is needed. [-]

    Notes
    -----
    Inverse of the tabulated gain (docs/odd.md, 3.4, Range).

    Examples
    --------
    >>> least_weight(GRID**2, np.array(0.25)).round(3).item(), least_weight(GRID**2, np.array(2.0)).item()
    (0.5, inf)
    """
    needed = np.asarray(needed, dtype=float)
    reached = values >= needed[..., None]
    first = np.argmax(reached, axis=-1)
    before = np.maximum(first - 1, 0)
    at = np.take_along_axis(values, first[..., None], axis=-1)[..., 0]
    under = np.take_along_axis(values, before[..., None], axis=-1)[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(first > 0, (needed - under) / (at - under), 0.0)
    return np.where(reached.any(axis=-1), (before + part) / GRID_STEPS, np.inf)


def bargaining_range(values_a: Array, values_b: Array, needed_a: Column, needed_b: Column) -> tuple[Array, Array]:
    """Return both sides' reservation points as contract-curve weights.

    Parameters
    ----------
    values_a, values_b : array, shape (..., 101)
        Gains of both sides at each weight of `GRID`; A's rise, B's fall along the last axis. [util]
    needed_a, needed_b : float or array, shape (...)
        Least gain over the status quo at which each side would sign. [util]

    Returns
    -------
    tuple of two arrays, shape (...)
        lA*, infinite where A has none, and lB*, minus infinity where B has none; a range exists where lA* <= lB*. [-]

    Notes
    -----
    lA* is the least l with gain_A >= need_A, lB* the greatest with gain_B >= need_B (docs/odd.md, 3.4, Range). The
    source has one issue and linear utilities (`fearon_range`); here the range lies on a curve of packages.

    References
    ----------
    Fearon (1995). Rationalist explanations for war. International Organization 49, 379-414.

    Examples
    --------
    >>> [point.round(3).item() for point in bargaining_range(GRID, 1.0 - GRID, 0.25, 0.5)]
    [0.25, 0.5]
    """
    lower = least_weight(values_a, needed_a)
    upper = 1.0 - least_weight(values_b[..., ::-1], needed_b)
    return lower, upper


def next_offer(own: Column, other: Column, pace: Column, limit: Column, end: int) -> Array:
    """Return a side's next offer as a contract-curve weight.

    Parameters
    ----------
    own, other : float or array, shape (trials,)
        Last offers of the side and of its enemy. [-]
    pace : float or array, shape (trials,)
        Share of the gap that the side closes. [share]
    limit : float or array, shape (trials,)
        The side's reservation point; an infinite one stands for its own end of the curve. [-]
    end : int
        1 for side A, whose offers fall from 1, and -1 for side B, whose offers rise from 0.

    Returns
    -------
    array, shape (trials,)
        Offer, from 0 to 1. [-]

    Notes
    -----
    ``own + pace (other - own)``, never past the reservation point (docs/odd.md, 3.4, Offers). Where the reservation
    point has moved against the side, the offer is pulled back to it.

    Examples
    --------
    >>> next_offer(0.9, 0.1, 0.5, 0.4, end=1).round(3).item(), next_offer(0.9, 0.1, 1.0, 0.4, end=1).round(3).item()
    (0.5, 0.4)
    """
    moved = own + pace * (other - np.asarray(own))
    limit = np.clip(limit, 0.0, 1.0)
    return np.maximum(moved, limit) if end == 1 else np.minimum(moved, limit)


def nash_weight(values_a: Array, values_b: Array, needed_a: Column, needed_b: Column) -> Array:
    """Return the contract-curve weight with the largest product of surpluses.

    Parameters
    ----------
    values_a, values_b : array, shape (..., 101)
        Gains of both sides at each weight of `GRID`. [util]
    needed_a, needed_b : float or array, shape (...)
        Least gain over the status quo at which each side would sign. [util]

    Returns
    -------
    array, shape (...)
        Weight on the grid, or midway between two; NaN where no weight of the grid leaves both a surplus. [-]

    Notes
    -----
    ``argmax (gain_A - need_A)(gain_B - need_B)`` over the grid (docs/odd.md, 3.4, Signature). The source maximises over
    a convex set of payoffs; the packages of the curve are its efficient border, without lotteries over packages.

    References
    ----------
    Nash (1950). The bargaining problem. Econometrica 18, 155-162.

    Examples
    --------
    >>> nash_weight(GRID, 1.0 - GRID, 0.0, 0.2).round(3).item()
    0.4
    """
    over_a = values_a - np.asarray(needed_a)[..., None]
    over_b = values_b - np.asarray(needed_b)[..., None]
    inside = (over_a >= 0) & (over_b >= 0)
    product = np.where(inside, over_a * over_b, -1.0)
    # Where the curve rests at a kink or a limit, several weights name one package: take their middle.
    tied = product >= product.max(axis=-1, keepdims=True) * (1.0 - 1e-9)
    first, last = np.argmax(tied, axis=-1), GRID_STEPS - np.argmax(tied[..., ::-1], axis=-1)
    return np.where(inside.any(axis=-1), (first + last) / (2 * GRID_STEPS), np.nan)


def fearon_range(win_prob: float, cost_a: float, cost_b: float) -> tuple[float, float]:
    """Return the bargaining range of a pie with linear utilities.

    Parameters
    ----------
    win_prob : float
        p, chance that side A wins the war. [share]
    cost_a, cost_b : float
        Costs of war, in shares of the pie. [share]

    Returns
    -------
    tuple of two floats
        Least and greatest share of side A that both prefer to war. [share]

    Notes
    -----
    ``[p - cA, p + cB]``, cut to [0, 1] (Fearon 1995, 387). For the classroom and as a check: the model itself uses
    `bargaining_range`.

    References
    ----------
    Fearon (1995). Rationalist explanations for war. International Organization 49, 379-414.

    Examples
    --------
    >>> [round(share, 3) for share in fearon_range(0.6, 0.1, 0.15)]
    [0.5, 0.75]
    """
    return max(0.0, win_prob - cost_a), min(1.0, win_prob + cost_b)
