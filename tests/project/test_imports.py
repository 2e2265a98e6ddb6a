"""What imports what: the contracts between packages, and what a command may not load."""

import subprocess
import sys
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).resolve().parents[2]
# pydantic is not among them: typer itself uses it to read options.
HEAVY = {"numpy", "scipy", "pandas", "pyarrow", "mesa", "networkx", "numba", "ruamel", "rich", "plotly", "dash"}


def loaded_by(code: str) -> set[str]:
    """Top-level packages in memory after ``code`` has run in a fresh interpreter."""
    tried = f"try:\n    {code}\nexcept SystemExit:\n    pass"
    script = f"import sys\n{tried}\nprint('LOADED', *{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


def test_imports_go_down_only() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("words", ["--help", "run --help", "--version", "nonsense", "", "check teaching/minimal"])
def test_help_mistakes_and_checks_load_nothing_heavy(words: str) -> None:
    command = f"sys.argv = {['parley', *words.split()]}; from sim.cli.app import main; main()"
    allowed = {"numpy", "scipy", "ruamel", "dash"} if words.startswith("check") else set()
    assert not loaded_by(command if words else "import sim; dir(sim)") & (HEAVY - allowed)


def test_pages_wait_for_no_engine() -> None:
    """Mesa takes most of a second; workers need it, and pages only once they run trials again themselves."""
    loaded = loaded_by("from dashboards.app.server import Service, make_app; make_app(Service(64))")
    assert "mesa" not in loaded and "dash" in loaded


def test_everything_the_package_promises_is_there() -> None:
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        sim.nonsense  # noqa: B018


@pytest.mark.slow
def test_mypy_sees_the_types_in_a_file_of_a_user(tmp_path: Path) -> None:
    assert (ROOT / "sim" / "py.typed").is_file()
    (tmp_path / "mine.py").write_text('import sim\n\nreveal_type(sim.run("teaching/minimal"))\nsim.run(3.5)\n')
    words = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", "mine.py"]
    said = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True).stdout
    assert 'Revealed type is "sim.results.run.Run"' in said
    assert "Found 1 error" in said and 'expected "Scenario | str"' in said
