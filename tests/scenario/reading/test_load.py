"""Finding, extending, merging."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario.catalogue import catalogue
from sim.scenario.reading.load import base_of, load, names, open_scenario
from sim.scenario.schema import Scenario
from sim.scenario.to_yaml import as_yaml
from tests.scenario.conftest import refusal_of


def child(here: Path, text: str, base: str = "base") -> Scenario:
    (here / "child.yaml").write_text(f"extends: {base}\n{text}", encoding="utf-8")
    return load("child.yaml")


def test_sections_merge_and_numbers_replace_as_a_whole(here: Path) -> None:
    base = load("base.yaml")
    changed = child(here, "parties:\n  North:\n    strain: 0.09\n    trust: {low: .1, central: .2, high: .3}\n")
    north = changed.parties["North"]
    assert (north.strain.value, north.strain.low, north.strain.dist) == (0.09, None, None)
    assert (north.trust.dist, north.trust.a) == ("triangular", None)
    assert north.fear == base.parties["North"].fear
    assert list(changed.parties) == list(base.parties)


def test_lists_replace_or_append_and_null_removes(here: Path) -> None:
    base = load("base.yaml")
    rule = "{party: Ally, level: 3, when: {South: 3}}"
    assert len(child(here, f"attendance: [{rule}]\n").attendance) == 1
    assert child(here, f"attendance+: [{rule}]\n").attendance[:2] == base.attendance
    assert child(here, "events: []\n").events == ()
    assert child(here, "events: ~\nwindows: null\n").windows == ()
    assert child(here, "tracks: {ceasefire: {waits_for: null}}\n").tracks["ceasefire"].waits_for is None
    with pytest.raises(ScenarioError, match=r"child.yaml:2:10: error: events\+: expected a list after `\+`"):
        child(here, "events+: 3\n")
    with pytest.raises(ScenarioError, match=r"expected one of `events` and `events\+`, got both"):
        child(here, "events: []\nevents+: []\n")
    with pytest.raises(ScenarioError, match=r"child.yaml:2:24: error: war.momentum_spread: there is no "):
        child(here, "war: {momentum_spread: null}\n")  # a default is not inherited: there is nothing to remove


def test_three_generations_and_positions(here: Path) -> None:
    child(here, "war: {momentum: 0.2}\n")
    (here / "grandchild.yaml").write_text("extends: child\nwar: {momentum_mean: 0.1}\n")
    loaded = open_scenario("grandchild.yaml")
    assert (loaded.scenario.war.momentum.value, loaded.scenario.war.momentum_mean.value) == (0.2, 0.1)
    assert [path.name for path in loaded.files] == ["grandchild.yaml", "child.yaml", "base.yaml", "south.yaml"]
    assert base_of("grandchild.yaml") == here / "child.yaml"
    assert base_of("base.yaml") is None


def test_library_party_keeps_its_own_values_below_the_files(here: Path) -> None:
    south = load("base.yaml").parties["South"]
    assert south.optimism.central == 0.3  # the file's own
    assert south.strain.central == 0.06  # the library's
    assert south.strain.source == "study of the South, 2024"
    assert south.optimism.source is None


def test_names_are_looked_up_below_scenarios_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "istanbul_2025/aides_only" in names()
    folder = here / "scenarios" / "mine"
    folder.mkdir(parents=True)
    (here / "base.yaml").rename(folder / "war.yaml")
    (here / "south.yaml").rename(folder / "south.yaml")
    loaded = open_scenario("mine/war")
    assert (loaded.name, loaded.scenario.title) == ("mine/war", "Talks at Harbour")
    (folder / "wrong.yaml").write_text("titel: x\n")
    monkeypatch.setattr("sim.scenario.catalogue.names", lambda: ["mine/war", "mine/wrong"])
    war, wrong = catalogue()
    assert (war.name, war.supposes, war.problem) == ("mine/war", "Aides meet, nobody else moves.", None)
    assert wrong.problem == "scenarios/mine/wrong.yaml:1:1: error: titel: unknown key `titel`, did you mean `title`?"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "istanbul_2025/aides_olny",
            "no scenario `istanbul_2025/aides_olny`, did you mean `istanbul_2025/aides_only`?",
        ),
        ("../base", "no scenario `../base`; `parley list` shows all"),
        ("gone.yaml", "no scenario `gone.yaml`; `parley list` shows all"),
        ("", "no scenario ``: expected a name such as `istanbul_2025/aides_only` or a .yaml file"),
        ("a\x1b[31m", "no scenario `a\\x1b[31m`: expected a name such as `istanbul_2025/aides_only` or a .yaml file"),
        ("x" * 5000, f"no scenario `{'x' * 77}...`; `parley list` shows all"),
    ],
)
def test_a_name_that_is_nowhere(here: Path, name: str, words: str) -> None:
    assert refusal_of(name) == words


@pytest.mark.parametrize("name", [Path(__file__).parents[1] / "data" / "base.yaml", *names()], ids=str)
def test_written_out_it_loads_back_equal(name: str, tmp_path: Path) -> None:
    scenario = load(name)
    for with_defaults in (False, True):
        path = tmp_path / "resolved.yaml"
        path.write_text(as_yaml(scenario, with_defaults=with_defaults), encoding="utf-8")
        assert load(path) == scenario


def test_scenarios_are_values() -> None:
    base = load(Path(__file__).parents[1] / "data" / "base.yaml")
    with pytest.raises(Exception, match="frozen"):
        base.title = "other"  # type: ignore[misc]
