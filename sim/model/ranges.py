"""What each side needs on a track today, and whether both needs leave a range (docs/odd.md, 3.4, Need and Range)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine, step
from sim.model.packages import gain_between, lay_path, limit_of_a, limit_of_b
from sim.model.value_of_war import loss_from_peace
from sim.model.veto_players import limit_of_veto

TOUCHING = 1e-12
"""Reservation points that cross by less meet: rounding decides nothing."""


@step
def audience_on(track: Any, side: Any, audience_cost: float, leaders_met: bool) -> float:
    """Return what signing on a track costs a side at home, whatever the terms. [util]"""
    cost = audience_cost
    if track.halts:
        cost += side.signature_cost
        if leaders_met:
            cost += side.meeting_cost
    return cost


@step
def fear_on(track: Any, side: Any) -> float:
    """Return what a side fears to lose by rearming during a ceasefire, per year of war saved. [util]"""
    return side.fear * (1.0 - side.assurance) * track.exposure / track.benefit_share


@step
def need_on(track: Any, side: Any, audience_cost: float, trial: Any) -> float:
    """Return the least gain over the status quo at which a side would sign on a track. [util]

    ``W - c + audience + [fear (1 - assurance) b - image] / phi``, the image only where a backer watches and phi < 1; on
    a track that does not halt fighting the audience cost alone. The side signs where ``phi (gain - need) >= 0``.
    ``side.loss_from_peace`` is W - c.
    """
    audience = audience_on(track, side, audience_cost, trial.leaders_met)
    if not track.halts:
        return audience
    need = side.loss_from_peace + audience + fear_on(track, side)
    if track.is_short and trial.is_watched:
        need -= side.image / track.benefit_share
    return need


@step
def update_loss_from_peace(world: Any) -> None:
    """Work out what both sides must be offered today to stop; it is the same on all tracks."""
    sides = world.sides
    for number in range(2):
        sides[number].loss_from_peace = loss_from_peace(world, sides[number])


@routine
def find_range(world: Any, number: int) -> None:
    """Work out needs, reservation points and range on a track, from both sides' loss from peace as it stands."""
    trial, sides, tracks, ratifiers = world.trial, world.sides, world.tracks, world.ratifiers
    lay_path(world, number)
    track = tracks[number]
    track.need_a = need_on(track, sides[0], track.audience_cost_a, trial)
    track.need_b = need_on(track, sides[1], track.audience_cost_b, trial)
    track.lower = limit_of_a(world, number, track.need_a)
    track.upper = limit_of_b(world, number, track.need_b)
    if track.lower <= track.upper + TOUCHING:  # before the sides have found anything, nobody is asked at home
        for place in range(ratifiers.shape[1]):
            veto = ratifiers[number, place]
            if veto >= 0 and world.vetoes[veto].side == 0:
                track.lower = max(track.lower, limit_of_veto(world, number, veto))
            elif veto >= 0:
                track.upper = min(track.upper, limit_of_veto(world, number, veto))
    track.has_range = track.lower <= track.upper + TOUCHING


@step
def keep_gains(world: Any, number: int, mix: float) -> None:
    """Remember what a ceasefire was worth to both sides when it was signed."""
    ceasefire = world.ceasefire
    ceasefire.gain_a = gain_between(world, number, 0, mix)
    ceasefire.gain_b = gain_between(world, number, 1, mix)


@step
def least_surplus(world: Any) -> float:
    """Return the surplus of the side that the ceasefire in force suits less: gains as signed, needs of today. [util]"""
    trial, ceasefire, sides, tracks = world.trial, world.ceasefire, world.sides, world.tracks
    update_loss_from_peace(world)
    track = tracks[ceasefire.track]
    of_a = ceasefire.gain_a - need_on(track, sides[0], track.audience_cost_a, trial)
    of_b = ceasefire.gain_b - need_on(track, sides[1], track.audience_cost_b, trial)
    return min(track.benefit_share * of_a, track.benefit_share * of_b)
