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

from sim.errors import DamagedRunError, ResourceError
from sim.execution.blocks import Block
from sim.execution.request import Request
from sim.execution.run import limits_of
from sim.outcome_columns import Columns
from sim.storage.atomic_files import make_own_folder, read_regular, write_file
from sim.storage.block_parquet import decoded, encoded, not_as_stored, origin_of
from sim.storage.manifest import LARGEST_FILE

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
    """The block in a file, or None if it is damaged, another's, or holds values that no trial can have."""
    with suppress(DamagedRunError, ResourceError):
        columns, stated = decoded(read_regular(path, LARGEST_FILE), block.n, path)
        is_ours = stated == origin_of(request.inputs.run_id, block.index, columns)
        if is_ours and not not_as_stored(columns, block.first, block.n, limits_of(request.scenario)):
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
