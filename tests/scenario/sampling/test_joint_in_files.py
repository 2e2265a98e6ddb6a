"""Joint draws, shared factors and the crowd in scenario files: found, sourced, written out, compared, shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.differences import changes
from sim.scenario.provenance import provenance, standing, undocumented
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from sim.scenario.to_yaml import as_yaml
from tests.scenario.conftest import refusal_of

FACTORS = """
joint:
  - factors: {speed: {dist: loguniform, low: 0.25, high: 4}, cost: {value: 2, kind: judgement, note: own reading}}
    columns: {war.learning: speed, war.momentum_spread: cost}
    mode: multiply
    source: a study of other wars
crowd: {file: crowd.csv, date: 2025-05-08, note: asked about another event}
"""
CROWD = """forecast_date,platform,question,deadline,outcome_tier,probability
2025-05-08,A panel,a halt,2025-06-30,mutual,0.1
"""


@pytest.fixture
def shared(here: Path) -> Scenario:
    (here / "crowd.csv").write_text(CROWD)
    (here / "shared.yaml").write_text((here / "base.yaml").read_text() + FACTORS, encoding="utf-8")
    return load("shared.yaml")


def test_a_factor_takes_the_source_of_its_group(shared: Scenario) -> None:
    assert provenance(shared, "joint.0.factors.speed").source == "a study of other wars"
    assert standing(shared, "joint.0.factors.speed") == "sourced"
    assert standing(shared, "joint.0.factors.cost") == "judgement"
    assert not [path for path in undocumented(shared) if path.startswith("joint")]


def test_factors_and_crowd_are_written_out_and_read_back(shared: Scenario, tmp_path: Path) -> None:
    for with_defaults in (False, True):
        path = tmp_path / "resolved.yaml"
        path.write_text(as_yaml(shared, with_defaults=with_defaults), encoding="utf-8")
        assert load(path) == shared


def test_factors_are_changes_and_the_crowd_is_none(shared: Scenario) -> None:
    """What forecasters said moves no odds, so it is no difference in what is simulated."""
    assert [change.sentence for change in changes(load("base.yaml"), shared)] == [
        "joint.0.factors.speed added: 1.00 (.25 to 4.00)",
        "joint.0.factors.cost added: 2",
        "joint.0.columns.war.learning added: speed",
        "joint.0.columns.war.momentum_spread added: cost",
        "joint.0.mode added: multiply",
    ]


def test_a_factor_can_be_set_and_a_misspelt_one_is_reported(shared: Scenario) -> None:
    assert load("shared.yaml", [("joint.0.factors.speed", "2")]).joint[0].factors["speed"].value == 2
    assert refusal_of("shared.yaml", [("joint.0.factors.sped", "2")]) == (
        "--set joint.0.factors.sped=2: error: joint.0.factors.sped: no parameter of `columns` is drawn by it"
    )


def test_show_and_check_name_the_factors(shared: Scenario, parley: Callable[..., Any]) -> None:
    shown = parley("show", "shared.yaml")
    assert shown.code == 0
    for words in ("joint.0.factors", "loguniform(low 0.25,", "a study of other wars"):
        assert words in shown.out
    assert parley("check", "shared.yaml").code == 0


def test_data_files_are_found_next_to_the_scenario_that_names_them(here: Path) -> None:
    """Also by a scenario in another folder that extends it."""
    (here / "deep").mkdir()
    (here / "deep" / "draws.csv").write_text("a\n.1\n")
    (here / "deep" / "crowd.csv").write_text(CROWD)
    (here / "south.yaml").rename(here / "deep" / "south.yaml")
    text = (here / "base.yaml").read_text()
    text += "joint: [{file: draws.csv, columns: {war.momentum_spread: a}, source: test}]\n"
    text += "crowd: {file: crowd.csv, date: 2025-05-08}\n"
    (here / "deep" / "war.yaml").write_text(text)
    (here / "top.yaml").write_text("extends: deep/war\ncrowd: {note: asked about another war}\n")
    for name in ("deep/war.yaml", "top.yaml"):
        scenario = load(name)
        assert scenario.joint[0].file == "draws.csv" and scenario.crowd is not None
        assert [(one.role, one.shown) for one in scenario.origin[-2:]] == [
            ("joint.0", "deep/draws.csv"),
            ("crowd", "deep/crowd.csv"),
        ]
    assert scenario.crowd.note == "asked about another war"


def test_a_mistake_in_the_forecasts_is_reported_when_the_scenario_is_loaded(shared: Scenario, here: Path) -> None:
    (here / "crowd.csv").write_text(CROWD.replace("mutual", "Mutual"))
    said = "crowd.file: crowd.csv: line 2: outcome_tier: expected durable, mutual, broad, duration, durable_intended"
    assert f"{said} or other, got 'Mutual', did you mean `mutual`?" in refusal_of("shared.yaml")
