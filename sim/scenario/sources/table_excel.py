"""Rows of an Excel workbook (.xlsx), read by openpyxl where the extra ``excel`` is installed."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NoReturn

from sim.errors.extras import command
from sim.scenario.sources.table_text import Record

SIGNATURE = b"PK\x03\x04"
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 64 * 1024**2
MOST_PARTS = 1_000
MOST_CELLS = 2_000_000
MISSING = "expected the package that reads Excel workbooks, got none installed: {}, or save the sheet as CSV UTF-8"
OLD = "expected .xlsx without a password, got an old (.xls) or protected Excel file: save it so or as CSV UTF-8"
TOO_LARGE = f"expected at most {MOST_UNPACKED // 1024**2} MiB unpacked, got more"

Refuse = Callable[[str, int], NoReturn]


def records_of_workbook(data: bytes, refuse: Refuse) -> tuple[list[Record], str]:
    """Read the first sheet's records without empty ones, and a note for messages about its columns."""
    has_formulas = _refuse_hostile(data, refuse)
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        refuse(MISSING.format(command("excel")), 0)
    shown, note = _rows(data, True, refuse)
    if has_formulas:
        written, _ = _rows(data, False, refuse)
        _refuse_unsaved(shown, written, refuse)
    records = [Record(number, number, [_text(value) for value in cells]) for number, cells in enumerate(shown, 1)]
    return [record for record in records if any(cell.strip() for cell in record.cells)], note


def _refuse_hostile(data: bytes, refuse: Refuse) -> bool:
    """Refuse a zip bomb or declared entities before parsing; return whether cells hold formulas."""
    has_formulas = False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                refuse("expected an Excel workbook (.xlsx), got another ZIP archive", 0)
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                refuse(TOO_LARGE, 0)
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")):
                    continue
                content = archive.read(part)  # no more than file_size, which zipfile enforces
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
                    refuse("expected plain XML, got one that declares XML entities", 0)
                has_formulas |= b"<f>" in content or b"<f " in content
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        refuse("expected a readable Excel workbook, got a damaged or encrypted one", 0)
    return has_formulas


def _rows(data: bytes, as_shown: bool, refuse: Refuse) -> tuple[list[list[Any]], str]:
    """Read the first sheet row by row; ``as_shown`` takes the stored results of formulas."""
    from openpyxl import load_workbook

    rows: list[list[Any]] = []
    n_cells = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=as_shown, keep_links=False)
            sheets = book.worksheets
            if not sheets:
                refuse("expected a sheet, got none", 0)
            sheets[0].reset_dimensions()
            for cells in sheets[0].iter_rows(values_only=True):
                n_cells += len(cells) + 1
                if n_cells > MOST_CELLS:
                    refuse(f"expected at most {MOST_CELLS:,} cells, got more", len(rows) + 1)
                rows.append(list(cells))
            book.close()
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, zipfile.BadZipFile) as reason:
        refuse(f"the workbook cannot be read ({type(reason).__name__}): save the sheet as CSV UTF-8", 0)
    n = len(sheets)
    return rows, f" (in sheet '{sheets[0].title}', the first of {n})" if n > 1 else ""


def _refuse_unsaved(shown: list[list[Any]], written: list[list[Any]], refuse: Refuse) -> None:
    """Refuse a formula without a stored result, which would read as an empty cell."""
    for number, (results, formulas) in enumerate(zip(shown, written, strict=False), 1):
        for result, formula in zip(results, formulas, strict=False):
            if result is None and formula is not None:
                refuse("expected a formula's stored result, got none: open the workbook in Excel and save it", number)


def _text(value: Any) -> str:
    """Write a cell as in a text table."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case float():
            return repr(value)
    return str(value)
