"""The two ends of a block on a Dask cluster: a worker that knows what it is for, a client that counts how it ended.

The scheduler holds what is in flight and nothing else: the client hands out as many blocks as there are workers, so
that a dead worker points at its block, and takes answers as they come. They are bytes (``answers``), checked before
they are used.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sim.errors import ParleyError, WorkersLostError
from sim.execution.dask.block_answers import (
    block_of,
    opened,
    packed,
    packed_failure,
    packed_result,
    tally_of_answer,
)
from sim.execution.request import Request
from sim.execution.run import check_columns, compute
from sim.execution.streaming import Piece, tally
from sim.execution.worker_memory import keep_freed_memory
from sim.execution.worker_start import can_travel, is_safe
from sim.outcome_columns import Columns

Result = TypeVar("Result")

MOST_TRIES = 3
NOBODY_SECONDS = 60.0
"""So long a run waits for a worker when all are gone."""
LOOK_SECONDS = 1.0
"""So often the client looks who is there."""
FETCH_SECONDS = 30.0
"""So long an answer may be on its way before somebody looks again."""


class BlockLostError(WorkersLostError):
    """A block was given up, or (``is_end``) nobody is left to compute any; ``done`` are finished ones behind it."""

    def __init__(self, message: str, is_end: bool = False) -> None:
        super().__init__(message)
        self.is_end, self.done = is_end, list[tuple[Piece, Any]]()


# -- on the worker ---------------------------------------------------------------------------------

_known: set[str] = set()
"""Runs whose data and party classes are the client's here too."""


def ready(request: Request) -> bytes:
    """Who this worker is, and which run it would compute: its data files and party classes are read here and now."""
    try:
        return packed("ready", replace(request).inputs.run_id, b"" if is_safe() else b"unsafe")
    except Exception as problem:
        return packed_failure(problem, "")


def perform(function: Callable[[Piece], Any], piece: Piece, run: str) -> bytes:
    """One block, as bytes; how it failed as text."""
    if "MALLOC_TRIM_THRESHOLD_" in os.environ:  # a nanny's worker: a process of its own
        keep_freed_memory()
    try:
        if run not in _known:
            opened(ready(piece.request), "ready", run)
            _known.add(run)
        return packed_result(function(piece), run, piece.work.block.index)
    except Exception as problem:
        return packed_failure(problem, run)


def compute_piece(piece: Piece) -> Columns:
    columns = compute(piece.work)
    check_columns(piece.request, piece.work.block, columns)
    return columns


# -- on the client ---------------------------------------------------------------------------------


@dataclass(eq=False)
class Try:
    """A block in flight. ``future`` is Dask's, ``result`` what came of it."""

    piece: Piece
    future: Any = None
    n_tries: int = 0
    result: Any = None
    is_given_up: bool = False

    @property
    def is_under_way(self) -> bool:
        return self.result is None and not self.is_given_up


