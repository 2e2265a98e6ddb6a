"""Inputs that move nothing, and one that alone decides: what an author should know before believing the odds.

Every number that a scenario states is moved by itself: an uncertain one from its 5 to its 95 per cent point, a certain
one across its natural range. All others are as in a run: drawn, the same draws and the same random numbers for every
move. An input is *dead* if no trial has another outcome in any column (so the odds do not move either). It *alone
decides* if its swing makes up most of the sum of squared swings of all uncertain inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.designs import Progress, shifted_sobol
from sim.analysis.sensitivity.natural_ranges import widened
from sim.analysis.sensitivity.uncertain_inputs import (
    HIGH,
    LOW,
    Input,
    Integers,
    PointStreams,
    Work,
    by_streams,
    separate_inputs,
)
from sim.errors.arguments import checked_arguments
from sim.execution import worker_pool
from sim.outcome_columns import OF_DRAW
from sim.random_streams import READING
from sim.results.wording import percent
from sim.scenario.provenance import ledger
from sim.scenario.sampling.parameter_draws import inverse_cdf, quantities
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats
from sim.statistics.horizons import event_by, horizons

DECIDES = 0.6
"""Share of the sum of squared swings above which one input is said to decide alone."""
FEWEST_UNCERTAIN = 3
"""Of fewer uncertain inputs one always has most of the swings."""
SIGNIFICANT = 3.0
"""Standard errors of a swing."""
STAGES = ((64, 8), (48, 64))
"""Draws, and trials of each: for every input, then again for those with which no trial ended differently."""
MOST_POINTS = 400
"""Points of a draw in one block."""


@dataclass(frozen=True)
class Move:
    """One input moved between two values: the durable odds at both, and whether any trial ended differently."""

    name: str
    values: tuple[float, float]
    is_uncertain: bool
    odds: tuple[float, float]
    error: float
    n_changed: int

    @property
    def swing(self) -> float:
        """Return the change of the odds, high less low."""
        return self.odds[1] - self.odds[0]

    @property
    def squared(self) -> float:
        """Return the squared swing, less what random error adds to it."""
        return max(0.0, self.swing**2 - self.error**2)


@dataclass(frozen=True)
class Influence:
    """All inputs of a scenario as they were moved. ``trials`` is the most that one value met."""

    moves: tuple[Move, ...]
    trials: int

    @property
    def dead(self) -> tuple[Move, ...]:
        """Return the inputs with which no trial ended differently."""
        return tuple(move for move in self.moves if not move.n_changed)

    @property
    def decides(self) -> tuple[Move, float] | None:
        """Return the input that alone decides, and its share of the sum of squared swings."""
        uncertain = [move for move in self.moves if move.is_uncertain]
        total = sum(move.squared for move in uncertain)
        if len(uncertain) < FEWEST_UNCERTAIN or not total:
            return None
        top = max(uncertain, key=lambda move: move.squared)
        is_clear = abs(top.swing) > SIGNIFICANT * top.error
        return (top, top.squared / total) if is_clear and top.squared > DECIDES * total else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return one line for each input that is dead, and for one that alone decides."""
        lines = [
            f"{move.name}: moves nothing: from {move.values[0]:.3g} to {move.values[1]:.3g} none of {self.trials:,} "
            "trials ends differently"
            for move in self.dead
        ]
        if self.decides is not None:
            move, share = self.decides
            low, high = (percent(p) for p in move.odds)
            lines.append(
                f"{move.name}: alone decides: from {move.values[0]:.3g} to {move.values[1]:.3g} it moves the durable "
                f"odds from {low} to {high}, {percent(share)} of the squared swings of all uncertain inputs"
            )
        return tuple(lines)


class _Found(NamedTuple):
    """What one draw gives: at each point the share of trials with the event, and how many ended differently."""

    odds: Floats
    n_changed: Integers


@checked_arguments
def influence(
    scenario: Scenario, *, seed: int = 1, workers: int | None = None, progress: Progress | None = None
) -> Influence:
    """Move every number that the scenario states, one at a time.

    Parameters
    ----------
    scenario
        A scenario; numbers that it leaves at the program's defaults are not moved.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the trials done and the trials wanted.

    Returns
    -------
    Influence
        A move for each number, in the order of the scenario.

    Examples
    --------
    >>> found = influence(sim.load("teaching/minimal"), workers=1)
    >>> len(found.dead) < len(found.moves)
    True
    """
    said = ledger(scenario)
    certain = {
        path for path, one in quantities(scenario).items() if one.value is not None and said[path][1] != "default"
    }
    wide, shares_of_points = widened(scenario, certain)
    separate, found = separate_inputs(wide)
    inputs = [replace(one, central=shares_of_points.get(one.path, one.central)) for one in found]
    moved = [one for one in inputs if _acts(one, separate)]
    mover = _Mover(separate, inputs, set(shares_of_points), seed, workers, progress)
    moves = {one.name: move for one, move in zip(moved, mover.moves(moved, *STAGES[0]), strict=True)}
    still = [one for one in moved if not moves[one.name].n_changed]
    moves |= {one.name: move for one, move in zip(still, mover.moves(still, *STAGES[1]), strict=True)}
    trials = STAGES[-1][0] * STAGES[-1][1]
    return Influence(tuple(moves.values()), trials)


