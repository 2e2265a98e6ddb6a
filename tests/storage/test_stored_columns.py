"""A stored run says what the same run in memory says, and reads one block at a time for it."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from dashboards.report.sliders import spread
from dashboards.tables import runs, terms
from dashboards.tables.trial import worth_a_look
from sim.analysis.failure.why import explain
from sim.analysis.replay.replay import replay_run
from sim.analysis.replay.select_trial import first, median, with_reason, worst_miss
from sim.execution.request import Request
from sim.execution.run import run
from sim.results.compare import compare
from sim.results.export import long_form
from sim.results.export_trials import trials_as_csv, trials_as_parquet
from sim.results.run import Run, open_run
from sim.storage.run_folder import Writer
from sim.storage.stored_columns import StoredColumns, part, side_by_side

TRIALS, BLOCK = 1_000, 96
ASKED: dict[str, Callable[[Run], Any]] = {
    "summary": lambda run: run.summary,
    "odds": lambda run: run.odds("broad", 180),
    "why": lambda run: explain(run, run).as_dict(),
    "compare": lambda run: compare(run, run),
    "long form": lambda run: long_form([run]).to_dict("list"),
    "odds by date": runs.odds_by_date,
    "endings": lambda run: runs.endings([run], run),
    "settlement": runs.settlement,
    "terms": terms.terms,
    "survival": terms.survival,
    "spread": spread,
    "worth a look": worth_a_look,
    "finders": lambda run: (first(run), median(run, "broad"), worst_miss(run), with_reason(run, "process")),
    "replay": lambda run: replay_run(run, TRIALS - 1).row,
    "trials as csv": lambda run: b"".join(trials_as_csv([run])),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stored") / "minimal"
    run("teaching/minimal", trials=TRIALS, block=BLOCK, out=place, workers=1)
    return place


@pytest.fixture(scope="module")
def held() -> Run:
    return run("teaching/minimal", trials=TRIALS, workers=1)


@pytest.mark.parametrize("what", ASKED)
def test_a_stored_run_answers_as_one_in_memory_without_reading_a_whole_column(
    what: str, folder: Path, held: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(columns: StoredColumns, name: str) -> None:
        raise AssertionError(f"{what} reads the whole column {name}")

    monkeypatch.setattr(StoredColumns, "__getitem__", refuse)
    wanted, found = ASKED[what](held), ASKED[what](open_run(folder))
    if what == "why":  # means of Shapley shares are sums in double precision, block by block
        assert found.pop("frictions").keys() == wanted.pop("frictions").keys()
    assert found == wanted


def test_a_run_that_is_stored_holds_no_trials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fresh = run("teaching/minimal", trials=320, block=BLOCK, out=tmp_path / "run", workers=1)
    assert isinstance(fresh.columns, StoredColumns) and fresh.n_trials == 320
    again = run("teaching/minimal", trials=320, block=BLOCK, out=tmp_path / "run", workers=1, resume=True)
    assert isinstance(again.columns, StoredColumns) and again.summary == fresh.summary


def test_columns_are_a_mapping_of_whole_columns(folder: Path, held: Run) -> None:
    stored = open_run(folder)
    assert list(stored.columns) == list(held.columns) and len(stored.columns) == len(held.columns)
    assert "tag" in stored.columns and "colour" not in stored.columns
    pd.testing.assert_frame_equal(stored.trials, held.trials)
    for n, begin in ((1, 0), (1, 999), (200, 90), (5_000, 950)):
        for name, column in part(stored.columns, begin, n).items():
            np.testing.assert_array_equal(column, held.columns[name][begin : begin + n])


def test_two_runs_are_read_side_by_side_whatever_their_blocks(folder: Path, held: Run) -> None:
    pieces = list(side_by_side(open_run(folder).columns, held.columns, 700, "trial"))
    assert [len(one["trial"]) for one, _ in pieces] == [96] * 7 + [28]
    for one, other in pieces:
        np.testing.assert_array_equal(one["trial"], other["trial"])
    assert np.concatenate([one["trial"] for one, _ in pieces]).tolist() == list(range(700))


def test_a_block_that_changes_after_it_was_verified_is_refused(tmp_path: Path) -> None:
    run("teaching/minimal", trials=320, block=BLOCK, out=tmp_path / "run", workers=1)
    opened = open_run(tmp_path / "run")
    path = tmp_path / "run" / "trials" / "block-00000002.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(sim.ParleyError, match="block-00000002.parquet: is damaged"):
        opened.columns["tag"]


def test_exported_trials_are_the_trials(folder: Path, held: Run) -> None:
    table = pd.read_parquet(BytesIO(b"".join(trials_as_parquet([open_run(folder), held]))))
    assert list(table.columns) == ["scenario", *held.columns, "weight"] and len(table) == 2 * TRIALS
    weights = held.weighing.of_trials(held.scenario, dict(held.columns))
    wanted = held.trials.assign(weight=weights)
    pd.testing.assert_frame_equal(table[TRIALS:].drop(columns="scenario").reset_index(drop=True), wanted)
    text = b"".join(trials_as_csv([held]))
    assert (
        text
        == wanted.assign(scenario=held.name)[list(table.columns)].to_csv(index=False, lineterminator="\r\n").encode()
    )


def test_eight_times_the_blocks_take_no_more_memory(tmp_path: Path, minimal: sim.Scenario) -> None:
    """Held as well as read, 10,240 trials would take 1 MB on top of some 4."""
    trials = run(minimal, trials=10_240, workers=1).columns

    def peak(n: int, again: int = 0) -> int:
        place = tmp_path / f"{n}-{again}"
        with Writer(place, Request(minimal, "cut", n, block=320).inputs, n) as writer:
            for index in range(n // 320):
                writer.add(index, part(trials, 320 * index, 320))
            writer.finish({})
        gc.collect()
        tracemalloc.start()
        opened = open_run(place)
        explain(opened, opened, run_again=False)
        compare(opened, opened)
        long_form([opened])
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(320)  # what is imported or cached on the way
    # The least of three: what other code imports or caches meanwhile only adds.
    few, many = (min(peak(n, again) for again in range(3)) for n in (1_280, 10_240))
    assert many < 1.1 * few, f"{few:,} bytes for 4 blocks, {many:,} for 32"
