"""Run folders: Parquet blocks and a manifest that says which of them are finished, and what they hold.

    DIR/manifest.json                    inputs, versions, and the digest of every other file
    DIR/scenario.json                    the resolved scenario
    DIR/data/posterior.csv               each table that it draws from, or that it is shown beside
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
from pathlib import Path
from typing import Any

from sim.errors import DamagedRunError, ParleyError, ResourceError
from sim.outcome_columns import NOUGHT_BEFORE, Columns, Limits, as_counted_now, empty
from sim.storage import atomic_files
from sim.storage.atomic_files import (
    LOCK,
    as_json,
    fingerprint,
    locked,
    make_own_folder,
    now,
    part_of,
    read_recorded,
    refuse,
    write_file,
)
from sim.storage.block_parquet import TRIALS, block_file, encoded, give_back, kinds_of, lacking, read_block
from sim.storage.manifest import DATA, MANIFEST, SCENARIO, SUMMARY, read_manifest
from sim.storage.provenance import Inputs, commit, differences, digest_of
from sim.storage.stored_columns import StoredColumns


@dataclass(frozen=True)
class StoredRun:
    """Hold a finished run folder: what was run and what came out; ``verified`` once before its columns are believed."""

    folder: Path
    manifest: dict[str, Any]
    scenario: dict[str, Any]
    summary: dict[str, Any]

    def verified(self) -> Iterator[Columns]:
        """Return the blocks in order, each verified."""
        blocks = verified_blocks(self.folder, self.manifest, self.scenario)
        return map(as_counted_now, blocks) if lacking(self.manifest) else blocks

    @property
    def columns(self) -> StoredColumns:
        """Return columns to be read from the blocks when they are asked for."""
        kinds, lacks = kinds_of(empty(0, tuple(self.scenario["issues"]))), lacking(self.manifest) - NOUGHT_BEFORE
        return StoredColumns(
            self.folder, self.manifest, {name: kind for name, kind in kinds.items() if name not in lacks}
        )


class Writer:
    """Write a run folder, alone: ``with Writer(...) as writer`` holds the lock."""

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
        make_own_folder(self.folder / TRIALS)
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
        if self.inputs.tables:
            make_own_folder(self.folder / DATA)
        for name, content in self.inputs.tables.items():
            self._put(f"{DATA}/{name}", content)
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
        """Return whether the run is finished."""
        return bool(self.manifest["state"] == "finished")

    @property
    def n_blocks(self) -> int:
        """Return how many blocks are stored."""
        return len(self.manifest["blocks"])

    @property
    def n_trials(self) -> int:
        """Return how many trials are stored."""
        return sum(entry["n"] for entry in self.manifest["blocks"])

    def stored(self) -> Iterator[Columns]:
        """Return the finished blocks in order, each verified."""
        return verified_blocks(self.folder, self.manifest, self.inputs.scenario)

    @property
    def columns(self) -> StoredColumns:
        """Return columns to be read from the finished blocks when they are asked for."""
        return StoredColumns(self.folder, self.manifest, self.manifest["columns"])

    def add(self, index: int, columns: Columns) -> None:
        """Store the next block."""
        if index != self.n_blocks:
            raise ValueError(f"expected block {self.n_blocks}, got {index}")
        self.manifest.setdefault("columns", kinds_of(columns))
        content = encoded(columns, self.inputs.run_id, index)
        write_file(self.folder / block_file(index), content, in_own_folder=True)
        entry = {"file": block_file(index), "n": len(columns["trial"]), **fingerprint(content)}
        self.manifest["blocks"].append(entry)
        self._write_manifest()

    def summary(self) -> dict[str, Any]:
        """Return the summary of a finished run."""
        content = read_recorded(self.folder, SUMMARY, self.manifest["files"][SUMMARY])
        return as_object(content, self.folder / SUMMARY)

    def finish(self, summary: dict[str, Any]) -> None:
        """Record the summary and that nothing is missing; what an interruption left behind goes first."""
        if self.is_finished:
            return
        recorded = {entry["file"].rpartition("/")[2] for entry in self.manifest["blocks"]}
        for path in inside(self.folder / TRIALS):
            if re.fullmatch(r"\.?block-\d{8}\.parquet(\.part)?", path.name) and path.name not in recorded:
                with suppress(OSError):
                    path.unlink()
        self._put(SUMMARY, as_json(summary))
        self.manifest.update(state="finished", finished=now())
        self._write_manifest()

    def _put(self, name: str, content: bytes) -> None:
        write_file(self.folder / name, content, in_own_folder=name.startswith(f"{DATA}/"))
        self.manifest["files"][name] = fingerprint(content)

    def _write_manifest(self) -> None:
        self.manifest["trials"] = self.n_trials
        self.manifest.pop("digest", None)
        self.manifest["digest"] = digest_of(self.manifest)
        write_file(self.folder / MANIFEST, as_json(self.manifest))


def refuse_linked(folder: Path) -> None:
    """Refuse trials that lie behind a link: it is not moved with the run folder, and may lead anywhere."""
    atomic_files.refuse_linked(folder / TRIALS)


def inside(folder: Path) -> list[Path]:
    """Return what lies in a folder, by name; nothing if there is no such folder."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as problem:
        raise ResourceError(f"{folder}: cannot be read: {(problem.strerror or str(problem)).lower()}") from None


