"""The contract curve, reservation points and the bargaining range (model section 6).

A mix l in [0, 1] names a package: x(l) maximises l S_A + (1 - l) S_B, issue by issue. l = 1 is side A's
end of the curve. S_A rises and S_B falls in l, so each side has one reservation point and a range
(ZOPA) exists if and only if they do not cross.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.theory.utility import Array, Column, audience_loss, change_in_value, discounted

GRID_STEPS = 100
GRID = np.arange(GRID_STEPS + 1) / GRID_STEPS
"""The 101 mixes on which curves are tabulated; between them surplus is interpolated linearly."""

INSIDE = 1e-12
"""Distance from the ends of the curve at which edges are taken, so that they are limits from inside."""


class Terms(NamedTuple):
    """One issue as both sides see it. Every entry is a number or an array that broadcasts.

    Side A's ideal is the lower one. Slopes are the extra weight of losses beyond the public line.
    ``low`` and ``high`` bound what red lines and controllers allow.
    """

    status_quo: Column
    ideal_a: Column
    ideal_b: Column
    weight_a: Column
    weight_b: Column
    trust_a: Column = 1.0
    trust_b: Column = 1.0
    slope_a: Column = 0.0
    slope_b: Column = 0.0
    public_a: Column = 1.0
    public_b: Column = 0.0
    low: Column = 0.0
    high: Column = 1.0


def contract_curve(mix: Column, terms: Terms) -> Array:
    """x(l) for one issue: the weighted mean of the ideals, with a kink wherever a marginal value jumps.

    A side's marginal value of moving toward its ideal is multiplied by its trust where it gains on the
    status quo, by 1 where it only recovers a loss, and raised by its slope beyond its public line. Both
    step functions fall along the scale, so the optimum passes the kinks in order: between two kinks it
    is a weighted mean, at a kink it rests until the other side's weight is large enough.
    """
    inner = np.clip(mix, INSIDE, 1.0 - INSIDE)
    pull_a, pull_b = inner * terms.weight_a, (1.0 - inner) * terms.weight_b
    steps = _Steps.of(terms)
    position = _weighted_mean(pull_a, pull_b, np.float64(-np.inf), terms, steps)
    for kink in steps.kinks(terms):
        position = np.maximum(_weighted_mean(pull_a, pull_b, kink, terms, steps), np.minimum(position, kink))
    return np.minimum(np.maximum(position, terms.low), terms.high)


class _Steps(NamedTuple):
    """Where a side stops gaining on the status quo (A) or starts to (B)."""

    gain_ends_a: Column
    gain_starts_b: Column

    @classmethod
    def of(cls, terms: Terms) -> _Steps:
        x0 = np.asarray(terms.status_quo)
        # A status quo beyond an ideal is matched by the point as far on its other side.
        return cls(
            np.where(x0 >= terms.ideal_a, x0, 2.0 * np.asarray(terms.ideal_a) - x0),
            np.where(x0 <= terms.ideal_b, x0, 2.0 * np.asarray(terms.ideal_b) - x0),
        )

    def kinks(self, terms: Terms) -> list[Array]:
        """Where marginal values jump, in ascending order; those that are switched off everywhere are left out."""
        found = [np.asarray(self.gain_ends_a), np.asarray(self.gain_starts_b)]
        if found[0].shape == found[1].shape and np.array_equal(found[0], found[1]):
            found = found[:1]
        if np.any(np.asarray(terms.slope_a) > 0):
            found.append(np.asarray(terms.public_a))
        if np.any(np.asarray(terms.slope_b) > 0):
            found.append(np.asarray(terms.public_b))
        return found if len(found) == 1 else list(np.sort(np.stack(np.broadcast_arrays(*found)), axis=0))


def _weighted_mean(pull_a: Column, pull_b: Column, above: Array | np.float64, terms: Terms, steps: _Steps) -> Array:
    """Optimum if marginal values stayed as they are just above the point ``above``."""
    factor_a = np.where(above >= np.asarray(steps.gain_ends_a), 1.0, terms.trust_a)
    factor_a = factor_a + np.where(above >= np.asarray(terms.public_a), terms.slope_a, 0.0)
    factor_b = np.where(above >= np.asarray(steps.gain_starts_b), terms.trust_b, 1.0)
    factor_b = factor_b + np.where(above >= np.asarray(terms.public_b), 0.0, terms.slope_b)
    effective_a, effective_b = _times(pull_a, factor_a), _times(pull_b, factor_b)
    total = np.asarray(effective_a + effective_b)
    mean = _times(effective_b, terms.ideal_b)
    if isinstance(terms.ideal_a, np.ndarray) or terms.ideal_a != 0:
        mean = effective_a * terms.ideal_a + mean
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = mean / total
    # Nobody gains by moving on (no weight, or a gain without trust against no weight): rest where it is.
    return np.asarray(mean if total.min() > 0 else np.where(total > 0, mean, terms.status_quo))


def _times(values: Column, factor: Column) -> Column:
    """Return values x factor, without the work where the factor is 1 everywhere; factors are few, one for each row."""
    return values if np.all(np.asarray(factor) == 1.0) else values * factor


def value_of(position: Column, terms: Terms) -> tuple[Array, Array]:
    """Change of utility of both sides against the status quo on one issue, audience costs included."""
    return gain_of(0, position, terms), gain_of(1, position, terms)


def gain_of(side: int, position: Column, terms: Terms) -> Array:
    """Change of utility of side 0 (A) or 1 (B) on one issue: gains times trust, losses and audience in full."""
    if side == 0:
        ideal, trust, slope, line, weight, end = (
            terms.ideal_a,
            terms.trust_a,
            terms.slope_a,
            terms.public_a,
            terms.weight_a,
            -1,
        )
    else:
        ideal, trust, slope, line, weight, end = (
            terms.ideal_b,
            terms.trust_b,
            terms.slope_b,
            terms.public_b,
            terms.weight_b,
            1,
        )
    worth = discounted(change_in_value(position, terms.status_quo, ideal), trust)
    if np.any(np.asarray(slope) > 0):
        worth = worth - slope * audience_loss(position, line, ideal, end=end)
    return np.asarray(weight * worth)


def least_mix(values: Array, needed: Column) -> Array:
    """Least mix at which a rising tabulated value reaches ``needed``; infinity where it never does.

    ``values`` has shape (..., 101); ``needed`` broadcasts with its leading axes. Linear in between.
    """
    needed = np.asarray(needed, dtype=float)
    reached = values >= needed[..., None]
    first = np.argmax(reached, axis=-1)
    before = np.maximum(first - 1, 0)
    at = np.take_along_axis(values, first[..., None], axis=-1)[..., 0]
    under = np.take_along_axis(values, before[..., None], axis=-1)[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(first > 0, (needed - under) / (at - under), 0.0)
    return np.where(reached.any(axis=-1), (before + part) / GRID_STEPS, np.inf)


def bargaining_range(values_a: Array, values_b: Array, needed_a: Column, needed_b: Column) -> tuple[Array, Array]:
    """Reservation points (lA*, lB*); a range exists where lA* <= lB*. -inf where B has none."""
    lower = least_mix(values_a, needed_a)
    upper = 1.0 - least_mix(values_b[..., ::-1], needed_b)
    return lower, upper


def next_offer(own: Column, other: Column, pace: Column, limit: Column, end: int) -> Array:
    """Return a side's next offer in mixes: the share ``pace`` of the gap to the other's, never past its limit.

    ``end`` is 1 for side A (offers fall from 1) and -1 for side B (offers rise from 0). When the
    reservation point has moved against it the offer is pulled back; a side without one asks for its end.
    """
    moved = own + pace * (other - np.asarray(own))
    limit = np.clip(limit, 0.0, 1.0)
    return np.maximum(moved, limit) if end == 1 else np.minimum(moved, limit)


def nash_mix(values_a: Array, values_b: Array, needed_a: Column, needed_b: Column) -> Array:
    """Mix on the grid with the largest product of surpluses (Nash 1950); NaN where there is no range."""
    over_a = values_a - np.asarray(needed_a)[..., None]
    over_b = values_b - np.asarray(needed_b)[..., None]
    inside = (over_a >= 0) & (over_b >= 0)
    product = np.where(inside, over_a * over_b, -1.0)
    # Where the curve rests at a kink or a limit, several mixes name one package: take their middle.
    tied = product >= product.max(axis=-1, keepdims=True) * (1.0 - 1e-9)
    first, last = np.argmax(tied, axis=-1), GRID_STEPS - np.argmax(tied[..., ::-1], axis=-1)
    return np.where(inside.any(axis=-1), (first + last) / (2 * GRID_STEPS), np.nan)


def fearon_range(win_prob: float, cost_a: float, cost_b: float) -> tuple[float, float]:
    """Range of a pie with linear utilities (Fearon 1995, eq. 1): A's share in [p - cA, p + cB], cut to [0, 1]."""
    return max(0.0, win_prob - cost_a), min(1.0, win_prob + cost_b)
