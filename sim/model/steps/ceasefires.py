"""Step 5 of the week: ceasefires in force - holidays, collapse, expiry, renewal, upgrade (docs/odd.md, 3.5)."""

from __future__ import annotations

from typing import Any

from sim.equations.ceasefire import collapse_rate, hazard_multiplier
from sim.equations.compiled import equation, routine
from sim.equations.weekly import happens
from sim.model import random_numbers as draw
from sim.model.decisions import OPENING, address_of
from sim.model.packages import write_terms
from sim.model.ranges import keep_gains, least_surplus, look, weigh_peace
from sim.model.state import AT_WAR, IMPOSED, IN_CEASEFIRE, NONE
from sim.model.steps import record

OPEN_ENDED = -1
TOLERANCE = 1e-9
"""Terms that pass a guarantor's limit by less do not break it."""


@equation
def watch(
    trial: Any, war: Any, assurances: Any, ceasefire: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any,
    limits: Any, windows: Any, scopes: Any, ratifiers: Any, holidays: Any, curves: Any, regimes: Any, outcome: Any,
    agreed: Any, random: Any, decide: Any,
) -> None:  # fmt: skip
    """Holiday windows; then a ceasefire begun before this week may collapse, prove durable, or expire."""
    if holidays[trial.week] >= 0 and trial.phase == AT_WAR and trial.week < trial.horizon:
        _keep_holiday(trial, windows[holidays[trial.week]], outcome, random)
    if ceasefire.track == NONE or ceasefire.start_week >= trial.week:
        return
    if not _survives(trial, war, assurances, ceasefire, sides, tracks, issues, random):
        record.ended(trial, ceasefire, outcome, record.COLLAPSE)
        _resume_war(trial, ceasefire, sides, tracks, decide)
        for number in range(2):
            if not sides[number].has_seen_collapse:
                sides[number].has_seen_collapse = 1
                sides[number].fear *= 1.0 + ceasefire.fear_rise
        return
    record.still_in_force(trial, ceasefire, outcome)
    if ceasefire.expiry_week == trial.week:
        _expire(
            trial, war, assurances, ceasefire, sides, third_parties, tracks, issues, limits, scopes, ratifiers,
            curves, regimes, outcome, agreed, random, decide,
        )  # fmt: skip


@routine
def _keep_holiday(trial: Any, window: Any, outcome: Any, random: Any) -> None:
    """A short ceasefire on a holiday: reciprocated with a chance, a share of those jointly agreed; war resumes."""
    if draw.uniform(random, draw.HOLIDAY, trial) < window.reciprocated_prob:
        is_agreed = draw.uniform(random, draw.HOLIDAY_AGREED, trial) < window.agreed_share
        record.holiday(trial, outcome, is_agreed)


@equation
def _survives(
    trial: Any, war: Any, assurances: Any, ceasefire: Any, sides: Any, tracks: Any, issues: Any, random: Any
) -> bool:
    age = trial.week - ceasefire.start_week - 1
    factor = hazard_factor(trial, war, assurances, ceasefire, sides, tracks, issues)
    rate = collapse_rate(
        age, ceasefire.early_hazard, ceasefire.early_decay_weeks, ceasefire.slow_hazard, factor
    )
    return not happens(draw.uniform(random, draw.VIOLATION, trial), rate)


@equation
def hazard_factor(
    trial: Any, war: Any, assurances: Any, ceasefire: Any, sides: Any, tracks: Any, issues: Any
) -> float:
    """Return M: assurances, settlement, lost surplus and spoilers together; spoilers alone for an imposed ceasefire."""
    if ceasefire.track == IMPOSED:
        return ceasefire.spoilers
    factor = hazard_multiplier(
        assurances.monitoring,
        assurances.guarantee * (1.0 - ceasefire.withheld),
        max(0.0, -least_surplus(trial, war, ceasefire, sides, tracks, issues)),
        ceasefire.monitoring_ratio,
        ceasefire.guarantee_ratio,
        ceasefire.shortfall_slope,
        ceasefire.spoilers,
    )
    return factor * ceasefire.settlement_ratio if tracks[ceasefire.track].settles else factor


