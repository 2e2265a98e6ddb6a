"""Questions asked of run folders that are there: what is kept, is it whole, does it come out the same again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import ParleyError
from sim.outcome_columns import Limits
from sim.results.run import open_run, refuse_untrue
from sim.results.stored_summary import is_comparable
from sim.scenario.reading.stored import stored_tables
from sim.storage.atomic_files import read_recorded
from sim.storage.block_parquet import read_block
from sim.storage.manifest import MANIFEST, SCENARIO, SUMMARY, read_manifest
from sim.storage.run_folder import as_object, limits_of, refuse_linked, strangers

Progress = Callable[[int, int], None]
"""Called with the blocks done and the blocks there are."""


class Kept(NamedTuple):
    """Hold a run folder in a list. ``state`` is finished, running or damaged; times are UTC."""

    folder: Path
    name: str
    state: str
    trials: int
    seed: int | None
    started: str
    version: str


def kept(place: Path) -> list[Kept]:
    """Run folders in ``place`` and one level below, by path. Raises ParleyError if ``place`` is no folder."""
    if not place.is_dir():
        raise ParleyError(f"{place}: no such folder")
    patterns = (MANIFEST, f"*/{MANIFEST}", f"*/*/{MANIFEST}")
    folders = sorted({path.parent for pattern in patterns for path in place.glob(pattern)})
    return [_entry(folder) for folder in folders]


def _entry(folder: Path) -> Kept:
    try:
        found = read_manifest(folder)
        version = str(found["versions"].get("parley", ""))
        return Kept(folder, found["name"], found["state"], found["trials"], found["seed"], found["started"], version)
    except (ParleyError, KeyError, TypeError, AttributeError):
        return Kept(folder, folder.name, "damaged", 0, None, "", "")


def verify(folder: Path) -> list[str]:
    """Return everything that is wrong with a run folder, a line each.

    Empty for a finished run that is as it was written.

    Read are the manifest, every file it records (size and SHA-256), every block (page checksums, run, place, digest of
    its columns, its trials, every value within its range), and what lies beside them. The summary is counted again from
    the trials, unless another version wrote it (see ``remark``).
    """
    try:
        manifest = read_manifest(folder)
    except ParleyError as problem:
        return [str(problem)]
    first = _first_wrong(folder) if manifest["state"] == "finished" else []
    if manifest["state"] == "finished" and not first:
        return []
    found = [str(problem) for problem in _wrong(folder, manifest)] or first
    if manifest["state"] != "finished":
        done = f"{manifest['trials']:,} of {manifest['asked']['trials']:,} trials are there"
        found.append(f"{folder}: is unfinished, {done}: go on with --resume and the same --out")
    return found


def remark(folder: Path) -> str:
    """Return what was not looked at in a folder in which nothing is wrong, in words; empty if there is nothing."""
    manifest = read_manifest(folder)
    if is_comparable(manifest):
        return ""
    version = str(manifest["versions"].get("parley", "of another version"))[:40]
    return f"{SUMMARY}, written by Parley {version} with another engine, was not compared with the trials"


def _first_wrong(folder: Path) -> list[str]:
    """Return the first thing for which a finished run is not opened."""
    try:
        run = open_run(folder)
        stored = read_recorded(folder, SUMMARY, run.manifest["files"][SUMMARY])
        refuse_untrue(run, as_object(stored, folder / SUMMARY), run.summary)
    except ParleyError as problem:
        return [str(problem)]
    return []


def _wrong(folder: Path, manifest: dict[str, Any]) -> Iterator[object]:
    try:
        refuse_linked(folder)
    except ParleyError as problem:
        yield problem
        return
    limits: Limits | None = None
    for name in (SCENARIO, SUMMARY):
        try:
            if name in manifest["files"]:
                found = as_object(read_recorded(folder, name, manifest["files"][name]), folder / name)
                limits = limits_of(found, folder) if name == SCENARIO else limits
        except ParleyError as problem:
            yield problem
    try:
        stored_tables(folder, manifest)
    except ParleyError as problem:
        yield problem
    for index in range(len(manifest["blocks"])):
        try:
            read_block(folder, manifest, index, limits)
        except ParleyError as problem:
            yield problem
    for path in strangers(folder, manifest):
        yield f"{path}: does not belong to this run"
