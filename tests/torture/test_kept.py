"""What torture keeps between its families, and the table that it writes into a page."""

import json
import re
from pathlib import Path

import pytest

from tests.torture import kept
from tests.torture.folders import Row
from tests.torture.kept import PAGE, Kept, added, table, write_page


def two(path: Path) -> Kept:
    one = Kept.of(path, False)
    one.add(Row("bits", 3, [], {"told": 2}), 1.25)
    one.add(Row("signals", 2, ["0: late"], {"slowest, s": 0.5}), 61.0)
    return one


def test_an_interrupted_run_goes_on_after_its_last_family(tmp_path: Path) -> None:
    path = tmp_path / "torture.json"
    first = two(path)
    again = Kept.of(path, True)
    assert (again.rows, again.seconds, again.load) == (first.rows, first.seconds, first.load)
    assert Kept.of(path, False).rows == []
    again.add(Row("bits", 4, [], {"told": 1}), 0.75)
    found = again.finish()
    assert json.loads(path.read_text()) == found and not again.part.exists()
    assert (found["tried"], found["lost"], found["seconds"]) == (9, 1, 63.0)
    assert [(row["fault"], row["tried"]) for row in found["rows"]] == [("bits", 7), ("signals", 2)]
    assert found["rows"][0]["told"] == 3


def test_nothing_is_carried_on_with_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two(tmp_path / "torture.json")
    monkeypatch.setattr(kept, "code", lambda: "other")
    assert Kept.of(tmp_path / "torture.json", True).rows == []


def test_rows_of_one_name_are_added_and_kept_apart_from_their_sources() -> None:
    rows = [Row("a", 1, ["x"], {"n": 1}), Row("a", 2, ["y"], {"n": 2})]
    (row,) = added(rows)
    assert (row.tried, row.failures, row.measured) == (3, ["x", "y"], {"n": 3})
    assert rows[0].failures == ["x"]


def test_the_table_takes_the_place_of_the_one_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    found = {**two(tmp_path / "torture.json").finish(), "date": "2026-11-03", "machine": "M, 2 cores", "load": 0.1}
    write_page(found, page)
    text = page.read_text(encoding="utf-8")
    assert "Measured on 3 November 2026, M, 2 cores, load 0.1 when it began, 1 minute.\n" in text
    assert "| bits | 3 | 0 | told 2 |\n| signals | 2 | 1 | slowest 0.50 s |\n| all | 5 | 1 | |\n\n*How:*" in text
    write_page(found, page)
    assert page.read_text(encoding="utf-8") == text
    page.write_text("no table", encoding="utf-8")
    with pytest.raises(ValueError, match="0 tables"):
        write_page(found, page)


def test_the_page_adds_up() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!fault|all|---)([^|]+) \| ([\d,]+) \| (\d+) \|", text, re.M)
    (total,) = re.findall(r"^\| all \| ([\d,]+) \| (\d+) \|", text, re.M)
    assert len(rows) > 20 and len({name for name, *_ in rows}) == len(rows)
    tried, lost = (sum(int(row[column].replace(",", "")) for row in rows) for column in (1, 2))
    assert (f"{tried:,}", str(lost)) == total == (total[0], "0")


def test_minutes_are_counted_in_words() -> None:
    found = {"date": "2026-11-03", "machine": "M", "load": 1.0, "seconds": 1800.0, "tried": 0, "lost": 0, "rows": []}
    assert table(found).startswith("Measured on 3 November 2026, M, load 1.0 when it began, 30 minutes.")
