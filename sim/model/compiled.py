"""Simulate many trials: the week of ``week.py``, compiled, over draws and trials, in threads of one process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim import outcome_columns
from sim.compiler.decorators import entry, step
from sim.compiler.machine_code import call
from sim.model.attribution import explain
from sim.model.inputs import Inputs, inputs_of
from sim.model.state import ENTITIES
from sim.model.steps.start import start_draw, start_trial
from sim.model.week import is_decided, week
from sim.model.world import Workspace, workspace_for
from sim.model.world_pointer import world_of
from sim.outcome_columns import Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario


class Bound(Protocol):
    """Whatever decides in one workspace in the place of the model's own rules."""

    def raise_problem(self) -> None:
        """Raise what one of its methods raised."""

    def let_go(self) -> None:
        """Drop all that it holds; the workspace must not be used again."""


class Rules(Protocol):
    """Rules of somebody's own (``sim.agents.own_rules``)."""

    def bind(self, workspace: Workspace, inputs: Inputs, streams: Streams, is_given_up: NDArray[np.bool_]) -> Bound:
        """Decide in a workspace from now on."""


@step
def copy(source: Any, target: Any) -> None:
    """Copy numbers; an assignment of arrays would compile a check of their shapes, and its message."""
    for place in range(len(source)):
        target[place] = source[place]


@step
def close_books(world: Any) -> None:
    """Forget the trades of the last draw: they are worked out anew when they are asked for."""
    for book in range(len(world.books)):
        world.books[book].is_open = 0
    for number in range(len(world.paths)):
        world.paths[number].book = -1
    world.moved.book = -1


@step
def begin_draw(world: Any, start: Any, number: int, of_draw: Any) -> None:
    """Put a draw of the parameters into the workspace, and its row as trials begin with it into ``of_draw``."""
    copy(start, world.row)
    world.trial.draw = number
    start_draw(world)
    copy(world.row, of_draw)
    close_books(world)


@step
def begin_trial(world: Any, of_draw: Any, number: int) -> None:
    """Begin a trial of the draw in the workspace."""
    copy(of_draw, world.row)
    if world.trial.is_by_trial:
        close_books(world)
    start_trial(world, number)


@entry
def simulate_draws(
    workspace: Any, starts: Any, first_trials: Any, n_trials: Any, begins: bool, weeks: int, explains: bool,
    is_given_up: Any, results: Any,
) -> int:  # fmt: skip
    """Simulate ``n_trials`` trials of each draw from ``first_trials`` on; return how many were done when given up.

    Without ``begins`` the trial in the workspace goes on for so many weeks.
    """
    world = world_of(workspace)
    row, of_draw = world.row, np.empty(len(world.row))
    first_stored = len(row) - results.shape[1]
    ends_early = begins and first_stored > 0  # whoever stores the whole row wants it as it is after all weeks
    done = 0
    for number in range(len(starts)):
        if is_given_up[0]:
            return done
        if begins:
            begin_draw(world, starts[number], number, of_draw)
        for lane in range(n_trials[number]):
            if begins:
                begin_trial(world, of_draw, first_trials[number] + lane)
            for _ in range(weeks):
                week(world)
                if ends_early and is_decided(world):
                    break
            if explains:
                explain(world)
            copy(row[first_stored:], results[done])
            done += 1
    return done


def run_draws(*arguments: Any) -> int:
    """Call `simulate_draws`; say so first where that has to compile the model."""
    return call(simulate_draws, *arguments)


def simulate(
    scenario: Scenario,
    seed: int,
    first_trial: int,
    n_trials: int,
    independent_stream: str = "",
    explains: bool = True,
    n_threads: int = 1,
    rules: Rules | None = None,
) -> Columns:
    """Return outcome columns of ``n_trials`` trials from ``first_trial`` on, the same however they are cut in blocks.

    ``independent_stream`` names random numbers that no other scenario meets (see ``Streams``). Without ``explains``
    nothing is kept of why trials fail. ``rules`` are those of classes of somebody's own (docs/guide/party.md).
    """
    streams = Streams(seed, first_trial, n_trials, scenario.mirrored, independent_stream)
    return simulate_streams(scenario, streams, explains=explains, n_threads=n_threads, rules=rules)


def simulate_streams(
    scenario: Scenario,
    streams: Streams,
    explains: bool = True,
    weeks: int | None = None,
    n_threads: int = 1,
    is_given_up: NDArray[np.bool_] | None = None,
    rules: Rules | None = None,
) -> Columns:
    """Return outcome columns of the trials of ``streams``, over its draws of the parameters."""
    inputs = inputs_of(scenario, streams)
    first, counts = streams.trials_by_draw()
    results = np.zeros((int(counts.sum()), n_stored(inputs)))
    if is_given_up is None:
        is_given_up = np.zeros(1, np.bool_)
    ends = np.concatenate([[0], np.cumsum(counts)])
    cuts = np.linspace(0, len(counts), n_threads + 1).astype(int)

    bound: list[Bound] = []

    def part(low: int, high: int) -> None:
        workspace = workspace_for(inputs._replace(changed=inputs.changed[low:high]), streams.prefix)
        if rules:
            bound.append(rules.bind(workspace, inputs, streams, is_given_up))
        run_draws(
            workspace, inputs.starts[low:high], first[low:high], counts[low:high], True, weeks or inputs.weeks,
            explains, is_given_up, results[ends[low] : ends[high]],
        )  # fmt: skip

    try:
        if n_threads == 1:
            part(0, len(counts))
        else:
            with ThreadPoolExecutor(n_threads) as pool:
                list(pool.map(part, cuts[:-1], cuts[1:]))
        for one in bound:
            one.raise_problem()
    finally:
        for one in bound:
            one.let_go()
    return columns_of(inputs, streams, first, counts, results)


STORED = ("outcome", "agreed", "shares")
"""Entities that are stored of a trial: the last of its row."""


def n_stored(inputs: Inputs) -> int:
    """Return how many numbers are stored of a trial."""
    return sum(ENTITIES[name].dtype.itemsize * inputs.layout.counts[name] // 8 for name in STORED)


def columns_of(inputs: Inputs, streams: Streams, first: Any, counts: Any, results: NDArray[np.float64]) -> Columns:
    """Return stored rows as columns of their own types."""
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    columns: Columns = {
        "trial": starts + np.arange(len(results)),
        "draw": np.repeat(streams.draws, counts).astype(np.int32),
        "reading": np.repeat(inputs.readings, counts).astype(np.uint8),
    }
    width = ENTITIES["outcome"].dtype.itemsize // 8
    outcome = results[:, :width].view(ENTITIES["outcome"].dtype)[:, 0]
    for name, one in outcome_columns.COLUMNS.items():
        if name not in columns:
            columns[name] = outcome[name].astype(one.dtype)
    for place, issue in enumerate(inputs.scenario.issues):
        columns[f"x_{issue}"] = results[:, width + place].astype(np.float32)
    for place, friction in enumerate(outcome_columns.FRICTIONS, width + len(inputs.scenario.issues)):
        columns[f"share_{friction}"] = results[:, place].astype(np.float32)
    return columns
