"""What is dated in a scenario, and the rules of who comes if others come, as arrays for the compiled week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.equations.weekly import MOST_CHANCE
from sim.model.state import Layout
from sim.model.steps import events
from sim.model.steps.start import LEAST_STRAIN
from sim.scenario.schema import Event, Scenario

Column = float | NDArray[np.float64]


class Attendance(NamedTuple):
    """Hold who comes when: sides come first, then third parties in the order of the file.

    ``is_forced`` by week; ``dated_levels`` by week and comer, -1 where no event says; ``rules`` (party, level, first
    condition, beyond the last); ``conditions`` (party, least level).
    """

    is_forced: NDArray[np.bool_]
    dated_levels: NDArray[np.int64]
    rules: NDArray[np.int64]
    conditions: NDArray[np.int64]


def attendance_of(scenario: Scenario, comers: list[str], weeks: int) -> Attendance:
    """Return rounds and levels that events force, and the rules of attendance."""
    is_forced = np.zeros(weeks, bool)
    dated = np.full((weeks, len(comers)), -1, np.int64)
    for event in in_order(scenario):
        week = week_of(scenario, event.date)
        if event.when is None and 0 <= week < weeks:
            is_forced[week] |= event.round
            for name, level in event.levels.items():
                if name in comers:
                    dated[week, comers.index(name)] = level
    rules: list[tuple[int, int, int, int]] = []
    conditions: list[tuple[int, int]] = []
    for rule in scenario.attendance:
        # Who never comes is at level 0: such a condition holds only where it asks nothing.
        known = [(comers.index(name), least) for name, least in rule.when.items() if name in comers]
        can_hold = all(name in comers or least == 0 for name, least in rule.when.items())
        if rule.party in comers and can_hold:
            rules.append((comers.index(rule.party), rule.level, len(conditions), len(conditions) + len(known)))
            conditions += known
    return Attendance(
        is_forced,
        dated,
        np.array(rules, np.int64).reshape(-1, 4),
        np.array(conditions, np.int64).reshape(-1, 2),
    )


def in_order(scenario: Scenario) -> list[Event]:
    """Return the scenario's events by date, those of one day in the order of the file."""
    return sorted(scenario.events, key=lambda event: event.date or scenario.start)


def week_of(scenario: Scenario, day: date | None) -> int:
    """Return the week of a date, without one that of the start; week 0 starts on the scenario's start date."""
    return (day - scenario.start).days // 7 if day is not None else 0


class Conditions(NamedTuple):
    """Hold events that take place once something holds.

    ``when`` has one entry an event (``sim.model.steps.events.WHEN``); ``below`` and ``present`` have shape (events,
    comers): a level that somebody must have stayed below, 0 where none is asked, and who must take part. ``changes``
    are what they change, an event's one after the other.
    """

    when: NDArray[Any]
    below: NDArray[np.int64]
    present: NDArray[np.bool_]
    changes: NDArray[Any]


class Changes(NamedTuple):
    """Hold what events change: ``dated`` in order, ``conditions``, and the values of both by draw.

    ``n_versions`` counts how often what promises are worth may differ in a trial; ``is_by_trial`` says that it differs
    from trial to trial.
    """

    dated: NDArray[Any]
    conditions: Conditions
    values: NDArray[np.float64]
    n_versions: int
    is_by_trial: bool


