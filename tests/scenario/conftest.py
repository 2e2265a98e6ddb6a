"""A made-up war in a folder of its own, and a way to load it with one thing changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.scenario.reading.load import load

DATA = Path(__file__).parent / "data"


def at(*u: float) -> Callable[[str], np.ndarray]:
    """The same uniforms for every name."""
    return lambda name: np.array(u)


def refusal_of(*arguments: Any, read: Callable[..., Any] = load) -> str:
    """Return the error with which what ``arguments`` name is refused."""
    with pytest.raises(ScenarioError) as error:
        read(*arguments)
    return str(error.value)


def recording(*u: float) -> tuple[Callable[[str], np.ndarray], list[str]]:
    """Return the same uniforms for every name, and the list of the names they are asked for."""
    asked: list[str] = []

    def uniform(name: str) -> np.ndarray:
        asked.append(name)
        return np.array(u)

    return uniform, asked


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with base.yaml and the library file south.yaml in it."""
    for name in ("base.yaml", "south.yaml"):
        shutil.copy(DATA / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def complaint(here: Path) -> Callable[[str, str], str]:
    """The error that base.yaml gives with its first ``old`` replaced by ``new`` ("" if none)."""

    def complain(old: str, new: str) -> str:
        text = (here / "base.yaml").read_text(encoding="utf-8")
        assert old in text
        (here / "base.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
        try:
            load("base.yaml")
        except ScenarioError as error:
            return str(error)
        return ""

    return complain


@pytest.fixture
def draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes a table, draws.csv, into the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "draws.csv") -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    return write
