"""A run holds the tables it drew from: asked, resumed and reproduced from anywhere, after the originals are gone."""

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pytest

import sim
from sim.analysis.discovery.input_table import inputs_and_outcome
from sim.errors import DamagedRunError, ParleyError
from sim.execution.reproduce import reproduce
from sim.results.inventory import verify
from sim.results.run import open_run
from sim.scenario.sources.contents import content_named
from sim.scenario.to_yaml import as_yaml
from sim.storage.atomic_files import as_json, fingerprint
from tests.factories import minimal_scenario
from tests.torture.folders import rewrite_manifest

TRIALS = 6_400
ROWS = "strain,weight\n" + "".join(f"{0.5 + number / 10},1\n" for number in range(20))
JOINT = {"file": "rows.csv", "columns": {"parties.North.strain": "strain"}, "mode": "ratio", "source": "test"}
CROWD = "forecast_date,platform,question,deadline,outcome_tier,probability\n2025-01-06,Us,Halt?,2025-06-30,broad,.3\n"


def write(folder: Path, rows: str = ROWS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.csv").write_text(rows)
    (folder / "crowd.csv").write_text(CROWD)
    scenario = minimal_scenario(joint=(JOINT,), crowd={"file": "crowd.csv", "date": minimal_scenario().start})
    (folder / "war.yaml").write_text(as_yaml(scenario))
    return folder / "war.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    sim.run(str(write(place / "here")), trials=TRIALS, workers=1, out=place / "run")
    shutil.rmtree(place / "here")
    return place / "run"


@pytest.fixture
def moved(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path / "moved" / "run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "moved" / "run"


def test_equal_content_gives_equal_trials_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = sim.run(str(write(tmp_path / "a")), trials=640, workers=1, out="one")
    monkeypatch.chdir(write(tmp_path / "b" / "deep").parent)
    second = sim.run("war.yaml", trials=640, workers=1, out=tmp_path / "two")
    assert first.trials.equals(second.trials)
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("one", "two")]
    assert manifests[0]["run"] == manifests[1]["run"] and manifests[0]["data"] == manifests[1]["data"]
    Path("rows.csv").rename("renamed.csv")
    Path("war.yaml").write_text(Path("war.yaml").read_text().replace("rows.csv", "renamed.csv"))
    again = sim.run("war.yaml", trials=640, workers=1, out=tmp_path / "one", resume=True)
    assert again.trials.equals(first.trials)


def test_a_corrected_table_is_another_run_in_words(tmp_path: Path) -> None:
    sim.run(str(write(tmp_path)), trials=64, workers=1, out=tmp_path / "run")
    write(tmp_path, ROWS.replace("0.5,", "0.7,"))
    with pytest.raises(DamagedRunError) as error:
        sim.run(str(tmp_path / "war.yaml"), trials=64, workers=1, out=tmp_path / "run", resume=True)
    (line,) = str(error.value).splitlines()[1:-1]
    assert line.startswith("  data joint.0: ") and " there, " in line


def test_a_loaded_scenario_needs_its_files_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = sim.run(str(write(tmp_path / "war")), trials=640, workers=1)
    scenario = sim.load("war/war.yaml")
    shutil.rmtree("war")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert sim.run(scenario, trials=640, workers=2, block=320).trials.equals(expected.trials)


def test_a_pickled_scenario_takes_its_tables_along(tmp_path: Path) -> None:
    """Into a process that has never seen the files."""
    scenario = sim.load(write(tmp_path / "war"))
    shutil.rmtree(tmp_path / "war")
    (tmp_path / "scenario").write_bytes(pickle.dumps(scenario))
    code = "import pickle, sim; print(sim.run(pickle.load(open('scenario', 'rb')), trials=64, workers=1).n_trials)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "64\n", done.stderr


def test_a_moved_run_is_whole_and_comes_out_the_same(moved: Path) -> None:
    assert sorted(path.name for path in (moved / "data").iterdir()) == ["crowd.csv", "rows.csv"]
    assert verify(moved) == []
    again = reproduce(moved, workers=1)
    assert again.is_same and again.since == ()


COMMANDS = ("why", "discover", "sensitivity -n 64", "replay --trial 3", "crowd", "show", "check", "run -n 64")


@pytest.mark.parametrize("command", [*COMMANDS, "results export -o rows.csv"])
def test_a_moved_run_can_be_asked(moved: Path, parley: Callable[..., Any], command: str) -> None:
    answer = parley(*command.split(), moved)
    assert answer.code == 0, answer.err


def test_a_moved_run_goes_on_from_its_folder_alone(moved: Path, parley: Callable[..., Any]) -> None:
    before = dict(open_run(moved).columns)
    assert "already holds these runs" in parley("run", str(moved), "--resume", "--workers", "1").err
    assert parley("run", str(moved), "--resume", "-n", "9600", "--workers", "1").code == 0
    after = open_run(moved)
    assert after.n_trials == 9_600
    for name, column in before.items():
        np.testing.assert_array_equal(after.columns[name][:TRIALS], column, err_msg=name)


def test_a_table_in_a_run_folder_may_not_be_changed(moved: Path) -> None:
    (moved / "data" / "rows.csv").write_text(ROWS.replace("0.5,", "0.7,"))
    with pytest.raises(DamagedRunError, match="rows.csv: is damaged"):
        open_run(moved)
    assert any("rows.csv: is damaged" in line for line in verify(moved))


def as_first_released(folder: Path) -> None:
    """Make a run folder one of format 1: without tables, which the manifest names by their path."""
    scenario = json.loads((folder / "scenario.json").read_text())
    del scenario["joint"][0]["sha256"], scenario["crowd"]["sha256"]
    content = as_json(scenario)
    (folder / "scenario.json").write_bytes(content)
    shutil.rmtree(folder / "data")

    def age(manifest: dict[str, Any]) -> None:
        files = {name: file for name, file in manifest["files"].items() if not name.startswith("data/")}
        manifest["files"] = files | {"scenario.json": fingerprint(content)}
        manifest |= {"format": 1, "data": {"rows.csv": manifest["data"]["joint.0"]}, "engine": "0" * 16}
        del manifest["read"]

    rewrite_manifest(folder, age)


def test_a_run_of_the_first_release_opens_and_says_which_table_it_lacks(
    moved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_first_released(moved)
    monkeypatch.setattr("sim.scenario.sources.contents._KNOWN", WeakValueDictionary())  # as in a new process
    run = open_run(moved)
    assert run.n_trials == TRIALS and run.odds("durable").model >= 0
    for ask in (lambda: reproduce(moved, workers=1), lambda: inputs_and_outcome(run, "durable", 365)):
        with pytest.raises(ParleyError) as error:
            ask()
        assert "the table 'rows.csv' was read with sha256" in str(error.value)
        assert str(error.value).endswith("and is gone: put it back as it was, or run the scenario again")
    Path("rows.csv").write_text(ROWS)
    again = reproduce(moved, workers=1)
    assert again.is_same and again.since[0] == "format: 1 there, 2 now"
    assert not any("scenario" in line or "data" in line for line in again.since)
    assert inputs_and_outcome(open_run(moved), "durable", 365)[0]


def test_draws_of_another_engine_are_not_guessed(moved: Path) -> None:
    # Another seed gives other trials, as another engine would.
    rewrite_manifest(moved, lambda manifest: manifest.update(engine="0" * 16, seed=2, versions={"parley": "0.1"}))
    with pytest.raises(DamagedRunError, match="was computed by another engine"):
        inputs_and_outcome(open_run(moved), "durable", 365)


def test_a_scenario_made_in_python_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    run = sim.run(minimal_scenario(joint=(JOINT,)), trials=64, workers=1, out="run")
    digest = run.scenario.joint[0].sha256
    assert digest is not None and content_named("rows.csv", digest).data == ROWS.encode()
    assert (tmp_path / "run" / "data" / "rows.csv").read_text() == ROWS
