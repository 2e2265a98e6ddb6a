"""The trials of runs below each other, as CSV or Parquet, one block in memory at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.export import harmless

if TYPE_CHECKING:
    from sim.results.run import Run

WEIGHT = "weight"
"""Column of the weight with which a trial is counted (``sim.results.weighing``); their mean over a run is 1."""


def trials_as_csv(runs: Sequence[Run]) -> Iterator[bytes]:
    """Yield pieces of a CSV file: a row is a trial, ``scenario`` first; an issue that a run does not have is empty."""
    import pandas as pd

    kinds = _kinds(runs)
    is_first = True
    for name, block in _blocks(runs):
        n = len(block["trial"])
        table = pd.DataFrame({"scenario": np.full(n, harmless(name), dtype=object), **block})
        table = table.reindex(columns=["scenario", *kinds])
        yield table.to_csv(index=False, header=is_first, lineterminator="\r\n").encode()
        is_first = False


def trials_as_parquet(runs: Sequence[Run]) -> Iterator[bytes]:
    """Yield pieces of a Parquet file with the same rows and columns; a row group for each block."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = _kinds(runs)
    types = [(name, pa.from_numpy_dtype(kind)) for name, kind in kinds.items()]
    schema = pa.schema([("scenario", pa.string()), *types])
    written = Pieces()
    with pq.ParquetWriter(pa.PythonFile(written, mode="w"), schema) as writer:
        for name, block in _blocks(runs):
            n = len(block["trial"])
            columns = [pa.array(block[one]) if one in block else pa.nulls(n, schema.field(one).type) for one in kinds]
            writer.write_table(pa.table([pa.array([name] * n, pa.string()), *columns], schema=schema))
            yield written.taken()
    yield written.taken()


class Pieces(io.RawIOBase):
    """Give away what was written, as a file; its place counts all that ever was."""

    def __init__(self) -> None:
        self._held, self._at = bytearray(), 0

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, content: Any, /) -> int:
        """Hold some bytes until they are taken."""
        self._held += content
        self._at += len(content)
        return len(content)

    def tell(self) -> int:
        """Return how many bytes were written so far."""
        return self._at

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        content, self._held = bytes(self._held), bytearray()
        return content


def _kinds(runs: Sequence[Run]) -> dict[str, np.dtype[Any]]:
    """Return the types of all columns of all runs, in the order in which they come."""
    found = {name: column.dtype for run in runs for name, column in run.part(0, 1).items()}
    return found | {WEIGHT: np.dtype(np.float64)}


def _blocks(runs: Sequence[Run]) -> Iterator[tuple[str, dict[str, Any]]]:
    for run in runs:
        for block in run.blocks():
            yield run.name, {**block, WEIGHT: run.weighing.of_trials(run.scenario, block)}
