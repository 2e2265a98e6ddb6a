"""Finished blocks that cannot stand in a run folder yet, because one before them is missing.

    DIR/waiting/block-00000007.parquet

Nothing refers to them: each says in itself which run and place it belongs to, with a digest of its columns, and one
that does not hold is computed again. A run folder that is finished has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from sim.atomic import make_own_folder, read_regular, write_file
from sim.block_files import Columns, encoded, origin_of, refuse_bomb
from sim.errors import ParleyError
from sim.experiment.blocks import Block
from sim.experiment.request import Request
from sim.manifest import LARGEST_FILE

WAITING = "waiting"


def found(request: Request) -> Iterator[tuple[int, Path]]:
    """Number and file of each block that waits in the request's folder; they are not believed yet."""
    if request.folder is None or (request.folder / WAITING).is_symlink():
        return
    for path in sorted((request.folder / WAITING).glob("block-*.parquet")):
        name = re.fullmatch(r"block-(\d{8})\.parquet", path.name)
        first = int(name[1]) * request.block if name else request.trials
        if name and first < request.trials:
            block = Block(int(name[1]), first, min(request.block, request.trials - first))
            if read(request, block, path) is not None:
                yield block.index, path


def put(request: Request, block: Block, columns: Columns) -> None:
    """Put a block aside; without a folder it is lost."""
    if request.folder is not None:
        make_own_folder(request.folder / WAITING)
        content = encoded(columns, request.inputs.run_id, block.index)
        write_file(_path(request.folder, block.index), content, in_own_folder=True)


def read(request: Request, block: Block, path: Path) -> Columns | None:
    """The block in a file, or None if it is damaged or another's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with suppress(pa.ArrowException, OSError, ValueError, KeyError, UnicodeDecodeError, ParleyError):
        content = read_regular(path, LARGEST_FILE)
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
            refuse_bomb(file.metadata, path)
            table = file.read()
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        stated = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        is_whole = np.array_equal(columns["trial"], np.arange(block.first, block.first + block.n))
        if is_whole and stated == origin_of(request.inputs.run_id, block.index, columns):
            return columns
    return None


def clear(request: Request) -> None:
    """The run has all its blocks: what is left goes."""
    if request.folder is None or (request.folder / WAITING).is_symlink():
        return
    with suppress(OSError):
        for path in (request.folder / WAITING).glob("block-*.parquet"):
            path.unlink()
        (request.folder / WAITING).rmdir()


def _path(folder: Path, index: int) -> Path:
    return folder / WAITING / f"block-{index:08d}.parquet"
