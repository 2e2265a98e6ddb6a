"""One block of trials as a Parquet file: how it is written, and everything that is checked before it is believed.

A block says inside itself which run it belongs to, which place it has there and what its columns add up to, so that a
swapped or foreign one is known even if somebody has put its digest into the manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.atomic import read_recorded
from sim.errors import DamagedRunError

Columns = dict[str, NDArray[Any]]

TRIALS = "trials"
MOST_COLUMNS = 1000
MOST_BYTES_PER_VALUE, SLACK_PER_COLUMN = 16, 65_536
NUMBERS = frozenset({"BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE"})


def block_file(index: int) -> str:
    return f"{TRIALS}/block-{index:08d}.parquet"


def kinds_of(columns: Columns) -> dict[str, str]:
    """Types by name, in order."""
    return {name: column.dtype.str for name, column in columns.items()}


def columns_digest(columns: Columns) -> str:
    """Digest of names, types and values, whatever file they are in."""
    found = sha256()
    for name, column in columns.items():
        found.update(f"{name}:{column.dtype.str}:{len(column)}\0".encode() + np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


def not_numbers(columns: Columns) -> list[str]:
    """Columns that hold NaN or infinity where they may not: terms and mixes are NaN where nothing was agreed."""
    found = []
    for name, column in columns.items():
        may_be_none = name.startswith("x_") or name == "halt_mix"
        if column.dtype.kind == "f" and (np.isinf(column) if may_be_none else ~np.isfinite(column)).any():
            found.append(name)
    return found


def origin_of(run_id: str, index: int, columns: Columns) -> dict[str, str]:
    """What a block says about itself, so that a swapped or foreign one is known."""
    return {"parley.run": run_id, "parley.block": str(index), "parley.columns": columns_digest(columns)}


def encoded(columns: Columns, run_id: str, index: int) -> bytes:
    """A block as Parquet: the same bytes for the same trials, page checksums included."""
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


def read_block(folder: Path, manifest: Mapping[str, Any], index: int) -> Columns:
    """One block, verified: bytes, page checksums, origin, types of its columns, number and order of its trials.

    Raises DamagedRunError naming the file.
    """
    entry, path = manifest["blocks"][index], folder / block_file(index)
    columns, stated = _decoded(read_recorded(folder, block_file(index), entry), entry["n"], path)
    if stated != origin_of(manifest["run"], index, columns):
        raise DamagedRunError(f"{path}: belongs to another run or another place")
    first, wrong = index * manifest["block_size"], []
    wanted, found = manifest.get("columns"), kinds_of(columns)
    if wanted is not None and list(wanted.items()) != list(found.items()):
        odd = [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]
        wrong.append(f"has other columns than were recorded ({', '.join(odd)[:60] or 'their order'})")
    if not np.array_equal(columns.get("trial", []), np.arange(first, first + entry["n"])):
        wrong.append(f"its trials are not {first} to {first + entry['n'] - 1}")
    wrong += [f"{name} is not a number in some trial" for name in not_numbers(columns)[:3]]
    if wrong:
        raise DamagedRunError(f"{path}: {'; '.join(wrong)}")
    return columns


def _decoded(content: bytes, n: int, path: Path) -> tuple[Columns, dict[str, str]]:
    """The columns of a file of ``n`` trials, and what it says about itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if file.metadata.num_rows != n:
            raise DamagedRunError(f"{path}: holds {file.metadata.num_rows:,} trials, {n:,} are wanted")
        refuse_bomb(file.metadata, path)
        table = file.read()
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        stated = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as problem:
        said = " ".join(str(problem).split())[:80]
        raise DamagedRunError(f"{path}: cannot be read as Parquet: {said}") from None
    return columns, stated


def refuse_bomb(metadata: Any, path: Path) -> None:
    """Numbers only, a bounded lot of them: a small file with huge content is refused before it is unpacked."""
    kinds = {metadata.schema.column(i).physical_type for i in range(metadata.num_columns)}
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    most = MOST_BYTES_PER_VALUE * metadata.num_columns * metadata.num_rows + SLACK_PER_COLUMN * metadata.num_columns
    if metadata.num_columns > MOST_COLUMNS or not kinds <= NUMBERS or unpacked > most:
        raise DamagedRunError(f"{path}: holds something else than columns of numbers")
