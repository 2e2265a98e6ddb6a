"""Find the efficient packages of an issue and what they are worth to both sides (docs/odd.md, 3.4, Packages).

A contract-curve weight l in [0, 1] names a package: x(l) maximises l S_A + (1 - l) S_B, issue by issue; l = 1 is side
A's end of the curve. S_A rises and S_B falls in l.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.compiler.decorators import equation
from sim.equations.utility import audience_loss, change_in_value, discounted

INSIDE = 1e-12
"""Distance from the ends of the curve at which edges are taken, so that they are limits from inside."""


class Terms(NamedTuple):
    """Describe one issue as both sides see it. Compiled code states all thirteen: it has no defaults.

    Attributes
    ----------
    status_quo, ideal_a, ideal_b : float
        Positions on the issue's scale from 0 to 1, side A's ideal being the lower one. [-]
    weight_a, weight_b : float
        Points / 100. [share]
    trust_a, trust_b : float
        Share of promised gains that is expected to be delivered. [share]
    slope_a, slope_b : float
        Extra weight of losses beyond the public line. [-]
    public_a, public_b : float
        Public lines. [-]
    low, high : float
        Bounds of what red lines and controllers allow. [-]
    """

    status_quo: float
    ideal_a: float
    ideal_b: float
    weight_a: float
    weight_b: float
    trust_a: float = 1.0
    trust_b: float = 1.0
    slope_a: float = 0.0
    slope_b: float = 0.0
    public_a: float = 1.0
    public_b: float = 0.0
    low: float = 0.0
    high: float = 1.0


@equation
def contract_curve(curve_weight: float, terms: Terms) -> float:
    """Return the position of one issue in the package that a contract-curve weight names.

    Parameters
    ----------
    curve_weight : float
        l, the weight of side A's surplus, from 0 to 1; its ends are limits from inside. [-]
    terms : Terms
        The issue.

    Returns
    -------
    float
        x(l), on the issue's scale. [-]

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

    >>> round(contract_curve(0.5, Terms(0.5, 0.0, 1.0, weight_a=0.8, weight_b=0.2)), 3)
    0.2
    """
    inner = min(max(curve_weight, INSIDE), 1.0 - INSIDE)
    pull_a, pull_b = inner * terms.weight_a, (1.0 - inner) * terms.weight_b
    first, second, third, fourth = _kinks(terms)
    position = _past(first, _mean_above(-math.inf, pull_a, pull_b, terms), pull_a, pull_b, terms)
    # A kink that comes twice changes nothing the second time.
    if second > first:
        position = _past(second, position, pull_a, pull_b, terms)
    if third > second:
        position = _past(third, position, pull_a, pull_b, terms)
    if fourth > third:
        position = _past(fourth, position, pull_a, pull_b, terms)
    return min(max(position, terms.low), terms.high)


@equation
def _kinks(terms: Terms) -> tuple[float, float, float, float]:
    """Return where marginal values jump, ascending; the first stands in for a public line that costs nothing."""
    first, second = min(_gain_ends_a(terms), _gain_starts_b(terms)), max(_gain_ends_a(terms), _gain_starts_b(terms))
    line_a = terms.public_a if terms.slope_a > 0 else first
    line_b = terms.public_b if terms.slope_b > 0 else first
    low_line, high_line = min(line_a, line_b), max(line_a, line_b)
    inner_low, inner_high = max(first, low_line), min(second, high_line)
    return (
        min(first, low_line),
        min(inner_low, inner_high),
        max(inner_low, inner_high),
        max(second, high_line),
    )


@equation
def _gain_ends_a(terms: Terms) -> float:
    """Return where side A stops gaining on the status quo; beyond its ideal, as far on the ideal's other side."""
    return terms.status_quo if terms.status_quo >= terms.ideal_a else 2.0 * terms.ideal_a - terms.status_quo


@equation
def _gain_starts_b(terms: Terms) -> float:
    """Return where side B starts to gain on the status quo; beyond its ideal, as far on the ideal's other side."""
    return terms.status_quo if terms.status_quo <= terms.ideal_b else 2.0 * terms.ideal_b - terms.status_quo


@equation
def _past(kink: float, position: float, pull_a: float, pull_b: float, terms: Terms) -> float:
    """Return the optimum after a kink, given that without it and those above."""
    return max(_mean_above(kink, pull_a, pull_b, terms), min(position, kink))


@equation
def _mean_above(point: float, pull_a: float, pull_b: float, terms: Terms) -> float:
    """Return the optimum if marginal values stayed as they are just above a point."""
    factor_a = 1.0 if point >= _gain_ends_a(terms) else terms.trust_a
    factor_a += terms.slope_a if point >= terms.public_a else 0.0
    factor_b = terms.trust_b if point >= _gain_starts_b(terms) else 1.0
    factor_b += 0.0 if point >= terms.public_b else terms.slope_b
    effective_a, effective_b = pull_a * factor_a, pull_b * factor_b
    total = effective_a + effective_b
    # Nobody gains by moving on (no weight, or a gain without trust against no weight): rest where it is.
    return (effective_a * terms.ideal_a + effective_b * terms.ideal_b) / total if total > 0 else terms.status_quo


@equation
def value_of(position: float, terms: Terms) -> tuple[float, float]:
    """Return the change of utility of both sides against the status quo on one issue.

    Parameters
    ----------
    position : float
        Terms on the issue, on its scale from 0 to 1. [-]
    terms : Terms
        The issue.

    Returns
    -------
    tuple of two floats
        Gains of side A and of side B, audience costs of the issue included (see `gain_of`). [util]

    Examples
    --------
    >>> [round(gain, 3) for gain in value_of(0.25, Terms(0.5, 0.0, 1.0, weight_a=0.8, weight_b=0.2))]
    [0.15, -0.062]
    """
    return gain_of(0, position, terms), gain_of(1, position, terms)


@equation
def gain_of(side: int, position: float, terms: Terms) -> float:
    """Return the change of utility of one side against the status quo on one issue.

    Parameters
    ----------
    side : int
        0 for side A, 1 for side B.
    position : float
        Terms on the issue, on its scale from 0 to 1. [-]
    terms : Terms
        The issue.

    Returns
    -------
    float
        Gain. [util]

    Notes
    -----
    Gains times trust, losses and audience in full: ``w [D if D <= 0 else a D] - w slope max(0, (x - ideal)^2 -
    (line - ideal)^2)`` (docs/odd.md, 3.4, Packages).

    Examples
    --------
    >>> round(gain_of(0, 0.25, Terms(0.5, 0.0, 1.0, weight_a=0.8, weight_b=0.2, trust_a=0.5)), 3)
    0.075
    """
    if side == 0:
        ideal, weight, trust, slope, line = (
            terms.ideal_a,
            terms.weight_a,
            terms.trust_a,
            terms.slope_a,
            terms.public_a,
        )
        end = -1
    else:
        ideal, weight, trust, slope, line = (
            terms.ideal_b,
            terms.weight_b,
            terms.trust_b,
            terms.slope_b,
            terms.public_b,
        )
        end = 1
    worth = discounted(change_in_value(position, terms.status_quo, ideal), trust)
    if slope > 0:
        worth = worth - slope * audience_loss(position, line, ideal, end)
    return weight * worth
