"""Every number says where it comes from, and a source never speaks for a number it was not written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.provenance import (
    Evidence,
    counts,
    evidence,
    evidence_of_all,
    provenance,
    standing,
    undocumented,
)
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from tests.factories import minimal_scenario
from tests.scenario.conftest import refusal_of


def test_own_section_and_enclosing_sources_in_that_order() -> None:
    scenario = minimal_scenario(
        **{
            "parties.North.strain": {"value": 0.1, "source": "own"},
            "parties.North.fear": 0.1,
            "parties.North.trust": 0.5,
            "parties.North.sources": {"fear": {"source": "key"}, "points": {"kind": "judgement"}},
            "sources": {
                "parties.North": {"source": "short prefix"},
                "parties.North.trust": {"source": "long prefix"},
                "parties.North.strain": {"source": "not this"},
                "*": {"source": "star"},
            },
        }
    )
    assert provenance(scenario, "parties.North.strain").source == "own"
    assert provenance(scenario, "parties.North.fear").source == "key"
    assert provenance(scenario, "parties.North.points.territory").kind == "judgement"
    assert provenance(scenario, "parties.North.trust").source == "long prefix"
    assert provenance(scenario, "parties.North.ideal_point.territory").source == "short prefix"
    assert provenance(scenario, "parties.South.strain").source == "star"
    assert undocumented(scenario) == []


def test_bare_numbers_are_listed_and_defaults_carry_the_schemas_source() -> None:
    scenario = minimal_scenario()
    assert undocumented(scenario) == [
        "issues.territory.status_quo",
        "parties.North.ideal_point.territory",
        "parties.North.points.territory",
        "parties.North.strain",
        "parties.South.ideal_point.territory",
        "parties.South.points.territory",
        "parties.South.strain",
    ]
    assert standing(scenario, "truces.settlement_ratio") == "default"
    assert provenance(scenario, "truces.settlement_ratio").source == "Fortna pk&pkept, Cox, 0.48 (0.25-0.92)"
    assert provenance(scenario, "war.momentum_spread").kind == "judgement"
    found = counts(scenario)
    assert (found["sourced"], found["judgement"], found["unstated"]) == (0, 0, 7)
    with pytest.raises(KeyError):
        provenance(scenario, "war.momentum_spred")


def test_a_number_that_is_the_same_as_another_shares_its_source() -> None:
    scenario = minimal_scenario(
        **{"war.momentum": {"value": 0.1, "source": "maps"}, "war.momentum_mean": {"same_as": "war.momentum"}}
    )
    assert provenance(scenario, "war.momentum_mean").source == "maps"


def test_a_childs_number_does_not_inherit_the_source_of_the_old_one(here: Path) -> None:
    (here / "child.yaml").write_text(
        "extends: base\nwar: {momentum: .2}\nparties: {North: {strain: .1, usual_level: 2}}\n"
    )
    scenario = load("child.yaml")
    assert undocumented(scenario) == ["parties.North.strain", "war.momentum", "parties.North.usual_level"]
    assert provenance(scenario, "parties.North.fear").note == "own reading"


def test_a_childs_sources_speak_for_its_numbers_and_for_unstated_ones(here: Path) -> None:
    text = (here / "base.yaml").read_text().replace("    sources: {'*': {source: \"survey of positions, 2025\"}}\n", "")
    (here / "base.yaml").write_text(text)
    assert undocumented(load("base.yaml"))[0] == "issues.territory.status_quo"
    (here / "child.yaml").write_text(
        "extends: base\nwar: {momentum: .2}\nsources: {issues.territory: {source: new survey}, "
        "'*': {kind: judgement}}\n"
    )
    scenario = load("child.yaml")
    assert provenance(scenario, "issues.territory.status_quo").source == "new survey"
    assert provenance(scenario, "war.momentum").kind == "judgement"
    assert provenance(scenario, "parties.South.strain").source == "study of the South, 2024"
    assert undocumented(scenario) == []


def test_broken_sources_are_reported_once(here: Path) -> None:
    text = (here / "base.yaml").read_text()
    (here / "base.yaml").write_text(text.replace("{source: front reports}", "{sorce: front reports}"))
    words = "war.sources.*.sorce: unknown key `sorce`, did you mean `source`?"
    assert refusal_of("base.yaml") == f"base.yaml:99:19: error: {words}"


def test_evidence_is_one_line_for_one_scenario_or_many() -> None:
    lesson, talks = load("teaching/minimal"), load("istanbul_2025/aides_only")
    assert evidence(lesson).words == "0 of 92 numbers have a source; never calibrated."
    assert evidence(talks).words == "64 of 332 numbers have a source; calibrated on the record of past wars."
    one = Evidence(numbers=3, sourced=1, calibrated=False)
    assert one.words == "1 of 3 numbers has a source; never calibrated."
    assert evidence_of_all([talks, talks]) == evidence(talks).words
    assert evidence_of_all([talks, lesson]) == (
        "0 of 92 to 64 of 332 numbers of a scenario have a source; 1 of 2 scenarios are calibrated."
    )


def test_a_stored_scenario_has_the_evidence_of_its_file() -> None:
    """Although its defaults are written out there."""
    scenario = load("korea/july_1951")
    assert evidence(Scenario.model_validate_json(scenario.model_dump_json(exclude_none=True))) == evidence(scenario)
