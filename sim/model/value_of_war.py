"""What another year of war would bring a side, and cost it (docs/odd.md, 3.1)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import step
from sim.equations.war import WarStakes, gain_from_war, plus, war_stakes


@step
def momentum_ahead(war: Any) -> float:
    """Return momentum as it averages over the coming year: ``mu + f (m - mu)``."""
    mean = war.momentum_mean + war.support_shift
    return mean + war.momentum_ahead * (war.momentum - mean)


@step
def believed_momentum(side: Any, war: Any) -> float:
    """Return next year's momentum in a side's own favour as it believes it to be: ``g = clip(s m + o, -1, 1)``."""
    return min(max(side.optimism - side.end * momentum_ahead(war), -1.0), 1.0)


@step
def cost_of_war(side: Any, war: Any) -> float:
    """Return what the coming year of war would cost a side; what is not seen of it can make it negative. [util]"""
    cost = side.strain
    if side.strain_moves:
        mean, today = math.exp(side.mean_log_strain), math.exp(side.log_strain - 0.5 * side.strain_variance)
        cost = mean + side.strain_ahead * (today - mean)
    return cost + war.pressure_ahead * side.pressure + war.leverage_left * side.leverage + side.unseen


@step
def stakes_on(issue: Any, side: Any) -> Any:
    """Return a side's coefficients of the value of war on one issue, at today's status quo."""
    line = issue.status_quo
    to_a, to_b = abs(issue.ideal_a - line), abs(issue.ideal_b - line)
    if side.end == 1:
        return war_stakes(issue.weight_a, to_a, to_b, issue.war_share, side.curvature, side.loss_aversion)
    return war_stakes(issue.weight_b, to_b, to_a, issue.war_share, side.curvature, side.loss_aversion)


@step
def stakes(world: Any, side: Any) -> Any:
    """Return a side's coefficients of the value of war over all issues, those that move at today's status quo."""
    issues = world.issues
    total = WarStakes(side.gain_linear, side.gain_square, side.loss_linear, side.loss_square)
    for number in range(len(issues)):
        if issues[number].moves:
            total = plus(total, stakes_on(issues[number], side))
    return total


@step
def loss_from_peace(world: Any, side: Any) -> float:
    """Return what a side must be offered above the status quo to stop at once. [util]

    What it expects of a year of war less what the year costs (docs/odd.md, 3.1, Loss from peace).
    """
    war = world.war
    return gain_from_war(stakes(world, side), believed_momentum(side, war)) - cost_of_war(side, war)
