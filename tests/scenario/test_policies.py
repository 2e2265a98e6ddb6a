"""The recipes of docs/guide/policies.md: each is a sound variant of the base, and none warns."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.differences import changes
from sim.scenario.reading.load import load
from sim.scenario.reading.warnings import warnings_of
from tests.project.documents import DOCS, blocks

BASE = "istanbul_2025/aides_only"
PAGE = DOCS / "guide" / "policies.md"
RECIPES = [block.text for block in blocks(PAGE) if block.language == "yaml"]
POLICIES = "aid sanctions guarantees monitoring mediation persuasion mandates demands ultimatums absent".split()


@pytest.mark.parametrize("recipe", RECIPES, ids=range(len(RECIPES)))
def test_a_recipe_is_a_sound_variant(recipe: str, tmp_path: Path) -> None:
    path = tmp_path / "variant.yaml"
    path.write_text(f"extends: {BASE}\nmodel: 3\ntitle: x\nsupposes: x.\n{recipe}", encoding="utf-8")
    assert changes(load(BASE), load(path)) != []
    assert warnings_of(path) == []


def test_the_page_is_short_and_names_every_policy() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    headings = " ".join(line.split("**")[1].lower() for line in lines if line.startswith("**"))
    assert len(lines) <= 80 and len(RECIPES) == sum(line.startswith("**") for line in lines)
    assert [policy for policy in POLICIES if policy not in headings] == []
