"""Step 4 of the week: offers, texts, signatures and ratification, track by track (docs/odd.md, 3.4)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import part, routine, step
from sim.equations.bargaining import next_offer
from sim.equations.weekly import happens
from sim.model import random_numbers as draw
from sim.model.decisions import ACCEPTS, PACE, has_own, own_answer, usual_accepts, usual_pace
from sim.model.packages import nash_mix, write_terms
from sim.model.ranges import find_range, update_loss_from_peace
from sim.model.state import IN_CEASEFIRE
from sim.model.steps import record
from sim.model.steps.ceasefires import begin_ceasefire, reopen
from sim.model.steps.convening import LEADERS, learn_from_round, mandate_of
from sim.model.steps.ratification import NOBODY, refusals

MOVED = 1e-9
"""A change of offer smaller than this is not a concession."""


@part
def bargain(world: Any) -> None:
    """Go through every open track of a round, the farthest-reaching first; a general one that is signed prevails."""
    trial, tracks, issues, best_lines = world.trial, world.tracks, world.issues, world.best_lines
    outcome = world.outcome
    outcome.n_rounds += 1
    record.reach(outcome, record.TALKED)
    trial.saw_range = 0
    update_loss_from_peace(world)
    for number in range(len(tracks)):
        tracks[number].was_bargained = 0
    for number in range(len(tracks) - 1, -1, -1):
        track = tracks[number]
        if not _is_open(world, number, track):
            continue
        find_range(world, number)
        _move_offers(world, track)
        has_conceded = track.by_hazard or track.conceded_a or track.conceded_b
        if record.looked(world, track, has_conceded):
            for issue in range(len(issues)):
                best_lines[number * len(issues) + issue].status_quo = issues[issue].status_quo
        if track.general and track.has_range:
            trial.saw_range = 1
        track.signed_mix, track.refused_by = math.nan, NOBODY
        if track.has_range:
            mix = _agreed_mix(world, number)
            if mix == mix and _is_signed(world, number, mix) and track.general:
                break
    if trial.saw_range:
        outcome.n_range_rounds += 1
    learn_from_round(world)


@step
def _is_open(world: Any, number: int, track: Any) -> bool:
    """In war any track, an exchange once; in a ceasefire a general one that goes further than what is in force."""
    trial, ceasefire = world.trial, world.ceasefire
    if trial.phase == IN_CEASEFIRE:
        return track.takes_force and ceasefire.track < number
    return track.takes_force or not track.was_exchanged


# -- offers ------------------------------------------------------------------------------------------


@step
def _move_offers(world: Any, track: Any) -> None:
    """Both sides answer last round's offers at once, and keep to their own reservation points."""
    track.was_bargained, track.text, track.may_sign = 1, math.nan, 1
    if track.by_hazard:
        return
    before_a, before_b = track.offer_a, track.offer_b
    pace_a, pace_b = _pace(world, 0, track.conceded_b), _pace(world, 1, track.conceded_a)
    track.offer_a = next_offer(before_a, before_b, pace_a, track.lower, 1)
    track.offer_b = next_offer(before_b, before_a, pace_b, track.upper, -1)
    track.tabled_a, track.tabled_b = track.offer_a, track.offer_b
    track.conceded_a, track.conceded_b = before_a - track.offer_a > MOVED, track.offer_b - before_b > MOVED
    track.waits = track.waits_for >= 0 and _waits(world, world.tracks[track.waits_for])


@step
def _pace(world: Any, number: int, other_moved: bool) -> float:
    """Share of the gap that a side closes: ``offer_rate x mandate``, less where the other side stood still."""
    side = world.sides[number]
    mandate = mandate_of(world.talks, side.level)
    if has_own(world, number, PACE):
        return own_answer(world, number, PACE, 1.0 if other_moved else 0.0, mandate)
    return usual_pace(side, other_moved, mandate)


@step
def _waits(world: Any, linked: Any) -> bool:
    """Whether offers on the linked track are further apart than a side tolerates."""
    sides = world.sides
    gap = linked.offer_a - linked.offer_b
    return gap > sides[0].linkage_tolerance or gap > sides[1].linkage_tolerance


# -- agreement ---------------------------------------------------------------------------------------


