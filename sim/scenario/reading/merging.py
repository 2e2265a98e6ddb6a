"""Merge a scenario file over the one it extends, and keep sources with their numbers.

Sections merge key by key; lists and whole numbers replace what was there, so that a low/central/high
never mixes with an inherited plain value. ``events+:`` appends, ``key: null`` removes.

Sources must never leak: a file's ``sources`` hold only for numbers in that file or numbers that
had no source before it. So each file's ``sources`` are written into its numbers (``absorb_sources``)
before another file is merged over it; a number that a child writes without a source stays unstated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sim.scenario.diagnostics import DROPPED, KeyPath, Mark, Problem, described, did_you_mean, dotted, escaped, unknown
from sim.scenario.key_paths import Slot, expected
from sim.scenario.schema import AttendanceRule
from sim.scenario.schema.quantity import Provenance
from sim.scenario.yaml.yaml_reader import Node, plain

PLAIN_NUMBERS = ("limits", "mandate", "usual_level", "level_cap", "patience_weeks")
"""Numbers that are not a Quantity but still an analyst's claim; their source lives in ``sources``."""

Entry = TypeVar("Entry")

SOURCE_KEYS = ("source", "note", "kind")

SINGULAR = {"parties": "party ", "issues": "issue ", "tracks": "track "}


def merged(
    parent: Node, child: Node, slot: Slot | None, problems: list[tuple[Node, Problem]], path: KeyPath = ()
) -> Node:
    """Merge ``child`` over ``parent`` at ``slot`` of the schema; neither is changed."""
    if not (parent.is_mapping and child.is_mapping) or (slot is not None and slot.is_whole):
        return child
    result: dict[str, Node] = dict(parent.value)
    for key, node in child.value.items():
        name = key[:-1]
        if key.endswith("+") and slot is not None and (below := slot.child(name)) is not None and below.is_list:
            appended = _appended(result, name, node, child, problems, (*path, key))
            if appended is not None:
                result[name] = appended
        elif node.value is None and key in parent.value:
            result.pop(key, None)
        elif node.value is None and path and (reason := _nothing_to_remove(key, parent, slot, path)):
            problems.append((node, Problem((*path, key), reason)))
        elif key in parent.value:
            result[key] = merged(parent.value[key], node, slot.child(key) if slot else None, problems, (*path, key))
        else:
            result[key] = node
    _drop_old_sources(parent, child, result)
    return child.holding(result)


def removals(tree: Node) -> dict[KeyPath, Mark]:
    """Return the parties, issues and tracks that the file removes, with the place of each removal."""
    return {
        (section, name): node.at
        for section in SINGULAR
        if section in tree.value
        for name, node in tree.value[section].entries.items()
        if node.value is None
    }


def _nothing_to_remove(key: str, parent: Node, slot: Slot | None, path: KeyPath) -> str | None:
    """Return why ``key: null`` removes nothing from the section ``parent``; None if null is allowed there anyway."""
    below = slot.child(key) if slot else None
    if slot is None or below is None or (below.field is not None and below.field.default is None):
        return None  # an unknown key, or one that is empty unless set: the schema knows better
    if not slot.is_by_name:
        return f"there is no `{escaped(key)}` below to remove, expected {expected(below)}"
    what = SINGULAR.get(str(path[-1]), "") if len(path) == 1 else ""
    return f"there is no {what}`{escaped(key)}` to remove{did_you_mean(key, list(parent.value))}"


def _appended(
    result: dict[str, Node], name: str, node: Node, child: Node, problems: list[tuple[Node, Problem]], path: KeyPath
) -> Node | None:
    if not node.is_list:
        problems.append((node, Problem(path, f"expected a list after `+`, got {described(plain(node))}")))
        return None
    if name in child.value:
        problems.append((node, Problem(path, f"expected one of `{name}` and `{name}+`, got both", at_key=True)))
        return None
    before = result.get(name)
    if before is None or not before.is_list:
        return node
    return node.holding([*before.value, *node.value])


