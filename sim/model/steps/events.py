"""Step 0 of the week: dated events of the scenario (docs/odd.md, 3.0)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiler.decorators import routine, step
from sim.model.engagement import take_stock
from sim.model.state import AT_WAR
from sim.model.steps.third_parties import support_shift

CHANGE = np.dtype([("week", "i8"), ("kind", "i8"), ("place", "i8"), ("column", "i8")])
"""One change that an event makes: its kind, the number of the trial's row that it changes, and by which value."""
WHEN = np.dtype(
    [(name, "i8") for name in ("week", "no_ceasefire_by", "round_failed", "dated_before", "first_change", "end_change")]
)
"""When a conditional event takes place, -1 where it does not ask; how many of ``world.changes`` have an earlier date,
and which of ``world.conditional`` it applies."""
MOMENTUM, ADD, SET, SET_WHOLE, SET_ENGAGEMENT, PROMISES, STOCK, AID = range(8)
"""Shift momentum, add to a number, set one, set a whole one, set who takes part; promises, who is there, aid differ."""


@step
def apply_events(world: Any) -> None:
    """Apply this week's events by date; rounds and levels that they force are read where rounds are held.

    Conditions are judged before any event of the week changes what they ask for.
    """
    trial, happened = world.trial, world.happened
    for number in range(len(happened)):
        if happened[number].applied_week < 0 and _holds(world, number):
            happened[number].applied_week = trial.week
    for number in range(len(happened)):
        if happened[number].applied_week == trial.week:
            when = world.when[number]
            _apply_dated(world, when.dated_before)
            for change in range(when.first_change, when.end_change):
                _apply(world, world.conditional[change])
    _apply_dated(world, len(world.changes))


@routine
def _apply_dated(world: Any, end: int) -> None:
    """Apply the dated changes that are due, up to a place in their order."""
    trial, changes = world.trial, world.changes
    while trial.next_change < end and changes[trial.next_change].week <= trial.week:
        _apply(world, changes[trial.next_change])
        trial.next_change += 1


@step
def _holds(world: Any, number: int) -> bool:
    """Whether all that a conditional event asks for is so at the start of this week."""
    trial, talks, when = world.trial, world.talks, world.when[number]
    if trial.week < when.week:
        return False
    if when.no_ceasefire_by >= 0:
        has_ceasefire = trial.phase != AT_WAR or world.outcome.halt_week >= 0
        if trial.week < when.no_ceasefire_by or has_ceasefire:
            return False
    if when.round_failed and not talks.failed_last_week:
        return False
    for comer in range(2 + len(world.third_parties)):
        if world.below[number, comer] > 0:
            level = world.sides[comer].level if comer < 2 else world.third_parties[comer - 2].level
            if not talks.has_met or level >= world.below[number, comer]:
                return False
        if world.present[number, comer] and comer >= 2 and not world.third_parties[comer - 2].is_engaged:
            return False
    return True


@routine
def _apply(world: Any, change: Any) -> None:
    trial, war, third_parties, changed, row = world.trial, world.war, world.third_parties, world.changed, world.row
    value = changed[trial.draw, change.column]
    if change.kind == MOMENTUM:
        if trial.phase == AT_WAR:
            war.momentum = min(max(war.momentum + value, -1.0), 1.0)
    elif change.kind == ADD:
        row[change.place] += value
    elif change.kind == SET:
        row[change.place] = value
    elif change.kind == SET_WHOLE:
        world.whole_row[change.place] = int(value)
    elif change.kind == SET_ENGAGEMENT:
        third_parties[change.place].engagement = value
        third_parties[change.place].is_engaged = value > 0.0
    elif change.kind == AID:
        third_parties[change.place].aid_a = third_parties[change.place].aid_b = value
        war.support_shift = support_shift(third_parties)
    else:
        if change.kind == PROMISES:
            trial.version += 1
        take_stock(world)
