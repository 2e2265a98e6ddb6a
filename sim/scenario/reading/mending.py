"""Adjust the numbers of a reading, by the least that keeps the rules of scenarios.

A coder reads number by number, so that the numbers together may break a rule (points that do not sum to 100, a red line
beyond the status quo). The file's own numbers are bound by the same rules, and `parley check` holds them to them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import ScenarioError
from sim.scenario.checks.references import check
from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.key_paths import quantities, with_scalars
from sim.scenario.sampling.readings import FILE, as_read
from sim.scenario.schema import Belligerent, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity, ThreePoints, of_points

SAME = 1e-9
DECIMALS = 12
"""As many as the mirror keeps of a number that it turns around."""
BETWEEN = "war moves the status quo between the two sides' wishes: ranges that overlapped were cut where they meet"
BEYOND = "a red line beyond the status quo would forbid every ceasefire, and none lies short of the own wish"


@dataclass(frozen=True)
class Adjustment:
    """A number that broke a rule: what the reading gave, what stands in the scenario instead, and why."""

    path: str
    came: ThreePoints
    used: ThreePoints
    why: str


def mended(scenario: Scenario) -> Scenario:
    """Return the scenario with the numbers of each reading adjusted, so that every draw keeps the rules.

    Raises ScenarioError for a reading whose numbers break a rule that no adjustment keeps.
    """
    listed = []
    for one in scenario.readings:
        if one.name is None or one.name == FILE:
            listed.append(one)
            continue
        known = quantities(scenario)
        is_kept = {path: one.name in (known[path].readings or {}) for path in one.adjusted if path in known}
        as_given = {path: points for path, points in one.adjusted.items() if is_kept.get(path)}
        scenario = _with_points(scenario, one.name, as_given)  # what it was held against may have been changed since
        given = {
            path: ThreePoints(*quantity.readings[one.name])
            for path, quantity in quantities(scenario).items()
            if quantity.readings and one.name in quantity.readings
        }
        work = Numbers(as_read(scenario, one.name), given)
        work.adjust_all()
        work.as_scenario(f"reading `{one.name}`" + (f" ({one.source})" if one.source else ""), {})
        scenario = _with_points(scenario, one.name, {change.path: change.used for change in work.adjustments})
        before = {change.path: tuple(given.get(change.path, ())) for change in work.adjustments}
        listed.append(one.model_copy(update={"adjusted": before}) if before or one.adjusted else one)
    return scenario.model_copy(update={"readings": tuple(listed)}) if listed else scenario


def _with_points(scenario: Scenario, name: str, points: Mapping[str, tuple[float, ...]]) -> Scenario:
    """Return the scenario with points of a reading put into numbers, or taken out of them where they are empty."""

    def changed(path: KeyPath, quantity: Quantity) -> Quantity:
        if (found := points.get(dotted(path))) is None:
            return quantity
        others = {other: one for other, one in (quantity.readings or {}).items() if other != name}
        read = {**others, name: tuple(found)} if found else others
        return quantity.model_copy(update={"readings": read or None})

    result: Scenario = with_scalars(scenario, changed) if points else scenario
    return result


class Numbers:
    """The numbers of a scenario as they stand: those of a reading, else the file's; adjusted rule by rule."""

    def __init__(self, scenario: Scenario, readings: Mapping[str, ThreePoints]) -> None:
        self.scenario, self.file = scenario, quantities(scenario)
        self.came, self.now = dict(readings), dict(readings)
        self.why: dict[str, str] = {}

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """Return the numbers that were adjusted."""
        return tuple(Adjustment(path, self.came[path], self.now[path], why) for path, why in self.why.items())

    def at(self, path: str) -> ThreePoints:
        """Return a number as it stands."""
        if path in self.now:
            return self.now[path]
        quantity = self.file[path]
        low, high = quantity.bounds
        return ThreePoints(low, quantity.middle, high)

    def adjust(self, path: str, used: ThreePoints, why: str) -> None:
        """Put a number in place of the one that stands; where the two differ the first reason is kept."""
        before, used = self.at(path), ThreePoints(*(round(value, DECIMALS) for value in used))
        self.came.setdefault(path, before)
        if any(abs(a - b) > SAME for a, b in zip(before, used, strict=True)):
            self.why.setdefault(path, why)
        self.now[path] = used

    def adjust_all(self) -> None:
        """Adjust whatever breaks a rule: positions, lines, sums."""
        for issue in self.scenario.issues:
            if max(self.at(f"issues.{issue}.{key}").high for key in ("war_share", "front_per_week")) > 0:
                self.adjust_positions(issue)
        for name, party in self.scenario.parties.items():
            if not isinstance(party, ThirdParty):
                self.adjust_lines(name, party)
        self.adjust_sums()

    def adjust_positions(self, issue: str) -> None:
        """Cut ranges half way where a draw of the status quo could lie beyond a draw of a wish, and war moves it."""
        status = f"issues.{issue}.status_quo"
        for side, is_a in ((self.scenario.sides.A, True), (self.scenario.sides.B, False)):
            ideal = f"parties.{side}.ideal_point.{issue}"
            wish, quo = self.at(ideal), self.at(status)
            if is_a and wish.high > quo.low:
                border = min(max((wish.high + quo.low) / 2, wish.central), max(quo.central, wish.central))
                self.adjust(ideal, _within(wish, 0.0, border), BETWEEN)
                self.adjust(status, _within(quo, border, 1.0), BETWEEN)
            elif not is_a and wish.low < quo.high:
                border = max(min((wish.low + quo.high) / 2, wish.central), min(quo.central, wish.central))
                self.adjust(ideal, _within(wish, border, 1.0), BETWEEN)
                self.adjust(status, _within(quo, 0.0, border), BETWEEN)
        for name in self.scenario.issues[issue].controllers:
            party = self.scenario.parties[name]
            if isinstance(party, ThirdParty) and issue in party.limits:
                within = _within(self.at(status), *party.limits[issue])
                self.adjust(status, within, f"within what {name} consents to")

    def adjust_lines(self, name: str, party: Belligerent | Veto) -> None:
        """Move lines to the other side's side of the wish, red lines so that every draw leaves the status quo possible.

        A line of the file stays where neither it nor what it is measured against is of the reading.
        """
        is_a = (name if party.role == "belligerent" else party.side) == self.scenario.sides.A
        lines = [("red_lines", issue) for issue in party.red_lines]
        if party.role == "belligerent":
            lines += [("public_lines", issue) for issue in party.public_lines]
        can_stop = any(track.halts for track in self.scenario.tracks.values())
        for key, issue in lines:
            path, against = f"parties.{name}.{key}.{issue}", [f"parties.{name}.ideal_point.{issue}"]
            if key == "red_lines" and can_stop:
                against.append(f"issues.{issue}.status_quo")
            if not any(one in self.now for one in (path, *against)):
                continue
            line, ends = self.at(path), [self.at(one) for one in against]
            if key == "public_lines":
                edge = ends[0].central
                is_wrong = line.central < edge if is_a else line.central > edge
            else:
                edge = max(end.high for end in ends) if is_a else min(end.low for end in ends)
                is_wrong = line.low < edge if is_a else line.high > edge
            if is_wrong:
                self.adjust(path, _within(line, edge, math.inf) if is_a else _within(line, -math.inf, edge), BEYOND)

    def adjust_sums(self) -> None:
        """Scale points to 100, and shares of guarantors and of a side's support to 1 at most."""
        parties = self.scenario.parties.items()
        for name, party in parties:
            self.scale([f"parties.{name}.points.{issue}" for issue in party.points], 100.0, "points scaled to 100")
        third = [f"parties.{name}" for name, party in parties if isinstance(party, ThirdParty)]
        for key in (
            "guarantor_share",
            *(f"supports.{side}" for side in (self.scenario.sides.A, self.scenario.sides.B)),
        ):
            self.scale([path for one in third if (path := f"{one}.{key}") in self.file], 1.0, "shares scaled to 1")

    def scale(self, paths: list[str], wanted: float, why: str) -> None:
        """Scale numbers to a sum: points exactly, shares where they exceed it."""
        if not any(path in self.now for path in paths):
            return
        total = sum(self.at(path).central for path in paths)
        if total <= 0 or (wanted == 1.0 and total <= wanted) or abs(total - wanted) <= SAME:
            return
        factor = wanted / total
        for path in paths:
            low, central, high = (value * factor for value in self.at(path))
            self.adjust(path, ThreePoints(low, central, max(central, min(high, wanted))), why)

    def as_scenario(self, label: str, grounds: Mapping[str, str]) -> Scenario:
        """Return the scenario with the numbers as they stand, each with the coder's ground; refuse one that is unsound.

        Raises ScenarioError for a rule that the numbers still break.
        """

        def changed(path: KeyPath, quantity: Quantity) -> Quantity:
            if (points := self.now.get(dotted(path))) is None:
                return quantity
            note = f"{label}: {grounds.get(dotted(path)) or 'adjusted to keep a rule'}"
            return of_points(points, note)

        result: Scenario = with_scalars(self.scenario, changed)
        if problems := check(result):
            path, message = dotted(problems[0].path), problems[0].message
            raise ScenarioError(f"{label}: {path}: the numbers together break a rule: {message}")
        return result


def _within(points: ThreePoints, low: float, high: float) -> ThreePoints:
    return ThreePoints(*(min(max(value, low), high) for value in points))