@step
def _agreed_mix(world: Any, number: int) -> float:
    """The mix on which the sides agree on a track that has a range; NaN if they do not."""
    talks, tracks = world.talks, world.tracks
    track = tracks[number]
    if track.by_hazard:
        # Talks in one number: the middle is signed at a weekly rate, whoever sits there.
        is_signed = happens(draw.uniform(world, draw.SIGNING), track.signing_rate)
        return (track.lower + track.upper) / 2.0 if is_signed else math.nan
    track.may_sign = _may_sign(world, number, track.least_level)
    if not track.may_sign or track.waits:
        return math.nan
    if track.takes_force and talks.skill > 0.0:
        if draw.lasting(world, draw.TEXT, world.trial.chance_of_text) < talks.text_prob * talks.skill:
            track.text = _text(world, number)
            asked_a, asked_b = most_conceded(world, track, 0), most_conceded(world, track, 1)
            track.accepts_a = _accepts(world, 0, track.text, track.lower, track.offer_a - asked_a)
            track.accepts_b = _accepts(world, 1, track.text, track.upper, track.offer_b + asked_b)
            if track.accepts_a and track.accepts_b:
                return track.text
    if track.offer_a - track.offer_b <= talks.close_enough + MOVED:
        middle = (track.offer_a + track.offer_b) / 2.0
        return min(max(middle, min(track.lower, 1.0)), max(track.upper, 0.0))
    return math.nan


@step
def _may_sign(world: Any, number: int, least_level: int) -> bool:
    """Both sides at the track's least level and within their mandates, or delegates who got leave by calling home."""
    talks, sides = world.talks, world.sides
    if _has_leave(sides[0], number, least_level) and _has_leave(sides[1], number, least_level):
        return True
    if talks.call_home_prob <= 0.0:
        return False
    return draw.lasting(world, draw.CALL_HOME, world.trial.chance_of_call) < talks.call_home_prob


@step
def _has_leave(side: Any, number: int, least_level: int) -> bool:
    """Whether a side's delegation may sign a track: leaders any, others what their mandate names."""
    return side.level >= least_level and (side.level == LEADERS or (side.signs >> number) & 1 != 0)


@step
def _accepts(world: Any, number: int, mix: float, limit: float, farthest: float) -> bool:
    """Whether a text leaves a side as well off as fighting on, and asks for no more than it concedes at once."""
    nearest = max(limit, farthest) if number == 0 else min(limit, farthest)
    if has_own(world, number, ACCEPTS):
        return own_answer(world, number, ACCEPTS, mix, nearest) != 0.0
    return usual_accepts(world.sides[number], mix, nearest)


@step
def most_conceded(world: Any, track: Any, number: int) -> float:
    """Return the most that a text may ask a side to move from its offer (docs/odd.md, 3.4, Texts).

    What it would concede in a round of leaders, and half of what is split anyway: so a side that never concedes takes
    no text that asks it to.
    """
    gap = max(track.offer_a - track.offer_b, 0.0)
    return world.sides[number].offer_rate * gap + 0.5 * world.talks.close_enough + MOVED


@routine
def _text(world: Any, number: int) -> float:
    """A mediator's text: the Nash point as perceived, with an error that skill shrinks and a pull to the own side."""
    talks, third_parties = world.talks, world.third_parties
    nash = nash_mix(world, number)
    error = talks.text_error * (1.0 - talks.skill) * draw.favouring_b(world, draw.TEXT_ERROR)
    pull, weight = 0.0, 1e-12
    for place in range(len(third_parties)):
        party = third_parties[place]
        if party.level > 0:
            pull += party.skill * party.bias
            weight += party.skill
    return min(max(nash + error - talks.text_bias * pull / weight, 0.0), 1.0)


@routine
def _is_signed(world: Any, number: int, mix: float) -> bool:
    """Sign, and ratify where the track asks for it; what passes takes force at once. Return whether it passes."""
    trial, tracks, outcome = world.trial, world.tracks, world.outcome
    track = tracks[number]
    track.signed_mix = mix
    reopen(world, track)
    if track.general:
        record.reach(outcome, record.SIGNED)
        trial.was_signed = 1
    if not track.takes_force:
        record.exchanged(world, track)
        return True
    write_terms(world, number, mix)
    track.refused_by = refusals(world, number, mix)
    if track.refused_by != NOBODY:
        return False
    record.reach(outcome, record.RATIFIED)
    begin_ceasefire(world, number, mix)
    return True
