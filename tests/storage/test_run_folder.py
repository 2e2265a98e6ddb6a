"""Run folders: whole at every moment, the same bytes for the same run, and damage found and named."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.errors import BusyError, DamagedRunError, ParleyError, ResourceError
from sim.execution.request import Request
from sim.execution.run import run
from sim.results.run import open_run
from sim.storage import atomic_files, run_folder
from sim.storage.atomic_files import locked, write_file
from tests.factories import changed

TRIALS, BLOCK = 200, 64


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, minimal: sim.Scenario) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "finished"
    run(minimal, trials=TRIALS, block=BLOCK, out=folder, workers=1)
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "trials").iterdir())}


def manifest_of(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def rewrite_manifest(folder: Path, change: Callable[[dict], None]) -> None:
    """Change the manifest and make its digest fit again, as a careful forger would."""
    manifest = manifest_of(folder)
    del manifest["digest"]
    change(manifest)
    manifest["digest"] = run_folder.digest_of(manifest)
    (folder / "manifest.json").write_bytes(atomic_files.as_json(manifest))


# -- round trip --------------------------------------------------------------------------------------


def test_a_run_reads_back_as_it_was(finished: Path, minimal: sim.Scenario) -> None:
    fresh, stored = run(minimal, trials=TRIALS), open_run(finished)
    assert stored.scenario == minimal
    assert stored.seed == 1
    assert stored.summary == {**fresh.summary, "scenario": stored.name}
    assert stored.odds("durable", 365) == fresh.odds("durable", 365)
    for name, column in fresh.columns.items():
        assert stored.columns[name].dtype == column.dtype
        np.testing.assert_array_equal(stored.columns[name], column)


def test_blocks_are_plain_parquet_in_order(finished: Path) -> None:
    names = [f"block-{n:08d}.parquet" for n in range(4)]
    assert list(files_of(finished)) == names
    assert [pq.read_metadata(finished / "trials" / name).num_rows for name in names] == [64, 64, 64, 8]


def test_the_manifest_says_where_the_run_comes_from(finished: Path) -> None:
    manifest = manifest_of(finished)
    assert manifest["state"] == "finished"
    assert manifest["bit_generator"] == "Philox4x64-10"
    assert manifest["trials"] == TRIALS
    assert {"parley", "python", "numpy", "scipy", "mesa"} <= manifest["versions"].keys()
    assert str(finished.parent) not in (finished / "manifest.json").read_text()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_workers_writes_the_same_bytes(
    finished: Path, tmp_path: Path, minimal: sim.Scenario, workers: int
) -> None:
    run(minimal, trials=TRIALS, block=BLOCK, out=tmp_path / "again", workers=workers)
    assert files_of(tmp_path / "again") == files_of(finished)


def test_a_moved_folder_still_reads(copy: Path, tmp_path: Path) -> None:
    moved = copy.rename(tmp_path / "elsewhere")
    assert open_run(moved).n_trials == TRIALS


# -- going on ----------------------------------------------------------------------------------------


class Stopped(Exception):
    pass


def stop_after(blocks: int) -> Callable[[str, int, int], None]:
    def progress(name: str, done: int, wanted: int) -> None:
        if done >= blocks * BLOCK:
            raise Stopped

    return progress


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_an_interrupted_run_goes_on_where_it_stopped(
    finished: Path, tmp_path: Path, minimal: sim.Scenario, blocks: int
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Stopped):
        run(minimal, trials=TRIALS, block=BLOCK, out=folder, workers=1, progress=stop_after(blocks))
    assert not (folder / ".lock").exists()
    with pytest.raises(DamagedRunError, match="unfinished"):
        open_run(folder)
    first = (folder / "trials" / "block-00000000.parquet").stat().st_mtime_ns
    run(minimal, trials=TRIALS, block=BLOCK, out=folder, resume=True)
    assert files_of(folder) == files_of(finished)
    assert (folder / "trials" / "block-00000000.parquet").stat().st_mtime_ns == first


def test_a_block_without_a_record_is_not_believed(finished: Path, tmp_path: Path, minimal: sim.Scenario) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Stopped):
        run(minimal, trials=TRIALS, block=BLOCK, out=folder, workers=1, progress=stop_after(1))
    (folder / "trials" / "block-00000001.parquet").write_bytes(b"half a block")
    (folder / "trials" / ".block-00000002.parquet.part").write_bytes(b"less")
    run(minimal, trials=TRIALS, block=BLOCK, out=folder, resume=True)
    assert files_of(folder) == files_of(finished)


def test_a_finished_run_is_shown_again_and_left_alone(copy: Path, minimal: sim.Scenario) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    again = run(minimal, trials=TRIALS, block=BLOCK, out=copy, resume=True)
    assert again.n_trials == TRIALS
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_more_trials_continue_a_finished_run(copy: Path, tmp_path: Path, minimal: sim.Scenario) -> None:
    run(minimal, trials=400, block=BLOCK, out=copy, resume=True)
    run(minimal, trials=400, block=BLOCK, out=tmp_path / "long", workers=1)
    assert files_of(copy) == files_of(tmp_path / "long")
    assert open_run(copy).n_trials == 400


def test_resume_on_an_empty_or_missing_folder_starts(tmp_path: Path, minimal: sim.Scenario) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing"):
        assert run(minimal, trials=64, out=tmp_path / name, resume=True).n_trials == 64


def test_without_resume_a_run_is_not_overwritten(copy: Path, minimal: sim.Scenario) -> None:
    with pytest.raises(ParleyError, match="already holds a run") as caught:
        run(minimal, trials=TRIALS, block=BLOCK, out=copy)
    assert caught.value.exit_code == 2


def test_another_run_is_refused_with_its_differences(copy: Path, minimal: sim.Scenario) -> None:
    other = changed(minimal, **{"war.learning": 0.3})
    with pytest.raises(DamagedRunError) as caught:
        run(other, trials=TRIALS, block=BLOCK, seed=2, out=copy, resume=True)
    assert "seed: 1 there, 2 now" in str(caught.value)
    assert "scenario war.learning.value: 0.02 there, 0.3 now" in str(caught.value)
    with pytest.raises(DamagedRunError, match="trials: 200 there, 100 now"):
        run(minimal, trials=100, block=BLOCK, out=copy, resume=True)


def test_another_engine_or_package_is_refused(copy: Path, minimal: sim.Scenario) -> None:
    def older(manifest: dict) -> None:
        manifest["engine"] = "0" * 16
        manifest["versions"]["numpy"] = "1.0"

    rewrite_manifest(copy, older)
    with pytest.raises(DamagedRunError, match=r"(?s)engine: .*versions numpy: \"1.0\" there"):
        run(minimal, trials=TRIALS, block=BLOCK, out=copy, resume=True)


@pytest.mark.parametrize("content", ["notes.txt", "manifest.txt", "trials/notes.parquet"])
def test_a_foreign_folder_is_refused_and_untouched(tmp_path: Path, minimal: sim.Scenario, content: str) -> None:
    (tmp_path / "trials").mkdir()
    (tmp_path / content).write_text("mine")
    with pytest.raises(ParleyError, match="holds no run of Parley"):
        run(minimal, trials=64, out=tmp_path, resume=True)
    assert (tmp_path / content).read_text() == "mine"
    assert not (tmp_path / "manifest.json").exists()


def test_a_file_is_no_folder(tmp_path: Path, minimal: sim.Scenario) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ParleyError, match="is a file"):
            run(minimal, trials=64, out=out)


# -- damage ------------------------------------------------------------------------------------------


def flip(path: Path, place: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("name", ["trials/block-00000001.parquet", "summary.json", "scenario.json", "manifest.json"])
def test_one_flipped_bit_is_found_and_named(copy: Path, name: str, place: float) -> None:
    flip(copy / name, place)
    with pytest.raises(DamagedRunError, match=Path(name).name) as caught:
        open_run(copy)
    assert caught.value.exit_code == 3


def test_pages_carry_checksums_that_any_reader_can_verify(finished: Path) -> None:
    """Not only Parley's own digests: pyarrow alone tells a flipped bit in the middle of a column's pages."""
    content = bytearray((finished / "trials" / "block-00000000.parquet").read_bytes())
    start = pq.read_metadata(pa.BufferReader(bytes(content))).row_group(0).column(0).data_page_offset
    size = pq.read_metadata(pa.BufferReader(bytes(content))).row_group(0).column(0).total_compressed_size
    content[start + size - 3] ^= 1
    with pytest.raises(OSError, match="CRC checksum"):
        pq.read_table(pa.BufferReader(bytes(content)), page_checksum_verification=True)


def test_resume_does_not_build_on_damage(copy: Path, minimal: sim.Scenario) -> None:
    flip(copy / "trials" / "block-00000001.parquet", 0.5)
    with pytest.raises(DamagedRunError, match="block-00000001"):
        run(minimal, trials=TRIALS, block=BLOCK, out=copy, resume=True)


def shorten(folder: Path) -> None:
    path = folder / "trials" / "block-00000000.parquet"
    path.write_bytes(path.read_bytes()[:-5])


def remove(folder: Path) -> None:
    (folder / "trials" / "block-00000002.parquet").unlink()


def duplicate(folder: Path) -> None:
    shutil.copy(folder / "trials" / "block-00000002.parquet", folder / "trials" / "block-00000004.parquet")


def link(folder: Path) -> None:
    path = folder / "trials" / "block-00000002.parquet"
    path.rename(folder / "moved")
    path.symlink_to(folder / "moved")


def pipe(folder: Path) -> None:
    path = folder / "trials" / "block-00000002.parquet"
    path.unlink()
    os.mkfifo(path)


def grow(folder: Path) -> None:
    with (folder / "trials" / "block-00000002.parquet").open("ab") as stream:
        stream.truncate(10**9)


def swap(folder: Path) -> None:
    """Two blocks change places, and the manifest is made to agree."""
    one, two = (folder / "trials" / f"block-0000000{n}.parquet" for n in (0, 1))
    content = one.read_bytes(), two.read_bytes()
    one.write_bytes(content[1])
    two.write_bytes(content[0])

    def agree(manifest: dict) -> None:
        for entry, path in zip(manifest["blocks"][:2], (one, two), strict=True):
            entry.update(atomic_files.fingerprint(path.read_bytes()))

    rewrite_manifest(folder, agree)


def rename(folder: Path) -> None:
    """The blocks, whole as they are, under the name of another run."""
    rewrite_manifest(folder, lambda manifest: manifest.update(run=manifest["run"][::-1]))


def newer(folder: Path) -> None:
    rewrite_manifest(folder, lambda manifest: manifest.update(format=99))


def edit(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 3'))


@pytest.mark.parametrize("harm", [shorten, remove, duplicate, link, pipe, grow, swap, rename, newer, edit])
def test_damage_is_found(copy: Path, harm: Callable[[Path], None]) -> None:
    harm(copy)
    with pytest.raises(DamagedRunError, match=r"block-0000000\d\.parquet|manifest\.json"):
        open_run(copy)


def test_a_folder_without_a_run_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(ParleyError, match="holds no run") as caught:
        open_run(tmp_path)
    assert caught.value.exit_code == 2


# -- one writer, whole files -------------------------------------------------------------------------


def test_a_second_writer_is_told_who_is_first(copy: Path, minimal: sim.Scenario) -> None:
    with locked(copy), pytest.raises(BusyError, match=f"process {os.getpid()} on") as caught:
        run(minimal, trials=TRIALS, block=BLOCK, out=copy, resume=True)
    assert caught.value.exit_code == 4
    assert socket.gethostname() in str(caught.value) and datetime.now(UTC).date().isoformat() in str(caught.value)


def test_a_stale_lock_locks_nobody_out(copy: Path, minimal: sim.Scenario) -> None:
    (copy / ".lock").write_text('{"pid": 1, "host": "elsewhere", "start": "2001-01-01"}')
    assert run(minimal, trials=TRIALS, block=BLOCK, out=copy, resume=True).n_trials == TRIALS
    assert not (copy / ".lock").exists()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResourceError, match="the disk is full"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import sys
from pathlib import Path
import sim
from sim.execution.run import run
run(sim.load("teaching/minimal"), trials=1920, block=64, out=Path(sys.argv[1]), workers=1, resume=True)
"""


def test_kill_at_any_moment_loses_no_finished_block(tmp_path: Path, minimal: sim.Scenario) -> None:
    folder = tmp_path / "run"
    for wait in (0.13,):  # every step of writing, and 200 kills: tests/torture
        here = {**os.environ, "PYTHONPATH": os.getcwd()}
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], env=here)
        deadline = time.monotonic() + 30
        n_before = len(list(folder.glob("trials/block-*")))
        while len(list(folder.glob("trials/block-*"))) <= n_before and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        manifest = run_folder.read_manifest(folder)
        for index in range(len(manifest["blocks"])):
            run_folder.read_block(folder, manifest, index)
    run(minimal, trials=1920, block=64, out=folder, resume=True, workers=1)
    run(minimal, trials=1920, block=64, out=tmp_path / "whole", workers=1)
    assert files_of(folder) == files_of(tmp_path / "whole")


def test_requests_of_one_run_have_one_id(minimal: sim.Scenario) -> None:
    asked = [Request(minimal, name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("a", 2))]
    one, same, other = (request.inputs.run_id for request in asked)
    assert one == same != other
