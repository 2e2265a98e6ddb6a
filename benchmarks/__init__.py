"""Measurements of speed and memory: ratios within one run, with the machine and its load written beside them."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SCENARIO = "istanbul_2025/aides_only"
SEED = 1
OUT = Path("results/benchmarks")


def cpu(work: Callable[[], object], n_repeats: int) -> float:
    """Return the median CPU seconds of this process in ``work``; call it once beforehand, so that caches are full."""
    work()
    found = []
    for _ in range(n_repeats):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return statistics.median(found)


def machine() -> dict[str, Any]:
    """Return what the times of a run depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return {
        "processor": next(names, platform.processor() or platform.machine()),
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def reader(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a benchmark's command, with the file that its figures go to."""
    words = (description or "").splitlines()[0]
    found = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=words)
    found.add_argument("--out", type=Path, default=OUT / f"{name}.json", help="figures as JSON [%(default)s]")
    return found


def write(out: Path, result: dict[str, Any]) -> None:
    """Store the figures with the machine that they were measured on, and print that machine."""
    here = machine()
    out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**result, "scenario": SCENARIO, "machine": here}, indent=1, ensure_ascii=False)
    out.write_text(text + "\n", encoding="utf-8")
    print(f"{here['processor']}, {here['cores']} cores, load {here['load_average']}; "
          f"Python {here['python']}, numpy {here['numpy']}.")  # fmt: skip
