"""Turn counts into odds with two intervals: Monte Carlo error (how many trials) and parameters (what nobody knows).

Trials are not independent. Sixteen consecutive trials share one draw of the parameters, and draws 2j and 2j + 1 are
antithetic partners, so 32 consecutive trials form one *cluster*; clusters are independent. The Monte Carlo interval
counts effective trials (Kish's design effect over clusters); the band is the spread of the odds over draws, with the
noise of only sixteen trials per draw taken out (beta-binomial).

Pure functions of arrays: nothing here knows a scenario or a file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.statistics.ranges import Count, Share

TRIALS_PER_PAIR = 2
TRIALS_PER_DRAW = 16
TRIALS_PER_CLUSTER = 32
DAYS_PER_MONTH = 30.4375
FEW_EVENTS = 10
LEAST_DESIGN_EFFECT = 0.5
FEWEST_DRAWS = 46
"""Draws below which there is no band: the range of 46 holds 90 % of all draws with 95 % confidence.

The least n with 1 - n p^(n-1) + (n-1) p^n >= .95 at p = .9 (Wilks 1942, Annals of Mathematical Statistics 13, 400-409).
"""

Hits = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Odds:
    """Hold the odds of an event with their band over parameters and their Monte Carlo interval.

    Attributes
    ----------
    p : float
        Share of trials with the event, anchored in a headline. [share]
    lo, hi : float
        90 % band over draws of the uncertain parameters: the interval to quote. [share]
    mc_lo, mc_hi : float
        95 % Monte Carlo interval, which shrinks with more trials. [share]
    n, n_events : int
        Trials, and those with the event.

    Examples
    --------
    >>> import sim
    >>> odds = sim.Odds(p=0.2, lo=0.1, hi=0.3, mc_lo=0.18, mc_hi=0.22, n=1000, n_events=200)
    >>> odds.as_dict()
    {'p': 0.2, 'lo': 0.1, 'hi': 0.3, 'mc_lo': 0.18, 'mc_hi': 0.22}
    """

    p: Share
    lo: Share
    hi: Share
    mc_lo: Share
    mc_hi: Share
    n: Count
    n_events: Count

    def as_dict(self) -> dict[str, float]:
        """Return the shares as plain JSON values."""
        return {"p": self.p, "lo": self.lo, "hi": self.hi, "mc_lo": self.mc_lo, "mc_hi": self.mc_hi}


def normal_quantile(level: float) -> float:
    """Return the two-sided normal quantile: 1.96 for a level of .95."""
    return float(special.ndtri((1 + level) / 2))


def student_quantile(level: float, freedom: int) -> float:
    """Return the two-sided quantile of Student's t; infinite without a degree of freedom."""
    return float(special.stdtrit(freedom, (1 + level) / 2)) if freedom > 0 else float("inf")


