"""What is recorded of a trial, by the step in which it happens (docs/odd.md, 1; ``sim.outcome_columns``)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine, step
from sim.model.ranges import audience_on, fear_on
from sim.model.value_of_war import believed_momentum, momentum_ahead
from sim.outcome_columns import DRAWS_IN_90_DAYS, DRAWS_IN_180_DAYS, DURABLE_DRAWS, HALT_ENDS

TALKED, OFFERED, SAW_RANGE, SIGNED, RATIFIED, IN_FORCE = 1, 2, 3, 4, 5, 6
"""Stages of the funnel; the last three follow when a ceasefire has got through so many weekly draws."""
COLLAPSE, LAPSE = HALT_ENDS.index("collapse"), HALT_ENDS.index("lapse")


@step
def reach(outcome: Any, stage: int) -> None:
    """Note that a trial came as far as a stage of the funnel."""
    outcome.stage = max(outcome.stage, stage)


@step
def looked(world: Any, track: Any, has_conceded: bool) -> bool:
    """Note offers and range of a track in a round; return whether the sides never were closer on it."""
    trial, war, sides, outcome = world.trial, world.war, world.sides, world.outcome
    if not track.takes_force:
        return False
    if track.has_range:
        reach(outcome, SAW_RANGE)
    elif has_conceded:
        reach(outcome, OFFERED)
    joint = track.need_a + track.need_b
    if not joint < track.best_need:
        return False
    track.best_need, track.best_week, track.best_book = joint, trial.week, trial.book
    track.best_need_a, track.best_need_b = track.need_a, track.need_b
    track.best_momentum = momentum_ahead(war)
    track.best_belief_a, track.best_belief_b = believed_momentum(sides[0], war), believed_momentum(sides[1], war)
    track.best_fear_a, track.best_fear_b = fear_on(track, sides[0]), fear_on(track, sides[1])
    track.best_audience_a = audience_on(track, sides[0], track.audience_cost_a, trial.leaders_met)
    track.best_audience_b = audience_on(track, sides[1], track.audience_cost_b, trial.leaders_met)
    return True


@routine
def exchanged(world: Any, track: Any) -> None:
    """Note a first ceasefire for a sector, or humanitarian exchange; neither counts as a ceasefire."""
    week, outcome = world.trial.week, world.outcome
    track.was_exchanged = 1
    if track.has_term and outcome.limited_week < 0:
        outcome.limited_week = week
    elif not track.has_term and outcome.humanitarian_week < 0:
        outcome.humanitarian_week = week


@routine
def began(world: Any, number: int, mix: float, track: Any) -> None:
    """Note that an agreed ceasefire takes force; the first one is followed."""
    trial, issues, outcome, agreed = world.trial, world.issues, world.outcome, world.agreed
    if trial.week < trial.horizon:
        if outcome.mutual_week < 0:
            outcome.mutual_week = trial.week
        if outcome.broad_week < 0:
            outcome.broad_week = trial.week
        if track.settles and outcome.settlement_week < 0:
            outcome.settlement_week = trial.week
    reach(outcome, IN_FORCE)
    if outcome.halt_week < 0:
        outcome.halt_week, outcome.halt_track, outcome.halt_mix = trial.week, number, mix
        for issue in range(len(issues)):
            agreed[issue].terms = issues[issue].terms


@step
def still_in_force(world: Any) -> None:
    """Note how long a ceasefire has lasted: it counts by the week in which it began, if it was agreed by both."""
    trial, ceasefire, outcome = world.trial, world.ceasefire, world.outcome
    draws = trial.week - ceasefire.start_week
    if ceasefire.track >= 0 and ceasefire.start_week < trial.horizon:
        if draws == DURABLE_DRAWS and outcome.durable_week < 0:
            outcome.durable_week = ceasefire.start_week
        if draws == DRAWS_IN_180_DAYS and outcome.in_force_180_week < 0:
            outcome.in_force_180_week = ceasefire.start_week
    if outcome.halt_week == ceasefire.start_week:
        outcome.halt_weeks = draws
        if draws == DURABLE_DRAWS or draws == DRAWS_IN_90_DAYS or draws == DRAWS_IN_180_DAYS:
            passed = 1 if draws == DURABLE_DRAWS else 2 if draws == DRAWS_IN_90_DAYS else 3
            reach(outcome, IN_FORCE + passed)


@step
def ended(world: Any, how: int) -> None:
    """Note how a ceasefire ended, and the outcome where it is the one that is followed."""
    trial, ceasefire, outcome = world.trial, world.ceasefire, world.outcome
    ceasefire.last_end = how
    if outcome.halt_week == ceasefire.start_week:
        outcome.halt_weeks = trial.week - ceasefire.start_week
        outcome.halt_end = how


@routine
def holiday(world: Any, is_agreed: bool) -> None:
    """Note a short ceasefire on a holiday before the horizon: broad tier, and mutual where both agreed to it."""
    trial, outcome = world.trial, world.outcome
    if trial.week >= trial.horizon:
        return
    if outcome.broad_week < 0:
        outcome.broad_week = trial.week
    if is_agreed and outcome.mutual_week < 0:
        outcome.mutual_week = trial.week
