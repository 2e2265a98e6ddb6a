"""The two ends of a block on a Dask cluster: a worker that knows what it is for, a client that counts how it ended.

The scheduler holds what is in flight and nothing else: the client hands out as many blocks as there are workers, so
that a dead worker points at its block, and takes results as they come. Each task says which run, engine and packages it
is for; a worker that has others refuses it, also one that comes late.
"""

from __future__ import annotations

import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from threading import Event
from typing import Any, NamedTuple, TypeVar

from sim.errors import ParleyError, WorkersLostError
from sim.experiment.memory import keep_freed_memory
from sim.experiment.request import Request
from sim.experiment.run import compute
from sim.experiment.streaming import Piece
from sim.experiment.worker_start import can_travel
from sim.origin import engine_digest, versions
from sim.store import Columns

Result = TypeVar("Result")

MOST_TRIES = 3
NOBODY_SECONDS = 60.0
"""So long a run waits for a worker when all are gone."""
LOOK_SECONDS = 1.0
"""So often the client looks who is there."""
GATHERERS = 4
"""Results that are fetched at once."""
MUST_AGREE = ("parley", "python", "numpy", "scipy", "mesa")


class BlockLostError(WorkersLostError):
    """A block was given up, or nobody is left to compute any; ``done`` holds finished blocks behind a missing one."""

    def __init__(self, message: str, done: Sequence[tuple[Piece, Any]] = ()) -> None:
        super().__init__(message)
        self.done = list(done)


# -- on the worker ---------------------------------------------------------------------------------


class Stamp(NamedTuple):
    """What must agree between client and worker for equal trials: run, code, packages."""

    run: str
    engine: str
    versions: tuple[tuple[str, str], ...]


_known: set[Stamp] = set()


def stamp_of(request: Request) -> Stamp:
    """The stamp of a run as this process would compute it; data files and party classes are read here and now."""
    here = versions()
    return Stamp(replace(request).inputs.run_id, engine_digest(), tuple((name, here[name]) for name in MUST_AGREE))


def differences(request: Request, wanted: Stamp) -> str:
    """What this process has otherwise than the client, in words; empty if it may compute the run."""
    if wanted in _known:
        return ""
    try:
        here = stamp_of(request)
    except ParleyError as problem:
        return str(problem)
    there, found = dict(wanted.versions), dict(here.versions)
    said = [f"{name} {there[name]} here, {found.get(name)} there" for name in there if there[name] != found.get(name)]
    if here.engine != wanted.engine:
        said.append(f"the engine's code is another ({wanted.engine} here, {here.engine} there)")
    if here.run != wanted.run and not said:
        said.append("its data files or party classes are others")
    if not said:
        _known.add(wanted)
    return "; ".join(said)


def perform(function: Callable[[Piece], Result], piece: Piece, stamp: Stamp) -> Result:
    """One block, on a worker that is fit for it."""
    if "MALLOC_TRIM_THRESHOLD_" in os.environ:  # a nanny's worker: a process of its own
        keep_freed_memory()
    if unlike := differences(piece.request, stamp):
        raise ParleyError(f"a worker cannot compute the same trials: {unlike}")
    return function(piece)


def compute_piece(piece: Piece) -> Columns:
    return compute(piece.work)


# -- on the client ---------------------------------------------------------------------------------


@dataclass
class Try:
    """A block in flight: ``future`` is Dask's, ``result`` ours, there once the future is done."""

    piece: Piece
    n_tries: int
    future: Any
    result: Future[Any] | None = None


