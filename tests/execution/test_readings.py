"""A run over several readings: each trial is that of its reading alone, however blocks, threads and workers are cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.compiled import simulate
from sim.outcome_columns import Columns
from sim.scenario.sampling.readings import readings_of
from sim.scenario.schema import Scenario
from tests.conftest import Answer

SHEET = """path,low,central,high
parties.Russia.strain,.02,.05,.09
parties.Ukraine.ideal_point.territory,0,.2,.5
parties.US.leverage.Ukraine,0,0,0
issues.territory.front_per_week,,0,
issues.aid.war_share,0,.2,.5
"""
N = 1280


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("readings")
    (folder / "sheet.csv").write_text(SHEET, encoding="utf-8")
    (folder / "alone.yaml").write_text("extends: istanbul_2025/aides_only\nreadings: []\n", encoding="utf-8")
    (folder / "read.yaml").write_text("extends: alone\nreadings: [{name: other, sheet: sheet.csv}]\n", encoding="utf-8")
    return sim.load(str(folder / "read.yaml"))


def is_same(one: Columns, other: Columns, at: np.ndarray) -> bool:
    return all(np.array_equal(one[name][at], other[name][at], equal_nan=True) for name in one if name != "reading")


def test_a_trial_is_that_of_its_reading_alone(scenario: Scenario) -> None:
    pool = simulate(scenario, 1, 0, N)
    assert set(pool["reading"]) == {0, 1} and pool["reading"].dtype == np.uint8
    for code, name in enumerate(readings_of(scenario)):
        alone = dict(sim.run(scenario, trials=N, seed=1, reading=name).columns)
        assert not alone["reading"].any()
        assert is_same(pool, alone, pool["reading"] == code)


def test_blocks_and_threads_leave_the_bytes(scenario: Scenario) -> None:
    whole = simulate(scenario, 1, 0, N)
    for n_threads, size in ((2, N), (1, 32), (3, 320)):
        parts = [simulate(scenario, 1, first, size, n_threads=n_threads) for first in range(0, N, size)]
        assert all(whole[name].tobytes() == b"".join(part[name].tobytes() for part in parts) for name in whole)


def test_the_summary_has_the_odds_of_each_reading(scenario: Scenario, tmp_path: Path) -> None:
    run = sim.run(scenario, trials=N, seed=1, out=tmp_path / "run")
    readings, trials = run.summary["readings"], run.columns
    for code, name in enumerate(("file", "other")):
        begun = trials["durable_week"][trials["reading"] == code]
        share = float(np.mean((begun >= 0) & (begun < 52)))
        assert readings[name]["365"] == run.weighing.levels[365].at(share, len(begun))
    assert sim.read_run(tmp_path / "run").summary["readings"] == readings
    assert sim.run(scenario, trials=64, seed=1, reading="file").summary["readings"] == {}


def test_sensitivity_takes_the_reading_for_an_input(scenario: Scenario) -> None:
    from sim.analysis.sensitivity.tornado import tornado
    from sim.analysis.sensitivity.uncertain_inputs import inputs_whole, separate_inputs

    assert {one.name for one in inputs_whole(scenario)} >= {"reading", "issues.aid.war_share"}
    assert separate_inputs(scenario)[1][-1].name == "reading"
    found = tornado(scenario, inputs=["reading"], trials=640)
    assert found.bars[0].values == (0, 0, 1)


def test_the_command_runs_one_reading_and_refuses_another(
    parley: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet.csv").write_text("path,low,central,high\nparties.North.strain,,.2,\n", encoding="utf-8")
    (tmp_path / "valley.yaml").write_text("extends: teaching/minimal\nreadings: [sheet.csv]\n", encoding="utf-8")
    pool = parley("run", "valley.yaml", "--trials", "320")
    assert "By reading of the sources, by day 365: file " in pool.out and ", second " in pool.out
    one = parley("run", "valley.yaml", "--trials", "320", "--reading", "second")
    assert "valley (reading second)" in one.out and "By reading" not in one.out
    for command in ("run", "why", "show"):
        refused = parley(command, "valley.yaml", "--reading", "thrid")
        assert refused.code == 2 and "got `thrid`" in refused.err and "Traceback" not in refused.err
