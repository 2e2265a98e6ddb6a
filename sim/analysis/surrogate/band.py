"""The band of a response surface: how far the odds are spread over the inputs that were not moved. An approximation.

The surface says how the odds vary with its own inputs. All the others are drawn too, and the surface is a mean over
them, so its spread alone is too narrow. What is missing at the base (the variance of the odds between draws, less that
of the surface) is taken to be one variance in log odds, the same wherever the sliders are: a cut at p then spreads the
odds by p (1 - p) times its root. With some inputs held the two variances add, and the band is read off the Beta with
the surface's mean and that variance, as the band of a run is (``sim.statistics.estimates``). ``fit``
measures how far that misses bands of the model, on the settings that no fit has seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.statistics.estimates import Floats, beta_band
from sim.statistics.polynomial import class_chances, quadratic

LEVEL = 0.90
LEAST_RHO = 1e-9
"""Correlation of draws below which a band has no width: what is left of rounding."""

Ends = tuple[tuple[float, float], ...]
"""Low and high by horizon."""


def between(halves: Floats) -> Floats:
    """Return the variance of the odds between points, by horizon, without their Monte Carlo error.

    ``halves`` (points, 2, horizons): odds from two halves of each point's trials, which are independent.
    """
    centred = halves - halves.mean(axis=(0, 1))
    found: Floats = np.maximum(0.0, np.mean(centred[:, 0] * centred[:, 1], axis=0))
    return found


def odds_over(coefficients: Floats, over: Floats, held: Mapping[int, float]) -> Floats:
    """Return the surface at each point of ``over`` with column i held at ``held[i]``, shape (points, horizons)."""
    cube = over.copy()
    for place, share in held.items():
        cube[:, place] = share
    found: Floats = np.cumsum(class_chances(quadratic(cube), coefficients)[:, :-1], axis=1)
    return found


def left_out(coefficients: Floats, over: Floats, variance: Floats) -> Floats:
    """Return the variance in log odds that the surface does not hold, by horizon; ``variance`` is all of it in odds."""
    odds = odds_over(coefficients, over, {})
    steep = np.mean((odds * (1.0 - odds)) ** 2, axis=0)
    missing = np.maximum(0.0, variance - odds.var(axis=0))
    found: Floats = np.divide(missing, steep, out=np.zeros_like(missing), where=steep > 0)
    return found


def band(coefficients: Floats, over: Floats, rest: Floats, held: Mapping[int, float]) -> Ends:
    """Return the band of the model's odds by horizon with some inputs held; ``rest`` is that of ``left_out``."""
    odds = odds_over(coefficients, over, held)
    return ends(odds.mean(axis=0), odds.var(axis=0) + rest * np.mean((odds * (1.0 - odds)) ** 2, axis=0))


def ends(means: Floats, variances: Floats) -> Ends:
    """Return the band of the Betas with these means and variances, by horizon; a mean of 0 or 1 has no width."""
    found = []
    for p, variance in zip(means, variances, strict=True):
        room = float(p * (1.0 - p))
        rho = float(variance) / room if room > 0 else 0.0
        found.append(beta_band(float(p), rho, LEAST_RHO, LEVEL))
    return tuple(found)
