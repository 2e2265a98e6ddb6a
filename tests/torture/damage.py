"""Damage by hand: every kind is found, named and answered with exit 3, and nothing damaged is ever read as a result."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.atomic import fingerprint
from sim.block_files import block_file, encoded, origin_of, read_block
from sim.errors import DamagedRunError
from sim.experiment.kept import verify
from sim.experiment.run import open_run
from sim.manifest import read_manifest
from tests.torture.folders import Row, Small, rewrite_manifest, same_columns

MOST_SECONDS = 10
JSON_FILES = ("manifest.json", "scenario.json", "summary.json")


@contextmanager
def in_time(seconds: int = MOST_SECONDS) -> Iterator[None]:
    """Fail instead of hanging, as a pipe posing as a file would make a careless reader."""

    def ring(number: int, frame: FrameType | None) -> NoReturn:
        raise TimeoutError(f"it hung for {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def is_found(folder: Path, name: str) -> str:
    """Empty if ``verify`` and reading both name the file; else what happened instead."""
    try:
        with in_time():
            told = verify(folder)
            if not any(name in line for line in told):
                return f"verify said {told}"
            try:
                open_run(folder)
            except DamagedRunError as problem:
                return "" if name in str(problem) or len(told) > 1 else f"reading said {problem}"
            return "it was read as if whole"
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def flipped_bits(small: Small, name: str, n: int | None = None) -> Row:
    """One bit at a time: every bit of the file, or ``n`` of them spread over all of it."""
    row = Row(f"one flipped bit: {name.rpartition('/')[2]}")
    path = small.folder / name
    whole = path.read_bytes()
    for place in spread(8 * len(whole), n):
        path.write_bytes(with_flip(whole, place))
        row.tried += 1
        if wrong := is_found(small.folder, path.name):
            row.expect(False, f"bit {place}: {wrong}")
    path.write_bytes(whole)
    return row


def spread(n_bits: int, n: int | None) -> list[int]:
    luck = random.Random(7)
    if n is None or n >= n_bits:
        return list(range(n_bits))
    return [luck.randrange(n_bits * at // n, n_bits * (at + 1) // n) for at in range(n)]


def with_flip(content: bytes, place: int) -> bytes:
    return content[: place // 8] + bytes([content[place // 8] ^ 1 << place % 8]) + content[place // 8 + 1 :]


def flipped_under_a_mended_digest(small: Small, n: int) -> Row:
    """The manifest is made to agree with the flip: what is inside the block must tell, or its trials be untouched."""
    row = Row("one flipped bit, manifest made to agree")
    path, manifest = small.folder / block_file(0), read_manifest(small.folder)
    whole, entry = path.read_bytes(), manifest["blocks"][0]
    for place in spread(8 * len(whole), n):
        content = with_flip(whole, place)
        path.write_bytes(content)
        agreeing = {**manifest, "blocks": [{**entry, **fingerprint(content)}, *manifest["blocks"][1:]]}
        row.tried += 1
        try:
            with in_time():
                found = read_block(small.folder, agreeing, 0)
            row.expect(same_columns(found, small.parts[0]), f"bit {place}: other trials were believed")
        except DamagedRunError:
            row.measured["told by what is inside"] = row.measured.get("told by what is inside", 0) + 1
        except Exception as problem:
            row.expect(False, f"bit {place}: {type(problem).__name__}: {problem}")
    path.write_bytes(whole)
    return row


def cut_files(small: Small, n: int) -> Row:
    """Each file cut to ``n`` lengths, its last byte missing among them."""
    row = Row("files cut short")
    for name in (*JSON_FILES, block_file(1)):
        path = small.folder / name
        whole = path.read_bytes()
        for length in sorted({len(whole) * at // n for at in range(n)} | {len(whole) - 1}):
            path.write_bytes(whole[:length])
            row.tried += 1
            if wrong := is_found(small.folder, path.name):
                row.expect(False, f"{name} at {length}: {wrong}")
        path.write_bytes(whole)
    return row


def forged_manifests(small: Small, stride: int = 1) -> Row:
    """Every part of the manifest gone, or of another type, or absurd, with a digest that fits: words, never a crash."""
    row = Row("manifest edited, its digest made to fit")
    manifest = read_manifest(small.folder)
    whole = (small.folder / "manifest.json").read_bytes()
    others: tuple[Any, ...] = (None, -1, 10**18, True, 1.5, "x", [], {}, [[]], {"x": {}})
    tries = [(path, other) for path in paths_in(manifest) for other in ("gone", *others)]
    for path, other in tries[::stride]:
        rewrite_manifest(small.folder, partial(put, path=path, value=other))
        row.tried += 1
        wrong = is_answered(small)
        row.expect(not wrong, f"{'.'.join(map(str, path))} = {other!r}: {wrong}")
        (small.folder / "manifest.json").write_bytes(whole)
    return row


def paths_in(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every part of a JSON value lies; of many alike only the first."""
    if above:
        yield above
    if isinstance(value, dict):
        for key in list(value)[:12] if above == ("columns",) else value:
            yield from paths_in(value[key], (*above, key))
    elif isinstance(value, list) and value:
        yield from paths_in(value[0], (*above, 0))


def put(manifest: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    inner: Any = manifest
    for part in path[:-1]:
        inner = inner[part]
    if value == "gone":
        del inner[path[-1]]
    else:
        inner[path[-1]] = value


def is_answered(small: Small) -> str:
    """Empty if a forged folder is refused with exit 3, or gives the very trials that were stored."""
    try:
        with in_time():
            verify(small.folder)
            found = open_run(small.folder).columns
        whole = {name: np.concatenate([part[name] for part in small.parts]) for name in small.parts[0]}
        return "" if same_columns(found, whole) else "other trials were believed"
    except DamagedRunError:
        return ""
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


# -- harm of many kinds: a function each, giving the name that must be told ---------------------------

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


def harmed(small: Small, words: str) -> Row:
    """Each harm of one kind, done to a fresh copy."""
    row = Row(words)
    for harm in HARMS[words]:
        folder = Path(shutil.copytree(small.folder, small.place / "harmed"))
        name = Path(harm(folder)).name
        row.tried += 1
        wrong = is_found(folder, name)
        row.expect(not wrong, f"{getattr(harm, '__name__', 'piped')}: {wrong}")
        shutil.rmtree(folder)
    return row


def foreign(small: Small) -> Row:
    """A block of another run, with a manifest that agrees."""
    row = Row("blocks of another run")
    other = Small(small.place, small.trials, small.block, seed=2)
    for index in range(len(small.parts)):
        folder = Path(shutil.copytree(small.folder, small.place / "harmed"))
        name = agree(folder, index, (other.folder / block_file(index)).read_bytes())
        row.tried += 1
        wrong = is_found(folder, Path(name).name)
        row.expect(not wrong, f"block {index}: {wrong}")
        shutil.rmtree(folder)
    return row
