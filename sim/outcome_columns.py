"""The columns of a trial: type, what may stand in each, and what its codes mean. The one home of all three.

The model fills them, a run folder stores them, and whatever is read back is held against this table before it is
believed: a code that stands for nothing can then not be shown as if it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import frictions

Columns = dict[str, NDArray[Any]]

STAGES = (
    "none",
    "talks held",
    "offers",
    "range",
    "signed",
    "ratified",
    "in force",
    "alive 30 d",
    "alive 90 d",
    "alive 180 d",
)
"""The funnel; ``stage`` is the furthest one reached by the first agreed general halt."""
HALT_ENDS = ("alive", "collapse", "lapse")
"""How the first agreed general halt ended; an upgrade continues the same halt."""
DURABLE_DRAWS, DRAWS_IN_90_DAYS, DRAWS_IN_180_DAYS = 4, 13, 26
"""Weekly draws that a ceasefire gets through in 30, 90 and 180 days; an agreed one is durable after the first."""
FRICTIONS = tuple(friction.name for friction in frictions.FRICTIONS)
TAGS = tuple(reason.name for reason in sorted(frictions.REASONS, key=lambda reason: reason.code))
"""Why a trial had no durable halt."""
MOST_SHORTFALL = 10.0
"""Utils that are missing where no package is possible at all, as when red lines cross."""
MOST_NAMED = 3
OF_DRAW = ("trial", "draw", "reading")
"""Columns that say which draw a trial is of; the others say what happened in it."""
MOST_READINGS = 20


class Limits(NamedTuple):
    """Hold what a scenario allows: ``weeks`` to the horizon, ``watched`` with those after it, tracks and issues."""

    weeks: int
    watched: int
    tracks: int
    issues: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Mapping[str, Any]) -> Limits:
        """Return the limits of a scenario as plain JSON values; KeyError or TypeError if it is none."""
        weeks = scenario["horizon_weeks"]
        watched = weeks + scenario["follow_up_weeks"]
        return cls(weeks, watched, len(scenario["tracks"]), tuple(scenario["issues"]))

    def most(self, what: str) -> int:
        """Return the largest value of a kind, the last code or week of it."""
        counts = {"week": self.weeks, "watched week": self.watched, "track": self.tracks, "issue": len(self.issues)}
        return self.watched if what == "watched weeks" else counts[what] - 1


class Column(NamedTuple):
    """Hold the type and range of a column. ``most`` is a number, or names what the scenario sets (see ``Limits.most``).

    ``may_be_nan`` where nothing was agreed.
    """

    dtype: type[np.generic]
    least: int
    most: float | str
    may_be_nan: bool = False

    @property
    def start(self) -> float:
        """Return what stands in it until something happens: NaN or 0, in codes and weeks the least (-1 is never)."""
        return np.nan if self.may_be_nan else self.least * (self.dtype is not np.float32)

    def limit(self, limits: Limits | None) -> float | None:
        """Return the largest value; None where it hangs on a scenario that is not at hand."""
        if isinstance(self.most, str):
            return limits.most(self.most) if limits else None
        return self.most


LARGEST = 2**31 - 1
SHARE = Column(np.float32, -1, 2)
"""Shares of one trial sum to 1; where a friction would help the two sides, its share is below 0."""
TERMS = Column(np.float32, 0, 1, may_be_nan=True)
COLUMNS: dict[str, Column] = {
    "trial": Column(np.int64, 0, LARGEST),
    "draw": Column(np.int32, 0, LARGEST),
    "reading": Column(np.uint8, 0, MOST_READINGS - 1),
    "durable_week": Column(np.int16, -1, "week"),
    "in_force_180_week": Column(np.int16, -1, "week"),
    "mutual_week": Column(np.int16, -1, "week"),
    "broad_week": Column(np.int16, -1, "week"),
    "settlement_week": Column(np.int16, -1, "week"),
    "victory": Column(np.int8, 0, 2),
    "victory_week": Column(np.int16, -1, "watched week"),
    "imposed": Column(np.int8, 0, 1),
    "halt_week": Column(np.int16, -1, "watched week"),
    "halt_track": Column(np.int8, -1, "track"),
    "halt_weeks": Column(np.int16, 0, "watched weeks"),
    "halt_end": Column(np.int8, 0, len(HALT_ENDS) - 1),
    "halt_mix": TERMS,
    "n_rounds": Column(np.int16, 0, "watched weeks"),
    "n_range_rounds": Column(np.int16, 0, "watched weeks"),
    "stage": Column(np.int8, 0, len(STAGES) - 1),
    "limited_week": Column(np.int16, -1, "watched week"),
    "humanitarian_week": Column(np.int16, -1, "watched week"),
    "tag": Column(np.int8, -1, len(TAGS) - 1),
    "best_week": Column(np.int16, -1, "watched week"),
    "best_track": Column(np.int8, -1, "track"),
    "shortfall": Column(np.float32, 0, MOST_SHORTFALL),
    "binding_party": Column(np.int8, -1, 1),
    "binding_issue": Column(np.int8, -1, "issue"),
}
"""Stored columns. Beside them: ``x_<issue>`` (agreed terms) and ``share_<friction>`` (Shapley shares)."""
NOUGHT_BEFORE = frozenset(friction.column for friction in frictions.FRICTIONS if friction.is_later) | {"reading"}
"""Shares of frictions and readings that an earlier version did not have: nought in the runs that it stored."""
ADDED_LATER = frozenset({"in_force_180_week"}) | NOUGHT_BEFORE
"""Columns that runs stored by an earlier version lack: absent there and what is made of them unknown, unless nought."""


def column(name: str) -> Column | None:
    """Return the column of that name; None if a trial has no such column."""
    if name.startswith("x_"):
        return TERMS
    return SHARE if name.removeprefix("share_") in FRICTIONS and name.startswith("share_") else COLUMNS.get(name)


def names(issues: tuple[str, ...]) -> list[str]:
    """Return all columns of a scenario with these issues, in the order in which they are stored."""
    return [*COLUMNS, *(f"x_{issue}" for issue in issues), *(f"share_{friction}" for friction in FRICTIONS)]


def empty(n: int, issues: tuple[str, ...]) -> Columns:
    """Return the columns of ``n`` trials in which nothing has happened yet."""
    found = {name: column(name) for name in names(issues)}
    return {name: np.full(n, one.start, dtype=one.dtype) for name, one in found.items() if one}


def faults(columns: Mapping[str, NDArray[Any]], limits: Limits | None = None) -> list[str]:
    """Return, in words, every column that holds what it cannot: no number, or one out of its range."""
    found = []
    for name, values in columns.items():
        known = column(name)
        wrong = np.zeros(0, dtype=np.bool_) if known is None else _wrong(values, known, limits)
        if known is not None and wrong.any():
            place = int(np.argmax(wrong))
            trial = columns["trial"][place] if "trial" in columns else place
            most = known.limit(limits)
            wanted = f"{known.least} or more" if most is None else f"{known.least} to {most:g}"
            value = "not a number" if np.isnan(values[place]) else f"{values[place]:g}"
            found.append(f"{name} is {value} in trial {trial}, expected {wanted}")
    return found


def _wrong(values: NDArray[Any], known: Column, limits: Limits | None) -> NDArray[np.bool_]:
    most = known.limit(limits)
    fits = (values >= known.least) & (values <= (np.inf if most is None else most))
    return np.asarray(~(fits | np.isnan(values)) if known.may_be_nan else ~fits)


def as_counted_now(columns: Columns) -> Columns:
    """Return the columns of a run of an earlier version, with imposed ceasefires no longer counted as durable.

    No agreed ceasefire begins in the week of a victory, so a durable one of that week is the one that was imposed.
    Frictions that the earlier model did not have get a share of 0, and every trial is of the file's own reading.
    """
    imposed = (columns["imposed"] == 1) & (columns["durable_week"] == columns["victory_week"])
    added = {name: column(name) for name in sorted(NOUGHT_BEFORE)}
    nought = {name: np.zeros(len(imposed), dtype=one.dtype) for name, one in added.items() if one}
    return {
        **nought,
        **columns,
        "durable_week": np.where(imposed, np.int16(-1), columns["durable_week"]),
        "tag": np.where(imposed, np.int8(TAGS.index("victory")), columns["tag"]),
    }


def unfit(kinds: Mapping[str, str], limits: Limits, lacks: frozenset[str] = frozenset()) -> list[str]:
    """Return, in words, how names and types of columns differ from those of the scenario, but for ``lacks``."""
    wanted = [name for name in names(limits.issues) if name not in lacks]
    missing = [name for name in wanted if name not in kinds]
    unknown = [name for name in kinds if name not in wanted]
    found = [f"has no column {name}" for name in missing] + [f"has an unknown column {name[:40]!a}" for name in unknown]
    for name in wanted:
        known = column(name)
        if name in kinds and known is not None and np.dtype(kinds[name]) != known.dtype:
            found.append(f"{name} is of type {np.dtype(kinds[name])}, expected {np.dtype(known.dtype)}")
    return found[:MOST_NAMED]
