"""Value a package of terms for a party (docs/odd.md, 3.2 and 3.4).

Positions lie on [0, 1]; losses are quadratic in the distance to the ideal point. A package is valued as a change
from the status quo: what is given away counts in full, what is promised counts with the share of it that is expected
to be delivered (trust).
"""

from __future__ import annotations

import math

from sim.compiler.decorators import equation


@equation
def loss(position: float, ideal_point: float) -> float:
    """Return the quadratic loss of a position.

    Parameters
    ----------
    position : float
        Terms on one issue, on its scale from 0 (side A's end) to 1. [-]
    ideal_point : float
        What the party wants on the issue, on the same scale. [-]

    Returns
    -------
    float
        Loss as a share of the issue's weight: 0 at the ideal, 1 at most. [-]

    Notes
    -----
    The square of the distance: ``(x - ideal)^2``, the summand of u in docs/odd.md, 3.1. The source sums over issues
    with one matrix of weights; here issues are separable, so each is valued alone and weighted by the caller.

    References
    ----------
    Davis, Hinich and Ordeshook (1970). An expository development of a mathematical model of the electoral process.
    American Political Science Review 64, 426-448.

    Examples
    --------
    >>> loss(0.75, 0.25)
    0.25
    """
    distance = position - ideal_point
    return distance * distance


@equation
def change_in_value(position: float, status_quo: float, ideal_point: float) -> float:
    """Return how much closer to the ideal point a position is than the status quo.

    Parameters
    ----------
    position, status_quo, ideal_point : float
        Terms, status quo and the party's ideal on one issue, on its scale from 0 to 1. [-]

    Returns
    -------
    float
        D, in units of the issue's weight: positive where the position is closer, negative where it is further. [-]

    Notes
    -----
    The loss avoided: ``D = (x0 - ideal)^2 - (x - ideal)^2`` (docs/odd.md, 3.4, Packages).

    Examples
    --------
    >>> round(change_in_value(0.5, 0.75, 0.25), 4)
    0.1875
    """
    return loss(status_quo, ideal_point) - loss(position, ideal_point)


@equation
def discounted(change: float, trust: float) -> float:
    """Return a change of value with gains discounted by trust and losses in full.

    Parameters
    ----------
    change : float
        D, the change of value on one issue. [-]
    trust : float
        a, the share of promised gains that is expected to be delivered, at most 1. [-]

    Returns
    -------
    float
        The change as the party counts it. [-]

    Notes
    -----
    ``D where D <= 0, else a D`` (docs/odd.md, 3.4, Packages), computed as the lesser of D and a D, which is the same
    for a trust of at most 1.

    Examples
    --------
    >>> discounted(-0.2, 0.25), discounted(0.2, 0.25)
    (-0.2, 0.05)
    """
    return min(change, trust * change)


@equation
def audience_loss(position: float, public_line: float, ideal_point: float, end: int) -> float:
    """Return the extra loss beyond the line that a leader has publicly ruled out crossing.

    Parameters
    ----------
    position, public_line, ideal_point : float
        Terms, public line and ideal on one issue, on its scale from 0 to 1. [-]
    end : int
        -1 for a side whose ideal lies at the low end (it is hurt above its line), 1 for a side at the high end.

    Returns
    -------
    float
        Extra loss in units of the issue's weight; 0 on the side's own side of its line. [-]

    Notes
    -----
    ``max(0, (x - ideal)^2 - (line - ideal)^2)`` beyond the line (docs/odd.md, 3.4, Packages). In the source an
    audience punishes a leader who backs down in a crisis, by an amount that grows with escalation; here it punishes
    terms, the more the further they go beyond what was ruled out.

    References
    ----------
    Fearon (1994). Domestic political audiences and the escalation of international disputes. American Political
    Science Review 88, 577-592.

    Examples
    --------
    >>> audience_loss(0.3, 0.4, 0.0, end=-1), round(audience_loss(0.5, 0.4, 0.0, end=-1), 3)
    (0.0, 0.09)
    """
    beyond = (public_line - position) * end > 0
    return max(loss(position, ideal_point) - loss(public_line, ideal_point), 0.0) if beyond else 0.0


