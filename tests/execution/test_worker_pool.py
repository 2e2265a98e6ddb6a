"""Workers: order, loss, errors, and that none is left behind."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import forkserver, synchronize
from pathlib import Path

import pytest

import sim
from sim.errors import NumericError, WorkersLostError
from sim.execution import worker_pool
from sim.execution.run import run
from sim.execution.worker_memory import keep_freed_memory
from sim.execution.worker_pool import choose, in_order
from sim.execution.worker_start import can_travel, context, starting_workers
from sim.storage import provenance


def square(number: int) -> int:
    time.sleep(0.001 * (7 - number % 7))
    return number * number


def refuse(number: int) -> int:
    raise NumericError(f"{number} is not a number")


def die(number: int) -> int:
    os._exit(1)


def die_once(item: tuple[str, int]) -> int:
    """Kill the worker the first time that item 3 is seen."""
    marker, number = item
    if number == 3 and not os.path.exists(marker):
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


@pytest.mark.parametrize("kind", ["inline", "threads", "processes"])
def test_results_come_in_order(kind: worker_pool.Kind) -> None:
    assert list(in_order(square, range(20), 3, kind)) == [(n, n * n) for n in range(20)]


def test_items_are_read_only_as_far_ahead_as_needed() -> None:
    seen: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            seen.append(number)
            yield number

    results = in_order(square, items(), 2, "threads")
    for _ in range(5):
        next(results)
    assert len(seen) <= 5 + 2 * 2
    results.close()  # type: ignore[attr-defined]


def is_keeping_memory(_: int) -> bool:
    return keep_freed_memory.cache_info().currsize == 1


def test_workers_keep_memory_and_the_callers_process_is_left_alone() -> None:
    assert [kept for _, kept in in_order(is_keeping_memory, range(2), 2, "processes")] == [True, True]
    assert [kept for _, kept in in_order(is_keeping_memory, range(2), 2, "threads")] == [False, False]


def test_a_lost_worker_costs_nothing_but_time(tmp_path: Path) -> None:
    items = [(str(tmp_path / "died"), number) for number in range(8)]
    assert [result for _, result in in_order(die_once, items, 2, "processes")] == [n * n for n in range(8)]
    assert (tmp_path / "died").exists()


def test_workers_that_keep_dying_end_the_run() -> None:
    with pytest.raises(WorkersLostError, match="died 4 times"):
        list(in_order(die, range(3), 2, "processes"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_a_users_error_comes_back_as_it_was(kind: worker_pool.Kind) -> None:
    with pytest.raises(NumericError, match="0 is not a number"):
        list(in_order(refuse, range(4), 2, kind))


@pytest.fixture
def fresh_notes() -> Iterator[None]:
    worker_pool._note.cache_clear()
    yield
    worker_pool._note.cache_clear()


def no_processes(how: str, patch: pytest.MonkeyPatch) -> None:
    """A system that gives no process, thread or semaphore, as Python tells it."""

    def fail(*_: object, **__: object) -> None:
        raise {"processes": BlockingIOError(11, "Resource temporarily unavailable"), "server": EOFError()}.get(
            how, OSError(38, "Function not implemented")
        )

    if how == "daemon":
        patch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    elif how == "semaphores":
        patch.setattr(synchronize._multiprocessing, "SemLock", fail)  # type: ignore[attr-defined]
    elif how == "thread":
        patch.setattr(
            threading.Thread, "start", lambda _: (_ for _ in ()).throw(RuntimeError("can't start new thread"))
        )
    else:
        patch.setattr(forkserver, "connect_to_new_process", fail)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("daemon", "worker of a pool that allows no more"),
        ("processes", "resource temporarily unavailable"),
        ("server", "the system gives no more of them"),
        ("semaphores", "function not implemented"),
        ("thread", "can't start new thread"),
    ],
)
def test_where_no_processes_can_be_had_this_one_goes_on(
    how: str, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fresh_notes: None
) -> None:
    """Every run of two blocks in a pool's worker ended in "daemonic processes are not allowed to have children"."""
    caplog.set_level("WARNING", "sim")
    no_processes(how, monkeypatch)
    for _ in range(2):  # a note is enough
        assert list(in_order(square, range(5), 2, "processes")) == [(n, n * n) for n in range(5)]
    assert [record.levelname for record in caplog.records] == ["WARNING"] and said in caplog.text
    with pytest.raises(NumericError, match="0 is not a number"):
        list(in_order(refuse, range(4), 2, "processes"))


