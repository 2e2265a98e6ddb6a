"""A scenario with a second coder's numbers in place of the file's, or with the two pooled.

Where the coding sheet is blank the file's number stays. A second coder codes number by number, so the numbers together
may break a rule of scenarios (points that do not sum to 100, a red line beyond the status quo). Such numbers are
adjusted, by the least that makes the scenario sound, and every adjustment is reported.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sim.errors import ParleyError
from sim.evidence.intercoder.agreement import ThreePoints, pooled
from sim.evidence.intercoder.second_coding import SAME, Difference, compare_codings
from sim.scenario.checks.references import check
from sim.scenario.diagnostics import did_you_mean, dotted
from sim.scenario.key_paths import with_scalars
from sim.scenario.reading.load import load
from sim.scenario.sampling.calibrated_keys import calibrated
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.schema import Belligerent, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity

How = Literal["second", "pool"]
BETWEEN = "war moves the status quo between the two sides' wishes: ranges that overlapped were cut where they meet"
BEYOND = "a red line beyond the status quo would forbid every ceasefire, and none lies short of the own wish"


@dataclass(frozen=True)
class Adjustment:
    """A number that broke a rule: what the reading gave, what stands in the scenario instead, and why."""

    path: str
    came: ThreePoints
    used: ThreePoints
    why: str


@dataclass(frozen=True)
class MergedReading:
    """``scenario`` with the numbers ``read`` taken from the sheet, and ``mended`` those adjusted to keep the rules.

    ``kept`` were left as the file has them, although the sheet gives them.
    """

    scenario: Scenario
    read: tuple[str, ...]
    kept: tuple[str, ...]
    mended: tuple[Adjustment, ...]


def merge_readings(
    name: str,
    sheet: str | os.PathLike[str],
    *,
    how: How = "second",
    keeps_calibrated: bool = False,
    only: Collection[str] | None = None,
) -> MergedReading:
    """Build the scenario called ``name`` as the second coder would have it, or with both readings pooled.

    Parameters
    ----------
    name, sheet
        A scenario and a filled coding sheet of it.
    how
        ``second`` or ``pool``. Each number becomes a triangle (a plain number where its ends meet), marked as a
        judgement with the coder's ground.
    keeps_calibrated
        Whether the file's number stays wherever the record's draws move it (strain, fear, leverage, audience costs,
        the rate of rounds): those draws multiply the number, over their median, and were computed for the file's own.
        Else the coder's numbers are multiplied by the same draws.
    only
        Paths of the sheet to take; all without it.

    Returns
    -------
    MergedReading
        The scenario, and which numbers were taken, kept and adjusted.

    Raises
    ------
    ParleyError
        For a sheet that ``compare_codings`` refuses, and for a path that the sheet does not fill.
    """
    scenario = load(name)
    differences = {one.path: one for one in compare_codings(name, sheet).differences}
    if unknown := [path for path in only or () if path not in differences]:
        hint = did_you_mean(unknown[0], list(differences))
        raise ParleyError(f"{sheet}: expected a number that the sheet fills, got `{unknown[0][:80]}`{hint}")
    covered = calibrated(scenario) if keeps_calibrated else {}
    wanted = {path: one for path, one in differences.items() if only is None or path in only}
    taken = {path: one for path, one in wanted.items() if path not in covered}
    merged = _Merged(scenario, {path: _taken(one, how) for path, one in taken.items()})
    merged.adjust_all()
    label = "second reading" if how == "second" else "two readings pooled"
    result = merged.as_scenario(label, {path: one.ground for path, one in taken.items()})
    if problems := check(result):
        path, message = dotted(problems[0].path), problems[0].message
        raise ParleyError(f"{path}: the readings together break a rule: {message}")
    return MergedReading(result, tuple(taken), tuple(path for path in wanted if path in covered), merged.adjustments)


def _taken(one: Difference, how: How) -> ThreePoints:
    return ThreePoints(*one.second) if how == "second" else pooled([one.file, one.second])


class _Merged:
    """The numbers of a scenario as they stand: those of the reading, else the file's; adjusted rule by rule."""

    def __init__(self, scenario: Scenario, readings: dict[str, ThreePoints]) -> None:
        self.scenario, self.file = scenario, quantities(scenario)
        self.came, self.now = dict(readings), dict(readings)
        self.why: dict[str, str] = {}

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        return tuple(Adjustment(path, self.came[path], self.now[path], why) for path, why in self.why.items())

    def at(self, path: str) -> ThreePoints:
        if path in self.now:
            return self.now[path]
        quantity = self.file[path]
        low, high = quantity.bounds
        return ThreePoints(low, quantity.middle, high)

    def adjust(self, path: str, used: ThreePoints, why: str) -> None:
        before = self.at(path)
        self.came.setdefault(path, before)
        if any(abs(a - b) > SAME for a, b in zip(before, used, strict=True)):
            self.why.setdefault(path, why)
        self.now[path] = used

    def adjust_all(self) -> None:
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
        """Move lines to the other side's side of the wish, and red lines so that the status quo stays possible."""
        is_a = (name if party.role == "belligerent" else party.side) == self.scenario.sides.A
        lines = [("red_lines", issue) for issue in party.red_lines]
        if party.role == "belligerent":
            lines += [("public_lines", issue) for issue in party.public_lines]
        for key, issue in lines:
            path = f"parties.{name}.{key}.{issue}"
            ends = [self.at(f"parties.{name}.ideal_point.{issue}").central]
            if key == "red_lines" and any(track.halts for track in self.scenario.tracks.values()):
                ends.append(self.at(f"issues.{issue}.status_quo").central)
            line, edge = self.at(path), max(ends) if is_a else min(ends)
            if (line.central < edge) if is_a else (line.central > edge):
                low, high = (edge, max(line.high, edge)) if is_a else (min(line.low, edge), edge)
                self.adjust(path, ThreePoints(low, edge, high), BEYOND)

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

    def as_scenario(self, label: str, grounds: dict[str, str]) -> Scenario:
        """Return the scenario with the numbers as they stand, each with the coder's ground."""

        def changed(path: tuple[str | int, ...], quantity: Quantity) -> Quantity:
            if (points := self.now.get(dotted(path))) is None:
                return quantity
            note = f"{label}: {grounds.get(dotted(path)) or 'adjusted to keep a rule'}"
            low, central, high = points
            if high - low <= SAME:
                return Quantity(value=central, kind="judgement", note=note)
            return Quantity(dist="triangular", low=low, central=central, high=high, kind="judgement", note=note)

        result: Scenario = with_scalars(self.scenario, changed)
        return result


def _within(points: ThreePoints, low: float, high: float) -> ThreePoints:
    return ThreePoints(*(min(max(value, low), high) for value in points))