@equation
def trust_with(base: float, monitoring: float, guarantee: float, per_monitoring: float, per_guarantee: float) -> float:
    """Return the share of promised gains that a side expects to be delivered.

    Parameters
    ----------
    base : float
        Trust without third parties. [share]
    monitoring, guarantee : float
        How far the ceasefire is monitored, and how credible the guarantee is that covers the side. [share]
    per_monitoring, per_guarantee : float
        Share of distrust that full monitoring, and a full guarantee, remove. [share]

    Returns
    -------
    float
        a, between ``base`` and 1. [share]

    Notes
    -----
    What is left of distrust is a product: ``1 - a = (1 - base)(1 - t_m monitoring)(1 - t_g guarantee)`` (docs/odd.md,
    3.2, Assurances). The source argues that enforcement by others replaces trust where there is none, without an
    equation; the product is ours.

    References
    ----------
    Walter (1997). The critical barrier to civil war settlement. International Organization 51, 335-364.

    Examples
    --------
    >>> round(trust_with(0.5, 1.0, 0.5, per_monitoring=0.2, per_guarantee=0.4), 3)
    0.68
    """
    return 1.0 - (1.0 - base) * (1.0 - per_monitoring * monitoring) * (1.0 - per_guarantee * guarantee)


@equation
def assurance_with(
    monitoring: float,
    guarantee: float,
    limit_on_other: float,
    by_monitoring: float,
    by_guarantee: float,
    by_limit: float,
) -> float:
    """Return the share of a side's fear that assurances remove.

    Parameters
    ----------
    monitoring, guarantee, limit_on_other : float
        Monitoring, credibility of the guarantee that covers the side, and limit on the other's resupply. [share]
    by_monitoring, by_guarantee, by_limit : float
        Share of fear that each of the three removes when it is full. [share]

    Returns
    -------
    float
        Assurance, between 0 (all fear is left) and 1. [share]

    Notes
    -----
    ``1 - (1 - calm_m monitoring)(1 - calm_g guarantee)(1 - calm_r limit)`` (docs/odd.md, 3.2, Assurances): each
    removes its share of what the others leave. A judgement, in the form of `trust_with`.

    Examples
    --------
    >>> round(assurance_with(1.0, 0.5, 0.0, by_monitoring=0.3, by_guarantee=0.4, by_limit=0.6), 3)
    0.44
    """
    return 1.0 - (1.0 - by_monitoring * monitoring) * (1.0 - by_guarantee * guarantee) * (
        1.0 - by_limit * limit_on_other
    )


@equation
def benefit_share(weeks: float) -> float:
    """Return the share of a year's saved war that a ceasefire of some length brings.

    Parameters
    ----------
    weeks : float
        Length of the ceasefire; infinite where it is open-ended. [week]

    Returns
    -------
    float
        phi, at most 1. [share]

    Notes
    -----
    Proportional to the length, up to a year: ``phi = min(1, d / 52)`` (docs/odd.md, 3.4, Need).

    Examples
    --------
    >>> benefit_share(13.0), benefit_share(math.inf)
    (0.25, 1.0)
    """
    return min(1.0, weeks / 52.0)


@equation
def exposure(weeks: float) -> float:
    """Return how much rearming a ceasefire of some length allows.

    Parameters
    ----------
    weeks : float
        Length of the ceasefire; infinite where it is open-ended. [week]

    Returns
    -------
    float
        b, from 0 to 1. [share]

    Notes
    -----
    ``b = 1 - exp(-d / 8)`` (docs/odd.md, 3.4, Need): in eight weeks 1 - 1/e of the possible rearming is done. Concave,
    so a short ceasefire carries more fear relative to its benefit: b / phi is about 6 at three days, 5 at thirty, 1 at
    a year. The shape is a judgement.

    Examples
    --------
    >>> [round(exposure(days / 7) / benefit_share(days / 7), 1) for days in (3, 30, 365)]
    [6.3, 5.0, 1.0]
    >>> exposure(math.inf)
    1.0
    """
    return -math.expm1(-weeks / 8.0)
