"""The real command with two workers: signals, and the command killed. Times are of the machine it runs on."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.torture.folders import Row, children_of, content_of, is_running, n_kept

ROOT = Path(__file__).resolve().parents[2]
LONG, SHORT = 2_000_000, 131_072
ONE_PRESS, TWO_PRESSES, ORPHANS = 5.0, 1.0, 5.0
"""Seconds that are promised: after one Ctrl-C, after the second, and for workers without a parent."""


def start(folder: Path, trials: int, *more: str) -> subprocess.Popen[str]:
    """``parley run`` with two workers, in a group of its own as under a terminal."""
    words = ("run", "teaching/minimal", "--trials", str(trials), "--workers", "2", "--out", str(folder), *more)
    streams: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    its_own: Any = {"cwd": ROOT, "start_new_session": True, "preexec_fn": hears_interrupts}
    return subprocess.Popen([sys.executable, "-m", "sim", *words], **streams, **its_own)


def hears_interrupts() -> None:
    """In the background of a shell Ctrl-C is ignored, and programs inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(is_so: Callable[[], object], seconds: float) -> bool:
    """Whether it came about in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def signalled(place: Path, how: signal.Signals, presses: int, n: int) -> Row:
    """A signal to the whole group at random moments. With two, workers are halted so that unwinding takes its time."""
    name = "Ctrl-C" if how == signal.SIGINT else how.name
    row, luck = Row(f"{name} {'once' if presses == 1 else 'twice'}"), random.Random(presses + how)
    for number in range(n):
        folder = place / f"{how.name}-{presses}-{number}"
        process = start(folder, LONG)
        wait_for((folder / "manifest.json").exists, 60)
        time.sleep(luck.uniform(0, 4))
        if presses == 2:
            wait_for((folder / "trials" / "block-00000000.parquet").exists, 60)  # no worker is half started
        children = children_of(process.pid)
        if presses == 2:
            for child in children[2:]:
                os.kill(child, signal.SIGSTOP)
            process.send_signal(how)
            time.sleep(0.1)
            process.send_signal(how)
        else:
            os.killpg(process.pid, how)
        began = time.monotonic()
        said = _last_words(process)
        took = time.monotonic() - began
        row.tried += 1
        _check_end(row, number, process.returncode, 128 + how, said)
        allowed = ONE_PRESS if presses == 1 else TWO_PRESSES
        row.expect(took <= allowed, f"{number}: took {took:.2f} s")
        row.expect(presses == 2 or not (folder / ".lock").exists(), f"{number}: the lock was left")
        row.slowest("slowest, s", took)
        _check_children(row, number, children)
        n_kept(folder, 0, row, str(number))
        shutil.rmtree(folder)
    return row


def _last_words(process: subprocess.Popen[str]) -> str:
    """What it said until the last of its group was gone; a group that does not go is ended, which is told as late."""
    try:
        return process.communicate(timeout=30)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[1]


def _check_end(row: Row, number: int, code: int, wanted: int, said: str) -> None:
    # A shell says 128 + n as well when a second signal meets a process whose Python is already gone.
    row.expect(code in (wanted, 128 - wanted), f"{number}: exit {code}, {wanted} is wanted")
    row.expect("--resume" in said, f"{number}: no command to go on with: {said[-200:]}")
    row.expect("Traceback" not in said and "Warning" not in said, f"{number}: {said[-300:]}")


def _check_children(row: Row, number: int, children: list[int]) -> None:
    began = time.monotonic()
    is_over = wait_for(lambda: not any(map(is_running, children)), 4 * ORPHANS)
    took = time.monotonic() - began
    row.expect(is_over and took <= ORPHANS, f"{number}: workers were there {took:.1f} s later")
    row.slowest("workers gone, s", took)


def finished(folder: Path) -> dict[str, bytes]:
    """The files of a short run, carried to its end."""
    process = start(folder, SHORT, "--resume")
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    return content_of(folder)


def parents_killed(place: Path, n: int) -> Row:
    """``kill -9`` of the command at random moments, one folder resumed again and again."""
    row, luck = Row("kill -9 of the real command, two workers"), random.Random(9)
    wanted = finished(place / "undisturbed")
    folder = place / "orphaned"
    for number in range(n):
        process = start(folder, SHORT, "--resume")
        time.sleep(luck.uniform(0.8, 6))
        children = children_of(process.pid)
        process.kill()
        process.communicate()
        row.tried += 1
        _check_children(row, number, children)
        n_kept(folder, 0, row, str(number))
        if process.returncode == 0:
            row.expect(content_of(folder) == wanted, f"{number}: not the undisturbed run")
            shutil.rmtree(folder)
    row.expect(finished(folder) == wanted, "at the end: not the undisturbed run")
    return row
