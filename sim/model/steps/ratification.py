"""Ratification: a veto player sets a signed package against its side's war (docs/odd.md, 3.4, Ratification)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine
from sim.equations.utility import change_in_value
from sim.equations.war import WarStakes, gain_from_war, plus, war_stakes
from sim.model.value_of_war import believed_momentum, cost_of_war

TOLERANCE = 1e-9
"""Terms may pass a red line by so much."""
NOBODY = 0


@routine
def refusals(world: Any, number: int) -> int:
    """Return which veto players of a track refuse the terms signed on it: a bit each, in the order of the track."""
    sides, vetoes, ratifiers = world.sides, world.vetoes, world.ratifiers
    refused = NOBODY
    for place in range(ratifiers.shape[1]):
        veto = ratifiers[number, place]
        if veto >= 0 and not _ratifies(world, veto, sides[vetoes[veto].side]):
            refused |= 1 << place
    return refused


@routine
def _ratifies(world: Any, veto: int, side: Any) -> bool:
    """Whether a veto player prefers the terms to its side's war, by its own weights, and finds no red line crossed.

    References
    ----------
    Putnam (1988). Diplomacy and domestic politics: the logic of two-level games. International Organization 42,
    427-460.
    """
    war, issues, veto_issues = world.war, world.issues, world.veto_issues
    gain, stakes = 0.0, WarStakes(0.0, 0.0, 0.0, 0.0)
    for number in range(len(issues)):
        issue, own = issues[number], veto_issues[veto * len(issues) + number]
        if (issue.terms - own.red_line) * side.end > TOLERANCE:
            return False
        gain += own.weight * change_in_value(issue.terms, issue.status_quo, own.ideal_point)
        if issue.war_share > 0.0:
            other_ideal = issue.ideal_b if side.end == 1 else issue.ideal_a
            more = war_stakes(own.weight, issue.status_quo, own.ideal_point, other_ideal, issue.war_share)
            stakes = plus(stakes, more)
    return gain >= gain_from_war(stakes, believed_momentum(side, war)) - cost_of_war(side)
