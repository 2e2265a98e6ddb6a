"""Many blocks at once: processes, threads or neither, with the same results in the same order.

Only the parent writes anything, so workers may be ended at any moment. A worker that dies takes its pool with it; the
pool is started again and what was lost is computed again, three times at most without progress. Where no processes can
be had (in a worker of somebody else's pool, in a sandbox), this one goes on alone.
"""

from __future__ import annotations

import logging
import os
import signal
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    InvalidStateError,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import nullcontext, suppress
from functools import cache
from itertools import islice
from multiprocessing import process
from typing import Any, Literal, TypeVar

from sim.errors import ParleyError, ResourceError, WorkersLostError
from sim.execution.worker_start import (
    NoProcessesError,
    can_reach_workers,
    context,
    enter_worker,
    server_pid,
    starting_workers,
)
from sim.storage.provenance import Stamp, stamp, unlike

Item = TypeVar("Item")
Result = TypeVar("Result")
Kind = Literal["inline", "threads", "processes"]

MOST_LOSSES = 3
MOST_WORKERS = 61
PATIENCE = 1.0
"""Seconds in which workers that are told to end must have ended."""
CANNOT_START = (NoProcessesError, OSError, EOFError, ImportError, NotImplementedError, RuntimeError, AssertionError)
"""What Python raises where the system gives no process, thread or semaphore."""


def default_workers() -> int:
    """Return one worker for each core this process may use; one alone in a process that may have no children."""
    if process.current_process().daemon:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, MOST_WORKERS))


def checked(workers: int | None) -> int:
    """Return the number of workers that is asked for, or the default; ParleyError if there may not be so many."""
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise ParleyError(f"workers: expected 1 to {MOST_WORKERS}, got {workers}")
    return default_workers() if workers is None else workers


def choose(workers: int, tasks: int, parties: Iterable[type] = (), releases_gil: bool = False) -> Kind:
    """Choose threads for compiled work, else processes, unless a custom party cannot travel to them.

    With one worker or one task neither is of use.
    """
    if workers <= 1 or tasks <= 1:
        return "inline"
    if releases_gil:
        return "threads"
    return "processes" if all(can_reach_workers(party) for party in parties) else "threads"


def spread(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    n_items: int,
    workers: int | None,
    parties: Iterable[type] = (),
    releases_gil: bool = False,
) -> Generator[tuple[Item, Result]]:
    """Apply ``function`` to ``n_items`` items at most over as many workers as they keep busy; see ``in_order``."""
    workers = checked(workers)
    kind = choose(workers, n_items, parties, releases_gil)
    yield from in_order(function, items, min(workers, max(1, n_items)), kind)


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, kind: Kind
) -> Iterator[tuple[Item, Result]]:
    """Apply ``function`` to each item and give back the results in the order of the items.

    ``items`` is read only as far ahead as keeps the workers busy, so it may end early once results suffice.
    Raises WorkersLostError when workers keep dying and ResourceError when one runs out of memory.
    """
    source = iter(items)
    pending: deque[tuple[Item, Future[Result]]] = deque()
    losses = 0
    pool = Pool(workers, kind)
    try:
        while True:
            for item in islice(source, max(0, pool.n_ahead - len(pending))):
                pending.append((item, pool.submit(function, item)))
            if not pending:
                break
            item, future = pending[0]
            try:
                result = pool.result_of(future)
            except (BrokenExecutor, CancelledError):
                if pool.kind != "inline":
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
                if pool.kind == "inline":
                    raise
                raise ResourceError("a worker ran out of memory: try fewer --workers") from None
            losses = 0
            pending.popleft()
            yield item, result
    finally:
        pool.stop()


def is_good(future: Future[Result]) -> bool:
    """Return whether there is a result."""
    return future.done() and not future.cancelled() and future.exception() is None


