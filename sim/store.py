"""Run folders: Parquet blocks and a manifest that says which of them are finished, and what they hold.

    DIR/manifest.json                    inputs, versions, and the digest of every other file
    DIR/scenario.json                    the resolved scenario
    DIR/trials/block-00000000.parquet    one row per trial, blocks in order
    DIR/summary.json                     what ``parley run --json`` prints

A block is finished when the manifest records its digest, never because a file is there, so an interrupted run goes on
where it stopped. Nothing in a folder says where it lies or depends on how many workers filled it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.atomic import LOCK, as_json, fingerprint, locked, now, part_of, read_regular, refuse, write_file
from sim.errors import DamagedRunError, ParleyError
from sim.origin import FORMAT, Inputs, commit, differences, digest_of

Columns = dict[str, NDArray[Any]]

MANIFEST, SCENARIO, SUMMARY, TRIALS = "manifest.json", "scenario.json", "summary.json", "trials"
LARGEST_MANIFEST = 64 * 2**20
MOST_COLUMNS = 1000
MOST_BYTES_PER_VALUE, SLACK_PER_COLUMN = 16, 65_536
NUMBERS = frozenset({"BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE"})


@dataclass(frozen=True)
class StoredRun:
    """A finished run folder, verified: what was run and what came out."""

    folder: Path
    manifest: dict[str, Any]
    scenario: dict[str, Any]
    summary: dict[str, Any]
    columns: Columns


class Writer:
    """The one writer of a run folder: ``with Writer(...) as writer`` holds the lock."""

    def __init__(
        self, folder: Path, inputs: Inputs, trials: int, precision: float | None = None, resume: bool = False
    ) -> None:
        self.folder, self.inputs, self.resume = folder, inputs, resume
        self.trials = trials
        self.asked = {"trials": trials, "precision": precision}
        self.manifest: dict[str, Any] = {}
        self._lock = locked(folder)

    def __enter__(self) -> Writer:
        refuse_foreign(self.folder)
        try:
            (self.folder / TRIALS).mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            refuse(problem, self.folder)
        self._lock.__enter__()
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.__exit__(None, None, None)

    def _open(self) -> None:
        if not (self.folder / MANIFEST).exists():
            self._begin()
            return
        self.manifest = read_manifest(self.folder)
        if not self.resume:
            raise ParleyError(
                f"{self.folder} already holds a run: add --resume to go on with it or show it, or name another --out"
            )
        if found := found_differences(self.folder, self.manifest, self.inputs):
            listed = "\n".join(f"  {line}" for line in found)
            raise DamagedRunError(f"{self.folder} holds another run:\n{listed}\nName another --out, or delete it.")
        self._ask_again()

    def _begin(self) -> None:
        self.manifest = {
            **self.inputs.record(),
            "asked": self.asked,
            "trials": 0,
            "state": "running",
            "commit": commit(),
            "started": now(),
            "finished": None,
            "files": {},
            "blocks": [],
        }
        self._put(SCENARIO, as_json(self.inputs.scenario))
        self._write_manifest()

    def _ask_again(self) -> None:
        """Take up another number of trials: more are computed, fewer refused; a block the old end cut is redone."""
        if self.asked == self.manifest["asked"]:
            return
        held, wanted, size = self.n_trials, self.trials, self.inputs.block_size
        if wanted < held:
            raise DamagedRunError(
                f"{self.folder} holds another run:\n  trials: {held:,} there, {wanted:,} now\nName another --out."
            )
        if wanted > held:
            self.manifest["blocks"] = [entry for entry in self.manifest["blocks"] if entry["n"] == size]
            self.manifest["files"].pop(SUMMARY, None)
            self.manifest.update(state="running", finished=None)
        self.manifest["asked"] = self.asked
        self._write_manifest()

    @property
    def is_finished(self) -> bool:
        return bool(self.manifest["state"] == "finished")

    @property
    def n_blocks(self) -> int:
        return len(self.manifest["blocks"])

    @property
    def n_trials(self) -> int:
        return sum(entry["n"] for entry in self.manifest["blocks"])

    def stored(self) -> Iterator[Columns]:
        """The finished blocks in order, each verified."""
        for index in range(self.n_blocks):
            yield read_block(self.folder, self.manifest, index)

    def add(self, index: int, columns: Columns) -> None:
        """Store the next block."""
        if index != self.n_blocks:
            raise ValueError(f"block {self.n_blocks} is next, {index} came")
        content = encoded(columns, self.inputs.run_id, index)
        write_file(self.folder / block_file(index), content)
        entry = {"file": block_file(index), "n": len(columns["trial"]), **fingerprint(content)}
        self.manifest["blocks"].append(entry)
        self._write_manifest()

    def finish(self, summary: dict[str, Any]) -> None:
        """Record the summary and that nothing is missing; what an interruption left behind goes."""
        if self.is_finished:
            return
        self._put(SUMMARY, as_json(summary))
        self.manifest.update(state="finished", finished=now())
        self._write_manifest()
        recorded = {entry["file"].rpartition("/")[2] for entry in self.manifest["blocks"]}
        for path in (self.folder / TRIALS).iterdir():
            if re.fullmatch(r"\.?block-\d{8}\.parquet(\.part)?", path.name) and path.name not in recorded:
                with suppress(OSError):
                    path.unlink()

    def _put(self, name: str, content: bytes) -> None:
        write_file(self.folder / name, content)
        self.manifest["files"][name] = fingerprint(content)

    def _write_manifest(self) -> None:
        self.manifest["trials"] = self.n_trials
        self.manifest.pop("digest", None)
        self.manifest["digest"] = digest_of(self.manifest)
        write_file(self.folder / MANIFEST, as_json(self.manifest))


def refuse_foreign(folder: Path) -> None:
    """Never write into something that is no run folder: a file, or a folder with other things in it."""
    try:
        if not folder.is_dir():
            blocker = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), None)
            if blocker is not None and not blocker.is_dir():
                raise ParleyError(f"{folder}: {blocker} is a file, a folder is wanted for --out")
        elif not (folder / MANIFEST).exists():
            # What a run leaves behind that was ended before its first manifest.
            beginnings = {LOCK, TRIALS, SCENARIO, part_of(folder / SCENARIO).name, part_of(folder / MANIFEST).name}
            inside = {entry.name for entry in folder.iterdir()}
            begun = TRIALS in inside and inside <= beginnings and not any((folder / TRIALS).iterdir())
            if inside and not begun:
                raise ParleyError(f"{folder}: is not empty and holds no run of Parley, name another --out")
    except OSError as problem:
        refuse(problem, folder)


def found_differences(folder: Path, manifest: Mapping[str, Any], inputs: Inputs) -> list[str]:
    """What sets the run in ``folder`` apart from ``inputs``, in words; empty if it may be continued."""
    stored = json.loads(read_recorded(folder, SCENARIO, manifest["files"][SCENARIO]))
    return differences(manifest, stored, inputs)


def holds_other_run(folder: Path, inputs: Inputs, trials: int, precision: float | None) -> bool:
    """Whether ``inputs`` would need another folder: this one holds other things than the same run or its beginning."""
    try:
        refuse_foreign(folder)
        if not (folder / MANIFEST).exists():
            return False
        manifest = read_manifest(folder)
        return manifest["asked"] != {"trials": trials, "precision": precision} or bool(
            found_differences(folder, manifest, inputs)
        )
    except (ParleyError, KeyError):
        return True


def numbered(folder: Path, number: int) -> Path:
    """``results/x`` for number 1, then ``results/x-2`` and so on."""
    return folder if number == 1 else folder.with_name(f"{folder.name}-{number}")


# -- one block -------------------------------------------------------------------------------------


def block_file(index: int) -> str:
    return f"{TRIALS}/block-{index:08d}.parquet"


def columns_digest(columns: Columns) -> str:
    """Digest of names, types and values, whatever file they are in."""
    found = sha256()
    for name, column in columns.items():
        found.update(f"{name}:{column.dtype.str}:{len(column)}\0".encode() + np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


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
    """One block, verified: bytes, page checksums, origin, number and order of its trials."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    entry, path = manifest["blocks"][index], folder / block_file(index)
    if entry["file"] != block_file(index):
        raise DamagedRunError(f"{folder / MANIFEST}: block {index} is recorded as {str(entry['file'])[:60]!r}")
    content = read_recorded(folder, block_file(index), entry)
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if file.metadata.num_rows != entry["n"]:
            raise DamagedRunError(f"{path}: holds {file.metadata.num_rows:,} trials, {entry['n']:,} are wanted")
        refuse_bomb(file.metadata, path)
        table = file.read()
    except (pa.ArrowException, OSError) as problem:
        raise DamagedRunError(f"{path}: cannot be read as Parquet: {str(problem)[:80]}") from None
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    stated = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if stated != origin_of(manifest["run"], index, columns):
        raise DamagedRunError(f"{path}: belongs to another run or another place")
    first = index * manifest["block_size"]
    if not np.array_equal(columns.get("trial", []), np.arange(first, first + entry["n"])):
        raise DamagedRunError(f"{path}: its trials are not {first} to {first + entry['n'] - 1}")
    return columns


