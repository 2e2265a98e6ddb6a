"""Rules of ``levers:``: the parties exist, and each number exists, can be moved, and is moved by one lever only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.diagnostics import KeyPath, Problem, unknown
from sim.scenario.key_paths import allowed_at, quantities
from sim.scenario.schema import Scenario, Veto
from sim.scenario.schema.quantity import Quantity

NOT_MOVED = ("joint", "levers", "calibration", "reference_class")


def check(scenario: Scenario) -> Iterator[Problem]:
    """Yield every broken rule. Names have been checked before."""
    if not scenario.levers:
        return
    known: dict[str, Any] = quantities(scenario) | levels_of_parties(scenario)
    for number, event in enumerate(scenario.events):
        known |= {f"events.{number}.levels.{name}": level for name, level in event.levels.items()}
    numbers = {path: number for path, number in known.items() if path.partition(".")[0] not in NOT_MOVED}
    taken: dict[str, str] = {}
    for name, lever in scenario.levers.items():
        where: KeyPath = ("levers", name)
        for place, party in enumerate(lever.who):
            if party not in scenario.parties:
                yield Problem((*where, "who", place), unknown("party", party, list(scenario.parties)))
        for path, target in lever.to.items():
            if message := _lever_problem(path, target, lever.steps, numbers):
                yield Problem((*where, "to", path), message)
            elif path in taken:
                yield Problem((*where, "to", path), f"`{taken[path]}` moves this number already", at_key=True)
            taken[path] = name


def levels_of_parties(scenario: Scenario) -> dict[str, int]:
    """Return the usual and the highest level of every party that attends, by key path."""
    keys = ("usual_level", "level_cap")
    attending = [(name, party) for name, party in scenario.parties.items() if not isinstance(party, Veto)]
    return {f"parties.{name}.{key}": getattr(party, key) for name, party in attending for key in keys}


def _lever_problem(path: str, target: float, steps: int, numbers: dict[str, Any]) -> str:
    """Return why a lever cannot move a number; empty if it can."""
    if path not in numbers:
        return unknown("number", path, list(numbers))
    number = numbers[path]
    if not isinstance(number, Quantity):
        if target not in (0, 1, 2, 3):
            return f"expected a level of 0, 1, 2 or 3, got {target:g}"
        return "" if steps == 1 else f"expected `steps: 1`, got {steps}: a level is on or off"
    if number.same_as is not None:
        return f"this is the same as {number.same_as}: move that one"
    if number.dist == "beta":
        return "a beta cannot be moved: give low, central and high"
    if number.dist in ("lognormal", "loguniform") and target <= 0:
        return f"expected a number above 0 for a {number.dist}, got {target:g}"
    if (limits := allowed_at(path)) and not limits.low <= target <= limits.high:
        return f"expected a number from {limits.low:g} to {limits.high:g}, got {target:g}"
    return ""
