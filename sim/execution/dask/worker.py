"""The two ends of a block on a Dask cluster: a worker that checks what it is for, a client that keeps the order.

Dask does the rest: it computes the blocks of a dead worker again, gives a block up whose workers keep dying
(``allowed-failures``), and tries a block that raised again (``retries``). The client hands out as many blocks as there
are workers, so that a dead worker points at its block. Answers are bytes (``answers``), checked before they are used.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sim.errors import ParleyError, WorkersLostError
from sim.execution.dask.block_answers import (
    LONGEST_TEXT,
    FailedError,
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
"""Times that a block may raise an error."""
NOBODY_SECONDS = 60.0
"""So long a run waits for a worker when all are gone."""
LOOK_SECONDS = 1.0
"""So often the client looks who is there."""
FETCH_SECONDS = 30.0
"""So long an answer may be on its way before the client looks again."""


class BlockLostError(WorkersLostError):
    """Report that a block was given up, or that nobody is left to compute any."""


# -- on the worker ---------------------------------------------------------------------------------

_known: set[str] = set()
"""Runs whose data and party classes are the client's here too."""


def ready(request: Request) -> bytes:
    """Return who this worker is, and which run it would compute.

    Its data files and party classes are read here and now.
    """
    try:
        return packed("ready", replace(request).inputs.run_id, b"" if is_safe() else b"unsafe")
    except Exception as problem:
        return packed_failure(problem, "")


def perform(function: Callable[[Piece], Any], piece: Piece, run: str) -> bytes:
    """Compute one block, as bytes; an error for the user comes back as text, any other is raised for Dask to retry."""
    if "MALLOC_TRIM_THRESHOLD_" in os.environ:  # a nanny's worker: a process of its own
        keep_freed_memory()
    try:
        if run not in _known:
            opened(ready(piece.request), "ready", run)
            _known.add(run)
        return packed_result(function(piece), run, piece.work.block.index)
    except ParleyError as problem:
        return packed_failure(problem, run)
    except Exception as problem:  # as text: the client shall unpickle no class of its own
        raise FailedError(in_one_line(problem, LONGEST_TEXT)) from None


def compute_piece(piece: Piece) -> Columns:
    """Compute one block and check it."""
    columns = compute(piece.work)
    check_columns(piece.request, piece.work.block, columns)
    return columns


# -- on the client ---------------------------------------------------------------------------------


class Cluster:
    """Hold workers behind a scheduler; made by ``distributed.connect``."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address
        self._n_workers, self._looked, self._seen = 0, 0.0, time.monotonic()

    def refuse_unfit(self, requests: Sequence[Request]) -> None:
        """Refuse, before the first block, workers without one thread each or with other code, packages or data."""
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
                text = in_one_line(problem)
                raise WorkersLostError(f"workers of {self.address} cannot load this Parley: {text}") from None
            for address, answer in sorted(said.items()):
                try:
                    is_unsafe = bool(opened(answer, "ready", request.inputs.run_id))
                except Exception as problem:
                    raise WorkersLostError(f"the worker {address} cannot compute the same trials: {problem}") from None
                if is_unsafe and request is requests[0]:
                    logging.getLogger("sim").warning(
                        f"The worker {address} imports from its working folder: start it with PYTHONSAFEPATH=1"
                    )

    def in_order(self, function: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Result]]:
        """Apply ``function`` to each piece on the cluster; results in the order of the pieces.

        Errors for the user come back as they were. Raises BlockLostError, after handing on all that is before it, when
        a block was given up, and at once when nobody is left to compute any.
        """
        source, ended, is_all = iter(pieces), SimpleQueue[Any](), False
        asked: dict[Any, Piece] = {}  # by Dask's future, in order
        found: dict[Any, Any] = {}
        try:
            while asked or not is_all:
                width = self._width()
                n_free = 0 if is_all else max(0, min(width - len(asked) + len(found), 2 * width + 2 - len(asked)))
                new = list(islice(source, n_free))
                is_all = is_all or len(new) < n_free
                for piece in new:
                    run = piece.request.inputs.run_id
                    future = self.client.submit(perform, function, piece, run, pure=False, retries=MOST_TRIES - 1)
                    asked[future] = piece
                    future.add_done_callback(ended.put)
                with suppress(Empty):
                    future = ended.get(timeout=LOOK_SECONDS if asked or not is_all else 0)
                    try:
                        found[future] = self._answer(future, asked[future], function is tally)
                    except TimeoutError:  # on its way, or its worker is gone
                        ended.put(future)
                while asked and (first := next(iter(asked))) in found:
                    piece, result = asked.pop(first), found.pop(first)
                    if isinstance(result, BlockLostError):
                        raise result
                    yield piece, result
        finally:
            with suppress(Exception):
                self.client.cancel(list(asked), force=True)

    def _width(self, at_once: bool = False) -> int:
        """Return how many workers there are, looked up once a second."""
        now, lost = time.monotonic(), f"the scheduler at {self.address} is lost"
        if self.client.status != "running":
            raise BlockLostError(lost)
        if at_once or now - self._looked > LOOK_SECONDS:
            try:
                self._n_workers = len(self.client.nthreads())
            except (OSError, TimeoutError, RuntimeError):
                raise BlockLostError(lost) from None
            self._looked = now
            if self._n_workers:
                self._seen = now
            elif now - self._seen > NOBODY_SECONDS:
                raise BlockLostError(f"{self.address} has had no worker for {NOBODY_SECONDS:.0f} s")
        return self._n_workers

    def _answer(self, future: Any, piece: Piece, is_tally: bool) -> Any:
        """Return what a block that ended answers, checked, or the BlockLostError with its last words."""
        try:
            answer = future.result(timeout=FETCH_SECONDS)
            return tally_of_answer(answer, piece) if is_tally else block_of(answer, piece)
        except WorkersLostError as refused:
            raise WorkersLostError(f"{named(piece)}: a worker's answer is refused: {refused}") from None
        except (ParleyError, TimeoutError):
            raise
        except Exception as failure:
            self._width(at_once=True)
            if type(failure).__name__ == "KilledWorker":
                n_deaths = getattr(failure, "allowed_failures", MOST_TRIES) + 1
                return BlockLostError(f"{named(piece)} failed {n_deaths} times: its workers died")
            text = str(failure) if isinstance(failure, FailedError) else in_one_line(failure)
            return BlockLostError(f"{named(piece)} failed {MOST_TRIES} times: {text[:120]}")


def in_one_line(problem: BaseException, most: int = 120) -> str:
    """Return the kind of an error and its message, cut."""
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"[:most]


def named(piece: Piece) -> str:
    """Return the run, block and trials of a piece, in words."""
    block = piece.work.block
    trials = f"trials {block.first} to {block.first + block.n - 1}"
    return f"{piece.request.name}: block {block.index} ({trials}, seed {piece.work.seed})"
