"""What is kept can be listed, checked and made again; what was changed is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.errors import DamagedRunError, ParleyError
from sim.execution.reproduce import reproduce
from sim.execution.run import run
from sim.results.inventory import kept, remark, verify
from sim.results.run import open_run
from sim.storage import atomic_files, run_folder

TRIALS, BLOCK = 160, 64


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, minimal: sim.Scenario) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "finished"
    run(minimal, trials=TRIALS, block=BLOCK, out=folder, workers=1)
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def forge(folder: Path, index: int, columns: dict[str, np.ndarray]) -> None:
    """Put other columns in the place of a block, with every digest made to fit."""
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["digest"]
    content = run_folder.encoded(columns, manifest["run"], index)
    (folder / run_folder.block_file(index)).write_bytes(content)
    manifest["blocks"][index].update(atomic_files.fingerprint(content))
    manifest["digest"] = run_folder.digest_of(manifest)
    (folder / "manifest.json").write_bytes(atomic_files.as_json(manifest))


def columns_of(folder: Path, index: int) -> dict[str, np.ndarray]:
    return run_folder.read_block(folder, run_folder.read_manifest(folder), index)


def test_a_list_says_what_is_there_and_what_is_damaged(finished: Path, copy: Path) -> None:
    (copy / "manifest.json").write_text("{}")
    states = {entry.folder: (entry.state, entry.trials) for entry in [*kept(finished.parent), *kept(copy.parent)]}
    assert states == {finished: ("finished", TRIALS), copy: ("damaged", 0)}
    with pytest.raises(ParleyError, match="no such folder"):
        kept(finished / "nowhere")


def test_a_moved_folder_is_still_whole(finished: Path, copy: Path) -> None:
    assert verify(finished) == verify(copy) == []
    assert reproduce(copy, workers=1).is_same


def test_all_that_is_wrong_is_told_at_once(copy: Path) -> None:
    (copy / run_folder.block_file(0)).unlink()
    damaged = bytearray((copy / run_folder.block_file(1)).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (copy / run_folder.block_file(1)).write_bytes(damaged)
    shutil.copy(copy / run_folder.block_file(2), copy / run_folder.block_file(3))
    (copy / "summary.json").write_text("{}")
    found = verify(copy)
    assert len(found) == 4
    for name, line in zip(("summary.json", "00000000", "00000001", "00000003"), found, strict=True):
        assert name in line


def test_an_unfinished_run_is_not_called_whole(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest["digest"]
    manifest.update(state="running", trials=128, blocks=manifest["blocks"][:2])
    manifest["files"].pop("summary.json")
    manifest["digest"] = run_folder.digest_of(manifest)
    (copy / "manifest.json").write_bytes(atomic_files.as_json(manifest))
    (copy / run_folder.block_file(2)).unlink()
    (line,) = verify(copy)
    assert "128 of 160 trials are there: go on with --resume" in line


def test_a_forger_who_mends_every_digest_is_caught_by_running_again(copy: Path) -> None:
    columns = columns_of(copy, 1)
    columns["durable_week"] = columns["durable_week"].copy()
    columns["durable_week"][5] += 1
    forge(copy, 1, columns)
    assert verify(copy) == []
    found = reproduce(copy, workers=1)
    assert found.unequal == ("block 1: durable_week differs in 1 of 64 trials",)
    assert found.as_dict()["same"] is False


def mend_summary(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Put another summary there, with every digest made to fit."""
    summary = json.loads((folder / "summary.json").read_text())
    change(summary)
    content = atomic_files.as_json(summary)
    (folder / "summary.json").write_bytes(content)
    manifest = run_folder.read_manifest(folder)
    manifest["files"]["summary.json"] = atomic_files.fingerprint(content)
    (folder / "manifest.json").write_bytes(atomic_files.as_json({**manifest, "digest": run_folder.digest_of(manifest)}))


def test_a_summary_that_its_trials_contradict_is_refused(copy: Path, minimal: sim.Scenario) -> None:
    mend_summary(copy, lambda summary: summary["tiers"]["durable"]["365"].update(p=0.99))
    (line,) = verify(copy)
    assert "summary.json: does not follow from the trials (tiers.durable.365.p is 0.99, the trials give" in line
    with pytest.raises(DamagedRunError, match="does not follow from the trials"):
        open_run(copy)
    with pytest.raises(DamagedRunError, match="does not follow from the trials"):
        run(minimal, trials=TRIALS, block=BLOCK, out=copy, workers=1, resume=True)


