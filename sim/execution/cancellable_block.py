"""Simulate a live block of trials: the odds alone if that is enough, and cancelled when nobody waits.

The trials are those of ``run``, with the same random numbers. Only less is kept of them, and ceasefires are followed
less far after the horizon.
"""

from __future__ import annotations

import mmap
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.errors import ParleyError
from sim.execution.blocks import Block
from sim.columns.attribution import explain
from sim.columns.outcomes import DURABLE_DRAWS
from sim.outcome_columns import Columns
from sim.random_streams import CachedStreams
from sim.scenario.schema import Scenario
from sim.statistics.horizons import TIERS

ODDS = ("trial", *(f"{tier}_week" for tier in TIERS), "victory", "victory_week", "imposed")
"""Columns of a block that is not explained: what odds and their differences are made of.

Not ``in_force_180_week``: these trials are not followed so far."""
SLOTS = 4096
CACHED_BLOCKS = 2
"""Blocks whose random numbers a worker caches, 20 MB for each of 2,500 trials."""


class GivenUp(ParleyError):
    """Report that nobody waits for this simulation any more."""


class LiveBlock(NamedTuple):
    """Describe a block as it travels to a worker; ``table`` and ``slot`` say where it reads that it is cancelled."""

    scenario: Scenario
    seed: int
    block: Block
    is_explained: bool
    table: str = ""
    slot: int = 0


def simulate_live_block(work: LiveBlock) -> Columns:
    """Return the columns of a block: all of them if it is explained, else ``ODDS``. Raises GivenUp once cancelled."""
    from sim.columns import NegotiationModel  # with Mesa, which only workers need

    check = CancellationCheck(work.table, work.slot).check if work.table else lambda: None
    check()
    scenario, block = work.scenario, work.block
    # A first answer draws the same numbers at every move; that from all trials comes once, and would cache 70 MB.
    is_cached = work.table and not work.is_explained
    streams = cached_streams(work.seed, block.first, block.n, scenario.mirrored) if is_cached else None
    # One that began before the horizon is durable, or not, after so many weekly draws: odds need no further week.
    follow_up = scenario.follow_up_weeks if work.is_explained else min(scenario.follow_up_weeks, DURABLE_DRAWS + 1)
    with NegotiationModel(
        scenario, work.seed, block.first, block.n, streams=streams, explains=work.is_explained
    ) as model:
        for _ in range(model.horizon + follow_up):
            check()
            model.step()
        if work.is_explained:
            explain(model)
        columns = model.record.columns
    return columns if work.is_explained else {name: columns[name] for name in ODDS}


@lru_cache(maxsize=CACHED_BLOCKS)
def cached_streams(seed: int, first: int, n: int, is_mirrored: bool) -> CachedStreams:
    """Return the random numbers of a block, which every move of a slider draws again."""
    return CachedStreams(seed, first, n, is_mirrored)


class CancellationTable:
    """Hold a small file, a byte for each simulation, in which workers read that one is cancelled."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="parley-", ignore_cleanup_errors=True)
        self.path = str(Path(self._folder.name) / "unwanted")
        Path(self.path).write_bytes(bytes(SLOTS))
        self._next, self._lock = 0, threading.Lock()

    def take_slot(self) -> int:
        """Return a slot that says wanted; it is used again after 4,096 others."""
        with self._lock:
            self._next = (self._next + 1) % SLOTS
            self._write(self._next, 0)
            return self._next

    def cancel(self, slot: int) -> None:
        """Mark a slot as cancelled; workers read it before their next week."""
        self._write(slot, 1)

    def _write(self, slot: int, value: int) -> None:
        with open(self.path, "r+b") as stream:
            stream.seek(slot)
            stream.write(bytes([value]))

    def close(self) -> None:
        """Remove the file."""
        self._folder.cleanup()


class CancellationCheck:
    """Read a slot of the cancellation table, in a worker."""

    def __init__(self, path: str, slot: int) -> None:
        try:
            with open(path, "rb") as stream:
                self._seen = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError:  # the dashboard has been stopped
            raise GivenUp("the dashboard has been stopped") from None
        self._slot = slot

    def check(self) -> None:
        """Raise GivenUp if the simulation is cancelled."""
        if self._seen[self._slot]:
            raise GivenUp("nobody waits for it any more")
