"""Step 0 of the week: dated events of the scenario (docs/odd.md, 3.0)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiler.decorators import routine, step
from sim.model.engagement import take_stock
from sim.model.state import AT_WAR

CHANGE = np.dtype([("week", "i8"), ("kind", "i8"), ("place", "i8"), ("column", "i8")])
"""One change that an event makes: its kind, the number of the trial's row that it changes, and by which value."""
MOMENTUM, ADD, SET, SET_WHOLE, SET_ENGAGEMENT, PROMISES, STOCK = range(7)
"""Shift momentum, add to a number, set one, set a whole one, set who takes part; promises or who is there differ."""


@step
def apply_events(world: Any) -> None:
    """Apply this week's events; rounds and levels that they force are read where rounds are held."""
    trial, changes = world.trial, world.changes
    while trial.next_change < len(changes) and changes[trial.next_change].week <= trial.week:
        _apply(world, changes[trial.next_change])
        trial.next_change += 1


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
    else:
        if change.kind == PROMISES:
            trial.version += 1
        take_stock(world)
