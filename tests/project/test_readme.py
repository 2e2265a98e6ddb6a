"""What the README shows works as it stands: its scenario, its Python, its commands and its test command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.S)
COMMANDS = sorted(
    {
        re.split(r" {2,}", line)[0]
        for language, block in BLOCKS
        if language == ""
        for line in block.splitlines()
        if line.startswith("parley ") and not line.startswith("parley dashboard")  # serves until stopped: tests/browser
    }
)
SUBSTITUTES = {"my_war": "readme_war"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that holds the README's own scenario."""
    monkeypatch.chdir(tmp_path)
    (scenario,) = (block for language, block in BLOCKS if language == "yaml")
    (tmp_path / "my_scenario.yaml").write_text(scenario, encoding="utf-8")
    return tmp_path


SLOW = ("parley levers", "parley calibrate", "parley backtest")
"""A search over packages and all episodes twice: run by ``make verify``; in small in tests/cli/test_studies.py."""


@pytest.mark.parametrize(
    "command", [pytest.param(one, marks=pytest.mark.slow) if one.startswith(SLOW) else one for one in COMMANDS]
)
def test_commands(command: str, here: Path) -> None:
    from sim.cli.app import app

    words = [SUBSTITUTES.get(word, word) for word in shlex.split(command)[1:]]
    if words[0] in ("run", "compare", "forecasters", "why", "replay", "timeline"):
        words += ["--trials", "320"]
    if words[0] == "sensitivity":
        words += ["--trials", "64"]
    if words[0] == "levers":
        words += ["--trials", "512"]
    if words[0] in ("calibrate", "backtest"):
        words += ["--trials", "2048"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert result.output.strip()


def test_python(here: Path) -> None:
    (code,) = (block for language, block in BLOCKS if language == "python")
    found: dict[str, object] = {}
    exec(compile(code.replace("20_000", "320"), "README.md", "exec"), found)
    run = found["run"]
    assert 0 <= run.odds("durable", days=90).p <= 1  # type: ignore[attr-defined]
    assert len(run.trials) == 320  # type: ignore[attr-defined]


def test_links_lead_somewhere() -> None:
    root = Path(__file__).parents[2]
    missing = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if not (root / target).exists()]
    assert missing == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (Path(__file__).parents[2] / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in script and "```\nmake test\n```" in README
