"""Step 3 of the week: is there a round, and who comes at what level (docs/odd.md, 3.3)."""

from __future__ import annotations

from typing import Any

from sim.equations.compiled import equation, routine
from sim.equations.weekly import happens
from sim.model import random_numbers as draw
from sim.model.decisions import ATTENDS, address_of
from sim.model.state import AT_WAR, IN_CEASEFIRE

WEEKS_PER_YEAR = 52.0


@equation
def convene(
    trial: Any, talks: Any, ceasefire: Any, sides: Any, third_parties: Any, attendance: Any, random: Any, decide: Any
) -> None:
    """Hold a round, or fail to: with chance, by a dated event, and only if both sides come."""
    talks.failed_last_week = 0
    talks.skill = 0.0
    trial.holds_round = 0
    if not _may_talk(trial, ceasefire):
        return
    if not attendance.is_forced[trial.week] and not _meets(trial, talks, third_parties, random):
        return
    set_levels(trial, talks, sides, third_parties, attendance, decide)
    sides[0].last_level, sides[1].last_level = sides[0].level, sides[1].level
    if sides[0].level > 0 and sides[1].level > 0:
        trial.holds_round = 1
        talks.skill = _skill_present(talks, third_parties)
    else:
        talks.failed_last_week = talks.last_round_failed = 1


@equation
def _may_talk(trial: Any, ceasefire: Any) -> bool:
    """In war, or in an agreed ceasefire that a later general track could replace."""
    if trial.phase == AT_WAR:
        return True
    return trial.phase == IN_CEASEFIRE and 0 <= ceasefire.track < trial.last_general


@equation
def _meets(trial: Any, talks: Any, third_parties: Any, random: Any) -> bool:
    """Weekly rate of rounds: base x (1 + reach of mediators + pull of backers), less after failure and with age."""
    pull = 0.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_engaged:
            pull += min(party.reach_a, party.reach_b) * party.persistence * party.engagement
            if party.is_backer:
                pull += party.convening_pull * party.engagement
    rate = talks.round_rate * (1.0 + pull)
    if talks.last_round_failed:
        rate *= talks.after_failure
    luck = draw.uniform(random, draw.ROUND, trial)
    if luck >= rate:  # age only makes it smaller
        return False
    if talks.age_slope != 0.0:
        rate *= (1.0 + (trial.years_at_start + trial.week / WEEKS_PER_YEAR)) ** -talks.age_slope
    return happens(luck, rate)


@equation
def mandate_of(talks: Any, level: int) -> float:
    """Return the authority of a level: absent, aides, ministers, leaders."""
    if level <= 1:
        return talks.mandate_0 if level == 0 else talks.mandate_1
    return talks.mandate_2 if level == 2 else talks.mandate_3


@equation
def _skill_present(talks: Any, third_parties: Any) -> float:
    """1 - product of (1 - skill x mandate of the level at which each third party comes)."""
    absent = 1.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        absent *= 1.0 - party.skill * mandate_of(talks, party.level)
    return 1.0 - absent


# -- who comes ---------------------------------------------------------------------------------------


@routine
def set_levels(trial: Any, talks: Any, sides: Any, third_parties: Any, attendance: Any, decide: Any) -> None:
    """Levels by habit, lifted when a deal was near; then dated events, caps and rules "comes if X comes"."""
    dated = attendance.dated_levels[trial.week]
    for number in range(2):
        side = sides[number]
        usual = side.usual_level
        if side.own_decisions & ATTENDS:
            usual = int(decide.attends(address_of(side), 0.0, 0.0))
        level = usual + talks.lift if usual > 0 else 0
        level = dated[number] if dated[number] >= 0 else level
        side.own_level = min(level, side.level_cap)
        side.level = side.own_level
    for number in range(len(third_parties)):
        party = third_parties[number]
        level = party.usual_level
        if party.own_decisions & ATTENDS:
            level = int(decide.attends(address_of(party), 0.0, 0.0))
        level = dated[2 + number] if dated[2 + number] >= 0 else level
        # Whoever has walked away does not come, whatever events and rules ask for.
        party.own_level = min(level, party.level_cap) if party.is_engaged else 0
        party.level = party.own_level
    if len(attendance.rules):
        _follow_rules(sides, third_parties, attendance.rules, attendance.conditions)


@routine
def _follow_rules(sides: Any, third_parties: Any, rules: Any, conditions: Any) -> None:
    """Start from all rules met and drop those whose conditions fail, until nothing changes.

    The rules are monotone, so that this ends in the greatest fixed point: a ring of "I come if you come" comes.

    References
    ----------
    Tarski (1955). A lattice-theoretical fixpoint theorem and its applications. Pacific Journal of Mathematics 5,
    285-309.
    """
    for rule in rules:
        _set_level(sides, third_parties, rule[0], max(_level(sides, third_parties, rule[0]), rule[1]))
    is_settled = False
    while not is_settled:
        is_settled = True
        for comer in range(2 + len(third_parties)):
            allowed = sides[comer].own_level if comer < 2 else third_parties[comer - 2].own_level
            for rule in rules:
                if rule[0] == comer and _is_met(sides, third_parties, rule, conditions):
                    allowed = max(allowed, rule[1])
            before = _level(sides, third_parties, comer)
            _set_level(sides, third_parties, comer, allowed)
            if _level(sides, third_parties, comer) != before:
                is_settled = False


@equation
def _is_met(sides: Any, third_parties: Any, rule: Any, conditions: Any) -> bool:
    for number in range(rule[2], rule[3]):
        if _level(sides, third_parties, conditions[number, 0]) < conditions[number, 1]:
            return False
    return True


@equation
def _level(sides: Any, third_parties: Any, comer: int) -> int:
    return sides[comer].level if comer < 2 else third_parties[comer - 2].level


@equation
def _set_level(sides: Any, third_parties: Any, comer: int, level: int) -> None:
    """A level within the cap of whoever comes; 0 for one that has walked away."""
    if comer < 2:
        sides[comer].level = min(level, sides[comer].level_cap)
    else:
        party = third_parties[comer - 2]
        party.level = min(level, party.level_cap) if party.is_engaged else 0


@equation
def learn_from_round(trial: Any, talks: Any, third_parties: Any, random: Any) -> None:
    """After a round: levels rise with a chance where a range was seen; without one it counts as failed."""
    if trial.saw_range:
        if draw.uniform(random, draw.LEVEL_SHIFT, trial) < talks.level_shift_prob:
            talks.lift = min(talks.lift + 1, 2)  # aides to leaders
        for number in range(len(third_parties)):
            third_parties[number].weeks_waited = 0
    talks.last_round_failed = talks.failed_last_week = 0 if trial.saw_range else 1
