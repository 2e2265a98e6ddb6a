"""Step 3 of the week: is there a round, and who comes at what level (docs/odd.md, 3.3)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import part, routine, step
from sim.equations.weekly import happens
from sim.model import random_numbers as draw
from sim.model.decisions import ATTENDS, has_own, own_answer, usual_attends
from sim.model.state import AT_WAR, IN_CEASEFIRE

WEEKS_PER_YEAR = 52.0
LEADERS = 3


@part
def convene(world: Any) -> None:
    """Hold a round, or fail to: with chance, by a dated event, and only if both sides come."""
    trial, talks, sides = world.trial, world.talks, world.sides
    talks.failed_last_week = 0
    talks.skill = 0.0
    trial.holds_round = 0
    if not _may_talk(world):
        return
    if not world.is_forced[trial.week] and not _meets(world):
        return
    set_levels(world)
    talks.has_met = 1
    trial.leaders_met = sides[0].level == LEADERS and sides[1].level == LEADERS
    sides[0].last_level, sides[1].last_level = sides[0].level, sides[1].level
    if sides[0].level > 0 and sides[1].level > 0:
        trial.holds_round = 1
        talks.skill = _skill_present(world)
    else:
        talks.failed_last_week = talks.last_round_failed = 1


@step
def _may_talk(world: Any) -> bool:
    """In war, or in an agreed ceasefire that a later general track could replace."""
    trial, ceasefire = world.trial, world.ceasefire
    if trial.phase == AT_WAR:
        return True
    return trial.phase == IN_CEASEFIRE and 0 <= ceasefire.track < trial.last_general


@step
def _meets(world: Any) -> bool:
    """Weekly rate of rounds: base x (1 + reach of mediators + pull of backers), less after failure and with age.

    Where the last round saw a range it is higher by ``ripeness``: a way out has been seen.

    References
    ----------
    Zartman (1985). Ripe for resolution: conflict and intervention in Africa. Oxford University Press.
    """
    trial, talks, third_parties = world.trial, world.talks, world.third_parties
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
    ripe = talks.ripeness if trial.saw_range else 0.0
    luck = draw.uniform(world, draw.ROUND)
    if luck >= rate + ripe:  # age only makes it smaller
        return False
    if talks.age_slope != 0.0:
        rate *= (1.0 + (trial.years_at_start + trial.week / WEEKS_PER_YEAR)) ** -talks.age_slope
    return happens(luck, rate + ripe)


@step
def mandate_of(talks: Any, level: int) -> float:
    """Return the authority of a level: absent, aides, ministers, leaders."""
    if level <= 1:
        return talks.mandate_0 if level == 0 else talks.mandate_1
    return talks.mandate_2 if level == 2 else talks.mandate_3


@step
def _skill_present(world: Any) -> float:
    """1 - product, over third parties that take part, of (1 - skill x mandate of the level at which they come)."""
    talks, third_parties = world.talks, world.third_parties
    absent = 1.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_engaged:
            absent *= 1.0 - party.skill * mandate_of(talks, party.level)
    return 1.0 - absent


# -- who comes ---------------------------------------------------------------------------------------


@routine
def set_levels(world: Any) -> None:
    """Levels by habit, lifted when a deal was near; then dated events, caps and rules "comes if X comes"."""
    trial, talks, sides, third_parties = world.trial, world.talks, world.sides, world.third_parties
    dated = world.dated_levels[trial.week]
    for number in range(2):
        side = sides[number]
        usual = level_by_itself(world, number, side)
        level = usual + talks.lift if usual > 0 else 0
        level = LEADERS if level < LEADERS and _is_persuaded(world, number) else level
        level = dated[number] if dated[number] >= 0 else level
        side.own_level = min(level, side.level_cap)
        side.level = side.own_level
    for number in range(len(third_parties)):
        party = third_parties[number]
        level = level_by_itself(world, 2 + number, party)
        level = dated[2 + number] if dated[2 + number] >= 0 else level
        # Whoever has walked away does not come, whatever events and rules ask for.
        party.own_level = min(level, party.level_cap) if party.is_engaged else 0
        party.level = party.own_level
    if len(world.rules):
        _follow_rules(world)


@step
def _is_persuaded(world: Any, number: int) -> bool:
    """Whether third parties bring a side's leader to the table: each by ``reach x effort`` (docs/odd.md, 3.3)."""
    third_parties, fails = world.third_parties, 1.0
    for place in range(len(third_parties)):
        party = third_parties[place]
        if party.is_engaged:
            fails *= 1.0 - (party.reach_a if number == 0 else party.reach_b) * party.effort
    return fails < 1.0 and draw.uniform(world, draw.PERSUASION + number) < 1.0 - fails


