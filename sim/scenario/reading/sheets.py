"""Coding sheets as readings of a scenario: rows of low, central and high, laid into the numbers of its file.

A sheet belongs to the file that lists it, with everything that file extends. What a file above writes anew stays that
file's own number in every reading, unless it lists a sheet of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.errors import ScenarioError
from sim.scenario.checks.validate import role_in
from sim.scenario.diagnostics import DROPPED, KeyPath, did_you_mean, dotted, error_at, escaped, nearest
from sim.scenario.key_paths import ROOT, Slot, slot_at, split
from sim.scenario.sampling.readings import FILE
from sim.scenario.schema.quantity import ThreePoints
from sim.scenario.sources.search_path import look_up, shown
from sim.scenario.sources.table_file import read_table
from sim.scenario.sources.table_rows import Row
from sim.scenario.yaml.yaml_reader import Node, node_at

COLUMNS = ("path", "meaning", "unit", "from", "to", "low", "central", "high", "ground")
FILLED = ("low", "central", "high")
ORDINALS = "second third fourth fifth sixth seventh eighth ninth tenth".split()
KEY = "readings"


class Filled(NamedTuple):
    """One number as a coder filled it in, with its ground."""

    path: str
    points: ThreePoints
    ground: str


def rows_of(sheet: str | os.PathLike[str], needed: tuple[str, ...] = ("path", *FILLED)) -> Iterator[tuple[str, Row]]:
    """Yield the path and row of every number of a sheet, blank ones too; keys of an earlier model are passed over.

    Raises ScenarioError with the line of a path that stands there twice, and as ``read_table`` does.
    """
    seen: dict[str, int] = {}
    for row in read_table(sheet, needed, COLUMNS, shown=shown(Path(sheet))).rows:
        path = row.needed("path", "the name of a number")
        if path in seen:
            row.refuse("path", f"expected each number once, got `{escaped(path)}` of line {seen[path]} again")
        seen[path] = row.line
        if path not in DROPPED:  # a reading of an earlier model keeps the rows of its keys
            yield path, row


def is_blank(row: Row) -> bool:
    """Return whether the coder left the number out."""
    return not any(row.text(key) for key in FILLED)


def filled_in(path: str, row: Row) -> Filled:
    """Return the three points of a row, in the range of its number; a central value alone is a range of one point."""
    central = row.number("central")
    low, high = (row.number(key) if row.text(key) else central for key in ("low", "high"))
    if not low <= central <= high:
        row.refuse("central", f"expected rising numbers, got low {low:g}, central {central:g}, high {high:g}")
    slot = slot_at(split(path))
    allowed = slot.allowed if slot else None
    if allowed and not allowed.low <= low <= high <= allowed.high:
        column = "low" if low < allowed.low else "high"
        wanted = f"{allowed.low:g} to {allowed.high:g}"
        row.refuse(column, f"expected {escaped(path)} within {wanted}, got {low:g} to {high:g}")
    return Filled(path, ThreePoints(low, central, high), escaped(row.text("ground"), 400))


def unknown_number(path: str, row: Row, known: list[str]) -> None:
    """Refuse a row whose path is no number of the scenario, with the nearest that is."""
    row.refuse("path", f"unknown number `{escaped(path)}`{did_you_mean(path, known)}")


def with_readings(tree: Node, own: Node, file: Path) -> tuple[Node, list[Path]]:
    """Return ``tree`` with the readings laid in that its ``file`` lists in ``own``, and the sheets that were read."""
    if own.value is None or (own.is_list and not own.value):
        for where, node in [one for one in stated(tree) if KEY in one[1].entries]:
            _put(tree, where, node.holding({key: one for key, one in node.entries.items() if key != KEY}))
        return tree.holding({**tree.value, KEY: own.holding([])}), []
    if not own.is_list:
        raise error_at(own.at, f"expected a list of coding sheets, got {type(own.value).__name__}", (KEY,))
    before = tree.value.get(KEY)
    listed = {_name(node): node for node in before.value} if before is not None and before.is_list else {}
    sheets, number = [], 0
    for place, node in enumerate(own.value):
        item = node if node.is_mapping else node.holding({"sheet": node})
        is_file = _name(item) == FILE
        item, path = _resolved(item, number, place, file)
        number += not is_file
        if path is not None:
            _lay(tree, _name(item), path)
            sheets.append(path)
        listed[_name(item)] = _over(listed.get(_name(item)), item)
    return tree.holding({**tree.value, KEY: own.holding(list(listed.values()))}), sheets


def _name(item: Node) -> str:
    name = item.entries.get("name")
    return str(name.value) if name else ""


def _resolved(item: Node, number: int, place: int, file: Path) -> tuple[Node, Path | None]:
    """Return an item with its name, and in place of the name of its sheet the file and where it was found."""
    entries = dict(item.entries)
    if "name" not in entries:
        if number >= len(ORDINALS):
            raise error_at(item.at, f"expected a `name:` from the {len(ORDINALS) + 1}th reading on", (KEY, place))
        entries["name"] = item.holding(ORDINALS[number])
    sheet = entries.pop("sheet", None)
    if sheet is None or sheet.value is None:
        return item.holding(entries), None
    where: KeyPath = (KEY, place, "sheet")
    if not isinstance(sheet.value, str):
        raise error_at(sheet.at, f"expected the name of a coding sheet, got {sheet.value!r}"[:120], where)
    if entries["name"].value == FILE:
        raise error_at(sheet.at, f"expected no sheet for `{FILE}`, which stands for the numbers of the file", where)
    try:
        path = look_up(sheet.value, file, is_table=True)
    except ScenarioError as reason:
        raise error_at(sheet.at, str(reason), where) from None
    if path is None:
        close = nearest(sheet.value, _sheets_near(file))
        hint = f", did you mean `{close}`?" if close else ""
        raise error_at(sheet.at, f"there is no file '{escaped(sheet.value)}'{hint}", where)
    entries["source"] = sheet.holding(sheet.value)
    return item.holding(entries), path


def _sheets_near(file: Path) -> list[str]:
    folders = (file.resolve().parent, file.resolve().parent.parent)
    return [path.relative_to(one).as_posix() for one in folders for path in sorted(one.glob("readings/*.csv"))]


def _over(before: Node | None, item: Node) -> Node:
    """Return an item over the inherited one of its name: both sheets were read, the second over the first."""
    if before is None:
        return item
    sources = [one.entries["source"].value for one in (before, item) if "source" in one.entries]
    source = {"source": item.holding(", ".join(dict.fromkeys(map(str, sources))))} if sources else {}
    return item.holding({**before.entries, **item.entries, **source})


def _lay(tree: Node, name: str, sheet: Path) -> None:
    """Write a sheet's points into the numbers that ``tree`` states; a default that the file leaves is not read."""
    n_filled = 0
    for path, row in rows_of(sheet):
        parts = split(path)
        node = node_at(tree, parts)
        if node is None or not _is_number(tree, parts):
            if not _is_default(tree, parts):
                unknown_number(path, row, [dotted(one) for one, _ in stated(tree)])
            continue
        if "same_as" in node.entries:
            continue
        entries = dict(node.entries) if node.is_mapping else {"value": node.holding(node.value)}
        read = {key: points for key, points in _read(node).items() if key != name}
        if not is_blank(row):
            read[name] = node.holding([node.holding(value) for value in filled_in(path, row).points])
            n_filled += 1
        if read or KEY in entries:
            _put(tree, parts, node.holding({**entries, KEY: node.holding(read)}))
    if not n_filled:
        raise ScenarioError(
            f"{escaped(shown(sheet), 300)}: error: expected at least one number of the scenario with low, central and "
            "high, got none"
        )


