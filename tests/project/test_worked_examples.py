"""The pages on how to add something are followed in a copy of the checkout: their files, their edits, their tests.

What a page leaves alone is linked and not copied: machine code that is kept beside the model is then not made anew.
A Python block whose first line is ``# path/of/a/file.py`` is that file; a block in ``diff`` whose first line is
``--- path`` is an edit of it, found by its lines (``@@`` begins another).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project.documents import DOCS, ROOT, blocks

FOLDER = DOCS / "contributing"
COPIED = ("dashboards", "scenarios", "sim", "tests", "pyproject.toml")
MOST_WORDS = 600


def new_files(page: Path) -> dict[str, str]:
    """Return the files that a page adds, by path."""
    parts = (block.text.partition("\n") for block in blocks(page) if block.language == "python")
    return {head.removeprefix("# "): text for head, _, text in parts}


def edits(page: Path) -> dict[str, list[tuple[str, str]]]:
    """Return for each file that a page edits what stands there before and after."""
    found = {}
    for block in blocks(page):
        if block.language == "diff":
            head, _, text = block.text.partition("\n")
            hunks = [hunk.splitlines(keepends=True) for hunk in re.split(r"^@@\n", text, flags=re.M)]
            found[head.removeprefix("--- ")] = [
                tuple("".join(line[1:] for line in hunk if line[0] in kept) for kept in (" -", " +")) for hunk in hunks
            ]
    return found  # type: ignore[return-value]


@pytest.fixture
def follow(tmp_path: Path) -> Callable[[str], Path]:
    """Apply a page to a copy of the checkout; the copy."""

    def applied(name: str) -> Path:
        copy = tmp_path / "parley"
        copy.mkdir()
        added, edited = new_files(FOLDER / name), edits(FOLDER / name)
        touched = {path.partition("/")[0] for path in (*added, *edited)}
        for item in COPIED:
            if item in touched:
                shutil.copytree(ROOT / item, copy / item, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (copy / item).symlink_to(ROOT / item)
        for path, text in added.items():
            assert not (copy / path).exists(), path
            (copy / path).write_text(text, encoding="utf-8")
        for path, changes in edited.items():
            text = (copy / path).read_text(encoding="utf-8")
            for before, after in changes:
                assert text.count(before) == 1, f"{path}: {before}"
                text = text.replace(before, after)
            (copy / path).write_text(text, encoding="utf-8")
        return copy

    return applied


def run(copy: Path, *words: str) -> str:
    """Run a module of Python in the copy."""
    done = subprocess.run([sys.executable, "-m", *words], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def check(copy: Path, page: str, n_product_files: int, *others: str) -> None:
    """Run the page's tests and ``others``, then the style checks; count the files of the program that it touches."""
    added = list(new_files(FOLDER / page))
    touched = [path for path in [*added, *edits(FOLDER / page)] if path.startswith(("sim/", "dashboards/"))]
    assert len(touched) == n_product_files, touched
    tests = [path for path in added if path.startswith("tests/")]
    assert "passed" in run(copy, "pytest", "-q", "-p", "no:cacheprovider", *tests, *others)
    run(copy, "ruff", "check", "--no-cache", *added, *edits(FOLDER / page))
    # A parameter of the schema stands on one line, with its meaning, however long that is.
    formatted = [path for path in [*added, *edits(FOLDER / page)] if not path.startswith("sim/scenario/schema/")]
    run(copy, "ruff", "format", "--check", "--no-cache", *formatted)


def test_a_new_command(follow: Callable[[str], Path]) -> None:
    copy = follow("new_command.md")
    assert "2001-12-31" in run(copy, "sim", "horizon", "teaching/minimal")
    assert re.search(r"^Scenarios:\n(  .*\n)*  horizon ", run(copy, "sim", "--help"), flags=re.M)
    check(copy, "new_command.md", 2)


def test_a_new_page(follow: Callable[[str], Path]) -> None:
    copy = follow("new_page.md")
    check(copy, "new_page.md", 3, "tests/dashboards/app/test_pages.py::test_pages_are_in_order_and_named_once")


def test_a_new_friction(follow: Callable[[str], Path], tmp_path: Path) -> None:
    """Whatever shows frictions shows it, with nothing else changed; a run stored before knows none of it."""
    gaining = ["teaching/minimal", "--set=war.momentum=0.5", "--set=war.momentum_mean=0.5", "--trials", "640"]
    run(ROOT, "sim", "run", *gaining, "--out", str(tmp_path / "before"))
    copy = follow("new_friction.md")
    why = ["sim", "why", *gaining, *(f"--set=parties.{side}.impatience=3" for side in ("North", "South"))]
    found = json.loads(run(copy, *why, "--json"))
    assert found["frictions"]["patience"]["p"] > 0.5 and found["anatomy"]["patience"] > 0.05
    assert found["smallest"]["without"]["patience"]["p"] > 0.5
    printed = " ".join(run(copy, *why).split())
    assert "impatience for what is promised" in printed and "what is promised comes too late to count" in printed
    before = json.loads(run(copy, "sim", "why", str(tmp_path / "before"), "--json"))
    assert before["anatomy"]["patience"] == 0 == before["frictions"]["patience"]["p"]
    shutil.copytree(DOCS / "generate", copy / "docs" / "generate")
    run(copy, "docs.generate", str(tmp_path))
    reference = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "| 13 | `patience` |" in reference and "| `patience` | a side discounts" in reference
    figures = "tests/dashboards/figures/test_figures.py::test_neighbours_in_a_stack_never_share_colour_and_pattern"
    words = "tests/results/test_compare_and_wording.py::test_every_tag_has_words"
    check(copy, "new_friction.md", 5, "tests/model/test_switches.py", figures, words)


DURABLE = """
from sim import load
from sim.model.compiled import simulate
print((simulate(load("teaching/minimal"), 1, 0, 4096)["durable_week"] >= 0).mean())
"""


@pytest.mark.slow
def test_a_mechanism_that_is_tried_in_its_step(follow: Callable[[str], Path]) -> None:
    """War that tires both sides brings ceasefires; the edit of the page is all that it takes."""
    copy = follow("../guide/mechanism.md")
    odds = [
        float(subprocess.run([sys.executable, "-c", DURABLE], cwd=place, capture_output=True, text=True).stdout)
        for place in (ROOT, copy)
    ]
    assert odds[0] < odds[1] < 1


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(path.name for path in FOLDER.glob("*.md")))
def test_what_is_added_keeps_types_and_layers(page: str, follow: Callable[[str], Path]) -> None:
    copy = follow(page)
    run(copy, "mypy", "--cache-dir", str(copy / ".mypy_cache"))
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint), "--no-cache"], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_pages_are_short() -> None:
    for page in FOLDER.glob("*.md"):
        assert len(page.read_text(encoding="utf-8").split()) <= MOST_WORDS, page.name