@step
def level_by_itself(world: Any, comer: int, party: Any) -> int:
    """Return the level at which a side (0 and 1) or third party (from 2 on) would come before events and caps."""
    if has_own(world, comer, ATTENDS):
        return int(own_answer(world, comer, ATTENDS, 0.0, 0.0))
    return usual_attends(party)


@routine
def _follow_rules(world: Any) -> None:
    """Start from all rules met and drop those whose conditions fail, until nothing changes.

    The rules are monotone, so that this ends in the greatest fixed point: a ring of "I come if you come" comes.

    References
    ----------
    Tarski (1955). A lattice-theoretical fixpoint theorem and its applications. Pacific Journal of Mathematics 5,
    285-309.
    """
    rules, is_kept = world.rules, world.is_kept
    for number in range(len(rules)):
        is_kept[number] = 1
        _set_level(world, rules[number, 0], max(_level(world, rules[number, 0]), rules[number, 1]))
    is_settled = False
    while not is_settled:
        is_settled = True
        for number in range(len(rules)):
            if is_kept[number] and not _is_met(world, number):
                is_kept[number], is_settled = 0, False
                _set_level(world, rules[number, 0], _allowed(world, rules[number, 0]))


@step
def _allowed(world: Any, comer: int) -> int:
    """Highest level at which somebody comes, by itself or by a rule that is not dropped."""
    allowed = world.sides[comer].own_level if comer < 2 else world.third_parties[comer - 2].own_level
    for number in range(len(world.rules)):
        if world.rules[number, 0] == comer and world.is_kept[number]:
            allowed = max(allowed, world.rules[number, 1])
    return allowed


@step
def _is_met(world: Any, rule: int) -> bool:
    """Whether everybody whom a rule names comes at the level that it asks for."""
    for number in range(world.rules[rule, 2], world.rules[rule, 3]):
        if _level(world, world.conditions[number, 0]) < world.conditions[number, 1]:
            return False
    return True


@step
def _level(world: Any, comer: int) -> int:
    """Level of a side (0 and 1), or of a third party (from 2 on)."""
    return world.sides[comer].level if comer < 2 else world.third_parties[comer - 2].level


@step
def _set_level(world: Any, comer: int, level: int) -> None:
    """A level within the cap of whoever comes; 0 for one that has walked away."""
    if comer < 2:
        world.sides[comer].level = min(level, world.sides[comer].level_cap)
    else:
        party = world.third_parties[comer - 2]
        party.level = min(level, party.level_cap) if party.is_engaged else 0


@step
def learn_from_round(world: Any) -> None:
    """After a round: levels rise with a chance where a range was seen; without one it counts as failed."""
    trial, talks, third_parties = world.trial, world.talks, world.third_parties
    if trial.saw_range:
        if draw.lasting(world, draw.LEVEL_SHIFT, trial.chance_of_level) < talks.level_shift_prob:
            talks.lift = min(talks.lift + 1, 2)  # aides to leaders
        for number in range(len(third_parties)):
            third_parties[number].weeks_waited = 0
    talks.last_round_failed = talks.failed_last_week = 0 if trial.saw_range else 1