def wilson(p: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share ``p`` of ``n`` (effective, perhaps not whole) trials, exact at 0 and 1.

    With no event in n trials the upper limit is 1 - ((1 - level) / 2)^(1 / n), 71 % for 3 trials and about 3.7 / n for
    many; with only events the lower limit is the mirror image. The score interval is too short there.
    References: Wilson (1927), Journal of the American Statistical Association 22, 209-212; Clopper and Pearson (1934),
    Biometrika 26, 404-413.
    """
    if n <= 0:
        return 0.0, 1.0
    if p <= 0 or p >= 1:
        unseen = -float(np.expm1(np.log((1 - level) / 2) / n))
        return (0.0, unseen) if p <= 0 else (1.0 - unseen, 1.0)
    z = normal_quantile(level)
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def n_draws(n: int) -> int:
    """Return the draws of the parameters in ``n`` trials, the last perhaps not whole."""
    return -(-n // TRIALS_PER_DRAW)


def has_band(n: int) -> bool:
    """Return whether ``n`` trials hold draws enough for a range of the odds over them."""
    return n_draws(n) >= FEWEST_DRAWS


def effective_trials(n: int, effect: float, of: int | None = None) -> float:
    """Return the independent trials that ``n`` trials with this design effect are worth, for a 95 % interval.

    Where the trials (``of`` which these are a part) hold too few draws for a band, their few clusters tell the effect
    badly: Student's t takes the place of the normal. None where there is one cluster, of which nothing follows.
    """
    whole = n if of is None else of
    if has_band(whole):
        return n / effect
    clusters = -(-whole // TRIALS_PER_CLUSTER)
    return n / (effect * (student_quantile(0.95, clusters - 1) / normal_quantile(0.95)) ** 2)


def group_sums(values: NDArray[np.generic], size: int) -> tuple[Floats, Floats]:
    """Return the sum over each ``size`` consecutive trials, and how many each holds (the last may hold fewer)."""
    starts = np.arange(0, len(values), size)
    sums = np.add.reduceat(values.astype(np.float64), starts)
    counts = np.diff(np.append(starts, len(values))).astype(np.float64)
    return sums, counts


def design_effect(hits: Hits, size: int = TRIALS_PER_CLUSTER) -> float:
    """Return how many times the variance of the mean exceeds that of independent trials (antithetic ones: below 1).

    Ratio estimator of the variance of a mean over clusters of unequal size, divided by p (1 - p) / n.
    Returns at least 0.5, and 1 where the clusters cannot tell (fewer than two clusters, no event, only events).
    Reference: Kish (1965), Survey Sampling, sections 6.4 and 8.2.
    """
    n = len(hits)
    p = float(np.count_nonzero(hits)) / n if n else 0.0
    if n <= size or p in (0.0, 1.0):
        return 1.0
    sums, counts = group_sums(hits, size)
    variance = len(sums) / (len(sums) - 1) * float(np.sum((sums - p * counts) ** 2)) / n**2
    return max(LEAST_DESIGN_EFFECT, variance * n / (p * (1 - p)))


def intraclass_correlation(hits: Hits, size: int = TRIALS_PER_DRAW, unit: int = TRIALS_PER_PAIR) -> float:
    """Return the share of the variance of single trials that lies between parameter draws; 0 where nothing shows.

    Moment estimator of the beta-binomial by analysis of variance (Griffiths 1973, Biometrics 29, 637-648; Ridout,
    Demetrio and Firth 1999, Biometrics 55, 137-148), over whole draws. It differs from the source in one point: trials
    2i and 2i + 1 have antithetic numbers, so the noise within a draw is measured on their pairs, which are independent
    given the draw, and not taken to be binomial.
    """
    k, per_draw = len(hits) // size, size // unit
    if k < 2 or per_draw < 2:
        return 0.0
    whole = hits[: k * size]
    p = float(np.mean(whole))
    units = whole.reshape(k, per_draw, unit).mean(axis=2)
    within = float(np.mean(np.var(units, axis=1, ddof=1)))
    between = float(np.var(units.mean(axis=1), ddof=1)) - within / per_draw
    return min(1.0, max(0.0, between / (p * (1 - p)))) if 0 < p < 1 else 0.0


def parameter_band(hits: Hits, level: float = 0.90, size: int = TRIALS_PER_DRAW) -> tuple[float, float]:
    """Return the range that holds the odds of ``level`` of the parameter draws, the noise of few trials taken out.

    Fits a Beta with the mean of the trials and the intraclass correlation of the draws, and reads off its quantiles.
    Where draws do not differ by more than chance could make them (three standard errors of that correlation, whose
    variance without differences is about 2 / (draws x size x (size - 1)), Fisher 1925), and where there are too few of
    them, the range is the single point p. The range always includes p.
    """
    p = float(np.mean(hits)) if len(hits) else 0.0
    return band_over_draws(p, intraclass_correlation(hits, size), len(hits) // size, size, level)


def band_over_draws(
    p: float, rho: float, draws: int, size: int = TRIALS_PER_DRAW, level: float = 0.90
) -> tuple[float, float]:
    """Return ``parameter_band`` from the mean and the intraclass correlation of so many whole draws."""
    if draws < FEWEST_DRAWS:
        return p, p
    return beta_band(p, rho, 3.0 * (2.0 / (draws * size * (size - 1))) ** 0.5, level)


def beta_band(p: float, rho: float, by_chance: float, level: float) -> tuple[float, float]:
    """Return the quantiles of the Beta with mean ``p`` and correlation ``rho``; the point p where rho may be noise."""
    if rho <= by_chance or p in (0.0, 1.0):
        return p, p
    spread = (1 - min(rho, 0.999)) / rho
    a, b = p * spread, (1 - p) * spread
    low, high = (float(special.betaincinv(a, b, q)) for q in ((1 - level) / 2, (1 + level) / 2))
    return min(low, p), max(high, p)


def odds(hits: Hits, borrowed_effect: float = 1.0) -> Odds:
    """Return the odds of an event from one true/false per trial, in order of the trials.

    ``borrowed_effect`` is the design effect of a commoner event of the same run. Fewer than ten events say too little
    about their own clustering, so they take the larger of the two. Without any event the band ends at the upper Monte
    Carlo limit: never "0 %".
    """
    n, n_events = len(hits), int(np.count_nonzero(hits))
    effect = design_effect(hits)
    if min(n_events, n - n_events) < FEW_EVENTS:
        effect = max(effect, borrowed_effect)
    return odds_of(n, n_events, effect, parameter_band(hits))


def odds_of(n: int, n_events: int, effect: float, band: tuple[float, float], of: int | None = None) -> Odds:
    """Return the odds from counts, a design effect and a band, which reaches the Monte Carlo limit at 0 and 1.

    The trials may be a part ``of`` more.
    """
    p = n_events / n if n else 0.0
    mc_lo, mc_hi = wilson(p, effective_trials(n, effect, of))
    lo, hi = mc_lo if n_events == n else band[0], mc_hi if n_events == 0 else band[1]
    return Odds(p, lo, hi, mc_lo, mc_hi, n, n_events)


def reference_odds(days: float, ties: float, months_at_risk: float) -> float:
    """Return the odds by the reference class alone: how often such wars ended in a tie, whoever is talking.

    A rate per month with the posterior Gamma(1/2 + ties, months at risk) gives 1 - (1 + t/b)^-a, the chance of at least
    one ending in t months with the rate integrated out (Jeffreys prior for a Poisson rate; Gelman et al. 2013,
    Bayesian Data Analysis, section 2.6).
    """
    months = days / DAYS_PER_MONTH
    return float(1 - (1 + months / months_at_risk) ** -(0.5 + ties))


def clustered_reach(moves: Floats, n: int, level: float) -> float:
    """Return the half-width of the interval of a mean of ``n`` trials, from what each cluster moves its sum."""
    return reach_of(len(moves), float(np.sum(moves**2)), n, level)


def reach_of(k: int, squares: float, n: int, level: float) -> float:
    """Return ``clustered_reach`` from the number of clusters and the sum of their squared moves.

    Student's t on the clusters; infinite where there are fewer than two.
    """
    if k < 2:
        return float("inf")
    return student_quantile(level, k - 1) * float(np.sqrt(k / (k - 1) * squares / n**2))