class Cluster:
    """Workers behind a scheduler; made by ``distributed.connect``."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address
        self._token, self._numbers = uuid.uuid4().hex[:8], count()
        self._ended: SimpleQueue[Try] = SimpleQueue()
        self._n_workers, self._looked, self._seen = 0, 0.0, time.monotonic()

    def refuse_unfit(self, requests: Sequence[Request]) -> None:
        """Before the first block: one thread a worker, and the client's code, packages and data on all of them."""
        while not self._width(at_once=True):
            time.sleep(LOOK_SECONDS / 4)
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
                said = dict(self.client.run(ready, request))
            except Exception as problem:
                text = " ".join(str(problem).split())[:120]
                raise WorkersLostError(f"workers of {self.address} cannot load this Parley: {text}") from None
            for address, answer in sorted(said.items()):
                try:
                    if opened(answer, "ready", request.inputs.run_id) and request is requests[0]:
                        note(f"The worker {address} imports from its working folder: start it with PYTHONSAFEPATH=1")
                except Exception as problem:
                    raise WorkersLostError(f"the worker {address} cannot compute the same trials: {problem}") from None

    def in_order(self, function: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Result]]:
        """Apply ``function`` to each piece on the cluster; results in the order of the pieces.

        Errors for the user come back as they were. Raises BlockLostError, after handing on all that is finished, when a
        block was given up or nobody is left to compute it.
        """
        source, asked = iter(pieces), deque[Try]()
        problem: BlockLostError | None = None
        is_all = False
        try:
            while True:
                try:
                    if problem is None and not is_all:
                        is_all = self._hand_out(function, source, asked)
                    if any(one.is_under_way for one in asked):
                        self._take(function)
                except BlockLostError as found:
                    problem = problem or found
                while asked and asked[0].result is not None:
                    first = asked.popleft()
                    yield first.piece, first.result
                if problem and (problem.is_end or not any(one.is_under_way for one in asked)):
                    problem.done = [(one.piece, one.result) for one in asked if one.result is not None]
                    raise problem
                if is_all and not asked:
                    return
        finally:
            with suppress(Exception):
                self.client.cancel([one.future for one in asked], force=True)

    def _width(self, at_once: bool = False) -> int:
        """How many workers there are, looked up once a second."""
        now, lost = time.monotonic(), f"the scheduler at {self.address} is lost"
        if self.client.status != "running":
            raise BlockLostError(lost, is_end=True)
        if at_once or now - self._looked > LOOK_SECONDS:
            try:
                self._n_workers = len(self.client.nthreads())
            except (OSError, TimeoutError, RuntimeError):
                raise BlockLostError(lost, is_end=True) from None
            self._looked = now
            if self._n_workers:
                self._seen = now
            elif now - self._seen > NOBODY_SECONDS:
                raise BlockLostError(f"{self.address} has had no worker for {NOBODY_SECONDS:.0f} s", is_end=True)
        return self._n_workers

    def _hand_out(self, function: Callable[[Piece], Any], source: Iterator[Piece], asked: deque[Try]) -> bool:
        """As many blocks in flight as workers, so that a dead one points at its block; results wait for the first.

        Returns whether there are no more pieces.
        """
        width = self._width()
        free = width - sum(one.is_under_way for one in asked)
        for _ in range(min(free, 2 * width + 2 - len(asked))):
            piece = next(source, None)
            if piece is None:
                return True
            asked.append(Try(piece))
            self._submit(function, asked[-1])
        return False

    def _submit(self, function: Callable[[Piece], Any], one: Try) -> None:
        """A key is never used twice: the scheduler may still be forgetting the first."""
        run = one.piece.request.inputs.run_id
        key = f"parley-{run}-{one.piece.work.block.index}-{self._token}-{next(self._numbers)}"
        one.n_tries += 1
        one.future = self.client.submit(perform, function, one.piece, run, key=key, pure=False)
        one.future.add_done_callback(lambda _: self._ended.put(one))

    def _take(self, function: Callable[[Piece], Any]) -> None:
        """Wait a moment for a block that ended, and read its answer; try again what failed, three times at most."""
        self._width()
        try:
            one = self._ended.get(timeout=LOOK_SECONDS)
        except Empty:
            return
        try:
            answer = one.future.result(timeout=FETCH_SECONDS)
            one.result = tally_of_answer(answer, one.piece) if function is tally else block_of(answer, one.piece)
        except TimeoutError:  # on its way, or its worker is gone
            self._ended.put(one)
        except WorkersLostError as refused:
            raise WorkersLostError(f"{named(one.piece)}: a worker's answer is refused: {refused}") from None
        except ParleyError:
            raise
        except Exception as failure:
            self._width(at_once=True)
            is_killer = type(failure).__name__ == "KilledWorker"  # the scheduler has tried it three times by then
            if is_killer or one.n_tries >= MOST_TRIES:
                one.is_given_up = True
                raise given_up(one.piece, failure, is_killer) from None
            self._submit(function, one)


def note(words: str) -> None:
    """One line on stderr, unless the caller wants quiet."""
    logging.getLogger("sim").warning(words)


def named(piece: Piece) -> str:
    block = piece.work.block
    trials = f"trials {block.first} to {block.first + block.n - 1}"
    return f"{piece.request.name}: block {block.index} ({trials}, seed {piece.work.seed})"


def given_up(piece: Piece, failure: BaseException, is_killer: bool) -> BlockLostError:
    """The block's last words: where it is, which luck it had, how it ended."""
    how = "its workers died" if is_killer else f"{' '.join(str(failure).split())[:120] or type(failure).__name__}"
    return BlockLostError(f"{named(piece)} failed {MOST_TRIES} times: {how}")
