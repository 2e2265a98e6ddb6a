"""Tables that a scenario names (joint draws, forecasts): read once, then known by their content.

A scenario that was loaded names each table with the SHA-256 of its content and holds that content, so it can travel to
a worker or into a run folder, and a file that is moved, changed or removed later changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from sim.errors import ScenarioError
from sim.scenario.diagnostics import escaped
from sim.scenario.sources.search_path import find_data
from sim.scenario.sources.source_file import LARGEST_TABLE, bytes_of

Item = TypeVar("Item")
CROWD = "crowd"
SHORT = 12
"""Digits of a digest in messages; so few are enough to name a content."""


class Content:
    """The bytes of a table. There is one object for equal bytes; it pickles with them."""

    __slots__ = ("__weakref__", "data", "sha256")

    def __init__(self, data: bytes, sha256: str) -> None:
        self.data, self.sha256 = data, sha256

    def __reduce__(self) -> tuple[Any, ...]:
        return content_of, (self.data,)


_KNOWN: WeakValueDictionary[str, Content] = WeakValueDictionary()


class Uncompared(tuple[Item, ...]):
    """A tuple that all comparisons ignore: what a scenario carries without being part of its content."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uncompared)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, Uncompared)

    __hash__ = None  # type: ignore[assignment]


def content_of(data: bytes) -> Content:
    """Return the content of these bytes."""
    digest = hashlib.sha256(data).hexdigest()
    return _KNOWN.setdefault(digest, Content(data, digest))


def read_content(path: Path) -> Content:
    """Read the content of a table file; ScenarioError unless it is a regular file of at most 8 MiB."""
    return content_of(bytes_of(path, str(path), LARGEST_TABLE))


def content_named(name: str, sha256: str | None) -> Content:
    """Return the content of a table by the digest it was read with (or its first digits), else by its name.

    Raises ScenarioError where it cannot be read, or the file of that name now has another content.
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


def is_known(sha256: str | None) -> bool:
    """Return whether the content of that digest is held in this process."""
    return sha256 is not None and sha256 in _KNOWN


def known_contents(digests: Iterable[str | None]) -> Uncompared[Content]:
    """Return the contents of these digests, as far as they are known in this process."""
    found = (_KNOWN.get(digest) for digest in digests if digest)
    return Uncompared(content for content in found if content is not None)
