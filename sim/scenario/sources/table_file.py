"""Tables that people keep in spreadsheets: one reader for CSV in every form that programs write, and for .xlsx.

A byte order mark, the separator and the decimal comma are recognised, rows of empty cells are skipped, and so are
trailing columns without a name. Whatever is ambiguous is refused with file, line and column. The rules are in
scenarios/history/README.md.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from sim.errors import ScenarioError
from sim.scenario.diagnostics import escaped, nearest
from sim.scenario.sources.source_file import LARGEST_TABLE, bytes_of, is_hidden, text_from
from sim.scenario.sources.table_excel import OLD, OLD_SIGNATURE, SIGNATURE, records_of_workbook
from sim.scenario.sources.table_rows import Row, Table
from sim.scenario.sources.table_text import SEPARATORS, Record, records_of

OWN_COLUMNS = "note"
"""A column whose name begins so is the user's own and is skipped."""
ADVICE = ': save the file as "CSV UTF-8"'
MOST_NAMED = 12


def read_table(
    path: str | os.PathLike[str],
    needed: Sequence[str],
    known: Collection[str] | None = None,
    *,
    shown: str = "",
    data: bytes | None = None,
    most_rows: int | None = None,
    are_checked: bool = True,
) -> Table:
    """Read the table at ``path`` (CSV or .xlsx) with the columns ``needed``; messages call it ``shown``.

    A column that is neither ``needed`` nor ``known`` nor begins with ``note`` is refused; without ``known`` any may be
    there. ``data`` is the content, where it was read before. Raises ScenarioError with file, line and column; faults of
    single rows are left to ``Row.check`` unless they ``are_checked`` here.
    """
    shown = shown or os.fspath(path)
    data = bytes_of(Path(path), shown, LARGEST_TABLE) if data is None else data
    shown = escaped(shown, 300)
    is_workbook = data.startswith(SIGNATURE)
    unit, note, separator = "row" if is_workbook else "line", "", ""

    def refuse(message: str, line: int = 0, column: int = 0) -> NoReturn:
        raise ScenarioError(f"{shown}: {f'{unit} {line}' if line else 'error'}: {message}")

    if data.startswith(OLD_SIGNATURE):
        refuse(OLD)
    if is_workbook:
        records, note = records_of_workbook(data, refuse)
    else:
        records, separator = records_of(text_from(data, refuse, ADVICE), needed, refuse)
    if not records:
        refuse(f"expected a header with {_listed(needed)}, got an empty table{note}")
    if most_rows is not None and len(records) - 1 > most_rows:
        refuse(f"expected at most {most_rows:,} rows, got {len(records) - 1:,}")
    header, below = records[0], records[1:]
    names = [cell.strip() for cell in header.cells]
    if wrong := _wrong(names, needed, known):
        refuse("; ".join(wrong) + note, header.line)
    if not below:
        refuse("expected a row below the header, got none", header.line)
    table = Table(shown, tuple(filter(None, names)), separator, unit)
    places = _places(names, below)
    for record in below:
        row = _row(table, record, places)
        if are_checked:
            row.check()
        table.rows.append(row)
    return table


def _wrong(names: Sequence[str], needed: Sequence[str], known: Collection[str] | None) -> list[str]:
    """List every mistake in a header: columns that are missing, unknown, or repeated."""
    named = list(dict.fromkeys(filter(None, names)))
    allowed = list(dict.fromkeys((*needed, *(known or ()))))
    strange = [name for name in named if name not in allowed]
    missing = [name for name in needed if name not in named]
    found, meant = [], set()
    if missing:
        words = []
        for name in missing:
            close = nearest(name, strange)
            meant.add(close)
            words.append(f"`{name}`" + (f" (is it `{escaped(close)}`?)" if close else ""))
        found.append("there is no column " + _shortened(words))
        if len(missing) == len(needed):
            found[0] += f"; got {_listed(named)}"
    for name in strange if known is not None else ():
        if name not in meant and not name.casefold().startswith(OWN_COLUMNS):
            close = nearest(name, [one for one in allowed if one not in named])
            near = f", did you mean `{close}`?" if close else " (columns of your own begin with `note`)"
            found.append(f"unknown column `{escaped(name)}`{near}")
    found += [f"column `{escaped(name)}` stands twice" for name in named if names.count(name) > 1]
    hidden = [name for name in named if any(map(is_hidden, name))]
    found += [f"expected visible names, got a hidden character in column `{escaped(name)}`" for name in hidden]
    return found


def _listed(names: Iterable[str]) -> str:
    return _shortened([f"`{escaped(name, 40)}`" for name in names])


def _shortened(words: Sequence[str]) -> str:
    more = len(words) - MOST_NAMED
    return ", ".join(words[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _places(names: Sequence[str], below: Sequence[Record]) -> list[str]:
    """Return names by place; an empty one is a skipped column: of row numbers, as pandas and R write, or blank."""
    if names[0]:
        return list(names)
    first = [record.cells[0].strip() for record in below]
    counts = any(first == [str(number) for number in range(start, start + len(first))] for start in (0, 1))
    return ["\0", *names[1:]] if counts else list(names)


def _row(table: Table, record: Record, places: Sequence[str]) -> Row:
    if len(record.cells) == len(table.columns) == len(places) and "".join(record.cells).isprintable():
        return Row(table, record.line, record.row, dict(zip(places, map(str.strip, record.cells), strict=True)))
    cells: dict[str, str] = {}
    fault: tuple[str, str] | None = None
    last = "column 1"
    for number, cell in enumerate(record.cells):
        name = places[number] if number < len(places) else ""
        if hidden := _hidden(cell):
            fault = fault or (name or last, f"expected visible text, got the hidden character U+{ord(hidden):04X}")
        if name:
            cells[name] = cell.strip()
            last = name
        elif cell.strip():
            fault = fault or (last, _without_name(table.separator, cell, is_beyond=not any(places[number:])))
    return Row(table, record.line, record.row, cells, fault)


def _hidden(cell: str) -> str | None:
    if cell.isprintable():
        return None
    return next((one for one in cell if one not in "\t\r\n" and is_hidden(one)), None)


def _without_name(separator: str, cell: str, is_beyond: bool) -> str:
    if is_beyond and separator:
        mark = SEPARATORS.get(separator, separator).removesuffix("s")
        return f"expected no cell beyond the last column, got one after this; is a {mark} not quoted?"
    return f"expected a name for every column, got '{escaped(cell.strip())}' after this in one without"
