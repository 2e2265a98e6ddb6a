"""The manifest of a run folder: read only if it is byte for byte what was written, and has every part read later."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from sim.errors import DamagedRunError, ParleyError
from sim.storage.atomic_files import as_json, read_regular
from sim.storage.block_parquet import block_file
from sim.storage.provenance import FORMAT, digest_of

MANIFEST, SCENARIO, SUMMARY = "manifest.json", "scenario.json", "summary.json"
DATA = "data"
"""The folder of the tables that a run drew from."""
LARGEST_MANIFEST, LARGEST_FILE = 64 * 2**20, 2**30
TABLE = re.compile(rf"{DATA}/[A-Za-z0-9_-][A-Za-z0-9_.-]{{0,120}}")
KINDS: dict[str, type] = {
    **dict.fromkeys(("run", "name", "scenario_digest", "bit_generator", "engine", "state", "started"), str),
    **dict.fromkeys(("format", "seed", "block_size", "trials"), int),
    **dict.fromkeys(("parties", "data", "versions", "asked", "files"), dict),
    "blocks": list,
}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest, if it is byte for byte what was written and of a format that this version reads."""
    path = folder / MANIFEST
    if not os.path.lexists(path):
        raise ParleyError(f"{folder}: holds no run of Parley (no {MANIFEST})")
    content = read_regular(path, LARGEST_MANIFEST)
    try:
        manifest = json.loads(content)
        if manifest["format"] > FORMAT:
            raise DamagedRunError(f"{path}: was written by a newer Parley (format {manifest['format']}, not {FORMAT})")
        is_as_written = as_json(manifest) == content  # so that not even a space can change unseen
        is_whole = is_as_written and manifest.pop("digest") == digest_of(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise DamagedRunError(f"{path}: is damaged or was edited (its digest does not fit)")
    if not is_well_formed(manifest):
        raise DamagedRunError(f"{path}: is damaged (its digest fits, but it does not record a run as Parley does)")
    return dict(manifest)


def is_well_formed(manifest: dict[str, Any]) -> bool:
    """Return whether a manifest has every part that is read later, so that a forged one too is refused in words."""
    if any(type(manifest.get(key)) is not kind for key, kind in KINDS.items()):
        return False
    files, entries, size = manifest["files"], manifest["blocks"], manifest["block_size"]
    for entry in (*files.values(), *entries):
        if not (isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and is_count(entry.get("bytes"))):
            return False
    counts = [entry.get("n") for entry in entries]
    is_finished = manifest["state"] == "finished"
    return (
        (is_finished or manifest["state"] == "running")
        and SCENARIO in files
        and all(name in (SCENARIO, SUMMARY) or TABLE.fullmatch(name) for name in files)
        and (not is_finished or (SUMMARY in files and bool(entries)))
        and isinstance(manifest.get("columns", {}), dict)
        and is_count(manifest["asked"].get("trials"))
        and all(is_count(n) and 0 < n <= size for n in counts)
        and all(n == size for n in counts[:-1])
        and sum(counts) == manifest["trials"]
        and [entry.get("file") for entry in entries] == [block_file(index) for index in range(len(entries))]
    )


def is_count(value: object) -> bool:
    """Return a whole number of bytes or trials, no larger than a file may be."""
    return type(value) is int and 0 <= value <= LARGEST_FILE
