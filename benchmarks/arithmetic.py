"""The limit of plain numpy: what a block's own operations would cost if each ran as fast as numpy runs it at all.

    python -m benchmarks.arithmetic

A block is run once on arrays that count: every operation on every element, by operation and type. Each kind of
operation is then timed by itself on arrays that stay in the processor's cache, results written in place. Count times
rate, and the luck as it is, added up, are the limit: no price of calling, no waiting for memory, no temporary columns,
no Python. The engine's time over it says how far from its limit it is, and the limit says what no arrangement of the
same operations can beat without a compiler. Operations on arrays made by numpy itself may escape the count, so the
true limit is a little higher. Results go to ``results/benchmarks/arithmetic.json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.counting import Operation, Tally, counted
from benchmarks.engine import SCENARIO, SEED, calls_of_a_block, machine, replay

OUT = Path("results/benchmarks/arithmetic.json")
IN_CACHE = 2_048
"""Elements of the arrays on which operations are timed: three columns of them are 48 kB."""


def seconds_of(work: Callable[[], object]) -> float:
    """CPU seconds of one call: the least of several measurements, each long enough for the clock."""
    work()
    n_calls, spent = 1, 0.0
    while spent < 2e-4:
        n_calls *= 4
        spent = _spent(work, n_calls)
    return min(_spent(work, n_calls) for _ in range(7)) / n_calls


def _spent(work: Callable[[], object], n_calls: int) -> float:
    began = time.perf_counter()
    for _ in range(n_calls):
        work()
    return time.perf_counter() - began


def seconds_per_element(operation: Operation, ufuncs: Mapping[str, np.ufunc]) -> float:
    """What an operation costs on each element of a column in cache, less what a call on one element costs."""
    many, one = (seconds_of(_work(operation, ufuncs, size)) for size in (IN_CACHE, 1))
    return max(many - one, 0.0) / (IN_CACHE - 1)


def _work(operation: Operation, ufuncs: Mapping[str, np.ufunc], size: int) -> Callable[[], object]:
    luck = np.random.default_rng(1)
    first = operation.types[0] if operation.types else "float64"
    values = _operand(first or "float64", size, luck)
    if operation.name not in ufuncs:
        return _move(operation.name, values, luck)
    ufunc = ufuncs[operation.name]
    inputs = [_operand(kind, size, luck) if kind else 0.5 for kind in operation.types]
    if ufunc.nin > len(inputs):  # a reduction
        return lambda: ufunc.reduce(values)
    try:
        out = ufunc(*inputs)
    except TypeError:  # a whole number beside the column rather than a fraction
        inputs = [1 if isinstance(entry, float) else entry for entry in inputs]
        out = ufunc(*inputs)
    if isinstance(out, tuple):
        return lambda: ufunc(*inputs)
    out = np.asarray(out)
    return lambda: ufunc(*inputs, out=out)


def _move(name: str, values: Any, luck: Any) -> Callable[[], object]:
    size = len(values)
    places, out, mask = luck.permutation(size), values.copy(), luck.random(size) < 0.5
    if name == "take":
        return lambda: values.take(places, out=out, mode="clip")
    if name == "put":
        return lambda: out.__setitem__(places, values)
    if name == "where":
        return lambda: np.where(mask, values, out)
    if name == "nonzero":
        return lambda: np.count_nonzero(mask)
    return lambda: np.copyto(out, values)


def _operand(kind: str, size: int, luck: Any) -> Any:
    if kind == "bool":
        return luck.random(size) < 0.5
    return (luck.random(size) * (1.0 if kind.startswith("float") else 3.0)).astype(kind)


# -- the limit -------------------------------------------------------------------------------------


def tally_of(scenario_name: str, n_trials: int) -> Tally:
    """What a block does to its arrays, counted in a process of its own: arrays that count stay behind in caches."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_count, scenario_name, n_trials).result()


def _count(scenario_name: str, n_trials: int) -> Tally:
    from sim.model import simulate
    from sim.scenario.reading.load import load

    scenario = load(scenario_name)
    with counted() as tally:
        simulate(scenario, SEED, 0, n_trials)
    return tally