def test_processes_that_run_out_on_the_way_are_done_without(monkeypatch: pytest.MonkeyPatch, fresh_notes: None) -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(12):
            begun.append(number)
            if number == 3:
                no_processes("processes", monkeypatch)
                executors_pool = next(pool for pool in worker_pool._open_pools if pool.kind == "processes")
                for worker in executors_pool.processes():
                    worker.kill()
            yield number

    assert list(in_order(square, items(), 2, "processes")) == [(n, n * n) for n in range(12)]


def run_in_a_daemon(trials: int) -> tuple[int, list[float]]:
    found = run("teaching/minimal", trials=trials, block=64, workers=2)
    return worker_pool.default_workers(), [found.odds("durable", days).p for days in (30, 365)]


def test_a_run_in_a_worker_of_a_pool(minimal: sim.Scenario) -> None:
    """As under Airflow, Celery, joblib or Dask."""
    with starting_workers(), context().Pool(1) as pool:
        found = pool.map(run_in_a_daemon, [192])
    here = run("teaching/minimal", trials=192, workers=1)
    assert found == [(1, [here.odds("durable", days).p for days in (30, 365)])]


def test_the_result_of_another_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every result carries the stamp of the code that computed it, there where it was computed."""
    ours = provenance.stamp()
    monkeypatch.setattr(provenance, "stamp", lambda: ours._replace(engine="0123456789abcdef"))
    with pytest.raises(WorkersLostError, match=f"another engine .{ours.engine} instead of 0123456789abcdef.") as caught:
        list(in_order(square, range(3), 2, "processes"))
    assert caught.value.exit_code == 6 and len(str(caught.value).splitlines()) == 1
    newer = tuple((name, "9.9" if name == "numpy" else version) for name, version in ours.versions)
    monkeypatch.setattr(provenance, "stamp", lambda: ours._replace(versions=newer))
    with pytest.raises(WorkersLostError, match=r"numpy [\d.]+ instead of 9.9"):
        list(in_order(square, range(3), 2, "processes"))


def test_the_digest_is_of_the_files_that_were_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "week.py"
    other.write_text("# another engine")
    before = provenance.code_digest.__wrapped__(provenance.ENGINE)
    assert before == provenance.engine_digest()
    monkeypatch.setattr(importlib.import_module("sim.model.week"), "__file__", str(other))
    assert provenance.code_digest.__wrapped__(provenance.ENGINE) != before


class Local:
    pass


def test_a_class_travels_only_if_others_can_import_it() -> None:
    class Inner:
        pass

    assert can_travel(Local)
    assert not can_travel(Inner)
    typed_in = type("TypedIn", (), {"__module__": "__main__"})
    assert not can_travel(typed_in)


def test_choice_of_workers() -> None:
    assert choose(1, 10) == "inline"
    assert choose(8, 1) == "inline"
    assert choose(2, 10, [Local]) == "processes"
    assert choose(2, 10, [type("TypedIn", (), {"__module__": "__main__"})]) == "threads"


def children_of(pid: int) -> list[int]:
    """Processes started by ``pid``, at any depth."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


SCRIPT = """
import time
from sim.execution.worker_pool import in_order
def items():
    for n in range(10_000):
        yield 0.05
for _ in in_order(time.sleep, items(), 2, "processes"):
    print("started", flush=True)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_parent(tmp_path: Path, how: signal.Signals) -> None:
    # The script has no ``if __name__`` guard: workers must not run it again.
    script = tmp_path / "unguarded.py"
    script.write_text(SCRIPT)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    workers = children_of(parent.pid)
    assert len(workers) >= 2
    parent.send_signal(how)
    parent.wait(timeout=20)
    deadline = time.monotonic() + 20
    while any(map(is_running, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, workers))


def begin_to_hand_over(place: str) -> None:
    """In a worker: the head of a message on the pipe for results, and never its rest."""
    results = sys._getframe(2).f_locals["result_queue"]  # of the worker's loop, over ``stamped``
    os.write(results._writer.fileno(), struct.pack("!i", 1_000) + b"x")
    Path(place).touch()
    time.sleep(60)


def test_a_worker_that_dies_while_handing_over_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The thread that reads results saw half a block, and Python waited for that thread for ever."""
    before = set(threading.enumerate())
    pool = worker_pool.Pool(1, "processes")
    pool.submit(begin_to_hand_over, str(tmp_path / "begun"))
    deadline = time.monotonic() + 30
    while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (tmp_path / "begun").exists()
    time.sleep(0.1)
    pool.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive(), thread.name
