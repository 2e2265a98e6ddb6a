"""Some of what `make torture` does, in seconds; and the promises about processes that need no long run."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import WorkersLostError
from sim.execution.run import run
from sim.execution.worker_pool import in_order
from sim.storage.block_parquet import block_file
from tests.conftest import Answer
from tests.torture import fault_injection as harms
from tests.torture.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
HERE = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
BITS = ("manifest.json", "scenario.json", "summary.json", "block-00000001.parquet")
FEWEST = {f"one flipped bit: {name}": 25 for name in BITS} | {
    "killed at every write step": 60,
    "killed in the middle of a write": 4,
    "power cut, all that was not synced undone": 15,
    "disk full": 15,
    "permission lost": 7,
    "files may not grow (RLIMIT_FSIZE)": 4,
    "kill -9 at a random moment": 6,
    "one flipped bit, manifest made to agree": 150,
    "files cut short": 20,
    "manifest edited, its digest made to fit": 80,
    "blocks of another run": 2,
    "blocks truncated, missing, twice, swapped": 7,
    "links, pipes, sockets, devices, folders as files": 11,
    "columns missing, retyped, reordered; NaN": 7,
    "small files with huge content; no Parquet": 5,
    "manifest edited, newer, nested, no object": 6,
    "scenario files damaged: loaded or refused in words": 40,
    "hostile scenario files: refused in time and memory": 11,
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What the short torture found, by fault. In a process of its own, because it forks."""
    found = tmp_path_factory.mktemp("torture") / "torture.json"
    words = [sys.executable, "-m", "tests.torture", "--few", "--json", str(found)]
    done = subprocess.run(words, cwd=ROOT, env=HERE, capture_output=True, text=True, timeout=300)
    assert found.exists(), done.stderr
    return {row["fault"]: row for row in json.loads(found.read_text())["rows"]}


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_nothing_is_lost_and_nothing_damaged_believed(rows: dict[str, dict]) -> None:
    assert {fault: row["failures"] for fault, row in rows.items() if row["failures"]} == {}
    assert {fault: row["tried"] for fault, row in rows.items() if row["tried"] < FEWEST[fault]} == {}
    assert rows.keys() == FEWEST.keys()


@pytest.mark.torture
def test_all_of_it() -> None:
    assert main([]) == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole") / "run"
    run("teaching/minimal", trials=160, block=64, out=place, workers=1)
    return place


NAMED = ("truncated", "swapped", "column_missing", "number_missing", "huge_text", "linked_block", "piped_block")


@pytest.mark.parametrize("harm", [getattr(harms, name) for name in NAMED], ids=NAMED)
def test_no_command_reads_a_damaged_folder(
    harm: Callable[[Path], str], whole: Path, tmp_path: Path, parley: Callable[..., Answer]
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "run"))
    name = Path(harm(folder)).name
    before = {path: os.lstat(path).st_mtime_ns for path in tmp_path.rglob("*")}
    for words in (
        ("report", folder, "-o", tmp_path / "page.html"),
        ("why", folder),
        ("compare", folder, "teaching/spoilers"),
        ("replay", folder, "--trial", "3"),
        ("discover", folder),
        ("results", "verify", folder),
        ("results", "export", folder, "-o", tmp_path / "long.csv"),
    ):
        answer = parley(*words)
        assert (answer.code, answer.out) == (3, ""), words
        assert name in answer.err and "Traceback" not in answer.err
    assert {path: os.lstat(path).st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_moved_folder_is_whole_and_exports_no_formula(tmp_path: Path, parley: Callable[..., Answer]) -> None:
    run("teaching/minimal", trials=64, out=tmp_path / "a" / "run", name="=cmd|' /C calc'!A0", workers=1)
    assert str(tmp_path) not in (tmp_path / "a" / "run" / "manifest.json").read_text()
    moved = (tmp_path / "a").rename(tmp_path / "b") / "run"
    assert parley("results", "verify", moved).code == 0
    for form in ("long", "trials"):
        out = tmp_path / f"{form}.csv"
        assert parley("results", "export", moved, "--form", form, "-o", out).code == 0
        cells = [cell for line in out.read_text().splitlines()[1:] for cell in line.split(",")[:1]]
        assert cells and all(cell.startswith(("'=", "\"'=")) for cell in cells)


def counted(item: tuple[str, int]) -> int:
    """Note that it was begun; the worker dies the first time it meets item 5."""
    place, number = item
    with open(os.path.join(place, "begun"), "a") as stream:
        stream.write(f"{number}\n")
    marker = Path(place) / "died"
    if number == 5 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_only_what_a_lost_worker_held_is_done_again(tmp_path: Path) -> None:
    workers, items = 2, [(str(tmp_path), number) for number in range(20)]
    given = [result for _, result in in_order(counted, items, workers, "processes")]
    assert given == list(range(20))
    begun = [int(line) for line in (tmp_path / "begun").read_text().split()]
    again = len(begun) - len(items)
    # The pool hands out one more item than it has workers, and all that are in hand die with it.
    assert 1 <= again <= workers + 1
    assert begun.count(0) == begun.count(1) == 1


def counted_and_dying(item: tuple[str, int]) -> int:
    if item[1] == 5:
        os._exit(1)
    return counted((item[0], item[1]))


def test_what_was_done_before_workers_kept_dying_has_been_given_back(tmp_path: Path) -> None:
    given = []
    with pytest.raises(WorkersLostError):  # noqa: PT012 - what came before is looked at
        for _, result in in_order(counted_and_dying, [(str(tmp_path), n) for n in range(8)], 2, "processes"):
            given.append(result)
    assert given == [0, 1, 2, 3, 4]


STUBBORN = """
import signal, sys, time
from sim.cli.exit import listen
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv = ["parley", "run", "x", "--out", "y"]
listen()
try:
    print("ready", flush=True)
    time.sleep(60)
except BaseException as first:
    print(type(first).__name__, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(("how", "name"), [(signal.SIGINT, "KeyboardInterrupt"), (signal.SIGTERM, "Terminated")])
def test_a_second_signal_does_not_wait_for_anything(how: signal.Signals, name: str, tmp_path: Path) -> None:
    (tmp_path / "y").mkdir()  # as a run that has begun leaves it
    words = [sys.executable, "-c", STUBBORN]
    process = subprocess.Popen(words, cwd=tmp_path, env=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(how)
    assert process.stdout.readline() == f"{name}\n"
    began = time.monotonic()
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + how
    assert "Stopped at once." in said and "parley run x --out y --resume" in said
    assert time.monotonic() - began < 20  # it would have slept for a minute


def test_a_full_disk_is_exit_5_and_the_run_goes_on_later(
    tmp_path: Path, parley: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("run", "teaching/minimal", "--trials", "64", "--out", tmp_path / "r", "--workers", "1", "--json")

    def full(handle: int) -> None:
        if (tmp_path / "r" / block_file(0)).exists():
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = parley(*words)
    assert (answer.code, answer.out) == (5, "")
    assert "the disk is full" in answer.err and len(answer.err.splitlines()) == 1
    assert parley(*words, "--resume").code == 0
    assert parley("results", "verify", tmp_path / "r").code == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_exit_5() -> None:
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "sim", "schema"]
        done = subprocess.run(words, cwd=ROOT, env=HERE, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (5, "parley: cannot write: the disk is full\n")
