"""Is there a round this week, and who comes at what level? (docs/odd.md, 3.3)"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from tests.oracle.war import happens_at_rate, rate_of_chance

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

DAYS_PER_YEAR = 365.25


def is_open_to_talks(trial: Trial) -> bool:
    if trial.is_over:
        return False
    return trial.halt is None or any(trial.is_general_after(track, trial.halt.track) for track in trial.world.tracks)


def is_convened(trial: Trial) -> bool:
    """By an event or by chance; the chance is greater where the last round saw what a general ceasefire could be."""
    if trial.round_is_forced:
        return True
    ripe = trial.world.talks.ripeness if trial.saw_range else 0.0
    return trial.uniform("round") < happens_at_rate(rate_of_rounds(trial) + ripe)


def rate_of_rounds(trial: Trial) -> float:
    talks, world = trial.world.talks, trial.world
    pull = 0.0
    for name in world.third_parties:
        party, engagement = world.parties[name], trial.engagement[name]
        if engagement > 0.0:
            pull += min(party.reach.get(side, 0.0) for side in trial.sides) * party.persistence * engagement
            if party.role == "backer":
                pull += party.convening_pull * engagement
    years = (world.start - world.war.began).days / DAYS_PER_YEAR + trial.week / 52.0
    rate = rate_of_chance(talks.convening_prob_per_week) * (1.0 + pull) * (1.0 + years) ** -talks.age_slope
    return rate * (talks.after_failure if trial.last_round_failed else 1.0)


def levels_of_attendance(trial: Trial) -> dict[str, int]:
    """The greatest set of levels that the rules of attendance allow."""
    world = trial.world
    own = {name: own_level(trial, name) for name in (*trial.sides, *world.third_parties)}
    levels = dict(own)
    for rule in world.attendance:
        levels[rule.party] = max(levels[rule.party], capped(trial, rule.party, rule.level))
    while True:
        allowed = dict(own)
        for rule in world.attendance:
            if all(levels[name] >= least for name, least in rule.when.items()):
                allowed[rule.party] = max(allowed[rule.party], capped(trial, rule.party, rule.level))
        if allowed == levels:
            return levels
        levels = allowed


def own_level(trial: Trial, name: str) -> int:
    """By event; else leaders where third parties have persuaded a side; else as usual."""
    level = trial.world.parties[name].usual_level
    if name in trial.sides and level >= 1:
        level += trial.lift
    if name in trial.sides and trial.uniform("persuasion", name) < chance_of_persuasion(trial, name):
        level = 3
    return capped(trial, name, trial.levels_of_event.get(name, level))


def chance_of_persuasion(trial: Trial, side: str) -> float:
    engaged = [trial.world.parties[name] for name in trial.world.third_parties if trial.engagement[name] > 0.0]
    return 1.0 - prod(1.0 - party.reach.get(side, 0.0) * party.effort for party in engaged)


def capped(trial: Trial, name: str, level: int) -> int:
    """Never above the cap; a third party that has walked away does not come, whatever a rule or an event says."""
    if trial.engagement.get(name, 1.0) <= 0.0:
        return 0
    return min(level, trial.world.parties[name].level_cap)


def skill_in_room(trial: Trial, levels: dict[str, int]) -> float:
    mandate = trial.world.talks.mandate
    return 1.0 - prod(
        1.0 - trial.world.parties[name].skill * mandate[levels[name]]
        for name in trial.world.third_parties
        if trial.engagement[name] > 0.0
    )
