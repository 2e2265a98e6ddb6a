"""Tables of odds as a reader sees them: whose dates and sides they name, and where their lines break."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import sim
from sim.cli.commands.run import show_runs
from sim.cli.console import console, print_table, say

BASE = "teaching/minimal"
OTHER = """\
extends: teaching/minimal
title: Another
supposes: Another year and another side.
start: 2001-02-01
parties: {South: {label: Ruritania}}
"""


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sim.Run:
    monkeypatch.chdir(tmp_path)
    Path("other.yaml").write_text(OTHER, encoding="utf-8")
    return sim.run("other.yaml", trials=320, workers=1)


def shown(*runs: sim.Run) -> str:
    to = Console(file=StringIO(), width=100)
    show_runs(runs, to)
    return to.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_scenarios_of_other_days_and_sides_are_not_named_after_the_first(other: sim.Run) -> None:
    base = sim.run(BASE, trials=320, workers=1)
    assert "South" in shown(base) and "Ruritania" in shown(other)
    both = shown(base, other)
    assert "from 1 January 2001 and 1 February 2001 320 trials each" in " ".join(both.split())
    table = both[both.index("per cent, by day") - 400 : both.index("Still in force after 180 days:")]
    assert "side A /" in table and "side B" in table and "Ruritania" not in table


def test_a_number_and_its_per_cent_stay_on_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{'x' * 97} 8 %; and {'y' * 90} 17 % of them"
    say(console(), text)
    console().print(text)
    console().print(text, soft_wrap=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 4 and not [line for line in lines if line.lstrip().startswith("%")]
    assert text in lines


def test_further_lines_of_a_row_that_belongs_to_the_one_above_are_indented() -> None:
    to = Console(file=StringIO(), width=28)
    print_table(to, ("scenario", "30"), [("a", "2"), ("  still in force after 180 days", "1")])
    lines = to.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 4 and all(line.startswith("  ") and line[2] != " " for line in lines[2:])