def changes_of(
    scenario: Scenario, drawn: Mapping[str, Column], n_draws: int, layout: Layout, comers: list[str]
) -> Changes:
    """Return what events of a scenario change, dated ones by week and conditional ones by event."""
    found = _Changes(layout, comers)
    numbered = sorted(enumerate(scenario.events), key=lambda entry: entry[1].date or scenario.start)
    conditional, dated_before = [], []
    for number, event in numbered:
        if event.when is None:
            _gather(found, week_of(scenario, event.date), number, event, drawn)
        else:
            conditional.append((number, event))
            dated_before.append(len(found.rows))
    dated, n_dated_promises = len(found.rows), found.n_promises
    when = np.zeros(len(conditional), events.WHEN)
    below, present = np.zeros((len(when), len(comers)), np.int64), np.zeros((len(when), len(comers)), bool)
    for place, (number, event) in enumerate(conditional):
        first = len(found.rows) - dated
        _gather(found, 0, number, event, drawn)
        condition = event.when
        assert condition is not None
        by = condition.no_ceasefire_by
        last = week_of(scenario, by) if by is not None else -1
        of_event = (dated_before[place], first, len(found.rows) - dated)
        when[place] = (week_of(scenario, event.date), last, condition.round_failed, *of_event)
        for name, level in condition.absent.items():
            below[place, comers.index(name)] = level
        for name in condition.engaged:
            present[place, comers.index(name)] = True
    rows = np.array(found.rows, events.CHANGE) if found.rows else np.zeros(0, events.CHANGE)
    values = np.zeros((n_draws, max(1, len(found.values))))
    for column, value in enumerate(found.values):
        values[:, column] = value
    conditions = Conditions(when, below, present, rows[dated:])
    return Changes(rows[:dated], conditions, values, 1 + found.n_promises, found.n_promises > n_dated_promises)


def _gather(found: _Changes, week: int, number: int, event: Event, drawn: Mapping[str, Column]) -> None:
    """Add the changes of one event."""
    shift = drawn[f"events.{number}.momentum_shift"]
    if np.any(np.asarray(shift) != 0):
        found.add(week, events.MOMENTUM, 0, shift)
    for name in event.pressure:
        place = found.layout.place("sides", found.comers.index(name), "pressure")
        found.add(week, events.ADD, place, drawn[f"events.{number}.pressure.{name}"])
    for path in event.set:
        found.set(week, path, drawn[f"events.{number}.set.{path}"])


class _Changes:
    """Gather changes in the order in which they apply."""

    def __init__(self, layout: Layout, comers: list[str]) -> None:
        self.layout, self.comers = layout, comers
        self.rows: list[tuple[int, int, int, int]] = []
        self.values: list[Column] = []
        self.n_promises = 0

    def add(self, week: int, kind: int, place: int, value: Column) -> None:
        self.rows.append((week, kind, place, len(self.values)))
        self.values.append(value)

    def set(self, week: int, path: str, value: Column) -> None:
        """A parameter takes a new value from this week on."""
        section, _, rest = path.partition(".")
        if section == "parties":
            name, _, field = rest.partition(".")
            self._set_party(week, name, field, value)
            return
        entity = {"truces": "ceasefire"}.get(section, section)
        if rest == "convening_prob_per_week":
            rest, value = "round_rate", weekly_rates(value)
        if section == "assurances":
            head, _, side = rest.partition(".")
            rest = f"{head}_{'ab'[self.comers.index(side)]}" if side else head
        self.add(week, events.SET, self.layout.place(entity, 0, rest), value)
        if section == "assurances":
            self._promises(week)

    def _set_party(self, week: int, name: str, field: str, value: Column) -> None:
        comer = self.comers.index(name)
        entity, number = ("sides", comer) if comer < 2 else ("third_parties", comer - 2)
        if field == "engagement":
            self.add(week, events.SET_ENGAGEMENT, number, value)
            self.add(week, events.STOCK, 0, 0.0)
        elif field == "strain":
            # It moves to its new mean week by week rather than jump.
            log = np.log(np.maximum(value, LEAST_STRAIN))
            self.add(week, events.SET, self.layout.place(entity, number, "mean_log_strain"), log)
            self.add(week, events.SET_WHOLE, self.layout.place(entity, number, "strain_moves"), 1.0)
        elif field == "aid":
            self.add(week, events.AID, number, value)
        elif field in ("usual_level", "level_cap"):
            self.add(week, events.SET_WHOLE, self.layout.place(entity, number, field), np.rint(value))
        else:
            if field == "act_prob_per_week":
                field, value = "act_rate", weekly_rates(value)
            self.add(week, events.SET, self.layout.place(entity, number, field), value)
            if field == "trust":
                self._promises(week)

    def _promises(self, week: int) -> None:
        self.n_promises += 1
        self.add(week, events.PROMISES, 0, 0.0)


def weekly_rates(chances: Column) -> Column:
    """Return the weekly rates of weekly chances, many at once (``sim.equations.weekly.weekly_rate``). [1/week]"""
    return -np.log1p(-np.minimum(chances, MOST_CHANCE))
