"""Step 1 of the week: momentum, the front, rearming, pressure, cost of war and optimism; victory (docs/odd.md, 3.1)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import part, routine, step
from sim.equations.utility import exposure
from sim.equations.weekly import happens, next_momentum, next_variance, victory_rate
from sim.model import random_numbers as draw
from sim.model.state import AT_WAR, IMPOSED, IN_CEASEFIRE, OVER
from sim.model.value_of_war import stakes

TURNING_AWAY = math.exp(-1.0 / 8.0)
"""Share of their attention that mediators keep from week to week of a ceasefire; a judgement, the pace of rearming."""


@part
def move_war(world: Any) -> None:
    """Move momentum and the front, let beliefs and costs revert, and see whether a side wins."""
    trial, war, talks, sides = world.trial, world.war, world.talks, world.sides
    if trial.phase == AT_WAR:
        _move_momentum(world)
        _move_front(world)
    elif trial.phase == IN_CEASEFIRE:
        rearm(world)
    revert_costs(world)
    speed = min(war.learning * (1.0 + war.talk_learning * talks.skill), 1.0)
    for side in range(2):
        sides[side].optimism += speed * (sides[side].optimism_rest - sides[side].optimism)
    if trial.phase == AT_WAR and war.victory_hazard > 0.0:
        _end_in_victory(world)


@step
def _move_momentum(world: Any) -> None:
    war = world.war
    spread = war.momentum_volatility * war.fluidity
    shock = spread * draw.favouring_b(world, draw.MOMENTUM) if spread > 0.0 else 0.0
    mean = war.momentum_mean + war.support_shift
    war.momentum = next_momentum(war.momentum, mean, war.momentum_reversion, shock)


@step
def _move_front(world: Any) -> None:
    war, issues = world.war, world.issues
    for number in range(len(issues)):
        issue = issues[number]
        if issue.moves and issue.front_per_week > 0.0:
            line = issue.status_quo
            moved = line + issue.front_per_week * war.fluidity * war.momentum
            # A front that started outside the ideals stays where it is rather than jump to one of them.
            issue.status_quo = min(max(moved, min(issue.ideal_a, line)), max(issue.ideal_b, line))


@routine
def rearm(world: Any) -> None:
    """In an agreed ceasefire momentum moves by what each side rearms more than the other (docs/odd.md, 3.5).

    What a side gains is what the other fears that it gains, less what limits on its resupply stop. War that resumes
    starts from there.

    References
    ----------
    Powell (2006). War as a commitment problem. International Organization 60, 169-203.
    """
    war, sides, assurances, weeks = (
        world.war,
        world.sides,
        world.assurances,
        world.trial.week - world.ceasefire.start_week,
    )
    done = exposure(float(weeks)) - exposure(weeks - 1.0)
    calm = assurances.calm_from_resupply_limit
    by_a = _shift(world, sides[1]) * (1.0 - calm * assurances.resupply_limits_a)
    by_b = _shift(world, sides[0]) * (1.0 - calm * assurances.resupply_limits_b)
    war.momentum = min(max(war.momentum + done * (by_b - by_a), -1.0), 1.0)


@step
def _shift(world: Any, side: Any) -> float:
    """Shift of momentum against a side that costs it what it fears, to first order."""
    per_momentum = stakes(world, side).loss_linear
    return side.fear / per_momentum if per_momentum > 0.0 else 0.0


@step
def revert_costs(world: Any) -> None:
    """Let pressure fade and the cost of war move toward its mean, in logs; in war and in peace.

    Once a ceasefire is in force mediators turn to other things: their leverage fades, to 1 / e in eight weeks.

    References
    ----------
    Beardsley (2008). Agreement without peace? International mediation and time inconsistency problems. American
    Journal of Political Science 52, 723-740.
    """
    war, sides = world.war, world.sides
    war.leverage_left = war.leverage_left * TURNING_AWAY if world.trial.phase == IN_CEASEFIRE else 1.0
    for number in range(2):
        side = sides[number]
        side.pressure *= war.pressure_decay
        if side.strain_moves:
            shock = 0.0
            if side.strain_volatility > 0.0:
                shock = side.strain_volatility * draw.normal(world, draw.STRAIN + number)
            side.log_strain += side.strain_reversion * (side.mean_log_strain - side.log_strain) + shock
            side.strain_variance = next_variance(side.strain_variance, side.strain_reversion, side.strain_volatility)


@step
def _end_in_victory(world: Any) -> None:
    """The side that momentum favours wins, at exactly 0 either by chance; it may impose a ceasefire."""
    trial, war, ceasefire, outcome = world.trial, world.war, world.ceasefire, world.outcome
    luck = draw.uniform(world, draw.VICTORY)
    if luck >= war.victory_hazard * war.most_by_momentum * war.fluidity:  # beyond the rate at any momentum
        return
    if not happens(luck, victory_rate(war.momentum, war.victory_hazard, war.victory_slope, war.fluidity)):
        return
    favours_b = war.momentum > 0.0
    if war.momentum == 0.0:
        favours_b = draw.between_sides(world, draw.VICTOR) < 0.5
    outcome.victory = 2 if favours_b else 1
    outcome.victory_week = trial.week
    trial.phase = OVER
    if draw.uniform(world, draw.IMPOSED_CEASEFIRE) < war.imposed_halt_prob:
        ceasefire.track, ceasefire.start_week, ceasefire.expiry_week = IMPOSED, trial.week, -1
        outcome.imposed = 1
        if outcome.broad_week < 0:
            outcome.broad_week = trial.week
