"""A second reading of a scenario: a blank sheet for somebody who has not seen its numbers, and what the two differ in.

``briefing`` tells the second reader what is asked and on which scales; ``blank_sheet`` lists every number that the file
states, with its meaning and range, and none of its values. ``compare`` sets a filled sheet beside the file, and its
``agreement`` says how far the two agree. What the difference does to the odds is in ``rereading`` and ``reading_odds``.
"""

from __future__ import annotations

import math
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.evidence.intercoder.agreement import krippendorff_alpha
from sim.results.export import as_csv
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.key_paths import slot_at, split
from sim.scenario.provenance import ledger
from sim.scenario.reading.load import load
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from sim.scenario.sources.table_file import read_table
from sim.scenario.sources.table_rows import Row

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("path", "meaning", "unit", "from", "to", "low", "central", "high", "ground")
FILLED = ("low", "central", "high")
VERDICTS = ("apart", "overlap", "alike")
SAME = 1e-9


@dataclass(frozen=True)
class Difference:
    """One number read twice. ``verdict``: ``alike`` (each central value lies in the other's range), ``overlap`` or
    ``apart`` (the ranges do not meet). A file's number without a range is a range of one point."""

    path: str
    file_low: float
    file_central: float
    file_high: float
    low: float
    central: float
    high: float
    verdict: str
    ground: str


@dataclass(frozen=True)
class Agreement:
    """How far two readings agree. ``positions`` and ``points``: Krippendorff's alpha (interval) over the central values
    of wishes on the scales, all parties, and of points; NaN where nothing could differ. ``n_``: how many numbers stand
    behind a figure. ``alike``, ``overlap``, ``apart``: shares of the numbers read twice."""

    positions: float
    n_positions: int
    points: float
    n_points: int
    alike: float
    overlap: float
    apart: float
    n: int


@dataclass(frozen=True)
class Comparison:
    """All numbers that the second reader filled in, those furthest apart first, and the paths left blank."""

    scenario: str
    differences: tuple[Difference, ...]
    blank: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; a figure that cannot be told is None."""
        agreed = {name: None if value != value else value for name, value in asdict(self.agreement).items()}
        return asdict(self) | {"agreement": agreed}

    @property
    def agreement(self) -> Agreement:
        """Alpha over positions and over points, and the shares of the three verdicts."""
        kinds = {"ideal_point": "positions", "points": "points"}
        figures: dict[str, Any] = {}
        for key, name in kinds.items():
            of_kind = [one for one in self.differences if f".{key}." in one.path]
            codes = [[one.file_central for one in of_kind], [one.central for one in of_kind]]
            figures[name] = krippendorff_alpha(codes) if of_kind else math.nan
            figures[f"n_{name}"] = len(of_kind)
        n = len(self.differences)
        for verdict in VERDICTS:
            n_such = sum(one.verdict == verdict for one in self.differences)
            figures[verdict] = n_such / n if n else math.nan
        return Agreement(**figures, n=n)

    def table(self) -> pd.DataFrame:
        """One row per number read twice."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.differences], columns=list(Difference.__dataclass_fields__))


def to_read(scenario: Scenario, beside: Scenario | None = None) -> dict[str, Quantity]:
    """The numbers that the file itself states, by key path; neither defaults nor those that are the same as another.

    ``beside`` leaves out what stands there with the same range: what remains is what a scenario supposes on top of it.
    """
    stated = {path for path, (_, standing) in ledger(scenario).items() if standing != "default"}
    known = {path: number for path, number in quantities(scenario).items() if path in stated and not number.same_as}
    if beside is None:
        return known
    before = {path: (*number.bounds, number.middle) for path, number in quantities(beside).items()}
    return {path: n for path, n in known.items() if before.get(path) != (*n.bounds, n.middle)}


