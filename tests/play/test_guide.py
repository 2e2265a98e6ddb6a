"""The transcript of docs/guide/play.md is what the program says."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.play.session import Play
from sim.scenario.sampling.readings import FILE, as_read
from tests.conftest import Answer
from tests.project.documents import DOCS, blocks

CHOSEN = {"opening": "90", "offer": "10"}


def test_the_transcript_of_the_guide_is_what_is_printed(
    parley: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    play = Play(as_read(sim.load("istanbul_2025/aides_only"), FILE), "Ukraine", 6)
    while play.pending is not None:
        play.apply(CHOSEN.get(play.pending.key.kind, "model"))
    typed = "".join(f"{CHOSEN.get(key.kind, '')}\n" for key in play.answers)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    command, *shown, script = (one.text for one in blocks(DOCS / "guide" / "play.md") if one.language == "text")
    answer = parley(*command.split()[1:])
    assert answer.code == 0
    assert len(shown) == 3
    printed = [line.rstrip() for line in answer.out.splitlines()]
    for block in shown:
        lines = [line.rstrip() for line in block.splitlines()]
        assert any(printed[at : at + len(lines)] == lines for at in range(len(printed))), block
    (kept,) = (tmp_path / "results" / "plays").iterdir()
    assert script in kept.read_text()
