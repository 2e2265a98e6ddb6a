"""Commands that have another name answer under the old one for one version, and say so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim._version import __version__
from sim.cli.app import COMMANDS
from sim.cli.sections import GOES_WITH, OLD_NAMES
from tests.conftest import Answer

Parley = Callable[..., Answer]
MINIMAL, BASE = "teaching/minimal", "istanbul_2025/aides_only"
CALLS: dict[str, tuple[str, ...]] = {
    "class": (MINIMAL, "--forecast", ".1,.2,.3,.4", "--trials", "64", "--quiet"),
    "crowd": (BASE, "--trials", "64"),
    "panel": (MINIMAL, "--json"),
    "reread": ("korea/july_1951", "scenarios/readings/korea_july_1951.csv", "--trials", "64", "-q"),
    "sharpen": (MINIMAL, "--method", "sobol", "--against", "teaching/spoilers", "--trials", "2048", "--json"),
    "sheet": (MINIMAL, "--out", "room"),
}


@pytest.mark.parametrize("old", OLD_NAMES)
def test_an_old_name_does_the_same_and_is_noted(
    old: str, parley: Parley, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new, words = OLD_NAMES[old], list(CALLS[old])
    if "room" in words:
        monkeypatch.chdir(tmp_path)
    before = parley(old, *words)
    for file in tmp_path.glob("room/*"):
        file.unlink()
    after = parley(new, *words)
    assert (before.code, before.out) == (0, after.out) and after.code == 0
    said = f"parley: `{old}` is called `{new}` now; the old name goes with version {GOES_WITH}\n"
    assert before.err == ("" if {"-q", "--quiet"} & set(words) else said) + after.err


def test_only_new_names_are_shown_and_proposed(parley: Parley) -> None:
    names = [name for section in COMMANDS.values() for name in section]
    assert set(OLD_NAMES.values()) <= set(names) and not set(OLD_NAMES) & set(names)
    shown = parley("--help").out
    assert [name for name in names if f"\n  {name} " not in shown] == []
    assert [old for old in OLD_NAMES if f"\n  {old} " in shown] == []
    for typo in ("crowds", "panels", "sharpe", "rereads"):
        answer = parley(typo)
        assert answer.code == 2 and not any(f"'{old}'" in answer.err for old in OLD_NAMES), answer.err
    assert "'rivals'" in parley("rival").err


def test_mistakes_under_an_old_name_are_those_of_the_new(parley: Parley) -> None:
    assert "--seed: expected once" in parley("crowd", BASE, "--seed", "1", "--seed=2").err
    assert "(see: parley rivals --help)" in parley("panel").err
    dropped = parley("sharpen", MINIMAL, "--method", "controls")
    assert dropped.code == 2 and "expected plain, sobol or all, got 'controls'" in dropped.err


def test_old_names_go_in_time() -> None:
    assert tuple(map(int, __version__.split(".")[:2])) < tuple(map(int, GOES_WITH.split(".")))
