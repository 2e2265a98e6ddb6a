"""Studies kept in files: found again by what they are about, and never believed."""

import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim
from dashboards import study_cache
from dashboards.app import study_section
from dashboards.app.background_jobs import desk
from dashboards.app.pages import record, sensitivity
from dashboards.app.simulation_service import Service
from sim.analysis.discovery.cart import Node, Split
from sim.analysis.discovery.discover import Discovery
from sim.analysis.sensitivity.sobol import Sobol
from sim.analysis.sensitivity.tornado import Tornado
from sim.cli.app import app
from sim.errors import ParleyError
from sim.evidence.backtest import shipped_record
from sim.results.run import Run
from sim.storage.provenance import digest_of
from tests.dashboards.app.conftest import found as values
from tests.dashboards.app.conftest import plain, view_of
from tests.dashboards.app.conftest import said as text
from tests.dashboards.app.test_background_jobs import until
from tests.dashboards.figures.test_studies import FOUND, SOBOL, TORNADO
from tests.dashboards.record_factory import made_record
from tests.factories import varying

OPTIONS = {"trials": 1024}


@pytest.fixture(scope="module")
def run() -> Run:
    return sim.run("teaching/minimal", trials=64, seed=1, workers=1)


@pytest.fixture
def of(run: Run) -> dict[str, Any]:
    return study_cache.about("tornado", run)


@pytest.mark.parametrize(
    ("form", "what"),
    [
        (Tornado, TORNADO),
        (Sobol, SOBOL),
        (Discovery, replace(FOUND, tree=Node(0.4, 0.5, 9, Split(0, 0.1, 0.01, Node(0.1, 0.2, 4), Node(0.7, 0.8, 5))))),
    ],
)
def test_what_is_kept_comes_back_as_it_was(tmp_path: Path, of: dict[str, Any], form: type, what: Any) -> None:
    path = study_cache.keep(tmp_path / "a" / "b", of, OPTIONS, what)
    assert path.parent == tmp_path / "a" / "b" and not list(path.parent.glob(".*"))
    again, problems = study_cache.kept(path.parent, of, OPTIONS, form)
    assert again is not None and again.found == what and again.options == OPTIONS and problems == []


def test_it_belongs_to_one_scenario_seed_and_engine(
    tmp_path: Path, run: Run, of: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study_cache.keep(tmp_path, of, OPTIONS, TORNADO)
    for other in (replace(run, seed=2), replace(run, scenario=run.scenario.model_copy(update={"title": "Another"}))):
        assert study_cache.kept(tmp_path, study_cache.about("tornado", other), OPTIONS, Tornado) == (None, [])
    monkeypatch.setattr(study_cache, "engine_digest", lambda: "another")
    assert study_cache.kept(tmp_path, study_cache.about("tornado", run), OPTIONS, Tornado) == (None, [])


def test_the_same_options_come_first_and_others_are_better_than_none(tmp_path: Path, of: dict[str, Any]) -> None:
    for trials in (64, 1024):
        study_cache.keep(tmp_path, of, {"trials": trials}, replace(TORNADO, trials=trials))
        found, _ = study_cache.kept(tmp_path, of, OPTIONS, Tornado)
        assert found is not None and found.options == {"trials": trials} and found.found.trials == trials


def forged(path: Path, **changes: Any) -> None:
    record = json.loads(path.read_text()) | changes
    del record["digest"]
    path.write_text(json.dumps(record | {"digest": digest_of(record)}))


def swapped(path: Path, key: str, value: Any) -> None:
    forged(path, found={**json.loads(path.read_text())["found"], key: value})


WRONG = (("days", "365"), ("at", True), ("central", [None]), ("central", [7.0]), ("more", 1))
WRONG += (("central_lo", [-0.1]), ("trials", -1))


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: path.write_text(path.read_text().replace("1024", "1025")),
        lambda path: path.write_text("[" * 50_000),
        lambda path: path.write_text("null"),
        lambda path: path.write_bytes(b"\xff\xfe"),
        lambda path: path.write_bytes(b" " * (study_cache.LARGEST + 1)),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.rename(path.with_suffix(".away")), path.symlink_to(path.with_suffix(".away"))),
        lambda path: (path.unlink(), os.mkfifo(path)),
        *(partial(forged, written=when) for when in ("yesterday", 7)),
        partial(forged, format=99),
        partial(forged, about={"kind": "tornado"}),
        partial(forged, options={"trials": 7}),
        *(partial(swapped, key=key, value=value) for key, value in WRONG),
        lambda path: path.write_text(path.read_text().replace("0.3", "NaN")),
    ],
)
def test_a_file_that_is_something_else_is_passed_over_with_a_sentence(
    tmp_path: Path, of: dict[str, Any], harm: Any
) -> None:
    path = study_cache.keep(tmp_path, of, OPTIONS, TORNADO)
    harm(path)
    found, problems = study_cache.kept(tmp_path, of, OPTIONS, Tornado)
    assert found is None
    assert len(problems) == 1 and path.name in problems[0] and "\n" not in problems[0]


