"""How the engine's cost grows: with trials, weeks, issues, tracks and parties; on disk, in memory, with workers.

    python -m benchmarks.scaling

Cost of one process is its CPU time. An exponent is the slope of log cost on log size: below 1 where a fixed cost is
shared by more, above 1 where cost grows faster than size. Workers, imports and commands are measured by the clock, so
they need a quiet machine. Results go to ``results/benchmarks/scaling.json``.
"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import SCENARIO, SEED, cpu, reader, write
from benchmarks.memory import peak

BLOCKS = (1_024, 2_560, 5_120, 8_192, 16_384, 32_768, 65_536)
WEEKS = (13, 26, 52, 104)
COUNTS = (1, 2, 4, 8)
"""Issues and tracks."""
MEDIATORS = (0, 2, 4, 8)
"""Parties that come to talks and can do nothing there."""
PEAKS = (10_000, 100_000, 1_000_000)
"""Trials of runs that keep all of them in memory."""


def exponent(costs: Mapping[int, float]) -> float:
    """Return the slope of log cost on log size by least squares."""
    pairs = [(math.log(size), math.log(cost)) for size, cost in costs.items() if size > 0]
    return statistics.linear_regression(*zip(*pairs, strict=True)).slope


def by_block(n_repeats: int) -> dict[str, dict[int, float]]:
    """Measure CPU seconds of a block of the base: with the reasons for failure, and odds alone."""
    from sim.model.compiled import simulate
    from sim.scenario.reading.load import load

    def cost(n_trials: int, explains: bool) -> float:
        return cpu(partial(simulate, scenario, SEED, 0, n_trials, explains=explains), n_repeats)

    scenario = load(SCENARIO)
    return {name: {n: cost(n, name == "reasons") for n in BLOCKS} for name in ("reasons", "odds")}


def small(issues: int = 4, **changes: Any) -> Any:
    """Return a scenario with a round every week and little else."""
    from tests.factories import FEAR, WEEKLY, minimal_scenario

    named = tuple(f"issue_{number}" for number in range(issues))
    settings: dict[str, Any] = {**WEEKLY, **FEAR, "follow_up_weeks": 4, **changes}
    return minimal_scenario(issues=named, **settings)


def by_size(n_trials: int, n_repeats: int) -> dict[str, dict[int, float]]:
    """Measure CPU seconds of a block of a small scenario by weeks, issues, tracks and idle mediators."""
    from sim.model.compiled import simulate

    def cost(**changes: Any) -> float:
        return cpu(partial(simulate, small(**changes), SEED, 0, n_trials), n_repeats)

    lane = {"general": True, "scope": ("issue_0", "issue_1")}
    host = {"role": "mediator", "usual_level": 1}
    return {
        "weeks": {n: cost(horizon_weeks=n) for n in WEEKS},
        "issues": {n: cost(issues=n) for n in COUNTS},
        "tracks": {n: cost(**{f"tracks.lane_{k}": lane for k in range(n - 1)}) for n in COUNTS},
        "idle mediators": {n: cost(**{f"parties.Host_{k}": host for k in range(n)}) for n in MEDIATORS},
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
    """Measure CPU time with a mechanism that is off as a multiple of the time without: least of some, order in turn."""
    from sim.model.compiled import simulate

    def times_as_long(variant: Any) -> float:
        least = {False: math.inf, True: math.inf}
        for number in range(n_repeats + 1):
            for is_variant in (False, True) if number % 2 else (True, False):
                began = time.process_time()
                simulate(variant if is_variant else plain, SEED, 0, n_trials)
                if number:  # the first round fills caches
                    least[is_variant] = min(least[is_variant], time.process_time() - began)
        return least[True] / least[False]

    plain = small()
    return {name: times_as_long(small(**changes)) for name, changes in {"nothing": {}, **OFF}.items()}


def storage(n_trials: int) -> dict[str, float]:
    """Measure bytes on disk and extra seconds for a million stored trials of the base, one worker."""
    from sim import run

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        seconds = []
        for place in (None, out):
            began = time.perf_counter()
            run(SCENARIO, trials=n_trials, workers=1, out=place)
            seconds.append(time.perf_counter() - began)
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    per_million = 1e6 / n_trials
    return {
        "bytes_per_million": size * per_million,
        "seconds_per_million": max(0.0, seconds[1] - seconds[0]) * per_million,
    }


def commands(n_repeats: int, words: dict[str, list[str]]) -> dict[str, float]:
    """Measure seconds by the clock until a fresh Python has done what ``words`` say: least of some, in turn."""
    found = dict.fromkeys(words, math.inf)
    for _ in range(n_repeats):
        for name, arguments in words.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            found[name] = min(found[name], time.perf_counter() - began)
    return found


def workers(n_trials: int, n_repeats: int) -> dict[str, float]:
    """Measure a run with one worker against the same with two, each from the start of its program."""
    run = ["-m", "sim", "run", SCENARIO, "--quiet", "--trials", str(n_trials), "--workers"]
    seconds = commands(n_repeats, {"one worker, s": [*run, "1"], "two workers, s": [*run, "2"]})
    return {**seconds, "times as fast": seconds["one worker, s"] / seconds["two workers, s"]}


START_UP = {
    "python alone": ["-c", "pass"],
    "import sim": ["-c", "import sim"],
    "import the model": ["-c", "import sim.model.compiled"],
    "parley list": ["-m", "sim", "list"],
}


def peak_memory(most: int) -> dict[int, float]:
    """Measure the peak megabytes of a command that keeps so many trials of the base in memory (not on Windows)."""
    words = ["run", SCENARIO, "--workers", "1", "--quiet", "--trials"]
    return {n: peak([*words, str(n)]) for n in PEAKS if n <= most}


def in_words(result: dict[str, Any]) -> str:
    """Return the tables."""
    lines = [f"{'block':>10}{'reasons s':>11}{'trials/s':>10}{'odds s':>10}{'trials/s':>10}"]
    for size, whole in result["by_block"]["reasons"].items():
        odds = result["by_block"]["odds"][size]
        lines.append(f"{size:>10,}{whole:>11.3f}{size / whole:>10,.0f}{odds:>10.3f}{size / odds:>10,.0f}")
    lines.append(f"exponent in trials {exponent(result['by_block']['reasons']):.2f}")
    for name, costs in result["by_size"].items():
        sizes = ", ".join(f"{size}: {cost:.3f} s" for size, cost in costs.items())
        lines.append(f"{name + ':':16}{sizes}; exponent {exponent(costs):.2f}")
    for part in ("switched_off", "storage", "workers", "start_up"):
        lines.append(f"{part}: " + ", ".join(f"{name} {value:,.2f}" for name, value in result[part].items()))
    lines.append("peak memory: " + ", ".join(f"{n:,} trials {size:,.0f} MB" for n, size in result["peak_mb"].items()))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the tables and store them."""
    parser = reader("scaling", __doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--trials", type=int, default=262_144, help="trials that are stored; workers do four times as many"
    )
    parser.add_argument(
        "--most", type=int, default=PEAKS[-1], help="trials of the largest run whose memory is measured"
    )
    wanted = parser.parse_args(arguments)
    print("measuring ...", file=sys.stderr)
    result = {
        "peak_mb": peak_memory(wanted.most),  # first: the peak of a command counts what its parent held at its start
        "by_block": by_block(wanted.repeats),
        "by_size": by_size(8_192, wanted.repeats),
        "switched_off": switched_off(65_536, 5 * wanted.repeats),
        "storage": storage(wanted.trials),
        "workers": workers(4 * wanted.trials, wanted.repeats),
        "start_up": commands(wanted.repeats, START_UP),
    }
    print(in_words(result))
    write(wanted.out, result)


if __name__ == "__main__":
    main()
