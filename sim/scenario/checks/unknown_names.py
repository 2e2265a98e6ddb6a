"""Unknown names in a scenario whose form is wrong too, so that one error reports both.

A copy is repaired just enough to be checked: values of the wrong form are removed, missing ones get a placeholder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from sim.scenario.checks import references
from sim.scenario.diagnostics import KeyPath, Problem
from sim.scenario.key_paths import ROLES, Slot, slot_at
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity

ROUNDS = 4
"""Repairs of one copy: a value that is removed may be a required one."""
ABOUT_NAMES = "unknown "
SECTIONS = (("issues",), ("tracks",), ("parties",), ("sides",))

RealPath = Callable[[tuple[int | str, ...]], KeyPath]
"""Turns pydantic's location of an error into a key path."""


def unknown_names(data: Any, known: list[Problem], real_path: RealPath) -> list[Problem]:
    """Return unknown names in ``data`` beyond the ``known`` problems; none where the copy cannot be repaired.

    Where a whole section of names has the wrong form its names cannot be checked.
    """
    if any(len(problem.path) < 2 and problem.path[:1] in ((), *SECTIONS) for problem in known):
        return []
    for _ in range(ROUNDS):
        try:
            scenario = Scenario.model_validate(data)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                data = _repaired(data, real_path(item["loc"]), item["type"])
            continue
        reported = [problem.path for problem in known]
        return [
            problem
            for problem in references.check(scenario)
            if problem.message.startswith(ABOUT_NAMES)
            and not any(problem.path[: len(path)] == path for path in reported)
        ]
    return []


def _repaired(data: Any, path: KeyPath, kind: str) -> Any:
    """Return ``data`` without the value at ``path``, or with a placeholder there."""
    if kind.startswith("union_tag"):
        return _put(data, (*path, "role"), "mediator")
    slot = slot_at(path, lambda party: _role(data, party))
    return _put(data, path, _placeholder(slot) if kind == "missing" and slot is not None else None)


def _role(data: Any, party: str) -> str | None:
    found = data.get("parties", {}).get(party) if isinstance(data, Mapping) else None
    role = found.get("role") if isinstance(found, Mapping) else None
    return role if role in ROLES else None


def _put(data: Any, path: KeyPath, value: Any) -> Any:
    """Return ``data`` with ``value`` at ``path``; None removes the key. A list with a wrong item is emptied."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(data, Mapping):
        below = {name: child for name, child in data.items() if name != key}
        put = _put(data.get(str(key)), rest, value)
        return below if put is None and not rest else {**below, str(key): put}
    if isinstance(data, tuple) and isinstance(key, int) and key < len(data) and rest:
        return (*data[:key], _put(data[key], rest, value), *data[key + 1 :])
    return () if isinstance(data, tuple) else _put({}, path, value) if value is not None else None


def _placeholder(slot: Slot) -> Any:
    """Return some value that is allowed at ``slot``."""
    if slot.type is Quantity:
        return (slot.allowed.low + slot.allowed.high) / 2 if slot.allowed else 0.5
    if get_origin(slot.type) is Literal:
        return get_args(slot.type)[0]
    if slot.is_list:
        return ()
    return {str: "x", bool: False, int: 1, float: 0.5, date: date(2000, 1, 1)}.get(slot.type, {})
