"""Turn hazards into chances and move momentum, beliefs and pressure, week by week (docs/odd.md, 3.0 and 3.1)."""

from __future__ import annotations

import math

from sim.compiler.decorators import equation

MOST_CHANCE = 1.0 - 1e-12
"""Certainty is cut here, so that a rate stays finite and can be multiplied by 0. [share]"""


@equation
def weekly_probability(rate: float) -> float:
    """Return the chance of at least one event in a week at a given weekly rate.

    Parameters
    ----------
    rate : float
        Hazard, at least 0. [1/week]

    Returns
    -------
    float
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
    return -math.expm1(-rate)


@equation
def happens(uniform: float, rate: float) -> bool:
    """Return whether an event happens in a week at a given weekly rate.

    Parameters
    ----------
    uniform : float
        Random number of the event and week, uniform from 0 to 1. [-]
    rate : float
        Hazard, at least 0. [1/week]

    Returns
    -------
    bool
        Whether the number falls below `weekly_probability`.

    Notes
    -----
    ``u < 1 - exp(-rate)`` (docs/odd.md, 3.1, Victory, and wherever a rate becomes a chance). A chance is never above
    its rate, so that a number from the rate up needs no exponential: events are rare, and most weeks are spared it.

    Examples
    --------
    >>> happens(0.39, 0.5), happens(0.4, 0.5), happens(0.0, 0.0)
    (True, False, False)
    """
    return uniform < rate and uniform < weekly_probability(rate)


@equation
def weekly_rate(probability: float) -> float:
    """Return the weekly rate that gives a weekly chance.

    Parameters
    ----------
    probability : float
        Chance of at least one event in a week. [share]

    Returns
    -------
    float
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
    return -math.log1p(-min(probability, MOST_CHANCE))


@equation
def decay(half_life_weeks: float) -> float:
    """Return the weekly factor that halves a quantity in a given time.

    Parameters
    ----------
    half_life_weeks : float
        Half-life, above 0. [week]

    Returns
    -------
    float
        Factor. [1/week]

    Notes
    -----
    ``2^(-1 / half-life)`` (docs/odd.md, 3.1, 3).

    Examples
    --------
    >>> round(decay(8.0), 4), round(decay(8.0) ** 8, 4)
    (0.917, 0.5)
    """
    return 2.0 ** (-1.0 / half_life_weeks)


@equation
def next_momentum(momentum: float, mean: float, reversion: float, shock: float) -> float:
    """Return momentum after one more week.

    Parameters
    ----------
    momentum, mean : float
        m and mu, the mean to which it reverts, from -1 to 1; positive favours side B. [-]
    reversion : float
        theta, share of the distance to the mean that a week closes. [share]
    shock : float
        Standard normal number times the weekly volatility. [-]

    Returns
    -------
    float
        Momentum within [-1, 1]. [-]

    Notes
    -----
    A mean-reverting walk in weekly steps, cut at its bounds: ``clip(m + theta (mu - m) + shock, -1, 1)`` (docs/odd.md,
    3.1, 1). An Ornstein-Uhlenbeck process by Euler's method but for the bounds.

    Examples
    --------
    >>> round(next_momentum(0.0, mean=0.2, reversion=0.05, shock=0.2), 3)
    0.21
    >>> next_momentum(0.9, mean=0.2, reversion=0.05, shock=0.2)
    1.0
    """
    return min(max(momentum + reversion * (mean - momentum) + shock, -1.0), 1.0)


@equation
def long_run_spread(volatility: float, reversion: float) -> float:
    """Return the standard deviation at which a mean-reverting process settles.

    Parameters
    ----------
    volatility : float
        Standard deviation of the weekly shock. [unit of the process]
    reversion : float
        Share of the distance to the mean that a week closes. [share]

    Returns
    -------
    float
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
    kept = 1.0 - (1.0 - reversion) * (1.0 - reversion)
    return volatility / math.sqrt(kept) if kept > 0 else 0.0


@equation
def year_average(reversion: float) -> float:
    """Return the share of today's deviation from a mean that is left on average over the coming year.

    Parameters
    ----------
    reversion : float
        theta, share of the distance to the mean that a week closes. [share]

    Returns
    -------
    float
        f, 1 where nothing reverts. [share]

    Notes
    -----
    The mean of ``(1 - theta)^n`` over weeks 0 to 51: ``(1 - (1 - theta)^52) / (52 theta)`` (docs/odd.md, 3.1, The year
    ahead). A side that weighs a year of war weighs what the year will be like, not its first week.

    Examples
    --------
    >>> [round(year_average(reversion), 6) for reversion in (0.05, 0.02, 0.0)]
    [0.357907, 0.625242, 1.0]
    """
    return (1.0 - (1.0 - reversion) ** 52) / (52.0 * reversion) if reversion > 0 else 1.0


@equation
def next_variance(variance: float, reversion: float, volatility: float) -> float:
    """Return the variance of a mean-reverting process after one more week.

    Parameters
    ----------
    variance : float
        V, of today's deviation from the mean. [unit of the process, squared]
    reversion : float
        Share of the distance to the mean that a week closes. [share]
    volatility : float
        Standard deviation of the weekly shock. [unit of the process]

    Returns
    -------
    float
        Variance. [unit of the process, squared]

    Notes
    -----
    ``(1 - theta)^2 V + sigma^2``. A lognormal ``exp(z - V / 2)`` keeps its mean in every week (docs/odd.md, 3.1, 4).

    Examples
    --------
    >>> round(next_variance(0.01, 0.05, 0.1), 6)
    0.019025
    """
    kept = 1.0 - reversion
    return kept * kept * variance + volatility * volatility


@equation
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
    >>> [round(optimism_left(years), 3) for years in (0.0, 1.0, 100.0)]
    [1.0, 0.526, 0.25]
    """
    return 0.25 + 0.75 * math.exp(-years)


@equation
def victory_rate(momentum: float, base: float, slope: float, fluidity: float) -> float:
    """Return the weekly rate at which the stronger side wins outright.

    Parameters
    ----------
    momentum : float
        m, from -1 to 1. [-]
    base : float
        v0, the rate while momentum stands at .3 for either side. [1/week]
    slope : float
        v1, growth of the log of the rate with momentum. [-]
    fluidity : float
        Factor on the rate. [-]

    Returns
    -------
    float
        Rate. [1/week]

    Notes
    -----
    Log-linear in the size of momentum: ``v0 exp(v1 (|m| - .3)) fluidity`` (docs/odd.md, 3.1, Victory). A judgement.

    Examples
    --------
    >>> [round(victory_rate(momentum, base=0.0006, slope=4.0, fluidity=1.0), 5) for momentum in (-0.3, 1.0)]
    [0.0006, 0.00987]
    """
    return base * math.exp(slope * (abs(momentum) - 0.3)) * fluidity
