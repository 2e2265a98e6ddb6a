"""How each friction of ``sim.frictions`` bears on a deal, and so what goes when it is off (docs/odd.md, 3.6).

A friction adds to what a side needs, changes the terms of an issue, or both. Frictions that are off are the bits of a
number, in the order of ``sim.frictions``. Terms are made without any friction; those that are on are then put on. What
a friction adds to a need is a term of ``need_on`` (sim.model.ranges), and is taken off again here.
"""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import step
from sim.equations.contract_curve import Terms
from sim.equations.war import WarStakes, gain_from_war, plus
from sim.model.engagement import takes_part
from sim.model.value_of_war import stakes_on
from sim.outcome_columns import FRICTIONS

NONE_OFF = 0
ALL_OFF = (1 << len(FRICTIONS)) - 1
INFORMATION, COMMITMENT, TRUST, AUDIENCE, CONTROLLERS = (1 << number for number in range(5))
IN_TERMS = TRUST | AUDIENCE | CONTROLLERS
"""Those that change the terms of an issue: gains are worked out once for each set of them."""
N_SETS_OF_TERMS = IN_TERMS + 1


@step
def counted(world: Any, off: int, side: int, trust: float) -> float:
    """Return the share of a promised gain that a side counts; ``trust`` is the share that it expects delivered."""
    return 1.0 if off & TRUST else trust


@step
def terms_with(world: Any, off: int, issue: Any, trust_a: float, trust_b: float, blocked: bool) -> Any:
    """Return one issue as both sides see it, with every friction put on that is not off."""
    counted_a, counted_b = counted(world, off, 0, trust_a), counted(world, off, 1, trust_b)
    slope_a, slope_b, low, high = 0.0, 0.0, 0.0, 1.0
    if not off & AUDIENCE:
        # Losses beyond public lines, and no package beyond red lines.
        slope_a, slope_b = issue.slope_a, issue.slope_b
        low, high = issue.red_line_b, issue.red_line_a
    if not off & CONTROLLERS:
        # What the controllers consent to; the issue stays as it is where one of them is absent.
        low, high = max(low, issue.limit_low), min(high, issue.limit_high)
        if blocked:
            low = high = issue.given_status_quo
    return Terms(
        issue.given_status_quo, issue.ideal_a, issue.ideal_b, issue.weight_a, issue.weight_b, counted_a, counted_b,
        slope_a, slope_b, issue.public_a, issue.public_b, low, high,
    )  # fmt: skip


@step
def is_blocked(world: Any, issue: int, regime: int) -> bool:
    """Return whether a third party whose consent an issue needs is absent in a regime."""
    for party in range(len(world.third_parties)):
        is_needed = world.limits[party * len(world.issues) + issue].is_controller
        if is_needed and not takes_part(world.third_parties[party], regime):
            return True
    return False


@step
def part_of_need(world: Any, off: int, number: int, side: Any) -> float:
    """Return what the frictions that are off added to a side's need in a track's best round. [util]"""
    track, is_a = world.tracks[number], side.end == 1
    part = 0.0
    if off & INFORMATION:
        # Optimism: what the side believed of war less what war would bring.
        stakes = _stakes_in_best_round(world, number, side)
        belief = track.best_belief_a if is_a else track.best_belief_b
        part += gain_from_war(stakes, belief) - gain_from_war(stakes, -side.end * track.best_momentum)
    if off & COMMITMENT:
        part += track.best_fear_a if is_a else track.best_fear_b
    if off & AUDIENCE:
        part += track.audience_cost_a if is_a else track.audience_cost_b
    return part


@step
def _stakes_in_best_round(world: Any, number: int, side: Any) -> Any:
    """Coefficients of the value of war, issues that move where they stood in a track's best round."""
    stakes, issues = WarStakes(side.gain_linear, side.gain_square, side.loss_linear, side.loss_square), world.issues
    for issue in range(len(issues)):
        if issues[issue].moves:
            line = world.best_lines[number * len(issues) + issue].status_quo
            stakes = plus(stakes, stakes_on(issues[issue], side.end, line))
    return stakes
