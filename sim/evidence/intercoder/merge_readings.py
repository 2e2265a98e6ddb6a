"""A scenario with a second reader's numbers in place of the file's, or with the two pooled.

Where the sheet is blank the file's number stays. A second reader codes number by number, so the numbers together may
break a rule of scenarios (points that do not sum to 100, a red line beyond the status quo). Such numbers are *mended*,
by the least that makes the scenario sound, and every mended number is told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sim.errors import ParleyError
from sim.evidence.intercoder.agreement import pooled
from sim.evidence.intercoder.second_reading import SAME, Difference, compare
from sim.scenario.checks.references import check
from sim.scenario.diagnostics import dotted
from sim.scenario.key_paths import with_scalars
from sim.scenario.reading.load import load
from sim.scenario.sampling.calibrated_keys import calibrated
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.schema import Scenario, ThirdParty
from sim.scenario.schema.quantity import Quantity

How = Literal["second", "pool"]


class Points(NamedTuple):
    """Low, central and high of a number."""

    low: float
    central: float
    high: float


@dataclass(frozen=True)
class Mended:
    """A number that broke a rule: what the reading gave, what stands in the scenario instead, and why."""

    path: str
    came: Points
    used: Points
    why: str


@dataclass(frozen=True)
class Rereading:
    """``scenario`` with the numbers ``read`` taken from the sheet; ``kept`` were left as the file has them, although
    the sheet gives them; ``mended`` are those that were changed to keep the rules."""

    scenario: Scenario
    read: tuple[str, ...]
    kept: tuple[str, ...]
    mended: tuple[Mended, ...]


def reread(name: str, sheet: str | os.PathLike[str], *, keeps_calibrated: bool = False) -> Scenario:
    """The scenario called ``name`` with the second reader's numbers where ``sheet`` gives any; see ``read_again``."""
    return read_again(name, sheet, keeps_calibrated=keeps_calibrated).scenario


def read_again(
    name: str,
    sheet: str | os.PathLike[str],
    *,
    how: How = "second",
    keeps_calibrated: bool = False,
    only: Collection[str] | None = None,
) -> Rereading:
    """The scenario called ``name`` as the second reader would have it, or with both readings pooled (``how="pool"``).

    Each number becomes a triangle (a plain number where its ends meet), marked as a judgement with the reader's ground.
    ``keeps_calibrated`` leaves the file's number wherever the record's draws move it (strain, fear, leverage, audience
    costs, the rate of rounds): those draws multiply the number, over their median, and were made for the file's own.
    Without it the reader's numbers are multiplied by the same draws. ``only`` takes these paths of the sheet alone.
    Raises ParleyError for a sheet that ``compare`` refuses, and for a path that the sheet does not fill.
    """
    scenario = load(name)
    differences = {one.path: one for one in compare(name, sheet).differences}
    if unknown := [path for path in only or () if path not in differences]:
        raise ParleyError(f"{sheet}: `{unknown[0][:80]}` has no reading")
    covered = calibrated(scenario) if keeps_calibrated else {}
    wanted = {path: one for path, one in differences.items() if only is None or path in only}
    kept = tuple(path for path in wanted if path in covered)
    readings = {path: _taken(one, how) for path, one in wanted.items() if path not in covered}
    grounds = {path: wanted[path].ground for path in readings}
    return _sound(scenario, readings, grounds, kept, how)


def _taken(one: Difference, how: How) -> Points:
    second = Points(one.low, one.central, one.high)
    if how == "second":
        return second
    return Points(*pooled([(one.file_low, one.file_central, one.file_high), second]))


def _sound(
    before: Scenario, readings: dict[str, Points], grounds: dict[str, str], kept: tuple[str, ...], how: How
) -> Rereading:
    """The scenario with the readings in place, mended until no rule is broken."""
    came = dict(readings)
    why: dict[str, str] = {}

    def mend(path: str, used: Points, reason: str) -> None:
        if path not in now:
            now[path] = _points_of(file[path])
        came.setdefault(path, now[path])
        if any(abs(a - b) > SAME for a, b in zip(now[path], used, strict=True)):
            why.setdefault(path, reason)
        now[path] = used

    file = quantities(before)
    now = dict(readings)
    at = _At(before, now)
    _mend_positions(at, mend)
    _mend_lines(at, mend)
    _mend_sums(at, mend)
    scenario = _with(before, now, grounds, how)
    if problems := check(scenario):
        path, message = dotted(problems[0].path), problems[0].message
        raise ParleyError(f"{path}: the readings together break a rule: {message}")
    mended = tuple(Mended(path, came[path], now[path], reason) for path, reason in why.items())
    return Rereading(scenario, tuple(readings), kept, mended)


class _At:
    """The points of any number as they stand now: the reading, or the file's."""

    def __init__(self, scenario: Scenario, now: dict[str, Points]) -> None:
        self.scenario, self.now, self.file = scenario, now, quantities(scenario)

    def __call__(self, path: str) -> Points:
        return self.now[path] if path in self.now else _points_of(self.file[path])


def _points_of(quantity: Quantity) -> Points:
    low, high = quantity.bounds
    return Points(low, quantity.middle, high)


