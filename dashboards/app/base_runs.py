"""Runs as the dashboard holds them: the base run of a scenario and how far it is, and a simulation under way."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import BusyError
from sim.results.run import Run
from sim.scenario.schema import Scenario

PATIENCE = 120
"""Seconds for which a simulation is waited for."""
BUSY = "The server is busy with other simulations. Wait a moment, then move the slider again."

Columns = dict[str, Any]
Key = tuple[str, tuple[tuple[str, str], ...], int, int, bool]
"""Scenario, changes, trials, seed, and whether reasons for failure are wanted."""


@dataclass
class Flight:
    """A simulation under way: what it will give, whether somebody waits for it, and whether it is given up."""

    is_awaited: bool
    is_given_up: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1, np.bool_))
    found: Future[Run] = field(default_factory=Future)


@dataclass
class Base:
    """A scenario that can be picked, and how far its run has come."""

    name: str
    scenario: Scenario
    trials: int
    seed: int
    run: Run | None = None
    done: int = 0
    problem: str = ""
    parts: list[Columns] = field(default_factory=list)


def awaited(flight: Flight) -> Run:
    """What somebody else's simulation gives, or raises."""
    try:
        return flight.found.result(PATIENCE)
    except TimeoutError:
        raise BusyError(BUSY) from None


def joined(parts: Sequence[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def head(run: Run, trials: int) -> Run:
    """The first trials of a run, which are the run of so many trials."""
    if run.n_trials <= trials:
        return run
    return Run(run.scenario, run.name, run.seed, run.part(0, trials))
