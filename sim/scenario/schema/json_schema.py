"""JSON Schema of scenario files, for editors. ``parley check`` is the stricter judge."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.scenario.schema.quantity import MAY, NEEDS, Range
from sim.scenario.schema.scenario import Scenario

TITLE = "Parley scenario"
ABOUT = (
    "A scenario file after the rules of `parley check`. A file that `extends` another gives only what differs: "
    "sections merge, lists and numbers replace, `events+` appends, `key: null` removes an inherited key."
)
# Sections that lie in lists are always given whole, so what they need is needed in every file.
GIVEN_WHOLE = ("Landmark", "AttendanceRule", "Window", "Event", "ReferenceClass", "Joint")
ORIGIN: dict[str, dict[str, Any]] = {
    "source": {"type": "string", "description": "where the number comes from"},
    "note": {"type": "string", "description": "a remark"},
    "kind": {"enum": ["sourced", "judgement"], "description": "`judgement` where there is no source"},
}
APPENDED = ("attendance", "windows", "events", "joint")


def range_name(limits: Range) -> str:
    """The name under which the schema lists numbers of that range."""
    return f"Number_{limits.low:g}_to_{limits.high:g}"


class _Generator(GenerateJsonSchema):
    """Leaves a mark where a range checks a Quantity, to be turned into a reference below."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        checker = schema["function"]["function"]
        if isinstance(checker, Range):
            return {"x-range": [checker.low, checker.high]}
        return super().function_after_schema(schema)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file."""
    raw = Scenario.model_json_schema(schema_generator=_Generator)
    ranges: dict[str, Range] = {}
    body = _tidied(raw, ranges)
    definitions = body.pop("$defs")
    definitions["Quantity"] = _quantity("Any number", None)
    for name, limits in sorted(ranges.items()):
        definitions[name] = _quantity(f"A number from {limits.low:g} to {limits.high:g}", limits)
    for name, definition in definitions.items():
        if name not in GIVEN_WHOLE:
            definition.pop("required", None)
    definitions.update(ORIGIN)
    needed = body.pop("required", [])
    properties = {
        "extends": {"type": "string", "description": "scenario that this file changes"},
        **body.pop("properties"),
    }
    for name in APPENDED:
        properties[f"{name}+"] = {**properties[name], "description": f"appended to the inherited {name}"}
    for kind in ("Belligerent", "ThirdParty", "Veto"):
        definitions[kind]["properties"]["from"] = {
            "type": "string",
            "description": "library file that this party starts from",
        }
    party = {"anyOf": [{"$ref": f"#/$defs/{kind}"} for kind in ("Belligerent", "ThirdParty", "Veto")]}
    properties["parties"] = {"type": "object", "additionalProperties": party}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        "description": ABOUT,
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": ["extends"]}, {"required": needed}],
        "properties": properties,
        "$defs": dict(sorted(definitions.items())),
    }


def json_schema_text() -> str:
    """The schema as ``parley schema`` prints it and as it is committed."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _tidied(item: Any, ranges: dict[str, Range]) -> Any:
    """Without titles that repeat the key; ranges as references; default numbers bare."""
    if isinstance(item, list):
        return [_tidied(child, ranges) for child in item]
    if not isinstance(item, dict):
        return item
    if "x-range" in item:
        limits = Range(*item["x-range"])
        name = range_name(limits)
        ranges[name] = limits
        rest = {key: value for key, value in item.items() if key != "x-range"}
        return {"$ref": f"#/$defs/{name}", **_tidied(rest, ranges)}
    result: dict[str, Any] = {}
    for key, value in item.items():
        if key == "title" and isinstance(value, str):
            continue
        result[key] = _bare(value) if key == "default" else _tidied(value, ranges)
    return result


def _bare(default: Any) -> Any:
    """A default as one would write it: a certain number bare, a section's defaults not repeated."""
    if isinstance(default, dict):
        given = {key: value for key, value in default.items() if value is not None}
        return given["value"] if given.keys() == {"value"} else {}
    return default


def _quantity(about: str, limits: Range | None) -> dict[str, Any]:
    """The ways to write a number: bare, with its source, three points, a distribution, the same as another."""
    number: dict[str, Any] = {"type": "number"}
    if limits is not None:
        number = {"type": "number", "minimum": limits.low, "maximum": limits.high}
    origin = {name: {"$ref": f"#/$defs/{name}"} for name in ORIGIN}

    def form(title: str, needed: tuple[str, ...], properties: dict[str, Any]) -> dict[str, Any]:
        return {
            "title": title,
            "type": "object",
            "additionalProperties": False,
            "required": list(needed),
            "properties": {**properties, **origin},
        }

    forms: list[dict[str, Any]] = [
        {"title": "a number", **number},
        form("a number with its source", ("value",), {"value": number}),
        form("the same as another parameter", ("same_as",), {"same_as": {"type": "string", "description": "key path"}}),
    ]
    for name, needed in NEEDS.items():
        shape: dict[str, Any] = {field: _shape_field(field, number) for field in (*needed, *MAY.get(name, ()))}
        if name == "triangular":
            forms.append(form("low, central, high (triangular)", needed, {"dist": {"const": name}, **shape}))
        else:
            forms.append(form(name, ("dist", *needed), {"dist": {"const": name}, **shape}))
    return {"description": about, "anyOf": forms}


def _shape_field(field: str, number: dict[str, Any]) -> dict[str, Any]:
    if field in ("values", "weights"):
        return {
            "type": "array",
            "minItems": 1,
            "items": number if field == "values" else {"type": "number", "minimum": 0},
        }
    if field in ("sd", "log_sd", "median", "a", "b"):
        return {"type": "number", "exclusiveMinimum": 0}
    return number if field in ("low", "central", "high") else {"type": "number"}
