"""Death and refusal at every step: nothing finished is lost, nothing damaged believed, and resuming ends the same."""

import errno
import os
import random
import resource
import shutil
import signal
import time
from pathlib import Path

from sim.errors import ResourceError
from tests.torture.faults import KILLED, Faults, in_child
from tests.torture.folders import Row, Small, content_of, n_kept

REFUSALS = {
    "disk full": errno.ENOSPC,
    "quota used up": errno.EDQUOT,
    "permission lost": errno.EACCES,
    "disk set to read-only": errno.EROFS,
    "disk fails": errno.EIO,
}
NOBODY = 65_534


def steps_of(small: Small) -> list[str]:
    """Names of the calls that one whole run makes."""
    faults = Faults(small.place / "counted")
    with faults.installed():
        small.fill(faults.folder)
    shutil.rmtree(faults.folder)
    return faults.names


def at_every_step(small: Small, how: str, words: str, stride: int = 1, again: bool = True) -> Row:
    """Die once at every step (and after the last), then once more while going on if ``again``, then finish."""
    row, names = Row(words), steps_of(small)
    steps = [step for step in range(0, len(names) + 1, stride) if how != "torn" or names[step : step + 1] == ["write"]]
    for step in steps:
        folder = small.place / f"{how}-{step}"
        faults = Faults(folder, how, step)
        code, said = in_child(lambda handle, faults=faults: _fill_and_tell(small, faults, handle))
        row.expect(code == KILLED, f"{words}, step {step}: {said!r}")
        more = b""
        if again:
            second = Faults(folder, how, (7 * step + 3) % len(names))
            _, more = in_child(lambda handle, second=second: _fill_and_tell(small, second, handle))
        n_finished = said.count(b"+") + more.count(b"+")
        small.check_crashed(folder, n_finished, row, f"{words}, step {step}")
        shutil.rmtree(folder)
    return row


def _fill_and_tell(small: Small, faults: Faults, handle: int) -> None:
    tell = os.write
    with faults.installed():
        small.fill(faults.folder, lambda index: tell(handle, b"+"))
        faults.die()


def refused(small: Small, words: str, number: int, stride: int = 1) -> Row:
    """The disk says no once at every step: exit 5, what was there is unchanged, and the run can go on."""
    row = Row(words)
    for step in range(0, len(steps_of(small)), stride):
        folder = small.place / f"refused-{number}-{step}"
        before: dict[str, bytes] = {}
        row.tried += 1
        try:
            with Faults(folder, "refuse", step, number).installed():
                small.fill(folder, lambda index, folder=folder, before=before: before.update(blocks_in(folder)))
        except ResourceError as problem:
            row.expect("cannot be written" in str(problem), f"{words}, step {step}: {problem}")
        except Exception as problem:
            row.expect(False, f"{words}, step {step}: {type(problem).__name__}: {problem}")
        after = blocks_in(folder)
        row.expect(all(after.get(name) == content for name, content in before.items()), f"step {step}: a block changed")
        small.check_resumed(folder, row, f"{words}, step {step}")
        shutil.rmtree(folder)
    return row


def blocks_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "trials").glob("block-*")}


def size_limits(small: Small, n: int) -> Row:
    """The system itself refuses to let a file grow (RLIMIT_FSIZE), at ``n`` sizes."""
    row = Row("files may not grow (RLIMIT_FSIZE)")
    largest = max(len(content) for content in small.content.values())
    for number in range(n):
        folder = small.place / f"limited-{number}"
        limit = 1 + number * largest // n

        def work(handle: int, folder: Path = folder, limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            small.fill(folder, lambda index: None)

        code, said = in_child(work)
        row.expect(code == 5, f"limit {limit}: exit {code}, {said!r}")
        small.check_crashed(folder, 0, row, f"limit {limit}")
        shutil.rmtree(folder)
    return row


def lost_permission(small: Small) -> Row:
    """The folder belongs to somebody else by the time the run goes on. Only root can set this up."""
    row = Row("permission lost (another user)")
    if os.geteuid() != 0:
        return row
    for n_before in range(len(small.parts)):
        folder = small.place / f"foreign-{n_before}"
        in_child(lambda _, folder=folder, n=n_before: small.fill(folder, lambda index: index == n and os._exit(0)))
        before = content_of(folder)

        def work(handle: int, folder: Path = folder) -> None:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            small.fill(folder)

        code, said = in_child(work)
        row.expect(code == 5, f"after {n_before} blocks: exit {code}, {said!r}")
        row.expect(content_of(folder) == before, f"after {n_before} blocks: a file changed")
        small.check_crashed(folder, n_before + 1, row, f"after {n_before} blocks")
        shutil.rmtree(folder)
    return row


def small_disk(small: Small, sizes: range) -> Row:
    """A disk of a few pages, really full. Needs root and ``mount``; otherwise nothing is tried."""
    row = Row("disk full (tmpfs of a few pages)")
    place = small.place / "small disk"
    place.mkdir()
    for pages in sizes:
        if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size={pages * 4096} none '{place}' 2>/dev/null"):
            break
        try:
            folder = place / "run"
            code, said = in_child(lambda handle, folder=folder: small.fill(folder, lambda i: os.write(handle, b"+")))
            row.expect(code in (0, 5), f"{pages} pages: exit {code}, {said!r}")
            row.add("filled up", code == 5)
            os.system(f"mount -o remount,size=16m '{place}'")
            small.check_crashed(folder, said.partition(b"!")[0].count(b"+"), row, f"{pages} pages")
        finally:
            os.system(f"umount '{place}'")
    return row


def random_kills(small: Small, n: int, words: str = "kill -9 at a random moment") -> Row:
    """Real runs, simulation included, killed at random moments until ``n`` kills have met a run at work."""
    row, luck = Row(words), random.Random(2025)
    began = time.monotonic()
    small.run(small.place / "timed")
    whole = time.monotonic() - began
    folder, round_number, seen = small.place / "killed-0", 0, 0
    while row.tried < n and not len(row.failures) > 20:
        code, _ = in_child(lambda _, folder=folder: small.run(folder, resume=True), luck.uniform(0, whole))
        if was_killed := code == -signal.SIGKILL:
            row.tried += 1
            seen = n_kept(folder, seen, row, f"kill {row.tried}")
            row.add("blocks seen whole", seen)
        if not was_killed or row.tried == n:
            small.run(folder, resume=True)
            row.expect(content_of(folder) == small.content, f"after kill {row.tried}: not the uninterrupted run")
            shutil.rmtree(folder)
            round_number, seen = round_number + 1, 0
            folder = small.place / f"killed-{round_number}"
    row.measured["runs carried to their end"] = round_number
    return row
