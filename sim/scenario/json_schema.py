"""JSON Schema of scenario files, for editors. ``parley check`` is the stricter judge."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.scenario.key_paths import ROLES
from sim.scenario.schema import AttendanceRule, Event, Joint, Landmark, Reading, ReferenceClass, Scenario, Window
from sim.scenario.schema.quantity import MAY, NEEDS, Quantity, Range

TITLE = "Parley scenario"
ABOUT = (
    "A scenario file after the rules of `parley check`. A file that `extends` another gives only what differs: "
    "sections merge, lists and numbers replace, `events+` appends, `key: null` removes an inherited key."
)
# Sections that lie in lists are always given whole, so what they need is needed in every file.
GIVEN_WHOLE = (Landmark, AttendanceRule, Window, Event, ReferenceClass, Joint, Reading)
ELSEWHERE = "https://numbers/"
"""Placeholder address of numbers of a range, which pydantic need not know; replaced by their place in the schema."""
ORIGIN: dict[str, dict[str, Any]] = {
    "source": {"type": "string", "description": "where the number comes from"},
    "note": {"type": "string", "description": "a remark"},
    "kind": {"enum": ["sourced", "judgement"], "description": "`judgement` where there is no source"},
}
READ = {
    "type": "object",
    "description": "low, central and high by the name of a reading; filled in from the sheets that `readings` lists",
    "additionalProperties": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "number"}},
}
FROM = {"type": "string", "description": "library file that this party starts from"}
APPENDED = ("attendance", "windows", "events", "joint")


def range_name(limits: Range) -> str:
    """Return the name under which the schema lists numbers of that range."""
    return f"Number_{limits.low:g}_to_{limits.high:g}"


class _Generator(GenerateJsonSchema):
    """Generator with numbers by range, defaults as one would write them, parties of any role, few required keys."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ranges: dict[str, Range] = {}

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        limits = schema["function"]["function"]
        if not isinstance(limits, Range):
            return super().function_after_schema(schema)
        self.ranges[range_name(limits)] = limits
        return {"$ref": ELSEWHERE + range_name(limits)}

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        kinds = dict.fromkeys(self.generate_inner(kind)["$ref"] for kind in schema["choices"].values())
        return {"anyOf": [{"$ref": kind} for kind in kinds]}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        if schema["cls"] is Quantity:
            return {}  # written below, for pydantic knows nothing of a bare number
        found = super().model_schema(schema)
        del found["title"]
        if schema["cls"] not in (*GIVEN_WHOLE, Scenario):
            found.pop("required", None)
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, Quantity):
            return dft.value
        return {} if isinstance(dft, BaseModel) else super().encode_default(dft)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    generator = _Generator()
    text = json.dumps(generator.generate(Scenario.__pydantic_core_schema__))
    body = json.loads(text.replace(ELSEWHERE, "#/$defs/"))
    numbers = {
        name: _quantity(f"A number from {limits.low:g} to {limits.high:g}", limits)
        for name, limits in generator.ranges.items()
    }
    definitions = {**body["$defs"], **numbers, **ORIGIN, "readings": READ, "Quantity": _quantity("Any number", None)}
    properties = {"extends": {"type": "string", "description": "scenario that this file changes"}, **body["properties"]}
    properties["parties"] = {"type": "object", **properties["parties"]}
    listed = properties["readings"]
    listed["items"] = {"anyOf": [{"type": "string", "description": "coding sheet"}, listed["items"]]}
    for kind in set(ROLES.values()):
        definitions[kind.__name__]["properties"]["from"] = FROM
    for name in APPENDED:
        properties[f"{name}+"] = {**properties[name], "description": f"appended to the inherited {name}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        "description": ABOUT,
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": ["extends"]}, {"required": body["required"]}],
        "properties": properties,
        "$defs": dict(sorted(definitions.items())),
    }


def json_schema_text() -> str:
    """Return the schema as ``parley schema`` prints it and as it is committed."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _quantity(about: str, limits: Range | None) -> dict[str, Any]:
    """Return the forms of a number: bare, with its source, the same as another, three points, a distribution."""
    number: dict[str, Any] = {"type": "number"}
    if limits is not None:
        number |= {"minimum": limits.low, "maximum": limits.high}
    above_zero = {"type": "number", "exclusiveMinimum": 0}
    weights = {"type": "array", "minItems": 1, "items": {"type": "number", "minimum": 0}}
    shapes: dict[str, Any] = dict.fromkeys(("low", "central", "high"), number)
    shapes |= dict.fromkeys(("sd", "log_sd", "median", "a", "b"), above_zero)
    shapes |= {"values": {**weights, "items": number}, "weights": weights, "mean": {"type": "number"}}

    def form(title: str, properties: dict[str, Any], needed: Iterable[str]) -> dict[str, Any]:
        origin = {name: {"$ref": f"#/$defs/{name}"} for name in ORIGIN}
        closed = {"title": title, "type": "object", "additionalProperties": False}
        readings = {} if "same_as" in needed else {"readings": {"$ref": "#/$defs/readings"}}
        return {**closed, "required": list(needed), "properties": {**properties, **readings, **origin}}

    forms = [
        {"title": "a number", **number},
        form("a number with its source", {"value": number}, ["value"]),
        form("the same as another parameter", {"same_as": {"type": "string", "description": "key path"}}, ["same_as"]),
    ]
    for name, needed in NEEDS.items():
        fields = {"dist": {"const": name}} | {field: shapes[field] for field in (*needed, *MAY.get(name, ()))}
        if name == "triangular":
            forms.append(form("low, central, high (triangular)", fields, needed))
        else:
            forms.append(form(name, fields, ("dist", *needed)))
    return {"description": about, "anyOf": forms}
