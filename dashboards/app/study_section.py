"""A study as a section of a page: start, stop, how far it is, what was found; and kept for the next visit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dash import Dash, Input, Output, State, ctx, dcc, html

from dashboards import study_cache
from dashboards.app import what_if_edits
from dashboards.app.background_jobs import Desk, Progress, Task, desk
from dashboards.app.components import notice, section
from dashboards.app.page import View
from dashboards.app.simulation_service import Service
from sim.errors import BusyError, ParleyError
from sim.results.run import Run

CHECK_EVERY_MS = 500
"""How often a page asks how far its study has come."""


class Study(NamedTuple):
    """A study that a page offers: its heading, what it asks, how long it takes, its work and how it is drawn.

    ``form`` is the dataclass of what is found, ``options`` (of a run and its name) what it depends on besides scenario,
    seed and engine, as plain JSON, and ``with_what`` says in words with which options something was found.
    """

    title: str
    asks: str
    takes: str
    work: Callable[[Run, Progress, Desk, str], Any]
    draw: Callable[[Any, bool], list[Any]]
    form: type[Any]
    options: Callable[[Run, str], Mapping[str, Any]]
    with_what: Callable[[Any], str]


def panel(page: str, kind: str, study: Study, view: View) -> html.Section:
    """The section of a study; its ids begin with ``page-kind``."""
    task, problems = recalled(kind, study, view)
    id = f"{page}-{kind}"
    body, is_running = shown(study, task, view.narrow)
    return section(
        study.title,
        html.P(f"{study.asks} {study.takes}"),
        html.Div(
            [
                html.Button(start_words(study, task), type="button", id=f"{id}-start", n_clicks=0, disabled=is_running),
                html.Button(_named("Stop", study), type="button", id=f"{id}-stop", n_clicks=0, disabled=not is_running),
            ],
            className="study-bar",
        ),
        html.Div([*problems, *body], id=f"{id}-found"),
        dcc.Interval(id=f"{id}-tick", interval=CHECK_EVERY_MS, disabled=not is_running),
        id=id,
    )


def start_words(study: Study, task: Task | None) -> list[Any]:
    """``Start``, or ``Run again`` once something was found."""
    has_found = task is not None and (task.state == "done" or task.before is not None)
    return _named("Run again" if has_found else "Start", study)


def _named(words: str, study: Study) -> list[Any]:
    return [words, html.Span(f": {study.title}", className="unseen")]


# -- kept for the next visit ---------------------------------------------------------------------------


def recalled(kind: str, study: Study, view: View) -> tuple[Task | None, list[Any]]:
    """The study of this dashboard, or the one that an earlier one has kept; and what had to be passed over."""
    at, key = desk(view.service), (kind, view.scenario_name)
    task = at.task(key)
    if task is not None or at.folder is None or not any(at.folder.glob(f"{kind}-*.json")):
        return task, []
    try:
        wanted, of = at.once(("about", *key), lambda: about(kind, study, view.run, view.scenario_name))
    except ParleyError:
        return None, []  # it cannot be started either, and then says why
    found, problems = study_cache.kept(at.folder, of, wanted, study.form)
    if found is not None:
        try:
            study.draw(found.found, view.narrow)  # a file that cannot be drawn must not take the page with it
        except Exception:
            logging.getLogger("parley.dashboard").exception("a stored study of kind %s", kind)
            problems.append(f"{at.folder}: a stored study could not be drawn")
        else:
            is_other = "" if found.options == wanted else " With other options than a run from here would have."
            kept = Task(study.title.lower(), "done", result=found.found, when=found.written)
            kept.note = f"Stored in {at.folder}.{is_other}"
            task = at.put(key, kept)
    said = [notice(f"A stored study was passed over. {one}.", "note") for one in problems]
    return task, said


def about(kind: str, study: Study, run: Run, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of a study, and what else it belongs to."""
    return dict(study.options(run, name)), study_cache.about(kind, run)


def keeper(kind: str, study: Study, run: Run, name: str, at: Desk) -> Callable[[Any], str]:
    """Stores what is found, where there is a place for it, and says so."""

    def keep(found: Any) -> str:
        if at.folder is None:
            return "Kept until the dashboard is stopped."
        try:
            wanted, of = about(kind, study, run, name)
            study_cache.keep(at.folder, of, wanted, found)
        except (ParleyError, ValueError) as problem:
            return f"Kept until the dashboard is stopped; it could not be stored ({problem})."
        return f"Stored in {at.folder}."

    return keep


def stamp(task: Task, with_what: str) -> html.P:
    """When something was found, with which options, and where it is kept."""
    when = datetime.fromisoformat(task.when)
    clock = f"{when.day} {when:%B %Y}, {when:%H:%M} UTC"
    return html.P(f"Found {clock}, {with_what}. {task.note}".rstrip(), className="note stamp")


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
        return [stamp(task, study.with_what(task.result)), *study.draw(task.result, narrow)], False
    earlier = shown(study, task.before, narrow)[0] if task.before else []
    words = "Stopped." if earlier else "Stopped. Nothing was kept."
    if task.state == "failed":
        words = task.problem
    return [notice(words, "note" if task.state == "cancelled" else "wrong"), *earlier], False


def register_study(app: Dash, service: Service, page: str, kind: str, study: Study) -> None:
    """The callback of a study's panel."""
    id = f"{page}-{kind}"

    @app.callback(
        Output(f"{id}-found", "children"),
        Output(f"{id}-tick", "disabled"),
        Output(f"{id}-start", "disabled"),
        Output(f"{id}-start", "children"),
        Output(f"{id}-stop", "disabled"),
        Input(f"{id}-start", "n_clicks"),
        Input(f"{id}-stop", "n_clicks"),
        Input(f"{id}-tick", "n_intervals"),
        State("url", "search"),
        State("screen", "data"),
        prevent_initial_call=True,
    )
    def step(_: int, __: int, ___: int, search: str, screen: str) -> tuple[Any, ...]:
        query, _changes = what_if_edits.read_link(search or "")
        name = query.get("scenario") or service.first
        if name not in service.bases:
            raise what_if_edits.Refused("there is no such scenario here")
        at, key = desk(service), (kind, name)
        run = service.run_of(name)
        asked = ctx.triggered_id
        if asked == f"{id}-stop":
            at.cancel(key)
        elif asked == f"{id}-start":
            if run is None:
                said = notice("This scenario is still being simulated. Wait a moment.", "busy")
                return [said], True, False, start_words(study, None), True
            keep = keeper(kind, study, run, name, at)
            try:
                at.start(key, study.title.lower(), lambda told: study.work(run, told, at, name), keep, again=True)
            except BusyError as busy:
                before = at.task(key)
                found = shown(study, before, screen == "narrow")[0]
                return [notice(str(busy), "busy"), *found], True, False, start_words(study, before), True
        task = at.task(key)
        body, is_running = shown(study, task, screen == "narrow")
        return body, not is_running, is_running, start_words(study, task), not is_running
