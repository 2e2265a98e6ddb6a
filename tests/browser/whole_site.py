"""A dashboard in this process with everything drawn that takes long otherwise: studies, the record, a timeline."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

import sim
from dashboards.app.background_jobs import desk
from dashboards.app.pages import odds, record, sensitivity
from dashboards.app.simulation_service import Service
from dashboards.app.study_section import Study
from sim.results.run import Run
from tests.browser.dashboard import listening
from tests.dashboards.app.conftest import InlinePool
from tests.dashboards.record_factory import made_record

TALKS, SMALL = "istanbul_2025/aides_only", "teaching/minimal"
FOR_BOXES = 3200
"""Trials in which boxes can be looked for."""
PAGES = ("", "scenarios", "what-if", "why", "terms", "matters", "trial", "record", "sources")


@contextmanager
def site_over(runs: Sequence[Run], monkeypatch: pytest.MonkeyPatch, notes: Sequence[str] = ()) -> Iterator[str]:
    """The address of a dashboard over ``runs``, with studies of the last, the record and the first's timeline done.

    ``notes`` are added to those of the record.
    """
    monkeypatch.setattr(sensitivity, "TRIALS_PER_BAR", 64)
    monkeypatch.setattr(sensitivity, "ROWS", 64)
    monkeypatch.setattr(odds, "TIMELINE_TRIALS", 64)
    monkeypatch.setattr(odds, "WORKERS", 1)
    service = Service(256, 1, workers=1)
    service._pool = InlinePool()  # type: ignore[assignment]
    for run in runs:
        service.add_run(run)
    made = made_record()
    finish(service, record.JOB, lambda progress: record.plain({**made, "notes": [*made["notes"], *notes]}))
    for kind, one in sensitivity.STUDIES.items():
        study(service, kind, one, runs[-1])
    if runs[0].name in odds.timelines_by_base(service):
        study(service, odds.TIMELINE, odds.EVENTS, runs[0])
    with listening(service) as address:
        yield address


def study(service: Service, kind: str, asked: Study, run: Run) -> None:
    """Do a study of ``run`` as its button would."""
    at = desk(service)
    finish(service, (kind, run.name), lambda progress: asked.work(run, progress, at, run.name))


def finish(service: Service, key: object, work: Callable[..., object]) -> None:
    task = desk(service).start(key, "a study", work)  # type: ignore[arg-type]
    until = time.monotonic() + 60
    while task.state == "running" and time.monotonic() < until:
        time.sleep(0.02)
    assert task.state == "done", task.problem


def small_run(name: str, trials: int = 256) -> Run:
    return sim.run(name, trials=trials, seed=1, workers=1)
