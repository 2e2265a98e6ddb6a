"""What each side needs on a track today, and whether both needs leave a range (docs/odd.md, 3.4, Need and Range)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine, step
from sim.model.packages import choose_tables, gain_between, least_mix
from sim.model.value_of_war import loss_from_peace


@step
def need_on(track: Any, side: Any, audience_cost: float, is_watched: bool) -> float:
    """Return the least gain over the status quo at which a side would sign on a track. [util]

    ``(r - u(x0)) + audience cost + [fear (1 - assurance) b - image] / phi``, the image only where a backer watches and
    phi < 1; on a track that does not halt fighting the audience cost alone. The side signs where
    ``phi (gain - need) >= 0``. ``side.loss_from_peace`` is r - u(x0).
    """
    if not track.halts:
        return audience_cost
    fear = side.fear * (1.0 - side.assurance) * track.exposure
    if track.is_short and is_watched:
        fear -= side.image
    return side.loss_from_peace + audience_cost + fear / track.benefit_share


@step
def update_loss_from_peace(world: Any) -> None:
    """Work out what both sides must be offered today to stop; it is the same on all tracks."""
    sides = world.sides
    for number in range(2):
        sides[number].loss_from_peace = loss_from_peace(world, sides[number])


@routine
def find_range(world: Any, number: int) -> None:
    """Work out needs, reservation points and range on a track, from both sides' loss from peace as it stands."""
    trial, sides, tracks = world.trial, world.sides, world.tracks
    choose_tables(world)
    track = tracks[number]
    track.need_a = need_on(track, sides[0], track.audience_cost_a, trial.is_watched)
    track.need_b = need_on(track, sides[1], track.audience_cost_b, trial.is_watched)
    track.lower = least_mix(world, number, 0, track.need_a)
    track.upper = 1.0 - least_mix(world, number, 1, track.need_b)
    track.has_range = track.lower <= track.upper


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
    of_a = ceasefire.gain_a - need_on(track, sides[0], track.audience_cost_a, trial.is_watched)
    of_b = ceasefire.gain_b - need_on(track, sides[1], track.audience_cost_b, trial.is_watched)
    return min(track.benefit_share * of_a, track.benefit_share * of_b)