class Cluster:
    """Workers behind a scheduler; made by ``connect``."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address
        self._token = uuid.uuid4().hex[:8]
        self._numbers = count()
        self._woken = Event()
        self._stamps: dict[int, tuple[Request, Stamp]] = {}
        self._n_workers, self._looked, self._seen = 0, 0.0, time.monotonic()

    def refuse_unfit(self, requests: Sequence[Request]) -> None:
        """Before the first block: one thread a worker, and the client's code, packages and data on all of them."""
        self.wait_for_workers()
        for address, threads in self.client.nthreads().items():
            if threads != 1:
                raise ParleyError(
                    f"the worker {address} has {threads} threads, 1 is wanted: dask worker --nthreads 1 --nworkers N"
                )
        for request in requests:
            for party in request.parties.values():
                if not can_travel(party):
                    raise ParleyError(f"parties: {party.__name__} must be in a module that the workers can import")
            try:
                said: Mapping[str, str] = self.client.run(differences, request, self._stamp(request))
            except Exception as problem:
                text = " ".join(str(problem).split())[:120]
                raise ParleyError(f"workers of {self.address} cannot load this Parley: {text}") from None
            for address, unlike in sorted(said.items()):
                if unlike:
                    raise ParleyError(f"the worker {address} cannot compute the same trials: {unlike}")

    def wait_for_workers(self) -> None:
        """Raises BlockLostError if there is none for a minute."""
        while not self._width(at_once=True):
            time.sleep(LOOK_SECONDS / 4)

    def in_order(self, function: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Result]]:
        """Apply ``function`` to each piece on the cluster; results in the order of the pieces.

        Errors for the user come back as they were. Raises BlockLostError, after handing on all that is finished, when a
        block was given up or nobody is left to compute it.
        """
        source, pending = iter(pieces), deque[Try]()
        problem: BlockLostError | None = None
        is_all = False
        with ThreadPoolExecutor(GATHERERS, thread_name_prefix="parley-gather") as gatherers:
            try:
                while True:
                    self._woken.clear()
                    try:
                        if problem is None:
                            is_all = self._hand_out(function, source, pending)
                        self._look_after(function, pending, gatherers)
                    except BlockLostError as found:
                        problem = problem or found
                    while pending and _has_result(pending[0]):
                        done = pending.popleft()
                        assert done.result is not None
                        yield done.piece, done.result.result()
                    if problem and (self._is_lost or not any(map(_is_under_way, pending))):
                        problem.done = [(t.piece, t.result.result()) for t in pending if t.result and _has_result(t)]
                        raise problem
                    if is_all and not pending:
                        return
                    self._woken.wait(LOOK_SECONDS)
            finally:
                with suppress(Exception):
                    self.client.cancel([t.future for t in pending], force=True)

    def _stamp(self, request: Request) -> Stamp:
        """The stamp of a run, worked out once."""
        if id(request) not in self._stamps:
            self._stamps[id(request)] = (request, stamp_of(request))
        return self._stamps[id(request)][1]

    @property
    def _is_lost(self) -> bool:
        return bool(self.client.status != "running")

    def _width(self, at_once: bool = False) -> int:
        """How many workers there are, looked up once a second."""
        now = time.monotonic()
        if self._is_lost:
            raise BlockLostError(f"the scheduler at {self.address} is lost")
        if at_once or now - self._looked > LOOK_SECONDS:
            try:
                self._n_workers = len(self.client.nthreads())
            except (OSError, TimeoutError, RuntimeError):
                raise BlockLostError(f"the scheduler at {self.address} is lost") from None
            self._looked = now
            if self._n_workers:
                self._seen = now
            elif now - self._seen > NOBODY_SECONDS:
                raise BlockLostError(f"{self.address} has had no worker for {NOBODY_SECONDS:.0f} s")
        return self._n_workers

    def _hand_out(self, function: Callable[[Piece], Any], source: Iterator[Piece], pending: deque[Try]) -> bool:
        """As many blocks in flight as workers, so that a dead one points at its block; results wait for the first.

        Returns whether there are no more pieces.
        """
        width = self._width()
        free = width - sum(not one.future.done() for one in pending)
        for _ in range(min(free, 2 * width + 2 - len(pending))):
            piece = next(source, None)
            if piece is None:
                return True
            pending.append(Try(piece, 1, self._submit(function, piece)))
        return False

    def _submit(self, function: Callable[[Piece], Any], piece: Piece) -> Any:
        """A key is never used twice: the scheduler may still be forgetting the first."""
        stamp = self._stamp(piece.request)
        key = f"parley-{stamp.run}-{piece.work.block.index}-{self._token}-{next(self._numbers)}"
        future = self.client.submit(perform, function, piece, stamp, key=key, pure=False)
        future.add_done_callback(lambda _: self._woken.set())
        return future

    def _look_after(
        self, function: Callable[[Piece], Any], pending: Iterable[Try], gatherers: ThreadPoolExecutor
    ) -> None:
        """Fetch what is finished; try again what failed, three times at most."""
        self._width()
        lost: BlockLostError | None = None
        for one in pending:
            if one.result is None and one.future.done():
                one.result = gatherers.submit(one.future.result)
                one.result.add_done_callback(lambda _: self._woken.set())
            if one.result is None or not one.result.done() or (failure := one.result.exception()) is None:
                continue
            if isinstance(failure, ParleyError):
                raise failure
            if self._is_lost:
                raise BlockLostError(f"the scheduler at {self.address} is lost")
            is_killer = type(failure).__name__ == "KilledWorker"  # the scheduler has tried it three times by then
            if is_killer or one.n_tries >= MOST_TRIES:
                lost = lost or given_up(one.piece, failure, is_killer)
                continue
            one.n_tries += 1
            one.future, one.result = self._submit(function, one.piece), None
        if lost:
            raise lost


def given_up(piece: Piece, failure: BaseException, is_killer: bool) -> BlockLostError:
    """The block's last words: where it is, which luck it had, how it ended."""
    block = piece.work.block
    how = "its workers died" if is_killer else f"{type(failure).__name__}: {' '.join(str(failure).split())[:120]}"
    return BlockLostError(
        f"{piece.request.name}: block {block.index} (trials {block.first} to {block.first + block.n - 1}, "
        f"seed {piece.work.seed}) failed {MOST_TRIES} times: {how}"
    )


def _has_result(one: Try) -> bool:
    return one.result is not None and one.result.done() and one.result.exception() is None


def _is_under_way(one: Try) -> bool:
    return one.result is None or not one.result.done()
