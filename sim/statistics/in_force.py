"""Odds that a ceasefire which lasts 30 days is still in force after 180: the headline times the model's own share.

No reference class says how long such ceasefires go on, so nothing but the 30 days can be anchored. What is shown is the
headline odds of a ceasefire that lasts 30 days, times the model's share P(in force after 180 days | lasts 30 days).
Where every such ceasefire stays in force, this is the headline; without a reference class it is the plain share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.statistics import estimates
from sim.statistics.anchoring import References, anchor, anchored, slope
from sim.statistics.estimates import TRIALS_PER_CLUSTER, Floats, Hits, Odds
from sim.statistics.ranges import Share

ENDS = ("lo", "hi", "mc_lo", "mc_hi")


@dataclass(frozen=True)
class StillInForce(Odds):
    """Hold odds of a ceasefire that begins by a day and is still in force 180 days later.

    Attributes
    ----------
    share : float
        P(in force after 180 days | lasts 30 days), of the trials with a durable ceasefire by that day. [share]
    n_durable : int
        Those trials; ``n_events`` of them are still in force.
    model, model_lo, model_hi : float
        Plain share of trials with its band over draws. [share]
    """

    share: Share
    n_durable: int
    model: Share
    model_lo: Share
    model_hi: Share

    def as_dict(self) -> dict[str, Any]:
        """Return the shares and counts as plain JSON values."""
        counts = {"share": self.share, "n_durable": self.n_durable, "n_in_force": self.n_events}
        return super().as_dict() | counts | {key: getattr(self, key) for key in ("model", "model_lo", "model_hi")}


def still_in_force(durable: Odds, event: Odds, reference: float | None) -> StillInForce | None:
    """Return the headline times the model's share; None where no trial has a durable ceasefire.

    An end x of the model's own interval belongs to a durable share of x / share, no further up than that of the durable
    odds themselves; that is anchored and multiplied back. Whatever the inputs, fewer ceasefires are still in force than
    last 30 days, so no end lies above the same end of the durable odds; each is estimated by itself, and might.
    """
    if durable.n_events == 0:
        return None
    share, head = event.n_events / durable.n_events, anchor(durable, reference)
    p, own = share * head.p, {key: min(getattr(event, key), getattr(durable, key)) for key in ENDS}

    def moved(key: str) -> float:
        end, most = own[key], durable.hi if key in ("lo", "hi") else durable.mc_hi
        if end == event.p:
            return float(min(p, getattr(head, key)))
        if reference is not None and share > 0.0:
            lasts = min(most, end / share)
            end = share * (lasts if lasts in (0.0, 1.0) else anchored(lasts, event.n, reference))
        return float(min(end, getattr(head, key)))

    lo, hi, mc_lo, mc_hi = map(moved, ENDS)
    counts, model = (event.n, event.n_events), (event.p, own["lo"], own["hi"])
    return StillInForce(p, lo, hi, mc_lo, mc_hi, *counts, share, durable.n_events, *model)


Sums = tuple[Floats, Floats]
"""Trials by cluster with a durable ceasefire, and those of them with one still in force after 180 days."""


def sums_of(durable: Hits, in_force: Hits) -> Sums:
    """Return the counts by cluster of consecutive trials that begin with a cluster."""
    starts = np.arange(0, len(durable), TRIALS_PER_CLUSTER)
    found = [np.add.reduceat(hits.astype(np.float64), starts) for hits in (durable, in_force)]
    return found[0], found[1]


def joined(parts: Iterable[Sums]) -> Sums:
    """Return the counts of blocks one after another."""
    durable, in_force = zip(*parts, strict=True)
    return np.concatenate(durable), np.concatenate(in_force)


def difference(
    base: Sums, variant: Sums, n: int, references: References, level: float
) -> tuple[float, float, float, float, float] | None:
    """Return p of the base and of the variant, the difference and its interval, with common random numbers.

    Delta method on clusters of 32 trials: p = H(d) i / d with H the headline and d, i the shares of trials that are
    durable and still in force. A run in which no durable ceasefire, or every one, is still in force adds in quadrature
    what so few cannot rule out. None where either run has no durable ceasefire.
    """
    sizes = np.full(len(base[0]), float(TRIALS_PER_CLUSTER))
    sizes[-1] = n - TRIALS_PER_CLUSTER * (len(sizes) - 1)
    values, unseen, moved = [], 0.0, np.zeros(len(sizes))
    for sign, (durable, in_force), reference in zip((-1, 1), (base, variant), references, strict=True):
        lasts, still = float(durable.sum()) / n, float(in_force.sum()) / n
        if lasts == 0.0:
            return None
        head = anchored(lasts, n, reference)
        values.append(head * still / lasts)
        of_durable = still / lasts * (slope(lasts, n, reference) - head / lasts)
        moved += sign * (of_durable * (durable - lasts * sizes) + head / lasts * (in_force - still * sizes))
        if still in (0.0, lasts):
            unseen = float(np.hypot(unseen, head * estimates.wilson(0.0, lasts * n, level)[1]))
    apart = values[1] - values[0]
    is_same = all(np.array_equal(one, other) for one, other in zip(base, variant, strict=True))
    reach = (
        estimates.wilson(0.0, n, level)[1]
        if is_same
        else estimates.reach_of(len(sizes), float(moved @ moved), n, level)
    )
    reach = reach if is_same else float(np.hypot(reach, unseen))
    return values[0], values[1], apart, max(-1.0, apart - reach), min(1.0, apart + reach)
