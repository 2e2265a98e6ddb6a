"""A second coding of a scenario: a blank coding sheet for a coder who has not seen its numbers, and the comparison.

``briefing`` gives the second coder the question and the scales; ``coding_sheet`` lists every number that the file
states, with its meaning and range, and none of its values. ``compare_codings`` compares a filled sheet with the file;
its ``agreement`` says how far the two agree. What the difference does to the odds is in ``odds_by_reading``.
"""

from __future__ import annotations

import math
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.evidence.intercoder.agreement import in_words, krippendorff_alpha
from sim.results.export import as_csv
from sim.results.formatting import as_number, counted, plain
from sim.scenario.key_paths import slot_at, split
from sim.scenario.provenance import ledger
from sim.scenario.reading.load import load
from sim.scenario.reading.mending import SAME
from sim.scenario.reading.sheets import COLUMNS, FILLED, filled_in, is_blank, rows_of, unknown_number
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from sim.scenario.sources.search_path import typed_table

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = ("apart", "overlap", "alike")


@dataclass(frozen=True)
class Difference:
    """One number coded twice; a file's number without a range is a range of one point.

    ``verdict``: ``alike`` (each central value lies in the other's range), ``overlap`` or ``apart`` (the ranges do not
    meet).
    """

    path: str
    file_low: float
    file_central: float
    file_high: float
    low: float
    central: float
    high: float
    verdict: str
    ground: str

    @property
    def file(self) -> tuple[float, float, float]:
        """Return low, central and high of the file."""
        return self.file_low, self.file_central, self.file_high

    @property
    def second(self) -> tuple[float, float, float]:
        """Return low, central and high of the second coder."""
        return self.low, self.central, self.high


@dataclass(frozen=True)
class Agreement:
    """How far two codings agree.

    ``positions`` and ``points``: Krippendorff's alpha (interval) over the central values of ideal points, all parties,
    and of points; NaN where nothing could differ. ``n_``: how many numbers stand behind a figure. ``alike``,
    ``overlap``, ``apart``: shares of the numbers coded twice.
    """

    positions: float
    n_positions: int
    points: float
    n_points: int
    alike: float
    overlap: float
    apart: float
    n: int


