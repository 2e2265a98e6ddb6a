"""The first run of a fresh installation says that it compiles; later ones have nothing to say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.cli.progress import Bar
from sim.compiler import machine_code
from sim.model import compiled
from sim.model.compiled import simulate

ROOT = Path(__file__).resolve().parents[2]
LINE = f"compiling the model, once ({machine_code.FIRST_COMPILATION})"
TWICE = """
import sim
from sim.model.compiled import simulate
for seed in (1, 2):
    simulate(sim.load("teaching/minimal"), seed, 0, 64, n_threads=2)
"""


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has not compiled, as far as it can see."""
    monkeypatch.setattr(machine_code, "is_compiled", lambda *_: False)
    monkeypatch.setattr(compiled, "simulate_draws", _Fresh(compiled.simulate_draws))
    machine_code._say.cache_clear()
    yield
    machine_code._say.cache_clear()


class _Fresh:
    overloads: dict[object, object] = {}

    def __init__(self, function: object) -> None:
        self._function = function
        self._cache = function._cache  # type: ignore[attr-defined]

    def __call__(self, *arguments: object) -> object:
        return self._function(*arguments)  # type: ignore[operator]


@pytest.mark.parametrize(("is_quiet", "lines"), [(False, [LINE]), (True, [])])
def test_it_is_said_once_and_not_under_quiet(
    is_quiet: bool, lines: list[str], fresh: None, minimal: sim.Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    Bar("trials", quiet=is_quiet)
    for seed in (1, 2):
        simulate(minimal, seed, 0, 64, n_threads=2)
    assert caplog.messages == lines
    Bar("trials", quiet=False)


@pytest.mark.slow
def test_a_fresh_cache_is_filled_once(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    for lines in ([LINE], []):
        done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, env=environment)
        assert (done.returncode, done.stdout, done.stderr.splitlines()) == (0, "", lines)