@routine
def begin_ceasefire(
    trial: Any, number: int, mix: float, ceasefire: Any, third_parties: Any, tracks: Any, issues: Any, limits: Any,
    scopes: Any, curves: Any, regimes: Any, outcome: Any, agreed: Any,
) -> None:  # fmt: skip
    """A signed (and ratified) general ceasefire takes force; an upgrade goes on with the start of the one in force."""
    track = tracks[number]
    if ceasefire.track < 0:
        ceasefire.start_week = trial.week
    ceasefire.track = number
    ceasefire.expiry_week = trial.week + track.term_weeks if track.has_term else OPEN_ENDED
    keep_gains(trial, number, mix, ceasefire, tracks, issues, scopes, curves, regimes)
    ceasefire.withheld = _withheld(third_parties, issues, limits)
    trial.phase = IN_CEASEFIRE
    record.began(trial, number, mix, track, issues, outcome, agreed)


@equation
def _withheld(third_parties: Any, issues: Any, limits: Any) -> float:
    """Share of the guarantees that guarantors withhold because the terms break their own limits."""
    total, withheld = 1e-12, 0.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_backer:
            total += party.guarantor_share
            if party.is_engaged and _breaks_limits(number, issues, limits):
                withheld += party.guarantor_share
    return withheld / total


@equation
def _breaks_limits(party: int, issues: Any, limits: Any) -> bool:
    for number in range(len(issues)):
        limit, terms = limits[party * len(issues) + number], issues[number].terms
        if terms < limit.low - TOLERANCE or terms > limit.high + TOLERANCE:
            return True
    return False


@routine
def _expire(
    trial: Any, war: Any, assurances: Any, ceasefire: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any,
    limits: Any, scopes: Any, ratifiers: Any, curves: Any, regimes: Any, outcome: Any, agreed: Any, random: Any,
    decide: Any,
) -> None:  # fmt: skip
    """At the end of a term: upgraded with a chance, else renewed if both still gain, else lapsed."""
    if draw.uniform(random, draw.UPGRADE, trial) < ceasefire.upgrade_prob:
        weigh_peace(war, sides, issues)
        for number in range(len(tracks) - 1, ceasefire.track, -1):
            if not tracks[number].takes_force or ratifiers[number, 0] >= 0:
                continue
            look(trial, number, assurances, sides, third_parties, tracks, issues, limits, scopes, curves, regimes)
            if tracks[number].has_range:
                middle = (tracks[number].lower + tracks[number].upper) / 2.0
                write_terms(number, middle, tracks, issues, scopes, curves, trial.slot)
                begin_ceasefire(
                    trial, number, middle, ceasefire, third_parties, tracks, issues, limits, scopes, curves, regimes,
                    outcome, agreed,
                )  # fmt: skip
                return
    if least_surplus(trial, war, ceasefire, sides, tracks, issues) >= 0.0:
        ceasefire.expiry_week = trial.week + tracks[ceasefire.track].term_weeks
        return
    record.ended(trial, ceasefire, outcome, record.LAPSE)
    _resume_war(trial, ceasefire, sides, tracks, decide)


@equation
def _resume_war(trial: Any, ceasefire: Any, sides: Any, tracks: Any, decide: Any) -> None:
    """War goes on, unless it was over, and bargaining starts again from the opening offers on every track."""
    if ceasefire.track != IMPOSED:
        trial.phase = AT_WAR
    ceasefire.track, ceasefire.start_week, ceasefire.expiry_week = NONE, -1, OPEN_ENDED
    for number in range(len(tracks)):
        reopen(tracks[number], sides, decide)


@equation
def reopen(track: Any, sides: Any, decide: Any) -> None:
    """Put both sides' opening offers on a track: ``opening`` of the way to the own end of the curve."""
    track.offer_a, track.offer_b = sides[0].opening, 1.0 - sides[1].opening
    if sides[0].own_decisions & OPENING:
        track.offer_a = decide.opening(address_of(sides[0]), 0.0, 0.0)
    if sides[1].own_decisions & OPENING:
        track.offer_b = decide.opening(address_of(sides[1]), 0.0, 0.0)
    track.conceded_a = track.conceded_b = 1
