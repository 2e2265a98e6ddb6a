"""Demands, mandates and conditional events that could do nothing are refused, each in one sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sim.scenario.checks.references import check
from sim.scenario.schema import Event, Scenario
from sim.scenario.schema.talks import Condition
from tests.factories import minimal_scenario

BACKER = {"role": "backer", "supports": {"North": 0.5}, "engagement": 0.0}
ASSEMBLY = {"role": "veto", "side": "North", "ideal_point": {"territory": 0.0}, "points": {"territory": 100.0}}
SILENT = {"talks.convening_prob_per_week": 0.0, "talks.ripeness": 0.0}


def told(scenario: Scenario) -> list[str]:
    return [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in check(scenario)]


def when(**conditions: Any) -> dict[str, Any]:
    return {"name": "Deadline", "when": conditions, "pressure": {"South": 0.02}}


def test_a_demand_may_lie_beyond_the_status_quo_and_what_stands_beyond_a_veto_players_line_binds_there() -> None:
    """A parliament whose line the front has crossed tolerates the front, and nothing beyond."""
    base: dict[str, Any] = {
        "parties.Assembly": {**ASSEMBLY, "red_lines": {"territory": 0.3}},
        "tracks.ceasefire.ratified_by": ("Assembly",),
    }
    assert told(minimal_scenario(**base, **{"tracks.ceasefire.demands": {"North": {"territory": 0.2}}})) == []
    assert told(minimal_scenario(**base, **{"tracks.ceasefire.demands": {"South": {"territory": 0.5}}})) == []
    beyond = minimal_scenario(**base, **{"tracks.ceasefire.demands": {"South": {"territory": 0.6}}})
    assert told(beyond) == [
        "tracks.ceasefire.demands.South.territory: "
        "expected at most 0.5, the red line of Assembly, got 0.6: together they leave no package"
    ]
    not_ratified = {**base, "tracks.ceasefire.ratified_by": ()}
    assert told(minimal_scenario(**not_ratified, **{"tracks.ceasefire.demands": {"South": {"territory": 0.6}}})) == []


def test_demands_of_side_a_are_held_against_what_side_b_and_controllers_allow() -> None:
    lines = {"parties.South.red_lines": {"territory": 0.4}}
    low = minimal_scenario(**lines, **{"tracks.ceasefire.demands": {"North": {"territory": 0.3}}})
    assert told(low) == [
        "tracks.ceasefire.demands.North.territory: "
        "expected at least 0.4, the red line of South, got 0.3: together they leave no package"
    ]
    patron = {"role": "backer", "limits": {"territory": (0.45, 1.0)}}
    held = {"parties.Patron": patron, "issues.territory.controllers": ("Patron",)}
    assert told(minimal_scenario(**held, **{"tracks.ceasefire.demands": {"North": {"territory": 0.4}}})) == [
        "tracks.ceasefire.demands.North.territory: "
        "expected at least 0.45, the limit of Patron, got 0.4: together they leave no package"
    ]


def test_a_condition_on_a_party_that_takes_no_part_needs_an_event_that_brings_it_in() -> None:
    absent = minimal_scenario(**{"parties.Patron": BACKER, "events": [when(engaged=("Patron",))]})
    assert told(absent) == [
        "events.0.when.engaged.0: "
        "expected a party that takes part, got `Patron` with an engagement of 0, which no event sets"
    ]
    comes = {"name": "Comes in", "date": date(2025, 3, 3), "set": {"parties.Patron.engagement": 1.0}}
    assert told(minimal_scenario(**{"parties.Patron": BACKER, "events": [comes, when(engaged=("Patron",))]})) == []


@pytest.mark.parametrize("condition", [{"round_failed": True}, {"absent": {"South": 3}}])
def test_a_condition_on_rounds_needs_talks_that_can_meet(condition: dict[str, Any]) -> None:
    (key,) = condition
    assert told(minimal_scenario(**SILENT, events=[when(**condition)])) == [
        f"events.0.when.{key}: expected talks that meet, got talks.convening_prob_per_week and talks.ripeness of 0 "
        "and no event with a round: this can never be true"
    ]
    summit = {"name": "Summit", "date": date(2025, 3, 3), "round": True}
    opening = {"name": "Opening", "date": date(2025, 3, 3), "set": {"talks.ripeness": 0.1}}
    for event in (summit, opening):
        assert told(minimal_scenario(**SILENT, events=[event, when(**condition)])) == []
    assert told(minimal_scenario(**SILENT, events=[when(no_ceasefire_by=date(2025, 3, 3))])) == []
    assert told(minimal_scenario(events=[when(**condition)])) == []


def test_the_day_of_an_event_without_one_is_the_start() -> None:
    scenario = minimal_scenario(events=[when(round_failed=True), {**when(round_failed=True), "date": date(2025, 3, 3)}])
    assert [scenario.day_of(event) for event in scenario.events] == [date(2025, 1, 6), date(2025, 3, 3)]


def test_a_condition_states_something() -> None:
    for nothing in ({}, {"round_failed": False}, {"absent": {}, "engaged": ()}):
        with pytest.raises(ValueError, match="expected at least one of no_ceasefire_by, round_failed, absent, engaged"):
            Condition(**nothing)
    assert Event(name="x", when=Condition(round_failed=True)).date is None
