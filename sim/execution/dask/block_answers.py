"""What a worker on another machine sends back: bytes in a stated form, every one checked before it is used.

    {"parley": "block", "run": ..., "engine": ..., "versions": {...}}    one line of JSON
    the block as Parquet, the tally as JSON, or how it failed as text

Nothing in it is ever run. An answer in another form, of another run or from another engine is refused in one line.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Literal

from sim import errors
from sim.errors import DamagedRunError, ParleyError, WorkersLostError
from sim.execution.run import limits_of
from sim.execution.streaming import Piece
from sim.outcome_columns import Columns
from sim.results.tally import Tally
from sim.results.tally_form import as_bytes, from_bytes
from sim.storage.block_parquet import decoded, encoded, not_as_stored, origin_of
from sim.storage.provenance import Stamp, stamp, unlike

Kind = Literal["ready", "block", "tally", "failed"]

LONGEST_HEAD, LONGEST_TEXT = 4096, 1000
MOST_BYTES = 2**30
ERRORS = {name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ParleyError)}


class FailedError(Exception):
    """Report that a block failed on its worker; the message says how, in the worker's words."""


# -- on the worker ---------------------------------------------------------------------------------


def packed(kind: Kind, run: str, content: bytes = b"") -> bytes:
    """Return an answer with the stamp of the code that made it."""
    here = stamp()
    head = {"parley": kind, "run": run, "engine": here.engine, "versions": dict(here.versions)}
    return json.dumps(head, allow_nan=False).encode() + b"\n" + content


def packed_result(found: Columns | Tally, run: str, index: int) -> bytes:
    """Return a block of a run, or its tally."""
    if isinstance(found, Tally):
        return packed("tally", run, as_bytes(found))
    return packed("block", run, encoded(found, run, index))


def packed_failure(problem: Exception, run: str) -> bytes:
    """Return how a block failed: the name of the error and its message, on one line each."""
    text = " ".join(str(problem).split())[:LONGEST_TEXT]
    return packed("failed", run, f"{type(problem).__name__}\n{text}".encode())


# -- on the client ---------------------------------------------------------------------------------


def opened(answer: object, kind: Kind, run: str) -> bytes:
    """Return the content of an answer of that kind and run, from code like ours.

    Raises the user's error that the worker met, FailedError for any other, WorkersLostError for what is no answer.
    """
    if type(answer) is not bytes or len(answer) > MOST_BYTES:
        raise WorkersLostError(f"expected an answer in bytes, got {type(answer).__name__[:40]}")
    line, _, content = answer[: LONGEST_HEAD + 1].partition(b"\n")
    content = answer[len(line) + 1 :]
    try:
        head = json.loads(line)
        found, there, sender = head["parley"], head["run"], Stamp(head["engine"], tuple(head["versions"].items()))
        differs = unlike(sender)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise WorkersLostError(f"expected a {kind}, got {len(answer):,} bytes that are no answer of Parley") from None
    if differs:
        raise WorkersLostError(f"it computes with {differs}")
    if found == "failed":
        name, _, text = content[: 2 * LONGEST_TEXT].decode(errors="replace").partition("\n")
        raise ERRORS[name](text) if name in ERRORS else FailedError(f"{name[:80]}: {text}")
    if found != kind:
        raise WorkersLostError(f"expected a {kind}, got {ascii(found)[:40]}")
    if there != run:
        raise WorkersLostError("its data files or party classes are others")
    return content


def block_of(answer: object, piece: Piece) -> Columns:
    """Return the columns of a piece, if that is what was answered: types, ranges, trials and digest as they must be."""
    block, run = piece.work.block, piece.request.inputs.run_id
    content = opened(answer, "block", run)
    try:
        columns, stated = decoded(content, block.n, Path("its block"))
    except DamagedRunError as problem:
        raise WorkersLostError(str(problem)) from None
    wrong = not_as_stored(columns, block.first, block.n, limits_of(piece.request.scenario))
    if not wrong and stated != origin_of(run, block.index, columns):
        wrong = ["it belongs to another run or another place"]
    if wrong:
        raise WorkersLostError(f"its block: {'; '.join(wrong)}")
    return columns


def tally_of_answer(answer: object, piece: Piece) -> Tally:
    """Return the tally of a piece, if that is what was answered: counts that add up."""
    content = opened(answer, "tally", piece.request.inputs.run_id)
    try:
        return from_bytes(content, piece.request.scenario, piece.work.block.n)
    except ValueError as problem:
        raise WorkersLostError(f"its tally: {problem}") from None
