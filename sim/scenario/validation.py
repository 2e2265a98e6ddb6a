"""From a merged tree to a Scenario, with pydantic's complaints turned into plain, located words."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sim.scenario import rules
from sim.scenario.paths import ROLES, Slot, slot_at, wanted
from sim.scenario.problems import KeyPath, Mark, Problem, came, did_you_mean, escaped, fail, nearest
from sim.scenario.schema import AttendanceRule, Scenario
from sim.scenario.yaml_source import Node, marks_along, plain

ABSENCE_KEYS = ("unless", "when_absent", "if_not", "when_not", "except")
MISSING, UNKNOWN = "missing, ", "unknown key "
ABSENCE = 'only "comes if X comes" rules: a rule that fires on absence has no well-defined outcome'


def validated(tree: Node) -> Scenario:
    """The Scenario in ``tree``; ScenarioError tells every mistake with its place."""
    try:
        scenario = Scenario.model_validate(plain(tree))
    except ValidationError as error:
        raise fail(located(tree, _problems(tree, error))) from None
    if problems := rules.check(scenario):
        raise fail(located(tree, problems))
    return scenario


def located(tree: Node, problems: list[Problem]) -> list[tuple[Mark, Problem]]:
    """Each problem with the place of its key or value, in the order of the files."""
    found: dict[tuple[Mark, str], Problem] = {}
    for problem in problems:
        found.setdefault((_mark(tree, problem), problem.message), problem)
    return sorted(((mark, problem) for (mark, _), problem in found.items()), key=_place_and_kind)


def _place_and_kind(pair: tuple[Mark, Problem]) -> tuple[Mark, bool]:
    return pair[0], pair[1].message.startswith(MISSING)


def _mark(tree: Node, problem: Problem) -> Mark:
    node, steps = marks_along(tree, problem.path)
    is_there = steps == len(problem.path)
    return node.key_at if problem.at_key or not is_there else node.at


def role_in(tree: Node, party: str) -> str | None:
    node, steps = marks_along(tree, ("parties", party, "role"))
    return node.value if steps == 3 and isinstance(node.value, str) else None


def _problems(tree: Node, error: ValidationError) -> list[Problem]:
    found: dict[KeyPath, Problem] = {}
    for item in error.errors(include_url=False, include_input=False):
        path = _real_path(tree, item["loc"])
        problem = _problem(tree, path, item)
        found.setdefault(problem.path, problem)
    misspelt = {(*p.path[:-1], key) for p in found.values() if p.at_key for key in _meant(tree, p)}
    return [
        problem for path, problem in found.items() if not (path in misspelt and problem.message.startswith(MISSING))
    ]


def _meant(tree: Node, problem: Problem) -> list[str]:
    """The keys that an unknown key stands for: they need not be reported as missing as well."""
    if problem.message == ABSENCE:
        return ["when"]
    if not problem.message.startswith(UNKNOWN):
        return []
    slot = slot_at(problem.path[:-1], lambda party: role_in(tree, party))
    close = nearest(str(problem.path[-1]), slot.keys() if slot else [])
    return [close] if close else []


def _real_path(tree: Node, loc: tuple[int | str, ...]) -> KeyPath:
    """pydantic's ``loc`` without the names of union members that it puts between the keys."""
    path: list[str | int] = []
    for part in loc:
        if len(path) == 2 and path[0] == "parties" and part in ROLES and part == role_in(tree, str(path[1])):
            continue
        slot = slot_at(tuple(path))
        if slot is not None and not (slot.models or slot.is_by_name or slot.is_list):
            break
        if slot is not None and slot.is_whole:
            node, steps = marks_along(tree, tuple(path))
            if steps == len(path) and not node.is_mapping:
                break
        path.append(part)
    return tuple(path)


def _problem(tree: Node, path: KeyPath, item: Any) -> Problem:
    slot = slot_at(path, lambda party: role_in(tree, party))
    node, steps = marks_along(tree, path)
    value = plain(node) if steps == len(path) else None
    match item["type"]:
        case "extra_forbidden":
            return _unknown_key(tree, path)
        case "missing":
            return Problem(path, f"{MISSING}{wanted(slot)} is wanted", at_key=True)
        case "union_tag_not_found":
            return Problem((*path, "role"), f"{MISSING}{_roles()} is wanted", at_key=True)
        case "union_tag_invalid":
            role = plain(marks_along(tree, (*path, "role"))[0])
            close = did_you_mean(role, list(ROLES)) if isinstance(role, str) else f", {_roles()} is wanted"
            return Problem((*path, "role"), f"{came(role)} came{close}")
        case "value_error":
            hint = _hint(value, wanted(slot)) if isinstance(value, str) else ""
            return Problem(path, escaped(str(item["ctx"]["error"]), 300) + hint)
        case _:
            return _wrong_value(path, value, slot)


def _roles() -> str:
    return "`belligerent`, `backer`, `mediator` or `veto`"


def _unknown_key(tree: Node, path: KeyPath) -> Problem:
    *above, key = path
    slot = slot_at(tuple(above), lambda party: role_in(tree, party))
    if slot is not None and slot.type is AttendanceRule and key in ABSENCE_KEYS:
        return Problem(path, ABSENCE, at_key=True)
    role = role_in(tree, str(path[1])) if len(above) == 2 and path[0] == "parties" else None
    known = slot.keys(role) if slot else []
    return Problem(path, f"{UNKNOWN}`{escaped(str(key))}`{did_you_mean(str(key), known)}", at_key=True)


def _wrong_value(path: KeyPath, value: Any, slot: Slot | None) -> Problem:
    if (
        len(path) > 1
        and path[0] == "attendance"
        and isinstance(value, int)
        and not isinstance(value, bool)
        and value < 0
    ):
        return Problem(path, ABSENCE)
    hint = ""
    if isinstance(value, str) and slot is not None:
        hint = _hint(value, wanted(slot))
    if value is None:
        return Problem(path, f"nothing came, {wanted(slot)} is wanted")
    return Problem(path, f"{came(value)} came, {wanted(slot)} is wanted{hint}")


def _hint(value: str, words: str) -> str:
    if "`" in words:
        return ""
    text = value.strip()
    if "number" in words and text.endswith("%"):
        return ": write 0.5 for 50%"
    if "number" in words and text.replace(",", "").lstrip("+-").isdigit():
        return ": write a decimal point, not a comma"
    return ""
