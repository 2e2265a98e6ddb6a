"""A block of trials for somebody who is looking: the odds alone if that is enough, and given up when nobody waits.

The trials are those of ``run``: same luck, same numbers. Only less is kept of them, and less is watched of how halts go
on after the horizon.
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
from sim.model.anatomy import explain
from sim.model.outcomes import DURABLE_DRAWS
from sim.outcome_columns import Columns
from sim.random_streams import CachedStreams
from sim.scenario.schema import Scenario
from sim.statistics.horizons import TIERS

ODDS = ("trial", *(f"{tier}_week" for tier in TIERS), "victory", "victory_week")
"""Columns of a block that is not explained: what odds and their differences are made of."""
PLACES = 4096
CACHED_BLOCKS = 2
"""Blocks whose luck a worker keeps, 20 MB for each of 2,500 trials."""


class GivenUp(ParleyError):
    """Nobody waits for this simulation any more."""


class Glance(NamedTuple):
    """A block as it travels to a worker; ``board`` and ``place`` say where it reads whether anybody still waits."""

    scenario: Scenario
    seed: int
    block: Block
    is_explained: bool
    board: str = ""
    place: int = 0


def glance(work: Glance) -> Columns:
    """The columns of a block: all of them if it is explained, else ``ODDS``. Raises GivenUp once nobody waits."""
    from sim.model import NegotiationModel  # with Mesa, which only workers need

    check = Reader(work.board, work.place).check if work.board else lambda: None
    check()
    scenario, block = work.scenario, work.block
    # A first answer meets the same luck at every move; that from all trials comes once, and its luck would be 70 MB.
    keeps_luck = work.board and not work.is_explained
    streams = cached_streams(work.seed, block.first, block.n, scenario.mirrored) if keeps_luck else None
    # A halt that began before the horizon is durable, or not, after so many weekly draws: odds need no further week.
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
    """The luck of a block, which every move of a slider meets again."""
    return CachedStreams(seed, first, n, is_mirrored)


class Board:
    """A small file, a byte for each simulation, in which workers read that one is not wanted any more."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="parley-", ignore_cleanup_errors=True)
        self.path = str(Path(self._folder.name) / "unwanted")
        Path(self.path).write_bytes(bytes(PLACES))
        self._next, self._lock = 0, threading.Lock()

    def place(self) -> int:
        """A place that says wanted; it is used again after 4,096 others."""
        with self._lock:
            self._next = (self._next + 1) % PLACES
            self._write(self._next, 0)
            return self._next

    def give_up(self, place: int) -> None:
        """Workers read it before their next week."""
        self._write(place, 1)

    def _write(self, place: int, value: int) -> None:
        with open(self.path, "r+b") as stream:
            stream.seek(place)
            stream.write(bytes([value]))

    def close(self) -> None:
        """Remove the file."""
        self._folder.cleanup()


class Reader:
    """A worker's look at the board."""

    def __init__(self, path: str, place: int) -> None:
        try:
            with open(path, "rb") as stream:
                self._seen = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError:  # the dashboard has been stopped
            raise GivenUp("the dashboard has been stopped") from None
        self._place = place

    def check(self) -> None:
        """Raises GivenUp if the simulation is not wanted any more."""
        if self._seen[self._place]:
            raise GivenUp("nobody waits for it any more")
