"""The level of the odds: what a model's share of trials becomes once the record and the reference class have spoken.

A file's own odds rank suppositions well and set a level badly: readers of one day agree on differences and not on
levels (docs/explanation/level.md). So the level of a base is a weighted mean, in log odds, of three sources: the
record's forecast for that day, the file's own odds, and the reference class (logarithmic pool: Genest and Zidek 1986,
Statistical Science 1, 114-148). What that adds to the file's log odds is a constant of the base, by which every variant
moves too: a correction of the intercept, as for a sample chosen by its outcome (King and Zeng 2001, Political Analysis
9, 137-163).

Weights are chosen once, on wars other than the one that is forecast (docs/decisions/0026-level.md), and never for one
scenario. They have their only home here. Pure functions of numbers: nothing here knows a file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from sim.statistics import estimates
from sim.statistics.estimates import Floats, Odds
from sim.statistics.ranges import Share


class Weights(NamedTuple):
    """Weight of each source of the level; they sum to 1."""

    record: float
    file: float
    reference: float


BASE = Weights(record=0.5, file=0.35, reference=0.15)
"""A base that the record forecasts: a scenario with ``record``."""
FILE_ALONE = Weights(record=0.0, file=0.75, reference=0.25)
"""A file of a war that the record does not know."""
ROW_ALONE = Weights(record=1.0, file=0.0, reference=0.0)
"""A coded row without a scenario: ``parley backtest``."""
BAND = estimates.normal_quantile(0.90)


@dataclass(frozen=True)
class Headline(Odds):
    """Hold odds as they are quoted: ``Odds`` at their level, and beside them the sources of the level.

    ``model`` is the plain share of trials with its band ``model_lo`` to ``model_hi``; ``n_events`` counts trials.
    ``record`` and ``reference`` are None where the scenario has no such source; without both ``p == model``.
    """

    model: Share
    model_lo: Share
    model_hi: Share
    reference: Share | None
    record: Share | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the shares as plain JSON values."""
        beside = {"model": self.model, "model_lo": self.model_lo, "model_hi": self.model_hi}
        return {**super().as_dict(), **beside, "reference": self.reference, "record": self.record}


@dataclass(frozen=True)
class Level:
    """Turn a share of trials into the headline of one event: logit p = intercept + slope logit(share).

    Attributes
    ----------
    intercept, slope : float
        Of the line in log odds; 0 and 1 leave a share as it is.
    file_weight : float
        Weight of the file in the level, by which its band over parameters counts.
    other_sd : float
        Standard deviation, in log odds, of what record and reference class add to the level.
    smooths : bool
        Whether a share of n trials is first taken as (hits + 1/2) / (n + 1), so that it always has a logit.
    reference, record : float or None
        Odds by the other two sources. [share]
    """

    intercept: float = 0.0
    slope: float = 1.0
    file_weight: float = 1.0
    other_sd: float = 0.0
    smooths: bool = False
    reference: Share | None = None
    record: Share | None = None

    @property
    def is_plain(self) -> bool:
        """Return whether the headline is the share of trials itself."""
        return self.intercept == 0.0 and self.slope == 1.0

    def at(self, share: float, n: int) -> float:
        """Return the headline for a share of ``n`` trials; a share of 0 or 1 stays unless it is smoothed."""
        if self.is_plain or n == 0:
            return share
        share = smoothed(share, n) if self.smooths else share
        return share if share in (0.0, 1.0) else expit(self.intercept + self.slope * logit(share))

    def slope_at(self, share: float, n: int) -> float:
        """Return the derivative of the headline with respect to the share of ``n`` trials.

        d expit(m)/dm = p (1 - p) and d logit(s)/ds = 1 / (s (1 - s)); a smoothed s has the slope n / (n + 1).
        """
        if self.is_plain:
            return 1.0
        p, s = self.at(share, n), smoothed(share, n) if self.smooths else share
        if s in (0.0, 1.0):
            return 1.0
        return self.slope * p * (1 - p) / (s * (1 - s)) * (n / (n + 1) if self.smooths else 1.0)

    def headline(self, odds: Odds) -> Headline:
        """Return model odds at this level, with both intervals.

        The Monte Carlo interval moves as ``p`` does. The band is that of the weighted mean of independent sources: in
        log odds the file's own reach, times its weight, and the normal reach of the others are added in quadrature. An
        end at exactly 0 or 1 is a limit and no estimate, and stays there.
        """
        p, n = self.at(odds.p, odds.n), odds.n
        mc_lo, mc_hi = (end if end in (0.0, 1.0) else self.at(end, n) for end in (odds.mc_lo, odds.mc_hi))
        lo, hi = self._band_end(odds, odds.lo, -1), self._band_end(odds, odds.hi, 1)
        model = (odds.p, odds.lo, odds.hi)
        return Headline(p, lo, hi, mc_lo, mc_hi, n, odds.n_events, *model, self.reference, self.record)

    def _band_end(self, odds: Odds, end: float, sign: int) -> float:
        has_others = self.other_sd > 0.0 and estimates.has_band(odds.n)
        if (self.is_plain and not has_others) or end in (0.0, 1.0):
            return end
        if odds.p in (0.0, 1.0):
            return self.at(end, odds.n)
        p = self.at(odds.p, odds.n)
        reach = 0.0 if end == odds.p else abs(logit(end) - logit(odds.p)) * self.file_weight
        if has_others:
            reach = math.hypot(reach, BAND * self.other_sd)
        return expit(logit(p) + sign * reach) if reach else p

    def raised_to(self, p: float, share: float, n: int) -> Level:
        """Return this level moved up so that a share of ``n`` trials has the headline ``p`` at least."""
        now = self.at(share, n)
        if now >= p or now in (0.0, 1.0):
            return self
        return replace(self, intercept=self.intercept + logit(p) - logit(now))

    def through(self, share: float, p: float) -> Level:
        """Return the level of another event of the same days, whose share of trials has the headline ``p``."""
        if share == p:
            return Level()
        if share in (0.0, 1.0) or p in (0.0, 1.0):
            return replace(self, intercept=0.0, smooths=False, reference=None, record=None)
        moved = logit(p) - self.slope * logit(share)
        return replace(self, intercept=moved, smooths=False, reference=None, record=None)


