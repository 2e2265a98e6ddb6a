"""How the engine's cost grows: with trials, weeks, issues, tracks and parties; on disk, in memory, with workers.

    python -m benchmarks.scaling

Cost of one process is its CPU time. An exponent is the slope of log cost on log size: below 1 where a fixed cost is
shared by more, above 1 where cost grows faster than size. Workers, imports and commands are measured by the clock, so
they need a quiet machine. Results go to ``results/benchmarks/scaling.json``.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine import SCENARIO, SEED, machine

OUT = Path("results/benchmarks/scaling.json")
BLOCKS = (1_024, 2_560, 5_120, 8_192, 16_384, 32_768, 65_536)
WEEKS = (13, 26, 52, 104)
COUNTS = (1, 2, 4, 8)
"""Issues and tracks."""
MEDIATORS = (0, 2, 4, 8)
"""Parties that come to talks and can do nothing there."""


def cpu(work: Callable[[], object], n_repeats: int) -> float:
    """Median CPU seconds, after one call that is not counted."""
    work()
    found = []
    for _ in range(n_repeats):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return statistics.median(found)


def clock(work: Callable[[], object], n_repeats: int) -> float:
    """Median seconds by the clock."""
    found = []
    for _ in range(n_repeats):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def exponent(costs: Mapping[int, float]) -> float:
    """Slope of log cost on log size by least squares."""
    pairs = [(math.log(size), math.log(cost)) for size, cost in costs.items() if size > 0]
    return statistics.linear_regression(*zip(*pairs, strict=True)).slope


def by_block(n_repeats: int) -> dict[str, dict[int, float]]:
    """CPU seconds of a block of the base by its trials: with the reasons for failure, and weeks alone (``live``)."""
    from sim.model import NegotiationModel, simulate
    from sim.scenario.reading.load import load

    scenario = load(SCENARIO)

    def live(n_trials: int) -> None:
        with NegotiationModel(scenario, SEED, 0, n_trials, explains=False) as model:
            for _ in range(model.horizon + scenario.follow_up_weeks):
                model.step()

    return {
        "whole": {n: cpu(partial(simulate, scenario, SEED, 0, n), n_repeats) for n in BLOCKS},
        "live": {n: cpu(partial(live, n), n_repeats) for n in BLOCKS},
    }


def by_size(n_trials: int, n_repeats: int) -> dict[str, dict[int, float]]:
    """CPU seconds of a block of a small scenario by weeks, issues, tracks and idle mediators."""
    from sim.model import simulate
    from tests.builders import FEAR, WEEKLY, minimal_scenario

    busy: dict[str, Any] = {**WEEKLY, **FEAR, "follow_up_weeks": 4}

    def cost(issues: int = 4, **changes: Any) -> float:
        names = tuple(f"issue_{number}" for number in range(issues))
        scenario = minimal_scenario(issues=names, **{**busy, **changes})
        return cpu(lambda: simulate(scenario, SEED, 0, n_trials), n_repeats)

    def tracks(count: int) -> dict[str, Any]:
        lane = {"general": True, "scope": ("issue_0", "issue_1")}
        return {f"tracks.lane_{number}": lane for number in range(count - 1)}

    def mediators(count: int) -> dict[str, Any]:
        return {f"parties.Host_{number}": {"role": "mediator", "usual_level": 1} for number in range(count)}

    return {
        "weeks": {n: cost(horizon_weeks=n) for n in WEEKS},
        "issues": {n: cost(issues=n) for n in COUNTS},
        "tracks": {n: cost(**tracks(n)) for n in COUNTS},
        "idle mediators": {n: cost(**mediators(n)) for n in MEDIATORS},
    }


OFF: dict[str, dict[str, Any]] = {
    "mediator who takes no part": {"parties.Host": {"role": "mediator", "engagement": 0}},
    "backer who never acts": {"parties.Friend": {"role": "backer", "act_prob_per_week": 0, "quit_prob_per_week": 0}},
    "event without effect": {"events": [{"name": "nothing", "date": date(2025, 2, 3), "momentum_shift": 0}]},
    "holiday never kept": {"windows": [{"name": "feast", "date": date(2025, 3, 3), "reciprocated_prob": 0}]},
    "no momentum, no victory": {"war.momentum_volatility": 0, "war.victory_hazard": 0, "war.victory_slope": 0},
    "no optimism, pressure or spoilers": {"parties.North.optimism": 0, "truces.spoilers": 1, "truces.upgrade_prob": 0},
}
"""Mechanisms that are stated and switched off, put into a scenario that knows nothing of them."""


def switched_off(n_trials: int, n_repeats: int) -> dict[str, float]:
    """CPU time with a mechanism that is off, as a multiple of the time without it; least of several, now one
    and now the other first."""
    from sim.model import simulate
    from tests.builders import FEAR, WEEKLY, minimal_scenario

    def least(plain: Any, variant: Any) -> float:
        times: dict[int, list[float]] = {0: [], 1: []}
        for number in range(n_repeats + 1):
            both = ((0, plain), (1, variant))
            for which, scenario in both if number % 2 else both[::-1]:
                began = time.process_time()
                simulate(scenario, SEED, 0, n_trials)
                if number:  # the first round warms up
                    times[which].append(time.process_time() - began)
        return min(times[1]) / min(times[0])

    busy: dict[str, Any] = {**WEEKLY, **FEAR, "follow_up_weeks": 4}
    issues = tuple(f"issue_{number}" for number in range(4))
    plain = minimal_scenario(issues=issues, **busy)
    found = {"nothing": least(plain, plain)}
    return found | {
        name: least(plain, minimal_scenario(issues=issues, **{**busy, **changes})) for name, changes in OFF.items()
    }


def storage(n_trials: int) -> dict[str, float]:
    """Bytes on disk and extra seconds for a million stored trials of the base, one worker."""
    from sim import run

    bare = clock(lambda: run(SCENARIO, trials=n_trials, workers=1), 1)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        stored = clock(lambda: run(SCENARIO, trials=n_trials, workers=1, out=out), 1)
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    per_million = 1e6 / n_trials
    return {"bytes_per_million": size * per_million, "seconds_per_million": max(0.0, stored - bare) * per_million}


RUN = """
import json, sim, time
told = []
tell = lambda _, done, __: told.append((time.perf_counter(), done))
sim.run({scenario!r}, trials={trials}, workers={workers}, progress=tell)
print(json.dumps(told))
"""


def workers(n_trials: int, n_repeats: int) -> dict[str, float]:
    """Seconds of a run with one worker and with two by the clock, each a program of its own, least of some in turn; how
    many times as fast two are, from the start of the program and once blocks come (from the first to the last)."""
    whole, rate = {1: math.inf, 2: math.inf}, {1: 0.0, 2: 0.0}
    for _ in range(n_repeats):
        for count in whole:
            code = RUN.format(scenario=SCENARIO, trials=n_trials, workers=count)
            began = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
            whole[count] = min(whole[count], time.perf_counter() - began)
            told = json.loads(done.stdout)
            (first, before), (last, after) = told[count - 1], told[-1]
            rate[count] = max(rate[count], (after - before) / (last - first))
    return {
        "one worker, s": whole[1],
        "two workers, s": whole[2],
        "times as fast": whole[1] / whole[2],
        "once started": rate[2] / rate[1],
    }


def start_up(n_repeats: int) -> dict[str, float]:
    """Seconds by the clock until a fresh Python has imported or answered."""
    commands = {
        "python alone": ["-c", "pass"],
        "import sim": ["-c", "import sim"],
        "import the model": ["-c", "import sim.model.negotiation"],
        "parley list": ["-m", "sim.cli.app", "list"],
    }

    def once(arguments: list[str]) -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    return {name: clock(partial(once, command), n_repeats) for name, command in commands.items()}


PEAK = """
import resource, sim
sim.run({scenario!r}, trials={trials}, workers=1)
try:  # what Linux counts from the start of the program; ru_maxrss may be what the parent had
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_memory(sizes: tuple[int, ...]) -> dict[int, float]:
    """Peak megabytes of a fresh process that runs so many trials of the base in itself (not on Windows)."""
    found = {}
    for trials in sizes:
        code = PEAK.format(scenario=SCENARIO, trials=trials)
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        unit = 2**20 if sys.platform == "darwin" else 2**10
        found[trials] = int(done.stdout.split()[-1]) / unit
    return found


