"""A small run to torture, and what must be true of it after whatever was done to it."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.execution.request import Request
from sim.execution.run import run
from sim.outcome_columns import Columns
from sim.results.inventory import verify
from sim.results.run import Run, open_run
from sim.storage import run_folder
from sim.storage.atomic_files import as_json
from sim.storage.block_parquet import read_block
from sim.storage.manifest import read_manifest
from sim.storage.provenance import digest_of

TRIALS, BLOCK = 160, 64
TIMES = ("started", "finished", "digest", "commit")


@dataclass
class Row:
    """A line of the table: how often a fault was tried, and what was lost or wrongly believed."""

    fault: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)

    def expect(self, is_so: bool, words: str) -> None:
        if not is_so:
            self.failures.append(words[:300])

    def meet(self, wrong: str, words: str) -> None:
        """Count a fault, and what went wrong with it if anything did."""
        self.tried += 1
        self.expect(not wrong, f"{words}: {wrong}")

    def add(self, key: str, n: float = 1) -> None:
        """Add to what is measured."""
        self.measured[key] = self.measured.get(key, 0) + n

    def slowest(self, key: str, seconds: float) -> None:
        self.measured[key] = max(self.measured.get(key, 0.0), seconds)

    def as_dict(self) -> dict[str, Any]:
        measured = {key: round(value, 2) for key, value in self.measured.items()}
        return {"fault": self.fault, "tried": self.tried, "failures": self.failures[:20], **measured}


class Small:
    """A finished run of three blocks in ``place``, its blocks as columns, and its like made anew by ``fill``."""

    def __init__(self, place: Path, trials: int = TRIALS, block: int = BLOCK, seed: int = 1) -> None:
        self.place, self.trials, self.block, self.seed = place, trials, block, seed
        self.scenario = sim.load("teaching/minimal")
        self.folder = place / f"whole-{trials}-{seed}"
        self.summary = self.run(self.folder).summary
        manifest = read_manifest(self.folder)
        self.parts: list[Columns] = [read_block(self.folder, manifest, n) for n in range(len(manifest["blocks"]))]
        self.inputs = Request(self.scenario, "small", trials, seed, block=block).inputs
        self.content = content_of(self.folder)

    def run(self, folder: Path, **more: Any) -> Run:
        asked: Any = {"trials": self.trials, "block": self.block, "seed": self.seed, "name": "small", **more}
        return run(self.scenario, out=folder, workers=1, **asked)

    def fill(self, folder: Path, finished: Callable[[int], object] = lambda index: None) -> None:
        """What ``run --resume`` does with a folder, with trials that were simulated before."""
        with run_folder.Writer(folder, self.inputs, self.trials, None, True) as writer:
            for _ in writer.stored():
                pass
            for index in range(writer.n_blocks, len(self.parts)):
                writer.add(index, self.parts[index])
                finished(index)
            writer.finish(self.summary)

    def check_crashed(self, folder: Path, n_finished: int, row: Row, words: str) -> None:
        """No finished block is lost, none that is there is damaged, and going on ends as if nothing had happened."""
        row.tried += 1
        n_kept(folder, n_finished, row, words)
        self.check_resumed(folder, row, words)

    def check_resumed(self, folder: Path, row: Row, words: str) -> None:
        try:
            self.fill(folder)
            open_run(folder)
        except Exception as problem:
            row.expect(False, f"{words}: cannot go on: {type(problem).__name__}: {problem}")
            return
        row.expect(content_of(folder) == self.content, f"{words}: the resumed run is not the uninterrupted one")


def n_kept(folder: Path, n_finished: int, row: Row, words: str) -> int:
    """How many whole blocks a folder holds: at least those that were finished."""
    n = 0
    if (folder / run_folder.MANIFEST).exists():
        wrong = [line for line in verify(folder) if "is unfinished" not in line]
        row.expect(not wrong, f"{words}: {wrong}")
        n = 0 if wrong else len(read_manifest(folder)["blocks"])
    row.expect(n >= n_finished, f"{words}: {n_finished} blocks were finished, {n} are kept")
    return n


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file's bytes by name, times left out of the manifest."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    manifest = json.loads(found[run_folder.MANIFEST])
    found[run_folder.MANIFEST] = as_json({key: value for key, value in manifest.items() if key not in TIMES})
    return found


def rewrite_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and make its digest fit, as a careful forger would."""
    manifest = json.loads((folder / run_folder.MANIFEST).read_text())
    del manifest["digest"]
    change(manifest)
    manifest["digest"] = digest_of(manifest)
    (folder / run_folder.MANIFEST).write_bytes(as_json(manifest))


def same_columns(one: Columns, other: Columns) -> bool:
    if list(one) != list(other):
        return False
    return all(
        one[n].dtype == other[n].dtype and np.array_equal(one[n], other[n], one[n].dtype.kind == "f") for n in one
    )


def is_running(pid: int) -> bool:
    """Whether a process is there and not only waiting to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    """Processes started by ``pid``, at any depth."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found
