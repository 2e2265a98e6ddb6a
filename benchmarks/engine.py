"""How many trials a second: the engine in blocks, what limits it, one trial at a time, plain Python.

    python -m benchmarks.engine

Each round measures every row once, so that what drifts on a machine falls on all of them alike; figures are medians of
rounds. Rows of one core are CPU time of this process, threads are measured by the clock and so need a quiet machine.
Read the ratios: trials per second are this machine's. Results go to ``results/benchmarks/engine.json``.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks import SCENARIO, SEED, reader, write
from sim.compiler.decorators import entry
from sim.model import random_numbers
from sim.model.compiled import n_stored, simulate, simulate_draws
from sim.model.inputs import Inputs, inputs_of
from sim.model.world import workspace_for
from sim.model.world_pointer import world_of
from sim.random_streams import Streams
from sim.single_trial.one_trial import OneTrial

SIZES = (2_528, 8_192, 32_768, 65_536)
"""Trials of a block: what a slider asks for, and up to what a stored run is cut into."""
TIMES = 16
"""How often trials go through the weeks on the random numbers of the first time, where those are left out."""
FEWER = 16
"""Of so many draws of the parameters one is taken there, so that the row does about as many trials as the others."""


class Row(NamedTuple):
    """One thing to measure: ``work()`` does ``n_trials`` trials; threads are measured by the ``clock``."""

    name: str
    n_trials: int
    work: Callable[[], object]
    clock: Callable[[], float] = time.process_time


class Block:
    """Hold the inputs of a block of trials, for its parts to be measured one by one."""

    def __init__(self, scenario: Any, n_trials: int) -> None:
        streams = Streams(SEED, 0, n_trials, scenario.mirrored)
        self.inputs = inputs_of(scenario, streams)
        self.first, self.counts = streams.trials_by_draw()

    def simulate(self, inputs: Inputs, first: Any, counts: Any, workspace: Any = None) -> Any:
        """Simulate draws and nothing else; return the room, with the random numbers that were drawn last."""
        workspace = workspace_for(inputs) if workspace is None else workspace
        results = np.empty((int(counts.sum()), n_stored(inputs)))
        never = np.zeros(1, np.bool_)
        simulate_draws(workspace, inputs.starts, first, counts, True, inputs.weeks, False, never, results)
        return workspace

    def arithmetic(self) -> tuple[int, Callable[[], object]]:
        """Return trials and work of weeks whose random numbers are kept: a draw's sixteen trials ``TIMES`` times over.

        A room keeps the random numbers of the last sixteen trials, so only the first time draws any.
        """
        places = np.repeat(np.arange(len(self.counts))[::FEWER], TIMES)
        inputs = self.inputs._replace(starts=self.inputs.starts[places], changed=self.inputs.changed[places])
        first, counts = self.first[places], self.counts[places]
        return int(counts.sum()), lambda: self.simulate(inputs, first, counts)

    def drawn(self) -> np.ndarray[Any, Any]:
        """Return which random numbers the block draws, one row for each four: stream, week, and for which trials."""
        workspace, found = None, []
        for place in range(len(self.counts)):
            one = slice(place, place + 1)
            inputs = self.inputs._replace(starts=self.inputs.starts[one], changed=self.inputs.changed[one])
            fresh = workspace_for(inputs) if workspace is None else workspace._replace(changed=inputs.changed)
            fresh.blocks[:] = -1
            workspace = self.simulate(inputs, self.first[one], self.counts[one], fresh)
            stream, slot, week = np.nonzero(workspace.blocks >= 0)
            found.append(np.stack([stream, week, workspace.blocks[stream, slot, week]], axis=1))
        return np.concatenate(found)

    def random_numbers(self) -> Callable[[], object]:
        """Return the work of drawing the block's random numbers and nothing else."""
        drawn, workspace = self.drawn(), workspace_for(self.inputs)
        workspace.trial["seed"] = SEED

        def again() -> object:
            workspace.blocks[:] = -1
            return draw_again(workspace, drawn)

        return again


@entry
def draw_again(workspace: Any, drawn: Any) -> float:
    """Draw the four numbers of each row of ``drawn`` as the model does; return a sum, so that none is left out."""
    world = world_of(workspace)
    trial, total = world.trial, 0.0
    for row in range(len(drawn)):
        trial.week = drawn[row, 1]
        if drawn[row, 0] <= random_numbers.TEXT_ERROR:  # the streams of normals come first
            trial.number = drawn[row, 2] << 3
            total += random_numbers.normal(world, drawn[row, 0])
        else:
            trial.number = drawn[row, 2] << 2
            total += random_numbers.uniform(world, drawn[row, 0])
    return total


