"""Bargaining solutions on general frontiers: Nash, Kalai-Smorodinsky, Rubinstein.

Two forms of a frontier. A function u2 = f(u1), decreasing and concave, solved by scipy. A tabulated
contract curve: both sides' surplus over fighting on, on the 101 weights of ``sim.single_trial.questions.on_offer``, in
which side A's rises and side B's falls. On a curve a solution is a mix; None where no mix suits both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from sim.errors import ParleyError
from sim.single_trial.questions import POINTS

GRID = np.linspace(0.0, 1.0, POINTS)
"""Mixes at which both sides' gains are tabulated."""
Frontier = Callable[[float], float]
Surplus = NDArray[Any]
"""Surplus over disagreement on the grid of mixes, shape (101,)."""


def nash_point(
    frontier: Frontier, disagreement: tuple[float, float] = (0.0, 0.0), highest: float = 1.0
) -> tuple[float, float]:
    """Point of the frontier with the largest product of gains over disagreement (Nash 1950).

    ``highest`` is the largest u1 on the frontier. The product is single-peaked because the frontier is
    concave. Raises where nobody can gain.
    """
    least, most = _gainful(frontier, disagreement, highest)

    def loss(u1: float) -> float:
        return -(u1 - disagreement[0]) * (frontier(u1) - disagreement[1])

    best = float(minimize_scalar(loss, bounds=(least, most), method="bounded", options={"xatol": 1e-12}).x)
    return best, float(frontier(best))


def kalai_smorodinsky_point(
    frontier: Frontier, disagreement: tuple[float, float] = (0.0, 0.0), highest: float = 1.0
) -> tuple[float, float]:
    """Point at which both get the same share of the most each could gain (Kalai and Smorodinsky 1975)."""
    least, most = _gainful(frontier, disagreement, highest)
    best_gain = most - disagreement[0], frontier(least) - disagreement[1]

    def lead(u1: float) -> float:
        return (u1 - disagreement[0]) / best_gain[0] - (frontier(u1) - disagreement[1]) / best_gain[1]

    found = float(brentq(lead, least, most, xtol=1e-14))
    return found, float(frontier(found))


def _gainful(frontier: Frontier, disagreement: tuple[float, float], highest: float) -> tuple[float, float]:
    """Least and greatest u1 at which neither is worse off than without an agreement."""
    first, second = disagreement
    if not (first < highest and frontier(first) > second):
        raise ParleyError("no point of the frontier is better for both than no agreement")
    if frontier(highest) >= second:
        return first, highest
    return first, float(brentq(lambda u1: frontier(u1) - second, first, highest, xtol=1e-14))


def rubinstein_share(discount_first: float, discount_second: float) -> float:
    """Share of a pie of 1 for the side that proposes first: (1 - d2) / (1 - d1 d2) (Rubinstein 1982).

    Discounts are factors per round in [0, 1); they may not both be 1.
    """
    for discount in (discount_first, discount_second):
        if not 0.0 <= discount <= 1.0:
            raise ParleyError(f"a discount factor lies between 0 and 1, {discount:g} came")
    if discount_first * discount_second >= 1.0:
        raise ParleyError("two parties that never tire can split a pie in any way: a discount must be below 1")
    return (1.0 - discount_second) / (1.0 - discount_first * discount_second)


def nash_on_curve(surplus_a: Surplus, surplus_b: Surplus) -> float | None:
    """Mix on the grid with the largest product of surpluses (Nash 1950), as mediators of the model take it.

    Where the curve rests at a kink or a limit several mixes name one package: the middle of them.
    """
    inside = (surplus_a >= 0) & (surplus_b >= 0)
    if not inside.any():
        return None
    product = np.where(inside, surplus_a * surplus_b, -1.0)
    best = np.flatnonzero(product >= product.max() * (1.0 - 1e-9))
    return float(best[0] + best[-1]) / (2 * (POINTS - 1))


def kalai_smorodinsky_on_curve(surplus_a: Surplus, surplus_b: Surplus) -> float | None:
    """Mix at which both sides have the same share of their best surplus within the range."""
    suits = _suits_both(surplus_a, surplus_b)
    if suits is None:
        return None
    lower, upper = suits
    best_a, best_b = value_at(upper, surplus_a), value_at(lower, surplus_b)
    if best_a <= 0 or best_b <= 0:
        return lower if best_a <= 0 else upper
    return _crossing(lambda mix: value_at(mix, surplus_a) / best_a - value_at(mix, surplus_b) / best_b, lower, upper)


def rubinstein_on_curve(
    surplus_a: Surplus, surplus_b: Surplus, discount_a: float, discount_b: float
) -> tuple[float, float] | None:
    """Return what A would propose first, and what B would, as weights: each leaves the other just what waiting would.

    At the two mixes x (A proposes) and y (B proposes) S_B(x) = d_B S_B(y) and S_A(y) = d_A S_A(x)
    (Rubinstein 1982; as discounts approach 1 together both approach Nash, Binmore 1987).
    """
    suits = _suits_both(surplus_a, surplus_b)
    if suits is None:
        return None
    lower, upper = suits

    def reply(mix: float) -> float:
        """B's own proposal if A's is ``mix``: it leaves A what A's own is worth a round later."""
        return float(np.clip(np.interp(discount_a * value_at(mix, surplus_a), surplus_a, GRID), lower, upper))

    def spare(mix: float) -> float:
        return discount_b * value_at(reply(mix), surplus_b) - value_at(mix, surplus_b)

    offer = _crossing(spare, lower, upper)
    return offer, reply(offer)


def value_at(mix: float, values: Surplus) -> float:
    """Return a tabulated value at a weight, linear between grid points."""
    return float(np.interp(mix, GRID, values))


def _suits_both(surplus_a: Surplus, surplus_b: Surplus) -> tuple[float, float] | None:
    """Return the ends of the range of weights that leave both at least as well off as fighting on."""
    if surplus_a[-1] < 0 or surplus_b[0] < 0:
        return None
    lower = 0.0 if surplus_a[0] >= 0 else float(np.interp(0.0, surplus_a, GRID))
    upper = 1.0 if surplus_b[-1] >= 0 else float(np.interp(0.0, surplus_b[::-1], GRID[::-1]))
    return (lower, upper) if lower <= upper else None


def _crossing(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that rises reaches 0; the nearer end where it does not within the interval."""
    if rising(low) >= 0:
        return low
    if rising(high) <= 0:
        return high
    return float(brentq(rising, low, high, xtol=1e-12))
