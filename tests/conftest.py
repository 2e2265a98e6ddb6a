"""What all tests share: the command line called in this process, and a small scenario that runs in a moment."""

import signal
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from hypothesis import settings

import sim

# No test is timed, and what passes today passes tomorrow: examples are the same in every run.
settings.register_profile("same everywhere", deadline=None, derandomize=True)
settings.load_profile("same everywhere")


class Answer(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def parley(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Answer]]:
    """``parley("run", "teaching/minimal")``: the command as typed, without a new process."""
    from sim.cli.app import main

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["parley", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Answer(int(left.value.code or 0), said.out, said.err)

    yield call
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def minimal() -> sim.Scenario:
    return sim.load("teaching/minimal")
