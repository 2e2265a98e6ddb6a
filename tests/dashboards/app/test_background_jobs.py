"""Studies in the background: one at a time, with progress, called off, kept."""

import threading
from collections.abc import Callable
from time import monotonic, sleep

import pytest

from dashboards.app.background_jobs import Desk, Progress, Task, desk
from dashboards.app.simulation_service import Service
from sim.errors import BusyError, ParleyError


def until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + 20
    while not is_so():
        assert monotonic() < end, "it never came"
        sleep(0.005)


def test_a_study_tells_its_progress_and_is_kept() -> None:
    at, go = Desk(), threading.Event()

    def work(progress: Progress) -> str:
        progress(10, 40)
        assert go.wait(20)
        return "found"

    task = at.start("one", "a study", work)
    until(lambda: task.done == 10)
    assert (task.state, task.total) == ("running", 40)
    assert task.seconds_left is not None and task.seconds_left >= 0
    assert at.start("one", "a study", work) is task
    with pytest.raises(BusyError, match=r"Another study is running \(a study\)"):
        at.start("two", "another", work)
    go.set()
    until(lambda: task.state == "done")
    assert at.start("one", "a study", work) is task
    assert (task.result, at.running, at.task("two")) == ("found", None, None)


def test_a_study_that_is_called_off_ends_and_may_start_again() -> None:
    at, go = Desk(), threading.Event()

    def work(progress: Progress) -> str:
        assert go.wait(20)
        progress(1, 2)
        return "not reached"

    task = at.start("one", "a study", work)
    at.cancel("one")
    go.set()
    until(lambda: task.state == "cancelled")
    assert task.result is None
    again = at.start("one", "a study", lambda progress: "found")
    until(lambda: again.state == "done")
    assert again is not task


def test_what_goes_wrong_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    at = Desk()

    def refused(progress: Progress) -> None:
        raise ParleyError("no input is uncertain")

    def broken(progress: Progress) -> None:
        raise KeyError("ours")

    first: Task = at.start("one", "a study", refused)
    until(lambda: first.state == "failed")
    assert first.problem == "no input is uncertain"
    second = at.start("two", "a study", broken)
    until(lambda: second.state == "failed")
    assert second.problem == "it failed: KeyError"
    assert "KeyError" in capsys.readouterr().err


def test_a_finding_is_made_once() -> None:
    at, made = Desk(), []
    for _ in range(3):
        assert at.once("key", lambda: made.append(1) or "found") == "found"
    assert made == [1]


def test_a_service_has_one_desk() -> None:
    first, second = Service(64), Service(64)
    assert desk(first) is desk(first)
    assert desk(first) is not desk(second)
