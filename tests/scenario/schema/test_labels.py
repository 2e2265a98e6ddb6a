"""A label in any script stands wherever a person reads; key paths and JSON keep the name."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import sim
from dashboards.report.content import content
from dashboards.tables.why import positions
from sim.analysis.failure.why import explain
from sim.cli.commands.replay import show_replay
from sim.cli.commands.run import show_runs
from sim.errors import ScenarioError
from sim.scenario.schema.labels import called, sides_called
from tests.conftest import Answer

Parley = Callable[..., Answer]
LABELLED = """\
extends: teaching/minimal
title: Долина
supposes: Labels in another script.
issues: {valley: {label: Долина}}
tracks: {ceasefire: {label: Припинення вогню}}
parties:
  North: {label: Україна}
  South: {label: Türkiye}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sim.Run:
    monkeypatch.chdir(tmp_path)
    Path("ua.yaml").write_text(LABELLED, encoding="utf-8")
    return sim.run("ua.yaml", trials=736, workers=1)


def printed(show: Callable[[Console], None]) -> str:
    to = Console(file=StringIO(), width=100)
    show(to)
    return " ".join(to.file.getvalue().split())  # type: ignore[attr-defined]


def test_tables_stories_and_pages_call_parties_by_their_labels(run: sim.Run, parley: Parley) -> None:
    table = printed(lambda to: show_runs([run], to))
    story = printed(lambda to: show_replay(sim.replay(run, 0), to))
    assert "Україна /" in table and "Україна" in story and "Припинення вогню" in story
    assert not {"North", "South", "valley"} & {word.strip(".,;:()'s") for word in f"{table} {story}".split()}
    assert content([run])["sides"] == {"A": "Україна", "B": "Türkiye"}
    assert positions(run.scenario)[0]["words"] == "Долина"
    why = explain(run)
    assert any("Україна's side" in text or "Türkiye's side" in text for text in why.sentences)
    shown = parley("show", "ua.yaml").out
    assert "parties.North (Україна)" in shown and "issues.valley (Долина)" in shown


def test_other_programs_read_names(run: sim.Run) -> None:
    why = explain(run).as_dict()
    assert set(why["party"]) == {"North", "South"} and set(why["issue"]) == {"valley"} and "called" not in why
    replayed = json.dumps(sim.replay(run, 0).as_dict()["weeks"][0], ensure_ascii=False)
    assert "strain_North" in replayed and "Україна" not in replayed
    assert set(sim.long_form([run])["output_type_id"].astype(str)) >= {"North", "South"}


def test_a_long_label_leaves_sentences_to_the_name() -> None:
    korea = sim.load("korea/july_1951")
    assert sides_called(korea)["A"] == korea.sides.A.replace("_", " ")
    assert called(sim.load("istanbul_2025/aides_only"), "US") == "United States"
    assert called(korea, "nobody_known") == "nobody known"


def loaded(text: str, tmp_path: Path) -> sim.Scenario:
    (tmp_path / "f.yaml").write_text(f"extends: teaching/minimal\nsupposes: x\n{text}\n", encoding="utf-8")
    return sim.load(tmp_path / "f.yaml")


def test_a_name_in_another_script_is_reported_about_labels(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"write the name in Latin letters, and this one as its `label:`$"):
        loaded("parties: {Україна: {role: mediator}}", tmp_path)


def test_decomposed_letters_are_put_together(tmp_path: Path) -> None:
    """u with a combining diaeresis, as some keyboards and file systems write it, is the same name."""
    found = loaded("parties: {Tu\u0308rkiye: {role: mediator, reach: {North: 0.5}}}", tmp_path)
    assert "Türkiye" in found.parties
    changed = sim.load(tmp_path / "f.yaml", [("parties.Tu\u0308rkiye.skill", "0.4")])
    assert changed.parties["Türkiye"].skill.value == 0.4  # type: ignore[union-attr]
