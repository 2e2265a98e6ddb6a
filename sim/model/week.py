"""The week of one trial, in order. Every step is a file of ``steps`` and answers one question asked here."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine, step
from sim.model.decisions import take_own_steps
from sim.model.state import IN_CEASEFIRE, NONE, OVER
from sim.model.steps.bargaining import bargain
from sim.model.steps.ceasefires import follow_ceasefire
from sim.model.steps.convening import convene
from sim.model.steps.events import apply_events
from sim.model.steps.third_parties import let_backers_act
from sim.model.steps.war import move_war, rearm, revert_costs


@routine
def week(world: Any) -> None:
    """Live through one week; after the horizon ceasefires are only watched, and what bears on them moves on."""
    trial = world.trial
    if trial.week < trial.horizon:
        apply_events(world)
    take_own_steps(world)
    if trial.week < trial.horizon:
        move_war(world)
        let_backers_act(world)
        convene(world)
        if trial.holds_round:
            bargain(world)
    else:
        if trial.phase == IN_CEASEFIRE:
            rearm(world)
        revert_costs(world)
    follow_ceasefire(world)
    trial.week += 1


@step
def is_decided(world: Any) -> bool:
    """Return whether no later week can change an outcome: nothing is in force, and nothing more can be agreed."""
    trial = world.trial
    is_last = trial.week >= trial.horizon or trial.phase == OVER
    return is_last and world.ceasefire.track == NONE and world.own_steps[0] < 0
