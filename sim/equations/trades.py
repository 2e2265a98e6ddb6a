"""What positions on one issue are worth to both sides, and the steps of a package between them (docs/odd.md, 3.4).

A *trade* moves an issue a little from side A's end toward side B's: A loses some, B gains some. Gains are concave, so
the best packages are those that make the trades with the largest gain per loss first; what remains of them is a
concave broken line in the plane of both utilities, from all that A can have to all that B can have.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.compiler.decorators import equation
from sim.equations.utility import beyond_line, delivered_share, discounted, progress, value

EQUAL_RATES = 1e-12
"""Trades whose rates agree so far, relatively, are made together."""
SAME_POINT = 1e-9
"""Points of an issue that lie closer are one."""
INFINITE = float("inf")


class Stake(NamedTuple):
    """Describe one issue as one side sees it. Compiled code states all eleven: it has no defaults.

    Attributes
    ----------
    end : int
        1 for side A, -1 for side B.
    weight : float
        Points / 100. [share]
    status_quo, ideal_point, other_ideal : float
        Positions on the issue's scale from 0 to 1. [-]
    curvature, loss_aversion : float
        gamma and lambda of `sim.equations.utility.value`. [-]
    delivered, trust : float
        Shares of what is agreed that are handed over at signature, and of promises that are expected to be kept.
    slope, public_line : float
        Extra cost of each step beyond the public line, and the line. [-]
    """

    end: int
    weight: float
    status_quo: float
    ideal_point: float
    other_ideal: float
    curvature: float = 0.5
    loss_aversion: float = 1.25
    delivered: float = 0.0
    trust: float = 1.0
    slope: float = 0.0
    public_line: float = 0.0


@equation
def gain_at(position: float, stake: Stake) -> float:
    """Return what a position on an issue is worth to a side against the status quo.

    Parameters
    ----------
    position : float
        Terms on the issue. [-]
    stake : Stake
        The issue as the side sees it.

    Returns
    -------
    float
        g. [util]

    Notes
    -----
    ``w [a_k v where v > 0, else v] - w slope (distance beyond the public line)`` (docs/odd.md, 3.4, Utility).

    Examples
    --------
    >>> a = Stake(1, 0.8, 0.5, 0.0, 1.0, curvature=0.0, loss_aversion=1.0, trust=0.5)
    >>> [round(gain_at(position, a), 3) for position in (0.25, 0.75)]
    [0.1, -0.2]
    """
    goal, room = abs(stake.ideal_point - stake.status_quo), abs(stake.other_ideal - stake.status_quo)
    made = progress(position, stake.status_quo, stake.ideal_point, stake.end)
    worth = discounted(
        value(made, goal, room, stake.curvature, stake.loss_aversion), delivered_share(stake.delivered, stake.trust)
    )
    if stake.slope > 0.0:
        worth -= stake.slope * beyond_line(position, stake.public_line, stake.end)
    return stake.weight * worth


@equation
def no_gain_beyond(stake: Stake) -> float:
    """Return the point beyond its ideal at which an issue is worth no more to a side than the status quo.

    Parameters
    ----------
    stake : Stake
        The issue as the side sees it.

    Returns
    -------
    float
        Point, perhaps outside the scale: ``s = G + G (1 - gamma / 2) / lambda``, where v is 0 again. [-]

    Examples
    --------
    >>> no_gain_beyond(Stake(1, 1.0, 0.75, 0.5, 1.0, curvature=0.0, loss_aversion=1.0))
    0.25
    """
    way = stake.ideal_point - stake.status_quo
    return stake.ideal_point + way * (1.0 - 0.5 * stake.curvature) / stake.loss_aversion


@equation
def rate_of(loss: float, gain: float) -> float:
    """Return what side B gains per unit that side A loses: infinite where A loses nothing.

    Parameters
    ----------
    loss, gain : float
        What a trade costs side A and brings side B. [util]

    Returns
    -------
    float
        Rate. [-]

    Examples
    --------
    >>> rate_of(0.5, 0.25), rate_of(0.0, 0.25)
    (0.5, inf)
    """
    return gain / loss if loss > 0.0 else INFINITE


@equation
def nash_part(rate: float, gain: float, surplus_a: float, surplus_b: float) -> float:
    """Return how much of a trade the Nash point makes.

    Parameters
    ----------
    rate, gain : float
        Rate of the trade and what it brings side B. [-, util]
    surplus_a, surplus_b : float
        Surpluses of both sides before it. [util]

    Returns
    -------
    float
        Part from 0 to 1; below 1 the product of surpluses is largest there. [share]

    Notes
    -----
    ``(S_A - l t)(S_B + g t)`` is largest at ``t = (r S_A - S_B) / 2g`` with r = g / l (docs/odd.md, 3.4, Texts).

    References
    ----------
    Nash (1950). The bargaining problem. Econometrica 18, 155-162.

    Examples
    --------
    >>> nash_part(1.0, 0.5, 0.5, 0.0), nash_part(1.0, 0.1, 0.5, 0.0)
    (0.5, 1.0)
    """
    if rate == INFINITE:
        return 1.0
    if gain <= 0.0:
        return 0.0
    return min(max((rate * surplus_a - surplus_b) / (2.0 * gain), 0.0), 1.0)
