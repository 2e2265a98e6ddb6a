"""From a merged tree to a Scenario, with pydantic's errors turned into plain, located messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.scenario.checks import references
from sim.scenario.checks.unknown_names import unknown_names
from sim.scenario.diagnostics import (
    DROPPED,
    KeyPath,
    Mark,
    Problem,
    as_error,
    described,
    did_you_mean,
    dotted,
    escaped,
    nearest,
)
from sim.scenario.key_paths import ROLES, ROOT, Slot, expected, slot_at
from sim.scenario.schema import AttendanceRule, Scenario
from sim.scenario.yaml.yaml_reader import Node, deepest_node, node_at, place_of, plain

NOTHING: Mapping[KeyPath, Mark] = {}
ROLE_NAMES = "`belligerent`, `backer`, `mediator` or `veto`"
ABSENCE_KEYS = ("unless", "when_absent", "if_not", "when_not", "except")
MOST_HINTED = 100
"""Mistakes for which the nearest name is looked up; further ones in a file go without."""
MISSING, UNKNOWN = "missing, ", "unknown key "
ABSENCE = 'only "comes if X comes" rules: a rule that fires on absence has no well-defined outcome'


def validated(
    tree: Node, removed: Mapping[KeyPath, Mark] = NOTHING, overrides: Mapping[KeyPath, Mark] = NOTHING
) -> Scenario:
    """Return the Scenario in ``tree``, or raise ScenarioError with every mistake and its place.

    ``removed`` says where a party, issue or track was removed, ``overrides`` what was set from outside
    on a tree that is sound by itself: mistakes are then placed at the override that causes them.
    """
    scenario, problems = _checked(tree)
    if scenario is not None and not problems:
        return scenario
    gone = {path: mark for path, mark in removed.items() if node_at(tree, path) is None}
    places = located(tree, [_with_removal(problem, gone) for problem in problems])
    if overrides:
        places = [
            (mark if not mark.line else _causing_override(problem, mark, overrides), problem)
            for mark, problem in places
        ]
    raise as_error([(mark, problem._replace(path=as_written(tree, problem.path))) for mark, problem in places])


def is_sound(tree: Node) -> bool:
    """Return whether ``tree`` is a Scenario without a mistake."""
    return not _checked(tree)[1]


def _checked(tree: Node) -> tuple[Scenario | None, list[Problem]]:
    try:
        scenario = Scenario.model_validate(plain(tree))
    except ValidationError as error:
        problems = _problems(tree, error)
        return None, [*problems, *unknown_names(plain(tree), problems, lambda loc: _real_path(tree, loc))]
    return scenario, references.check(scenario)


def located(tree: Node, problems: list[Problem]) -> list[tuple[Mark, Problem]]:
    """Return each problem with the place of its key or value, in the order of the files."""
    found: dict[tuple[Mark, str], Problem] = {}
    for problem in problems:
        found.setdefault((place_of(tree, problem), problem.message), problem)
    return sorted(((mark, problem) for (mark, _), problem in found.items()), key=_place_and_kind)


def as_written(tree: Node, path: KeyPath) -> KeyPath:
    """Return ``path`` with appended items counted as in their file: ``events+.0``, not ``events.7``."""
    written = list(path)
    for depth, part in enumerate(path):
        if (node := node_at(tree, path[:depth])) is None:
            break
        if depth and node.is_list and isinstance(part, int) and part < len(node.value) and node.value[part].at.line:
            files = [item.at.file for item in node.value]
            if first := files.index(files[part]):
                written[depth - 1 : depth + 1] = [f"{path[depth - 1]}+", part - first]
    return tuple(written)


def _with_removal(problem: Problem, removed: Mapping[KeyPath, Mark]) -> Problem:
    """Name the place where a file above removed an unknown name: it is no misspelling."""
    match = re.match("(unknown .+? `([^`]+)`)", problem.message)
    for path, mark in removed.items():
        if match and (match[2] == path[1] or match[2].startswith(dotted(path) + ".")):
            return problem._replace(message=f"{match[1]} (removed at {mark})")
    return problem


def _causing_override(problem: Problem, mark: Mark, overrides: Mapping[KeyPath, Mark]) -> Mark:
    """Return the override that shares most keys with the problem; ``mark`` where several share none."""
    if not mark.line:
        return mark
    if len(overrides) == 1:
        return next(iter(overrides.values()))
    shared = {path: len(set(path) & set(problem.path)) for path in overrides}
    best = max(overrides, key=lambda path: shared[path])
    return overrides[best] if shared[best] else mark


def _place_and_kind(pair: tuple[Mark, Problem]) -> tuple[Mark, bool]:
    return pair[0], pair[1].message.startswith(MISSING)


def role_in(tree: Node, party: str) -> str | None:
    """Return the role that ``tree`` gives a party, or None."""
    node = node_at(tree, ("parties", party, "role"))
    return node.value if node and isinstance(node.value, str) else None


def slot_in(tree: Node, path: KeyPath, root: Slot = ROOT) -> Slot | None:
    """Return the slot at ``path``; the slot of a party is that of its role in ``tree``."""
    return slot_at(path, lambda party: role_in(tree, party), root)


def _problems(tree: Node, error: ValidationError) -> list[Problem]:
    found: dict[KeyPath, Problem] = {}
    for number, item in enumerate(error.errors(include_url=False, include_input=False)):
        path = _real_path(tree, item["loc"])
        if number >= MOST_HINTED and item["type"] == "extra_forbidden":
            problem = Problem(path, f"{UNKNOWN}`{escaped(str(path[-1]))}`", at_key=True)
        else:
            problem = problem_of(tree, path, item)
        found.setdefault(problem.path, problem)
    hinted = list(found.values())[:MOST_HINTED]
    misspelt = {(*p.path[:-1], key) for p in hinted if p.at_key for key in _keys_meant(tree, p)}
    return [
        problem for path, problem in found.items() if not (path in misspelt and problem.message.startswith(MISSING))
    ]


def _keys_meant(tree: Node, problem: Problem) -> list[str]:
    """Return the keys that an unknown key stands for: they need not be reported as missing as well."""
    if problem.message == ABSENCE:
        return ["when"]
    if not problem.message.startswith(UNKNOWN):
        return []
    slot = slot_in(tree, problem.path[:-1])
    close = nearest(str(problem.path[-1]), slot.keys() if slot else [])
    return [close] if close else []


def _real_path(tree: Node, loc: tuple[int | str, ...]) -> KeyPath:
    """Return pydantic's ``loc`` without the names of union members that it puts between the keys."""
    path: list[str | int] = []
    for part in loc:
        if len(path) == 2 and path[0] == "parties" and part in ROLES and part == role_in(tree, str(path[1])):
            continue
        slot = slot_at(tuple(path))
        if slot is not None and not (slot.models or slot.is_by_name or slot.is_list):
            break
        if slot is not None and slot.is_whole:
            node = node_at(tree, tuple(path))
            if node and not node.is_mapping:
                break
        path.append(part)
    return tuple(path)


