"""Turn hazards into chances and move momentum, beliefs and pressure, week by week (docs/odd.md, 3.0 and 3.1)."""

from __future__ import annotations

import numpy as np

from sim.theory.utility import Array, Column


def weekly_probability(rate: Column) -> Column:
    """Return the chance of at least one event in a week at a given weekly rate.

    Parameters
    ----------
    rate : float or array, shape (trials,)
        Hazard, at least 0. [1/week]

    Returns
    -------
    float or array, shape (trials,)
        Chance. [share]

    Notes
    -----
    ``1 - exp(-rate)`` (docs/odd.md, 3.1, Victory, and wherever a rate becomes a chance): the rate is constant within
    the week. The only place of the model that turns a hazard into a chance.

    Examples
    --------
    >>> round(weekly_probability(0.5), 4)
    0.3935
    """
    return -np.expm1(-np.asarray(rate)) if np.ndim(rate) else float(-np.expm1(-rate))


def weekly_rate(probability: Column) -> Column:
    """Return the weekly rate that gives a weekly chance.

    Parameters
    ----------
    probability : float or array, shape (trials,)
        Chance of at least one event in a week. [share]

    Returns
    -------
    float or array, shape (trials,)
        Hazard. [1/week]

    Notes
    -----
    ``-log(1 - p)`` (docs/odd.md, 3.2 and 3.3), the inverse of `weekly_probability`. Certainty is cut at 1 - 1e-12, so
    that a rate stays finite and can be multiplied by 0.

    Examples
    --------
    >>> round(weekly_rate(0.3), 4)
    0.3567
    """
    rate = -np.log1p(-np.minimum(probability, 1.0 - 1e-12))
    return rate if np.ndim(probability) else float(rate)


def decay(half_life_weeks: Column) -> Column:
    """Return the weekly factor that halves a quantity in a given time.

    Parameters
    ----------
    half_life_weeks : float or array, shape (trials,)
        Half-life, above 0. [week]

    Returns
    -------
    float or array, shape (trials,)
        Factor. [1/week]

    Notes
    -----
    ``2^(-1 / half-life)`` (docs/odd.md, 3.1, 3).

    Examples
    --------
    >>> round(decay(8.0), 4), round(decay(8.0) ** 8, 4)
    (0.917, 0.5)
    """
    return (
        np.exp2(-1.0 / np.asarray(half_life_weeks))
        if np.ndim(half_life_weeks)
        else float(2.0 ** (-1.0 / half_life_weeks))
    )


def next_momentum(momentum: Column, mean: Column, reversion: Column, shock: Column) -> Array:
    """Return momentum after one more week.

    Parameters
    ----------
    momentum, mean : float or array, shape (trials,)
        m and mu, the mean to which it reverts, from -1 to 1; positive favours side B. [-]
    reversion : float or array, shape (trials,)
        theta, share of the distance to the mean that a week closes. [share]
    shock : float or array, shape (trials,)
        Standard normal number times the weekly volatility. [-]

    Returns
    -------
    array, shape (trials,)
        Momentum within [-1, 1]. [-]

    Notes
    -----
    A mean-reverting walk in weekly steps, cut at its bounds: ``clip(m + theta (mu - m) + shock, -1, 1)`` (docs/odd.md,
    3.1, 1). An Ornstein-Uhlenbeck process by Euler's method but for the bounds.

    Examples
    --------
    >>> next_momentum(np.array([0.0, 0.9]), mean=0.2, reversion=0.05, shock=0.2).round(3).tolist()
    [0.21, 1.0]
    """
    return np.clip(momentum + reversion * (mean - momentum) + shock, -1.0, 1.0)


def long_run_spread(volatility: Column, reversion: Column) -> Column:
    """Return the standard deviation at which a mean-reverting process settles.

    Parameters
    ----------
    volatility : float or array, shape (draws,)
        Standard deviation of the weekly shock. [unit of the process]
    reversion : float or array, shape (draws,)
        Share of the distance to the mean that a week closes. [share]

    Returns
    -------
    float or array, shape (draws,)
        Standard deviation; 0 where nothing reverts, as there is none in the long run. [unit of the process]

    Notes
    -----
    ``volatility / sqrt(1 - (1 - reversion)^2)`` (docs/odd.md, 3.0), the spread of a stationary autoregression of order
    one. A process that starts from it has no transient, so that odds do not climb with time only because the process
    has had time to wander.

    Examples
    --------
    >>> round(long_run_spread(0.04, 0.05), 4)
    0.1281
    """
    kept = 1.0 - (1.0 - np.asarray(reversion)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(kept > 0, volatility / np.sqrt(kept), 0.0)
    return spread if np.ndim(spread) else float(spread)


def optimism_left(years: float) -> float:
    """Return the share of the optimism at the war's outset that is left after some years.

    Parameters
    ----------
    years : float
        Years since the war began, at least 0. [year]

    Returns
    -------
    float
        Share: 1 at the outset, a quarter in the end. [share]

    Notes
    -----
    ``.25 + .75 exp(-years)`` (docs/odd.md, 3.0). Slantchev shows that fighting reveals what the sides disagree about,
    Powell that shifts of power keep some of it alive; neither gives a rate. The shape is a judgement.

    References
    ----------
    Powell (2006). War as a commitment problem. International Organization 60, 169-203.

    Slantchev (2003). The principle of convergence in wartime negotiations. American Political Science Review 97,
    621-632.

    Examples
    --------
    >>> [round(optimism_left(years), 3) for years in (0, 1, 100)]
    [1.0, 0.526, 0.25]
    """
    return float(0.25 + 0.75 * np.exp(-years))


def victory_rate(momentum: Column, base: Column, slope: Column, fluidity: Column) -> Array:
    """Return the weekly rate at which the stronger side wins outright.

    Parameters
    ----------
    momentum : float or array, shape (trials,)
        m, from -1 to 1. [-]
    base : float or array, shape (trials,)
        v0, the rate while momentum stands at .3 for either side. [1/week]
    slope : float or array, shape (trials,)
        v1, growth of the log of the rate with momentum. [-]
    fluidity : float or array, shape (trials,)
        Factor on the rate. [-]

    Returns
    -------
    array, shape (trials,)
        Rate. [1/week]

    Notes
    -----
    Log-linear in the size of momentum: ``v0 exp(v1 (|m| - .3)) fluidity`` (docs/odd.md, 3.1, Victory). A judgement.

    Examples
    --------
    >>> victory_rate(np.array([-0.3, 1.0]), base=0.0006, slope=4.0, fluidity=1.0).round(5).tolist()
    [0.0006, 0.00987]
    """
    return np.asarray(base * np.exp(slope * (np.abs(momentum) - 0.3)) * fluidity)
