"""What a package of terms is worth to a party (model section 5).

Positions lie on [0, 1]; losses are quadratic in the distance to the ideal point (Davis, Hinich and
Ordeshook 1970). A package is valued as a change from the status quo: what is given away counts in
full, what is promised counts with the share of it that is expected to be delivered (trust).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""A column or table; trials (or draws) come first. float64 unless a docstring says otherwise."""
Column = Array | float
"""One value per trial (or draw), or one for all of them."""


def loss(position: Column, ideal_point: Column) -> Column:
    """Quadratic loss of a position, in units of the issue's weight; 0 at the ideal, 1 at most."""
    distance = position - ideal_point
    return distance * distance


def change_in_value(position: Column, status_quo: Column, ideal_point: Column) -> Column:
    """D: how much closer (positive) or further (negative) a position is than the status quo."""
    return loss(status_quo, ideal_point) - loss(position, ideal_point)


def discounted(change: Column, trust: Column) -> Array:
    """g(D): gains times trust, losses in full - the lesser of the two, trust being at most 1 (the textbook case)."""
    return np.asarray(np.minimum(change, trust * change))


def audience_loss(position: Column, public_line: Column, ideal_point: Column, end: int) -> Array:
    """Extra loss beyond the line that the leader has publicly ruled out crossing (Fearon 1994).

    ``end`` is -1 for a side whose ideal lies at the low end of the scale (it is hurt above its
    line) and +1 for a side at the high end. Same units as ``loss``; 0 on the own side of the line.
    """
    extra = np.asarray(loss(position, ideal_point) - loss(public_line, ideal_point))
    beyond = (np.asarray(public_line) - position) * end > 0
    return np.asarray(np.where(beyond, np.maximum(extra, 0.0), 0.0))


def trust_with(
    base: Column, monitoring: Column, guarantee: Column, per_monitoring: Column, per_guarantee: Column
) -> Column:
    """Return a, the share of promised gains expected to be delivered.

    1 - a = (1 - base)(1 - per_monitoring * monitoring)(1 - per_guarantee * guarantee): enforcement by
    others replaces trust where there is none (Walter 1997).
    """
    return 1.0 - (1.0 - base) * (1.0 - per_monitoring * monitoring) * (1.0 - per_guarantee * guarantee)


def assurance_with(
    monitoring: Column, guarantee: Column, limit_on_other: Column, calm: tuple[Column, Column, Column]
) -> Column:
    """Share of fear removed by monitoring, by one's guarantees and by limits on the other's resupply."""
    by_monitoring, by_guarantee, by_limit = calm
    return 1.0 - (1.0 - by_monitoring * monitoring) * (1.0 - by_guarantee * guarantee) * (
        1.0 - by_limit * limit_on_other
    )


def benefit_share(weeks: float | None, year: float = 52.0) -> float:
    """phi_d: share of a year's saved war that a halt of ``weeks`` brings; 1 for an open-ended halt."""
    return 1.0 if weeks is None else min(1.0, weeks / year)


def exposure(weeks: float | None, scale: float = 8.0) -> float:
    """b(d) = 1 - exp(-d / 8 weeks): how much rearming a halt allows; 1 for an open-ended halt.

    Concave, so a short halt carries more fear relative to its benefit: b / phi is about 6 at three
    days, 5 at thirty, 1 at a year.
    """
    return 1.0 if weeks is None else float(-np.expm1(-weeks / scale))
