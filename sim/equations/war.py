"""Value war as a costly way to move the issues (docs/odd.md, 3.1).

Momentum m lies in [-1, 1]; positive favours side B. A year of war at momentum m gains the stronger side the share
``kappa |m|`` of its remaining distance on each issue that war moves. Fighting on is valued at that end, less a cost
(Fearon 1995); believed momentum is an average over the year to come.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.compiler.decorators import equation

YEAR_WEEKS = 52.0
"""H, the length of war that a party compares a deal with."""


@equation
def expected_end(status_quo: float, own_ideal: float, other_ideal: float, war_share: float, gain: float) -> float:
    """Return where a party expects a year of war to leave an issue.

    Parameters
    ----------
    status_quo, own_ideal, other_ideal : float
        Status quo and the ideals of the party and of its enemy, on the issue's scale from 0 to 1. [-]
    war_share : float
        kappa, share of the remaining distance that a year of war at momentum 1 gains. [1/year]
    gain : float
        g, believed momentum in the party's own favour, from -1 to 1. [-]

    Returns
    -------
    float
        xW, on the issue's scale. [-]

    Notes
    -----
    ``x0 + kappa |g| (ideal - x0)``, toward the own ideal where g >= 0 and toward the other's where g < 0 (docs/odd.md,
    3.1, Value of war). In the source war ends in victory or defeat with a probability; here a year of it moves each
    issue part of the way.

    References
    ----------
    Fearon (1995). Rationalist explanations for war. International Organization 49, 379-414.

    Examples
    --------
    >>> [round(expected_end(0.4, 1.0, 0.0, 0.35, gain), 3) for gain in (0.4, -0.4)]
    [0.484, 0.344]
    """
    toward = own_ideal if gain >= 0 else other_ideal
    return status_quo + war_share * abs(gain) * (toward - status_quo)


class WarStakes(NamedTuple):
    """Hold the coefficients of the value of war: quadratics in believed momentum, one for gains, one for losses.

    Attributes
    ----------
    gain_linear, gain_square, loss_linear, loss_square : float
        Sums over the issues of w kappa and w kappa^2 times distances. [util]

    Notes
    -----
    They do not depend on momentum, so the value of a year of war costs four multiplications a week however many issues
    there are.
    """

    gain_linear: float
    gain_square: float
    loss_linear: float
    loss_square: float


@equation
def plus(stakes: WarStakes, other: WarStakes) -> WarStakes:
    """Return the coefficients of two sets of issues together.

    Parameters
    ----------
    stakes, other : WarStakes
        Those of the two sets. The order of additions decides the last digit. [util]

    Returns
    -------
    WarStakes
        The sums. [util]

    Examples
    --------
    >>> plus(WarStakes(0.1, 0.0, 0.2, 0.0), WarStakes(0.1, 0.0, 0.0, 0.5))
    WarStakes(gain_linear=0.2, gain_square=0.0, loss_linear=0.2, loss_square=0.5)
    """
    return WarStakes(
        stakes.gain_linear + other.gain_linear,
        stakes.gain_square + other.gain_square,
        stakes.loss_linear + other.loss_linear,
        stakes.loss_square + other.loss_square,
    )


@equation
def war_stakes(
    weight: float, goal: float, room: float, war_share: float, curvature: float, loss_aversion: float
) -> WarStakes:
    """Return the coefficients of the value of war on one issue.

    Parameters
    ----------
    weight : float
        w, the party's points on the issue / 100. [share]
    goal, room : float
        G and R: distances from the status quo to the own ideal and to the other side's. [-]
    war_share : float
        kappa, share of the way that a year of war at momentum 1 gains. [1/year]
    curvature, loss_aversion : float
        gamma and lambda of `sim.equations.utility.value`. [-]

    Returns
    -------
    WarStakes
        Coefficients of `gain_from_war`. [util]

    Notes
    -----
    War moves the issue the share ``kappa |g|`` of the way to the winner's ideal; ``v`` there is a quadratic in g, one
    for gains and one for losses (docs/odd.md, 3.1, Value of war).

    Examples
    --------
    >>> [round(value, 4) for value in war_stakes(1.0, 0.6, 0.4, 0.35, curvature=0.5, loss_aversion=1.25)]
    [0.21, -0.0184, 0.175, 0.0153]
    """
    scaled = weight * war_share
    bend = 0.5 * curvature * war_share
    return WarStakes(
        gain_linear=scaled * goal,
        gain_square=-scaled * goal * bend,
        loss_linear=loss_aversion * scaled * room,
        loss_square=loss_aversion * scaled * room * bend,
    )


@equation
def gain_from_war(stakes: WarStakes, gain: float) -> float:
    """Return what a party expects a year of war to be worth against the status quo, without its cost.

    Parameters
    ----------
    stakes : WarStakes
        Coefficients, summed over the issues. [util]
    gain : float
        g, believed momentum in the party's own favour, from -1 to 1. [-]

    Returns
    -------
    float
        W; losses are negative. [util]

    Notes
    -----
    ``sum_k w_k v(kappa_k |g| of the way)``, toward the own ideal where g >= 0 and toward the other's where g < 0
    (docs/odd.md, 3.1, Value of war). In the source war ends in victory or defeat with a probability; here a year of it
    moves each issue part of the way.

    References
    ----------
    Fearon (1995). Rationalist explanations for war. International Organization 49, 379-414.

    Examples
    --------
    >>> [round(gain_from_war(war_stakes(1.0, 0.6, 0.4, 0.35, 0.5, 1.25), gain), 4) for gain in (0.4, -0.4)]
    [0.0811, -0.0725]
    """
    size = abs(gain)
    if gain >= 0:
        return size * (stakes.gain_linear + size * stakes.gain_square)
    return -size * (stakes.loss_linear + size * stakes.loss_square)
