"""Write a scenario as plain data or as a YAML text that loads back to an equal scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity


def as_data(item: Any, *, with_defaults: bool = False) -> Any:
    """Return plain data of a scenario or a part: certain numbers bare, no empty fields, defaults if asked for."""
    if isinstance(item, Quantity):
        given = item.model_dump(exclude_none=True)
        return given["value"] if given.keys() == {"value"} else {key: as_data(value) for key, value in given.items()}
    if isinstance(item, BaseModel):
        fields = [name for name in type(item).model_fields if with_defaults or name in item.model_fields_set]
        data = {name: as_data(getattr(item, name), with_defaults=with_defaults) for name in fields}
        return {name: value for name, value in data.items() if value is not None and (name, value) != ("sources", {})}
    if isinstance(item, Mapping):
        return {key: as_data(value, with_defaults=with_defaults) for key, value in item.items()}
    if isinstance(item, tuple):
        return [as_data(value, with_defaults=with_defaults) for value in item]
    return item


def as_yaml(scenario: Scenario, *, with_defaults: bool = False) -> str:
    """Write the scenario as one YAML file without ``extends``; loading it gives an equal scenario."""
    return "".join(_lines(as_data(scenario, with_defaults=with_defaults), 0))


def _lines(data: Mapping[str, Any], depth: int) -> list[str]:
    found: list[str] = []
    for key, value in data.items():
        start = f"{'  ' * depth}{_text(key)}:"
        if isinstance(value, Mapping) and any(isinstance(child, Mapping | list) for child in value.values()):
            found += [f"{start}\n", *_lines(value, depth + 1)]
        elif isinstance(value, list) and any(isinstance(child, Mapping) for child in value):
            found += [f"{start}\n", *(f"{'  ' * depth}- {_flow(child)}\n" for child in value)]
        elif isinstance(value, Mapping) and value and depth == 0:
            found += [f"{start}\n", *_lines(value, depth + 1)]
        else:
            found.append(f"{start} {_flow(value)}\n")
    return found


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_flow(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(child) for child in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value)


def _text(key: str) -> str:
    return key if key.replace("_", "").replace(".", "").isalnum() else json.dumps(key, ensure_ascii=False)
