"""Machine code is kept between processes, never outlives a change of its sources, and never stops a run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.compiler import decorators as compiled
from sim.compiler import machine_code

ROOT = Path(__file__).resolve().parents[2]
INNER = """
from sim.compiler.decorators import equation
@equation
def raised(x):
    return x + 1.0
"""
OUTER = """
from sim.compiler.decorators import entry
from sim.equations.inner import raised
@entry
def total(xs, n):
    found = 0.0
    for place in range(n):
        found += raised(xs[place])
    return found
"""
CALL = """
import sys
import numpy as np
from sim.compiler.machine_code import announce, is_compiled
from sim.model.outer import total
arguments = (np.zeros(3), 3)
before = is_compiled(total, arguments)
announce(total, arguments), announce(total, arguments)
exec(sys.argv[1])
print(before, total(*arguments), is_compiled(total, arguments))
"""
ONCE = "compiling the model, once (about 20 s)"
ALONE = (
    "compiling the model for this process alone (about 20 s): no folder for machine code can be written; "
    "set NUMBA_CACHE_DIR to one that can"
)


class Package:
    """A copy of the compiler with a model of two functions in two packages."""

    def __init__(self, folder: Path, filled: Package | None = None) -> None:
        self.folder = folder
        if filled:
            shutil.copytree(filled.folder, folder, dirs_exist_ok=True)  # with times of change, which numba compares
            return
        for name in ("__init__.py", "_version.py"):
            (folder / "sim").mkdir(exist_ok=True)
            shutil.copy(ROOT / "sim" / name, folder / "sim" / name)
        for name in ("errors", "compiler", "equations"):
            shutil.copytree(ROOT / "sim" / name, folder / "sim" / name, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "sim" / "model").mkdir()
        for name, text in (("model/__init__", ""), ("equations/inner", INNER), ("model/outer", OUTER)):
            (folder / "sim" / f"{name}.py").write_text(text, encoding="utf-8")

    def call(self, first: str = "", **environment: str) -> tuple[str, list[str]]:
        """Return what a new process prints on stdout and the lines on stderr; ``first`` runs before the call."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
        done = subprocess.run(
            [sys.executable, "-c", CALL, first],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "home"), **environment},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip(), done.stderr.splitlines()

    def files(self, ending: str) -> list[Path]:
        """Return the files of the outer function's machine code."""
        return sorted(self.folder.rglob(f"outer.total*{ending}"))

    def block_folders(self) -> None:
        """Let no folder beside the sources be written, for the superuser either."""
        for folder in ("equations", "model"):
            shutil.rmtree(self.folder / "sim" / folder / "__pycache__", ignore_errors=True)
            (self.folder / "sim" / folder / "__pycache__").write_text("")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path)


