"""The JSON Schema that editors use is generated from the models and committed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

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


def test_every_number_of_the_schema_has_words_a_unit_and_a_range() -> None:
    def walk(slot: Slot, path: str) -> None:
        for model in slot.models:
            for name in model.model_fields:
                child = slot.child(name) if len(slot.models) == 1 else Slot(model).child(name)
                assert child is not None
                below: Any = child.child("any") if child.is_by_name else child
                if below.is_quantity and name != "set":
                    assert below.allowed is not None, f"{path}.{name}"
                elif below.models and not below.is_quantity:
                    walk(below, f"{path}.{name}")

    walk(ROOT, "scenario")


def test_what_events_may_set_exists() -> None:
    for pattern in SETTABLE:
        slot: Slot | None = ROOT
        for part in pattern.split("."):
            assert slot is not None, pattern
            slot = slot.child("early_hazard" if pattern == "truces.*" and part == "*" else part)
        assert slot is not None, pattern
