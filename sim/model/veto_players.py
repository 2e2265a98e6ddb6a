"""What a track's packages are worth to a veto player, and what it needs to ratify (docs/odd.md, 3.4, Ratification)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import routine, step
from sim.equations.war import WarStakes, gain_from_war, plus, war_stakes
from sim.model.packages import is_same, mix_at, point_at, share_made, trade_at
from sim.model.trades import IDLE, TRADED, own_change, own_gain
from sim.model.value_of_war import believed_momentum, cost_of_war


@routine
def own_need(world: Any, veto: int) -> float:
    """Return the least gain at which a veto player ratifies, as its side knows it: its own war by its side's belief."""
    issues, record = world.issues, world.vetoes[veto]
    side, total = world.sides[record.side], WarStakes(0.0, 0.0, 0.0, 0.0)
    for number in range(len(issues)):
        issue, own = issues[number], world.veto_issues[veto * len(issues) + number]
        if issue.war_share > 0.0:
            line = issue.status_quo
            far = issue.ideal_b if side.end == 1 else issue.ideal_a
            goal, room = abs(own.ideal_point - line), abs(far - line)
            more = war_stakes(own.weight, goal, room, issue.war_share, side.curvature, side.loss_aversion)
            total = plus(total, more)
    need = gain_from_war(total, believed_momentum(side, world.war)) - cost_of_war(side, world.war)
    return need + record.error if record.is_known else need


@routine
def limit_of_veto(world: Any, number: int, veto: int) -> float:
    """Return the weight at which a veto player's own gain meets its need: the last point for side A, B's first.

    References
    ----------
    Putnam (1988). Diplomacy and domestic politics: the logic of two-level games. International Organization 42,
    427-460.
    """
    n, is_of_a = world.paths[number].n, world.vetoes[veto].side == 0
    need, gain = own_need(world, veto), _own_start(world, number, veto)
    found = math.inf if is_of_a else -math.inf
    if gain >= need:
        found = mix_at(world, number, 0, 0.0)
        if not is_of_a:
            return found
    place = 0
    while place < n:
        last = _end_of_group(world, number, place)
        after = gain + _own_change(world, number, veto, place, last)
        if is_of_a and after >= need:
            found = mix_at(world, number, last, 0.0)
        elif (after >= need) != (gain >= need):
            before = mix_at(world, number, place, 0.0)
            found = before + (mix_at(world, number, last, 0.0) - before) * (need - gain) / (after - gain)
            if not is_of_a:
                return found
        place, gain = last, after
    return found


@routine
def own_gain_in(world: Any, number: int, veto: int, mix: float) -> float:
    """Return a veto player's own gain in the package of a contract-curve weight. [util]"""
    whole, part = point_at(world, number, mix)
    gain, place = _own_start(world, number, veto), 0
    while place < world.paths[number].n:
        last = _end_of_group(world, number, place)
        change = _own_change(world, number, veto, place, last)
        if last > whole:
            return gain + change * share_made(world, number, place, last, whole, part)
        place, gain = last, gain + change
    return gain


@step
def _end_of_group(world: Any, number: int, place: int) -> int:
    """The place after the trades of one rate, which are made together."""
    rate, last = trade_at(world, number, place).rate, place + 1
    while last < world.paths[number].n and is_same(trade_at(world, number, last).rate, rate):
        last += 1
    return last


@step
def _own_change(world: Any, number: int, veto: int, first: int, last: int) -> float:
    """What trades change in a veto player's own gain."""
    change, book = 0.0, world.paths[number].book
    for place in range(first, last):
        source = world.path_trades[number, place]
        if source >= 0:
            change += world.own[book, veto, source]
        else:
            change += own_change(world, veto, world.moved_trades[-1 - source])
    return change


@step
def _own_start(world: Any, number: int, veto: int) -> float:
    """A veto player's own gain where side A has all that it can have."""
    gain = 0.0
    for issue in range(len(world.issues)):
        edge = world.edges[world.paths[number].book, number, issue]
        if edge.kind == TRADED:
            gain += own_gain(world, veto, issue, edge.low)
        elif edge.kind == IDLE:
            gain += own_gain(world, veto, issue, min(max(world.issues[issue].status_quo, edge.low), edge.high))
    return gain
