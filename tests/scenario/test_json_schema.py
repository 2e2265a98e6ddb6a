"""The JSON Schema that editors use is generated from the models and committed."""

from __future__ import annotations

import re
from pathlib import Path

from sim.scenario.json_schema import json_schema, json_schema_text
from sim.scenario.key_paths import ROOT, Slot
from sim.scenario.schema import SETTABLE

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "scenario.schema.json"


def test_the_committed_copy_is_current() -> None:
    """If this fails after a change of the schema: ``parley schema > docs/reference/scenario.schema.json``."""
    assert COMMITTED.read_text(encoding="utf-8") == json_schema_text()


def test_every_reference_is_defined_and_every_definition_used() -> None:
    text = json_schema_text()
    references = set(re.findall(r'"#/\$defs/([^"]+)"', text))
    assert references == set(json_schema()["$defs"])


def test_numbers_show_their_range_their_unit_and_a_bare_default() -> None:
    schema = json_schema()
    momentum = schema["$defs"]["War"]["properties"]["momentum"]
    assert (momentum["$ref"], momentum["default"], momentum["unit"]) == ("#/$defs/Number_-1_to_1", 0.0, "momentum")
    bare = schema["$defs"]["Number_-1_to_1"]["anyOf"][0]
    assert (bare["type"], bare["minimum"], bare["maximum"]) == ("number", -1, 1)
    assert schema["anyOf"][0] == {"required": ["extends"]}


def test_what_events_may_set_exists() -> None:
    for pattern in SETTABLE:
        slot: Slot | None = ROOT
        for part in pattern.split("."):
            assert slot is not None, pattern
            slot = slot.child("early_hazard" if pattern == "truces.*" and part == "*" else part)
        assert slot is not None, pattern
