"""Peak memory of commands over a stored run, and of a run that keeps no trials: it must not grow with the trials.

    python -m benchmarks.memory [--few 100000] [--many 5000000] [--streamed 10000000]

Each command is a process of its own; its peak is what the system reports when it ends (``ru_maxrss`` of ``wait4``).
With one worker nothing else computes. Results go to ``results/benchmarks/memory.json``; 5,000,000 trials take some
400 MB of disk and minutes to run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import SCENARIO, SEED, reader, write

ALLOWED = 1.1
"""How many times its peak over the short run a command may need over the long one."""


def commands(folder: Path, other: Path, trials: int) -> dict[str, list[str]]:
    """Commands by name; the first makes the run that the others read, ``other`` is the one it is set against."""
    place = str(folder)
    run = ["run", SCENARIO, "--trials", str(trials), "--seed", str(SEED), "--workers", "1", "--out", place, "-q"]
    files = {name: str(folder.with_name(f"{folder.name}-{name}")) for name in ("page.html", "long.csv", "all.parquet")}
    return {
        "run": run,
        "run, resumed": [*run, "--resume"],
        "why": ["why", place, "-q"],
        "why, base": ["why", place, "--base", str(other), "-q"],
        "compare": ["compare", place, str(other), "-q"],
        "report": ["report", place, "--no-what-if", "-q", "-o", files["page.html"]],
        "results export": ["results", "export", place, "-o", files["long.csv"]],
        "results export, trials": ["results", "export", place, "--form", "trials", "-o", files["all.parquet"]],
        "results verify": ["results", "verify", place],
        "replay, trial": ["replay", place, "--trial", str(trials - 1), "-q"],
        "replay, worst miss": ["replay", place, "--worst-miss", "-q"],
    }


STREAM = """
import sys, sim
from sim.execution.request import Request
from sim.execution.streaming import stream
stream(Request(sim.load(sys.argv[1]), "x", int(sys.argv[2])), workers=1)
"""
"""A run that keeps counts of its trials alone, as the command makes it beyond what is held in memory."""


def peak(arguments: Sequence[str], program: Sequence[str] = ("-m", "sim")) -> float:
    """Most megabytes that a command held. Raises RuntimeError where it fails."""
    process = subprocess.Popen([sys.executable, *program, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(arguments)}: ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measured(folder: Path, trials: int) -> dict[str, float]:
    """Peaks by command, in megabytes; a copy by links stands for the other run."""
    place, other = folder / str(trials), folder / f"{trials}-other"
    found: dict[str, float] = {}
    for name, arguments in commands(place, other, trials).items():
        found[name] = peak(arguments)
        print(f"{trials:>10,}  {name:<24} {found[name]:6.0f} MB", file=sys.stderr, flush=True)
        if name == "run":  # the same run under another name, without its bytes a second time; a lock is its own
            shutil.copytree(place, other, copy_function=os.link, ignore=shutil.ignore_patterns(".*"))
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure, print a table, store the figures; exit 1 where a command grows by more than a tenth."""
    parser = reader("memory", __doc__)
    parser.add_argument("--few", type=int, default=100_000)
    parser.add_argument("--many", type=int, default=5_000_000)
    parser.add_argument("--streamed", type=int, default=10_000_000, help="trials of the run that keeps none")
    parser.add_argument("--folder", type=Path, help="where the runs are written [a temporary folder]")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        few, many = (measured(Path(folder), count) for count in (wanted.few, wanted.many))
    streamed = {count: peak([SCENARIO, str(count)], ("-c", STREAM)) for count in (wanted.few, wanted.streamed)}
    rows = [{"command": name, "few": few[name], "many": many[name], "ratio": many[name] / few[name]} for name in few]
    print(f"| command | {wanted.few:,} trials | {wanted.many:,} trials | ratio |\n| --- | --- | --- | --- |")
    for row in rows:
        print("| `{command}` | {few:.0f} MB | {many:.0f} MB | {ratio:.2f} |".format(**row))
    print("keeping no trials: " + ", ".join(f"{count:,} trials {size:.0f} MB" for count, size in streamed.items()))
    write(wanted.out, {"date": date.today().isoformat(), "peaks": rows, "streamed": streamed})
    pairs = [(few[name], many[name]) for name in few] + [(streamed[wanted.few], streamed[wanted.streamed])]
    sys.exit(any(large > ALLOWED * small for small, large in pairs))


if __name__ == "__main__":
    main()
