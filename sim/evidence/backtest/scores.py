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
    """Both as floats of one shape. ValueError for other shapes or outcomes, NumericError for forecasts outside 0..1."""
    p, y = np.asarray(forecasts, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if p.shape != y.shape:
        raise ValueError(f"forecasts have shape {p.shape}, outcomes {y.shape}")
    scored = ~np.isnan(y)
    if not np.all(np.isin(y[scored], (0.0, 1.0))):
        raise ValueError("outcomes are 0, 1 or NaN (not scored)")
    if not np.all((p[scored] >= 0) & (p[scored] <= 1)):
        raise NumericError("a forecast is not a number between 0 and 1")
    return p, y


def brier_losses(forecasts: ArrayLike, outcomes: ArrayLike) -> Floats:
    """(p - y)^2 of each cell; NaN where not scored."""
    p, y = checked(forecasts, outcomes)
    return np.asarray((p - y) ** 2)


def log_losses(forecasts: ArrayLike, outcomes: ArrayLike, floor: float = LOG_FLOOR) -> Floats:
    """-log of the chance given to what happened (natural logarithm) in each cell; NaN where not scored."""
    p, y = checked(forecasts, outcomes)
    p = np.clip(p, floor, 1 - floor)
    return np.where(np.isnan(y), np.nan, -np.log(np.where(y == 1, p, 1 - p)))


def column_means(losses: ArrayLike) -> Floats:
    """Mean of each column over its scored cells, NaN where there are none; shape (horizons,)."""
    cells = np.asarray(losses, dtype=np.float64)
    scored = ~np.isnan(cells)
    n = scored.sum(axis=0)
    return np.where(n > 0, np.where(scored, cells, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)


def brier(forecasts: ArrayLike, outcomes: ArrayLike) -> Floats:
    """Mean squared error of each horizon, 0 best, .25 for saying one half (Brier 1950, Monthly Weather Review 78, 1-3).

    ``forecasts`` and ``outcomes`` have shape (rows, horizons); returns (horizons,). Differs from the source: half of
    Brier's own sum over both outcomes, as is usual for yes-or-no questions.
    """
    return column_means(brier_losses(forecasts, outcomes))


def mean_brier(forecasts: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean of the Brier scores over the horizons that have a scored row; NaN without any."""
    return _mean_of_scored(brier(forecasts, outcomes))


def log_score(forecasts: ArrayLike, outcomes: ArrayLike, floor: float = LOG_FLOOR) -> Floats:
    """Mean negative log likelihood of each horizon, in nats, 0 best, log 2 for saying one half (Good 1952).

    Forecasts below ``floor`` or above 1 - ``floor`` are moved there first, so one miss costs -log(floor) at most.
    """
    return column_means(log_losses(forecasts, outcomes, floor))


@dataclass(frozen=True)
class Calibration:
    """The regression of outcomes on the logit of the forecasts; NaN where no finite fit exists.

    ``slope`` 1 and ``intercept`` 0 is perfect; a slope below 1 means too sure of itself, above 1 not sure enough.
    ``p_value`` belongs to the likelihood-ratio test of both at once, as if rows were independent; ``by_war_*`` allow
    for dependence within a war, and are NaN without ``clusters``.
    """

    n: int
    intercept: float
    slope: float
    intercept_se: float
    slope_se: float
    likelihood_ratio: float
    p_value: float
    n_wars: int = 0
    by_war_intercept_se: float = np.nan
    by_war_slope_se: float = np.nan
    by_war_p_value: float = np.nan

    @property
    def passes(self) -> bool:
        """Whether slope 1 and intercept 0 stand at the 5 % level: 5 in 100 calibrated forecasters do not pass."""
        return self.p_value >= TEST_LEVEL

    @property
    def overconfidence_p_value(self) -> float:
        """One-sided: the chance of so low a slope if it were 1. Twice as keen as the joint test on this one fault."""
        return float(special.ndtr((self.slope - 1) / self.slope_se))

    @property
    def word(self) -> str:
        """The one word a report may use. Nine in 100 calibrated forecasters of 200 questions are refused it."""
        if self.n < LEAST_RESOLVED:
            return f"too few to say: {self.n} of {LEAST_RESOLVED}"
        if np.isnan(self.slope):
            return "cannot be told"
        if self.overconfidence_p_value < TEST_LEVEL:
            return "overconfident"
        return "calibrated" if self.passes else "not calibrated"

    def slope_interval(self, level: float = 0.90) -> tuple[float, float]:
        """Normal interval of the slope, by war where wars are known."""
        error = self.by_war_slope_se if self.n_wars else self.slope_se
        reach = normal_quantile(level) * error
        return self.slope - reach, self.slope + reach


def calibration(p: ArrayLike, y: ArrayLike, clusters: ArrayLike | None = None) -> Calibration:
    """Cox's calibration line: logit P(y) = intercept + slope logit(p), by maximum likelihood, over flat arrays.

    Standard errors from the Fisher information; twice the log likelihood ratio of (fitted) to (0, 1) is chi-squared
    with two degrees of freedom, whose tail is exp(-x/2). Forecasts are moved to [.001, .999] first.

    With ``clusters`` a Wald test stands beside it, on the sandwich covariance with scores summed by war and G/(G - 1)
    for G wars (Liang and Zeger 1986, Biometrika 73, 13-22), read against F(2, G - 1), whose tail is
    (1 + W/(G - 1))^(-(G - 1)/2). The tests measure 5 to 6 false alarms in 100 with 40 equal wars; fewer wars, or very
    unequal ones, give more.

    Reference: Cox (1958), Two further applications of a model for binary regression, Biometrika 45, 562-565.
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
        return Calibration(len(outcomes), np.nan, np.nan, np.nan, np.nan, np.nan, np.nan)
    errors = np.sqrt(np.diag(np.linalg.inv(information(design, found))))
    ratio = 2 * (log_likelihood(design, outcomes, found) - log_likelihood(design, outcomes, PERFECT_LINE))
    line = Calibration(
        n=len(outcomes),
        intercept=float(found[0]),
        slope=float(found[1]),
        intercept_se=float(errors[0]),
        slope_se=float(errors[1]),
        likelihood_ratio=max(0.0, ratio),
        p_value=float(np.exp(-max(0.0, ratio) / 2)),
    )
    return line if clusters is None else _by_war(line, design, outcomes, np.ravel(np.asarray(clusters))[scored])


def _by_war(line: Calibration, design: Floats, outcomes: Floats, clusters: NDArray[np.generic]) -> Calibration:
    """The line with errors and a test that allow for dependence within a war; NaN below three wars."""
    war = np.unique(clusters, return_inverse=True)[1]
    n_wars = int(war.max()) + 1
    if n_wars < 3:  # scores that sum to nought over two wars leave no covariance of two numbers
        return replace(line, n_wars=n_wars)
    found = np.array([line.intercept, line.slope])
    scores = np.zeros((n_wars, 2))
    np.add.at(scores, war, design * (outcomes - probability(design, found))[:, None])
    bread = np.linalg.inv(information(design, found))
    sandwich = bread @ (scores.T @ scores) @ bread * n_wars / (n_wars - 1)
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
    """Difference of two mean losses, a - b, with a percentile interval from redrawn wars: (difference, low, high).

    ``losses_*`` have shape (rows,) or (rows, horizons); a cell counts where neither is NaN. The mean is taken per
    horizon and then over horizons, so that the difference is that of the printed scores. Each of ``n`` replicates
    draws as many wars, with replacement, as have a scored cell. The draws come from a counter-based stream named
    "bootstrap by war": they are the same on every machine, and the first replicates of a longer bootstrap are the
    shorter one. NaN limits with fewer than two wars.

    Reference: Davison and Hinkley (1997), Bootstrap Methods and their Application, sections 3.8 and 5.3.
    """
    change = np.asarray(losses_a, dtype=np.float64) - np.asarray(losses_b, dtype=np.float64)
    change = change.reshape(len(change), -1)
    scored = ~np.all(np.isnan(change), axis=1)
    change = change[scored]
    difference = _mean_of_scored(column_means(change))
    war = np.unique(np.asarray(clusters)[scored], return_inverse=True)[1]
    n_wars = int(war.max(initial=-1)) + 1
    if n_wars < 2:
        return difference, np.nan, np.nan
    sums, counts = np.zeros((2, n_wars, change.shape[1]))
    np.add.at(sums, war, np.nan_to_num(change))
    np.add.at(counts, war, ~np.isnan(change))
    luck = to_uniform(philox_words(seed, stream_key("bootstrap by war", ""), 0, 0, 0, n * n_wars)).reshape(n, n_wars)
    drawn = (luck * n_wars).astype(np.intp)
    # Added war by war and not by a matrix product, whose order of adding differs between machines.
    total, number = np.zeros((2, n, change.shape[1]))
    for place in range(n_wars):
        total += sums[drawn[:, place]]
        number += counts[drawn[:, place]]
    means = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    replicates = column_means(means.T)
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return difference, float(low), float(high)


def _mean_of_scored(values: Floats) -> float:
    scored: NDArray[np.float64] = values[~np.isnan(values)]
    return float(scored.mean()) if len(scored) else np.nan
