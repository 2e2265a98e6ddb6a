"""Harm of many kinds, done by hand to a run folder: a function each, giving the name that must be told."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.storage.atomic_files import fingerprint
from sim.storage.block_parquet import block_file, encoded, origin_of, read_block
from sim.storage.manifest import read_manifest
from tests.torture.folders import rewrite_manifest

Harm = Callable[[Path], str]
FIRST, SECOND, EXTRA = (block_file(index) for index in (0, 1, 3))


def truncated(folder: Path) -> str:
    (folder / FIRST).write_bytes((folder / FIRST).read_bytes()[:-5])
    return FIRST


def missing(folder: Path) -> str:
    (folder / SECOND).unlink()
    return SECOND


def no_trials_at_all(folder: Path) -> str:
    shutil.rmtree(folder / "trials")
    return FIRST


def duplicated(folder: Path) -> str:
    shutil.copy(folder / SECOND, folder / EXTRA)
    return EXTRA


def duplicated_under_another_name(folder: Path) -> str:
    shutil.copy(folder / SECOND, folder / "trials" / "Copy of a block.PARQUET")
    return "Copy of a block"


def recorded_twice(folder: Path) -> str:
    rewrite_manifest(folder, lambda m: m["blocks"].__setitem__(1, m["blocks"][0]))
    return "manifest.json"


def swapped(folder: Path) -> str:
    contents = [(folder / name).read_bytes() for name in (SECOND, FIRST)]
    for index, content in enumerate(contents):
        agree(folder, index, content)
    return FIRST


def linked_block(folder: Path) -> str:
    (folder / SECOND).rename(folder / "elsewhere")
    (folder / SECOND).symlink_to(folder / "elsewhere")
    return SECOND


def linked_trials(folder: Path) -> str:
    (folder / "trials").rename(folder / "elsewhere")
    (folder / "trials").symlink_to("elsewhere")
    return "trials"


def linked_manifest(folder: Path) -> str:
    (folder / "manifest.json").rename(folder / "elsewhere")
    (folder / "manifest.json").symlink_to("elsewhere")
    return "manifest.json"


def stray_link(folder: Path) -> str:
    (folder / "trials" / "block-00000009.parquet").symlink_to("/dev/zero")
    return "block-00000009"


def piped(folder: Path, name: str) -> str:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    return name


def stray_pipe(folder: Path) -> str:
    os.mkfifo(folder / "trials" / "notes")
    return "notes"


def folder_as_block(folder: Path) -> str:
    (folder / SECOND).unlink()
    (folder / SECOND).mkdir()
    return SECOND


def socket_as_block(folder: Path) -> str:
    (folder / SECOND).unlink()
    here = os.getcwd()
    os.chdir(folder / "trials")
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(Path(SECOND).name)
    finally:
        os.chdir(here)
    return SECOND


def device_as_block(folder: Path) -> str:
    (folder / SECOND).unlink()
    (folder / SECOND).symlink_to("/dev/zero")
    return SECOND


def grown(folder: Path) -> str:
    os.truncate(folder / SECOND, 10**10)
    return SECOND


def newer(folder: Path) -> str:
    rewrite_manifest(folder, lambda manifest: manifest.update(format=99))
    return "newer Parley"


def edited(folder: Path) -> str:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 3'))
    return "manifest.json"


def one_space_more(folder: Path) -> str:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed":  1'))
    return "manifest.json"


def a_key_twice(folder: Path) -> str:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 3,\n "seed": 1'))
    return "manifest.json"


def deeply_nested(folder: Path) -> str:
    (folder / "manifest.json").write_text("[" * 50_000 + "]" * 50_000)
    return "manifest.json"


def agree(folder: Path, index: int, content: bytes) -> str:
    """Put a block there and make the manifest agree with it."""
    (folder / block_file(index)).write_bytes(content)
    rewrite_manifest(folder, lambda manifest: manifest["blocks"][index].update(fingerprint(content)))
    return block_file(index)


def with_columns(folder: Path, change: Callable[[dict[str, np.ndarray]], object]) -> str:
    """Block 1 with other columns, written as Parley writes it."""
    manifest = read_manifest(folder)
    columns = read_block(folder, manifest, 1)
    change(columns)
    return agree(folder, 1, encoded(columns, manifest["run"], 1))


def column_missing(folder: Path) -> str:
    return with_columns(folder, lambda columns: columns.pop("durable_week"))


def column_retyped(folder: Path) -> str:
    return with_columns(folder, lambda c: c.update(durable_week=c["durable_week"].astype(np.float64)))


def columns_in_another_order(folder: Path) -> str:
    return with_columns(folder, lambda c: c.update(trial=c.pop("trial")))


def not_a_number(folder: Path) -> str:
    def spoil(columns: dict[str, np.ndarray]) -> None:
        name = next(n for n, c in columns.items() if c.dtype.kind == "f" and n != "halt_mix" and not n.startswith("x_"))
        columns[name] = np.where(np.arange(len(columns[name])) == 3, np.nan, columns[name]).astype(columns[name].dtype)

    return with_columns(folder, spoil)


def trials_renumbered(folder: Path) -> str:
    return with_columns(folder, lambda c: c.update(trial=c["trial"][::-1].copy()))


def parquet(folder: Path, table: pa.Table) -> str:
    """Block 1 as any Parquet file that says of itself what a block of this run says."""
    manifest = read_manifest(folder)
    origin = origin_of(manifest["run"], 1, read_block(folder, manifest, 1))
    stream = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(origin), stream, compression="zstd")
    return agree(folder, 1, bytes(stream.getvalue()))


def huge_text(folder: Path) -> str:
    columns = read_block(folder, read_manifest(folder), 1)
    return parquet(folder, pa.table({**columns, "text": ["x" * 1_000_000] * len(columns["trial"])}))


def huge_count(folder: Path) -> str:
    return parquet(folder, pa.table({"trial": np.zeros(30_000_000, dtype=np.int64)}))


def huge_and_agreed(folder: Path) -> str:
    name = huge_count(folder)
    rewrite_manifest(folder, lambda manifest: manifest["blocks"][1].update(n=30_000_000))
    return name if not (folder / "manifest.json").exists() else "manifest.json"


def a_column_twice(folder: Path) -> str:
    columns = read_block(folder, read_manifest(folder), 1)
    arrays = [pa.array(column) for column in columns.values()]
    return parquet(folder, pa.table([*arrays, arrays[0]], names=[*columns, "trial"]))


def numbers_missing(folder: Path) -> str:
    columns = read_block(folder, read_manifest(folder), 1)
    arrays: dict[str, Any] = {name: pa.array(column) for name, column in columns.items()}
    arrays["durable_week"] = pa.array([None, *columns["durable_week"][1:].tolist()], arrays["durable_week"].type)
    return parquet(folder, pa.table(arrays))


def no_parquet(folder: Path) -> str:
    return agree(folder, 1, b"PAR1" + b"\0" * 2000 + b"PAR1")


def scenario_no_json(folder: Path) -> str:
    content = b"[1, 2]"
    (folder / "scenario.json").write_bytes(content)
    rewrite_manifest(folder, lambda manifest: manifest["files"]["scenario.json"].update(fingerprint(content)))
    return "scenario.json"


HARMS: dict[str, tuple[Harm, ...]] = {
    "blocks truncated, missing, twice, swapped": (
        truncated,
        missing,
        no_trials_at_all,
        duplicated,
        duplicated_under_another_name,
        recorded_twice,
        swapped,
    ),
    "links, pipes, sockets, devices, folders as files": (
        linked_block,
        linked_trials,
        linked_manifest,
        stray_link,
        partial(piped, name=SECOND),
        partial(piped, name="manifest.json"),
        partial(piped, name="summary.json"),
        stray_pipe,
        folder_as_block,
        socket_as_block,
        device_as_block,
    ),
    "columns missing, retyped, reordered; NaN": (
        column_missing,
        column_retyped,
        columns_in_another_order,
        not_a_number,
        trials_renumbered,
        a_column_twice,
        numbers_missing,
    ),
    "small files with huge content; no Parquet": (grown, huge_text, huge_count, huge_and_agreed, no_parquet),
    "manifest edited, newer, nested, no object": (
        newer,
        edited,
        one_space_more,
        a_key_twice,
        deeply_nested,
        scenario_no_json,
    ),
}
