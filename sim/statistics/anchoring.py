"""The headline: the model's share of trials set half way, in log odds, to the reference class.

The episodes on which a model of talks can be calibrated are those that somebody wrote down, and tracks that led
somewhere are written down more often: their level is too high. A full case-control correction (King and Zeng 2001,
Political Analysis 9, 137-163, section 4.1, prior correction of the intercept) would move the odds all the way to the
base rate of the reference class. That would be too much, because the reference class counts wars whoever is talking,
and here talks are held. So three numbers are always shown: the *model* alone, the *reference class* alone, and the
*anchored* one between them, the mean of their logits. ``REFERENCE_WEIGHT`` is a stated convention, not a fit: it has
its one home here and is never moved after an outcome.

Only the durable tier has a reference class. Where there is none the headline is the model's own number.
Pure functions of arrays and numbers: nothing here knows a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim.scenario.schema import Scenario
from sim.statistics import estimates
from sim.statistics.estimates import Odds
from sim.statistics.ranges import Share

REFERENCE_WEIGHT = 0.5
"""Weight of the reference class in the mean of logits, the model's being the rest: half way, for the reason above."""

References = tuple[float | None, float | None]


@dataclass(frozen=True)
class Headline(Odds):
    """Hold odds as they are shown: ``Odds`` anchored, and beside it the model alone and the reference class.

    ``model`` is the plain share of trials with its band ``model_lo`` to ``model_hi``; ``n_events`` counts trials.
    ``reference`` is None where the scenario names no reference class or the tier has none; then ``p == model``.
    """

    model: Share
    model_lo: Share
    model_hi: Share
    reference: Share | None

    def as_dict(self) -> dict[str, Any]:
        """Return the shares as plain JSON values."""
        beside = {"model": self.model, "model_lo": self.model_lo, "model_hi": self.model_hi}
        return {**super().as_dict(), **beside, "reference": self.reference}


def mean_of_logits(p: Any, reference: Any, weight: float = REFERENCE_WEIGHT) -> Any:
    """Return odds half way between ``p`` and ``reference`` in log odds; numbers or arrays of fractions.

    A fraction of exactly 0 or 1 has no finite logit and stays where it is, however far the other one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = special.expit((1 - weight) * special.logit(p) + weight * special.logit(reference))
    return np.where(np.equal(p, 0.0) | np.equal(p, 1.0), p, mean)[()]


def smoothed(share: float, n: int) -> float:
    """Return (hits + 1/2) / (n + 1).

    A share of trials that is never 0 or 1, so that it has a logit (Jeffreys' prior).
    """
    return (share * n + 0.5) / (n + 1)


def anchored(share: float, n: int, reference: float | None) -> float:
    """Return the headline for a share of ``n`` trials.

    The share itself without a reference class, never 0 or 1 with one.

    With no event in n trials it falls as n grows, about as n^-1/2: what was never seen in a million trials is set
    lower than what was never seen in a thousand.
    """
    return share if reference is None or n == 0 else float(mean_of_logits(smoothed(share, n), reference))


def anchor(odds: Odds, reference: float | None) -> Headline:
    """Return model odds as a headline: every end of both intervals moves by the same rule as ``p``.

    The rule rises with the share, so an interval stays an interval of the same coverage. An end at exactly 0 or 1 is a
    limit and no estimate, and stays there.
    """

    def moved(share: float) -> float:
        return share if share in (0.0, 1.0) else anchored(share, odds.n, reference)

    lo, hi, mc_lo, mc_hi = (moved(end) for end in (odds.lo, odds.hi, odds.mc_lo, odds.mc_hi))
    p = anchored(odds.p, odds.n, reference)
    return Headline(p, lo, hi, mc_lo, mc_hi, odds.n, odds.n_events, odds.p, odds.lo, odds.hi, reference)


def reference_at(scenario: Scenario, tier: str, days: float) -> float | None:
    """Return the odds of the reference class by ``days``; None off the durable tier and where none is named."""
    named = scenario.reference_class
    if named is None or tier != "durable":
        return None
    return estimates.reference_odds(days, named.ties, named.months_at_risk)


def half_width(odds: Odds, reference: float | None) -> float:
    """Return half the width of the headline's Monte Carlo interval; infinite before ten events.

    It is the headline that ``--precision`` looks at, since that is the number that is printed. Anchoring halves
    distances in log odds: a share near a half is known better once anchored, a rare one worse in points.
    """
    if odds.n_events < estimates.FEW_EVENTS:
        return float("inf")
    result = anchor(odds, reference)
    return (result.mc_hi - result.mc_lo) / 2


def slope(share: float, n: int, reference: float | None) -> float:
    """Return the derivative of the headline with respect to the model's share: 1 without a reference class.

    d expit(m)/dm = p (1 - p) and d logit(s)/ds = 1 / (s (1 - s)), with s the smoothed share: its slope is n / (n + 1).
    """
    if reference is None:
        return 1.0
    s, p = smoothed(share, n), anchored(share, n, reference)
    return (1 - REFERENCE_WEIGHT) * p * (1 - p) / (s * (1 - s)) * n / (n + 1)
