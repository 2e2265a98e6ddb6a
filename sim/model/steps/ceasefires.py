"""Step 5 of the week: ceasefires in force - holidays, collapse, expiry, renewal, upgrade (docs/odd.md, 3.5)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import part, routine, step
from sim.equations.ceasefire import collapse_rate, hazard_multiplier
from sim.equations.weekly import happens
from sim.model import random_numbers as draw
from sim.model.decisions import OPENING, has_own, own_answer, usual_opening
from sim.model.packages import write_terms
from sim.model.ranges import find_range, keep_gains, least_surplus, update_loss_from_peace
from sim.model.state import AT_WAR, IMPOSED, IN_CEASEFIRE, NONE
from sim.model.steps import record

OPEN_ENDED = -1
TOLERANCE = 1e-9
"""Terms that pass a guarantor's limit by less do not break it."""


@part
def follow_ceasefire(world: Any) -> None:
    """Holiday windows; then a ceasefire begun before this week may collapse, prove durable, or expire."""
    trial, ceasefire, sides, windows = world.trial, world.ceasefire, world.sides, world.windows
    holidays = world.holidays
    if holidays[trial.week] >= 0 and trial.phase == AT_WAR:
        _keep_holiday(world, windows[holidays[trial.week]])
    if ceasefire.track == NONE or ceasefire.start_week >= trial.week:
        return
    if not _survives(world):
        record.ended(world, record.COLLAPSE)
        was_agreed = ceasefire.track >= 0
        _resume_war(world)
        for number in range(2):
            if was_agreed and not sides[number].has_seen_collapse:
                sides[number].has_seen_collapse = 1
                sides[number].fear *= 1.0 + ceasefire.fear_rise
        return
    record.still_in_force(world)
    if ceasefire.expiry_week == trial.week:
        _expire(world)


@routine
def _keep_holiday(world: Any, window: Any) -> None:
    """A short ceasefire on a holiday: reciprocated with a chance, a share of those jointly agreed; war resumes."""
    if draw.uniform(world, draw.HOLIDAY) < window.reciprocated_prob:
        is_agreed = draw.uniform(world, draw.HOLIDAY_AGREED) < window.agreed_share
        window.kept = 2 if is_agreed else 1
        record.holiday(world, is_agreed)


@step
def _survives(world: Any) -> bool:
    trial, ceasefire = world.trial, world.ceasefire
    age = trial.week - ceasefire.start_week - 1
    factor = hazard_factor(world)
    rate = collapse_rate(age, ceasefire.early_hazard, ceasefire.early_decay_weeks, ceasefire.slow_hazard, factor)
    return not happens(draw.uniform(world, draw.VIOLATION), rate)


@step
def hazard_factor(world: Any) -> float:
    """Return M: assurances, settlement, lost surplus and spoilers together; spoilers alone for an imposed ceasefire."""
    assurances, ceasefire, tracks = world.assurances, world.ceasefire, world.tracks
    if ceasefire.track == IMPOSED:
        return ceasefire.spoilers
    ceasefire.shortfall = max(0.0, -least_surplus(world))
    factor = hazard_multiplier(
        assurances.monitoring,
        assurances.guarantee * (1.0 - ceasefire.withheld),
        ceasefire.shortfall,
        ceasefire.monitoring_ratio,
        ceasefire.guarantee_ratio,
        ceasefire.shortfall_slope,
        ceasefire.spoilers,
    )
    return factor * ceasefire.settlement_ratio if tracks[ceasefire.track].settles else factor


@routine
def begin_ceasefire(world: Any, number: int, mix: float) -> None:
    """A signed (and ratified) general ceasefire takes force; an upgrade goes on with the start of the one in force."""
    trial, ceasefire, tracks = world.trial, world.ceasefire, world.tracks
    track = tracks[number]
    if ceasefire.track < 0:
        ceasefire.start_week = trial.week
    ceasefire.track = number
    ceasefire.expiry_week = trial.week + track.term_weeks if track.has_term else OPEN_ENDED
    keep_gains(world, number, mix)
    ceasefire.withheld = _withheld(world)
    trial.phase = IN_CEASEFIRE
    record.began(world, number, mix, track)


@step
def _withheld(world: Any) -> float:
    """Share of the guarantees that guarantors withhold because the terms break their own limits."""
    third_parties, issues, limits = world.third_parties, world.issues, world.limits
    total, withheld = 1e-12, 0.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_backer:
            total += party.guarantor_share
            if party.is_engaged and _breaks_limits(number, issues, limits):
                withheld += party.guarantor_share
    return withheld / total


@step
def _breaks_limits(party: int, issues: Any, limits: Any) -> bool:
    for number in range(len(issues)):
        limit, terms = limits[party * len(issues) + number], issues[number].terms
        if terms < limit.low - TOLERANCE or terms > limit.high + TOLERANCE:
            return True
    return False


@routine
def _expire(world: Any) -> None:
    """At the end of a term: upgraded with a chance, else renewed if both still gain, else lapsed."""
    trial, ceasefire, tracks, ratifiers = world.trial, world.ceasefire, world.tracks, world.ratifiers
    if draw.uniform(world, draw.UPGRADE) < ceasefire.upgrade_prob:
        update_loss_from_peace(world)
        for number in range(len(tracks) - 1, ceasefire.track, -1):
            if not tracks[number].takes_force or ratifiers[number, 0] >= 0:
                continue
            find_range(world, number)
            if tracks[number].has_range:
                middle = (tracks[number].lower + tracks[number].upper) / 2.0
                write_terms(world, number, middle)
                begin_ceasefire(world, number, middle)
                return
    if least_surplus(world) >= 0.0:
        ceasefire.expiry_week = trial.week + tracks[ceasefire.track].term_weeks
        return
    record.ended(world, record.LAPSE)
    _resume_war(world)


@step
def _resume_war(world: Any) -> None:
    """War goes on, unless it was over, and bargaining starts again from the opening offers on every track."""
    trial, ceasefire, tracks = world.trial, world.ceasefire, world.tracks
    if ceasefire.track != IMPOSED:
        trial.phase = AT_WAR
    ceasefire.track, ceasefire.start_week, ceasefire.expiry_week = NONE, -1, OPEN_ENDED
    for number in range(len(tracks)):
        reopen(world, tracks[number])


@step
def reopen(world: Any, track: Any) -> None:
    """Put both sides' opening offers on a track: ``opening`` of the way to the own end of the curve."""
    track.offer_a, track.offer_b = _opening(world, 0), _opening(world, 1)
    track.conceded_a = track.conceded_b = 1


@step
def _opening(world: Any, number: int) -> float:
    if has_own(world, number, OPENING):
        return own_answer(world, number, OPENING, 0.0, 0.0)
    return usual_opening(world.sides[number])
