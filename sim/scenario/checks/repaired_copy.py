"""Names that are wrong in a scenario whose form is wrong too, so that both are told in one round.

A copy is mended just enough to be looked at: what has the wrong form is taken out, what is missing stands in.
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
"""Times that a copy is mended: a value that is taken out may be one that has to be there."""
ABOUT_NAMES = "unknown "
SECTIONS = (("issues",), ("tracks",), ("parties",), ("sides",))

Real = Callable[[tuple[int | str, ...]], KeyPath]
"""From pydantic's place of an error to a key path."""


def names_beside(data: Any, told: list[Problem], real: Real) -> list[Problem]:
    """Unknown names in ``data`` beyond what is ``told`` already; none where the copy can't be mended.

    Where a whole section of names has the wrong form nothing is known of them.
    """
    if any(len(problem.path) < 2 and problem.path[:1] in ((), *SECTIONS) for problem in told):
        return []
    for _ in range(ROUNDS):
        try:
            scenario = Scenario.model_validate(data)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                data = _mended(data, real(item["loc"]), item["type"])
            continue
        known = [problem.path for problem in told]
        return [
            problem
            for problem in references.check(scenario)
            if problem.message.startswith(ABOUT_NAMES) and not any(problem.path[: len(path)] == path for path in known)
        ]
    return []


def _mended(data: Any, path: KeyPath, kind: str) -> Any:
    """``data`` without the value at ``path``, or with one that can stand there."""
    if kind.startswith("union_tag"):
        return _put(data, (*path, "role"), "mediator")
    slot = slot_at(path, lambda party: _role(data, party))
    return _put(data, path, _stand_in(slot) if kind == "missing" and slot is not None else None)


def _role(data: Any, party: str) -> str | None:
    found = data.get("parties", {}).get(party) if isinstance(data, Mapping) else None
    role = found.get("role") if isinstance(found, Mapping) else None
    return role if role in ROLES else None


def _put(data: Any, path: KeyPath, value: Any) -> Any:
    """``data`` with ``value`` at ``path``; without that key where it is None. A list with a wrong item is emptied."""
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


def _stand_in(slot: Slot) -> Any:
    """Some value that may stand at ``slot``."""
    if slot.type is Quantity:
        return (slot.allowed.low + slot.allowed.high) / 2 if slot.allowed else 0.5
    if get_origin(slot.type) is Literal:
        return get_args(slot.type)[0]
    if slot.is_list:
        return ()
    return {str: "x", bool: False, int: 1, float: 0.5, date: date(2000, 1, 1)}.get(slot.type, {})