class Pool:
    """Hold an executor that can be started again, and that leaves nothing running behind it.

    ``kind`` is what it became: "inline" where neither processes nor threads can be had.
    """

    def __init__(self, workers: int, kind: Kind) -> None:
        self.workers, self.kind = workers, kind
        self._processes: list[process.BaseProcess] = []
        self._under_way: set[Future[Any]] = set()
        self._executor = self._start()

    def _start(self) -> Executor:
        _open_pools.add(self)
        try:
            if self.kind == "threads":
                return ThreadPoolExecutor(self.workers, thread_name_prefix="parley")
            if self.kind == "processes":
                with starting_workers():
                    return ProcessPoolExecutor(self.workers, mp_context=context(), initializer=enter_worker)
        except CANNOT_START as problem:
            say_alone(problem)
            self.kind = "inline"
        return Here()

    @property
    def n_ahead(self) -> int:
        """Return items that may be under way at once."""
        return 1 if self.kind == "inline" else 2 * self.workers

    def submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        """Return the future result, known at once."""
        found: Future[Result] = Future()
        try:
            with starting_workers() if self.kind == "processes" else nullcontext():
                under_way = self._executor.submit(stamped, function, item)
        except BrokenExecutor as problem:
            found.set_exception(problem)
            return found
        except CANNOT_START as problem:
            if self.kind == "inline":
                raise
            self._go_alone(problem)
            return self.submit(function, item)
        self._under_way.add(found)
        found.add_done_callback(self._under_way.discard)
        under_way.add_done_callback(lambda done: settle(found, done))
        return found

    def result_of(self, future: Future[Result]) -> Result:
        """Wait for a result. Raises BrokenExecutor when workers died, or the thread that hands out what they do."""
        while self.kind == "processes" and not wait([future], timeout=PATIENCE).done:
            thread = getattr(self._executor, "_executor_manager_thread", None)
            if thread is not None and not thread.is_alive() and not future.done():
                self._go_alone(RuntimeError("can't start new thread"))
        return future.result()

    def _go_alone(self, problem: BaseException) -> None:
        """Compute here from now on; what was under way is lost."""
        say_alone(problem)
        self.stop()
        self.kind, self._executor = "inline", Here()
        for future in list(self._under_way):
            with suppress(InvalidStateError):
                future.set_exception(BrokenExecutor())

    def restart(self) -> None:
        """End all workers and start others."""
        self.stop()
        self._processes = []
        self._executor = self._start()

    def processes(self) -> list[process.BaseProcess]:
        """Return the worker processes, also of an executor that has shut down."""
        return list((getattr(self._executor, "_processes", None) or {}).values()) or self._processes

    def stop(self) -> None:
        """End workers at once; a block they were computing is simply not done.

        A worker may die half way through handing over a block. The executor's thread would wait for the rest for ever,
        and Python for the thread: with our own end of the pipe closed as well, it reads the end of the file instead.
        """
        processes = self._processes = self.processes()
        results = getattr(self._executor, "_result_queue", None)  # gone after shutdown
        self._executor.shutdown(wait=False, cancel_futures=True)
        for worker in processes:
            worker.terminate()
        deadline = time.monotonic() + PATIENCE
        for worker in processes:
            worker.join(timeout=max(0.0, deadline - time.monotonic()))
        for worker in processes:
            if worker.is_alive():  # one that was halted does not hear a request
                worker.kill()
        if results is not None:
            with suppress(OSError, AttributeError):
                results._writer.close()
        _open_pools.discard(self)


class Here(Executor):
    """Compute at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Return the future result, known at once."""
        found: Future[Any] = Future()
        try:
            found.set_result(function(*arguments, **named))
        except Exception as problem:
            found.set_exception(problem)
        return found


def stamped(function: Callable[[Item], Result], item: Item) -> tuple[Stamp, Result]:
    """Return the result with the stamp of the code that computed it, where it was computed."""
    result = function(item)
    return stamp(), result


def settle(found: Future[Result], done: Future[tuple[Stamp, Result]]) -> None:
    """Hand on a result of our own engine, or how it failed."""
    with suppress(InvalidStateError):  # given up meanwhile
        if done.cancelled() or (problem := done.exception()):
            found.set_exception(CancelledError() if done.cancelled() else problem)
            return
        there, result = done.result()
        if differs := unlike(there):
            found.set_exception(WorkersLostError(f"a worker process computed with {differs}; its results are refused"))
        else:
            found.set_result(result)


def say_alone(problem: BaseException) -> None:
    """Note why there are no workers."""
    words = str(problem) or type(problem).__name__
    if isinstance(problem, EOFError):
        words = "the system gives no more of them"
    elif isinstance(problem, OSError) and problem.strerror:
        words = problem.strerror.lower()
    _note(" ".join(words.split()))


@cache
def _note(words: str) -> None:
    logging.getLogger("sim").warning(
        "No worker processes can be started here, so this process computes alone: %s", words
    )


_open_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def stop_all() -> None:
    """End the workers of every pool, for a program that is about to leave: at its exit Python would wait for them."""
    for pool in list(_open_pools):
        pool.stop()
    _kill_server()  # last: without it workers count as gone, halted ones too


def kill_all() -> None:
    """Kill the workers of every open pool, without waiting for anything."""
    for pool in list(_open_pools):
        for worker in pool.processes():
            worker.kill()
    _kill_server()


def _kill_server() -> None:
    """End the fork server, which may still be importing for a worker that nobody needs any more."""
    if pid := server_pid():
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