@pytest.fixture(scope="session")
def called(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A package whose machine code is kept, to be copied."""
    found = Package(tmp_path_factory.mktemp("called"))
    assert found.call() == ("False 3.0 True", [ONCE])
    return found


@pytest.fixture
def kept(called: Package, tmp_path: Path) -> Package:
    return Package(tmp_path, called)


def test_the_wait_is_said_once_and_the_next_process_does_not_wait(kept: Package) -> None:
    assert kept.call("assert not total.overloads") == ("True 3.0 True", [])


def test_a_change_of_a_function_that_is_called_is_compiled(kept: Package) -> None:
    inner = kept.folder / "sim" / "equations" / "inner.py"
    inner.write_text(INNER.replace("1.0", "5.0"), encoding="utf-8")
    assert kept.call() == ("False 15.0 True", [ONCE])


def test_code_of_older_sources_under_a_new_index_is_not_used(kept: Package) -> None:
    """A process that was killed after it had written the index, and before the code, leaves that."""
    (old,) = kept.files(".nbc")
    older = old.read_bytes()
    (kept.folder / "sim" / "equations" / "inner.py").write_text(INNER.replace("1.0", "5.0"), encoding="utf-8")
    kept.call()
    old.write_bytes(older)
    assert kept.call() == ("False 15.0 True", [ONCE])
    assert kept.call() == ("True 15.0 True", [])


@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
@pytest.mark.parametrize("left", [0, 40, -7])
def test_a_damaged_file_is_written_again(kept: Package, ending: str, left: int) -> None:
    (file,) = kept.files(ending)
    os.truncate(file, left if left >= 0 else file.stat().st_size + left)
    assert kept.call() == ("False 3.0 True", [ONCE])
    assert kept.call() == ("True 3.0 True", [])


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_flipped_bit_in_the_code_is_seen(kept: Package, place: float) -> None:
    """The processor would run it as it is."""
    (file,) = kept.files(".nbc")
    held = bytearray(file.read_bytes())
    held[int(place * len(held))] ^= 4
    file.write_bytes(held)
    assert kept.call() == ("False 3.0 True", [ONCE])
    assert kept.call() == ("True 3.0 True", [])


def test_a_read_only_package_is_kept_in_the_folder_of_the_user(package: Package) -> None:
    package.block_folders()
    assert package.call() == ("False 3.0 True", [ONCE])
    assert package.call() == ("True 3.0 True", [])
    assert package.files(".nbc")[0].is_relative_to(package.folder / "home")


def test_without_any_folder_each_process_compiles_and_says_so(package: Package) -> None:
    package.block_folders()
    nowhere = str(package.folder / "sim" / "model" / "outer.py" / "folder")
    for _ in range(2):
        assert package.call(XDG_CACHE_HOME=nowhere, NUMBA_CACHE_DIR=nowhere) == ("False 3.0 True", [ALONE])
    assert package.call(XDG_CACHE_HOME=nowhere, NUMBA_CACHE_DIR=str(package.folder / "named"))[1] == [ONCE]


def test_a_disk_that_fills_up_before_the_code_is_kept_does_not_stop_the_run(package: Package) -> None:
    full = (
        "import errno, os, numba.core.caching as caching\n"
        "def full(*_): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n"
        "caching.os.replace = full"
    )
    words = "the model is compiled for this process alone: its machine code cannot be kept (No space left on device)"
    assert package.call(full) == ("False 3.0 True", [ONCE, words])
    assert package.call() == ("False 3.0 True", [ONCE])


def test_a_file_in_the_working_folder_names_no_folder_of_code(package: Package) -> None:
    """numba reads its settings from there, and unpickles what lies in the folder that they name."""
    pytest.importorskip("yaml")
    settings = "cache_dir: elsewhere\ncache_locator_classes: decoy.Locator\n"
    (package.folder / ".numba_config.yaml").write_text(settings, encoding="utf-8")
    (package.folder / "decoy.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    assert package.call() == ("False 3.0 True", [ONCE])
    assert package.call() == ("True 3.0 True", [])
    assert not (package.folder / "elsewhere").exists()


# -- in this process ---------------------------------------------------------------------------------


@compiled.entry
def larger(a: float, b: float) -> float:
    """Return the larger number."""
    return a if a > b else b


def test_types_stand_for_arguments_and_what_is_unknown_is_not_announced() -> None:
    assert larger(1.0, 2.0) == larger.py_func(1.0, 2.0) == 2.0  # type: ignore[attr-defined]
    number = machine_code.numba.float64
    assert machine_code.is_compiled(larger, (number, number)) is machine_code.is_compiled(larger, (1.0, 2.0)) is True
    assert machine_code.is_compiled(larger, (np.zeros((2, 2, 2), "i2"), 1)) is False
    assert machine_code.is_compiled(larger.py_func, (1.0, 2.0)) is None  # type: ignore[attr-defined]
    assert machine_code.announcement(larger.py_func, (1.0, 2.0)) == ""  # type: ignore[attr-defined]


def test_files_that_are_compiled_count_for_the_machine_code() -> None:
    """Numbers of a file that is compiled, and not compared, would stay after a change."""
    found = [file.relative_to(ROOT / "sim") for file in (ROOT / "sim").rglob("*.py")]
    compiled_ones = [file for file in found if "sim.compiler.decorators" in (ROOT / "sim" / file).read_text("utf-8")]
    assert {file.parts[0] for file in compiled_ones} <= set(machine_code.COMPILED_FROM)
    assert all((ROOT / "sim" / part).exists() for part in machine_code.COMPILED_FROM)
