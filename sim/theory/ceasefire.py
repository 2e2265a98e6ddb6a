"""Say how long ceasefires last: a large early hazard that fades, then a slow one (docs/odd.md, 3.5)."""

from __future__ import annotations

import numpy as np

from sim.theory.utility import Array, Column


def collapse_rate(
    age_weeks: Column, early: Column, early_decay_weeks: Column, slow: Column, multiplier: Column
) -> Array:
    """Return the weekly rate of collapse of a ceasefire at an age.

    Parameters
    ----------
    age_weeks : float or array, shape (trials,)
        n, weeks since the week after the start. [week]
    early, slow : float or array, shape (trials,)
        h_early, which fades, and h_slow, which stays. [1/week]
    early_decay_weeks : float or array, shape (trials,)
        Age at which the early hazard is down to 1/e. [week]
    multiplier : float or array, shape (trials,)
        M, of `hazard_multiplier`. [-]

    Returns
    -------
    array, shape (trials,)
        Rate; `sim.theory.weekly.weekly_probability` gives the chance of that week. [1/week]

    Notes
    -----
    ``(h_early exp(-n / decay) + h_slow) M`` (docs/odd.md, 3.5): two hazards that compete, both under one multiplier.

    Examples
    --------
    >>> collapse_rate(np.array([0, 2, 52]), 0.14, 2.0, 0.0075, 1.0).round(4).tolist()
    [0.1475, 0.059, 0.0075]
    """
    return np.asarray((early * np.exp(-np.asarray(age_weeks) / early_decay_weeks) + slow) * multiplier)


def hazard_multiplier(
    monitoring: Column,
    guarantee: Column,
    shortfall: Column,
    ratios: tuple[Column, Column],
    shortfall_slope: Column,
    spoilers: Column,
) -> Array:
    """Return the factor on the hazard of collapse of an agreed ceasefire.

    Parameters
    ----------
    monitoring, guarantee : float or array, shape (trials,)
        Monitoring, and credibility of the guarantee less what its guarantors withhold. [share]
    shortfall : float or array, shape (trials,)
        Surplus lost since signing, of the side that lost more; at least 0. [util]
    ratios : tuple of two floats or arrays, shape (trials,)
        Hazard ratios of full monitoring and of a fully credible guarantee. [-]
    shortfall_slope : float or array, shape (trials,)
        Rise of the log of the hazard for each util lost. [1/util]
    spoilers : float or array, shape (trials,)
        Factor of those who fight on. [-]

    Returns
    -------
    array, shape (trials,)
        M. [-]

    Notes
    -----
    Proportional hazards: ``M = ratio_m^monitoring ratio_g^guarantee exp(slope shortfall) spoilers`` (docs/odd.md, 3.5;
    the ratio of a settlement is multiplied by the caller). Fortna gives the ratios for agreements with and without a
    measure, here read as the two ends of a scale. Werner finds that shifts in power bring renegotiation by force; the
    log-linear form is ours. Stedman describes spoilers; the factor is ours.

    References
    ----------
    Fortna (2004). Peace time: cease-fire agreements and the durability of peace. Princeton University Press.

    Stedman (1997). Spoiler problems in peace processes. International Security 22 (2), 5-53.

    Werner (1999). The precarious nature of peace: resolving the issues, enforcing the settlement, and renegotiating
    the terms. American Journal of Political Science 43, 912-934.

    Examples
    --------
    >>> float(hazard_multiplier(1.0, 0.0, 0.02, (0.55, 0.5), 10.0, spoilers=1.0).round(4))
    0.6718
    """
    by_monitoring, by_guarantee = ratios
    lasting = np.power(by_monitoring, monitoring) * np.power(by_guarantee, guarantee)
    return np.asarray(lasting * np.exp(shortfall_slope * np.asarray(shortfall)) * spoilers)


def survival(weeks: int, early: float, slow: float, multiplier: float = 1.0, early_decay_weeks: float = 2.0) -> float:
    """Return the chance that a ceasefire outlives a number of weekly draws.

    Parameters
    ----------
    weeks : int
        Number of draws, at ages 0, 1, 2, ... [week]
    early, slow : float
        h_early and h_slow of `collapse_rate`. [1/week]
    multiplier : float
        M, of `hazard_multiplier`. [-]
    early_decay_weeks : float
        Age at which the early hazard is down to 1/e. [week]

    Returns
    -------
    float
        Chance. [share]

    Notes
    -----
    The exponential of minus the summed rates, which is the product of the weekly chances to survive (docs/odd.md, 3.5).

    Examples
    --------
    >>> round(survival(52, early=0.140341, slow=0.0075), 3)
    0.474
    """
    ages = np.arange(weeks, dtype=float)
    return float(np.exp(-np.sum(collapse_rate(ages, early, early_decay_weeks, slow, multiplier))))
