"""Names as tables print them are accepted; what was meant is suggested; every kind of mistake comes in one round."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.execution.plan import expand
from sim.scenario.reading.scenario_names import alike, not_found
from tests.conftest import Answer

Parley = Callable[..., Answer]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("aides_only", "istanbul_2025/aides_only"),
        ("Aides-Only", "istanbul_2025/aides_only"),
        ("istanbul2025/aidesonly", "istanbul_2025/aides_only"),
        ("spoilers", "teaching/spoilers"),
        ("teaching/minimal", "teaching/minimal"),
    ],
)
def test_a_scenario_by_its_short_name(typed: str, name: str) -> None:
    assert expand([typed]) == [name]
    assert sim.load(typed) == sim.load(name)


@pytest.mark.parametrize("typed", ["istanbul2025", "ISTANBUL_2025", "istanbul-2025/"])
def test_a_folder_by_a_name_like_its_own(typed: str) -> None:
    assert expand([typed]) == expand(["istanbul_2025"]) and len(expand([typed])) > 20


def test_a_short_name_twice_is_one_scenario(parley: Parley) -> None:
    assert expand(["minimal", "teaching/minimal"]) == ["teaching/minimal"]
    assert "is the base itself" in parley("compare", "minimal", "teaching/minimal").err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("istanbul_205", "no scenario `istanbul_205`, did you mean `istanbul_2025`?"),
        ("aides_onli", "no scenario `aides_onli`, did you mean `istanbul_2025/aides_only`?"),
        ("korea", "`korea`: expected one scenario, got the folder `korea`, which holds `korea/july_1951`"),
        ("nothing_at_all", "no scenario `nothing_at_all`; `parley list` shows all"),
    ],
)
def test_what_was_meant_is_suggested(typed: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        sim.load(typed)
    assert str(error.value) == said


def test_a_name_of_several_lists_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("north", "south"):
        (tmp_path / "scenarios" / folder).mkdir(parents=True)
        (tmp_path / "scenarios" / folder / "base.yaml").write_text("extends: teaching/minimal\nsupposes: x\n")
    with pytest.raises(ScenarioError, match="got one of several: `north/base`, `south/base`"):
        sim.load("base")
    assert alike("base", ["north/base"]) == ["north/base"] and alike("x/base", ["north/base"]) == []
    assert not_found("zzz", []) == "no scenario `zzz`; `parley list` shows all"


MISTAKEN = """\
extends: teaching/minimal
title: Mistakes
supposes: All at once.
tracks:
  ceasefire: {scope: [valey], ratified_by: [Senate], least_level: 9}
parties:
  North: {strain: lots, trusst: 0.2, image: 0,02}
  South: {points: {vally: 100}, optimism: {low: 0,02, central: 0,2, high: 0,4}}
attendance:
  - {party: Nort, level: 2, when: {South: 2}}
war: {momentum: 0.1, momentum: 0.2}
"""
TOLD = """\
5:23: error: tracks.ceasefire.scope.0: unknown issue `valey`, did you mean `valley`?
5:45: error: tracks.ceasefire.ratified_by.0: unknown veto player `Senate`; none is allowed here
5:67: error: tracks.ceasefire.least_level: expected a whole number from 0 to 3, got the number 9
7:19: error: parties.North.strain: expected a number, got the text 'lots'
7:25: error: parties.North.trusst: unknown key `trusst`, did you mean `trust`?
7:45: error: parties.North.image: expected a decimal point, got a comma: write 0.02
8:20: error: parties.South.points.vally: unknown issue `vally`, did you mean `valley`?
8:49: error: parties.South.optimism.low: expected a decimal point, got a comma: write 0.02
8:64: error: parties.South.optimism.central: expected a decimal point, got a comma: write 0.2
8:75: error: parties.South.optimism.high: expected a decimal point, got a comma: write 0.4
10:13: error: attendance.0.party: unknown party `Nort`, did you mean `North`?
11:22: error: war.momentum: the key stands twice, first in line 11
"""


def refusal_of(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("top.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        sim.load("top.yaml")
    return str(error.value)


def test_mistakes_of_form_and_of_name_come_in_one_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal_of(MISTAKEN, tmp_path, monkeypatch) == "\n".join(f"top.yaml:{line}" for line in TOLD.splitlines())


def test_a_decimal_comma_is_named_on_the_command_line_too(parley: Parley) -> None:
    for value in ("{low: 0,002, central: 0.01, high: 0.02}", "0,002"):
        answer = parley("run", "teaching/minimal", "--set", f"parties.North.image={value}", "--trials", "16")
        assert answer.code == 2 and "comma" in answer.err and "point" in answer.err


def test_a_number_may_be_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits with a value of their own are a name and no half of a number."""
    text = "extends: teaching/minimal\nsupposes: x\nparties: {North: {points: {1: 50, 2: 50}}}\n"
    said = refusal_of(text, tmp_path, monkeypatch)
    assert "unknown issue `1`" in said and "comma" not in said


def test_a_scenario_without_its_own_supposes_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("extends: teaching/minimal\nwar: {momentum: 0.1}\n")
    Path("over.yaml").write_text("extends: mine\nsupposes: A sentence of its own.\n")
    said = sim.load("mine.yaml").supposes
    assert said == "Not said: this file has no `supposes` of its own, and extends teaching/minimal."
    assert sim.load("over.yaml").supposes == "A sentence of its own."


def test_no_message_names_a_page_that_is_not_installed() -> None:
    """Installed without the repository there is no docs/: what is said to a user says the thing itself."""
    lost = []
    for path in [*(ROOT / "sim").rglob("*.py"), *(ROOT / "dashboards").rglob("*.py")]:
        if path.parent.name == "reference" or path.name == "catalogue_pages.py":  # they write docs/
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        notes = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        lost += [
            f"{path.name}:{one.lineno}: {one.value[:60]}"
            for one in ast.walk(tree)
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in notes
            if re.search(r"\b(docs|tests)/|\b(README|SECURITY|CHANGELOG|LICENSE)\b", one.value)
        ]
    assert lost == []