def logit(p: float) -> float:
    """Return log odds."""
    return float(special.logit(p))


def expit(x: float) -> float:
    """Return the probability of log odds."""
    return float(special.expit(x))


def smoothed(share: float, n: int) -> float:
    """Return (hits + 1/2) / (n + 1), a share of trials that is never 0 or 1 (Jeffreys' prior)."""
    return (share * n + 0.5) / (n + 1)


def pooled(sources: Sequence[Any], weights: Sequence[float]) -> Floats:
    """Return the weighted mean, in log odds, of odds by several sources, each a number or an array of fractions."""
    return np.asarray(special.expit(sum(w * special.logit(p) for p, w in zip(sources, weights, strict=True) if w)))


def base_headline(record: Floats, file: Floats, reference: Floats | None) -> Floats:
    """Return the headline of a base by horizon, non-decreasing, from the odds by each source.

    Parameters
    ----------
    record, file, reference
        Odds by horizon, ascending; without a reference class its weight goes to the other two.

    Returns
    -------
    numpy.ndarray
        Odds by horizon.
    """
    if reference is None:
        both = BASE.record + BASE.file
        mean = pooled((record, file), (BASE.record / both, BASE.file / both))
    else:
        mean = pooled((record, file, reference), BASE)
    return np.asarray(np.maximum.accumulate(mean))


def gamma_sd(days: float, ties: float, months_at_risk: float) -> float:
    """Return the standard deviation, in log odds, of the odds by the reference class, its rate being uncertain.

    From the 5 % and 95 % quantiles of the Gamma posterior, which are 3.29 standard deviations of a normal apart.
    """
    months = days / estimates.DAYS_PER_MONTH
    ends = special.gammaincinv(0.5 + ties, np.array([0.05, 0.95])) / months_at_risk
    low, high = special.logit(-np.expm1(-ends * months))
    return float((high - low) / (2 * BAND))


def half_width(odds: Odds, level: Level) -> float:
    """Return half the width of the headline's Monte Carlo interval; infinite before ten events.

    It is the headline that ``--precision`` looks at, since that is the number that is printed.
    """
    if odds.n_events < estimates.FEW_EVENTS:
        return float("inf")
    found = level.headline(odds)
    return (found.mc_hi - found.mc_lo) / 2
