"""Value war as a costly way to move the issues (docs/odd.md, 3.1).

Momentum m lies in [-1, 1]; positive favours side B. A year of war at momentum m gains the stronger side the share
``kappa |m|`` of its remaining distance on each issue that war moves. Fighting on is a lottery around that end (Fearon
1995), valued at its end point less a risk premium and a cost.
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
        Sums of w q kappa and of w q kappa^2 over the issues, q being products of distances. [util]

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
def war_stakes(weight: float, status_quo: float, own_ideal: float, other_ideal: float, war_share: float) -> WarStakes:
    """Return the coefficients of the value of war on one issue.

    Parameters
    ----------
    weight : float
        w, the party's points on the issue / 100. [share]
    status_quo, own_ideal, other_ideal : float
        Status quo and both ideals, on the issue's scale from 0 to 1. [-]
    war_share : float
        kappa, share of the remaining distance that a year of war at momentum 1 gains. [1/year]

    Returns
    -------
    WarStakes
        Coefficients of `gain_from_war`. [util]

    Notes
    -----
    Gaining, the distance to the own ideal shrinks to ``(x0 - ideal)(1 - kappa g)``; losing, it grows to
    ``(x0 - ideal) + kappa |g| (other - x0)``. Squaring both gives quadratics in g (docs/odd.md, 3.1, Value of war).

    Examples
    --------
    >>> [round(value, 4) for value in war_stakes(1.0, 0.4, 1.0, 0.0, 0.35)]
    [0.252, -0.0441, 0.168, 0.0196]
    """
    distance, room = status_quo - own_ideal, other_ideal - status_quo
    scaled = weight * war_share
    return WarStakes(
        gain_linear=2.0 * scaled * distance * distance,
        gain_square=-scaled * war_share * distance * distance,
        loss_linear=2.0 * scaled * distance * room,
        loss_square=scaled * war_share * room * room,
    )


@equation
def gain_from_war(stakes: WarStakes, gain: float) -> float:
    """Return what a party expects a year of war to add to the value of the status quo.

    Parameters
    ----------
    stakes : WarStakes
        Coefficients, summed over the issues. [util]
    gain : float
        g, believed momentum in the party's own favour, from -1 to 1. [-]

    Returns
    -------
    float
        u(xW) - u(x0); losses are negative. [util]

    Notes
    -----
    The quadratic loss avoided by moving to `expected_end`, summed over issues by weight:
    ``sum_k w_k [(x0_k - ideal_k)^2 - (xW_k - ideal_k)^2]`` (docs/odd.md, 3.1, Value of war). Without costs and risk,
    which the caller deducts.

    Examples
    --------
    >>> [round(gain_from_war(war_stakes(1.0, 0.4, 1.0, 0.0, 0.35), gain), 4) for gain in (0.4, -0.4)]
    [0.0937, -0.0703]
    """
    size = abs(gain)
    if gain >= 0:
        return size * (stakes.gain_linear + size * stakes.gain_square)
    return -size * (stakes.loss_linear + size * stakes.loss_square)


@equation
def risk_premium(weight: float, war_share: float, span: float, tau: float) -> float:
    """Return what a party would pay to be rid of the lottery of war on one issue.

    Parameters
    ----------
    weight : float
        w, the party's points on the issue / 100. [share]
    war_share : float
        kappa, share of the remaining distance that a year of war at momentum 1 gains. [1/year]
    span : float
        Distance between the two ideals. [-]
    tau : float
        Standard deviation of the outcome of a year of war, in momentum: a convention, not the volatility of momentum.

    Returns
    -------
    float
        V. [util]

    Notes
    -----
    ``w (kappa span tau)^2`` (docs/odd.md, 3.1, Value of war): under quadratic losses a lottery costs its variance,
    exactly. The source's lottery is over victory and defeat, of variance p (1 - p) on one issue from 0 to 1; tau stands
    for its root, and with kappa and span at 1 the two are the same.

    References
    ----------
    Fearon (1995). Rationalist explanations for war. International Organization 49, 379-414.

    Examples
    --------
    >>> round(risk_premium(weight=1.0, war_share=1.0, span=1.0, tau=0.24**0.5), 3)
    0.24
    """
    spread = war_share * span * tau
    return weight * spread * spread
