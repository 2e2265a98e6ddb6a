"""Many blocks at once: processes, threads or neither, with the same results in the same order.

Only the parent writes anything, so workers may be ended at any moment. A worker that dies takes its pool with it; the
pool is started again and what was lost is computed again, three times at most without progress.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import types
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import connection
from typing import Literal, TypeVar

from sim.errors import ResourceError, WorkersLostError
from sim.experiment.memory import keep_freed_memory

Item = TypeVar("Item")
Result = TypeVar("Result")
Kind = Literal["inline", "threads", "processes"]

MOST_LOSSES = 3
MOST_WORKERS = 61
PATIENCE = 1.0
"""Seconds in which workers that are told to end must have ended."""
PRELOADED = ["sim.model.negotiation"]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def default_workers() -> int:
    """One worker for each core this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, MOST_WORKERS))


def choose(workers: int, tasks: int, parties: Iterable[type] = ()) -> Kind:
    """Processes, unless one worker or one task makes them pointless, or a custom party cannot travel to them."""
    if workers <= 1 or tasks <= 1:
        return "inline"
    return "processes" if all(can_travel(party) for party in parties) else "threads"


def can_travel(party: type) -> bool:
    """Whether another process can import the class: not one typed into a notebook or a script that is running."""
    if party.__module__ == "__main__":
        return False
    try:
        pickle.dumps(party)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, kind: Kind
) -> Iterator[tuple[Item, Result]]:
    """Apply ``function`` to each item and give back the results in the order of the items.

    ``items`` is read only as far ahead as keeps the workers busy, so it may end early once results suffice.
    Raises WorkersLostError when workers keep dying and ResourceError when one runs out of memory.
    """
    if kind == "inline":
        for item in items:
            yield item, function(item)
        return
    source = iter(items)
    pending: deque[tuple[Item, Future[Result]]] = deque()
    losses = 0
    pool = Pool(workers, kind)
    try:
        while True:
            for item in islice(source, 2 * workers - len(pending)):
                pending.append((item, pool.submit(function, item)))
            if not pending:
                break
            item, future = pending[0]
            try:
                result = future.result()
            except BrokenExecutor:
                losses += 1
                if losses > MOST_LOSSES:
                    raise WorkersLostError(
                        f"worker processes died {losses} times in a row without finishing a block; "
                        "often memory has run out: try --workers 1"
                    ) from None
                pool.restart()
                pending = deque((i, f if is_good(f) else pool.submit(function, i)) for i, f in pending)
                continue
            except MemoryError:
                raise ResourceError("a worker ran out of memory: try fewer --workers") from None
            losses = 0
            pending.popleft()
            yield item, result
    finally:
        pool.stop()


def is_good(future: Future[Result]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


class Pool:
    """An executor that can be started again, and that leaves nothing running behind it."""

    def __init__(self, workers: int, kind: Kind) -> None:
        self.workers, self.kind = workers, kind
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._executor = self._start()
        _open_pools.add(self)

    def _start(self) -> Executor:
        if self.kind == "threads":
            return ThreadPoolExecutor(self.workers, thread_name_prefix="parley")
        with starting_workers():
            return ProcessPoolExecutor(self.workers, mp_context=context(), initializer=enter_worker)

    def submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        with starting_workers():
            try:
                return self._executor.submit(function, item)
            except BrokenExecutor as problem:
                lost: Future[Result] = Future()
                lost.set_exception(problem)
                return lost

    def restart(self) -> None:
        self.stop()
        self._processes = []
        self._executor = self._start()
        _open_pools.add(self)

    def processes(self) -> list[multiprocessing.process.BaseProcess]:
        return list((getattr(self._executor, "_processes", None) or {}).values()) or self._processes

    def stop(self) -> None:
        """End workers at once; a block they were computing is simply not done.

        A worker may die half way through handing over a block. The executor's thread would wait for the rest for ever,
        and Python for the thread: with our own end of the pipe closed as well, it reads the end of the file instead.
        """
        processes = self._processes = self.processes()
        results = getattr(self._executor, "_result_queue", None)  # gone after shutdown
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            process.join(timeout=max(0.0, deadline - time.monotonic()))
        for process in processes:
            if process.is_alive():  # one that was halted does not hear a request
                process.kill()
        if results is not None:
            with suppress(OSError, AttributeError):
                results._writer.close()
        _open_pools.discard(self)


_open_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def stop_all() -> None:
    """End the workers of every pool, for a program that is about to leave: at its exit Python would wait for them."""
    for pool in list(_open_pools):
        pool.stop()
    _kill_server()  # last: without it workers count as gone, halted ones too


def kill_all() -> None:
    """The same without waiting for anything."""
    for pool in list(_open_pools):
        for process in pool.processes():
            process.kill()
    _kill_server()


def _kill_server() -> None:
    """End the fork server, which may still be importing for a worker that nobody needs any more."""
    if pid := _server_pid():
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _server_pid() -> int | None:
    server = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    pid = getattr(server, "_forkserver_pid", None)
    return pid if isinstance(pid, int) else None


def context() -> multiprocessing.context.BaseContext:
    """A fork server where there is one (imports are paid once), else fresh processes; a bare fork would copy locks."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    chosen = multiprocessing.get_context(method)
    if method == "forkserver":
        chosen.set_forkserver_preload(PRELOADED)
        _start_server(chosen)
    return chosen


def _start_server(chosen: multiprocessing.context.BaseContext) -> None:
    """Start the fork server deaf to Ctrl-C, which a terminal sends to every process; workers inherit that from it.

    Otherwise one that comes while the server still imports ends it with a traceback of its own. The process that
    removes semaphores after us does so without a word, also when there was no time to do it ourselves.
    """
    from multiprocessing import forkserver, resource_tracker

    warnings = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (warnings, "ignore:resource_tracker")))
    resource_tracker.ensure_running()  # in itself it lets Ctrl-C through again
    os.environ.pop("PYTHONWARNINGS") if warnings is None else os.environ.update(PYTHONWARNINGS=warnings)
    running = _server_pid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if _server_pid() != running:
        # Wait for its imports here, where stopping leaves no worker half started.
        first = chosen.Process(target=int)  # type: ignore[attr-defined]
        first.start()
        first.join()


@contextmanager
def starting_workers() -> Iterator[None]:
    """What new workers inherit: one thread each for linear algebra, and no second run of the caller's script.

    multiprocessing imports the main module again in each worker, so a script without an ``if __name__`` guard would
    start itself. Blocks never need it: parties defined there run in threads (``can_travel``).
    """
    main = sys.modules["__main__"]
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in ONE_THREAD}
    sys.modules["__main__"] = types.ModuleType("__main__")
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)


def enter_worker() -> None:
    """First thing in a worker: leave Ctrl-C to the parent, keep memory, and die with the parent however it died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_die_with, args=(parent.sentinel,), daemon=True).start()


def _die_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
