"""One reader for all tables: every form that a program writes gives the same cells, and what is unclear is named."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.errors.extras import command
from sim.scenario.reading.load import load
from sim.scenario.sources import table_excel
from sim.scenario.sources.table_file import ADVICE, read_table
from sim.scenario.sources.table_rows import Table

ROOT = Path(__file__).resolve().parents[3]
NEEDED = ("name", "share", "day", "held")
PLAIN = "name,share,day,held\nNorth,0.25,2025-05-08,1\nSouth,-1e-3,1999-12-31,0\nTürkiye,3,2000-02-29,1\n"
CELLS = [
    ("North", 0.25, date(2025, 5, 8), 1),
    ("South", -0.001, date(1999, 12, 31), 0),
    ("Türkiye", 3.0, date(2000, 2, 29), 1),
]


def read(path: Path, content: str | bytes = PLAIN, known: tuple[str, ...] | None = ()) -> Table:
    path = path / "rows.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, NEEDED, known, shown="rows.csv")


def cells(table: Table) -> list[Any]:
    return [(r.needed("name"), r.number("share"), r.date("day"), r.whole("held", 0, 1)) for r in table.rows]


def refusal(path: Path, content: str | bytes) -> str:
    with pytest.raises(ScenarioError) as error:
        cells(read(path, content))
    assert str(error.value).isprintable()
    return str(error.value).removeprefix("rows.csv: ")


def with_semicolons(decimal: str = ".") -> str:
    return re.sub(r"(?<=\d)\.(?=\d)", decimal, PLAIN.replace(",", ";"))


FORMS: dict[str, str | bytes] = {
    "plain": PLAIN,
    "byte order mark": PLAIN.encode("utf-8-sig"),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16, big end first, tabs": b"\xfe\xff" + PLAIN.replace(",", "\t").encode("utf-16-be"),
    "semicolons": with_semicolons(),
    "semicolons and decimal commas": with_semicolons(","),
    "tabs": PLAIN.replace(",", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "a line for Excel": "sep=;\r\n" + with_semicolons().replace("\n", "\r\n"),
    "quoted decimal commas": PLAIN.replace("0.25", '"0,25"'),
    "rows of commas": PLAIN.replace("\nSouth", "\n,,,\n\n , ,,\nSouth"),
    "rows of commas above": ",,,\n" + PLAIN,
    "columns without a name": "\n".join(f"{line},," for line in PLAIN.splitlines()),
    "true and false": PLAIN.replace(",1\n", ",TRUE\n").replace(",0\n", ",False\n"),
    "times of day": PLAIN.replace("-08,", "-08 00:00:00,").replace("-31,", "-31T00:00:00Z,"),
    "spaces around": PLAIN.replace(",", " , "),
    "old Macintosh": PLAIN.replace("\n", "\r"),
    "row numbers of pandas": ",".join(["", *f"{PLAIN}".splitlines(True)][:2])
    + "".join(f"{number},{line}" for number, line in enumerate(PLAIN.splitlines(True)[1:])),
    "row numbers of R": '"",'
    + PLAIN.splitlines(True)[0]
    + "".join(f'"{number}",{line}' for number, line in enumerate(PLAIN.splitlines(True)[1:], 1)),
    "columns of one's own": "\n".join(
        f"{line},{n}" for line, n in zip(PLAIN.splitlines(), ("Notes_x", *"abc"), strict=True)
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_reads_as_the_plain_one(form: str, tmp_path: Path) -> None:
    assert cells(read(tmp_path, FORMS[form])) == CELLS


HEADER = "name,share,day,held\n"
OWN = " (columns of your own begin with `note`)"
SEPARATOR = "expected a separator after a closing quote"
HIDDEN = "the hidden character"
BEYOND = "expected no cell beyond the last column, got one after this"
QUOTE = "put the whole cell in quotes, write a quote inside it twice, and separate cells by commas"
DAY = "2025-05-08"
SHARE, ON_DAY = "line 2: share: expected a number", "line 2: day: expected a date such as 2025-05-15"
YEAR_FIRST = f"{ON_DAY}, year first"
WORDS: dict[str, tuple[str, str, str]] = {
    "a thousand or a fraction": ("0.25", '"1,234"', f"{SHARE} without a comma (1.234 or 1234?), got '1,234'"),
    "digits in groups": ("0.25", '"1,234,567"', f"{SHARE}, got '1,234,567'"),
    "per cent": ("0.25", "25%", f"{SHARE}, got '25%'"),
    "Python's own": ("0.25", "1_0", f"{SHARE}, got '1_0'"),
    "endless": ("0.25", "1e999", f"{SHARE}, got '1e999'"),
    "day or month first": (DAY, "08/05/2025", f"{YEAR_FIRST} (2025-05-08 or 2025-08-05?), got '08/05/2025'"),
    "day first": (DAY, "28.5.2025", f"{YEAR_FIRST} (2025-05-28?), got '28.5.2025'"),
    "day first, with a time": (DAY, "28.5.2025 00:00:00", f"{YEAR_FIRST} (2025-05-28?), got '28.5.2025 00:00:00'"),
    "year of two digits": (DAY, "8/5/25", f"{ON_DAY}, with a year of four digits first, got '8/5/25'"),
    "slashes": (DAY, "2025/5/8", f"{ON_DAY}, with hyphens (2025-05-08?), got '2025/5/8'"),
    "yes": (",1\n", ",yes\n", "line 2: held: expected 0 or 1, got 'yes'"),
    "a comma not quoted": (",1\n", ",1,a\n", f"line 2: held: {BEYOND}; is a comma not quoted?"),
    "an open quote": ("South", '"South', 'line 3: the quote (") that opens in the row of line 3 is never closed'),
    "text after a quote": ("South", '"So"uth', f"line 3: {SEPARATOR}, got text: {QUOTE}"),
    "a hidden character": ("South", "Sou\u200bth", f"line 3: name: expected visible text, got {HIDDEN} U+200B"),
    "an endless cell": ("North", "N" * 200_000, "line 2: expected at most 131,072 characters in a cell, got more"),
    "a hidden character in a name": (
        "held", "held,note\u200b", "line 1: expected visible names, got a hidden character in column `note\\u200b`"
    ),
}  # fmt: skip
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "Windows": (
        PLAIN.encode("cp1252"), f"line 4: expected UTF-8 text, got byte 0xfc (in Windows-1252 'ü'){ADVICE}"
    ),
    "half UTF-16": (b"\xff\xfea", f"line 1: expected UTF-16 text after its mark, got other bytes{ADVICE}"),
    "binary": (b"a\0", f"line 1: expected UTF-8 text, got a zero byte: a binary or UTF-16 file{ADVICE}"),
    "nothing": ("", "error: expected a header with `name`, `share`, `day`, `held`, got an empty table"),
    "header alone": (HEADER, "line 1: expected a row below the header, got none"),
    "all columns missing": (
        "who;part\na;b\n",
        "line 1: there is no column `name`, `share`, `day`, `held`; got `who`, `part`; "
        f"unknown column `who`{OWN}; unknown column `part`{OWN}",
    ),
    "some missing": (
        "name,shar,dya\na,1,2025-05-08\n",
        "line 1: there is no column `share` (is it `shar`?), `day` (is it `dya`?), `held`",
    ),
    "twice": (HEADER.replace("day", "share"), "line 1: there is no column `day`; column `share` stands twice"),
    "both decimal marks": (
        with_semicolons().replace(";3;", ";3,5;"),
        "line 4: share: expected the decimal mark of '0.25' (line 2, share), got '3,5'",
    ),
    "a column without a name": (
        "name,,share,day,held\na,b,1,2025-05-08,1\n",
        "line 2: name: expected a name for every column, got 'b' after this in one without",
    ),
    "a row below a cell of two lines": (
        PLAIN.replace("North", '"No\nrth"').replace(",0\n", ",2\n"),
        "line 4 (row 3): held: expected 0 or 1, got '2'",
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 100, f"error: {table_excel.OLD}"),
    **{what: (PLAIN.replace(old, new), said) for what, (old, new, said) in WORDS.items()},
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_unclear_is_named(what: str, tmp_path: Path) -> None:
    content, said = REFUSED[what]
    assert refusal(tmp_path, content) == said


def is_clear(value: float) -> bool:
    """Return whether the number is one with a decimal comma too: ``1,125`` may be a thousand, and is refused."""
    return not re.fullmatch(r"-?\d{1,3}\.\d{3}", repr(value))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).filter(is_clear), min_size=1, max_size=8))
def test_numbers_are_those_of_float_to_the_last_bit(values: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "draws.csv"
        for decimal, separator in ((".", ","), (",", ";"), (",", "\t")):
            path.write_text(f"a{separator}b\n" + "".join(f"{v!r}{separator}1\n".replace(".", decimal) for v in values))
            assert np.array_equal(read_table(path, ("a",)).numbers("a"), values)


def test_the_shipped_draws_are_those_of_float() -> None:
    path = ROOT / "scenarios" / "calibration" / "posterior.csv"
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    table = read_table(path, ("strain", "without_KOREA"))
    for name in table.columns:
        place = lines[0].index(name)
        assert table.numbers(name).tobytes() == np.array([float(line[place]) for line in lines[1:]]).tobytes()


def test_all_tables_go_through_the_one_reader() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("sim", "dashboards")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"csv\.(?:Dict)?[Rr]eader|read_csv|read_excel", path.read_text(encoding="utf-8"))
    ]
    assert found == ["sim/scenario/sources/table_text.py"]


# -- workbooks ---------------------------------------------------------------------------------------


def workbook(rows: list[list[Any]], *more: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more:
        book.create_sheet(title)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


ROWS: list[list[Any]] = [
    ["name", "share", "day", "held", None],
    ["North", 0.25, datetime(2025, 5, 8), True, None],
    [None, None, None, None, None],
    ["South", -0.001, "1999-12-31", 0, None],
    ["Türkiye", 3, date(2000, 2, 29), 1, None],
]


def test_a_workbook_reads_as_the_plain_table(tmp_path: Path) -> None:
    assert cells(read(tmp_path, workbook(ROWS))) == CELLS
    assert cells(read(tmp_path, workbook(ROWS, "Other"))) == CELLS


def test_mistakes_in_a_workbook_are_reported_by_row(tmp_path: Path) -> None:
    wrong = [row[:] for row in ROWS]
    wrong[3][1] = "many"
    assert refusal(tmp_path, workbook(wrong)) == "row 4: share: expected a number, got 'many'"
    wrong[3][1] = "=1/8"
    said = "row 4: expected a formula's stored result, got none: open the workbook in Excel and save it"
    assert refusal(tmp_path, workbook(wrong)) == said
    named = refusal(tmp_path, workbook([["name", "share"], ["a", 1]], "Other"))
    assert named == "row 1: there is no column `day`, `held` (in sheet 'Sheet', the first of 2)"


def test_a_workbook_without_the_extra_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = workbook(ROWS)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert refusal(tmp_path, whole) == f"error: {table_excel.MISSING.format(command('excel'))}"


def packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
    return stream.getvalue()


def test_hostile_workbooks_are_refused_before_they_are_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(sheet=b"\0" * (table_excel.MOST_UNPACKED + 1))
    assert len(bomb) < 200_000
    assert "expected at most 64 MiB unpacked" in refusal(tmp_path, bomb)
    for entity in (b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")):
        assert "declares XML entities" in refusal(tmp_path, packed(sheet=entity))
    assert "got another ZIP archive" in refusal(tmp_path, packed().replace(b"xl/workbook.xml", b"xl/wardbook.xml"))
    whole = workbook(ROWS)
    for damaged in (whole[:-200], whole[:40] + b"x" * 40 + whole[80:], packed(x=b"<x/>")):
        assert refusal(tmp_path, damaged).startswith("error: ")
    monkeypatch.setattr(table_excel, "MOST_CELLS", 10)
    assert "at most 10 cells" in refusal(tmp_path, whole)


# -- scenario files ----------------------------------------------------------------------------------


def test_a_scenario_may_begin_with_a_byte_order_mark_and_quote_its_dates(here: Path) -> None:
    plain = (here / "base.yaml").read_text(encoding="utf-8")
    quoted = re.sub(r"(start|began|date): (\d{4}-\d\d-\d\d)", r"\1: '\2'", plain)
    assert quoted.count("'20") > 3
    for name, content in {
        "bom": plain.encode("utf-8-sig"),
        "sixteen": plain.encode("utf-16"),
        "quoted": quoted.encode(),
    }.items():
        (here / f"{name}.yaml").write_bytes(content)
        assert load(f"{name}.yaml") == load("base.yaml")
