"""What a slider, a link and a saved file say is the same scenario."""

from pathlib import Path

import pytest

from dashboards.app import what_if_edits
from dashboards.app.pages import what_if_controls
from sim.execution.run import run
from sim.execution.scenario_check import check_scenarios
from sim.scenario.key_paths import with_scalars
from sim.scenario.reading.load import load
from tests.factories import minimal_scenario

ISTANBUL = "istanbul_2025/aides_only"
CHANGES = {
    "parties.Russia.strain": "0.1",
    "parties.Russia.usual_level": "2",
    "parties.US.leverage.Russia": "0.03",
    "war.momentum": "-0.05",
    "issues.territory.status_quo": "0.42",
}


def test_a_change_is_what_set_does() -> None:
    assert what_if_edits.changed(load(ISTANBUL), CHANGES) == load(ISTANBUL, list(CHANGES.items()))


def test_a_moved_number_no_longer_has_the_source_of_the_old_one() -> None:
    sources = {name: {"kind": "judgement", "note": name} for name in ("strain", "fear")}
    scenario = minimal_scenario(**{"parties.North.sources": sources})
    moved = what_if_edits.changed(scenario, {"parties.North.strain": "0.1"})
    assert set(moved.parties["North"].sources) == {"fear"}
    assert set(scenario.parties["North"].sources) == {"strain", "fear"}


def test_a_link_restores_the_state() -> None:
    link = what_if_edits.link(ISTANBUL, CHANGES, "/what-if")
    path, _, search = link.partition("?")
    query, changes = what_if_edits.read_link("?" + search)
    assert (path, query["scenario"], changes) == ("/what-if", ISTANBUL, CHANGES)


@pytest.mark.parametrize("name", ["Türkiye", "A&B", "a b", "<b>", "100%"])
def test_any_name_survives_a_link(name: str) -> None:
    changes = {f"parties.{name}.strain": "0.1"}
    assert what_if_edits.read_link(what_if_edits.link(name, changes))[1] == changes


def test_a_saved_file_is_accepted_and_gives_the_same_trials(tmp_path: Path) -> None:
    base = load(ISTANBUL)
    path = tmp_path / "what_if.yaml"
    text = what_if_edits.as_yaml(ISTANBUL, base, CHANGES)
    assert text.startswith(f"extends: {ISTANBUL}\n")
    path.write_text(text, encoding="utf-8")
    assert not check_scenarios([str(path)], False)[0]["errors"]
    saved, live = (run(one, trials=64, workers=1) for one in (load(path), what_if_edits.changed(base, CHANGES)))
    assert all((saved.columns[name] == live.columns[name]).all() for name in ("durable_week", "tag", "victory_week"))


def test_a_scenario_that_has_no_file_is_saved_whole(tmp_path: Path) -> None:
    base = load("teaching/minimal").model_copy(update={"title": "Another: {valley} # <b>"})
    text = what_if_edits.as_yaml("teaching/minimal", base, {"war.momentum": "0.1"})
    assert "extends" not in text
    path = tmp_path / "whole.yaml"
    path.write_text(text, encoding="utf-8")
    assert load(path).war.momentum.value == 0.1


def test_every_control_can_be_set_to_its_own_value_and_moved() -> None:
    """What is offered is what the schema takes: both ends of every slider, one at a time, are within its range."""
    scenario = load(ISTANBUL)
    listed = what_if_controls.controls(scenario)
    assert len({one.path for one in listed}) == len(listed) > 100
    for one in listed:
        assert one.low <= one.value <= one.high, one.path
        assert all(one.low <= mark <= one.high for mark in one.marks if one.kind == "number"), one.path
        for value in (one.low, one.high):
            path = what_if_edits.split(one.path)
            if one.kind == "level":
                what_if_edits.level_of(scenario, path, str(int(value)))
            else:
                what_if_edits.number_of(scenario, path, what_if_edits.plain(value))


def test_controls_name_their_source_and_group() -> None:
    scenario = load(ISTANBUL)
    listed = what_if_controls.controls(scenario)
    assert what_if_controls.groups(scenario)[:2] == list(scenario.parties)[:2]
    strain = next(one for one in listed if one.path == "parties.Russia.strain")
    known = scenario.belligerent("Russia").strain
    assert strain.marks == (known.low, known.central, known.high)
    assert strain.meaning and strain.unit == "utils" and strain.standing in ("sourced", "judgement")
    assert next(one for one in listed if one.path == "issues.territory.status_quo").landmarks
    assert not any(".points." in one.path or one.path.startswith("events") for one in listed)


def test_unchanged_scenarios_are_the_same_object() -> None:
    scenario = load("teaching/minimal")
    assert what_if_edits.changed(scenario, {}) is scenario
    assert with_scalars(scenario, lambda path, quantity: quantity) is scenario
