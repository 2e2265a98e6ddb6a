"""Each class of mistake in a file is one line: file, line, column, key path, expected, got."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenario.conftest import DATA, refusal_of


def blocks() -> list[tuple[str, str, list[str]]]:
    """(old, new, expected lines) from data/mistakes.txt."""
    found = []
    for block in (DATA / "mistakes.txt").read_text(encoding="utf-8").split("\n\n")[1:]:
        old, new, *expected = block.strip("\n").split("\n")
        assert old.startswith("- ") and new.startswith("+ ")
        found.append((old[2:].replace("⏎", "\n"), new[2:].replace("⏎", "\n"), expected))
    return found


@pytest.mark.parametrize(("old", "new", "expected"), blocks())
def test_mistake_is_reported_with_its_place(
    complaint: Callable[[str, str], str], old: str, new: str, expected: list[str]
) -> None:
    assert complaint(old, new).splitlines() == expected


def test_several_mistakes_are_reported_at_once_up_to_twenty(here: Path, complaint: Callable[[str, str], str]) -> None:
    wrong = "".join(f"x{number}: 1\n" for number in range(25))
    lines = complaint("title:", wrong + "title:").splitlines()
    assert len(lines) == 21
    assert lines[0].startswith("base.yaml:2:1: error: x0: unknown key `x0`")
    assert lines[-1] == "... and 5 more"


def test_what_is_quoted_is_cut_and_on_one_line(complaint: Callable[[str, str], str]) -> None:
    message = complaint("start: 2025-05-15", "start: 'today" + "y" * 500 + "'")
    assert "\n" not in message
    assert f"got the text 'today{'y' * 72}...'" in message


def test_error_in_a_grandparent_is_located_there(here: Path) -> None:

    text = (here / "south.yaml").read_text(encoding="utf-8").replace("image:", "imgae:")
    (here / "south.yaml").write_text(text, encoding="utf-8")
    (here / "child.yaml").write_text("extends: base\ntitle: child\n", encoding="utf-8")
    (here / "grandchild.yaml").write_text("extends: child\ntitle: grandchild\n", encoding="utf-8")
    assert refusal_of("grandchild.yaml") == (
        "south.yaml:8:1: error: parties.South.imgae: unknown key `imgae`, did you mean `image`?"
    )
