"""Questions asked of run folders that are there: what is kept, is it whole, does it come out the same again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.atomic import read_recorded
from sim.block_files import Columns, read_block
from sim.columns import Limits
from sim.errors import ParleyError
from sim.experiment import executors
from sim.experiment.blocks import Block
from sim.experiment.engines import refuse_lost_tables
from sim.experiment.run import Work, compute, open_run, refuse_untrue
from sim.experiment.stored_summary import is_comparable
from sim.manifest import MANIFEST, SCENARIO, SUMMARY, read_manifest
from sim.origin import Inputs
from sim.scenario.stored import stored_scenario, stored_tables
from sim.store import as_object, found_differences, limits_of, refuse_linked, strangers

Progress = Callable[[int, int], None]
"""Called with the blocks done and the blocks there are."""


class Kept(NamedTuple):
    """A run folder in a list. ``state`` is finished, running or damaged; times are UTC."""

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
    """Everything that is wrong with a run folder, a line each; empty for a finished run that is as it was written.

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
    """What was not looked at in a folder in which nothing is wrong, in words; empty if there is nothing."""
    manifest = read_manifest(folder)
    if is_comparable(manifest):
        return ""
    version = str(manifest["versions"].get("parley", "of another version"))[:40]
    return f"{SUMMARY}, written by Parley {version} with another engine, was not compared with the trials"


def _first_wrong(folder: Path) -> list[str]:
    """The first thing for which a finished run is not opened."""
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


@dataclass(frozen=True)
class Reproduction:
    """A run computed again: how many blocks are equal to what is stored, and what differs between then and now.

    ``unequal`` has a line for each column of a block that came out otherwise; ``since`` is what changed in the meantime
    (engine, packages, data).
    """

    folder: Path
    name: str
    trials: int
    n_blocks: int
    unequal: tuple[str, ...]
    since: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return not self.unequal

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "folder": str(self.folder),
            "scenario": self.name,
            "trials": self.trials,
            "blocks": self.n_blocks,
            "same": self.is_same,
            "unequal": list(self.unequal),
            "since": list(self.since),
        }


def reproduce(folder: Path, workers: int | None = None, progress: Progress | None = None) -> Reproduction:
    """Compute a stored run again from its manifest and scenario alone, block by block, and compare every value.

    Raises DamagedRunError for a damaged folder, ParleyError for a run with parties of somebody's own: their code is not
    in the folder.
    """
    manifest = read_manifest(folder)
    if manifest["parties"]:
        names = ", ".join(manifest["parties"])
        raise ParleyError(f"{folder}: was run with parties of its own ({names}), whose code the folder does not hold")
    scenario = stored_scenario(folder, manifest)
    refuse_lost_tables(scenario, folder)
    size, limits = manifest["block_size"], limits_of(scenario.model_dump(mode="json", exclude_none=True), folder)
    wanted = [
        Work(0, Block(index, index * size, entry["n"]), scenario, manifest["seed"], {})
        for index, entry in enumerate(manifest["blocks"])
    ]
    workers = min(max(1, len(wanted)), executors.default_workers() if workers is None else workers)
    unequal: list[str] = []
    for work, again in executors.in_order(compute, wanted, workers, executors.choose(workers, len(wanted))):
        there = read_block(folder, manifest, work.block.index, limits)
        unequal.extend(_unlike(work.block.index, there, again))
        if progress:
            progress(work.block.index + 1, len(wanted))
    since = found_differences(folder, manifest, _inputs_now(manifest, scenario))
    name = manifest["name"]
    return Reproduction(folder, name, manifest["trials"], len(wanted), tuple(unequal), tuple(since))


def _inputs_now(manifest: dict[str, Any], scenario: Any) -> Inputs:
    from sim.experiment.request import Request

    request = Request(scenario, manifest["name"], manifest["trials"], manifest["seed"], block=manifest["block_size"])
    return request.inputs


def _unlike(index: int, there: Columns, again: Columns) -> Iterator[str]:
    """In words which columns of a block came out otherwise, and in how many trials."""
    if there.keys() != again.keys():
        odd = sorted(set(there) ^ set(again))
        yield f"block {index}: columns {', '.join(odd)} are only in one of the two"
    for name in there.keys() & again.keys():
        a, b = there[name], again[name]
        same = (a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b
        if a.dtype != b.dtype or not same.all():
            yield f"block {index}: {name} differs in {np.count_nonzero(~same):,} of {len(a):,} trials"
