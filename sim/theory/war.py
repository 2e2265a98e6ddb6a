"""Value war as a costly way to move the issues (docs/odd.md, 3.1).

Momentum m lies in [-1, 1]; positive favours side B. A year of war at momentum m gains the stronger side the share
``kappa |m|`` of its remaining distance on each issue that war moves. Fighting on is a lottery around that end (Fearon
1995), valued at its end point less a risk premium and a cost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.theory.utility import Array, Column

YEAR_WEEKS = 52.0
"""H, the length of war that a party compares a deal with."""


def expected_end(status_quo: Column, own_ideal: Column, other_ideal: Column, war_share: Column, gain: Column) -> Array:
    """Return where a party expects a year of war to leave an issue.

    Parameters
    ----------
    status_quo, own_ideal, other_ideal : float or array, shape (trials,)
        Status quo and the ideals of the party and of its enemy, on the issue's scale from 0 to 1. [-]
    war_share : float or array, shape (trials,)
        kappa, share of the remaining distance that a year of war at momentum 1 gains. [1/year]
    gain : float or array, shape (trials,)
        g, believed momentum in the party's own favour, from -1 to 1. [-]

    Returns
    -------
    array, shape (trials,)
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
    >>> expected_end(0.4, 1.0, 0.0, 0.35, np.array([0.4, -0.4])).round(3).tolist()
    [0.484, 0.344]
    """
    toward = np.where(np.asarray(gain) >= 0, own_ideal, other_ideal)
    return np.asarray(status_quo + war_share * np.abs(gain) * (toward - status_quo))


class WarStakes(NamedTuple):
    """Hold the coefficients of the value of war: quadratics in believed momentum, one for gains, one for losses.

    Attributes
    ----------
    gain_linear, gain_square, loss_linear, loss_square : float or array, shape (trials,)
        Sums of w q kappa and of w q kappa^2 over the issues, q being products of distances. [util]

    Notes
    -----
    They do not depend on momentum, so the value of a year of war costs four multiplications a week however many issues
    there are.
    """

    gain_linear: Column
    gain_square: Column
    loss_linear: Column
    loss_square: Column

    def plus(self, other: WarStakes) -> WarStakes:
        """Return the coefficients of two sets of issues together.

        Parameters
        ----------
        other : WarStakes
            Those of the other set. The order of additions decides the last digit.

        Returns
        -------
        WarStakes
            The sums.

        Examples
        --------
        >>> WarStakes(0.1, 0.0, 0.2, 0.0).plus(WarStakes(0.1, 0.0, 0.0, 0.5))
        WarStakes(gain_linear=0.2, gain_square=0.0, loss_linear=0.2, loss_square=0.5)
        """
        return WarStakes(
            self.gain_linear + other.gain_linear,
            self.gain_square + other.gain_square,
            self.loss_linear + other.loss_linear,
            self.loss_square + other.loss_square,
        )


def war_stakes(
    weight: Column, status_quo: Column, own_ideal: Column, other_ideal: Column, war_share: Column
) -> WarStakes:
    """Return the coefficients of the value of war on one issue.

    Parameters
    ----------
    weight : float or array, shape (trials,)
        w, the party's points on the issue / 100. [share]
    status_quo, own_ideal, other_ideal : float or array, shape (trials,)
        Status quo and both ideals, on the issue's scale from 0 to 1. [-]
    war_share : float or array, shape (trials,)
        kappa, share of the remaining distance that a year of war at momentum 1 gains. [1/year]

    Returns
    -------
    WarStakes
        Coefficients of `gain_from_war`, of the broadcast shape. [util]

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


def gain_from_war(stakes: WarStakes, gain: Column) -> Array:
    """Return what a party expects a year of war to add to the value of the status quo.

    Parameters
    ----------
    stakes : WarStakes
        Coefficients, summed over the issues. [util]
    gain : float or array, shape (trials,)
        g, believed momentum in the party's own favour, from -1 to 1. [-]

    Returns
    -------
    array, shape (trials,)
        u(xW) - u(x0); losses are negative. [util]

    Notes
    -----
    The quadratic loss avoided by moving to `expected_end`, summed over issues by weight:
    ``sum_k w_k [(x0_k - ideal_k)^2 - (xW_k - ideal_k)^2]`` (docs/odd.md, 3.1, Value of war). Without costs and risk,
    which the caller deducts.

    Examples
    --------
    >>> gain_from_war(war_stakes(1.0, 0.4, 1.0, 0.0, 0.35), np.array([0.4, -0.4])).round(4).tolist()
    [0.0937, -0.0703]
    """
    size = np.abs(gain)
    winning = size * (stakes.gain_linear + size * stakes.gain_square)
    losing = -size * (stakes.loss_linear + size * stakes.loss_square)
    return np.asarray(np.where(np.asarray(gain) >= 0, winning, losing))


def risk_premium(weight: Column, war_share: Column, span: Column, tau: Column) -> Column:
    """Return what a party would pay to be rid of the lottery of war on one issue.

    Parameters
    ----------
    weight : float or array, shape (trials,)
        w, the party's points on the issue / 100. [share]
    war_share : float or array, shape (trials,)
        kappa, share of the remaining distance that a year of war at momentum 1 gains. [1/year]
    span : float or array, shape (trials,)
        Distance between the two ideals. [-]
    tau : float or array, shape (trials,)
        Standard deviation of the outcome of a year of war, in momentum: a convention, not the volatility of momentum.

    Returns
    -------
    float or array, shape (trials,)
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
