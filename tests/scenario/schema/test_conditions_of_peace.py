"""Demands, mandates, delegations and conditional events from the file on: read, drawn, mirrored, written out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.checks import references
from sim.scenario.describe import parameter_rows
from sim.scenario.differences import changes
from sim.scenario.mirror import mirror
from sim.scenario.provenance import provenance, standing
from sim.scenario.reading.load import load
from sim.scenario.sampling.parameter_draws import draw_columns
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema import Condition, Scenario
from sim.scenario.to_yaml import as_yaml
from tests.factories import minimal_scenario
from tests.scenario.conftest import recording

VARIANT = """
extends: base
model: 3
issues: {territory: {delivered: {low: 0.6, central: 0.8, high: 1.0}}}
tracks:
  ceasefire:
    demands: {South: {territory: {low: 0.5, central: 0.6, high: 0.7}}}
    sources: {demands: {source: draft of 2022}}
parties:
  North: {curvature: 0.3, loss_aversion: {low: 1, central: 1.5, high: 2}, meeting_cost: 0.02, signature_cost: 0.01}
  South:
    signs: [limited_truce]
    delegation: {led_by: An aide, stay_away: [The leader, The minister]}
  Ally: {aid: 0.5, effort: 0.2, reach: {South: 0.5}}
  Assembly: {misperception: 0.05}
talks: {ripeness: 0.6, persistence_of_chance: 0}
events+:
  - name: deadline
    when: {no_ceasefire_by: 2025-06-15, round_failed: true, absent: {South: 3}, engaged: [Ally]}
    set: {parties.Ally.aid: 0, parties.Ally.effort: {low: 0.1, central: 0.2, high: 0.4}, talks.ripeness: 1}
"""
DEMAND = "tracks.ceasefire.demands.South.territory"


@pytest.fixture
def variant(here: Path) -> Scenario:
    (here / "variant.yaml").write_text(VARIANT)
    return load("variant.yaml")


def test_every_difference_is_told_but_persons_and_the_model(variant: Scenario) -> None:
    assert [change.sentence for change in changes(load("base.yaml"), variant)] == [
        "issues.territory.delivered .0 -> .8 (.6 to 1.0)",
        "parties.North.curvature .5 -> .3",
        "parties.North.loss_aversion 1.25 -> 1.50 (1.00 to 2.00)",
        "parties.North.signature_cost .00 -> .01",
        "parties.North.meeting_cost .00 -> .02",
        "parties.South.signs added: limited_truce",
        "parties.Ally.effort .0 -> .2",
        "parties.Ally.aid 1.0 -> .5",
        "parties.Assembly.misperception .02 -> .05",
        "talks.ripeness .3 -> .6",
        "talks.persistence_of_chance .5 -> .0",
        f"{DEMAND} added: .6 (.5 to .7)",
        "parties.Ally.reach.South added: .5",
        "event `deadline` added: when no ceasefire by 2025-06-15 and a round failed and South below level 3 and "
        "Ally engaged, set parties.Ally.aid 0, parties.Ally.effort .2 (.1 to .4), talks.ripeness 1",
    ]


def test_written_out_it_is_read_back(variant: Scenario, here: Path) -> None:
    (here / "whole.yaml").write_text(as_yaml(variant))
    assert load("whole.yaml") == variant
    assert Scenario.model_validate_json(variant.model_dump_json()) == variant
    assert variant.belligerent("South").delegation.stay_away == ("The leader", "The minister")
    assert variant.events[-1].when == Condition(
        no_ceasefire_by=date(2025, 6, 15), round_failed=True, absent={"South": 3}, engaged=("Ally",)
    )


def test_demands_are_drawn_and_sourced_like_any_number(variant: Scenario) -> None:
    uniform, asked = recording(0.0, 0.5, 1.0)
    drawn = draw_columns(variant, uniform)
    np.testing.assert_allclose(drawn[DEMAND], [0.5, 0.6, 0.7])
    np.testing.assert_allclose(drawn["issues.territory.delivered"], [0.6, 0.8, 1.0])
    assert {DEMAND, "issues.territory.delivered", "events.deadline.set.parties.Ally.effort"} <= set(asked)
    assert (provenance(variant, DEMAND).source, standing(variant, DEMAND)) == ("draft of 2022", "sourced")
    (row,) = (row for row in parameter_rows(variant) if row["path"] == DEMAND)
    assert (row["unit"], row["value"]) == ("scale", "0.5 / 0.6 / 0.7") and "gives it less" in row["meaning"]
    assert load("variant.yaml", [(DEMAND, "0.65")]).tracks["ceasefire"].demands["South"]["territory"].value == 0.65


def test_the_mirror_turns_demands_and_leaves_mandates_and_conditions_to_their_parties(variant: Scenario) -> None:
    turned = mirror(variant)
    demand = turned.tracks["ceasefire"].demands["South"]["territory"]
    assert (demand.low, demand.central, demand.high) == (0.3, 0.4, 0.5)
    assert mirror(turned) == variant and references.check(turned) == []
    assert turned.issues["territory"].delivered == variant.issues["territory"].delivered
    assert turned.belligerent("South").signs == ("limited_truce",)
    assert turned.belligerent("South").delegation.led_by == "An aide"
    assert turned.events[-1].when == variant.events[-1].when
    assert turned.third_party("Ally").aid == variant.third_party("Ally").aid


def test_conditional_events_of_one_name_have_streams_of_their_own() -> None:
    number = {"low": 0.0, "central": 0.1, "high": 0.2}
    one = {"name": "Act", "when": {"round_failed": True}, "pressure": {"South": number}}
    scenario = minimal_scenario(events=[one, one, {**one, "date": date(2025, 2, 3)}])
    names = stream_names(scenario)
    assert [names.of(f"events.{place}.pressure.South") for place in range(3)] == [
        "events.Act (1).pressure.South",
        "events.Act (2).pressure.South",
        "events.Act on 2025-02-03.pressure.South",
    ]
