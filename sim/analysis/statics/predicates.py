"""What a comparative static claims, as predicates on paired estimates: an effect with its size, or none.

A claim of an effect is held to both: the estimate has the size, and it is more than three standard errors from nothing.
A claim that something never happens fails only where it is seen to happen by more than three standard errors. So a
model without the effect is passed, and one that just keeps the rule is failed, with a chance of at most ``TAIL``
for each comparison; one whose true effect lies on a stated size is passed half of the time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from scipy.special import ndtr

from sim.analysis.statics.outcomes import Estimate, Outcome, contrast, ratio

CRITICAL = 3.0
"""Standard errors."""
TAIL = float(ndtr(-CRITICAL))

Measured = Mapping[tuple[str, Outcome], Sequence[Estimate]]
"""Estimates by series and outcome, one for each level."""


@dataclass(frozen=True)
class Result:
    """Hold whether a claim holds, its figure with standard error, and both in words."""

    holds: bool
    figure: float
    error: float
    words: str


@dataclass(frozen=True)
class Claim:
    """Hold the claim about an outcome along a series of levels, from the level number ``first`` to ``last``.

    ``needs`` names a step of the model without which it lapses.
    """

    outcome: Outcome
    series: str
    first: int = 0
    last: int = -1
    needs: str | None = None
    sides: ClassVar[int] = 1

    def judge(self, measured: Measured) -> Result:
        """Return whether the claim holds."""
        raise NotImplementedError

    def comparisons(self, n_levels: int) -> int:
        """Return how many comparisons the claim consists of, where its series has so many levels."""
        return 1

    def ends(self, measured: Measured) -> tuple[Estimate, Estimate]:
        """Return the estimates at the first and at the last level."""
        found = measured[self.series, self.outcome]
        return found[self.first], found[self.last]

    def change(self, measured: Measured) -> tuple[float, float]:
        """Return the change from the first level to the last, with its standard error."""
        first, last = self.ends(measured)
        return contrast(((1.0, last), (-1.0, first)))

    def result(self, holds: bool, figure: float, error: float, wanted: str, how: str = "") -> Result:
        """Return the result in words: series, outcome, figure, and what was wanted."""
        known = not np.isnan(figure)
        shown = (how or signed(figure, self.outcome)) if known else "none agreed at one of the levels"
        spread = (
            f" (s.e. {size(error, self.outcome).removesuffix(' points')})"
            if known and not np.isnan(error) and not how
            else ""
        )
        return Result(
            bool(holds and known), figure, error, f"{self.series}, {self.outcome.name}: {shown}{spread}, {wanted}"
        )


@dataclass(frozen=True)
class Rises(Claim):
    """Claim that the outcome rises from the first level to the last, by at least ``by``."""

    by: float = 0.0
    sign: ClassVar[int] = 1

    def judge(self, measured: Measured) -> Result:
        """Return whether it has the size and is no chance."""
        change, error = self.change(measured)
        holds = self.sign * change >= self.by and self.sign * change > CRITICAL * error
        least = f" by {size(self.by, self.outcome)} or more" if self.by else ""
        return self.result(holds, change, error, f"expected to {'rise' if self.sign > 0 else 'fall'}{least}")


@dataclass(frozen=True)
class Falls(Rises):
    """Claim that it falls, by at least ``by``."""

    sign: ClassVar[int] = -1


@dataclass(frozen=True)
class NeverFalls(Claim):
    """Claim that the outcome falls between no two neighbouring levels."""

    sign: ClassVar[int] = 1

    def comparisons(self, n_levels: int) -> int:
        """Return the number of neighbours."""
        return n_levels - 1

    def judge(self, measured: Measured) -> Result:
        """Return whether no fall is seen."""
        steps = [
            contrast(((1.0, there), (-1.0, here))) for here, there in pairwise(measured[self.series, self.outcome])
        ]
        change, error = min(steps, key=lambda step: self.sign * step[0] + CRITICAL * step[1])
        holds = all(self.sign * step >= -CRITICAL * reach for step, reach in steps)
        word = "smallest" if self.sign > 0 else "largest"
        return self.result(
            holds, change, error, f"the {word} step; expected never to {'fall' if self.sign > 0 else 'rise'}"
        )


@dataclass(frozen=True)
class NeverRises(NeverFalls):
    """Claim that it rises between no two neighbouring levels."""

    sign: ClassVar[int] = -1


@dataclass(frozen=True)
class RisesThroughout(Claim):
    """Claim that the outcome is higher at every level than at the one before, and beyond chance in all."""

    def judge(self, measured: Measured) -> Result:
        """Return whether every step leads upward."""
        values = [one.value for one in measured[self.series, self.outcome]]
        change, error = self.change(measured)
        holds = all(there > here for here, there in pairwise(values)) and change > CRITICAL * error
        return self.result(holds, change, error, "expected to rise at every step")


@dataclass(frozen=True)
class Flat(Claim):
    """Claim that no level differs from the first: by ``within``, or where that is 0 by three standard errors."""

    within: float = 0.0
    sides: ClassVar[int] = 2

    def comparisons(self, n_levels: int) -> int:
        """Return the number of levels after the first."""
        return n_levels - 1

    def judge(self, measured: Measured) -> Result:
        """Return whether the largest difference is small enough."""
        first, *others = measured[self.series, self.outcome]
        steps = [contrast(((1.0, one), (-1.0, first))) for one in others]
        change, error = max(steps, key=lambda step: abs(step[0]) / max(step[1], 1e-12))
        if self.within:
            change, error = max(steps, key=lambda step: abs(step[0]))
            wanted = f"expected within {size(self.within, self.outcome)}"
            return self.result(abs(change) <= self.within, change, error, wanted)
        return self.result(abs(change) <= CRITICAL * error, change, error, "expected within three standard errors of 0")


@dataclass(frozen=True)
class Ratio(Claim):
    """Claim that the last level is between ``low`` and ``high`` times the first."""

    low: float = 0.0
    high: float = np.inf

    def judge(self, measured: Measured) -> Result:
        """Return whether the ratio lies there."""
        first, last = self.ends(measured)
        found, error = ratio(last, first)
        reach = f"{self.low:g} to {self.high:g} times" if self.low else f"at most {plain(self.high)} times"
        how = f"{plain(found)} times (s.e. {plain(error)})" if np.isfinite(found) else "none at the first level"
        return self.result(self.low <= found <= self.high, found, error, f"expected {reach}", how)


@dataclass(frozen=True)
class WithinFactor(Claim):
    """Claim that the greatest of all levels is at most ``most`` times the least."""

    most: float = 1.0

    def judge(self, measured: Measured) -> Result:
        """Return whether it is."""
        found = sorted(measured[self.series, self.outcome], key=lambda one: one.value)
        factor, error = ratio(found[-1], found[0])
        how = f"greatest {factor:.1f} times the least" if np.isfinite(factor) else "none at one of the levels"
        return self.result(factor <= self.most, factor, error, f"expected at most {self.most:g} times", how)


@dataclass(frozen=True)
class FallingReturns(Claim):
    """Claim that the outcome rises ever more slowly: no slope between levels at ``at`` is steeper than the last."""

    at: tuple[float, ...] = ()

    def comparisons(self, n_levels: int) -> int:
        """Return the number of neighbouring slopes."""
        return n_levels - 2

    def judge(self, measured: Measured) -> Result:
        """Return whether no slope is seen to be steeper than the one before."""
        found = measured[self.series, self.outcome]
        bends = []
        for n in range(len(found) - 2):
            before, after = self.at[n + 1] - self.at[n], self.at[n + 2] - self.at[n + 1]
            weights = (-1 / before, 1 / before + 1 / after, -1 / after)
            bends.append(contrast(tuple(zip(weights, found[n : n + 3], strict=True))))
        bend, error = min(bends, key=lambda one: one[0] + CRITICAL * one[1])
        holds = all(one >= -CRITICAL * reach for one, reach in bends)
        slopes = [
            (there.value - here.value) / (b - a)
            for (here, there), (a, b) in zip(pairwise(found), pairwise(self.at), strict=True)
        ]
        how = "slopes " + ", ".join(plain(slope) for slope in slopes)
        return self.result(holds, bend, error, "expected to fall", how)


@dataclass(frozen=True)
class RisesMore(Claim):
    """Claim that the outcome rises more along ``series`` than along ``other``; if ``equal``, no less."""

    other: str = ""
    equal: bool = False

    def judge(self, measured: Measured) -> Result:
        """Return whether the difference of the two changes is there, or is at least not seen to be negative."""
        (a, b), (c, d) = self.ends(measured), self._other(measured)
        found, error = contrast(((1.0, b), (-1.0, a), (-1.0, d), (1.0, c)))
        holds = found >= -CRITICAL * error if self.equal else found > CRITICAL * error
        wanted = f"more than {self.other}; expected {'no less' if self.equal else 'more'}"
        return self.result(holds, found, error, wanted)

    def _other(self, measured: Measured) -> tuple[Estimate, Estimate]:
        found = measured[self.other, self.outcome]
        return found[self.first], found[self.last]


def plain(value: float, digits: int = 2) -> str:
    """Return a number without a zero before the point: ``.25``, ``-.3``, ``10.5``."""
    return re.sub(r"(?<!\d)0\.(?=\d)", ".", f"{value:.{digits}f}")


def size(value: float, outcome: Outcome) -> str:
    """Return the size of a difference: in points for shares."""
    return f"{plain(100 * abs(value), 1)} points" if outcome.is_share else plain(abs(value), 3)


def signed(value: float, outcome: Outcome) -> str:
    """Return a difference with its sign, which one that rounds to 0 has not."""
    shown = size(value, outcome)
    if not re.search("[1-9]", shown):
        return "0 points" if outcome.is_share else "0"
    return f"{'+' if value >= 0 else '-'}{shown}"
