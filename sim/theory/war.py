"""War as a costly way to move the issues (model section 4).

Momentum m lies in [-1, 1]; positive favours side B. A year of war at momentum m gains the stronger
side the share kappa |m| of its remaining distance on each issue that war moves. Fighting on is a
lottery around that end (Fearon 1995), valued at its end point less a risk premium and a cost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.theory.utility import Array, Column

YEAR_WEEKS = 52.0
"""H, the length of war that a party compares a deal with."""


def weekly_probability(rate: Column) -> Column:
    """Chance of at least one event in a week at a given rate per week: 1 - exp(-rate)."""
    return -np.expm1(-np.asarray(rate)) if np.ndim(rate) else float(-np.expm1(-rate))


def weekly_rate(probability: Column) -> Column:
    """Rate per week that gives a weekly probability (inverse of ``weekly_probability``).

    Certainty is cut at 1 - 1e-12, so that a rate stays finite and can be multiplied by 0.
    """
    rate = -np.log1p(-np.minimum(probability, 1.0 - 1e-12))
    return rate if np.ndim(probability) else float(rate)


def next_momentum(momentum: Column, mean: Column, reversion: Column, shock: Column) -> Array:
    """One week of momentum: m + theta (mu - m) + shock, kept within [-1, 1]."""
    return np.clip(momentum + reversion * (mean - momentum) + shock, -1.0, 1.0)


def long_run_spread(volatility: Column, reversion: Column) -> Column:
    """Return the standard deviation that x + reversion (mean - x) + volatility e settles at; 0 where nothing reverts.

    A process that starts from its long-run spread has no transient, so that odds do not climb with
    time only because the process has had time to wander.
    """
    kept = 1.0 - (1.0 - np.asarray(reversion)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(kept > 0, volatility / np.sqrt(kept), 0.0)
    return spread if np.ndim(spread) else float(spread)


def expected_end(status_quo: Column, own_ideal: Column, other_ideal: Column, war_share: Column, gain: Column) -> Array:
    """xW: where a year of war is expected to leave an issue, by one party's beliefs.

    ``gain`` is believed momentum in the party's own favour: positive moves the issue to its own
    ideal, negative to the other's, by the share kappa |gain| of the remaining distance.
    """
    toward = np.where(np.asarray(gain) >= 0, own_ideal, other_ideal)
    return np.asarray(status_quo + war_share * np.abs(gain) * (toward - status_quo))


class WarStakes(NamedTuple):
    """Coefficients of the value of war: quadratics in believed momentum, one for gains, one for losses.

    They sum w q kappa and w q kappa^2 over the issues, q being products of distances; so the value of
    a year of war costs four multiplications a week however many issues there are.
    """

    gain_linear: Column
    gain_square: Column
    loss_linear: Column
    loss_square: Column

    def plus(self, other: WarStakes) -> WarStakes:
        """Coefficients of two sets of issues together, in the order they are added."""
        return WarStakes(
            self.gain_linear + other.gain_linear,
            self.gain_square + other.gain_square,
            self.loss_linear + other.loss_linear,
            self.loss_square + other.loss_square,
        )


def war_stakes(
    weight: Column, status_quo: Column, own_ideal: Column, other_ideal: Column, war_share: Column
) -> WarStakes:
    """Coefficients of one issue. Shapes broadcast; weight is points / 100.

    Gaining (m >= 0): xW - ideal = (x0 - ideal)(1 - kappa m). Losing: xW - ideal = (x0 - ideal) +
    kappa |m| (other - x0).
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
    """u(xW) - u(x0): what a year of war is expected to add (losses negative). Test of section 11, 2 and 5."""
    size = np.abs(gain)
    winning = size * (stakes.gain_linear + size * stakes.gain_square)
    losing = -size * (stakes.loss_linear + size * stakes.loss_square)
    return np.asarray(np.where(np.asarray(gain) >= 0, winning, losing))


def risk_premium(weight: Column, war_share: Column, span: Column, tau: Column) -> Column:
    """V for one issue: w (kappa span tau)^2, the variance of the war lottery under quadratic losses.

    ``span`` is the distance between the two ideals; tau is a convention, not the spread of momentum.
    """
    spread = war_share * span * tau
    return weight * spread * spread


def victory_rate(momentum: Column, base: Column, slope: Column, fluidity: Column) -> Array:
    """Weekly rate of victory: v0 exp(v1 (|m| - .3)) times fluidity."""
    return np.asarray(base * np.exp(slope * (np.abs(momentum) - 0.3)) * fluidity)


def decay(half_life_weeks: Column) -> Column:
    """Weekly factor that halves a quantity in ``half_life_weeks``."""
    return (
        np.exp2(-1.0 / np.asarray(half_life_weeks))
        if np.ndim(half_life_weeks)
        else float(2.0 ** (-1.0 / half_life_weeks))
    )


def optimism_left(years: float) -> float:
    """Share of the optimism at the war's outset that is left after ``years``: .25 + .75 exp(-years).

    Fighting teaches (Slantchev 2003); new means renew some disagreement (Powell 2006). The shape is a judgement.
    """
    return float(0.25 + 0.75 * np.exp(-years))
