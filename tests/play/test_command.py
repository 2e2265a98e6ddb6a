"""``parley play``: typed, piped and replayed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Answer

Parley = Callable[..., Answer]
MINIMAL = ("play", "teaching/minimal", "--side", "North", "--trials", "64")


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    monkeypatch.chdir(tmp_path)
    return lambda lines: monkeypatch.setattr(sys, "stdin", io.StringIO(lines))


def test_a_piped_play_ends_with_a_debrief_and_is_replayed(
    parley: Parley, typing: Callable[[str], None], tmp_path: Path
) -> None:
    typing("90\n" + "\n" * 200)
    played = parley(*MINIMAL)
    assert played.code == 0, played.err
    headings = ("How it ended", "The hidden range", "What was missed", "What you could not see", "Among simulated")
    places = [played.out.index(f"\n{heading}") for heading in headings]
    assert places == sorted(places)
    assert max(map(len, played.out.splitlines())) <= 80
    (script,) = (tmp_path / "results" / "plays").iterdir()
    assert str(script.relative_to(tmp_path)) in played.err
    before = script.read_text()
    typing("")
    again = parley(*MINIMAL, "--script", script)
    assert again.code == 0 and script.read_text() == before
    assert again.out[again.out.index("How it ended") :] == played.out[places[0] + 1 :]
    found = json.loads(parley(*MINIMAL, "--script", script, "--json").out)
    assert found["side"] == "North" and found["decisions"][0] == "2001-01-01 opening: 90"
    assert found["place"]["trials"] == 64


@pytest.mark.parametrize(("ends", "code"), [("quit\n", 130), ("", 2)])
def test_a_play_that_is_left_goes_on_from_its_script(
    parley: Parley, typing: Callable[[str], None], tmp_path: Path, ends: str, code: int
) -> None:
    typing(f"?\nnonsense\n75\n{ends}")
    left = parley(*MINIMAL)
    assert left.code == code
    assert "nothing to do" in left.out and "opening: expected one of 0 to 100" in left.out
    (script,) = (tmp_path / "results" / "plays").iterdir()
    assert str(script.relative_to(tmp_path)) in left.err
    assert script.read_text().splitlines()[-1] == "2001-01-01 opening: 75"
    typing("\n" * 200)
    rest = parley(*MINIMAL, "--script", script)
    assert rest.code == 0 and "How it ended" in rest.out and "How high do you open" not in rest.out
    assert len(list((tmp_path / "results" / "plays").iterdir())) == 1 and "level: model" in script.read_text()


def test_nothing_is_kept_before_the_first_decision(
    parley: Parley, typing: Callable[[str], None], tmp_path: Path
) -> None:
    typing("quit\n")
    assert parley(*MINIMAL).code == 130
    typing("")
    assert parley(*MINIMAL).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_script_of_another_play_is_refused(parley: Parley, typing: Callable[[str], None], tmp_path: Path) -> None:
    script = tmp_path / "own.txt"
    script.write_text("scenario: teaching/minimal\nside: South\nseed: 2\nstart: 2001-01-01\n2001-01-01 opening: 90\n")
    typing("")
    assert "--side: expected South" in parley(*MINIMAL, "--script", script).err
    south = ("play", "teaching/minimal", "--side", "South", "--script", script)
    assert "--seed: expected 2" in parley(*south, "--seed", "3").err
    other = parley("play", "teaching/spoilers", *south[2:])
    assert other.code == 2 and "SCENARIO: expected teaching/minimal" in other.err
    script.write_text("nonsense")
    assert f"{script}:1: expected a decision" in parley(*south).err
    assert "no such file" in parley(*south[:-1], tmp_path / "none.txt").err
    script.write_bytes(b"\xff\xfe")
    assert "it is no text" in parley(*south).err


def test_who_is_no_belligerent_is_named(parley: Parley, typing: Callable[[str], None]) -> None:
    typing("")
    answer = parley("play", "istanbul_2025/aides_only", "--side", "Ukrain")
    assert answer.code == 2 and "did you mean `Ukraine`?" in answer.err and "Traceback" not in answer.err
