"""Which file is meant: the nearest one, the same for every kind, and never a shipped one without a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.reading.load import load, open_scenario
from sim.scenario.sources.search_path import look_up, shipped_root
from sim.scenario.timeline import open_timeline
from sim.scenario.to_yaml import as_yaml
from tests.factories import minimal_scenario
from tests.scenario.conftest import refusal_of

TABLE = "speed,strain,fear,pressure,audience,unseen\n2,2,2,2,2,2\n"
CROWD = "forecast_date,platform,question,deadline,outcome_tier,probability\n2025-05-08,Us,Halt?,2025-06-30,broad,.3\n"
DRAWN = """
calibration: {draws: calibration/posterior.csv}
crowd: {file: history/forecasts.csv, date: 2025-05-08}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario with tables of its own beside it, called as shipped ones are; the working folder is elsewhere."""
    folder, elsewhere = tmp_path / "war", tmp_path / "elsewhere"
    for name, text in (("calibration/posterior.csv", TABLE), ("history/forecasts.csv", CROWD)):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    (folder / "war.yaml").write_text(as_yaml(minimal_scenario()) + DRAWN)
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return folder


def test_a_table_next_to_the_scenario_is_taken_for_a_shipped_one_of_its_name(own: Path) -> None:
    found = load(own / "war.yaml").origin
    assert [(one.role, one.place) for one in found] == [
        ("scenario", "beside the scenario"),
        ("calibration", "beside the scenario"),
        ("crowd", "beside the scenario"),
    ]
    (own / "calibration" / "posterior.csv").unlink()
    assert load(own / "war.yaml").origin[1].place == "shipped"


def test_the_working_folder_does_not_matter(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do files of the same names that lie in it."""
    before = load(own / "war.yaml")
    for name in ("calibration/posterior.csv", "scenarios/calibration/posterior.csv"):
        Path(name).parent.mkdir(parents=True)
        Path(name).write_text(TABLE.replace("2", "3"))
    assert load(own / "war.yaml") == before
    monkeypatch.chdir(own)
    assert load("war.yaml") == before
    monkeypatch.chdir(own / "history")
    assert load("../war.yaml") == before


def test_the_order_is_next_to_then_own_folder_then_working_folder_then_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, far = tmp_path / "here", tmp_path / "far" / "scenarios"
    places = [far / "war", far, here / "scenarios"]
    for place in places:
        (place / "parties").mkdir(parents=True)
        (place / "parties" / "russia.yaml").write_text("role: veto\n")
    monkeypatch.chdir(here)
    for place in places:
        assert look_up("parties/russia", far / "war" / "war.yaml") == place / "parties" / "russia.yaml"
        (place / "parties" / "russia.yaml").unlink()
    assert look_up("parties/russia", far / "war" / "war.yaml") == shipped_root() / "parties" / "russia.yaml"
    assert look_up("parties/nobody", far / "war" / "war.yaml") is None


def test_a_shipped_file_reads_shipped_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An own party or posterior in the working folder changes nothing that a shipped scenario says."""
    name = "istanbul_2025/aides_only"
    before = load(name)
    for own in ("scenarios/parties/russia.yaml", "scenarios/calibration/posterior.csv", "history/forecasts.csv"):
        (tmp_path / own).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / own).write_text("role: veto\n")
    monkeypatch.chdir(tmp_path)
    assert load(name) == before
    assert {one.place for one in load(name).origin} == {"shipped"}


def test_a_typed_name_that_hides_a_shipped_scenario_is_said(own: Path, parley: Callable[..., Any]) -> None:
    target = Path("scenarios/teaching/minimal.yaml")
    target.parent.mkdir(parents=True)
    target.write_text(as_yaml(minimal_scenario()))
    note = f"teaching/minimal is your own {target} here, not the shipped scenario of that name.\n"
    for command in (["check"], ["run", "-n", "64"], ["show"]):
        answer = parley(*command, "teaching/minimal")
        assert answer.code == 0 and note in answer.err, command
    assert note not in parley("check", str(target)).err
    target.write_bytes((shipped_root() / "teaching/minimal.yaml").read_bytes())
    assert note not in parley("check", "teaching/minimal").err


def test_a_timeline_takes_the_base_next_to_it(own: Path) -> None:
    (own / "line.yaml").write_text(
        "title: Line\nbase: war\nevents: [{date: 2025-02-01, name: Rain, kind: judgement, note: a test}]\n"
    )
    timeline = open_timeline(own / "line.yaml")
    state = timeline.states[1].scenario
    assert state.title == "Minimal" and state.origin[0].shown.endswith("war.yaml")


def test_show_and_check_name_every_file_with_its_digest(own: Path, parley: Callable[..., Any]) -> None:
    files = load(own / "war.yaml").origin
    for command in ("show", "check"):
        out = parley(command, str(own / "war.yaml")).out
        for one in files:
            assert f"{one.shown} ({one.sha256[:12]})" in out, (command, one)
    assert [one["sha256"] for one in json.loads(parley("show", str(own / "war.yaml"), "--json").out)["files"]] == [
        one.sha256 for one in files
    ]


def test_a_table_may_be_pinned_by_its_digest(own: Path) -> None:
    digest = load(own / "war.yaml").origin[1].sha256
    path = own / "pinned.yaml"
    text = as_yaml(minimal_scenario()) + "calibration: {draws: calibration/posterior.csv, sha256: %s}\n"
    path.write_text(text % f"'{digest[:12]}'")
    assert load(path) == load(path) and load(path).origin[1].sha256 == digest
    path.write_text(text % ("0" * 12))
    assert "calibration.sha256: expected text, got the number 0" in refusal_of(path)
    path.write_text(text % ("a" * 12))
    said = refusal_of(path)
    assert "calibration.sha256: expected a file with this digest, got " in said and said.endswith(digest[:12])


@pytest.mark.parametrize("name", ["../secret.csv", "link.csv"])
def test_no_table_leads_out_of_its_folder(own: Path, name: str) -> None:
    (own.parent / "secret.csv").write_text(TABLE)
    (own / "link.csv").symlink_to(own.parent / "secret.csv")
    path = own / "out.yaml"
    path.write_text(as_yaml(minimal_scenario()) + f"calibration: {{draws: {name}}}\n")
    said = refusal_of(path)
    assert "calibration.draws: '" in said and "out.yaml:" in said


def test_what_show_writes_out_is_found_again(
    own: Path, parley: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the folder in which it was written, whatever folder the scenario lies in."""
    monkeypatch.chdir(own.parent)
    Path("again.yaml").write_text(parley("show", "war/war.yaml", "--resolved").out)
    assert [one.sha256 for one in open_scenario("again.yaml").scenario.origin[1:]] == [
        one.sha256 for one in load("war/war.yaml").origin[1:]
    ]
