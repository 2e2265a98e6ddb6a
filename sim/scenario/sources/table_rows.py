"""Rows of a table and the values of their cells: numbers with a decimal point or comma, dates, true and false.

An ambiguous cell is refused with its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from sim.errors import ScenarioError
from sim.scenario.diagnostics import escaped, nearest

PLAIN_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
WITH_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+([eE][-+]?[0-9]+)?")
LIKE_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
"""What may be a fraction where commas are decimal, and a thousand where they group digits."""
TRUTHS = {"true": 1, "false": 0}

DAY_WITH_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
TIME = r"([T ]\d{1,2}:\d{2}(:\d{2})?)?"
DAY_FIRST_OR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})" + TIME, re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})" + TIME, re.ASCII)
EXAMPLE = "a date such as 2025-05-15"


@dataclass
class Table:
    """A table as read. ``marks`` is the first cell with a decimal point and the first with a decimal comma."""

    shown: str
    columns: tuple[str, ...]
    separator: str
    unit: str
    rows: list[Row] = field(default_factory=list)
    marks: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """Return the finite numbers of a column; ScenarioError names the first cell that is none."""
        return np.array([row.number(column) for row in self.rows])


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its place: its line in the file and its row in a spreadsheet."""

    table: Table
    line: int
    row: int
    cells: Mapping[str, str]
    fault: tuple[str, str] | None = None

    def check(self) -> None:
        """Raise ScenarioError where the row has more cells than columns, or hidden characters."""
        if self.fault:
            self.refuse(*self.fault)

    def refuse(self, column: str, message: str) -> NoReturn:
        """Raise ScenarioError with file, line and column."""
        place = f"{self.table.unit} {self.line}"
        if self.line != self.row:  # a cell above has line breaks
            place += f" (row {self.row})"
        raise ScenarioError(f"{self.table.shown}: {place}: {escaped(column)}: {message}")

    def expected(self, column: str, what: str) -> NoReturn:
        """Raise ScenarioError with ``what`` was expected in place of the cell."""
        value = self.text(column)
        self.refuse(column, f"expected {what}, got " + (f"'{escaped(value)}'" if value else "a blank cell"))

    def text(self, column: str) -> str:
        """Return the text of a cell, empty where there is none."""
        return self.cells.get(column, "")

    def needed(self, column: str, what: str = "a value") -> str:
        """Return the text of a cell that may not be blank."""
        return self.text(column) or self.expected(column, what)

    def one_of(self, column: str, names: Sequence[str]) -> str:
        """Return one of ``names``; any other text is refused with the nearest."""
        value = self.text(column)
        if value not in names:
            close = nearest(value, names) if value else None
            self.refuse(
                column,
                f"expected {', '.join(names[:-1])} or {names[-1]}, got "
                + (f"'{escaped(value)}'" if value else "a blank cell")
                + (f", did you mean `{close}`?" if close else ""),
            )
        return value

    def date(self, column: str) -> date:
        """Return the day in a cell."""
        value = self.text(column)
        day = day_of(value)
        return self.expected(column, expected_day(value)) if day is None else day

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """Return a finite number within limits."""
        number = self._parsed(column)
        if number is None or not math.isfinite(number) or not low <= number <= high:
            limits = f" from {low:g} to {high:g}" if math.isfinite(low) else ""
            self.expected(column, f"a number{limits}")
        return number

    def whole(self, column: str, low: int, high: int) -> int:
        """Return a whole number within limits; where they are 0 and 1 also true or false."""
        if (low, high) == (0, 1) and (value := self.text(column).casefold()) in TRUTHS:
            return TRUTHS[value]
        number = self._parsed(column)
        if number is None or not number.is_integer() or not low <= number <= high:
            self.expected(column, "0 or 1" if (low, high) == (0, 1) else f"a whole number from {low} to {high}")
        return int(number)

    def _parsed(self, column: str) -> float | None:
        """Return the number in a cell, or None; refused where a comma may be decimal or not."""
        value = self.text(column)
        if PLAIN_NUMBER.fullmatch(value):
            if "." in value:
                self._mark(".", column, value)
            return float(value)
        if not WITH_COMMA.fullmatch(value):
            return None
        if self.table.separator != ";" and LIKE_THOUSANDS.fullmatch(value):
            meant = f"{value.replace(',', '.')} or {value.replace(',', '')}"
            self.expected(column, f"a number without a comma ({meant}?)")
        self._mark(",", column, value)
        return float(value.replace(",", "."))

    def _mark(self, mark: str, column: str, value: str) -> None:
        """Note which decimal mark a cell has: a table has one."""
        marks = self.table.marks
        if mark not in marks:
            marks[mark] = (self.line, column, value)
            if len(marks) == 2:
                line, name, other = marks["," if mark == "." else "."]
                place = f"{self.table.unit} {line}, {escaped(name)}"
                self.expected(column, f"the decimal mark of '{escaped(other)}' ({place})")


def day_of(text: str) -> date | None:
    """Parse a day in ISO 8601 (``2025-05-15``, with or without a time of day); None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).date() if DAY_WITH_TIME.fullmatch(text) else None
    except ValueError:
        return None


def expected_day(text: str) -> str:
    """Describe the day that is expected in place of ``text``, and which days it may mean."""
    if found := YEAR_FIRST.fullmatch(text):
        days = _days(*map(int, found.groups()[:3]))
        return f"{EXAMPLE}, with hyphens" + (f" ({days[0]}?)" if days else "")
    if not (found := DAY_FIRST_OR_LAST.fullmatch(text)):
        return EXAMPLE
    first, _, second, year = found.groups()[:4]
    if len(year) < 4:
        return f"{EXAMPLE}, with a year of four digits first"
    meant = dict.fromkeys([*_days(int(year), int(second), int(first)), *_days(int(year), int(first), int(second))])
    return f"{EXAMPLE}, year first" + (f" ({' or '.join(map(str, meant))}?)" if meant else "")


def _days(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []
