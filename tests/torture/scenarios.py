"""Scenario files damaged by chance or by somebody: loaded or refused in words, within a second and little memory."""

import contextlib
import os
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.scenario.reading.load import load
from tests.behaviour.test_fuzz_scenarios import ended_badly, prepared
from tests.scenario.yaml.test_hostile_files import NONSENSE, REFUSED
from tests.torture.faults import in_child
from tests.torture.folders import Row

MOST_SECONDS, MOST_MEMORY = 1.0, 200
"""What one file may take to be refused: seconds of the processor, and MiB beyond what the program has anyway."""
HOSTILE = (*REFUSED, *NONSENSE)


def damaged_scenarios(place: Path, seeds: Iterable[int]) -> Row:
    row = Row("scenario files damaged: loaded or refused in words")
    folder = place / "scenarios"
    folder.mkdir(exist_ok=True)
    with contextlib.chdir(folder):
        files = prepared(folder)
        for seed in seeds:
            is_refused, wrong = ended_badly(seed, folder, files)
            row.meet(wrong, f"seed {seed}")
            row.add("refused", is_refused)
    return row


def hostile_scenarios(place: Path, texts: Sequence[str]) -> Row:
    """Each of the files that nobody writes by mistake, in a child that gets 200 MiB more than it has."""
    row = Row("hostile scenario files: refused in time and memory")
    folder = place / "hostile"
    folder.mkdir(exist_ok=True)
    with contextlib.chdir(folder):
        prepared(folder)
        load("base.yaml")  # what is imported late is imported now
        for number, text in enumerate(texts):
            (folder / "wrong.yaml").write_text(text, encoding="utf-8")
            code, said = in_child(_load_narrowly)
            row.tried += 1
            seconds = float(said.partition(b"!")[0] or "inf")
            row.expect(code == 2, f"file {number} ({text[:20]!r}): exit {code}, {said[:200]!r}")
            row.expect(seconds <= MOST_SECONDS, f"file {number} ({text[:20]!r}): {seconds:.2f} s")
            row.slowest("slowest, s", seconds)
    return row


def _load_narrowly(handle: int) -> None:
    """In a child: load the file and tell how long it took, whatever came of it."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MOST_MEMORY * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    began = time.process_time()
    try:
        load("wrong.yaml")
    finally:
        os.write(handle, f"{time.process_time() - began:.4f}".encode())
