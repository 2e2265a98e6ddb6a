"""Say how long ceasefires last: a large early hazard that fades, then a slow one (docs/odd.md, 3.5)."""

from __future__ import annotations

import math

from sim.compiler.decorators import equation


@equation
def collapse_rate(age_weeks: float, early: float, early_decay_weeks: float, slow: float, multiplier: float) -> float:
    """Return the weekly rate of collapse of a ceasefire at an age.

    Parameters
    ----------
    age_weeks : float
        n, weeks since the week after the start. [week]
    early, slow : float
        h_early, which fades, and h_slow, which stays. [1/week]
    early_decay_weeks : float
        Age at which the early hazard is down to 1/e. [week]
    multiplier : float
        M, of `hazard_multiplier`. [-]

    Returns
    -------
    float
        Rate; `sim.equations.weekly.weekly_probability` gives the chance of that week. [1/week]

    Notes
    -----
    ``(h_early exp(-n / decay) + h_slow) M`` (docs/odd.md, 3.5): two hazards that compete, both under one multiplier.

    Examples
    --------
    >>> [round(collapse_rate(age, 0.14, 2.0, 0.0075, 1.0), 4) for age in (0.0, 2.0, 52.0)]
    [0.1475, 0.059, 0.0075]
    """
    return (early * math.exp(-age_weeks / early_decay_weeks) + slow) * multiplier


@equation
def hazard_multiplier(
    monitoring: float,
    guarantee: float,
    shortfall: float,
    monitoring_ratio: float,
    guarantee_ratio: float,
    shortfall_slope: float,
    spoilers: float,
) -> float:
    """Return the factor on the hazard of collapse of an agreed ceasefire.

    Parameters
    ----------
    monitoring, guarantee : float
        Monitoring, and credibility of the guarantee less what its guarantors withhold. [share]
    shortfall : float
        Surplus lost since signing, of the side that lost more; at least 0. [util]
    monitoring_ratio, guarantee_ratio : float
        Hazard ratios of full monitoring and of a fully credible guarantee. [-]
    shortfall_slope : float
        Rise of the log of the hazard for each util lost. [1/util]
    spoilers : float
        Factor of those who fight on. [-]

    Returns
    -------
    float
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
    >>> round(hazard_multiplier(1.0, 0.0, 0.02, 0.55, 0.5, shortfall_slope=10.0, spoilers=1.0), 4)
    0.6718
    """
    lasting = monitoring_ratio**monitoring * guarantee_ratio**guarantee
    return lasting * math.exp(shortfall_slope * shortfall) * spoilers


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
    ages = (float(age) for age in range(weeks))
    return math.exp(-math.fsum(collapse_rate(age, early, early_decay_weeks, slow, multiplier) for age in ages))