def seconds_at_best(tally: Tally) -> dict[str, float]:
    """Seconds of all that was counted, by name of operation, each as fast as numpy does it in cache."""
    found: dict[str, float] = defaultdict(float)
    for operation, n_elements in tally.elements.items():
        found[operation.name] += n_elements * seconds_per_element(operation, tally.ufuncs)
    return dict(found)


def measure(scenario_name: str, n_trials: int, n_repeats: int) -> dict[str, Any]:
    """Engine, luck and limit once a round, so that a machine that slows down slows all three."""
    from sim.model import simulate
    from sim.scenario.reading.load import load

    scenario = load(scenario_name)
    tally = tally_of(scenario_name, n_trials)
    calls = calls_of_a_block(scenario, n_trials)
    rounds = []
    for _ in range(n_repeats):
        engine = _cpu(lambda: simulate(scenario, SEED, 0, n_trials))
        luck = _cpu(lambda: replay(calls, n_trials))
        rounds.append((engine, luck, seconds_at_best(tally)))
    times = [engine / (luck + sum(best.values())) for engine, luck, best in rounds]
    per_trial = 1e6 / n_trials
    by_name = {name: statistics.median(best[name] for *_, best in rounds) * per_trial for name in rounds[0][2]}
    return {
        "scenario": scenario_name,
        "trials_per_block": n_trials,
        "repeats": n_repeats,
        "operations_per_block": tally.n_calls,
        "elements_per_trial": round(sum(tally.elements.values()) / n_trials),
        "microseconds_per_trial": {
            "engine": statistics.median(engine for engine, *_ in rounds) * per_trial,
            "luck": statistics.median(luck for _, luck, _ in rounds) * per_trial,
            "arithmetic": sum(cost for name, cost in by_name.items() if name in tally.ufuncs),
            "moving": sum(cost for name, cost in by_name.items() if name not in tally.ufuncs),
        },
        "times_the_limit": {"median": statistics.median(times), "min": min(times), "max": max(times)},
        "by_operation": dict(sorted(by_name.items(), key=lambda entry: -entry[1])),
        "machine": machine(),
    }


def _cpu(work: Callable[[], object]) -> float:
    work()
    began = time.process_time()
    work()
    return time.process_time() - began


def in_words(result: dict[str, Any]) -> str:
    spent = result["microseconds_per_trial"]
    table = {
        "the engine": spent["engine"],
        "the limit": spent["luck"] + spent["arithmetic"] + spent["moving"],
        "  luck": spent["luck"],
        "  arithmetic and comparisons": spent["arithmetic"],
        "  moving: take, put, where, copy": spent["moving"],
    }
    times, here = result["times_the_limit"], result["machine"]
    dearest = list(result["by_operation"].items())[:8]
    lines = [
        f"{result['scenario']}, blocks of {result['trials_per_block']:,} trials: {result['operations_per_block']:,} "
        f"operations on arrays, {result['elements_per_trial']:,} elements a trial.",
        f"{'':36}{'us a trial':>12}{'trials/s':>12}",
        *(f"{name:36}{cost:>12.1f}{1e6 / cost:>12,.0f}" for name, cost in table.items()),
        f"The engine takes {times['median']:.2f} times its limit ({times['min']:.2f} to {times['max']:.2f}, "
        f"{result['repeats']} rounds).",
        "Dearest at their best, us: " + ", ".join(f"{name} {cost:.1f}" for name, cost in dearest) + ".",
        f"{here['processor']}, {here['cores']} cores, load {here['load_average']}; "
        f"Python {here['python']}, numpy {here['numpy']}.",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.arithmetic", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--scenario", default=SCENARIO)
    parser.add_argument("--trials", type=int, default=32_768, help="trials in a block")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=OUT)
    wanted = parser.parse_args(arguments)
    print("counting, then timing ...", file=sys.stderr)
    result = measure(wanted.scenario, wanted.trials, wanted.repeats)
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    wanted.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(in_words(result))


if __name__ == "__main__":
    main()
