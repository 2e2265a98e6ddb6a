"""The shipped scenarios: all there, sourced, nothing dated after the start, and their notes say what they change."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from sim.scenario.catalogue import INDEX, catalogue, entry, index
from sim.scenario.checks.references import check
from sim.scenario.differences import changes
from sim.scenario.provenance import provenance, undocumented
from sim.scenario.reading.load import base_of, load, names

ISTANBUL = """
aides_only putin_comes_all_follow putin_comes_trump_stays_away ministers_regular us_walks_away_aid_stays
us_walks_away_aid_ends europe_sanctions_alone secondary_sanctions_us_and_europe us_presses_ukraine_only
halt_30_days_monitored halt_30_days_resupply_limits terms_2022_settlement_first brazil_china_persuade china_leverage
guarantees_on_paper guarantees_as_troops dictated_peace front_collapses offensive_stalls hurting_stalemate aid_surge
halt_30_days_both_rearm pressure_if_talks_fail pressure_if_talks_fail_without_us
""".split()
SHIPPED = Path(__file__).parents[2] / "scenarios"
AS_OF = date(2025, 5, 15)


def test_the_catalogue_is_complete() -> None:
    assert {name for name in names() if name.startswith("istanbul_2025/")} == {f"istanbul_2025/{n}" for n in ISTANBUL}


def test_what_lies_beside_the_scenarios_is_not_listed() -> None:
    """Parties, timelines, evidence and second readings have folders of their own, and none is offered as a scenario."""
    beside = {"parties", "timelines", "history", "calibration", "readings"}
    assert all((SHIPPED / folder).is_dir() for folder in beside)
    assert not beside & {one.name.partition("/")[0] for one in catalogue()}


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
            places = (history / file, SHIPPED / "calibration" / file, SHIPPED / "readings" / file)
            assert any(place.is_file() for place in places), f"{path.name} cites {file}"
        for party, issue in re.findall(r"source: \"positions\.csv: (\w+), (\w+)", text):
            if issue != "salience":
                assert f"\n{party},{issue}," in positions, f"{path.name} cites {party}, {issue}"


# -- the index -------------------------------------------------------------------------------------


def test_the_index_says_what_the_files_say() -> None:
    """If this fails after a change of a shipped file: ``python -m docs.generate``."""
    assert (SHIPPED / INDEX).read_text(encoding="utf-8") == index()
    assert catalogue() == [entry(name, SHIPPED / f"{name}.yaml") for name in names()]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is shipped, read in the place of it."""
    root = Path(shutil.copytree(SHIPPED, tmp_path / "shipped"))
    monkeypatch.setattr("sim.scenario.sources.search_path.shipped_root", lambda: root)
    monkeypatch.setattr("sim.scenario.catalogue.shipped_root", lambda: root)
    monkeypatch.chdir(tmp_path)
    return root


def problems() -> dict[str, str]:
    return {one.name: one.problem for one in catalogue() if one.problem}


def test_nothing_is_read_again_that_has_not_changed(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("read in full")

    monkeypatch.setattr("sim.scenario.catalogue.entry", refuse)
    assert [one.name for one in catalogue()] == names()
    assert all(one.title and one.question and one.supposes and one.start for one in catalogue())


@pytest.mark.parametrize(
    ("file", "change", "names", "said"),
    [
        ("teaching/minimal.yaml", "\nmore: 1\n", {"teaching/minimal", "teaching/spoilers"}, "more"),
        ("teaching/spoilers.yaml", "\n  - [", {"teaching/spoilers"}, "not YAML"),
        ("parties/us.yaml", "\nmore: 1\n", {"istanbul_2025/aides_only"}, "more"),
    ],
)
def test_a_mistake_in_a_shipped_file_shows(file: str, change: str, names: set[str], said: str, shipped: Path) -> None:
    path = shipped / file
    path.write_text(path.read_text(encoding="utf-8") + change, encoding="utf-8")
    found = problems()
    assert names <= found.keys() and all(said in found[name] for name in names), found


def test_own_scenarios_are_read_in_full(shipped: Path, tmp_path: Path) -> None:
    for name, text in {
        "teaching/minimal": (SHIPPED / "teaching/minimal.yaml").read_text(encoding="utf-8").replace("title:", "titel:"),
        "mine/first": "extends: teaching/spoilers\ntitle: Mine\nsupposes: All is mine.\n",
    }.items():
        path = tmp_path / "scenarios" / f"{name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    found = {one.name: one for one in catalogue()}
    assert found["mine/first"].title == "Mine" and not found["mine/first"].problem
    assert "titel" in str(found["teaching/minimal"].problem) and problems().keys() == {"teaching/minimal"}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"digest": 1}'])
def test_without_a_whole_index_files_are_read(text: str, shipped: Path) -> None:
    before = {one.name for one in catalogue()}
    (shipped / INDEX).write_text(text, encoding="utf-8")
    assert {one.name for one in catalogue() if one.start} == before
