"""How each friction of ``sim.frictions`` bears on a deal, and so what goes when it is off (docs/odd.md, 3.6).

A friction adds to what a side needs, changes the terms of an issue, or both. Frictions that are off are the bits of a
number, in the order of ``sim.frictions``. Terms are made without any friction; those that are on are then put on. What
a friction adds to a need is a term of ``need_on`` (sim.model.ranges), and is taken off again here.
"""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import step
from sim.equations.trades import Stake
from sim.equations.war import gain_from_war
from sim.model.engagement import takes_part
from sim.model.value_of_war import stakes
from sim.outcome_columns import FRICTIONS

NONE_OFF = 0
ALL_OFF = (1 << len(FRICTIONS)) - 1
INFORMATION, COMMITMENT, TRUST, AUDIENCE, CONTROLLERS = (1 << number for number in range(5))
IN_TERMS = TRUST | AUDIENCE | CONTROLLERS
"""Those that change the terms of an issue: trades are worked out once for each set of them."""
FIRST_IN_TERMS = 2
"""Bit of the first of them; the others follow."""
N_SETS_OF_TERMS = (IN_TERMS >> FIRST_IN_TERMS) + 1


@step
def off_in(book: int) -> int:
    """Return the frictions that are off in a book of trades (``sim.model.trades``)."""
    return (book % N_SETS_OF_TERMS) << FIRST_IN_TERMS


@step
def with_off(book: int, off: int) -> int:
    """Return the book of the same regime and version with some frictions off."""
    return book - book % N_SETS_OF_TERMS + ((off & IN_TERMS) >> FIRST_IN_TERMS)


@step
def stake_of(issue: Any, side: Any, off: int, trust: float) -> Any:
    """Return one issue as a side sees it today, with every friction put on that is not off."""
    counted = 1.0 if off & TRUST else trust
    if side.end == 1:
        slope = 0.0 if off & AUDIENCE else issue.slope_a
        return Stake(
            1, issue.weight_a, issue.status_quo, issue.ideal_a, issue.ideal_b, side.curvature, side.loss_aversion,
            issue.delivered, counted, slope, issue.public_a,
        )  # fmt: skip
    slope = 0.0 if off & AUDIENCE else issue.slope_b
    return Stake(
        -1, issue.weight_b, issue.status_quo, issue.ideal_b, issue.ideal_a, side.curvature, side.loss_aversion,
        issue.delivered, counted, slope, issue.public_b,
    )  # fmt: skip


@step
def bounds(world: Any, off: int, track: int, number: int) -> tuple[float, float]:
    """Return the lowest and highest point that is possible on an issue of a track, with every friction that is on."""
    issue, low, high = world.issues[number], 0.0, 1.0
    if not off & AUDIENCE:
        # No package beyond red lines, nor short of what a side demands on this track.
        low, high = issue.red_line_b, issue.red_line_a
    if not off & AUDIENCE and track < len(world.tracks):
        demand = world.demands[track * len(world.issues) + number]
        low, high = max(low, demand.point_b), min(high, demand.point_a)
        for place in range(world.ratifiers.shape[1]):
            veto = world.ratifiers[track, place]
            if veto >= 0:
                line = world.veto_issues[veto * len(world.issues) + number].red_line
                # What is already beyond the line is tolerated, and nothing that goes further.
                if world.vetoes[veto].side == 0:
                    high = min(high, max(line, issue.given_status_quo))
                else:
                    low = max(low, min(line, issue.given_status_quo))
    if not off & CONTROLLERS:
        low, high = max(low, issue.limit_low), min(high, issue.limit_high)
    return low, high


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
    """Return what the frictions that are off added to a side's need in a track's best round. [util]

    Issues that move stand where they stood in that round.
    """
    track, is_a = world.tracks[number], side.end == 1
    part = 0.0
    if off & INFORMATION:
        # Optimism: what the side believed of war less what war would bring.
        belief = track.best_belief_a if is_a else track.best_belief_b
        at_stake = stakes(world, side)
        part += gain_from_war(at_stake, belief) - gain_from_war(at_stake, -side.end * track.best_momentum)
    if off & COMMITMENT:
        part += track.best_fear_a if is_a else track.best_fear_b
    if off & AUDIENCE:
        part += track.best_audience_a if is_a else track.best_audience_b
    return part
