"""What the documentation shows works as it stands: files, Python, commands, links, the notebook; it builds offline."""

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from tests.project import documents
from tests.project.documents import DOCS, ROOT

README = ROOT / "README.md"
OTHERS = {"reference", "decisions", "contributing"}  # generated; of their time; followed by test_worked_examples
PAGES = [page for page in documents.pages() if not OTHERS & set(page.parts)] + [README]
STORIES = [page for page in PAGES if any(one.language == "python" or one.commands for one in documents.blocks(page))]
ELSEWHERE = {"timeline.md", "fewer_trials.md", "levers.md", "dashboard.md", "wars", "catalogue"}
QUICK = [page for page in STORIES if not ELSEWHERE & set(page.parts)]
"""Pages of which the fast tests run what is cheap; of the others the slow tests run all."""
NEEDS_RUN = "results/istanbul_2025"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix().removeprefix("docs/")


def call(command: str) -> None:
    answer = CliRunner().invoke(app, documents.cheap(command))
    assert answer.exit_code == 0, f"{command}\n{answer.output}\n{answer.exception}"


def prepare(page: Path) -> None:
    """The run folder that ``make run`` leaves, where a page speaks of it, and the scenario that the README shows."""
    if page == README:
        (scenario,) = (block.text for block in documents.blocks(page) if block.language == "yaml")
        Path("my_scenario.yaml").write_text(scenario, encoding="utf-8")
    elif NEEDS_RUN in page.read_text(encoding="utf-8"):
        sim.run("istanbul_2025/aides_only", trials=96, out=f"{NEEDS_RUN}/aides_only")


def tell(page: Path, is_wanted: bool) -> None:
    """Everything a page shows, in order; of its commands the cheap ones, or all others."""
    names: dict[str, object] = {}
    for block in documents.blocks(page):
        if block.file_name:
            Path(block.file_name).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file_name).write_text(block.text, encoding="utf-8")
        elif block.language == "python" and documents.is_expensive_python(block.text) != is_wanted:
            exec(compile(documents.cheap_python(block.text), name_of(page), "exec"), names)
        for command in block.commands:
            if documents.is_run(command) and documents.is_expensive(command) != is_wanted:
                call(command)


@pytest.mark.parametrize("page", QUICK, ids=name_of)
def test_pages_work_as_they_stand(page: Path, here: Path) -> None:
    prepare(page)
    tell(page, is_wanted=True)


def test_every_command_named_in_a_text_exists_with_its_options() -> None:
    """Commands in tables and sentences: parsed to the last option, not run."""
    program, lost = get_command(app), []
    with program.make_context("parley", ["list"]) as context:
        for page in PAGES:
            for command in documents.inline_commands(page):
                words, found = documents.cheap(command), program
                while words and hasattr(found, "get_command"):
                    found = found.get_command(context, words.pop(0))
                if found is None:
                    lost.append(f"{name_of(page)}: {command}")
                elif "/" in command or "--exercise" in command:  # else it is only named, without what it needs
                    found.make_context(found.name, words, parent=context)
    assert lost == []


def test_links_lead_somewhere() -> None:
    missing = []
    for page in [*documents.pages(), README, ROOT / "CONTRIBUTING.md"]:
        for path, anchor in documents.links(page):
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                missing.append(f"{page.name}: {path}")
            elif anchor and target.suffix == ".md" and anchor not in documents.anchors(target):
                missing.append(f"{page.name}: {path}#{anchor}")
    assert missing == []


def test_every_page_is_reached_from_the_first() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {line.strip() for line in index.splitlines()}
    folders = tuple(line.partition("/")[0] for line in listed if line.endswith("*"))
    lost = [name_of(page) for page in documents.pages() if name_of(page).removesuffix(".md") not in listed]
    assert [name for name in lost if name != "index.md" and name.partition("/")[0] not in folders] == []


def test_pages_name_no_host_of_ours_and_fetch_nothing() -> None:
    for page in documents.pages():
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"!\[[^]]*\]\(https?://|<(script|img|link)[^>]+https?://", text), name_of(page)


def test_the_notebook_is_executed_and_its_cells_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads((DOCS / "guide" / "tweak_agents.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    names: dict[str, object] = {}
    for cell in cells:
        source = documents.cheap_python("".join(cell["source"]))
        exec(compile(source, "tweak_agents.ipynb", "exec"), names)
        shows = isinstance(ast.parse(source).body[-1], ast.Expr | ast.For)
        assert bool(cell["outputs"]) == (shows and "figure.add" not in source.splitlines()[-1]), source
    assert len(names["figure"].data) == 4  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("page", STORIES, ids=name_of)
def test_what_takes_longer_works_too(page: Path, here: Path) -> None:
    prepare(page)
    if page not in QUICK:
        tell(page, is_wanted=True)
    tell(page, is_wanted=False)


@pytest.mark.slow
def test_commands_in_texts_and_tables_run(here: Path) -> None:
    for page in [page for page in PAGES if page.name in ("sceptics.md", "classroom.md")]:
        prepare(page)
        for command in documents.inline_commands(page):
            call(command)


@pytest.mark.slow
def test_the_pages_build_without_a_warning_and_load_nothing(tmp_path: Path) -> None:
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("sphinx is not installed: pip install -e '.[docs]'")
    built = tmp_path / "html"
    words = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(DOCS), str(built)]
    answer = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert answer.returncode == 0, answer.stderr
    for page in built.rglob("*.html"):
        fetched = re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"https?://[^\"]+", page.read_text("utf-8"))
        assert fetched == [], page.name
