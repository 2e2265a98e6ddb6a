"""Step 3 of the week: is there a round, who comes, at what level, with what mandate (model section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.columns.inputs import Kept, at
from sim.theory.utility import Array, Column
from sim.theory.weekly import weekly_probability, weekly_rate

if TYPE_CHECKING:
    from sim.columns.parties import Belligerent, Party
    from sim.columns.week import NegotiationModel
    from sim.scenario.schema import AttendanceRule, Event

Trials = NDArray[np.int64]
MOST_LIFT = 2
"""Levels rise at most this far above the usual one: aides to leaders."""


class Convening:
    """Rounds of talks. Numbers of the scenario's ``talks`` section are attributes."""

    convening_prob_per_week: Column
    after_failure: Column
    age_slope: Column
    mandate: tuple[float, ...]
    call_home_prob: Column
    level_shift_prob: Column
    blame_offer: Column
    blame_attendance: Column

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        for name, value in model.inputs.section("talks", model.inputs.scenario.talks).items():
            setattr(self, name, value)
        n = model.n_trials
        self.lift = np.zeros(n, dtype=np.int8)
        self.last_round_failed = np.zeros(n, dtype=bool)
        self.failed_last_week = np.zeros(n, dtype=bool)
        self.skill = np.zeros(n)
        everyone = np.arange(n)
        self.last_level = {side.name: side.attends_at(everyone).astype(float) for side in model.sides}
        self._mandates = np.asarray(self.mandate)
        self._base_rate = Kept(weekly_rate)
        self._comers: list[Party] = [*model.sides, *model.third_parties.present]
        self._rules = rules_among({party.name for party in self._comers}, model.attendance)

    def step(self, forced: list[Event]) -> Trials:
        """Trials that hold a round this week, with both sides present; levels are set on the parties."""
        talkable = self.model.is_at_war | self.model.truces.may_be_upgraded()
        luck = self.model.streams.uniform("round", week=self.model.week)
        is_convened = talkable & (luck < weekly_probability(self.rate()))
        for event in forced:
            if event.round:
                is_convened = talkable.copy()
        convened = np.flatnonzero(is_convened)
        self._set_levels(forced, convened)
        side_a, side_b = self.model.sides
        is_held = (side_a.level.take(convened) > 0) & (side_b.level.take(convened) > 0)
        rounds = convened[is_held]
        self.failed_last_week = np.zeros(self.model.n_trials, dtype=bool)
        if len(rounds) < len(convened):
            self.failed_last_week[convened[~is_held]] = True
            self.last_round_failed[convened[~is_held]] = True
        for side in self.model.sides:
            self.last_level[side.name][convened] = side.level.take(convened)
        self.skill = np.zeros(self.model.n_trials)
        if len(rounds):
            self.skill[rounds] = self._skill_present(rounds)
        return rounds

    def rate(self) -> Column:
        """Weekly rate of rounds: base x (1 + reach of mediators + pull of backers), less after failure and with age."""
        pull: Column = 0.0
        for party in self.model.third_parties.present:
            pull = pull + party.pull_on_rounds()
        years = self.model.years_at_start + self.model.week / 52.0
        age = (1.0 + years) ** -self.age_slope
        rate = self._base_rate.of(self.convening_prob_per_week) * (1.0 + pull)
        return rate * np.where(self.last_round_failed, self.after_failure, 1.0) * age

    def _set_levels(self, forced: list[Event], trials: Trials) -> None:
        """Levels by habit, lifted when a deal was near, then by dated events and conditional rules."""
        own = {party.name: self._own_level(party, forced, trials) for party in self._comers}
        caps = {party.name: np.asarray(at(party.level_cap, trials)) for party in self._comers}
        for party in self.model.third_parties.present:  # whoever has walked away does not come, whatever the rules say
            caps[party.name] = np.where(party.is_engaged[trials], caps[party.name], 0)
        levels = greatest_fixed_point(own, caps, self._rules)
        for party in self._comers:
            party.level[trials] = levels[party.name]

    def _own_level(self, party: Any, forced: list[Event], trials: Trials) -> Array:
        level = party.attends_at(trials)
        if party in self.model.sides:
            level = np.where(level > 0, level + self.lift[trials], 0)
        for event in forced:
            if party.name in event.levels:
                level = np.full(len(trials), event.levels[party.name])
        return np.minimum(level, at(party.level_cap, trials))

    def mandate_of(self, side: Belligerent, trials: Any) -> Array:
        """Authority by level: 0, .4, .7, 1."""
        return self._mandates.take(at(side.level, trials))

    def may_sign(self, least_level: int, trials: Any) -> Array:
        """Both sides at the track's least level, or aides who got leave by calling home."""
        side_a, side_b = self.model.sides
        may = np.minimum(side_a.level.take(trials), side_b.level.take(trials)) >= least_level
        if not may.all() and np.any(np.asarray(self.call_home_prob) > 0):
            luck = self.model.streams.uniform("call home", week=self.model.week)
            may |= luck.take(trials) < at(self.call_home_prob, trials)
        return may

    def _skill_present(self, trials: Trials) -> Array:
        """Skill in the room: 1 - product of (1 - skill x mandate of the level at which each mediator comes)."""
        absent: Column = 1.0
        for party in self.model.third_parties.present:
            if isinstance(party.skill, np.ndarray) or party.skill != 0:
                absent = absent * (1.0 - at(party.skill, trials) * self._mandates.take(party.level.take(trials)))
        return np.asarray(1.0 - absent)

    def learn_from(self, rounds: Array, saw_range: Array) -> None:
        """After a round: levels rise with a chance where a range was seen; without one it counts as failed."""
        luck = self.model.streams.uniform("level shift", week=self.model.week)[rounds]
        rises = rounds[saw_range & (luck < at(self.level_shift_prob, rounds))]
        self.lift[rises] = np.minimum(self.lift[rises] + 1, MOST_LIFT)
        self.last_round_failed[rounds] = ~saw_range
        self.failed_last_week[rounds] = ~saw_range


def rules_among(names: set[str], rules: Sequence[AttendanceRule]) -> list[AttendanceRule]:
    """Rules of parties that may come whose conditions can hold; who never comes is at level 0 and asks nothing more."""
    found = []
    for rule in rules:
        is_possible = all(other in names or least == 0 for other, least in rule.when.items())
        if rule.party in names and is_possible:
            when = {other: least for other, least in rule.when.items() if other in names}
            found.append(rule.model_copy(update={"when": when}))
    return found


def greatest_fixed_point(own: dict[str, Array], caps: dict[str, Array], rules: Any) -> dict[str, Array]:
    """Levels under "comes if X comes" rules, resolved from everybody present downward.

    The rules are monotone, so starting from all of them satisfied and dropping those whose conditions
    fail reaches the greatest fixed point: a ring of "I come if you come" comes (Tarski 1955).
    """
    highest = {rule.party: max(one.level for one in rules if one.party == rule.party) for rule in rules}
    levels = {name: np.minimum(level, caps[name]) for name, level in own.items()}
    for name, level in highest.items():
        levels[name] = np.minimum(np.maximum(own[name], level), caps[name])
    for _ in range(len(rules) * 3 + 1):
        settled = {}
        for name in highest:
            reached = own[name]
            for rule in rules:
                if rule.party == name:
                    comes = np.logical_and.reduce([levels[other] >= least for other, least in rule.when.items()])
                    reached = np.maximum(reached, np.where(comes, rule.level, 0))
            settled[name] = np.minimum(reached, caps[name])
        if all(np.array_equal(level, levels[name]) for name, level in settled.items()):
            break
        levels |= settled
    return levels
