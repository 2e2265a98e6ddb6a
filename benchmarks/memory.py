"""Peak memory of whole commands over a stored run, short and long: it must not grow with the trials.

    python -m benchmarks.memory [--few 100000] [--many 5000000]

Each command is a process of its own; its peak is what the system reports when it ends (``ru_maxrss`` of ``wait4``).
With one worker nothing else computes. Results go to ``results/benchmarks/memory.json``; 5,000,000 trials take some
400 MB of disk and minutes to run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.engine import SCENARIO, SEED, machine

OUT = Path("results/benchmarks/memory.json")
FEW, MANY = 100_000, 5_000_000
ALLOWED = 1.1


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


def peak(arguments: Sequence[str]) -> float:
    """Most megabytes that a command held. Raises RuntimeError where it fails."""
    process = subprocess.Popen([sys.executable, "-m", "sim", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"parley {' '.join(arguments)}: ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measured(folder: Path, trials: int) -> dict[str, float]:
    """Peaks by command, in megabytes; a copy by links stands for the other run."""
    place, other = folder / str(trials), folder / f"{trials}-other"
    found: dict[str, float] = {}
    for name, arguments in commands(place, other, trials).items():
        found[name] = peak(arguments)
        print(f"{trials:>10,}  {name:<24} {found[name]:6.0f} MB", file=sys.stderr, flush=True)
        if name == "run":
            linked(place, other)
    return found


def linked(folder: Path, copy: Path) -> None:
    """The same run under another name, without its bytes a second time."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("."):  # a lock is nobody else's
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)


def main() -> None:
    """Measure, print a table, store the figures; exit 1 where a command grows by more than a tenth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=FEW)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--folder", type=Path, help="where the runs are written [a temporary folder]")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        peaks = {count: measured(Path(folder), count) for count in (wanted.few, wanted.many)}
    rows: list[dict[str, Any]] = [
        {"command": name, "few": few, "many": peaks[wanted.many][name], "ratio": peaks[wanted.many][name] / few}
        for name, few in peaks[wanted.few].items()
    ]
    print(f"| command | {wanted.few:,} trials | {wanted.many:,} trials | ratio |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| `{row['command']}` | {row['few']:.0f} MB | {row['many']:.0f} MB | {row['ratio']:.2f} |")
    result = {**machine(), "date": date.today().isoformat(), "scenario": SCENARIO, "peaks": rows}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(row["ratio"] > ALLOWED for row in rows))


if __name__ == "__main__":
    main()