def blank_sheet(name: str, beside: str | None = None) -> str:
    """A CSV with a row for each number of the scenario called ``name``; its values, notes and sources are left out.

    ``beside``, another scenario's name, keeps only the numbers in which the two differ.
    """
    rows = []
    for path in to_read(load(name), load(beside) if beside else None):
        slot = slot_at(split(path))
        above = slot if slot and slot.field else slot_at(split(path)[:-1])
        field = above.field if above else None
        extra = field.json_schema_extra if field else None
        allowed = slot.allowed if slot else None
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        row |= {"path": path, "meaning": (field.description or "") if field else ""}
        row["unit"] = extra.get("unit", "") if isinstance(extra, dict) else ""
        if allowed:
            row |= {"from": f"{allowed.low:g}", "to": f"{allowed.high:g}"}
        rows.append(row)
    return as_csv(rows, COLUMNS)


def briefing(name: str) -> str:
    """What the second reader may know, as Markdown: question, day, scales with their landmarks, who takes part."""
    scenario = load(name)
    lines = [f"# {scenario.title}", "", scenario.question, "", f"Supposed: {scenario.supposes}", ""]
    lines += [
        f"Settled by: {scenario.resolution}",
        "",
        f"Know only what stood on {scenario.start}.",
        "",
        "## Scales",
        "",
    ]
    for key, issue in scenario.issues.items():
        marks = "; ".join(f"{mark.at:g} {mark.name}" for mark in issue.landmarks)
        lines.append(f"- `{key}`: {issue.scale}" + (f" ({marks})" if marks else ""))
    lines += ["", "## Who takes part", ""]
    lines += [f"- `{key}`: {party.label or key}, {party.role}" for key, party in scenario.parties.items()]
    lines += ["", "## On the table", ""]
    lines += [f"- `{key}`: {track.label or key} ({', '.join(track.scope)})" for key, track in scenario.tracks.items()]
    return "\n".join(lines) + "\n"


def compare(name: str, sheet: str | os.PathLike[str]) -> Comparison:
    """The filled sheet beside the scenario called ``name``. Raises ParleyError with the line of a wrong cell."""
    known = to_read(load(name))
    found, blank = [], []
    seen: dict[str, int] = {}
    for row in read_table(sheet, ("path", *FILLED, "ground"), COLUMNS).rows:
        path = row.needed("path", "the name of a number")
        if path not in known:
            row.refuse("path", f"unknown number `{escaped(path)}`{did_you_mean(path, list(known))}")
        if path in seen:
            row.refuse("path", f"`{escaped(path)}` came before, in line {seen[path]}")
        seen[path] = row.line
        if not any(row.text(key) for key in FILLED):
            blank.append(path)
            continue
        low, central, high = _reading(row)
        _refuse_outside(row, path, low, high)
        file_low, file_high = known[path].bounds
        file = (file_low, known[path].middle, file_high)
        verdict = _verdict(file, (low, central, high))
        found.append(Difference(path, *file, low, central, high, verdict, escaped(row.text("ground"), 400)))
    return Comparison(name, tuple(sorted(found, key=lambda one: VERDICTS.index(one.verdict))), tuple(blank))


def _reading(row: Row) -> tuple[float, float, float]:
    """Three points; a central value alone is a range of one point."""
    central = row.number("central")
    low, high = (row.number(key) if row.text(key) else central for key in ("low", "high"))
    if not low <= central <= high:
        row.refuse("central", f"expected rising numbers, got low {low:g}, central {central:g}, high {high:g}")
    return low, central, high


def _refuse_outside(row: Row, path: str, low: float, high: float) -> None:
    slot = slot_at(split(path))
    allowed = slot.allowed if slot else None
    if allowed and not allowed.low <= low <= high <= allowed.high:
        column = "low" if low < allowed.low else "high"
        wanted = f"{allowed.low:g} to {allowed.high:g}"
        row.refuse(column, f"expected {escaped(path)} within {wanted}, got {low:g} to {high:g}")


def _verdict(file: tuple[float, float, float], other: tuple[float, float, float]) -> str:
    if file[0] > other[2] + SAME or other[0] > file[2] + SAME:
        return "apart"
    inside = file[0] - SAME <= other[1] <= file[2] + SAME and other[0] - SAME <= file[1] <= other[2] + SAME
    return "alike" if inside else "overlap"
