"""What another year of war would bring a side, and cost it (docs/odd.md, 3.1)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import step
from sim.equations.war import WarStakes, gain_from_war, plus, war_stakes


@step
def believed_momentum(side: Any, war: Any) -> float:
    """Return momentum in a side's own favour as it believes it to be: ``g = clip(s m + o, -1, 1)``."""
    return min(max(side.optimism - side.end * war.momentum, -1.0), 1.0)


@step
def cost_of_war(side: Any) -> float:
    """Return what another year of war would cost a side; what is not seen of it can make it negative. [util]"""
    strain = math.exp(side.log_strain) if side.strain_moves else side.strain
    return strain + side.pressure + side.leverage + side.unseen


@step
def stakes_on(issue: Any, end: int, status_quo: float) -> Any:
    """Return a side's coefficients of the value of war on one issue."""
    if end == 1:
        return war_stakes(issue.weight_a, status_quo, issue.ideal_a, issue.ideal_b, issue.war_share)
    return war_stakes(issue.weight_b, status_quo, issue.ideal_b, issue.ideal_a, issue.war_share)


@step
def stakes(world: Any, side: Any) -> Any:
    """Return a side's coefficients of the value of war over all issues, those that move at today's status quo."""
    issues = world.issues
    total = WarStakes(side.gain_linear, side.gain_square, side.loss_linear, side.loss_square)
    for number in range(len(issues)):
        if issues[number].moves:
            total = plus(total, stakes_on(issues[number], side.end, issues[number].status_quo))
    return total


@step
def loss_from_peace(world: Any, side: Any) -> float:
    """Return what a side must be offered above the status quo to stop at once: ``r - u(x0)``. [util]

    The expected gain from a year of war less its risk premium and its cost (docs/odd.md, 3.1, Loss from peace).
    """
    war = world.war
    return gain_from_war(stakes(world, side), believed_momentum(side, war)) - side.premium - cost_of_war(side)