def test_verifying_looks_at_quantiles_of_terms_too(copy: Path) -> None:
    issue = next(iter(json.loads((copy / "summary.json").read_text())["terms"]["issues"]))
    mend_summary(copy, lambda summary: summary["terms"]["issues"][issue].update(q50=0.123))
    (line,) = verify(copy)
    assert f"terms.issues.{issue}.q50 is 0.123, the trials give" in line
    assert open_run(copy).summary["terms"]["issues"][issue]["q50"] != 0.123


def test_a_summary_of_another_version_is_named_as_not_compared(copy: Path) -> None:
    assert verify(copy) == [] and remark(copy) == ""
    mend_summary(copy, lambda summary: summary["tiers"]["durable"]["365"].update(p=0.99))
    manifest = run_folder.read_manifest(copy)
    manifest["versions"]["parley"] = "0.0.1"
    (copy / "manifest.json").write_bytes(atomic_files.as_json({**manifest, "digest": run_folder.digest_of(manifest)}))
    assert verify(copy) == []
    assert remark(copy) == "summary.json, written by Parley 0.0.1 with another engine, was not compared with the trials"
    assert open_run(copy).summary["tiers"]["durable"]["365"]["p"] < 0.99


def test_retyped_columns_and_numbers_that_are_none_are_named(copy: Path) -> None:
    columns = columns_of(copy, 1)
    name = next(name for name, column in columns.items() if name.startswith("share_"))
    columns[name] = np.where(np.arange(BLOCK) == 3, np.nan, columns[name]).astype(np.float64)
    forge(copy, 1, columns)
    found = verify(copy)
    assert any("has other columns" in line for line in found)
    assert any(f"{name} is not a number" in line for line in found)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("stage", 99, "stage is 99 in trial 69, expected 0 to 9"),
        ("tag", 77, "tag is 77 in trial 69, expected -1 to 12"),
        ("durable_week", 52, "durable_week is 52 in trial 69, expected -1 to 51"),
        ("victory", 3, "victory is 3 in trial 69, expected 0 to 2"),
        ("imposed", -1, "imposed is -1 in trial 69, expected 0 to 1"),
        ("halt_track", 40, "halt_track is 40 in trial 69, expected -1 to"),
        ("halt_mix", 1.5, "halt_mix is 1.5 in trial 69, expected 0 to 1"),
        ("shortfall", np.inf, "shortfall is inf in trial 69, expected 0 to 10"),
        ("share_trust", 77, "share_trust is 77 in trial 69, expected -1 to 2"),
    ],
)
def test_values_out_of_range_are_refused_whatever_the_digests_say(
    copy: Path, name: str, value: float, said: str
) -> None:
    columns = columns_of(copy, 1)
    columns[name] = columns[name].copy()
    columns[name][5] = value
    forge(copy, 1, columns)
    (line,) = verify(copy)
    assert said in line and "block-00000001.parquet" in line
    with pytest.raises(DamagedRunError, match="block-00000001"):
        open_run(copy)


def test_columns_that_no_trial_has_are_refused(copy: Path) -> None:
    blocks = [columns_of(copy, index) for index in range(3)]
    for columns in blocks:
        columns["share_luck"] = columns.pop("share_trust")
    manifest = run_folder.read_manifest(copy)
    manifest["columns"] = {name: column.dtype.str for name, column in blocks[0].items()}
    (copy / "manifest.json").write_bytes(atomic_files.as_json({**manifest, "digest": run_folder.digest_of(manifest)}))
    for index, columns in enumerate(blocks):
        forge(copy, index, columns)
    found = verify(copy)
    assert len(found) == 3
    assert "has no column share_trust; has an unknown column 'share_luck'" in found[0]


def test_a_small_file_with_huge_content_is_refused_before_it_is_unpacked(copy: Path) -> None:
    columns = columns_of(copy, 1)
    index, huge = 1, pa.table({**columns, "text": ["x" * 1_000_000] * BLOCK})
    stream = pa.BufferOutputStream()
    manifest = run_folder.read_manifest(copy)
    pq.write_table(huge, stream, compression="zstd")
    content = bytes(stream.getvalue())
    assert len(content) < 100_000
    (copy / run_folder.block_file(index)).write_bytes(content)
    manifest["blocks"][index].update(atomic_files.fingerprint(content))
    manifest["digest"] = run_folder.digest_of(manifest)
    (copy / "manifest.json").write_bytes(atomic_files.as_json(manifest))
    (line,) = verify(copy)
    assert "something else than columns of numbers" in line


def test_a_run_with_parties_of_its_own_cannot_be_made_again(minimal: sim.Scenario, tmp_path: Path) -> None:
    class Other(sim.Belligerent):
        pass

    run(minimal, trials=32, parties={"North": Other}, out=tmp_path / "own", workers=1)
    with pytest.raises(ParleyError, match="parties of its own"):
        reproduce(tmp_path / "own")
