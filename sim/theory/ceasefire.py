"""How long halts last (model section 8): a large early hazard that fades, then a slow one."""

from __future__ import annotations

import numpy as np

from sim.theory.utility import Array, Column


def collapse_rate(
    age_weeks: Column, early: Column, early_decay_weeks: Column, slow: Column, multiplier: Column
) -> Array:
    """Weekly rate of collapse at an age: (h_early exp(-age / decay) + h_slow) M."""
    return np.asarray((early * np.exp(-np.asarray(age_weeks) / early_decay_weeks) + slow) * multiplier)


def hazard_multiplier(
    monitoring: Column,
    guarantee: Column,
    shortfall: Column,
    ratios: tuple[Column, Column],
    shortfall_slope: Column,
    spoilers: Column,
) -> Array:
    """Return M, by which the hazard of collapse is multiplied.

    Full monitoring and a fully credible guarantee multiply it by their ratio (Fortna 2004); each util of surplus lost
    since signing raises it by ``shortfall_slope`` in the log (Werner 1999); spoilers multiply it (Stedman 1997).
    """
    by_monitoring, by_guarantee = ratios
    lasting = np.power(by_monitoring, monitoring) * np.power(by_guarantee, guarantee)
    return np.asarray(lasting * np.exp(shortfall_slope * np.asarray(shortfall)) * spoilers)


def survival(weeks: int, early: float, slow: float, multiplier: float = 1.0, early_decay_weeks: float = 2.0) -> float:
    """Chance that a halt outlives ``weeks`` weekly draws at ages 0, 1, 2, ... (section 11, test 11)."""
    ages = np.arange(weeks, dtype=float)
    return float(np.exp(-np.sum(collapse_rate(ages, early, early_decay_weeks, slow, multiplier))))
