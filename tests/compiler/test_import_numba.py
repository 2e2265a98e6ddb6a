"""Where numba is missing or does not fit, a command says so in one sentence; what needs no model works on."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from sim.compiler.import_numba import refusal

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import sys
from sim.cli import app
def probe() -> None:
    import sim.compiler.decorators
app.app.command("probe")(probe)
sys.argv = ["parley", *sys.argv[1:]]
app.main()
"""
MISSING = "raise ModuleNotFoundError(\"No module named 'numba'\", name='numba')"
TOO_NEW = "raise ImportError('Numba needs NumPy 2.0 or less. Got NumPy 2.4.')"
BROKEN = "raise OSError('libllvmlite.so: cannot open\\nshared object file')"
HALF = "raise ModuleNotFoundError(\"No module named 'llvmlite'\", name='llvmlite')"


def parley(words: str, numba: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command where ``import numba`` does what the text ``numba`` says."""
    (folder / "numba").mkdir()
    (folder / "numba" / "__init__.py").write_text(numba, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *words.split()], capture_output=True, text=True, env=environment, cwd=folder
    )


@pytest.mark.parametrize(
    ("numba", "message"),
    [
        (MISSING, "expected the package numba, which compiles the model, got none: pip install numba"),
        (
            TOO_NEW,
            f"expected a NumPy that numba {metadata.version('numba')} takes, got numpy {metadata.version('numpy')} "
            "(Numba needs NumPy 2.0 or less): pip install --upgrade numba brings a pair that fits",
        ),
        (
            BROKEN,
            f"expected the package numba, which compiles the model, got numba {metadata.version('numba')}, which "
            "cannot be imported (libllvmlite.so: cannot open shared object file): pip install --force-reinstall numba",
        ),
        (
            HALF,
            f"expected the package numba, which compiles the model, got numba {metadata.version('numba')}, which "
            "cannot be imported (No module named 'llvmlite'): pip install --force-reinstall numba",
        ),
    ],
)
def test_a_numba_that_cannot_be_imported_is_one_sentence(numba: str, message: str, tmp_path: Path) -> None:
    done = parley("probe", numba, tmp_path)
    assert (done.returncode, done.stderr.splitlines(), done.stdout) == (2, [f"parley: {message}"], "")


def test_what_needs_no_model_works_without_numba(tmp_path: Path) -> None:
    done = parley("check teaching/minimal", MISSING, tmp_path)
    assert done.returncode == 0 and "numba" not in done.stderr


def test_a_failure_without_words_is_named_by_its_kind() -> None:
    assert "(SystemError)" in str(refusal(SystemError()))
