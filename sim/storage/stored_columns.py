"""Columns over trials that may be longer than memory: one at a time, or block by block.

A run in memory holds a dict of arrays, a stored one ``StoredColumns``, which reads what it is asked for from the blocks
of its folder and keeps nothing. ``in_blocks`` and ``part`` work on both, and whatever adds up over blocks is made of
them; ``columns[name]`` is the whole column, which takes memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.outcome_columns import NOUGHT_BEFORE, Columns, as_counted_now
from sim.storage.block_parquet import give_back, lacking, read_part

AT_ONCE = 32_768
"""Trials of a run in memory that are looked at together: as many as a stored block has unless told otherwise."""

RECOUNTED, RECOUNTED_BY = ("durable_week", "tag"), ("imposed", "victory_week")
"""What ``as_counted_now`` changes in a run of an earlier version, and what it goes by; it adds ``NOUGHT_BEFORE``."""

AnyColumns = Mapping[str, NDArray[Any]]


class StoredColumns(Mapping[str, NDArray[Any]]):
    """Hold the columns of a run folder, by name, read when they are asked for; the folder was verified before."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        self.folder = folder.absolute()  # whatever the working folder is when a column is asked for
        self.manifest, self.kinds = manifest, kinds

    @property
    def n_trials(self) -> int:
        """Return the number of trials."""
        return int(self.manifest["trials"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    def __contains__(self, name: object) -> bool:
        return name in self.kinds

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return the whole column: one value for each trial."""
        found = np.empty(self.n_trials, dtype=np.dtype(self.kinds[name]))
        first = 0
        for columns in self.blocks(name):
            found[first : first + len(columns[name])] = columns[name]
            first += len(columns[name])
        return found

    def blocks(self, *names: str, first: int = 0) -> Iterator[Columns]:
        """Yield columns by block (all, unless some are named), from the block on that holds trial ``first``."""
        wanted = read = names or tuple(self.kinds)
        lacks = lacking(self.manifest)
        is_recounted = bool(lacks) and not NOUGHT_BEFORE.union(RECOUNTED).isdisjoint(wanted)
        if is_recounted:
            read = tuple(name for name in dict.fromkeys((*wanted, *RECOUNTED, *RECOUNTED_BY)) if name not in lacks)
        for index in range(first // self.manifest["block_size"], len(self.manifest["blocks"])):
            columns = read_part(self.folder, self.manifest, index, read)
            if is_recounted:
                columns = {name: column for name, column in as_counted_now(columns).items() if name in wanted}
            yield columns
            give_back(index)


def n_trials(columns: AnyColumns) -> int:
    """Return the number of trials."""
    return columns.n_trials if isinstance(columns, StoredColumns) else len(columns["trial"])


def in_blocks(columns: AnyColumns, *names: str) -> Iterator[Columns]:
    """Yield columns block by block, all or some by name; every block but the last holds whole clusters of trials."""
    if isinstance(columns, StoredColumns):
        yield from columns.blocks(*names)
        return
    for first in range(0, max(1, n_trials(columns)), AT_ONCE):
        yield {name: columns[name][first : first + AT_ONCE] for name in names or columns}


def part(columns: AnyColumns, first: int, n: int, *names: str) -> Columns:
    """Return the columns of trials ``first`` to ``first + n - 1`` (fewer at the end), all or some by name."""
    if not isinstance(columns, StoredColumns):
        return {name: columns[name][first : first + n] for name in names or columns}
    size = int(columns.manifest["block_size"])
    at, pieces = first // size * size, []
    for block in columns.blocks(*names, first=first):
        if at >= first + n:
            break
        pieces.append({name: column[max(0, first - at) : first + n - at] for name, column in block.items()})
        at += size
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def side_by_side(one: AnyColumns, other: AnyColumns, n: int, *names: str) -> Iterator[tuple[Columns, Columns]]:
    """Yield named columns of the first ``n`` trials of two runs, cut at the same trials whatever their blocks."""
    left, right = in_blocks(one, *names), in_blocks(other, *names)
    here: Columns = {}
    there: Columns = {}
    done = 0
    while done < n:
        here, there = here or next(left), there or next(right)
        count = min(n - done, len(here[names[0]]), len(there[names[0]]))
        yield tuple({name: column[:count] for name, column in side.items()} for side in (here, there))  # type: ignore[misc]
        here, there = (
            {name: column[count:] for name, column in side.items()} if len(side[names[0]]) > count else {}
            for side in (here, there)
        )
        done += count
