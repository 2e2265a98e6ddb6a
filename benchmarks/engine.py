"""How many trials a second: the engine, its random numbers, its calls, the oracle, one Mesa model per trial.

    python -m benchmarks.engine

Everything runs in one process. What is measured is CPU time of that process, so that a busy machine changes it
little, and each round measures every row once, so that what still drifts falls on all of them alike. Read the
ratios: trials per second are this machine's. Results go to ``results/benchmarks/engine.json``.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks import SCENARIO, SEED, reader, write

FEW = 64
"""Trials of a block that costs little but its calls of numpy, which are as many in a block of any size."""


class Row(NamedTuple):
    """One thing to measure: ``work()`` does ``n_trials`` trials."""

    name: str
    n_trials: int
    work: Callable[[], object]


class Call(NamedTuple):
    """A column of random numbers that the engine asked for."""

    kind: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]


def calls_of_a_block(scenario: Any, n_trials: int) -> list[Call]:
    """Return every column of random numbers that one block of trials asks for, in order."""
    from sim.columns import simulate
    from sim.random_streams import Streams

    calls: list[Call] = []

    def recording(kind: str) -> Callable[..., Any]:
        plain = getattr(Streams, kind)

        def ask(streams: Any, *arguments: Any, **options: Any) -> Any:
            calls.append(Call(kind, arguments, options))
            return plain(streams, *arguments, **options)

        return ask

    with patch.multiple(Streams, **{kind: recording(kind) for kind in ("uniform", "normal", "parameter")}):
        simulate(scenario, SEED, 0, n_trials)
    return calls


def replay(calls: list[Call], n_trials: int) -> int:
    """Draw the same columns of random numbers and nothing else; return how many."""
    from sim.random_streams import Streams

    streams = Streams(SEED, 0, n_trials)
    for call in calls:
        getattr(streams, call.kind)(*call.arguments, **call.options)
    return len(calls)


def rows(n_trials: int, n_stories: int) -> tuple[list[Row], dict[str, int]]:
    """Return what is measured, and how many columns of random numbers of each kind a block draws."""
    from sim.columns import simulate
    from sim.scenario.reading.load import load
    from tests.oracle import one_mesa_model_per_trial
    from tests.oracle.oracle import tell

    scenario = load(SCENARIO)
    calls = calls_of_a_block(scenario, n_trials)

    def by_mesa(n_models: int, block: int) -> object:
        one_mesa_model_per_trial.forget()
        return one_mesa_model_per_trial.batch(SCENARIO, SEED, range(n_models), block)

    n_alone = max(1, n_stories // 8)
    return [
        Row("columns (the engine)", n_trials, lambda: simulate(scenario, SEED, 0, n_trials)),
        Row("its random numbers alone", n_trials, lambda: replay(calls, n_trials)),
        Row("its calls of numpy alone", n_trials, lambda: simulate(scenario, SEED, 0, min(FEW, n_trials))),
        Row("oracle, plain Python", n_stories, lambda: tell(scenario, SEED, range(n_stories))),
        Row("oracle in Mesa, draws shared", n_stories, lambda: by_mesa(n_stories, one_mesa_model_per_trial.BLOCK)),
        Row("oracle in Mesa, each on its own", n_alone, lambda: by_mesa(n_alone, 1)),
    ], Counter(call.kind for call in calls)


def measure(to_measure: list[Row], n_repeats: int) -> dict[str, list[float]]:
    """Return trials per CPU second of each row, once a round, after one round that is not counted."""
    found: dict[str, list[float]] = {row.name: [] for row in to_measure}
    for number in range(n_repeats + 1):
        for row in to_measure:
            began = time.process_time()
            row.work()
            spent = time.process_time() - began
            if number:
                found[row.name].append(row.n_trials / max(spent, 1e-9))
    return found


def summary(found: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Return median, least and greatest by row, and how many times as fast as the slowest it is."""
    slowest = min(map(statistics.median, found.values()))
    rows = []
    for name, rates in found.items():
        middle = statistics.median(rates)
        figures = {"trials_per_second": middle, "min": min(rates), "max": max(rates)}
        rows.append({"row": name, **figures, "times_the_slowest": middle / slowest})
    return rows


def in_words(result: dict[str, Any]) -> str:
    """Return the table, and what random numbers and calls cost."""
    lines = [f"{'':34}{'trials/s':>12}{'min':>12}{'max':>12}{'ratio':>10}"]
    for row in result["rows"]:
        rates = "".join(f"{row[key]:>12,.0f}" for key in ("trials_per_second", "min", "max"))
        lines.append(f"{row['row']:34}{rates}{row['times_the_slowest']:>10,.1f}")
    luck = ", ".join(f"{count} {kind}" for kind, count in result["columns_of_luck_per_block"].items())
    lines += [
        f"{SCENARIO}, blocks of {result['trials_per_block']:,} trials, {result['weeks']} weeks; "
        f"{result['stories']} trials one by one; medians of {result['repeats']}, CPU time of one process.",
        f"A block draws {luck} columns: {result['share_of_luck']:.0%} of the engine's time; "
        f"calling numpy, whatever the block, takes {result['share_of_calls']:.0%}.",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and store it."""
    from sim.scenario.reading.load import load

    parser = reader("engine", __doc__)
    parser.add_argument("--trials", type=int, default=65_536, help="trials in a block of the engine")
    parser.add_argument("--stories", type=int, default=256, help="trials of the oracle, one by one")
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args(arguments)
    to_measure, luck = rows(wanted.trials, wanted.stories)
    print("measuring ...", file=sys.stderr)
    table = summary(measure(to_measure, wanted.repeats))
    engine, random_numbers, calls = (row["trials_per_second"] for row in table[:3])
    result = {
        "weeks": load(SCENARIO).horizon_weeks,
        "trials_per_block": wanted.trials,
        "stories": wanted.stories,
        "repeats": wanted.repeats,
        "rows": table,
        "columns_of_luck_per_block": luck,
        "share_of_luck": engine / random_numbers,
        "share_of_calls": engine / calls,
    }
    print(in_words(result))
    write(wanted.out, result)


if __name__ == "__main__":
    main()
