"""How good forecasts were: Brier and log score, calibration slope, differences with intervals by war.

Pure functions of arrays: nothing here knows a scenario or a file. Tables are (rows, horizons) or flat; an outcome of
NaN means *not scored* and drops out everywhere. ``clusters`` names the war of each row: rows of one war are not
independent, so intervals resample wars. docs/scoring.md says how to read each number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.errors import NumericError
from sim.random_streams import philox_words, stream_key, to_uniform
from sim.statistics.estimates import Floats, normal_quantile
from sim.statistics.logistic import (
    NoOptimumError,
    fit_logistic,
    information,
    log_likelihood,
    probability,
    with_intercept,
)

LOG_FLOOR = 0.001
"""Forecasts are moved to [floor, 1 - floor] before a logarithm: a convention; no record here is worth 1 in 1,000."""
LEAST_RESOLVED = 50
"""Below so many resolved forecasts the word "calibrated" is refused."""
TEST_LEVEL = 0.05
PERFECT_LINE = np.array([0.0, 1.0])
"""Intercept and slope of a calibrated forecaster."""


def checked(forecasts: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Return forecasts and outcomes as floats of one shape.

    Raises
    ------
    ValueError
        For other shapes, and for outcomes that are not 0, 1 or NaN.
    NumericError
        For scored forecasts outside 0 to 1.
    """
    p, y = np.asarray(forecasts, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if p.shape != y.shape:
        raise ValueError(f"expected forecasts and outcomes of one shape, got {p.shape} and {y.shape}")
    scored = ~np.isnan(y)
    if not np.all(np.isin(y[scored], (0.0, 1.0))):
        raise ValueError("expected outcomes of 0, 1 or NaN (not scored), got another number")
    if not np.all((p[scored] >= 0) & (p[scored] <= 1)):
        raise NumericError("expected forecasts between 0 and 1, got one that is not")
    return p, y


def brier_losses(forecasts: ArrayLike, outcomes: ArrayLike) -> Floats:
    """Return (p - y)^2 of each cell; NaN where not scored."""
    p, y = checked(forecasts, outcomes)
    return np.asarray((p - y) ** 2)


def log_losses(forecasts: ArrayLike, outcomes: ArrayLike, floor: float = LOG_FLOOR) -> Floats:
    """Return -ln of the chance given to what happened in each cell; NaN where not scored."""
    p, y = checked(forecasts, outcomes)
    p = np.clip(p, floor, 1 - floor)
    return np.where(np.isnan(y), np.nan, -np.log(np.where(y == 1, p, 1 - p)))


def column_means(losses: ArrayLike) -> Floats:
    """Return the mean of each column over its scored cells, NaN where there are none; shape (horizons,)."""
    cells = np.asarray(losses, dtype=np.float64)
    scored = ~np.isnan(cells)
    n = scored.sum(axis=0)
    return np.where(n > 0, np.where(scored, cells, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)


def scored_mean(values: Floats) -> float:
    """Return the mean of the values that are no NaN; NaN without any."""
    scored: NDArray[np.float64] = values[~np.isnan(values)]
    return float(scored.mean()) if len(scored) else np.nan


def brier(forecasts: ArrayLike, outcomes: ArrayLike) -> Floats:
    """Compute the Brier score of each horizon: 0 best, .25 for saying one half.

    Parameters
    ----------
    forecasts
        Odds from 0 to 1, shape (rows, horizons).
    outcomes
        1, 0 or NaN (not scored), shape (rows, horizons).

    Returns
    -------
    numpy.ndarray
        Mean squared error, shape (horizons,); NaN where no row is scored.

    Raises
    ------
    ValueError, NumericError
        For other shapes or numbers.

    Notes
    -----
    mean of (p - y)^2: half of Brier's own sum over both outcomes, as is usual for yes-or-no questions.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1-3.
    """
    return column_means(brier_losses(forecasts, outcomes))


def mean_brier(forecasts: ArrayLike, outcomes: ArrayLike) -> float:
    """Return the mean of the Brier scores over the horizons that have a scored row; NaN without any."""
    return scored_mean(brier(forecasts, outcomes))


def log_score(forecasts: ArrayLike, outcomes: ArrayLike, floor: float = LOG_FLOOR) -> Floats:
    """Compute the logarithmic score of each horizon: 0 best, ln 2 for saying one half.

    Parameters
    ----------
    forecasts, outcomes
        As in ``brier``.
    floor
        Forecasts are moved to [floor, 1 - floor] first, so one miss costs -ln(floor) at most.

    Returns
    -------
    numpy.ndarray
        Mean negative log likelihood in nats, shape (horizons,); NaN where no row is scored.

    Raises
    ------
    ValueError, NumericError
        For other shapes or numbers.

    Notes
    -----
    mean of -ln p where it happened and of -ln(1 - p) where not.

    References
    ----------
    Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14, 107-114.
    """
    return column_means(log_losses(forecasts, outcomes, floor))


def verdict(n: int, p_value: float, overconfidence_p_value: float) -> str:
    """Return the one word for ``n`` resolved forecasts, from the joint test and the one-sided test of the slope."""
    if n < LEAST_RESOLVED:
        return f"too few to say: {n} of {LEAST_RESOLVED}"
    if np.isnan(p_value):
        return "undetermined"
    if overconfidence_p_value < TEST_LEVEL:
        return "overconfident"
    return "calibrated" if p_value >= TEST_LEVEL else "not calibrated"


@dataclass(frozen=True)
class Calibration:
    """Regression of outcomes on the logit of the forecasts; NaN where no finite fit exists.

    ``slope`` 1 and ``intercept`` 0 is perfect; a slope below 1 means overconfidence, above 1 underconfidence.
    ``p_value`` belongs to the likelihood-ratio test of both at once, as if rows were independent; ``by_war_*`` allow
    for dependence within a war, and are NaN without ``clusters``.
    """

    n: int
    intercept: float = np.nan
    slope: float = np.nan
    intercept_se: float = np.nan
    slope_se: float = np.nan
    likelihood_ratio: float = np.nan
    p_value: float = np.nan
    n_wars: int = 0
    by_war_intercept_se: float = np.nan
    by_war_slope_se: float = np.nan
    by_war_p_value: float = np.nan

    @property
    def passes(self) -> bool:
        """Return whether slope 1 and intercept 0 stand at the 5 % level: 5 in 100 calibrated forecasters fail."""
        return self.p_value >= TEST_LEVEL

    @property
    def overconfidence_p_value(self) -> float:
        """Return the chance of so low a slope if it were 1: twice the power of the joint test on this one fault."""
        return float(special.ndtr((self.slope - 1) / self.slope_se))

    @property
    def word(self) -> str:
        """Return the one word a report may use. Nine in 100 calibrated forecasters of 200 questions are refused it."""
        return verdict(self.n, self.p_value, self.overconfidence_p_value)

    def slope_interval(self, level: float = 0.90) -> tuple[float, float]:
        """Return the normal interval of the slope, by war where wars are known."""
        reach = normal_quantile(level) * (self.by_war_slope_se if self.n_wars else self.slope_se)
        return self.slope - reach, self.slope + reach

    def as_dict(self) -> dict[str, float]:
        """Return the line as ``parley backtest --json`` has it."""
        low, high = self.slope_interval()
        own = {"slope": self.slope, "slope_lo": low, "slope_hi": high, "intercept": self.intercept, "n": self.n}
        return own | {"p_by_war": self.by_war_p_value}


def calibration(p: ArrayLike, y: ArrayLike, clusters: ArrayLike | None = None) -> Calibration:
    """Fit Cox's calibration line by maximum likelihood.

    Parameters
    ----------
    p, y
        Forecasts from 0 to 1, and outcomes of 1, 0 or NaN, of one shape; forecasts are moved to [.001, .999] first.
    clusters
        War of each cell, of the same shape; with it the ``by_war_*`` fields are filled.

    Returns
    -------
    Calibration
        The line with its standard errors and tests.

    Raises
    ------
    ValueError, NumericError
        For other shapes or numbers.

    Notes
    -----
    logit P(y = 1) = intercept + slope logit(p). Standard errors are from the Fisher information; twice the log
    likelihood ratio of the fitted line to (0, 1) is chi-squared with two degrees of freedom, whose tail is exp(-x/2).

    By war a Wald test W uses the sandwich covariance, with scores summed by war and the factor G/(G - 1) for G wars,
    read against F(2, G - 1), whose tail is (1 + W/(G - 1))^(-(G - 1)/2). The tests measure 5 to 6 false alarms in 100
    with 40 equal wars; fewer wars, or very unequal ones, give more.

    References
    ----------
    Cox (1958), Two further applications of a model for binary regression, Biometrika 45, 562-565.

    Liang and Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73, 13-22.
    """
    forecasts, outcomes = (np.ravel(column) for column in checked(p, y))
    scored = ~np.isnan(outcomes)
    outcomes = outcomes[scored]
    logit = special.logit(np.clip(forecasts[scored], LOG_FLOOR, 1 - LOG_FLOOR))
    design = with_intercept(logit)
    try:
        if not len(logit) or np.ptp(logit) == 0:
            raise NoOptimumError("all forecasts are the same")
        found = fit_logistic(design, outcomes, np.zeros(2))
    except NoOptimumError:
        return Calibration(len(outcomes))
    covariance = np.linalg.inv(information(design, found))
    ratio = 2 * (log_likelihood(design, outcomes, found) - log_likelihood(design, outcomes, PERFECT_LINE))
    ratio = max(0.0, ratio)
    (intercept, slope), (intercept_se, slope_se) = map(float, found), map(float, np.sqrt(np.diag(covariance)))
    chance = float(np.exp(-ratio / 2))
    line = Calibration(len(outcomes), intercept, slope, intercept_se, slope_se, ratio, chance)
    if clusters is None:
        return line
    war = np.unique(np.ravel(np.asarray(clusters))[scored], return_inverse=True)[1]
    n_wars = int(war.max()) + 1
    if n_wars < 3:  # scores that sum to zero over two wars leave no covariance of two numbers
        return replace(line, n_wars=n_wars)
    scores = np.zeros((n_wars, 2))
    np.add.at(scores, war, design * (outcomes - probability(design, found))[:, None])
    sandwich = covariance @ (scores.T @ scores) @ covariance * n_wars / (n_wars - 1)
    wald = float((found - PERFECT_LINE) @ np.linalg.solve(sandwich, found - PERFECT_LINE))
    return replace(
        line,
        n_wars=n_wars,
        by_war_intercept_se=float(np.sqrt(sandwich[0, 0])),
        by_war_slope_se=float(np.sqrt(sandwich[1, 1])),
        by_war_p_value=(1 + wald / (n_wars - 1)) ** (-(n_wars - 1) / 2),
    )


def cluster_bootstrap(
    losses_a: ArrayLike, losses_b: ArrayLike, clusters: ArrayLike, n: int = 10_000, seed: int = 1, level: float = 0.90
) -> tuple[float, float, float]:
    """Compute the difference of two mean losses with a percentile interval from resampled wars.

    Parameters
    ----------
    losses_a, losses_b
        Losses of two forecasters, shape (rows,) or (rows, horizons); a cell counts where neither is NaN.
    clusters
        War of each row, shape (rows,).
    n, seed
        Replicates, and seed of their counter-based stream ("bootstrap by war"): the same on every machine, and the
        first replicates of a longer bootstrap are the shorter one.
    level
        Coverage of the interval.

    Returns
    -------
    tuple of float
        Difference a - b, lower and upper limit; limits are NaN with fewer than two wars.

    Notes
    -----
    The mean is taken per horizon and then over horizons, so that the difference is that of the printed scores. Each
    replicate draws as many wars, with replacement, as have a scored cell.

    References
    ----------
    Davison and Hinkley (1997), Bootstrap Methods and their Application, sections 3.8 and 5.3.
    """
    change = np.asarray(losses_a, dtype=np.float64) - np.asarray(losses_b, dtype=np.float64)
    change = change.reshape(len(change), -1)
    scored = ~np.all(np.isnan(change), axis=1)
    change = change[scored]
    difference = scored_mean(column_means(change))
    war = np.unique(np.asarray(clusters)[scored], return_inverse=True)[1]
    n_wars = int(war.max(initial=-1)) + 1
    if n_wars < 2:
        return difference, np.nan, np.nan
    sums, counts = np.zeros((2, n_wars, change.shape[1]))
    np.add.at(sums, war, np.nan_to_num(change))
    np.add.at(counts, war, ~np.isnan(change))
    uniforms = to_uniform(philox_words(seed, stream_key("bootstrap by war", ""), 0, 0, 0, n * n_wars))
    drawn = (uniforms.reshape(n, n_wars) * n_wars).astype(np.intp)
    # Added war by war and not by a matrix product, whose order of adding differs between machines.
    total, number = np.zeros((2, n, change.shape[1]))
    for place in range(n_wars):
        total += sums[drawn[:, place]]
        number += counts[drawn[:, place]]
    means = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    low, high = np.quantile(column_means(means.T), [(1 - level) / 2, (1 + level) / 2])
    return difference, float(low), float(high)
