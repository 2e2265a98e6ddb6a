"""What may be typed at any command: numbers that are none, flags twice, terminal escapes, foreign places."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE

import pytest

import sim
from tests.conftest import Answer
from tests.torture.faults import in_child

Parley = Callable[..., Answer]
ROOT = Path(__file__).resolve().parents[2]
MINIMAL = "teaching/minimal"
BASE = "istanbul_2025/aides_only"
RUNNING = {
    "run": ("run", MINIMAL),
    "compare": ("compare", MINIMAL, "teaching/spoilers"),
    "why": ("why", MINIMAL),
    "replay": ("replay", MINIMAL, "--trial", "0"),
    "sensitivity": ("sensitivity", MINIMAL),
    "discover": ("discover", MINIMAL),
    "levers": ("levers", BASE),
    "unknowns": ("levers", BASE, "--unknowns"),
    "timeline": ("timeline", "istanbul_may_2025"),
    "exercise": ("exercise", MINIMAL, "--forecast", ".1,.2,.3,.4"),
    "forecasters": ("forecasters", BASE),
    "backtest": ("backtest",),
    "calibrate": ("calibrate",),
    "dashboard": ("dashboard", "--no-browser", "--port", "0"),
}
READING = (
    "check",
    "show",
    "run",
    "why",
    "sensitivity",
    "discover",
    "levers",
    "timeline",
    "forecasters",
    "rivals",
    "dashboard",
)
ESCAPE = "\x1b[31mred\u202e"


def is_refused(answer: Answer, *words: str) -> bool:
    """Exit 2, nothing on stdout, one printable line on stderr that holds ``words``."""
    line = answer.err.removesuffix("\n")
    return answer.code == 2 and answer.out == "" and line.isprintable() and all(word in line for word in words)


@pytest.mark.parametrize("name", RUNNING)
def test_numbers_of_trials_seeds_and_workers(name: str, parley: Parley) -> None:
    for option, value in (
        ("--trials", "0"),
        ("--trials", "-5"),
        ("--trials", "1e6"),
        ("--trials", "20.000"),
        ("--trials", "9" * 50),
        ("--trials", ""),
        ("--seed", "-1"),
        ("--seed", str(2**64)),
        ("--seed", "one"),
        ("--workers", "0"),
        ("--workers", "-1"),
        ("--workers", "many"),
        ("--workers", "99999"),
    ):
        if (name, option) != ("dashboard", "--workers"):
            answer = parley(*RUNNING[name], option, value)
            assert is_refused(answer, option.strip("-")), (option, value, answer)


@pytest.mark.parametrize("name", RUNNING)
def test_an_option_given_twice_or_cut_short_is_refused(name: str, parley: Parley) -> None:
    twice = parley(*RUNNING[name], "--seed", "1", "--seed=2")
    assert twice.err == "parley: --seed: expected once, got twice\n" and is_refused(twice)
    assert is_refused(parley(*RUNNING[name], "-n", "64", "--trials", "96"), "--trials: expected once")
    assert is_refused(parley(*RUNNING[name], "--see", "1"), "No such option", "--see", "--seed")


def test_flags_twice_and_numbers_set_twice_are_refused(parley: Parley) -> None:
    assert is_refused(parley("run", MINIMAL, "--quiet", "-q"), "-q: expected once")
    assert is_refused(parley("results", "list", "--json", "--json"), "--json: expected once")
    sets = ("--set", "war.momentum=.1", "--set", "war.momentum=.2")
    assert is_refused(parley("run", MINIMAL, *sets), "war.momentum: is set twice")
    assert is_refused(parley("run", MINIMAL, "--sweep", "war.momentum=-1e308:1e308:3"), "expected finite numbers")


@pytest.mark.parametrize("name", READING)
def test_a_name_with_terminal_escapes_is_printed_literally(name: str, parley: Parley) -> None:
    answer = parley(name, ESCAPE)
    assert answer.code == 2 and answer.out == ""
    assert "\\x1b[31mred\\u202e" in answer.err
    assert answer.err.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "words",
    [
        ("report", ESCAPE),
        ("results", "list", ESCAPE),
        ("results", "verify", ESCAPE),
        ("results", "reproduce", ESCAPE),
        ("results", "export", ESCAPE, "-o", "x.csv"),
        ("compare", MINIMAL, ESCAPE),
        ("replay", ESCAPE, "--trial", "0"),
        ("replay", MINIMAL, "--tag", ESCAPE, "--trials", "32"),
        ("exercise", ESCAPE, "--forecast", ".1,.1,.1,.1"),
        ("exercise", "--exercise", ESCAPE),
        ("backtest", "--as-of", ESCAPE),
        ("run", MINIMAL, "--set", f"{ESCAPE}=1"),
        ("run", MINIMAL, f"--{ESCAPE}"),
        ("init", ESCAPE),
        (ESCAPE,),
    ],
    ids=lambda words: " ".join(words[:2]).encode("unicode_escape").decode(),
)
def test_no_message_carries_an_escape(words: tuple[str, ...], parley: Parley) -> None:
    answer = parley(*words)
    assert answer.code in (2, 3) and answer.out == ""
    assert answer.err.replace("\n", "").isprintable()


def test_a_run_of_a_hostile_name_is_shown_literally(parley: Parley, tmp_path: Path) -> None:
    from sim.execution.run import run

    run(MINIMAL, trials=64, out=tmp_path / "r", name=ESCAPE, workers=1)
    for words in (("results", "list", tmp_path), ("why", tmp_path / "r"), ("compare", tmp_path / "r", MINIMAL)):
        answer = parley(*words, *(("--trials", "64") if words[0] == "compare" else ()))
        assert answer.code == 0, answer.err
        assert (answer.out + answer.err).replace("\n", "").isprintable()


@pytest.mark.parametrize("place", ["file", "pipe", "foreign", "file/below", "x" * 300])
def test_places_that_are_not_ours_stay_as_they_are(place: str, parley: Parley, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "notes.txt").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    answer = parley("run", MINIMAL, "--trials", "64", "--out", tmp_path / place)
    assert answer.code in (2, 5) and answer.out == "" and "Traceback" not in answer.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == (tmp_path / "foreign" / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    """In a child that is not the superuser, who may write anywhere.

    All that a run reads of the program is read before, since the child may not look into the superuser's folders.
    """
    from sim.execution.run import run
    from sim.scenario.reading.load import load

    scenario = load(MINIMAL)
    run(scenario, trials=64, out=tmp_path.with_name("before"), workers=1)
    tmp_path.chmod(0o555)

    def work(handle: int) -> None:
        if os.geteuid() == 0:
            os.setgid(65_534)
            os.setuid(65_534)
        os.chdir("/")
        run(scenario, trials=64, out=tmp_path / "r", workers=1)

    if os.geteuid() == 0:
        for above in tmp_path.parents[:2]:  # pytest's own, which it closes to others
            above.chmod(above.stat().st_mode | 0o011)
    code, said = in_child(work)
    tmp_path.chmod(0o755)
    assert code == 5 and said.endswith(b"cannot be written: permission denied"), (code, said)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["CON", "nul", "com1"])
def test_init_takes_no_name_of_a_device(name: str, parley: Parley, tmp_path: Path) -> None:
    assert is_refused(parley("init", tmp_path / name), "reserve this name")
    assert not list(tmp_path.iterdir())


def test_pipes_may_close_and_locales_be_poor() -> None:
    """In processes of their own: closed before the first byte, and a terminal that knows ASCII alone."""
    poor = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "NO_COLOR": "1"}
    shell = f'"{sys.executable}" -m sim WORDS | head -c 1 >/dev/null; exit "${{PIPESTATUS[0]}}"'
    started = [
        subprocess.Popen(["bash", "-c", shell.replace("WORDS", words)], cwd=ROOT, stderr=PIPE, text=True)
        for words in ("list", f"show {BASE}", f"run {MINIMAL} --trials 64 --quiet")
    ]
    started += [
        subprocess.Popen(
            [sys.executable, "-m", "sim", *words],
            cwd=ROOT,
            env=poor,
            stdout=subprocess.PIPE,
            stderr=PIPE,
            text=True,
        )
        for words in (("list",), ("why", MINIMAL, "--trials", "64"), ("list", "--json"))
    ]
    for process in started:
        out, said = process.communicate(timeout=120)
        assert (process.returncode, "Traceback" in said) == (0, False), said
        assert out is None or out.isascii()
    assert json.loads(out)


def test_streams_may_be_closed_or_missing(tmp_path: Path) -> None:
    """As a shell closes them and as pythonw leaves them out; what is kept in a folder is written all the same."""
    typed = f'"{sys.executable}" -m sim'
    without = "import sys; sys.stdout = sys.stderr = None; from sim.cli.app import main; main()"
    run = f"run {MINIMAL} --trials 64 --workers 1"
    shells = {
        f"{typed} list >&-": 0,
        f"{typed} {run} --out {tmp_path / 'closed'} <&- >&- 2>&-": 0,
        f'"{sys.executable}" -c "{without}" {run} --out {tmp_path / "none"}': 0,
        f"{typed} show nothing 2>&-": 2,
    }
    started = [subprocess.Popen(["bash", "-c", one], cwd=ROOT, stderr=PIPE, text=True) for one in shells]
    for process, code in zip(started, shells.values(), strict=True):
        said = process.communicate(timeout=120)[1]
        assert (process.returncode, "Traceback" in said) == (code, False), said
    for name in ("closed", "none"):
        assert sim.read_run(tmp_path / name).n_trials == 64
