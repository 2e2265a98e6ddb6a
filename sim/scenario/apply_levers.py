"""A scenario with levers in use: each number that a lever moves is a share of the way to the lever's value.

What moves is the central value; the spread around it stays. A range is shifted by as much (a lognormal or
loguniform is stretched by the same ratio) and cut at what the key allows. A draw of the number at full use is thus the
scenario's own draw, moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from sim.errors import ParleyError
from sim.scenario.checks import references
from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.key_paths import allowed_at, split
from sim.scenario.mirror import flipped_number, turns
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity, Range

RATIO_DISTS = ("lognormal", "loguniform")
SHIFTED = ("value", "low", "central", "high", "mean")
STRETCHED = ("low", "high", "median")


def with_levers(scenario: Scenario, use: Mapping[str, float]) -> Scenario:
    """Return the scenario with levers in use: ``use`` by lever, from 0 (as it is) to 1 (full use).

    Raises ParleyError where the result breaks a rule of scenarios.
    """
    result = scenario
    for name, share in use.items():
        if share <= 0:
            continue
        for path, target in scenario.levers[name].to.items():
            parts = split(path)
            result = _with_change(result, parts, _shift_of(scenario, path, target, share))
    if problems := references.check(result):
        first, named = problems[0], ", ".join(name for name, share in use.items() if share > 0)
        raise ParleyError(f"levers: with {named} in use {dotted(first.path)}: {first.message}")
    return result


def _shift_of(scenario: Scenario, path: str, target: float, share: float) -> Callable[[Any], Any]:
    limits = allowed_at(path)
    if scenario.mirrored and turns(path):
        target = float(flipped_number(path, target))

    def shift(number: Any) -> Any:
        if isinstance(number, Quantity):
            return shifted(number, target, share, limits)
        return round(number + share * (target - number))

    return shift


def shifted(quantity: Quantity, target: float, share: float, limits: Range | None = None) -> Quantity:
    """Return ``quantity`` with its central value ``share`` of the way to ``target``, cut at ``limits``.

    Of several readings each goes that share of its own way.
    """
    if quantity.readings:
        read = {name: shifted(quantity.as_read(name), target, share, limits) for name in quantity.readings}
        own = shifted(quantity.model_copy(update={"readings": None}), target, share, limits)
        points = {name: (*one.bounds, one.middle) for name, one in read.items()}
        return own.model_copy(
            update={"readings": {name: (low, middle, high) for name, (low, high, middle) in points.items()}}
        )
    given = quantity.model_dump(exclude_none=True)
    middle = quantity.middle
    aim = middle + share * (target - middle)

    def cut(value: float) -> float:
        return value if limits is None else min(limits.high, max(limits.low, value))

    if quantity.dist in RATIO_DISTS:
        changed: dict[str, Any] = {key: cut(given[key] * aim / middle) for key in STRETCHED if key in given}
    else:
        changed = {key: cut(given[key] + aim - middle) for key in SHIFTED if key in given}
        if "values" in given:
            changed["values"] = tuple(cut(value + aim - middle) for value in given["values"])
    if "low" in changed and changed["low"] == changed.get("high"):
        kept = {key: given[key] for key in ("source", "note", "kind") if key in given}
        return Quantity.model_validate({"value": changed["low"], **kept})
    return Quantity.model_validate({**given, **changed})


def _with_change(item: Any, path: KeyPath, change: Callable[[Any], Any]) -> Any:
    """Return ``item`` with the value at ``path`` changed; the rest is shared."""
    if not path:
        return change(item)
    key, rest = path[0], path[1:]
    if isinstance(item, BaseModel):
        return item.model_copy(update={str(key): _with_change(getattr(item, str(key)), rest, change)})
    if isinstance(item, tuple):
        number = int(key)
        return (*item[:number], _with_change(item[number], rest, change), *item[number + 1 :])
    return {**item, key: _with_change(item[key], rest, change)}