def _acts(one: Input, separate: Scenario) -> bool:
    """Return whether an input is a number of the scenario, and not a column of weights of its table of draws."""
    section, _, column = one.path.rpartition(".factors.")
    return not section or column in separate.joint[int(section.removeprefix("joint."))].columns.values()


class _Mover:
    """Moves inputs of a scenario, in draws of all others."""

    def __init__(
        self,
        separate: Scenario,
        inputs: Sequence[Input],
        points: set[str],
        seed: int,
        workers: int | None,
        progress: Progress | None,
    ) -> None:
        self.separate, self.inputs, self.points = separate, inputs, points
        self.seed, self.workers, self.progress = seed, workers, progress
        self.known = quantities(separate)

    def moves(self, moved: Sequence[Input], n_draws: int, trials: int) -> list[Move]:
        """Return how far each of ``moved`` moves the odds."""
        if not moved:
            return []
        wanted = [
            self._work(moved[first : first + MOST_POINTS // 2], draw, row, trials)
            for first in range(0, len(moved), MOST_POINTS // 2)
            for draw, row in enumerate(self._background(n_draws))
        ]
        workers = min(len(wanted), worker_pool.default_workers() if self.workers is None else self.workers)
        kind = worker_pool.choose(workers, len(wanted), releases_gil=True)
        found: list[_Found] = []
        for _, one in worker_pool.in_order(changes, wanted, workers, kind):
            found.append(one)
            if self.progress:
                self.progress(len(found), len(wanted))
        parts = [found[first : first + n_draws] for first in range(0, len(found), n_draws)]
        odds = np.concatenate([np.stack([one.odds[1:] for one in part]) for part in parts], axis=1)
        changed = np.concatenate([sum(one.n_changed[1:] for one in part) for part in parts])
        return [self._move(one, odds[:, 2 * n : 2 * n + 2], changed[2 * n : 2 * n + 2]) for n, one in enumerate(moved)]

    def _background(self, n_draws: int) -> Floats:
        """Return a share for every input in every draw; certain numbers have their own value in all."""
        drawn = shifted_sobol(n_draws, max(1, len(self.inputs)), self.seed, "influence")
        for n, one in enumerate(self.inputs):
            if one.path in self.points:
                drawn[:, n] = one.central
        return drawn

    def _ends(self, one: Input) -> tuple[float, float]:
        return (0.0, 1.0) if one.path in self.points else (LOW, HIGH)

    def _values(self, one: Input) -> tuple[float, float]:
        if one.path == READING:
            return 0.0, float(len(self.separate.readings))
        known = self.known[one.path]
        if one.path in self.points:
            return known.bounds
        low, high = (float(inverse_cdf(known, end)) for end in self._ends(one))
        return low, high

    def _work(self, moved: Sequence[Input], draw: int, row: Floats, trials: int) -> Work:
        n_points = 1 + 2 * len(moved)
        shares = {one.name: np.full(n_points, row[n]) for n, one in enumerate(self.inputs)}
        for n, one in enumerate(moved):
            shares[one.name][1 + 2 * n : 3 + 2 * n] = self._ends(one)
        streams = np.full(n_points, draw, dtype=np.int64)
        return Work(self.separate, self.seed, by_streams(self.inputs, shares), streams, trials, 1, "durable")

    def _move(self, one: Input, odds: Floats, changed: NDArray[np.int64]) -> Move:
        is_uncertain = one.path not in self.points
        low, high = self._values(one)
        swings = odds[:, 1] - odds[:, 0]
        error = float(swings.std(ddof=1) / len(swings) ** 0.5)
        p_low, p_high = (float(p) for p in odds.mean(axis=0))
        return Move(one.name, (low, high), is_uncertain, (p_low, p_high), error, int(changed.sum()))


def changes(work: Work) -> _Found:
    """Run the points of one draw; compare each with the first, trial by trial."""
    from sim.model.compiled import simulate_streams  # with the compiler, which only workers need

    columns = simulate_streams(work.scenario, PointStreams(work), explains=False)
    shape = (len(work.streams), work.trials_per_point)
    days = list(horizons(work.scenario))[-1]
    odds = event_by(columns, work.scenario, work.tier, days).reshape(shape).mean(axis=1)
    differs = np.zeros(shape, np.bool_)
    for name, column in columns.items():
        if name not in OF_DRAW:
            differs |= _differs(column.reshape(shape))
    return _Found(np.asarray(odds), np.asarray(differs.sum(axis=1)))


def _differs(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where values differ from those of the first point; what is missing in both is alike."""
    unlike = column != column[0]
    if column.dtype.kind == "f":
        unlike &= ~(np.isnan(column) & np.isnan(column[0]))
    return np.asarray(unlike)
