"""Harm of many kinds, done by hand to a run folder: functions by family, each with the name that must be told."""

import os
import shutil
import socket
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.outcome_columns import Columns
from sim.storage.atomic_files import fingerprint
from sim.storage.block_parquet import block_file, encoded, origin_of, read_block
from sim.storage.manifest import read_manifest
from tests.torture.folders import rewrite_manifest

Harm = Callable[[Path], str]
FIRST, SECOND, EXTRA = (block_file(index) for index in (0, 1, 3))
MANIFEST = "manifest.json"
HARMS: dict[str, list[Harm]] = {}


def harm(family: str, told: str) -> Callable[[Callable[[Path], object]], Harm]:
    """Enter a function of a run folder among the harms of ``family``, after which ``told`` must be told."""

    def entered(do: Callable[[Path], object]) -> Harm:
        @wraps(do)
        def done(folder: Path) -> str:
            do(folder)
            return told

        HARMS.setdefault(family, []).append(done)
        return done

    return entered


def agree(folder: Path, index: int, content: bytes) -> str:
    """Put a block there and make the manifest agree with it."""
    (folder / block_file(index)).write_bytes(content)
    rewrite_manifest(folder, lambda manifest: manifest["blocks"][index].update(fingerprint(content)))
    return block_file(index)


def columns_of(folder: Path) -> Columns:
    return read_block(folder, read_manifest(folder), 1)


BLOCKS = "blocks truncated, missing, twice, swapped"


@harm(BLOCKS, FIRST)
def truncated(folder: Path) -> None:
    (folder / FIRST).write_bytes((folder / FIRST).read_bytes()[:-5])


@harm(BLOCKS, FIRST)
def swapped(folder: Path) -> None:
    contents = [(folder / name).read_bytes() for name in (SECOND, FIRST)]
    for index, content in enumerate(contents):
        agree(folder, index, content)


harm(BLOCKS, SECOND)(lambda folder: (folder / SECOND).unlink())
harm(BLOCKS, FIRST)(lambda folder: shutil.rmtree(folder / "trials"))
harm(BLOCKS, EXTRA)(lambda folder: shutil.copy(folder / SECOND, folder / EXTRA))
harm(BLOCKS, "Copy of a block")(lambda folder: shutil.copy(folder / SECOND, folder / "trials/Copy of a block.PARQUET"))
harm(BLOCKS, MANIFEST)(lambda folder: rewrite_manifest(folder, lambda m: m["blocks"].__setitem__(1, m["blocks"][0])))


NO_FILES = "links, pipes, sockets, devices, folders as files"


def replaced(name: str, put: Callable[[Path], object]) -> Harm:
    """Something else in the place of a file."""
    return harm(NO_FILES, name)(lambda folder: ((folder / name).unlink(), put(folder / name)))


def linked(name: str) -> Harm:
    """A link to the file or folder itself, which lies elsewhere."""

    def link(folder: Path) -> None:
        (folder / name).rename(folder / "elsewhere")
        (folder / name).symlink_to(folder / "elsewhere")

    return harm(NO_FILES, name)(link)


def bind(place: Path) -> None:
    here = os.getcwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(place.name)
    finally:
        os.chdir(here)


linked_block, *_ = map(linked, (SECOND, "trials", MANIFEST))
piped_block, *_ = (replaced(name, os.mkfifo) for name in (SECOND, MANIFEST, "summary.json"))
for put in (Path.mkdir, bind, lambda place: place.symlink_to("/dev/zero")):
    replaced(SECOND, put)
harm(NO_FILES, "notes")(lambda folder: os.mkfifo(folder / "trials" / "notes"))
harm(NO_FILES, "block-00000009")(lambda folder: (folder / block_file(9)).symlink_to("/dev/zero"))


COLUMNS = "columns missing, retyped, reordered; NaN"


def with_columns(change: Callable[[Columns], object]) -> Harm:
    """Block 1 with other columns, written as Parley writes it."""

    def done(folder: Path) -> None:
        columns = columns_of(folder)
        change(columns)
        agree(folder, 1, encoded(columns, read_manifest(folder)["run"], 1))

    return harm(COLUMNS, SECOND)(done)


def not_a_number(columns: Columns) -> None:
    name = next(n for n, c in columns.items() if c.dtype.kind == "f" and n != "halt_mix" and not n.startswith("x_"))
    columns[name] = np.where(np.arange(len(columns[name])) == 3, np.nan, columns[name]).astype(columns[name].dtype)


column_missing = with_columns(lambda columns: columns.pop("durable_week"))
with_columns(lambda columns: columns.update(durable_week=columns["durable_week"].astype(np.float64)))
with_columns(lambda columns: columns.update(trial=columns.pop("trial")))  # in another order
with_columns(lambda columns: columns.update(trial=columns["trial"][::-1].copy()))
number_missing = with_columns(not_a_number)


def parquet(folder: Path, table: pa.Table) -> None:
    """Block 1 as any Parquet file that says of itself what a block of this run says."""
    origin = origin_of(read_manifest(folder)["run"], 1, columns_of(folder))
    stream = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(origin), stream, compression="zstd")
    agree(folder, 1, bytes(stream.getvalue()))


@harm(COLUMNS, SECOND)
def a_column_twice(folder: Path) -> None:
    columns = columns_of(folder)
    parquet(folder, pa.table([*columns.values(), columns["trial"]], names=[*columns, "trial"]))


@harm(COLUMNS, SECOND)
def nulls(folder: Path) -> None:
    columns = columns_of(folder)
    weeks = columns["durable_week"]
    parquet(folder, pa.table({**columns, "durable_week": pa.array([None, *weeks[1:].tolist()], str(weeks.dtype))}))


HUGE = "small files with huge content; no Parquet"
N_HUGE = 30_000_000


@harm(HUGE, SECOND)
def huge_text(folder: Path) -> None:
    columns = columns_of(folder)
    parquet(folder, pa.table({**columns, "text": ["x" * 1_000_000] * len(columns["trial"])}))


@harm(HUGE, SECOND)
def huge_count(folder: Path) -> None:
    parquet(folder, pa.table({"trial": np.zeros(N_HUGE, dtype=np.int64)}))


@harm(HUGE, MANIFEST)
def huge_and_agreed(folder: Path) -> None:
    huge_count(folder)
    rewrite_manifest(folder, lambda manifest: manifest["blocks"][1].update(n=N_HUGE))


harm(HUGE, SECOND)(lambda folder: os.truncate(folder / SECOND, 10**10))
harm(HUGE, SECOND)(lambda folder: agree(folder, 1, b"PAR1" + b"\0" * 2000 + b"PAR1"))


EDITED = "manifest edited, newer, nested, no object"


def edited(seed: str) -> Harm:
    """Other text in the place of the seed, the digest as it was."""

    def edit(folder: Path) -> None:
        path = folder / MANIFEST
        path.write_text(path.read_text().replace('"seed": 1', seed))

    return harm(EDITED, MANIFEST)(edit)


@harm(EDITED, "scenario.json")
def scenario_no_json(folder: Path) -> None:
    (folder / "scenario.json").write_bytes(b"[1, 2]")
    rewrite_manifest(folder, lambda m: m["files"]["scenario.json"].update(fingerprint(b"[1, 2]")))


for seed in ('"seed": 3', '"seed":  1', '"seed": 3,\n "seed": 1'):
    edited(seed)
harm(EDITED, "newer Parley")(lambda folder: rewrite_manifest(folder, lambda manifest: manifest.update(format=99)))
harm(EDITED, MANIFEST)(lambda folder: (folder / MANIFEST).write_text("[" * 50_000 + "]" * 50_000))
