"""A blank sheet gives nothing away, and a filled one is set beside the file number by number."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from sim.errors import ParleyError
from sim.scenario.files import load
from sim.study.second_reading import blank_sheet, briefing, compare, to_read

NAME = "iran_iraq/july_1988"


def filled(tmp_path: Path, **cells: tuple[str, str, str]) -> Path:
    rows = list(csv.DictReader(io.StringIO(blank_sheet(NAME))))
    for row in rows:
        key = row["path"].replace(".", "__")
        if key in cells:
            row["low"], row["central"], row["high"] = cells[key]
            row["ground"] = "read"
    path = tmp_path / "sheet.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def test_a_blank_sheet_has_every_stated_number_and_no_value() -> None:
    rows = list(csv.DictReader(io.StringIO(blank_sheet(NAME))))
    assert [row["path"] for row in rows] == list(to_read(load(NAME)))
    assert {"parties.Iran.strain", "war.momentum", "issues.land.status_quo"} <= {row["path"] for row in rows}
    assert "war.tau" in {row["path"] for row in rows} and "talks.text_prob" not in {row["path"] for row in rows}
    assert all(row[key] == "" for row in rows for key in ("low", "central", "high", "ground"))
    assert all(row["meaning"] for row in rows)
    (strain,) = (row for row in rows if row["path"] == "parties.Iran.strain")
    assert (strain["unit"], strain["from"]) == ("utils", "0")


def test_a_briefing_tells_scales_and_no_position() -> None:
    text = briefing(NAME)
    scenario = load(NAME)
    for issue in scenario.issues.values():
        assert issue.scale in text
    assert "1988-07-18" in text and "Secretary-General" in text
    assert not re.search(r"coded|judgement|\.csv", text), "no notes, which give values away"


def test_what_differs_is_told_the_furthest_first(tmp_path: Path) -> None:
    sheet = filled(
        tmp_path,
        parties__Iran__strain=("0.09", "0.13", "0.2"),  # file: .08, .12, .18
        parties__Iraq__strain=("0.09", "0.13", "0.3"),  # file: .03, .06, .10
        parties__Iran__optimism=("0.2", "0.3", "0.4"),  # file: .00, .05, .15
        issues__shatt__status_quo=("", "0.5", ""),  # file: .5
    )
    found = compare(NAME, sheet)
    assert [(one.path, one.verdict) for one in found.differences] == [
        ("parties.Iran.optimism", "apart"),
        ("parties.Iraq.strain", "overlap"),
        ("issues.shatt.status_quo", "alike"),
        ("parties.Iran.strain", "alike"),
    ]
    assert len(found.blank) == len(to_read(load(NAME))) - 4
    assert list(found.table()["verdict"]) == ["apart", "overlap", "alike", "alike"]
    assert found.as_dict()["differences"][0]["ground"] == "read"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("0.3", "0.2", "0.4"), "rising numbers are wanted"),
        (("0.1", "", "0.4"), "`central` is blank"),
        (("a", "0.2", "0.4"), "are numbers"),
        (("0", "nan", "1"), "rising numbers are wanted"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(tmp_path: Path, cells: tuple[str, str, str], said: str) -> None:
    sheet = filled(tmp_path, issues__land__status_quo=cells)
    with pytest.raises(ParleyError, match=rf"sheet.csv:\d+: .*{said}"):
        compare(NAME, sheet)


def test_a_sheet_of_another_war_or_none(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("path,low,central,high,ground\nparties.Irn.strain,,.1,,\n", encoding="utf-8")
    with pytest.raises(ParleyError, match="did you mean `parties.Iran.strain`"):
        compare(NAME, path)
    path.write_text("path,low\n", encoding="utf-8")
    with pytest.raises(ParleyError, match="`central` is missing"):
        compare(NAME, path)
    with pytest.raises(ParleyError, match="cannot be read"):
        compare(NAME, tmp_path / "none.csv")
