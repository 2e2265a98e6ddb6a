"""Value terms for a party, as a change from the status quo (docs/odd.md, 3.2 and 3.4).

Positions lie on [0, 1]. What is given away counts in full and somewhat more, what is promised counts with the share of
it that is expected to be delivered.
"""

from __future__ import annotations

import math

from sim.compiler.decorators import equation

LEAST_ROOM = 1e-12
"""Where the other side's ideal is the status quo, no package costs anything there, and nothing curves."""


@equation
def progress(position: float, status_quo: float, ideal_point: float, end: int) -> float:
    """Return how far a position lies from the status quo toward the ideal point.

    Parameters
    ----------
    position, status_quo, ideal_point : float
        Terms, status quo and the party's ideal on one issue, on its scale from 0 to 1. [-]
    end : int
        1 for side A, which turns to the low end where its ideal is the status quo, and -1 for side B.

    Returns
    -------
    float
        s, negative where the position lies on the far side of the status quo. [-]

    Notes
    -----
    ``s = d (x - x0)``, d being the direction from the status quo to the ideal (docs/odd.md, 3.4, Utility).

    Examples
    --------
    >>> progress(0.25, 0.75, 0.0, end=1), progress(1.0, 0.75, 0.0, end=1), progress(0.25, 0.75, 1.0, end=-1)
    (0.5, -0.25, -0.5)
    """
    is_up = ideal_point > status_quo or (ideal_point == status_quo and end == -1)
    return position - status_quo if is_up else status_quo - position


@equation
def value(progress_made: float, goal: float, room: float, curvature: float, loss_aversion: float) -> float:
    """Return what a change from the status quo is worth on one issue.

    Parameters
    ----------
    progress_made : float
        s of `progress`. [-]
    goal, room : float
        G and R: distances from the status quo to the own ideal and to the other side's. [-]
    curvature : float
        gamma: how much less the last step toward the ideal is worth than the first, from 0 to 1. [share]
    loss_aversion : float
        lambda, at least 1: weight of a loss against a gain of the same size. [-]

    Returns
    -------
    float
        v, in units of the issue's weight. [-]

    Notes
    -----
    ``v = s - gamma s^2 / 2G`` up to the ideal, ``G (1 - gamma / 2) - lambda (s - G)`` beyond it, and
    ``-lambda (|s| + gamma s^2 / 2R)`` for a loss (docs/odd.md, 3.4, Utility): piecewise quadratic and concave, its
    slope 1 just above the status quo. Anchored at the status quo, so that what a side would give does not hang on how
    far its wishes go. The source measures losses against a point of reference and weighs them more than gains; the
    quadratic form is ours.

    References
    ----------
    Tversky and Kahneman (1991). Loss aversion in riskless choice: a reference-dependent model. Quarterly Journal of
    Economics 106, 1039-1061.

    Examples
    --------
    >>> [round(value(s, 0.5, 0.5, 0.5, 1.25), 4) for s in (0.5, 0.25, 0.0, -0.25, 0.75)]
    [0.375, 0.2188, 0.0, -0.3516, 0.0625]
    """
    if progress_made < 0.0:
        curve = curvature * progress_made * progress_made / (2.0 * room) if room > LEAST_ROOM else 0.0
        return -loss_aversion * (curve - progress_made)
    if progress_made > goal:
        return goal * (1.0 - 0.5 * curvature) - loss_aversion * (progress_made - goal)
    return progress_made - curvature * progress_made * progress_made / (2.0 * goal) if goal > 0.0 else 0.0


@equation
def delivered_share(delivered: float, trust: float) -> float:
    """Return the share of a gain on an issue that a side counts.

    Parameters
    ----------
    delivered : float
        delta, share of what is agreed that is handed over at signature. [share]
    trust : float
        a, share of promised gains that is expected to be delivered. [share]

    Returns
    -------
    float
        ``delta + (1 - delta) a``. [share]

    Examples
    --------
    >>> round(delivered_share(0.6, 0.25), 2)
    0.7
    """
    return delivered + (1.0 - delivered) * trust


@equation
def discounted(change: float, trust: float) -> float:
    """Return a change of value with gains discounted by trust and losses in full.

    Parameters
    ----------
    change : float
        v, the change of value on one issue. [-]
    trust : float
        a, the share of the gain that is expected to be delivered, at most 1. [-]

    Returns
    -------
    float
        The change as the party counts it. [-]

    Notes
    -----
    ``v where v <= 0, else a v`` (docs/odd.md, 3.4, Utility), computed as the lesser of the two, which is the same for a
    trust of at most 1.

    Examples
    --------
    >>> discounted(-0.2, 0.25), discounted(0.2, 0.25)
    (-0.2, 0.05)
    """
    return min(change, trust * change)


@equation
def beyond_line(position: float, public_line: float, end: int) -> float:
    """Return how far terms go beyond the line that a leader has publicly ruled out crossing.

    Parameters
    ----------
    position, public_line : float
        Terms and public line on one issue, on its scale from 0 to 1. [-]
    end : int
        1 for side A, which is hurt above its line, -1 for side B, hurt below it.

    Returns
    -------
    float
        Distance; 0 on the side's own side of its line. [-]

    Notes
    -----
    Each step beyond the line costs ``audience_slope`` more (docs/odd.md, 3.4, Utility). In the source an audience
    punishes a leader who backs down in a crisis, by an amount that grows with escalation; here it punishes terms, the
    more the further they go beyond what was ruled out.

    References
    ----------
    Fearon (1994). Domestic political audiences and the escalation of international disputes. American Political
    Science Review 88, 577-592.

    Examples
    --------
    >>> beyond_line(0.3, 0.4, end=1), round(beyond_line(0.5, 0.4, end=1), 3), round(beyond_line(0.3, 0.4, end=-1), 3)
    (0.0, 0.1, 0.1)
    """
    return max((position - public_line) * end, 0.0)


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
