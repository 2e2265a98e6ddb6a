"""The shipped scenarios: all there, sourced, nothing dated after the start, and their notes say what they change."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from sim.scenario.checks.references import check
from sim.scenario.differences import changes
from sim.scenario.provenance import provenance, undocumented
from sim.scenario.reading.load import base_of, load, names

ISTANBUL = """
aides_only putin_comes_all_follow putin_comes_trump_stays_away ministers_regular us_walks_away_aid_stays
us_walks_away_aid_ends europe_sanctions_alone secondary_sanctions_us_and_europe us_presses_ukraine_only
halt_30_days_monitored halt_30_days_resupply_limits terms_2022_settlement_first brazil_china_persuade china_leverage
guarantees_on_paper guarantees_as_troops dictated_peace front_collapses offensive_stalls hurting_stalemate aid_surge
""".split()
SHIPPED = Path(__file__).parents[2] / "scenarios"
AS_OF = date(2025, 5, 15)


def test_the_catalogue_is_complete() -> None:
    assert {name for name in names() if name.startswith("istanbul_2025/")} == {f"istanbul_2025/{n}" for n in ISTANBUL}


@pytest.mark.parametrize("name", sorted(names()))
def test_every_shipped_scenario_is_sound_and_every_number_accounted_for(name: str) -> None:
    scenario = load(name)
    assert check(scenario) == []
    assert undocumented(scenario) == []


@pytest.mark.parametrize("name", [name for name in ISTANBUL if name != "aides_only"])
def test_variants_are_small_and_say_what_they_suppose(name: str) -> None:
    full = f"istanbul_2025/{name}"
    base = base_of(full)
    assert base is not None and base.stem == "aides_only"
    assert load(full).supposes.count(".") == 1, "one sentence"
    assert len((SHIPPED / f"{full}.yaml").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("name", [name for name in ISTANBUL if name != "aides_only"])
def test_notes_give_the_size_of_each_change_in_units_of_its_range(name: str) -> None:
    """ "... which is +.57 of the base's low-high range": as `changes` works it out, to the printed digits."""
    base, variant = load("istanbul_2025/aides_only"), load(f"istanbul_2025/{name}")
    for change in changes(base, variant):
        if change.size is None:
            continue
        note = provenance(variant, change.path).note or ""
        said = re.search(r"which is ([+-]?[\d.]+) of the", note)
        if said:
            assert float(said[1]) == pytest.approx(change.size, abs=0.006), change.sentence
        else:
            assert "0 of its" in note or "same" in note or change.size == 0, change.sentence


@pytest.mark.parametrize(
    "path", sorted((SHIPPED / "istanbul_2025").glob("*.yaml")) + sorted(SHIPPED.glob("parties/*.yaml"))
)
def test_no_source_or_note_is_dated_after_the_start(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        if re.match(r"\s*date:", line):
            continue  # windows and supposed events lie ahead
        for year, month, day in re.findall(r"(20\d\d)-(\d\d)-(\d\d)", line):
            assert date(int(year), int(month), int(day)) <= AS_OF, line


def test_cited_rows_are_in_the_evidence() -> None:
    """Files that sources name are shipped, and cited parties and positions are rows of positions.csv."""
    history = SHIPPED / "history"
    positions = (history / "positions.csv").read_text(encoding="utf-8")
    for path in sorted(SHIPPED.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for file in set(re.findall(r"\b(\w+\.csv)", text)):
            places = (history / file, SHIPPED / "calibration" / file)
            assert any(place.is_file() for place in places), f"{path.name} cites {file}"
        for party, issue in re.findall(r"source: \"positions\.csv: (\w+), (\w+)", text):
            if issue != "salience":
                assert f"\n{party},{issue}," in positions, f"{path.name} cites {party}, {issue}"
