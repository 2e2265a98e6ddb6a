"""Every scenario file that the documents show goes through run, why, replay, report and the pages of the dashboard."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import sim
from dashboards.app.page import View
from dashboards.app.pages import pages
from dashboards.report.build import report
from sim.analysis.failure.why import explain
from sim.cli.commands.replay import show_replay
from sim.cli.commands.run import show_runs
from sim.cli.commands.why import show_why
from sim.results.run import Run
from tests.dashboards.app.conftest import service_over
from tests.project import documents
from tests.project.documents import DOCS, ROOT

TRIALS = 64
SHOWN = [*documents.pages(), ROOT / "README.md", ROOT / "scenarios" / "README.md"]
IS_SCENARIO = ("title:", "supposes:")
PLACES = {
    (page, number): block
    for page in SHOWN
    for number, block in enumerate(documents.blocks(page))
    if block.language == "yaml" and all(f"\n{key}" in f"\n{block.text}" for key in IS_SCENARIO)
}


def written(page: Path, number: int, folder: Path) -> str:
    """The scenario's path, with everything that its page shows before it in place."""
    path = ""
    for place, block in PLACES.items():
        if place[0] == page and place[1] <= number:
            path = block.file_name or f"block_{place[1]}.yaml"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(block.text, encoding="utf-8")
    return path


def told(run: Run, trials: range) -> str:
    to = Console(file=StringIO(), width=100)
    for trial in trials:
        show_replay(sim.replay(run, trial), to)
    return to.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(("page", "number"), PLACES, ids=[f"{page.stem}-{number}" for page, number in PLACES])
def test_a_shown_scenario_works_everywhere(
    page: Path, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = sim.run(written(page, number, tmp_path), trials=TRIALS, workers=1)
    to = Console(file=StringIO(), width=100)
    show_runs([run], to)
    show_why(explain(run), to)
    assert "outcome" in [line.kind for line in sim.replay(run, 0).narrative]
    assert "nan" not in told(run, range(4)).split()
    assert run.scenario.title.split()[0] in report([run], what_if=False)
    service = service_over([run])
    try:
        for module in pages():
            assert module.layout(View(run.name, run, [run], service)) is not None, module.__name__
    finally:
        service.stop()


def test_the_documents_show_scenarios() -> None:
    """Nothing is left out by a heading of another form: every file that is named was found."""
    assert len(PLACES) >= 7
    named = {block.file_name for page in SHOWN for block in documents.blocks(page) if block.file_name}
    assert named == {block.file_name for block in PLACES.values() if block.file_name}


def test_a_track_without_issues_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The how-to's own track of which nothing moves: refused, signed and in force without an issue to name."""
    monkeypatch.chdir(tmp_path)
    guide = DOCS / "guide" / "new_war.md"
    base = next(number for place, number in PLACES if place == guide)
    written(guide, base, tmp_path)
    (tmp_path / "guns.yaml").write_text(
        "extends: saltmarsh/base\ntitle: Only the guns stop\nsupposes: The armistice is off the table.\n"
        "tracks: {armistice: null}\n"
        "parties:\n  Coast: {fear: 0, trust: 1}\n  Upland: {fear: 0, trust: 1}\n"
    )
    run = sim.run("guns.yaml", trials=TRIALS, workers=1)
    story = told(run, range(12))
    assert "no issue is on the table to make up for it" in " ".join(story.split())
    found = sim.replay(run, 0).as_dict()
    lanes = [lane for moment in found["moments"] for lane in moment.get("tracks", ())]
    refusals = [lane["refusals"] for lane in lanes if "refusals" in lane]
    assert refusals and all(one["Coast"]["issue"] is None and one["Coast"]["issue_short"] == 0 for one in refusals)
    assert "It says ." not in story
