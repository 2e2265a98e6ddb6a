"""`make torture`: every fault, a table of what was tried and what was lost, results/torture.json and a page's table.

``--few`` tries some of each within seconds, without the command line's own processes; ``--json FILE`` says where to.
Families that are done are kept beside it, so that ``--resume`` goes on after an interruption. ``--page`` writes the
table of docs/reliability.md, which ``make torture`` asks for.
"""

import argparse
import errno
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sim.storage.block_parquet import block_file
from tests.torture import crashes, damage, processes
from tests.torture.fault_injection import HARMS
from tests.torture.folders import Row, Small
from tests.torture.kept import Kept, write_page
from tests.torture.scenarios import HOSTILE, damaged_scenarios, hostile_scenarios

Check = Callable[[], Row]
BATCHES = 10


def few(place: Path) -> Iterator[Check]:
    small = Small(place, trials=96, block=64)
    yield partial(crashes.at_every_step, small, "kill", "killed at every write step", 1, False)
    yield partial(crashes.at_every_step, small, "torn", "killed in the middle of a write", 2, False)
    yield partial(crashes.at_every_step, small, "cut", "power cut, all that was not synced undone", 4, False)
    yield partial(crashes.refused, small, "disk full", errno.ENOSPC, 4)
    yield partial(crashes.refused, small, "permission lost", errno.EACCES, 9)
    yield partial(crashes.size_limits, small, 4)
    yield partial(crashes.random_kills, small, 6)
    yield from damages(small, 25, 150, 4)
    yield partial(damaged_scenarios, place, range(2_000, 2_040))
    yield partial(hostile_scenarios, place, HOSTILE[::4])


def everything(place: Path) -> Iterator[Check]:
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
    yield partial(hostile_scenarios, place, HOSTILE)
    for batch in range(BATCHES):
        yield partial(damaged_scenarios, place, range(2_000 + batch, 22_000, BATCHES))


def damages(small: Small, n_bits: int | None, n_agreed: int, n_cuts: int) -> Iterator[Check]:
    """One bit at a time (without ``n_bits`` one in every byte), then every kind of damage to runs of several blocks."""
    for name in (*damage.JSON_FILES, block_file(len(small.parts) - 1)):
        n = n_bits or (small.folder / name).stat().st_size
        yield partial(damage.flipped_bits, small, name, n)
    yield partial(damage.flipped_under_a_mended_digest, small, n_agreed)
    if len(small.parts) == 1:
        return
    yield partial(damage.cut_files, small, n_cuts)
    yield partial(damage.forged_manifests, small, 1 if n_cuts > 4 else 7)
    yield partial(damage.foreign, small)
    for words in HARMS:
        yield partial(damage.harmed, small, words)


def show(row: Row, place: str, seconds: float) -> None:
    notes = ", ".join(f"{key} {value:.4g}" for key, value in row.measured.items())
    print(f"{place:<9}{row.fault:<58}{row.tried:>8,}{len(row.failures):>6}{seconds:>8.1f} s  {notes}", flush=True)
    for line in row.failures[:5]:
        print(f"    {line}", flush=True)


def main(words: list[str]) -> int:
    """Run, print, write; the number of failures, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--few", action="store_true", help="some of each, within seconds")
    parser.add_argument("--json", type=Path, default=Path("results/torture.json"), help="file to write")
    parser.add_argument("--resume", action="store_true", help="go on where an interrupted run stopped")
    parser.add_argument("--page", action="store_true", help="write the table of docs/reliability.md")
    asked = parser.parse_args(words)
    memory = "/dev/shm" if asked.few and os.path.isdir("/dev/shm") else None
    kept = Kept.of(asked.json, asked.resume)
    print(f"{'family':<9}{'fault':<58}{'tried':>8}{'lost':>6}{'time':>10}", flush=True)
    with tempfile.TemporaryDirectory(prefix="torture-", dir=memory) as place:
        os.chmod(place, 0o755)
        checks = list((few if asked.few else everything)(Path(place)))
        for number, check in enumerate(checks, 1):
            if number > len(kept.rows):
                began = time.monotonic()
                row = check()
                kept.add(row, time.monotonic() - began)
            show(kept.rows[number - 1], f"{number}/{len(checks)}", kept.seconds[number - 1])
    found = kept.finish()
    print(f"{found['tried']:,} faults tried, {found['lost'] or 'nothing'} lost, {found['seconds']:.0f} s")
    if asked.page and not found["lost"]:
        write_page(found)
    return int(found["lost"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
