"""One block of trials as a Parquet file: how it is written, and everything that is checked before it is believed.

A block says inside itself which run it belongs to, which place it has there and what its columns add up to, so that a
swapped or foreign one is known even if somebody has put its digest into the manifest.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import DamagedRunError
from sim.outcome_columns import ADDED_LATER, Columns, Limits, faults, unfit
from sim.storage.atomic_files import read_recorded

TRIALS = "trials"
MOST_COLUMNS = 1000
MOST_FAULTS = 3
GIVEN_BACK_EVERY = 8
MOST_BYTES_PER_VALUE, SLACK_PER_COLUMN = 16, 65_536
NUMBERS = frozenset({"BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE"})


def block_file(index: int) -> str:
    """Return the path of a block within its run folder."""
    return f"{TRIALS}/block-{index:08d}.parquet"


def kinds_of(columns: Columns) -> dict[str, str]:
    """Return the types by name, in order."""
    return {name: column.dtype.str for name, column in columns.items()}


def columns_digest(columns: Columns) -> str:
    """Return the digest of names, types and values, whatever file they are in."""
    found = sha256()
    for name, column in columns.items():
        found.update(f"{name}:{column.dtype.str}:{len(column)}\0".encode() + np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


def origin_of(run_id: str, index: int, columns: Columns) -> dict[str, str]:
    """Return what a block says about itself, so that a swapped or foreign one is known."""
    return {"parley.run": run_id, "parley.block": str(index), "parley.columns": columns_digest(columns)}


def encoded(columns: Columns, run_id: str, index: int) -> bytes:
    """Return a block as Parquet: the same bytes for the same trials, page checksums included."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: pa.array(column, from_pandas=False) for name, column in columns.items()})
    stream = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata(origin_of(run_id, index, columns)),
        stream,
        compression="zstd",
        write_page_checksum=True,
    )
    return bytes(stream.getvalue())


def read_block(folder: Path, manifest: Mapping[str, Any], index: int, limits: Limits | None = None) -> Columns:
    """Return one block, verified.

    Bytes, page checksums, origin, types and ranges of its columns, number and order of trials.

    Ranges that hang on the scenario are checked with its ``limits``. Raises DamagedRunError naming the file.
    """
    entry, path = manifest["blocks"][index], folder / block_file(index)
    columns, stated = decoded(read_recorded(folder, block_file(index), entry), entry["n"], path)
    if stated != origin_of(manifest["run"], index, columns):
        raise DamagedRunError(f"{path}: belongs to another run or another place")
    wrong, wanted, found = [], manifest.get("columns"), kinds_of(columns)
    if wanted is not None and list(wanted.items()) != list(found.items()):
        odd = [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]
        wrong.append(f"has other columns than were recorded ({', '.join(odd)[:60] or 'their order'})")
    wrong += not_as_stored(columns, index * manifest["block_size"], entry["n"], limits, lacking(manifest))
    if wrong:
        raise DamagedRunError(f"{path}: {'; '.join(wrong)}")
    return columns


def lacking(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Return the columns that a run lacks because an earlier version stored it."""
    return ADDED_LATER - set(manifest.get("columns", ()))


def not_as_stored(
    columns: Columns, first: int, n: int, limits: Limits | None, lacks: frozenset[str] = frozenset()
) -> list[str]:
    """Return, in words, what keeps columns from being those of trials ``first`` to ``first + n - 1``."""
    wrong = unfit(kinds_of(columns), limits, lacks) if limits else []
    if not np.array_equal(columns.get("trial", []), np.arange(first, first + n)):
        wrong.append(f"its trials are not {first} to {first + n - 1}")
    return wrong + faults(columns, limits)[:MOST_FAULTS]


def read_part(folder: Path, manifest: Mapping[str, Any], index: int, names: Sequence[str]) -> Columns:
    """Return some columns of a block that was verified before; that it is still the same file is checked again."""
    entry, path = manifest["blocks"][index], folder / block_file(index)
    return decoded(read_recorded(folder, block_file(index), entry), entry["n"], path, names)[0]


def decoded(content: bytes, n: int, path: Path, names: Sequence[str] | None = None) -> tuple[Columns, dict[str, str]]:
    """Return the columns of a file of ``n`` trials (all, or some by name), and what it says about itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if file.metadata.num_rows != n:
            raise DamagedRunError(f"{path}: holds {file.metadata.num_rows:,} trials, {n:,} are wanted")
        refuse_bomb(file.metadata, path)
        table = file.read(None if names is None else list(names), use_threads=False)  # threads hold more
        columns = {name: table.column(name).to_numpy() for name in names or table.column_names}
        stated = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as problem:
        said = " ".join(str(problem).split())[:80]
        raise DamagedRunError(f"{path}: cannot be read as Parquet: {said}") from None
    return columns, stated


def give_back(index: int) -> None:
    """Hand freed memory back to the system every few blocks, where the C library can (glibc).

    Columns come and go between small counts that stay, and what is free between these is kept: a report of 5,000,000
    trials held 27 MB more than one of 100,000 without this, and holds 14 with it.
    """
    if index % GIVEN_BACK_EVERY == GIVEN_BACK_EVERY - 1 and sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def refuse_bomb(metadata: Any, path: Path) -> None:
    """Refuse other columns than numbers, and a small file with huge content before it is unpacked."""
    kinds = {metadata.schema.column(i).physical_type for i in range(metadata.num_columns)}
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    most = MOST_BYTES_PER_VALUE * metadata.num_columns * metadata.num_rows + SLACK_PER_COLUMN * metadata.num_columns
    if metadata.num_columns > MOST_COLUMNS or not kinds <= NUMBERS or unpacked > most:
        raise DamagedRunError(f"{path}: holds something else than columns of numbers")
