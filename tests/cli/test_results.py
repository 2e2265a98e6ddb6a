"""The commands over kept runs, as they are typed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.execution.run import run
from tests.conftest import Answer

Parley = Callable[..., Answer]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("results") / "minimal"
    run("teaching/minimal", trials=320, out=place, workers=1)
    return place


def test_list_verify_and_reproduce(folder: Path, parley: Parley) -> None:
    listed = json.loads(parley("results", "list", folder.parent, "--json").out)
    assert [(entry["name"], entry["state"], entry["trials"]) for entry in listed] == [
        ("teaching/minimal", "finished", 320)
    ]
    assert "teaching/minimal" in parley("results", "list", folder.parent).out
    assert "whole" in parley("results", "verify", folder).out
    again = parley("results", "reproduce", folder)
    assert again.code == 0 and "the same, value by value" in " ".join(again.out.split())


def test_damage_is_exit_3_and_names_the_file(folder: Path, tmp_path: Path, parley: Parley) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "scenario.json").write_text("{}")
    answer = parley("results", "verify", copy)
    assert answer.code == 3 and "scenario.json" in answer.err
    assert parley("results", "reproduce", copy).code == 3


def test_export_writes_both_forms_and_never_over_a_file(folder: Path, tmp_path: Path, parley: Parley) -> None:
    long, trials = tmp_path / "long.csv", tmp_path / "trials.parquet"
    assert parley("results", "export", folder, "-o", long).code == 0
    table = pd.read_csv(long)
    assert list(table.columns) == ["scenario", "target", "horizon", "output_type", "output_type_id", "value"]
    assert parley("results", "export", folder, "--form", "trials", "-o", trials).code == 0
    assert len(pd.read_parquet(trials)) == 320
    refused = parley("results", "export", folder, "-o", long)
    assert refused.code == 2 and "is there already" in refused.err
    wrong = parley("results", "export", folder, "-o", tmp_path / "x.xlsx")
    assert wrong.code == 2 and ".csv or .parquet" in wrong.err


def test_two_runs_of_one_name_are_not_exported_together(folder: Path, tmp_path: Path, parley: Parley) -> None:
    copy = shutil.copytree(folder, tmp_path / "again")
    answer = parley("results", "export", folder, copy, "-o", tmp_path / "both.csv")
    assert answer.code == 2 and "got two of `teaching/minimal`" in answer.err and not (tmp_path / "both.csv").exists()


def test_an_empty_folder_says_how_to_fill_it(tmp_path: Path, parley: Parley) -> None:
    answer = parley("results", "list", tmp_path)
    assert answer.code == 0 and "no runs are kept here" in answer.out
