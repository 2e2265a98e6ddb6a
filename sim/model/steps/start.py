"""Before the first week: what is made of a draw's numbers, and where its trials start (docs/odd.md, 3.0)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import part, routine, step
from sim.equations.utility import benefit_share, exposure
from sim.equations.war import WarStakes, plus
from sim.equations.weekly import decay, long_run_spread, optimism_left, year_average
from sim.model import random_numbers as draw
from sim.model.decisions import START, has_own, own_answer
from sim.model.engagement import take_stock
from sim.model.steps.ceasefires import reopen
from sim.model.steps.convening import level_by_itself
from sim.model.steps.third_parties import support_shift
from sim.model.value_of_war import stakes_on

LEAST_STRAIN = 1e-9
"""A cost of war of nothing counts as next to nothing in logs."""


@routine
def start_draw(world: Any) -> None:
    """Work out what all trials of a draw of the parameters have in common; the records hold its numbers."""
    trial, war, sides, third_parties, tracks = world.trial, world.war, world.sides, world.third_parties, world.tracks
    issues = world.issues
    war.pressure_decay = decay(war.pressure_half_life_weeks)
    war.momentum_ahead, war.pressure_ahead = (
        year_average(war.momentum_reversion),
        year_average(1.0 - war.pressure_decay),
    )
    war.support_shift = support_shift(third_parties)
    war.most_by_momentum = math.exp(war.victory_slope * (1.0 - 0.3))
    for number in range(len(third_parties)):
        third_parties[number].is_engaged = third_parties[number].engagement > 0.0
    for number in range(len(tracks)):
        track = tracks[number]
        track.benefit_share, track.exposure = benefit_share(track.length_weeks), exposure(track.length_weeks)
        track.is_short = track.benefit_share < 1.0
    for number in range(2):
        side = sides[number]
        if trial.optimism_ages:
            side.optimism *= optimism_left(trial.years_at_start)
        side.mean_log_strain = math.log(max(side.strain, LEAST_STRAIN))
        side.log_strain = side.mean_log_strain
        side.strain_moves = side.strain_volatility > 0.0
        side.strain_ahead = year_average(side.strain_reversion)
        spread = long_run_spread(side.strain_volatility, side.strain_reversion)
        side.strain_variance = spread * spread
        _weigh_war(side, issues)
    take_stock(world)


@step
def _weigh_war(side: Any, issues: Any) -> None:
    """The value of war over issues that do not move."""
    total = WarStakes(0.0, 0.0, 0.0, 0.0)
    for number in range(len(issues)):
        issue = issues[number]
        issue.status_quo = issue.given_status_quo
        if not issue.moves:
            total = plus(total, stakes_on(issue, side))
    side.gain_linear, side.gain_square = total.gain_linear, total.gain_square
    side.loss_linear, side.loss_square = total.loss_linear, total.loss_square


@part
def start_trial(world: Any, number: int) -> None:
    """Draw what is drawn once for a trial: momentum, costs of war, what is not seen of them, and chances that last."""
    trial, war, sides, tracks, vetoes = world.trial, world.war, world.sides, world.tracks, world.vetoes
    trial.number = number
    _draw_ahead(world)
    if war.momentum_spread > 0.0:
        shift = war.momentum_spread * draw.favouring_b(world, draw.MOMENTUM_AT_START)
        war.momentum = min(max(war.momentum + shift, -1.0), 1.0)
    for place in range(2):
        side = sides[place]
        if side.strain_volatility > 0.0:
            spread = long_run_spread(side.strain_volatility, side.strain_reversion)
            side.log_strain += spread * draw.normal(world, draw.STRAIN_AT_START + place)
        if side.unseen_spread > 0.0:
            side.unseen = side.unseen_spread * draw.normal(world, draw.UNSEEN + place)
    for veto in range(len(vetoes)):
        if vetoes[veto].misperception > 0.0:
            vetoes[veto].error = vetoes[veto].misperception * draw.normal(world, draw.of_veto(world, veto))
    if world.talks.persistence_of_chance > 0.0:
        trial.chance_of_call = draw.inverse_normal(draw.uniform(world, draw.CALL_IN_GENERAL))
        trial.chance_of_text = draw.inverse_normal(draw.uniform(world, draw.TEXT_IN_GENERAL))
        trial.chance_of_level = draw.inverse_normal(draw.uniform(world, draw.LEVEL_IN_GENERAL))
    for comer in range(len(world.own_steps)):
        if has_own(world, comer, START):
            own_answer(world, comer, START, 0.0, 0.0)
    for place in range(2):
        sides[place].last_level = level_by_itself(world, place, sides[place])
    for place in range(len(tracks)):
        reopen(world, tracks[place])


@step
def _draw_ahead(world: Any) -> None:
    """Draw what most weeks ask for all at once; any other random number is drawn when a step asks for it."""
    war, sides, third_parties = world.war, world.sides, world.third_parties
    draw.uniforms_ahead(world, draw.ROUND)
    if war.victory_hazard > 0.0:
        draw.uniforms_ahead(world, draw.VICTORY)
    for number in range(len(third_parties)):
        if third_parties[number].may_act and third_parties[number].quit_prob_per_week > 0.0:
            draw.uniforms_ahead(world, draw.QUIT + draw.PER_THIRD_PARTY * number)
    if war.momentum_volatility * war.fluidity > 0.0:
        draw.normals_ahead(world, draw.MOMENTUM)
    for place in range(2):
        if sides[place].strain_volatility > 0.0:
            draw.normals_ahead(world, draw.STRAIN + place)
