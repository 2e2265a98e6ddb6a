"""Tables that a scenario names (joint draws, forecasts of a crowd): read once, then known by their content.

A scenario that was loaded names each table with the SHA-256 of its content and holds that content, so it can travel to
a worker or into a run folder, and a file that is moved, changed or removed later changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakValueDictionary

from sim.errors import ScenarioError
from sim.scenario.lookup import find_data
from sim.scenario.problems import escaped
from sim.scenario.source_file import LARGEST_TABLE, bytes_of

if TYPE_CHECKING:
    from sim.scenario.schema import Calibration, Crowd, Joint, Scenario

Kept = TypeVar("Kept")
CROWD = "crowd"
SHORT = 12
"""Digits of a digest as people read it; as few are enough to name a content."""


class Content:
    """The bytes of a table. There is one object for equal bytes; it pickles with them."""

    __slots__ = ("__weakref__", "data", "sha256")

    def __init__(self, data: bytes, sha256: str) -> None:
        self.data, self.sha256 = data, sha256

    def __reduce__(self) -> tuple[Any, ...]:
        return content_of, (self.data,)


_KNOWN: WeakValueDictionary[str, Content] = WeakValueDictionary()


class Aside(tuple[Kept, ...]):
    """What a scenario carries beside what it says: it plays no part when two scenarios are compared."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aside)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, Aside)

    __hash__ = None  # type: ignore[assignment]


class Table(NamedTuple):
    """A table as a scenario names it. ``role`` is where: ``calibration``, ``joint.0``, ``crowd``."""

    role: str
    name: str
    sha256: str | None


def content_of(data: bytes) -> Content:
    """The content of these bytes."""
    digest = hashlib.sha256(data).hexdigest()
    return _KNOWN.setdefault(digest, Content(data, digest))


def read_content(path: Path) -> Content:
    """The content of a table file; ScenarioError for what is no regular file of at most 8 MiB."""
    return content_of(bytes_of(path, str(path), LARGEST_TABLE))


def content_named(name: str, sha256: str | None) -> Content:
    """The content of a table by the digest it was read with (or its first digits), else by its name.

    Raises ScenarioError where it is not to be had, or what is called so now has another content.
    """
    if sha256 is None:
        return read_content(find_data(name))
    known = _KNOWN.get(sha256) or next((one for key, one in list(_KNOWN.items()) if key.startswith(sha256)), None)
    if known is not None:
        return known
    wanted = f"the table '{escaped(name)}' was read with sha256 {sha256[:SHORT]}"
    try:
        there = read_content(find_data(name))
    except ScenarioError:
        raise ScenarioError(f"{wanted} and is gone: put it back as it was, or run the scenario again") from None
    if not there.sha256.startswith(sha256):
        raise ScenarioError(
            f"{wanted}, the file of that name has {there.sha256[:SHORT]} now: put it back as it was, "
            "or run the scenario again"
        )
    return there


def tables_of(scenario: Scenario) -> Iterator[Table]:
    """Every table that a scenario names: those of its draws, then that of its crowd."""
    for number, group in enumerate(scenario.joint):
        if group.file is not None:
            yield Table(f"joint.{number}", group.file, group.sha256)
    if scenario.calibration is not None:
        yield Table("calibration", scenario.calibration.draws, scenario.calibration.sha256)
    if scenario.crowd is not None:
        yield Table(CROWD, scenario.crowd.file, scenario.crowd.sha256)


def held_by(scenario: Scenario) -> Aside[Content]:
    """The contents that the scenario names by digest, as far as they are known in this process."""
    found = (_KNOWN.get(table.sha256) for table in tables_of(scenario) if table.sha256)
    return Aside(content for content in found if content is not None)


def pinned(scenario: Scenario) -> Scenario:
    """The scenario with every table read and named by its digest; itself if it was loaded from a file.

    Raises ScenarioError where a table of draws is not to be had; forecasts of a crowd may be missing.
    """
    if all(table.sha256 and table.sha256 in _KNOWN for table in tables_of(scenario)):
        return scenario

    def pin(item: Joint | Calibration | Crowd, name: str | None) -> Any:
        if name is None:
            return item
        contents.append(content_named(name, item.sha256))
        return item.model_copy(update={"sha256": contents[-1].sha256})

    contents: list[Content] = []
    changed: dict[str, Any] = {"joint": tuple(pin(group, group.file) for group in scenario.joint)}
    if scenario.calibration is not None:
        changed["calibration"] = pin(scenario.calibration, scenario.calibration.draws)
    if scenario.crowd is not None:
        with suppress(ScenarioError):
            changed["crowd"] = pin(scenario.crowd, scenario.crowd.file)
    return scenario.model_copy(update=changed).holding_its_tables()


def file_names(tables: Iterable[Table]) -> dict[str, str]:
    """A file name for each content by digest: that of the table, made safe on every system and told apart."""
    found: dict[str, str] = {}
    for table in tables:
        if table.sha256 and table.sha256 not in found:
            name = re.sub(r"[^A-Za-z0-9_.-]+", "_", table.name.rpartition("/")[2]).strip("._")[-80:] or "table"
            if name.lower() in {other.lower() for other in found.values()}:
                name = f"{table.sha256[:SHORT]}-{name}"
            found[table.sha256] = name
    return found