def test_the_next_visit_shows_it_with_date_and_options_and_runs_again(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitivity, "TRIALS_PER_BAR", 64)
    run = replace(run, scenario=varying(run.scenario))
    first, study = view_of(run, tmp_path), sensitivity.STUDIES["tornado"]
    assert "Run again" not in text(plain(sensitivity.layout(first)))
    at, key = desk(first.service), ("tornado", run.name)
    keep = study_section.keeper("tornado", study, run, run.name, at)
    task = at.start(key, "a study", lambda told: study.work(run, told, at, run.name), keep)
    until(lambda: task.state != "running")
    assert task.note == f"Stored in {tmp_path}."

    second = view_of(run, tmp_path)
    tree = plain(sensitivity.layout(second))
    said = text(tree)
    assert "Found " in said and "UTC, 64 trials at each point, seed 1. Stored in" in said and "Run again" in said
    assert len(list(values(tree, "figure"))) == 1
    kept = desk(second.service).task(key)
    assert kept is not None and kept.result == task.result
    assert "Run again" not in text(plain(sensitivity.layout(view_of(replace(run, seed=2), tmp_path))))

    again = desk(second.service).start(key, "a study", lambda told: told(1, 0), again=True)
    until(lambda: again.state != "running")
    assert again is not kept and again.before is kept
    still = sensitivity.STUDIES["tornado"].draw(replace(task.result, varies=False), False)
    assert not list(values(plain(still), "figure")) and "The odds do not vary" in text(plain(still))


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ("sensitivity NAME --trials 64", "tornado", "64 trials at each point, seed 1"),
        ("sensitivity NAME --method sobol --trials 16", "sobol", "rows of 7 points, seed 1"),
        ("discover NAME --trials 3200", "boxes", "3,200 trials, halts by day 365"),
    ],
)
def test_what_the_command_line_keeps_is_shown(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, words: str, kind: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*words.replace("NAME", run.name).split(), "--workers", "1", "--keep"])
    assert done.exit_code == 0 and f"Stored for the dashboard: {study_cache.FOLDER}" in done.stderr, done.output
    shown = text(plain(sensitivity.layout(view_of(run, tmp_path / study_cache.FOLDER))))
    assert said in shown and shown.count("Run again") == 1
    assert "With other options than a run from here would have." in shown
    refused = CliRunner().invoke(app, [words.split()[0], run.name, "--days", "30", "--keep"])
    assert refused.exit_code and len(list((tmp_path / study_cache.FOLDER).iterdir())) == 1


def test_a_place_that_cannot_be_is_said_after_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").write_text("no folder")
    done = CliRunner().invoke(app, ["sensitivity", "teaching/minimal", "--trials", "64", "--quiet", "--keep"])
    assert isinstance(done.exception, ParleyError) and "results" in str(done.exception)
    assert "The odds do not vary over these inputs" in done.stdout


def test_the_oldest_go_and_other_files_stay(
    tmp_path: Path, of: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_cache, "MOST_KEPT", 3)
    (tmp_path / "tornado-mine.json").write_text("{}")
    written = []
    for trials in range(5):
        written.append(study_cache.keep(tmp_path, of, {"trials": trials}, TORNADO))
        os.utime(written[-1], (trials, trials))
    assert sorted(tmp_path.iterdir()) == sorted([*written[2:], tmp_path / "tornado-mine.json"])


def test_an_earlier_finding_stays_where_a_new_run_is_stopped(run: Run) -> None:
    at, study = desk(Service(64)), sensitivity.STUDIES["tornado"]
    first = at.start("key", "a study", lambda told: TORNADO)
    until(lambda: first.state == "done")
    second = at.start("key", "a study", lambda told: [told(1, 2) for _ in iter(int, 1)], again=True)
    at.cancel("key")
    until(lambda: second.state == "cancelled")
    body, is_running = study_section.shown(study, second, narrow=False)
    assert not is_running and len(list(values(plain(body), "figure"))) == 1
    assert "Stopped." in text(plain(body)) and "Nothing was kept" not in text(plain(body))


def test_a_damaged_file_leaves_the_page_standing(tmp_path: Path, run: Run) -> None:
    view = view_of(run, tmp_path)
    of, wanted = study_cache.about("tornado", run), {"trials": sensitivity.TRIALS_PER_BAR}
    study_cache.keep(tmp_path, of, wanted, TORNADO).write_text("{")
    said = text(plain(sensitivity.layout(view)))
    assert "A stored study was passed over." in said and "Run again" not in said
    study_cache.keep(tmp_path, of, wanted, replace(TORNADO, at=7))  # it reads, but there is no horizon number 7
    assert "could not be drawn" in text(plain(sensitivity.layout(view)))


def test_a_folder_that_cannot_be_is_said_and_the_study_shown(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("")
    at = desk(view_of(run, tmp_path / "file" / "studies").service)
    keep = study_section.keeper("tornado", sensitivity.STUDIES["tornado"], run, run.name, at)
    assert "could not be stored" in keep(TORNADO)


def test_the_record_is_kept_like_a_study(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "STORED", tmp_path / "nothing.json")
    monkeypatch.setattr(shipped_record, "shipped", lambda: tmp_path / "no_record.json")
    first, second = (view_of(run, tmp_path / "kept") for _ in range(2))
    found = record.plain(made_record())
    assert "Compute again" not in text(plain(record.layout(first)))
    at = desk(first.service)
    task = at.start(record.JOB, "the record", lambda told: found, record.keeper(at))
    until(lambda: task.state == "done")
    said = text(plain(record.layout(second)))
    assert "Compute again" in said
    assert f"{len(found['forecasts'])} forecasts, 32,768 trials an episode, seed 1. Stored in" in said
    monkeypatch.setattr(study_cache, "engine_digest", lambda: "another")
    assert "Stored in" not in text(plain(record.layout(view_of(run, tmp_path / "kept"))))
