"""A study as a section of a page: start, stop, how far it is, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from dash import Dash, Input, Output, State, ctx, dcc, html

from dashboards.app import state
from dashboards.app.jobs import Desk, Progress, Task, desk
from dashboards.app.page_type import View
from dashboards.app.parts import notice, section
from dashboards.app.service import Service
from sim.errors import BusyError
from sim.experiment.run import Run

CHECK_EVERY_MS = 500
"""How often a page asks how far its study has come."""


class Study(NamedTuple):
    """A study that a page offers: its heading, what it asks, how long it takes, its work and how it is drawn."""

    title: str
    asks: str
    takes: str
    work: Callable[[Run, Progress, Desk, str], Any]
    draw: Callable[[Any, bool], list[Any]]


def panel(page: str, kind: str, study: Study, view: View) -> html.Section:
    """The section of a study; its ids begin with ``page-kind``."""
    task, id = desk(view.service).task((kind, view.scenario_name)), f"{page}-{kind}"
    body, is_running = shown(study, task, view.narrow)
    about = {"aria-label": f"Start: {study.title}"}, {"aria-label": f"Stop: {study.title}"}
    return section(
        study.title,
        html.P(f"{study.asks} {study.takes}"),
        html.Div(
            [
                html.Button(
                    "Start", type="button", id=f"{id}-start", n_clicks=0, disabled=is_settled(task), **about[0]
                ),
                html.Button("Stop", type="button", id=f"{id}-stop", n_clicks=0, disabled=not is_running, **about[1]),
            ],
            className="study-bar",
        ),
        html.Div(body, id=f"{id}-found"),
        dcc.Interval(id=f"{id}-tick", interval=CHECK_EVERY_MS, disabled=not is_running),
        id=id,
    )


def is_settled(task: Task | None) -> bool:
    """Whether a study need not be started: it runs, or was finished."""
    return task is not None and task.state in ("running", "done")


def shown(study: Study, task: Task | None, narrow: bool) -> tuple[list[Any], bool]:
    """What stands below the buttons, and whether the study is running."""
    if task is None:
        return [], False
    if task.state == "running":
        if task.is_unwanted:
            return [notice("Stopping: it ends with the trials under way.", "busy")], True
        left = task.seconds_left
        said = (
            f"started {task.seconds:.0f} s ago."
            if left is None
            else f"{task.done:,} of {task.total:,} trials, about {max(1, round(left))} s left."
        )
        bar = html.Progress(
            value=str(task.done), max=str(max(1, task.total)), **{"aria-label": "progress of the study"}
        )
        return [notice([f"Running: {said} ", bar], "busy")], True
    if task.state == "done":
        return study.draw(task.result, narrow), False
    words = "Stopped. Nothing was kept." if task.state == "cancelled" else task.problem
    return [notice(words, "note" if task.state == "cancelled" else "wrong")], False


def register_study(app: Dash, service: Service, page: str, kind: str, study: Study) -> None:
    """The callback of a study's panel."""
    id = f"{page}-{kind}"

    @app.callback(
        Output(f"{id}-found", "children"),
        Output(f"{id}-tick", "disabled"),
        Output(f"{id}-start", "disabled"),
        Output(f"{id}-stop", "disabled"),
        Input(f"{id}-start", "n_clicks"),
        Input(f"{id}-stop", "n_clicks"),
        Input(f"{id}-tick", "n_intervals"),
        State("url", "search"),
        State("screen", "data"),
        prevent_initial_call=True,
    )
    def step(_: int, __: int, ___: int, search: str, screen: str) -> tuple[Any, ...]:
        query, _changes = state.read_link(search or "")
        name = query.get("scenario") or service.first
        if name not in service.bases:
            raise state.Refused("there is no such scenario here")
        at, key = desk(service), (kind, name)
        run = service.run_of(name)
        asked = ctx.triggered_id
        if asked == f"{id}-stop":
            at.cancel(key)
        elif asked == f"{id}-start":
            if run is None:
                return [notice("This scenario is still being simulated. Wait a moment.", "busy")], True, False, True
            try:
                at.start(key, study.title.lower(), lambda progress: study.work(run, progress, at, name))
            except BusyError as busy:
                return [notice(str(busy), "busy")], True, False, True
        task = at.task(key)
        body, is_running = shown(study, task, screen == "narrow")
        return body, not is_running, is_settled(task), not is_running
