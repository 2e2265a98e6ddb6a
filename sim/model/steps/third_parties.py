"""Step 2 of the week: backers walk away or press the side they blame; what third parties assure (docs/odd.md, 3.2)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import part, routine, step
from sim.model import random_numbers as draw
from sim.model.decisions import PRESSES, has_own, own_answer, usual_presses
from sim.model.engagement import take_stock
from sim.model.state import AT_WAR, OVER

FOLLOWED_WEEKS = 4
"""A backer that another follows makes its action likelier in so many weeks after its own."""


@part
def let_backers_act(world: Any) -> None:
    """Each backer may walk away, or press the side it blames."""
    trial, talks, third_parties, tracks = world.trial, world.talks, world.third_parties, world.tracks
    for number in range(len(third_parties)):
        backer = third_parties[number]
        if not backer.may_act:
            continue
        backer.weeks_waited += 1
        backer.weeks_since_action += 1
        stream = draw.PER_THIRD_PARTY * number
        if backer.is_engaged and trial.phase != OVER and backer.quit_prob_per_week > 0.0:
            if draw.uniform(world, draw.QUIT + stream) < backer.quit_prob_per_week:
                _walk_away(world, number)
        is_provoked = talks.failed_last_week or backer.weeks_waited >= backer.patience_weeks
        if backer.is_engaged and trial.phase == AT_WAR and is_provoked:
            if _presses(world, number):
                _press(world, backer, tracks[trial.first_general], stream)


@step
def _presses(world: Any, number: int) -> bool:
    """Whether a provoked backer presses this week: likelier after the backer that it follows."""
    third_parties = world.third_parties
    backer = third_parties[number]
    rate = backer.act_rate
    if backer.follows >= 0 and third_parties[backer.follows].weeks_since_action < FOLLOWED_WEEKS:
        rate *= backer.follow_factor
    rate *= backer.unity
    luck = draw.uniform(world, draw.PRESS + draw.PER_THIRD_PARTY * number)
    if has_own(world, 2 + number, PRESSES):
        return own_answer(world, 2 + number, PRESSES, luck, rate) != 0.0
    return usual_presses(backer, luck, rate)


@step
def _press(world: Any, backer: Any, track: Any, stream: int) -> None:
    """Cost of war rises for the side that is blamed; the first time its aid is cut as well."""
    talks, sides = world.talks, world.sides
    backer.weeks_waited = 0
    backer.weeks_since_action = 0
    backer.blame_a = _blame(talks, backer, track.offer_a, sides[0])
    backer.blame_b = _blame(talks, backer, track.offer_b, sides[1])
    on_a, on_b = (1.0 - backer.tilt) * backer.blame_a, backer.tilt * backer.blame_b
    backer.pressed = 1 if draw.between_sides(world, draw.BLAME + stream) * (on_a + on_b) < on_b else 0
    if backer.pressed:
        sides[1].pressure += backer.leverage_b
        cut_aid(world, backer, False, True)
    else:
        sides[0].pressure += backer.leverage_a
        cut_aid(world, backer, True, False)


@step
def _blame(talks: Any, backer: Any, offer: float, side: Any) -> float:
    """``1 + blame_offer max(0, s (offer - own)) + blame_attendance (1 - last level / 3)`` (docs/odd.md, 3.2, 2)."""
    beyond = max(side.end * (offer - backer.own_mix), 0.0)
    missing = 1.0 - side.last_level / 3.0
    return 1.0 + talks.blame_offer * beyond + talks.blame_attendance * missing


@routine
def _walk_away(world: Any, number: int) -> None:
    trial, sides, third_parties = world.trial, world.sides, world.third_parties
    backer = third_parties[number]
    backer.is_engaged, backer.left_week = 0, trial.week
    if draw.uniform(world, draw.END_AID + draw.PER_THIRD_PARTY * number) < backer.ends_aid_on_quit:
        sides[0].pressure += backer.supports_a * backer.leverage_a
        sides[1].pressure += backer.supports_b * backer.leverage_b
        cut_aid(world, backer, True, True)
    take_stock(world)


@step
def support_shift(third_parties: Any) -> float:
    """Return the shift of mean momentum by aid that flows more or less than usual (docs/odd.md, 3.2)."""
    shift = 0.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_backer:
            to_b, to_a = (party.aid_b - 1.0) * party.supports_b, (party.aid_a - 1.0) * party.supports_a
            shift += party.aid_cut_momentum * (to_b - to_a)
    return shift


@step
def cut_aid(world: Any, backer: Any, of_a: bool, of_b: bool) -> None:
    """Cutting its clients' aid moves mean momentum against them, once."""
    from_a, from_b = of_a and backer.supports_a > 0.0, of_b and backer.supports_b > 0.0
    if backer.has_cut_aid or not (from_a or from_b):
        return
    backer.has_cut_aid = 1
    if from_a:
        backer.aid_a = 0.0
    if from_b:
        backer.aid_b = 0.0
    world.war.support_shift = support_shift(world.third_parties)