def refuse_foreign(folder: Path) -> None:
    """Refuse to write into something that is no run folder: a file, or a folder with other things in it."""
    try:
        if not folder.is_dir():
            blocker = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), None)
            if blocker is not None and not blocker.is_dir():
                raise ParleyError(f"{folder}: {blocker} is a file, a folder is wanted for --out")
        elif not (folder / MANIFEST).exists():
            # What a run leaves behind that was ended before its first manifest.
            beginnings = {
                LOCK,
                TRIALS,
                DATA,
                SCENARIO,
                part_of(folder / SCENARIO).name,
                part_of(folder / MANIFEST).name,
            }
            there = {entry.name for entry in folder.iterdir()}
            begun = TRIALS in there and there <= beginnings and not any((folder / TRIALS).iterdir())
            if there and not begun:
                raise ParleyError(f"{folder}: is not empty and holds no run of Parley, name another --out")
    except OSError as problem:
        refuse(problem, folder)


def found_differences(folder: Path, manifest: Mapping[str, Any], inputs: Inputs) -> list[str]:
    """Return what sets the run in ``folder`` apart from ``inputs``, in words; empty if it may be continued."""
    stored = as_object(read_recorded(folder, SCENARIO, manifest["files"][SCENARIO]), folder / SCENARIO)
    return differences(manifest, stored, inputs)


def holds_other_run(folder: Path, inputs: Inputs, trials: int, precision: float | None) -> bool:
    """Return whether ``inputs`` would need another folder.

    This one holds other things than the same run or its beginning.
    """
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
    """Return ``results/x`` for number 1, then ``results/x-2`` and so on."""
    return folder if number == 1 else folder.with_name(f"{folder.name}-{number}")


# -- reading ---------------------------------------------------------------------------------------


def verified_blocks(folder: Path, manifest: Mapping[str, Any], scenario: Mapping[str, Any]) -> Iterator[Columns]:
    """Yield the blocks that a manifest records in order, each verified."""
    limits = limits_of(scenario, folder)
    for index in range(len(manifest["blocks"])):
        yield read_block(folder, manifest, index, limits)
        give_back(index)


def read_run(folder: str | os.PathLike[str]) -> StoredRun:
    """Return a finished run, all but its blocks verified.

    DamagedRunError names the file that is not as it was written.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest["state"] != "finished":
        raise DamagedRunError(f"{place}: is unfinished: go on with --resume and the same --out")
    refuse_linked(place)
    for path in strangers(place, manifest):
        raise DamagedRunError(f"{path}: does not belong to this run")
    texts = {name: read_recorded(place, name, manifest["files"][name]) for name in (SCENARIO, SUMMARY)}
    scenario, summary = (as_object(texts[name], place / name) for name in (SCENARIO, SUMMARY))
    return StoredRun(place, manifest, scenario, summary)


def as_object(content: bytes, path: Path) -> dict[str, Any]:
    """Return the JSON object in a file of a run folder; DamagedRunError if there is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DamagedRunError(f"{path}: is damaged (it holds no JSON object)")
    return found


def limits_of(scenario: Mapping[str, Any], folder: Path) -> Limits:
    """Return what the columns of the trials may hold; DamagedRunError if ``scenario`` (plain JSON) does not say."""
    try:
        return Limits.of(scenario)
    except (KeyError, TypeError, AttributeError):
        raise DamagedRunError(f"{folder / SCENARIO}: is damaged (it holds no scenario)") from None


def strangers(folder: Path, manifest: Mapping[str, Any]) -> list[Path]:
    """Return what does not belong among the trials: unrecorded Parquet files, and whatever is no plain file.

    In an unfinished run the next block may be there already: it is not believed, and will be written again.
    """
    known = {entry["file"].rpartition("/")[2] for entry in manifest["blocks"]}
    if manifest["state"] != "finished":
        known.add(block_file(len(manifest["blocks"])).rpartition("/")[2])
    found = [path for path in inside(folder / TRIALS) if path.name not in known]
    is_one = re.compile(r"\.(parquet|parq|pq)$", re.IGNORECASE).search
    return [path for path in found if is_one(path.name) or path.is_symlink() or not path.is_file()]
