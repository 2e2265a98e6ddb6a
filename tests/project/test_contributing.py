"""CONTRIBUTING.md names files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def named() -> list[str]:
    """Return every path of the checkout that stands in backticks; one to be written (``my_war``) is left out."""
    found = re.findall(r"`((?:sim|dashboards|tests|docs|scenarios|\.ci)/[\w./-]*)", TEXT)
    return sorted({path for path in found if "my_war" not in path})


def test_the_questions_of_a_newcomer_have_an_answer() -> None:
    assert TEXT.count("| where is ... |") == 1 and len(named()) > 10


@pytest.mark.parametrize("path", named())
def test_each_path_is_there(path: str) -> None:
    assert (ROOT / path).exists()
