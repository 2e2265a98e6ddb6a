"""Values given on the command line: ``--set a.b=v`` and ``--sweep a.b=lo:hi:n``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from sim.errors import ScenarioError
from sim.scenario.checks.validate import NOTHING, is_sound, slot_in, validated
from sim.scenario.diagnostics import DROPPED, KeyPath, Mark, Problem, as_error, dotted, escaped, unknown
from sim.scenario.key_paths import ROOT, Slot, split
from sim.scenario.schema import Scenario
from sim.scenario.yaml.yaml_reader import Node, node_at, read_argument

MOST_STEPS = 1000
NAMES_OF_TABLES = ("file", "draws")


def parse_set(argument: str) -> tuple[str, str]:
    """Split ``a.b=v`` into key path and value."""
    path, equals, value = argument.partition("=")
    if not equals or not path.strip() or not value.strip():
        raise ScenarioError(
            f"--set {escaped(argument)}: error: expected a key path, `=` and a value, such as war.momentum=.2"
        )
    return path.strip(), value.strip()


def overridden(tree: Node, overrides: Sequence[tuple[str, str]]) -> Node:
    """Return ``tree`` with each (key path, YAML value) set; mistakes are placed at their argument."""
    problems: list[tuple[Mark, Problem]] = []
    seen: set[KeyPath] = set()
    for text, value in overrides:
        mark = Mark(f"--set {text}={value}")
        path = split(text)
        if path in seen:
            problems.append((mark, Problem(path, "is set twice, expected once")))
        seen.add(path)
        try:
            if problem := _path_problem(tree, path):
                problems.append((mark, problem))
                continue
            node = read_argument(value, mark)
            tree = _put(tree, path, Node(node.value, mark, mark))
        except ScenarioError as error:
            if problems:
                raise ScenarioError(f"{as_error(problems)}\n{error}") from None
            raise
    if problems:
        raise as_error(problems)
    return tree


def validated_with(
    tree: Node, overrides: Sequence[tuple[str, str]], removed: Mapping[KeyPath, Mark] = NOTHING
) -> Scenario:
    """Validate ``tree`` with the overrides; mistakes that only they cause are placed at them, not in a file."""
    changed = overridden(tree, overrides)
    try:
        return validated(changed, removed)
    except ScenarioError:
        if not is_sound(tree):
            raise
    return validated(changed, removed, {split(text): Mark(f"--set {text}={value}") for text, value in overrides})


def _path_problem(tree: Node, path: KeyPath) -> Problem | None:
    """Return why nothing can be set at ``path``, or None."""
    slot: Slot | None = ROOT
    for depth, key in enumerate(path):
        above, slot = slot, slot_in(tree, path[: depth + 1])
        if above is None:
            break
        here = node_at(tree, path[:depth])
        if above.is_quantity:
            return Problem(
                path[:depth], "is one number: set it whole, such as .07 or {low: .04, central: .07, high: .12}"
            )
        if above.is_list:
            n = len(here.value) if here is not None and here.is_list else 0
            if not isinstance(key, int) or key >= n:
                words = f"expected one of {n} items, counted from 0, got {escaped(str(key))}"
                return Problem(path[: depth + 1], words)
        elif above.is_by_name and slot is not None and slot.models and not slot.is_whole:
            given = list(here.entries) if here is not None else []
            if str(key) not in given:
                return Problem(path[: depth + 1], unknown("name", str(key), given))
        elif slot is None:
            whole = path[: depth + 1]
            return Problem(whole, DROPPED.get(dotted(whole)) or unknown("key", str(key), above.keys()))
    return None


def _put(tree: Node, path: KeyPath, value: Node) -> Node:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(tree.value, list) and isinstance(key, int):
        items = list(tree.value)
        items[key] = _put(items[key], rest, value)
        return tree.holding(items)
    below = dict(tree.entries)
    if not rest and (sources := below.get("sources")) is not None and sources.is_mapping:
        # The file's source for a plain number is none for the one on the command line.
        said = {name: node for name, node in sources.value.items() if name != str(key)}
        below["sources"] = sources.holding(said)
    if not rest and key in NAMES_OF_TABLES:
        below.pop("sha256", None)  # nor the digest of the file's table
    below[str(key)] = _put(below.get(str(key), value.holding({})), rest, value)
    return tree.holding(below)


def expand_sweep(argument: str) -> list[tuple[str, tuple[str, str]]]:
    """Expand ``a.b=lo:hi:n`` or ``a.b=v1,v2`` into a list of (label, override), in order."""

    def refuse(message: str) -> ScenarioError:
        return ScenarioError(f"--sweep {escaped(argument)}: error: {message}")

    path, equals, text = (part.strip() for part in argument.partition("="))
    if not equals or not path or not text:
        raise refuse("expected a key path, `=` and lo:hi:n or v1,v2,..., such as parties.Russia.strain=.03:.10:5")
    parts = text.split(":")
    if len(parts) == 3:
        values = _steps(parts, refuse)
    elif len(parts) == 1:
        values = [value.strip() for value in text.split(",")]
        if "" in values or any(bracket in text for bracket in "{}[]"):
            raise refuse("expected plain values with commas between them")
        if len(values) > MOST_STEPS:
            raise refuse(f"expected at most {MOST_STEPS} values, got {len(values)}")
    else:
        raise refuse(f"expected lo:hi:n or v1,v2,..., got {len(parts)} parts")
    if len(set(values)) != len(values):
        raise refuse("expected each value once, got one of them twice")
    return [(f"{dotted(split(path))}={value}", (path, value)) for value in values]


def _steps(parts: list[str], refuse: Callable[[str], ScenarioError]) -> list[str]:
    try:
        low, high, n = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        raise refuse("expected numbers in lo:hi:n") from None
    if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(high - low)):
        raise refuse("expected finite numbers in lo:hi:n")
    if not 2 <= n <= MOST_STEPS:
        raise refuse(f"expected n from 2 to {MOST_STEPS}, got {n}")
    if low == high:
        raise refuse("expected two different ends, got equal ones")
    # Rounded to a trillionth of the width, so that a sweep through 0 says 0.
    digits = 12 - math.ceil(math.log10(abs(high - low)))
    return [f"{round(low + (high - low) * step / (n - 1), digits) + 0.0:.12g}" for step in range(n)]
