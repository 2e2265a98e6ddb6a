"""How many trials a second: the engine's columns, its luck alone, the plain oracle, one Mesa model per trial.

    python -m benchmarks.engine

Everything runs in one process. What is measured is CPU time of that process, so that a busy machine changes it
little, and each round measures every row once, so that what still drifts falls on all of them alike. Read the
ratios: trials per second are this machine's. Results go to ``results/benchmarks/engine.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

SCENARIO = "istanbul_2025/aides_only"
SEED = 1
OUT = Path("results/benchmarks/engine.json")


class Row(NamedTuple):
    """One thing to measure: ``work()`` does ``n_trials`` trials."""

    name: str
    n_trials: int
    work: Callable[[], object]


class Call(NamedTuple):
    """A column of luck that the engine asked for."""

    kind: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]


def calls_of_a_block(scenario: Any, n_trials: int) -> list[Call]:
    """Every column of luck that one block of trials asks for, in order."""
    from sim.model import simulate
    from sim.random_streams import Streams

    calls: list[Call] = []
    plain = {kind: getattr(Streams, kind) for kind in ("uniform", "normal", "parameter")}

    def recording(kind: str) -> Callable[..., Any]:
        def ask(streams: Any, *arguments: Any, **options: Any) -> Any:
            calls.append(Call(kind, arguments, options))
            return plain[kind](streams, *arguments, **options)

        return ask

    try:
        for kind in plain:
            setattr(Streams, kind, recording(kind))
        simulate(scenario, SEED, 0, n_trials)
    finally:
        for kind, method in plain.items():
            setattr(Streams, kind, method)
    return calls


def replay(calls: list[Call], n_trials: int) -> int:
    """The same columns of luck and nothing else; returns how many."""
    from sim.random_streams import Streams

    streams = Streams(SEED, 0, n_trials)
    for call in calls:
        getattr(streams, call.kind)(*call.arguments, **call.options)
    return len(calls)


def rows(n_trials: int, n_stories: int) -> tuple[list[Row], dict[str, int]]:
    """What is measured, and how many columns of luck of each kind a block draws."""
    from sim.model import simulate
    from sim.scenario.reading.load import load
    from tests.oracle import one_mesa_model_per_trial
    from tests.oracle.oracle import tell

    scenario = load(SCENARIO)
    calls = calls_of_a_block(scenario, n_trials)
    kinds = {kind: sum(call.kind == kind for call in calls) for kind in ("uniform", "normal", "parameter")}

    def by_mesa(n_models: int, block: int) -> object:
        one_mesa_model_per_trial.forget()
        return one_mesa_model_per_trial.batch(SCENARIO, SEED, range(n_models), block)

    n_alone = max(1, n_stories // 8)

    return [
        Row("columns (the engine)", n_trials, lambda: simulate(scenario, SEED, 0, n_trials)),
        Row("its random numbers alone", n_trials, lambda: replay(calls, n_trials)),
        Row("oracle, plain Python", n_stories, lambda: tell(scenario, SEED, range(n_stories))),
        Row("oracle in Mesa, draws shared", n_stories, lambda: by_mesa(n_stories, one_mesa_model_per_trial.BLOCK)),
        Row("oracle in Mesa, each on its own", n_alone, lambda: by_mesa(n_alone, 1)),
    ], kinds


def measure(to_measure: list[Row], n_repeats: int) -> dict[str, list[float]]:
    """Trials per CPU second of each row, once a round, after one round that is not counted."""
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
    """Median, least and greatest by row, and how many times as fast as the slowest it is."""
    medians = {name: statistics.median(rates) for name, rates in found.items()}
    slowest = min(medians.values())
    return [
        {
            "row": name,
            "trials_per_second": round(medians[name], 1),
            "min": round(min(rates), 1),
            "max": round(max(rates), 1),
            "times_the_slowest": round(medians[name] / slowest, 2),
        }
        for name, rates in found.items()
    ]


def machine() -> dict[str, Any]:
    import mesa
    import numpy as np

    return {
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "mesa": mesa.__version__,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def in_words(result: dict[str, Any]) -> str:
    lines = [f"{'':34}{'trials/s':>12}{'min':>12}{'max':>12}{'ratio':>10}"]
    for row in result["rows"]:
        rates = "".join(f"{row[key]:>12,.0f}" for key in ("trials_per_second", "min", "max"))
        lines.append(f"{row['row']:34}{rates}{row['times_the_slowest']:>10,.1f}")
    here, luck = result["machine"], result["columns_of_luck_per_block"]
    lines += [
        f"{result['scenario']}, blocks of {result['trials_per_block']:,} trials, {result['weeks']} weeks and "
        f"{result['follow_up_weeks']} of follow-up; {result['trials_told']} trials told one by one; "
        f"medians of {result['repeats']}, CPU time of one process.",
        "A block draws " + ", ".join(f"{count} {kind}" for kind, count in luck.items()) + " columns: "
        f"{result['share_of_luck']:.0%} of the engine's time.",
        f"{here['processor']}, {here['cores']} cores, load {here['load_average']}; "
        f"Python {here['python']}, numpy {here['numpy']}, Mesa {here['mesa']}.",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=65_536, help="trials in a block of the engine")
    parser.add_argument("--stories", type=int, default=256, help="trials told one by one")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=OUT)
    wanted = parser.parse_args(arguments)

    from sim.scenario.reading.load import load

    to_measure, luck = rows(wanted.trials, wanted.stories)
    print("measuring ...", file=sys.stderr)
    table = summary(measure(to_measure, wanted.repeats))
    scenario = load(SCENARIO)
    result = {
        "scenario": SCENARIO,
        "weeks": scenario.horizon_weeks,
        "follow_up_weeks": scenario.follow_up_weeks,
        "trials_per_block": wanted.trials,
        "trials_told": wanted.stories,
        "repeats": wanted.repeats,
        "rows": table,
        "columns_of_luck_per_block": luck,
        "share_of_luck": table[0]["trials_per_second"] / table[1]["trials_per_second"],
        "machine": machine(),
    }
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    wanted.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(in_words(result))


if __name__ == "__main__":
    main()
