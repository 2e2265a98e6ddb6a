"""Move offers and bound what can be bargained over (docs/odd.md, 3.4).

Along the best packages one side's gain falls as the other's rises; so each side has one reservation point, and a range
(ZOPA) exists if and only if they do not cross.
"""

from __future__ import annotations

from sim.compiler.decorators import equation


@equation
def next_offer(own: float, other: float, pace: float, limit: float, end: int) -> float:
    """Return a side's next offer as a contract-curve weight.

    Parameters
    ----------
    own, other : float
        Last offers of the side and of its enemy. [-]
    pace : float
        Share of the gap that the side closes. [share]
    limit : float
        The side's reservation point; an infinite one stands for its own end of the curve. [-]
    end : int
        1 for side A, whose offers fall from 1, and -1 for side B, whose offers rise from 0.

    Returns
    -------
    float
        Offer, from 0 to 1. [-]

    Notes
    -----
    ``own + pace (other - own)``, never past the reservation point (docs/odd.md, 3.4, Offers). Where the reservation
    point has moved against the side, the offer is pulled back to it.

    Examples
    --------
    >>> next_offer(0.9, 0.1, 0.5, 0.4, end=1), next_offer(0.9, 0.1, 1.0, 0.4, end=1)
    (0.5, 0.4)
    """
    moved = own + pace * (other - own)
    on_curve = min(max(limit, 0.0), 1.0)
    return max(moved, on_curve) if end == 1 else min(moved, on_curve)


@equation
def fearon_range(win_prob: float, cost_a: float, cost_b: float) -> tuple[float, float]:
    """Return the bargaining range of a pie with linear utilities.

    Parameters
    ----------
    win_prob : float
        p, chance that side A wins the war. [share]
    cost_a, cost_b : float
        Costs of war, in shares of the pie. [share]

    Returns
    -------
    tuple of two floats
        Least and greatest share of side A that both prefer to war. [share]

    Notes
    -----
    ``[p - cA, p + cB]``, cut to [0, 1] (Fearon 1995, 387). For the classroom and as a check: the model's range lies on
    a curve of packages.

    References
    ----------
    Fearon (1995). Rationalist explanations for war. International Organization 49, 379-414.

    Examples
    --------
    >>> [round(share, 3) for share in fearon_range(0.6, 0.1, 0.15)]
    [0.5, 0.75]
    """
    return max(0.0, win_prob - cost_a), min(1.0, win_prob + cost_b)