def _read(node: Node) -> dict[str, Node]:
    """Return the points of a number by reading, as far as there are any."""
    return node.entries[KEY].entries if KEY in node.entries else {}


def _put(tree: Node, path: KeyPath, node: Node) -> None:
    above = node_at(tree, path[:-1])
    assert above is not None
    above.value[path[-1] if above.is_list else str(path[-1])] = node


def _is_number(tree: Node, path: KeyPath) -> bool:
    slot = slot_at(path, lambda party: role_in(tree, party))
    return slot is not None and slot.is_quantity


def _is_default(tree: Node, path: KeyPath) -> bool:
    """Return whether ``path`` is a number that the tree leaves at its default: only keys of sections are missing."""
    if not _is_number(tree, path):
        return False
    for depth in range(len(path)):
        above = slot_at(path[:depth], lambda party: role_in(tree, party)) if depth else ROOT
        if node_at(tree, path[: depth + 1]) is None and above is not None and (above.is_by_name or above.is_list):
            return False
    return True


def stated(tree: Node) -> Iterator[tuple[KeyPath, Node]]:
    """Yield path and node of every number that ``tree`` states."""

    def walk(node: Node, slot: Slot | None, path: KeyPath) -> Iterator[tuple[KeyPath, Node]]:
        if slot is None:
            return
        if slot.is_quantity:
            yield path, node
            return
        children: list[tuple[str | int, Node]] = list(enumerate(node.value) if node.is_list else node.entries.items())
        for key, child in children:
            here = (*path, key)
            yield from walk(child, slot_at(here, lambda party: role_in(tree, party)), here)

    yield from walk(tree, ROOT, ())