def refuse_bomb(metadata: Any, path: Path) -> None:
    """Numbers only, a bounded lot of them: a small file with huge content is refused before it is unpacked."""
    kinds = {metadata.schema.column(i).physical_type for i in range(metadata.num_columns)}
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    most = MOST_BYTES_PER_VALUE * metadata.num_columns * metadata.num_rows + SLACK_PER_COLUMN * metadata.num_columns
    if metadata.num_columns > MOST_COLUMNS or not kinds <= NUMBERS or unpacked > most:
        raise DamagedRunError(f"{path}: holds something else than columns of numbers")


# -- reading ---------------------------------------------------------------------------------------


def read_run(folder: str | os.PathLike[str]) -> StoredRun:
    """A finished run, every file verified; DamagedRunError names the file that is not as it was written."""
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest["state"] != "finished":
        raise DamagedRunError(f"{place}: is unfinished: go on with --resume and the same --out")
    for path in strangers(place, manifest):
        raise DamagedRunError(f"{path}: does not belong to this run")
    texts = {name: read_recorded(place, name, manifest["files"][name]) for name in (SCENARIO, SUMMARY)}
    parts = [read_block(place, manifest, index) for index in range(len(manifest["blocks"]))]
    if any(part.keys() != parts[0].keys() for part in parts):
        raise DamagedRunError(f"{place / TRIALS}: its blocks do not have the same columns")
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return StoredRun(place, manifest, json.loads(texts[SCENARIO]), json.loads(texts[SUMMARY]), columns)


