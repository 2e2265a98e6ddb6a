"""Tests on luck with stated rates: how often a right engine fails them, and the smallest fault that they see.

An *error rate* is a rate over seeds. Seeds in tests are fixed, so a test that passes today passes every day; the
rate is what a new seed, or a right engine that draws in another order, would meet. *Detects* is the nearest true
value, on either side, that fails the test with chance ``POWER``. ``tests/statistical_register.py`` lists all tests.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, binom, norm

ERROR_RATE = 1e-6
"""Of an assertion that every change must pass."""
POWER = 0.9
STAGE = 1e-3
"""Error rate of each of the two stages: both must fail, on samples that share no luck."""
SECOND = 4
"""The second sample is so many times as large as the first."""
COVERS_95 = (0.94, 0.96)
"""What "a 95 % interval" is allowed to cover."""

Chance = float | tuple[float, float]
"""A chance, or the lowest and highest that are right."""


def ends(p: Chance) -> tuple[float, float]:
    return p if isinstance(p, tuple) else (p, p)


@lru_cache
def passing(n: int, p: Chance, error_rate: float = ERROR_RATE) -> tuple[int, int]:
    """Fewest and most events of ``n`` that pass: beyond either lies at most half the error rate (exact binomial)."""
    low, high = ends(p)
    return int(binom.ppf(error_rate / 2, n, low)), int(binom.isf(error_rate / 2, n, high))


def within(count: int, n: int, p: Chance, error_rate: float = ERROR_RATE) -> None:
    """Fail if ``count`` of ``n`` independent events of chance ``p`` is rarer than the error rate."""
    fewest, most = passing(n, p, error_rate)
    assert fewest <= count <= most, f"{count} of {n} came; at {p} it is {fewest} to {most} but for {error_rate:g}"


def assert_frequency(hits: np.ndarray, p: float) -> None:
    """Fail if so many of independent trials are rarer than 1e-6."""
    within(int(np.count_nonzero(hits)), len(hits), p)


def two_stage(draw: Callable[[int, int], int], n: int, p: Chance) -> None:
    """``draw(stage, n)`` counts events in a sample of its own luck; a first sample that is too rare is drawn again.

    The second is four times as large. Fails only if both are rarer than 1e-3: in all at most 1e-6, for little more
    than the price of the first sample.
    """
    fewest, most = passing(n, p, STAGE)
    first = draw(0, n)
    if not fewest <= first <= most:
        within(draw(1, SECOND * n), SECOND * n, p, STAGE)


def near(found: float, expected: float, standard_error: float, error_rate: float = ERROR_RATE) -> None:
    """Fail if an estimate, about normal with a known standard error, is farther off than luck but for the rate."""
    reach = reach_of(error_rate) * standard_error
    assert abs(found - expected) <= reach, f"{found:.6g} came, {expected:.6g} within {reach:.2g} is wanted"


def reach_of(error_rate: float) -> float:
    """Standard errors beyond which a normal estimate lies at that rate, both sides together."""
    return float(norm.isf(error_rate / 2))


def failing_chance(q: float, n: int, p: Chance, error_rate: float) -> float:
    """Chance that ``within`` fails where the true chance is ``q``."""
    fewest, most = passing(n, p, error_rate)
    return float(binom.cdf(fewest - 1, n, q) + binom.sf(most, n, q))


def two_stage_failing_chance(q: float, n: int, p: Chance) -> float:
    """Chance that ``two_stage`` fails where the true chance is ``q``."""
    return failing_chance(q, n, p, STAGE) * failing_chance(q, SECOND * n, p, STAGE)


def detects(n: int, p: Chance, error_rate: float = ERROR_RATE) -> tuple[float, float]:
    """The nearest true chances, below and above, that ``within`` fails nine times in ten; 0 or 1 where there is none.

    By the exact relation of binomial and beta tails, for each side alone.
    """
    fewest, most = passing(n, p, error_rate)
    below = float(beta.ppf(1 - POWER, fewest, n - fewest + 1)) if fewest > 0 else 0.0
    above = float(beta.ppf(POWER, most + 1, n - most)) if most < n else 1.0
    return below, above


def two_stage_detects(n: int, p: Chance) -> tuple[float, float]:
    """The same for ``two_stage``."""
    low, high = ends(p)

    def missing(q: float) -> float:
        return two_stage_failing_chance(q, n, p) - POWER

    below = float(brentq(missing, 0.0, low)) if missing(0.0) > 0 else 0.0
    above = float(brentq(missing, high, 1.0)) if missing(1.0) > 0 else 1.0
    return below, above


def detects_shift(standard_error: float, error_rate: float = ERROR_RATE) -> float:
    """The smallest shift of a normal estimate that ``near`` fails nine times in ten."""
    return (reach_of(error_rate) + float(norm.ppf(POWER))) * standard_error
