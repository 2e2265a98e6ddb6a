"""Passes of the engine for estimates: only what odds need is watched, on one core, with the CPU time they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from sim.execution.blocks import blocks
from sim.model.negotiation import NegotiationModel
from sim.model.outcomes import DURABLE_DRAWS
from sim.outcome_columns import Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Hits
from sim.statistics.horizons import TIERS, event_by, horizons

Cell = tuple[str, int]
"""A tier and a horizon in days."""
HitsByCell = dict[Cell, Hits]
Progress = Callable[[int, int], None]
"""Called with the trials done and the trials wanted."""
ROWS = 16_384
"""Trials in a block, the same for every method that is compared."""


@dataclass
class Clock:
    """CPU seconds of this process, added up over what is timed."""

    cpu: float = 0.0

    @contextmanager
    def runs(self) -> Iterator[None]:
        """Count what is done within."""
        began = time.process_time()
        try:
            yield
        finally:
            self.cpu += time.process_time() - began


def cells_of(scenario: Scenario) -> list[Cell]:
    """Every tier at every horizon, the horizons of a tier ascending."""
    return [(tier, days) for tier in TIERS for days in horizons(scenario)]


def weeks_for(scenario: Scenario, days: int) -> int:
    """Weeks to simulate for the odds by ``days``: a halt begun before is durable, or not, after some weekly draws."""
    return horizons(scenario)[days] + min(scenario.follow_up_weeks, DURABLE_DRAWS + 1)


def passed(
    scenario: Scenario, streams: Streams, weeks: int, watch: Callable[[NegotiationModel], None] | None = None
) -> Columns:
    """Outcome columns of the trials of ``streams`` after so many weeks; ``watch`` sees the model after each."""
    with NegotiationModel(scenario, n_trials=streams.n_trials, streams=streams, explains=False) as model:
        for _ in range(weeks):
            model.step()
            if watch:
                watch(model)
        columns: Columns = model.record.columns
    return columns


def hits_of(columns: Columns, scenario: Scenario) -> HitsByCell:
    """For each cell which trials have the event, shape (trials,)."""
    return {(tier, days): event_by(columns, scenario, tier, days) for tier, days in cells_of(scenario)}


def joined(parts: list[HitsByCell]) -> HitsByCell:
    """Hits of several blocks one after the other."""
    return {cell: np.concatenate([part[cell] for part in parts]) for cell in parts[0]}


def plain_run(
    scenario: Scenario, trials: int, seed: int, weeks: int, clock: Clock, progress: Progress | None = None
) -> HitsByCell:
    """The trials of an ordinary run: the same luck and draws as ``parley run`` with that seed."""
    parts = []
    for block in blocks(trials, ROWS):
        with clock.runs():
            streams = Streams(seed, block.first, block.n, scenario.mirrored)
            parts.append(hits_of(passed(scenario, streams, weeks), scenario))
        if progress:
            progress(block.first + block.n, trials)
    return joined(parts)
