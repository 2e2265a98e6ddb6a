"""Damage by hand: every kind is found, named and answered with exit 3, and nothing damaged is ever read as a result."""

import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from sim.errors import DamagedRunError
from sim.results.inventory import verify
from sim.results.run import open_run
from sim.storage.atomic_files import fingerprint
from sim.storage.block_parquet import block_file, read_block
from sim.storage.manifest import read_manifest
from tests.torture.fault_injection import HARMS, agree
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
        row.meet(is_found(small.folder, path.name), f"bit {place}")
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
            row.add("told by what is inside")
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
            row.meet(is_found(small.folder, path.name), f"{name} at {length}")
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
        row.meet(is_answered(small), f"{'.'.join(map(str, path))} = {other!r}")
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


def harmed(small: Small, words: str) -> Row:
    return _each_found(small, words, HARMS[words])


def foreign(small: Small) -> Row:
    """A block of another run, with a manifest that agrees."""
    other = Small(small.place, small.trials, small.block, seed=2)
    blocks = ((index, (other.folder / block_file(index)).read_bytes()) for index in range(len(small.parts)))
    return _each_found(small, "blocks of another run", [partial(agree, index=n, content=block) for n, block in blocks])


def _each_found(small: Small, words: str, harms: Sequence[Callable[[Path], str]]) -> Row:
    row = Row(words)
    for number, harm in enumerate(harms):
        folder = Path(shutil.copytree(small.folder, small.place / "harmed"))
        row.meet(is_found(folder, Path(harm(folder)).name), f"harm {number}")
        shutil.rmtree(folder)
    return row
