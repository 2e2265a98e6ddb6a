"""`make torture`: every fault, a table of what was tried and what was lost, and results/torture.json.

``--few`` tries some of each within seconds, without the command line's own processes; ``--json FILE`` says where to.
"""

from __future__ import annotations

import argparse
import errno
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sim.atomic import as_json
from sim.block_files import block_file
from tests.torture import crashes, damage, processes
from tests.torture.folders import Row, Small

Check = Callable[[], Row]


def few(place: Path) -> Iterator[Check]:
    """Some of every kind, within seconds."""
    small = Small(place, trials=96, block=64)
    yield partial(crashes.at_every_step, small, "kill", "killed at every write step", 1, False)
    yield partial(crashes.at_every_step, small, "torn", "killed in the middle of a write", 2, False)
    yield partial(crashes.at_every_step, small, "cut", "power cut, all that was not synced undone", 4, False)
    yield partial(crashes.refused, small, "disk full", errno.ENOSPC, 4)
    yield partial(crashes.refused, small, "permission lost", errno.EACCES, 9)
    yield partial(crashes.size_limits, small, 4)
    yield partial(crashes.random_kills, small, 6)
    yield from damages(small, 25, 150, 4)


def everything(place: Path) -> Iterator[Check]:
    """What `make torture` does."""
    small = Small(place)
    yield partial(crashes.at_every_step, small, "kill", "killed at every write step, and again while resuming")
    yield partial(crashes.at_every_step, small, "torn", "killed in the middle of a write")
    yield partial(crashes.at_every_step, small, "cut", "power cut at every step, all that was not synced undone")
    for words, number in crashes.REFUSALS.items():
        yield partial(crashes.refused, small, f"{words}, at every step", number)
    yield partial(crashes.size_limits, small, 40)
    yield partial(crashes.small_disk, small, range(1, 30))
    yield partial(crashes.lost_permission, small)
    yield partial(crashes.random_kills, Small(place, trials=320, block=64), 200)
    yield from damages(Small(place, trials=32, block=32), None, 4000, 60)
    yield from damages(small, 200, 1000, 40)
    for presses in (1, 2):
        for how in (signal.SIGINT, signal.SIGTERM):
            yield partial(processes.signalled, place, how, presses, 4)
    yield partial(processes.parents_killed, place, 6)
    yield partial(processes.workers_killed, place, 3)


def damages(small: Small, n_bits: int | None, n_agreed: int, n_cuts: int) -> Iterator[Check]:
    """One bit at a time (without ``n_bits`` one in every byte), then every kind of damage to runs of several blocks."""
    for name in (*damage.JSON_FILES, block_file(len(small.parts) - 1)):
        n = n_bits if n_bits is not None else (small.folder / name).stat().st_size
        yield partial(damage.flipped_bits, small, name, n)
    yield partial(damage.flipped_under_a_mended_digest, small, n_agreed)
    if len(small.parts) == 1:
        return
    yield partial(damage.cut_files, small, n_cuts)
    yield partial(damage.forged_manifests, small, 1 if n_cuts > 4 else 7)
    yield partial(damage.foreign, small)
    for words in damage.HARMS:
        yield partial(damage.harmed, small, words)


def added(rows: list[Row]) -> list[Row]:
    """Rows of one name as one."""
    found: dict[str, Row] = {}
    for row in rows:
        if same := found.get(row.fault):
            same.tried += row.tried
            same.failures += row.failures
            for key, value in row.measured.items():
                same.measured[key] = same.measured.get(key, 0) + value
        else:
            found[row.fault] = row
    return list(found.values())


def show(row: Row) -> None:
    notes = ", ".join(f"{key} {value:.4g}" for key, value in row.measured.items())
    print(f"{row.fault:<58}{row.tried:>8,}{len(row.failures):>6}  {notes}", flush=True)
    for line in row.failures[:5]:
        print(f"    {line}", flush=True)


def main(words: list[str]) -> int:
    """Run, print, write; the number of failures, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--few", action="store_true", help="some of each, within seconds")
    parser.add_argument("--json", type=Path, default=Path("results/torture.json"), help="file to write")
    asked = parser.parse_args(words)
    memory = "/dev/shm" if asked.few and os.path.isdir("/dev/shm") else None
    rows, began = [], time.monotonic()
    print(f"{'fault':<58}{'tried':>8}{'lost':>6}")
    with tempfile.TemporaryDirectory(prefix="torture-", dir=memory) as place:
        os.chmod(place, 0o755)
        for check in (few if asked.few else everything)(Path(place)):
            rows.append(check())
            show(rows[-1])
    rows = added(rows)
    n_lost = sum(len(row.failures) for row in rows)
    n_tried = sum(row.tried for row in rows)
    print(f"{n_tried:,} faults tried, {n_lost or 'nothing'} lost, {time.monotonic() - began:.0f} s")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    found = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "tried": n_tried, "lost": n_lost}
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_bytes(as_json({**found, "rows": [row.as_dict() for row in rows]}))
    return int(n_lost > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
