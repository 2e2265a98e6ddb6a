"""Does the summary in a run folder follow from its trials? A digest says that it was not changed, not that it is true.

A summary is counted again from the trials and held against the stored one, number by number, where this version wrote
it; what another version wrote is named as not compared. A key that only one of the two has contradicts nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sim._version import __version__
from sim.storage.provenance import engine_digest

TOLERANCE = 1e-6
"""Relative: mean Shapley shares were once sums in single precision."""
MOST_SAID = 3


def contradictions(stored: Mapping[str, Any], counted: Mapping[str, Any]) -> list[str]:
    """Return, in words, the first values of a stored summary that do not follow from the trials."""
    found = list(_unlike(dict(stored), dict(counted), ""))
    more = [f"and {len(found) - MOST_SAID} more"] if len(found) > MOST_SAID else []
    return [*found[:MOST_SAID], *more]


def is_comparable(manifest: Mapping[str, Any]) -> bool:
    """Return whether this version and engine wrote the summary, so that it must say what they count."""
    return bool(manifest["versions"].get("parley") == __version__ and manifest["engine"] == engine_digest())


def _unlike(stored: Any, counted: Any, path: str) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(counted, dict):
        for key in (key for key in counted if key in stored):
            yield from _unlike(stored[key], counted[key], f"{path}.{key}" if path else str(key))
    elif isinstance(stored, list) and isinstance(counted, list) and len(stored) == len(counted):
        for number, (one, other) in enumerate(zip(stored, counted, strict=True)):
            yield from _unlike(one, other, f"{path}.{number}")
    elif not _is_same(stored, counted):
        yield f"{path[:80]} is {_short(stored)}, the trials give {_short(counted)}"


def _is_same(stored: Any, counted: Any) -> bool:
    if isinstance(counted, float) and type(stored) in (int, float):
        return math.isclose(stored, counted, rel_tol=TOLERANCE, abs_tol=1e-12)
    return type(stored) is type(counted) and bool(stored == counted)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else ascii(value)[:40]
