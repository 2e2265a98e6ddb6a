"""Run a stored run again from its manifest alone and compare every value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import ParleyError
from sim.execution import worker_pool
from sim.execution.blocks import Block
from sim.execution.engine_digest import refuse_lost_tables
from sim.execution.request import Request
from sim.execution.run import Work, compute
from sim.outcome_columns import Columns
from sim.results.inventory import Progress
from sim.scenario.reading.stored import stored_scenario
from sim.storage.block_parquet import read_block
from sim.storage.manifest import read_manifest
from sim.storage.run_folder import found_differences, limits_of


@dataclass(frozen=True)
class Reproduction:
    """Hold a run computed again: how many blocks are equal to what is stored, and what differs between then and now.

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
        """Return whether every value came out the same."""
        return not self.unequal

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
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
    unequal: list[str] = []
    for work, again in worker_pool.spread(compute, wanted, len(wanted), workers, releases_gil=True):
        there = read_block(folder, manifest, work.block.index, limits)
        unequal.extend(_unlike(work.block.index, there, again))
        if progress:
            progress(work.block.index + 1, len(wanted))
    name, trials = manifest["name"], manifest["trials"]
    now = Request(scenario, name, trials, manifest["seed"], block=size)
    since = found_differences(folder, manifest, now.inputs)
    return Reproduction(folder, name, trials, len(wanted), tuple(unequal), tuple(since))


def _unlike(index: int, there: Columns, again: Columns) -> Iterator[str]:
    """Yield, in words, which columns of a block came out otherwise, and in how many trials."""
    if there.keys() != again.keys():
        odd = sorted(set(there) ^ set(again))
        yield f"block {index}: columns {', '.join(odd)} are only in one of the two"
    for name in there.keys() & again.keys():
        a, b = there[name], again[name]
        same = (a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b
        if a.dtype != b.dtype or not same.all():
            yield f"block {index}: {name} differs in {np.count_nonzero(~same):,} of {len(a):,} trials"