@dataclass(frozen=True)
class CodingComparison:
    """All numbers that the second coder filled in, the largest disagreements first, and the paths left blank.

    ``unstated`` are numbers that the sheet has and the file does not state, or no longer does.
    """

    scenario: str
    differences: tuple[Difference, ...]
    blank: tuple[str, ...]
    unstated: tuple[str, ...] = ()

    @property
    def agreement(self) -> Agreement:
        """Return alpha over positions and over points, and the shares of the three verdicts."""
        figures: dict[str, Any] = {}
        for key, name in {"ideal_point": "positions", "points": "points"}.items():
            of_kind = [one for one in self.differences if f".{key}." in one.path]
            codes = [[one.file_central for one in of_kind], [one.central for one in of_kind]]
            figures |= {name: krippendorff_alpha(codes) if of_kind else math.nan, f"n_{name}": len(of_kind)}
        n = len(self.differences)
        for verdict in VERDICTS:
            n_such = sum(one.verdict == verdict for one in self.differences)
            figures[verdict] = n_such / n if n else math.nan
        return Agreement(**figures, n=n)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the shares of the verdicts, and Krippendorff's alpha over positions and points."""
        found = asdict(self.agreement)
        shares = ", ".join(f"{verdict} {as_number(100 * found[verdict], '.0f')} %" for verdict in VERDICTS[::-1])
        return (
            shares,
            *(
                f"Krippendorff's alpha, {found[f'n_{name}']} {name}: {as_number(found[name], '.2f')} "
                f"({in_words(found[name])})"
                for name in ("positions", "points")
                if found[f"n_{name}"]
            ),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return how many numbers the second coder left blank, and which ones the file does not state."""
        said = [f"{counted(len(self.blank), 'number')} left blank"]
        if self.unstated:
            said.append(f"not compared, since the file does not state it: {', '.join(self.unstated)}")
        return tuple(said)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an undetermined figure is None."""
        found: dict[str, Any] = plain(asdict(self) | {"agreement": asdict(self.agreement)})
        return found

    def table(self) -> pd.DataFrame:
        """Return one row per number coded twice."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.differences], columns=list(Difference.__dataclass_fields__))


def to_code(scenario: Scenario, base: Scenario | None = None) -> dict[str, Quantity]:
    """Return the numbers that the file itself states, by key path; neither defaults nor those that repeat another.

    ``base`` leaves out what stands there with the same range: what remains is what a scenario supposes on top of it.
    """
    stated = {path for path, (_, standing) in ledger(scenario).items() if standing != "default"}
    known = {path: number for path, number in quantities(scenario).items() if path in stated and not number.same_as}
    if base is None:
        return known
    before = {path: (*number.bounds, number.middle) for path, number in quantities(base).items()}
    return {path: n for path, n in known.items() if before.get(path) != (*n.bounds, n.middle)}


def coding_sheet(name: str, base: str | None = None) -> str:
    """Return a CSV with a row for each number of the scenario called ``name``, without values, notes and sources.

    ``base``, another scenario's name, keeps only the numbers in which the two differ.
    """
    rows = []
    for path in to_code(load(name), load(base) if base else None):
        slot = slot_at(split(path))
        above = slot if slot and slot.field else slot_at(split(path)[:-1])
        field = above.field if above else None
        extra = field.json_schema_extra if field else None
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        row |= {"path": path, "meaning": (field.description or "") if field else ""}
        row["unit"] = extra.get("unit", "") if isinstance(extra, dict) else ""
        if slot and slot.allowed:
            row |= {"from": f"{slot.allowed.low:g}", "to": f"{slot.allowed.high:g}"}
        rows.append(row)
    return as_csv(rows, COLUMNS)


def briefing(name: str) -> str:
    """Return what the second coder may know, as Markdown: question, day, scales with landmarks, who takes part."""
    scenario = load(name)
    scales = []
    for key, issue in scenario.issues.items():
        marks = "; ".join(f"{mark.at:g} {mark.name}" for mark in issue.landmarks)
        scales.append(f"- `{key}`: {issue.scale}" + (f" ({marks})" if marks else ""))
    parties = [f"- `{key}`: {party.label or key}, {party.role}" for key, party in scenario.parties.items()]
    tracks = [f"- `{key}`: {track.label or key} ({', '.join(track.scope)})" for key, track in scenario.tracks.items()]
    head = (
        f"# {scenario.title}\n\n{scenario.question}\n\nSupposed: {scenario.supposes}\n\n"
        f"Settled by: {scenario.resolution}\n\nKnow only what stood on {scenario.start}.\n"
    )
    parts = {"Scales": scales, "Who takes part": parties, "On the table": tracks}
    return head + "".join(f"\n## {title}\n\n" + "\n".join(lines) + "\n" for title, lines in parts.items())


def compare_codings(name: str, sheet: str | os.PathLike[str]) -> CodingComparison:
    """Compare a filled sheet with the scenario called ``name``. Raises ParleyError with the line of a wrong cell.

    A sheet that is no file by that path is looked for in ``./scenarios`` and in the package: a second reading that
    ships with Parley is ``readings/korea_july_1951.csv``.
    """
    scenario = load(name)
    known, has = to_code(scenario), quantities(scenario)
    found, blank, unstated = [], [], []
    for path, row in rows_of(typed_table(sheet), ("path", *FILLED, "ground")):
        if path not in known and path not in has:
            unknown_number(path, row, list(known))
        if path not in known:
            unstated.append(path)
        elif is_blank(row):
            blank.append(path)
        else:
            read = filled_in(path, row)
            file_low, file_high = known[path].bounds
            file = (file_low, known[path].middle, file_high)
            found.append(Difference(path, *file, *read.points, _verdict(file, read.points), read.ground))
    found.sort(key=lambda one: VERDICTS.index(one.verdict))
    return CodingComparison(name, tuple(found), tuple(blank), tuple(unstated))


def _verdict(file: tuple[float, float, float], other: tuple[float, float, float]) -> str:
    if file[0] > other[2] + SAME or other[0] > file[2] + SAME:
        return "apart"
    inside = file[0] - SAME <= other[1] <= file[2] + SAME and other[0] - SAME <= file[1] <= other[2] + SAME
    return "alike" if inside else "overlap"