Mend = Callable[[str, Points, str], None]
BETWEEN = "war moves the status quo between the two sides' wishes: ranges that overlapped were cut where they meet"


def _mend_positions(at: _At, mend: Mend) -> None:
    """Where war moves an issue no draw of the status quo lies beyond a draw of a wish: both ranges end half way."""
    sides = at.scenario.sides
    for issue in at.scenario.issues:
        if max(at(f"issues.{issue}.war_share").high, at(f"issues.{issue}.front_per_week").high) <= 0:
            continue
        status = f"issues.{issue}.status_quo"
        for side, is_a in ((sides.A, True), (sides.B, False)):
            ideal = f"parties.{side}.ideal_point.{issue}"
            wish, quo = at(ideal), at(status)
            if is_a and wish.high > quo.low:
                border = min(max((wish.high + quo.low) / 2, wish.central), max(quo.central, wish.central))
                mend(ideal, _between(wish, 0.0, border), BETWEEN)
                mend(status, _between(quo, border, 1.0), BETWEEN)
            elif not is_a and wish.low < quo.high:
                border = max(min((wish.low + quo.high) / 2, wish.central), min(quo.central, wish.central))
                mend(ideal, _between(wish, border, 1.0), BETWEEN)
                mend(status, _between(quo, 0.0, border), BETWEEN)
        _mend_limits(at, issue, mend)


def _mend_limits(at: _At, issue: str, mend: Mend) -> None:
    """A party that controls an issue consents at least to how things stand."""
    status = f"issues.{issue}.status_quo"
    for name in at.scenario.issues[issue].controllers:
        party = at.scenario.parties[name]
        if isinstance(party, ThirdParty) and issue in party.limits:
            mend(status, _between(at(status), *party.limits[issue]), f"within what {name} consents to")


def _mend_lines(at: _At, mend: Mend) -> None:
    """Lines lie on the other side's side of the wish, and a red line leaves the status quo possible."""
    scenario = at.scenario
    for name, party in scenario.parties.items():
        if isinstance(party, ThirdParty):
            continue
        is_a = (name if party.role == "belligerent" else party.side) == scenario.sides.A
        lines = [("red_lines", issue) for issue in party.red_lines]
        if party.role == "belligerent":
            lines += [("public_lines", issue) for issue in party.public_lines]
        for key, issue in lines:
            path = f"parties.{name}.{key}.{issue}"
            ends = [at(f"parties.{name}.ideal_point.{issue}").central]
            if key == "red_lines" and any(track.halts for track in scenario.tracks.values()):
                ends.append(at(f"issues.{issue}.status_quo").central)
            line, edge = at(path), max(ends) if is_a else min(ends)
            if (line.central < edge) if is_a else (line.central > edge):
                why = "a red line beyond the status quo would forbid every halt, and none lies short of the own wish"
                ends_now = (edge, max(line.high, edge)) if is_a else (min(line.low, edge), edge)
                mend(path, Points(ends_now[0], edge, ends_now[1]), why)


def _mend_sums(at: _At, mend: Mend) -> None:
    """Points sum to 100; shares of guarantors and of a side's support to 1 at most."""
    scenario = at.scenario
    for name, party in scenario.parties.items():
        paths = [f"parties.{name}.points.{issue}" for issue in party.points]
        _scale(at, paths, 100.0, True, "points scaled to 100", mend)
    third = [name for name, party in scenario.parties.items() if isinstance(party, ThirdParty)]
    _scale(at, [f"parties.{name}.guarantor_share" for name in third], 1.0, False, "shares scaled to 1", mend)
    for side in (scenario.sides.A, scenario.sides.B):
        paths = [path for name in third if (path := f"parties.{name}.supports.{side}") in at.file]
        _scale(at, paths, 1.0, False, "shares scaled to 1", mend)


def _scale(at: _At, paths: list[str], wanted: float, is_exact: bool, why: str, mend: Mend) -> None:
    if not any(path in at.now for path in paths):
        return
    total = sum(at(path).central for path in paths)
    if total <= 0 or (not is_exact and total <= wanted) or abs(total - wanted) <= SAME:
        return
    factor = wanted / total
    for path in paths:
        low, central, high = at(path)
        mend(path, Points(low * factor, central * factor, max(central * factor, min(high * factor, wanted))), why)


def _between(points: Points, low: float, high: float) -> Points:
    return Points(*(min(max(value, low), high) for value in points))


def _with(scenario: Scenario, now: dict[str, Points], grounds: dict[str, str], how: How) -> Scenario:
    label = "second reading" if how == "second" else "two readings pooled"

    def changed(path: tuple[str | int, ...], quantity: Quantity) -> Quantity:
        if (points := now.get(dotted(path))) is None:
            return quantity
        ground = grounds.get(dotted(path))
        note = f"{label}: {ground}" if ground else f"{label}: mended to keep a rule"
        if points.high - points.low <= SAME:
            return Quantity(value=points.central, kind="judgement", note=note)
        low, central, high = points
        return Quantity(dist="triangular", low=low, central=central, high=high, kind="judgement", note=note)

    result: Scenario = with_scalars(scenario, changed)
    return result
