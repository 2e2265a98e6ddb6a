"""Rows of a text table: the separator is recognised by the names in its header, quoting is that of RFC 4180."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection
from typing import NamedTuple, NoReturn

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
NAMED = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""Excel's line that names the separator, before the header."""


class Record(NamedTuple):
    """Cells with the line at which they begin, and their row as a spreadsheet counts."""

    line: int
    row: int
    cells: list[str]


def records_of(text: str, names: Collection[str], refuse: Callable[[str, int], NoReturn]) -> tuple[list[Record], str]:
    """Return the records of ``text`` without empty ones, and the separator: that with most ``names`` in the header."""
    first = text.split("\n", 1)[0]
    if named := NAMED.fullmatch(first):
        separator, skipped = named[1], 1
    else:
        separator, skipped = _separator(text, names), 0
    records = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = row = 1
    try:
        for cells in reader:
            if row > skipped and any(cell.strip() for cell in cells):
                records.append(Record(line, row, cells))
            line, row = reader.line_num + 1, row + 1
    except csv.Error as reason:
        refuse(_in_words(str(reason), separator, line), line)
    return records, separator


def _separator(text: str, names: Collection[str]) -> str:
    """Return the separator with most known names in the header; of equals the first of ``SEPARATORS``."""
    known = set(names)

    def worth(separator: str) -> tuple[int, int]:
        cells = _header(text, separator)
        return len(known.intersection(cells)), len(cells) if len(cells) > 1 else 0

    return max(SEPARATORS, key=worth)


def _header(text: str, separator: str) -> list[str]:
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(cell.strip() for cell in cells):
                return [cell.strip() for cell in cells]
    except csv.Error:
        pass
    return []


def _in_words(reason: str, separator: str, line: int) -> str:
    if "end of data" in reason:
        return f'the quote (") that opens in the row of line {line} is never closed'
    if "field limit" in reason:
        return f"expected at most {csv.field_size_limit():,} characters in a cell, got more"
    if "expected after" in reason:
        return (
            "expected a separator after a closing quote, got text: put the whole cell in quotes, write a quote "
            f"inside it twice, and separate cells by {SEPARATORS.get(separator, separator)}"
        )
    return f"cannot be read as CSV: {reason}"