def strangers(folder: Path, manifest: Mapping[str, Any]) -> list[Path]:
    """Parquet files among the trials that the manifest does not record."""
    recorded = {entry["file"].rpartition("/")[2] for entry in manifest["blocks"]}
    found = sorted((folder / TRIALS).glob("*.parquet"))
    return [path for path in found if path.name not in recorded and not re.search("summary|series", path.name)]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, if it is whole and of a format that this version reads."""
    path = folder / MANIFEST
    if not os.path.lexists(path):
        raise ParleyError(f"{folder}: holds no run of Parley (no {MANIFEST})")
    content = read_regular(path, LARGEST_MANIFEST)
    try:
        manifest = json.loads(content)
        if manifest["format"] > FORMAT:
            raise DamagedRunError(f"{path}: was written by a newer Parley (format {manifest['format']}, not {FORMAT})")
        is_whole = manifest.pop("digest") == digest_of(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise DamagedRunError(f"{path}: is damaged or was edited (its digest does not fit)")
    return dict(manifest)


def read_recorded(folder: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    """Content of a file that the manifest records, if it is still what was written."""
    content = read_regular(folder / name, int(entry["bytes"]))
    if fingerprint(content) != {"bytes": entry["bytes"], "sha256": entry["sha256"]}:
        raise DamagedRunError(f"{folder / name}: is damaged (its digest does not fit)")
    return content
