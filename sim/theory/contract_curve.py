"""Find the efficient packages of an issue and what they are worth to both sides (docs/odd.md, 3.4, Packages).

A contract-curve weight l in [0, 1] names a package: x(l) maximises l S_A + (1 - l) S_B, issue by issue; l = 1 is side
A's end of the curve. S_A rises and S_B falls in l.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.theory.utility import Array, Column, audience_loss, change_in_value, discounted

INSIDE = 1e-12
"""Distance from the ends of the curve at which edges are taken, so that they are limits from inside."""


class Terms(NamedTuple):
    """Describe one issue as both sides see it. Every entry is a number or an array that broadcasts.

    Attributes
    ----------
    status_quo, ideal_a, ideal_b : float or array
        Positions on the issue's scale from 0 to 1, side A's ideal being the lower one. [-]
    weight_a, weight_b : float or array
        Points / 100. [share]
    trust_a, trust_b : float or array
        Share of promised gains that is expected to be delivered. [share]
    slope_a, slope_b : float or array
        Extra weight of losses beyond the public line. [-]
    public_a, public_b : float or array
        Public lines. [-]
    low, high : float or array
        Bounds of what red lines and controllers allow. [-]
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


def contract_curve(curve_weight: Column, terms: Terms) -> Array:
    """Return the position of one issue in the package that a contract-curve weight names.

    Parameters
    ----------
    curve_weight : float or array
        l, the weight of side A's surplus, from 0 to 1; its ends are limits from inside. [-]
    terms : Terms
        The issue; entries broadcast with ``curve_weight``.

    Returns
    -------
    array
        x(l), on the issue's scale, of the broadcast shape. [-]

    Notes
    -----
    The weighted mean of the ideals, ``[l w_A ideal_A + (1 - l) w_B ideal_B] / [l w_A + (1 - l) w_B]``, with a kink
    wherever a marginal value jumps (docs/odd.md, 3.4, Packages). A side's marginal value of moving toward its ideal is
    multiplied by its trust where it gains on the status quo, by 1 where it only recovers a loss, and raised by its
    slope beyond its public line. Both step functions fall along the scale, so the optimum passes the kinks in order:
    between two kinks it is a weighted mean, at a kink it rests until the other side's weight is large enough.

    Examples
    --------
    A fully trusting side A that cares four times as much gets four fifths of the way:

    >>> contract_curve(0.5, Terms(0.5, 0.0, 1.0, weight_a=0.8, weight_b=0.2)).round(3).item()
    0.2
    """
    inner = np.clip(curve_weight, INSIDE, 1.0 - INSIDE)
    pull_a, pull_b = inner * terms.weight_a, (1.0 - inner) * terms.weight_b
    steps = _Steps.of(terms)
    position = _weighted_mean(pull_a, pull_b, np.float64(-np.inf), terms, steps)
    for kink in steps.kinks(terms):
        position = np.maximum(_weighted_mean(pull_a, pull_b, kink, terms, steps), np.minimum(position, kink))
    return np.minimum(np.maximum(position, terms.low), terms.high)


class _Steps(NamedTuple):
    """Hold where a side stops gaining on the status quo (A) or starts to (B)."""

    gain_ends_a: Column
    gain_starts_b: Column

    @classmethod
    def of(cls, terms: Terms) -> _Steps:
        """Return the steps of an issue."""
        x0 = np.asarray(terms.status_quo)
        # A status quo beyond an ideal is matched by the point as far on its other side.
        return cls(
            np.where(x0 >= terms.ideal_a, x0, 2.0 * np.asarray(terms.ideal_a) - x0),
            np.where(x0 <= terms.ideal_b, x0, 2.0 * np.asarray(terms.ideal_b) - x0),
        )

    def kinks(self, terms: Terms) -> list[Array]:
        """Return where marginal values jump, ascending, without those that are switched off everywhere."""
        found = [np.asarray(self.gain_ends_a), np.asarray(self.gain_starts_b)]
        if found[0].shape == found[1].shape and np.array_equal(found[0], found[1]):
            found = found[:1]
        if np.any(np.asarray(terms.slope_a) > 0):
            found.append(np.asarray(terms.public_a))
        if np.any(np.asarray(terms.slope_b) > 0):
            found.append(np.asarray(terms.public_b))
        return found if len(found) == 1 else list(np.sort(np.stack(np.broadcast_arrays(*found)), axis=0))


def _weighted_mean(pull_a: Column, pull_b: Column, above: Array | np.float64, terms: Terms, steps: _Steps) -> Array:
    """Return the optimum if marginal values stayed as they are just above the point ``above``."""
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
    """Return the change of utility of both sides against the status quo on one issue.

    Parameters
    ----------
    position : float or array
        Terms on the issue, on its scale from 0 to 1. [-]
    terms : Terms
        The issue; entries broadcast with ``position``.

    Returns
    -------
    tuple of two arrays
        Gains of side A and of side B, audience costs of the issue included (see `gain_of`). [util]

    Examples
    --------
    >>> [round(gain.item(), 3) for gain in value_of(0.25, Terms(0.5, 0.0, 1.0, weight_a=0.8, weight_b=0.2))]
    [0.15, -0.062]
    """
    return gain_of(0, position, terms), gain_of(1, position, terms)


def gain_of(side: int, position: Column, terms: Terms) -> Array:
    """Return the change of utility of one side against the status quo on one issue.

    Parameters
    ----------
    side : int
        0 for side A, 1 for side B.
    position : float or array
        Terms on the issue, on its scale from 0 to 1. [-]
    terms : Terms
        The issue; entries broadcast with ``position``.

    Returns
    -------
    array
        Gain, of the broadcast shape. [util]

    Notes
    -----
    Gains times trust, losses and audience in full: ``w [D if D <= 0 else a D] - w slope max(0, (x - ideal)^2 -
    (line - ideal)^2)`` (docs/odd.md, 3.4, Packages).

    Examples
    --------
    >>> gain_of(0, 0.25, Terms(0.5, 0.0, 1.0, weight_a=0.8, weight_b=0.2, trust_a=0.5)).round(3).item()
    0.075
    """
    _, *pairs = terms  # after the status quo the fields come in pairs, side A first
    ideal, weight, trust, slope, line = (pair[side] for pair in zip(pairs[0:10:2], pairs[1:10:2], strict=True))
    worth = discounted(change_in_value(position, terms.status_quo, ideal), trust)
    if np.any(np.asarray(slope) > 0):
        worth = worth - slope * audience_loss(position, line, ideal, end=-1 if side == 0 else 1)
    return np.asarray(weight * worth)