def _drop_old_sources(parent: Node, child: Node, result: dict[str, Node]) -> None:
    """Drop the parent's source for a plain number that the child replaces."""
    old, now = parent.value.get("sources"), result.get("sources")
    if old is not None and old.is_mapping and now is not None and now.is_mapping:
        said = child.value["sources"].entries if "sources" in child.value else {}
        kept = {key: node for key, node in now.value.items() if key in said or key not in child.value}
        result["sources"] = now.holding(kept)


Scope = tuple[int, dict[str, Node]]


def absorb_sources(
    node: Node,
    slot: Slot | None,
    problems: list[tuple[Node, Problem]],
    path: KeyPath = (),
    scopes: tuple[Scope, ...] = (),
) -> Node:
    """Write every ``sources`` below ``node`` into the numbers that have no source of their own."""
    if slot is None:
        return node
    if slot.is_whole or slot.type is AttendanceRule:
        return _with_source(node, path, scopes) if slot.type is not Provenance else node
    if node.is_list:
        listed = [
            absorb_sources(child, slot.child(i), problems, (*path, i), scopes) for i, child in enumerate(node.value)
        ]
        return node.holding(listed)
    if not node.is_mapping:
        return node
    sources = node.value.get("sources") if "sources" in slot.keys() else None
    given = sources.entries if sources else {}
    usable = _usable(given, slot, problems, path)
    if usable:
        scopes = ((len(path), usable), *scopes)
    result: dict[str, Node] = {}
    left = {name: entry for name, entry in given.items() if name not in usable}
    for key, child in node.value.items():
        if child is sources:
            continue
        result[key] = absorb_sources(child, slot.child(key), problems, (*path, key), scopes)
        if (
            key in PLAIN_NUMBERS
            and slot.models
            and child.value is not None
            and (source := _nearest_source((*path, key), scopes))
        ):
            left[key] = source
    if sources is not None and not sources.is_mapping:
        result["sources"] = sources
    elif left:
        result["sources"] = (sources or node).holding(left)
    return node.holding(result)


def _usable(
    sources: dict[str, Node], slot: Slot, problems: list[tuple[Node, Problem]], path: KeyPath
) -> dict[str, Node]:
    """Return the well-formed entries of a ``sources`` mapping (the schema reports the others, once)."""
    usable: dict[str, Node] = {}
    for name, entry in sources.items():
        below: Slot | None = slot
        for part in name.split("."):
            options = below.keys() if below else []
            below = below.child(part) if below and name != "*" else below
            if below is None:
                known = [option for option in options if option != "sources"]
                words = DROPPED.get(dotted((*path, name))) or unknown("key", part, known)
                problems.append((entry, Problem((*path, "sources", name), words, at_key=True)))
                break
        if entry.is_mapping:
            given = {key: value for key, value in entry.value.items() if value.value is not None}
            if all(key in SOURCE_KEYS and isinstance(value.value, str) for key, value in given.items()):
                usable[name] = entry.holding(given)
    return usable


def _nearest_source(path: KeyPath, scopes: tuple[Scope, ...]) -> Node | None:
    """Return the source of ``path``: that of the innermost section that has one."""
    return next((found for depth, entries in scopes if (found := source_for(path[depth:], entries))), None)


def source_for(below: KeyPath, entries: Mapping[str, Entry]) -> Entry | None:
    """Return the entry of a section's ``sources`` for a path below it: longest prefix first, ``*`` last."""
    names = [dotted(below[:length]) for length in range(len(below), 0, -1)]
    return next((entries[name] for name in (*names, "*") if name in entries), None)


def _with_source(node: Node, path: KeyPath, scopes: tuple[Scope, ...]) -> Node:
    """Write its source into a number that has none of its own."""
    source = _nearest_source(path, scopes)
    if source is None:
        return node
    if node.is_mapping and not {"source", "kind"} & node.value.keys():
        return node.holding({**source.value, **node.value})
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.holding({"value": node.holding(node.value), **source.value})
    return node