def in_words(result: dict[str, Any]) -> str:
    lines = [f"{'block':>10}{'whole s':>10}{'trials/s':>10}{'live s':>10}{'trials/s':>10}"]
    for size, whole in result["by_block"]["whole"].items():
        live = result["by_block"]["live"][size]
        lines.append(f"{size:>10,}{whole:>10.3f}{size / whole:>10,.0f}{live:>10.3f}{size / live:>10,.0f}")
    lines.append(f"exponent in trials {exponent(result['by_block']['whole']):.2f}")
    for name, costs in result["by_size"].items():
        sizes = ", ".join(f"{size}: {cost:.3f} s" for size, cost in costs.items())
        lines.append(f"{name + ':':16}{sizes}; exponent {exponent(costs):.2f}")
    for part in ("switched_off", "storage", "workers", "start_up"):
        lines.append(f"{part}: " + ", ".join(f"{name} {value:,.2f}" for name, value in result[part].items()))
    lines.append("peak memory: " + ", ".join(f"{n:,} trials {size:,.0f} MB" for n, size in result["peak_mb"].items()))
    here = result["machine"]
    lines.append(f"{here['processor']}, {here['cores']} cores, load {here['load_average']}; Python {here['python']}.")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--trials",
        type=int,
        default=262_144,
        help="trials of the run that is stored; those with one and two workers have four times as many",
    )
    parser.add_argument(
        "--most", type=int, default=1_000_000, help="trials of the largest run whose memory is measured"
    )
    parser.add_argument("--out", type=Path, default=OUT)
    wanted = parser.parse_args(arguments)
    print("measuring ...", file=sys.stderr)
    result: dict[str, Any] = {
        "by_block": by_block(wanted.repeats),
        "by_size": by_size(8_192, wanted.repeats),
        "switched_off": switched_off(65_536, 5 * wanted.repeats),
        "storage": storage(wanted.trials),
        "workers": workers(4 * wanted.trials, wanted.repeats),
        "start_up": start_up(wanted.repeats),
        "peak_mb": peak_memory(tuple(n for n in (10_000, 100_000, 1_000_000, 10_000_000) if n <= wanted.most)),
        "machine": machine(),
    }
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    wanted.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(in_words(result))


if __name__ == "__main__":
    main()