def rows(sizes: tuple[int, ...], n_stories: int) -> list[Row]:
    """Return what is measured."""
    from sim.scenario.reading.load import load
    from tests.oracle.oracle import tell

    scenario = load(SCENARIO)
    run = partial(simulate, scenario, SEED, 0)
    found = [Row(f"odds only, {n:,}", n, partial(run, n, explains=False)) for n in sizes]
    found += [Row(f"with reasons, {n:,}", n, partial(run, n)) for n in sizes]
    least, most = min(sizes), max(sizes)
    block = Block(scenario, most)
    n_arithmetic, arithmetic = block.arithmetic()

    def inputs_alone(n_trials: int) -> object:
        return inputs_of(scenario, Streams(SEED, 0, n_trials, scenario.mirrored))

    return [
        *found,
        Row(f"inputs alone, {least:,}", least, lambda: inputs_alone(least)),
        Row(f"inputs alone, {most:,}", most, lambda: inputs_alone(most)),
        Row("random numbers alone", most, block.random_numbers()),
        Row("weeks without them", n_arithmetic, arithmetic),
        Row("one thread, by the clock", most, partial(run, most, explains=False), time.perf_counter),
        Row("two threads, by the clock", most, partial(run, most, explains=False, n_threads=2), time.perf_counter),
        Row("one trial at a time", n_stories, lambda: [OneTrial(scenario, SEED, n).run() for n in range(n_stories)]),
        Row("oracle, plain Python", n_stories, lambda: tell(scenario, SEED, range(n_stories))),
    ]


def measure(to_measure: list[Row], n_repeats: int) -> dict[str, list[float]]:
    """Return trials per second of each row, once a round, after one round that is not counted."""
    found: dict[str, list[float]] = {row.name: [] for row in to_measure}
    for number in range(n_repeats + 1):
        for row in to_measure:
            began = row.clock()
            row.work()
            spent = row.clock() - began
            if number:
                found[row.name].append(row.n_trials / max(spent, 1e-9))
    return found


def ratio(found: dict[str, list[float]], of: str, to: str) -> float:
    """Return the median over rounds of how many times as fast one row is as another."""
    return statistics.median(one / other for one, other in zip(found[of], found[to], strict=True))


def summary(found: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Return median, least and greatest by row, and how many times as fast as the slowest it is."""
    slowest = min(found, key=lambda name: statistics.median(found[name]))
    return [
        {
            "row": name,
            "trials_per_second": statistics.median(rates),
            "min": min(rates),
            "max": max(rates),
            "times_the_slowest": ratio(found, name, slowest),
        }
        for name, rates in found.items()
    ]


def in_words(result: dict[str, Any]) -> str:
    """Return the table, and the ratios to be read."""
    lines = [f"{'':32}{'trials/s':>12}{'min':>12}{'max':>12}{'ratio':>10}"]
    for row in result["rows"]:
        rates = "".join(f"{row[key]:>12,.0f}" for key in ("trials_per_second", "min", "max"))
        lines.append(f"{row['row']:32}{rates}{row['times_the_slowest']:>10,.1f}")
    return "\n".join(
        [
            *lines,
            f"{SCENARIO}, {result['weeks']} weeks and those after them; medians of {result['repeats']} rounds.",
            f"Two threads: {result['two_threads']:.2f} times one. Of the time of a trial, odds only, random numbers "
            f"alone take {result['share_of_random_numbers']:.0%}, weeks without them {result['share_of_weeks']:.0%}, "
            f"inputs {result['share_of_inputs']:.0%}.",
        ]
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and store it."""
    from sim.scenario.reading.load import load

    parser = reader("engine", __doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="trials of the blocks")
    parser.add_argument("--stories", type=int, default=128, help="trials that are simulated one by one")
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args(arguments)
    sizes = tuple(wanted.sizes)
    to_measure = rows(sizes, wanted.stories)
    print("measuring ...", file=sys.stderr)
    found = measure(to_measure, wanted.repeats)
    whole = f"odds only, {max(sizes):,}"
    result = {
        "weeks": load(SCENARIO).horizon_weeks,
        "sizes": sizes,
        "stories": wanted.stories,
        "repeats": wanted.repeats,
        "rows": summary(found),
        "two_threads": ratio(found, "two threads, by the clock", "one thread, by the clock"),
        "share_of_random_numbers": ratio(found, whole, "random numbers alone"),
        "share_of_weeks": ratio(found, whole, "weeks without them"),
        "share_of_inputs": ratio(found, whole, f"inputs alone, {max(sizes):,}"),
    }
    print(in_words(result))
    write(wanted.out, result)


if __name__ == "__main__":
    main()