def problem_of(tree: Node, path: KeyPath, item: Any, root: Slot = ROOT) -> Problem:
    """Return an error of pydantic's at ``path`` below ``root`` in the words of scenario files."""
    slot = slot_in(tree, path, root)
    node = node_at(tree, path)
    value = plain(node) if node else None
    match item["type"]:
        case "extra_forbidden":
            return _unknown_key(path, slot_in(tree, path[:-1], root))
        case "missing":
            hint = ""
            if len(path) == 3 and path[0] == "issues" and (other := _other_name(tree, path[:2])):
                hint = f", or did you mean the issue `{escaped(other)}`?"
            return Problem(path, f"{MISSING}expected {expected(slot)}{hint}", at_key=True)
        case "union_tag_not_found":
            if other := _other_name(tree, path):
                words = f"without a role this would be a new party; did you mean `{escaped(other)}`?"
                return Problem(path, f"{words} A new one needs a role: {ROLE_NAMES}", at_key=True)
            return Problem((*path, "role"), f"{MISSING}expected {ROLE_NAMES}", at_key=True)
        case "union_tag_invalid":
            role = plain(deepest_node(tree, (*path, "role"))[0])
            close = nearest(role, ROLES) if isinstance(role, str) else None
            hint = f", did you mean `{close}`?" if close else ""
            return Problem((*path, "role"), f"expected {ROLE_NAMES}, got {described(role)}{hint}")
        case "value_error":
            hint = _hint(value, expected(slot)) if isinstance(value, str) else ""
            return Problem(path, escaped(str(item["ctx"]["error"]), 300) + hint)
        case _:
            return _wrong_value(path, value, slot)


def _other_name(tree: Node, path: KeyPath) -> str | None:
    """Return the sibling of ``path`` that it may be a misspelling of."""
    section = node_at(tree, path[:-1])
    return nearest(str(path[-1]), [name for name in section.entries if name != path[-1]]) if section else None


def _unknown_key(path: KeyPath, above: Slot | None) -> Problem:
    key, known = str(path[-1]), above.keys() if above else []
    name, colon, value = key.partition(":")
    words = DROPPED.get(dotted(path)) or f"{UNKNOWN}`{escaped(key)}`{did_you_mean(key, known)}"
    if above is not None and above.type is AttendanceRule and key in ABSENCE_KEYS:
        words = ABSENCE
    elif colon and value and name in known:
        words = f"a space is missing after the colon: `{escaped(name)}: {escaped(value)}`"
    return Problem(path, words, at_key=True)


def _wrong_value(path: KeyPath, value: Any, slot: Slot | None) -> Problem:
    if len(path) > 1 and path[0] == "attendance" and type(value) is int and value < 0:
        return Problem(path, ABSENCE)
    hint = _hint(value, expected(slot)) if isinstance(value, str) and slot is not None else ""
    return Problem(path, f"expected {expected(slot)}, got {described(value)}{hint}")


def _hint(value: str, words: str) -> str:
    if "`" in words:
        close = nearest(value, re.findall("`([^`]+)`", words))
        return f", did you mean `{close}`?" if close else ""
    text = value.strip()
    if "number" in words and text.endswith("%"):
        return ": write 0.5 for 50%"
    if "number" in words and text.replace(",", "").lstrip("+-").isdigit():
        return ": write a decimal point, not a comma"
    return ""
