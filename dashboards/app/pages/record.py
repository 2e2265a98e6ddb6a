"""The record: forecasts of past talks against outcomes. What ships is shown at once; another is computed on request."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboards import study_cache
from dashboards.app.background_jobs import Desk, Progress, Task, desk
from dashboards.app.components import notice, section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.app.study_section import stamp
from dashboards.app.template_components import components
from sim._version import __version__
from sim.errors import BusyError, ParleyError
from sim.evidence.backtest.shipped_record import shipped_record, stale
from sim.results import formatting
from sim.results.record_form import checked

PAGE = Page("/record", "Record", "What is its record?", 8)
HAS_OWN_HEADING = True
JOB = "record"
CHECK_EVERY_MS = 1000
STORED = Path("results") / "backtest.json"
"""Where ``parley backtest --json`` may have been kept: shown at once if it is there."""
WHY = (
    "Past talks that were coded by hand are forecast one by one, each from other wars alone, with the same engine, and "
    "the forecasts are set beside outcomes. To compute the record again takes minutes on this computer, while the "
    "other pages work. It does not depend on the scenario, and what was computed is shown again on the next visit."
)


@dataclass(frozen=True)
class Found:
    """The object of ``parley backtest --json``, as it is kept."""

    record: dict[str, Any]


def layout(view: View) -> Any:
    load_stored(view.service)
    job = desk(view.service).task(JOB)
    is_running = job is not None and job.state == "running"
    return html.Div(
        [
            dcc.Interval(id="record-check", interval=CHECK_EVERY_MS, disabled=not is_running),
            html.Div(shown(view.service, job, view.narrow), id="record-body"),
        ]
    )


def register(app: Dash, service: Service) -> None:
    """Start, look how far it is, show."""

    @app.callback(
        Output("record-check", "disabled"),
        Output("record-body", "children", allow_duplicate=True),
        Input("record-start", "n_clicks"),
        State("screen", "data"),
        prevent_initial_call=True,
    )
    def start(n_clicks: int, screen: str) -> tuple[Any, ...]:
        if not n_clicks:
            return no_update, no_update
        at = desk(service)
        try:
            job = at.start(JOB, "the record", work, keeper(at), again=True)
        except BusyError as problem:
            return no_update, [notice(str(problem), "busy"), *shown(service, at.task(JOB), screen == "narrow")]
        return False, shown(service, job, screen == "narrow")

    @app.callback(
        Output("record-body", "children"),
        Output("record-check", "disabled", allow_duplicate=True),
        Input("record-check", "n_intervals"),
        State("screen", "data"),
        prevent_initial_call=True,
    )
    def look(_: int, screen: str) -> tuple[Any, ...]:
        job = desk(service).task(JOB)
        return shown(service, job, screen == "narrow"), job is None or job.state != "running"


def work(progress: Progress) -> dict[str, Any]:
    """The object of ``parley backtest --json``."""
    from sim.evidence.backtest.backtest import backtest

    return plain(backtest(progress=progress, workers=2).as_dict())


def plain(found: Any) -> dict[str, Any]:
    """As it would come from a file."""
    result: dict[str, Any] = json.loads(json.dumps(formatting.plain(found), default=str, allow_nan=False))
    return result


def keeper(at: Desk) -> Callable[[Any], str]:
    """Stores the record, where there is a place for it, and says so."""

    def keep(found: Any) -> str:
        if at.folder is None:
            return "Kept until the dashboard is stopped."
        try:
            study_cache.keep(at.folder, study_cache.about_record(), {}, Found(found))
        except (ParleyError, ValueError) as problem:
            return f"Kept until the dashboard is stopped; it could not be stored ({problem})."
        return f"Stored in {at.folder}."

    return keep


def load_stored(service: Service) -> None:
    """Take the record from where it was kept, else the one that ships; a file that is something else is passed over."""
    at = desk(service)
    if at.task(JOB) is not None:
        return
    if at.folder is not None and any(at.folder.glob("record-*.json")):
        kept, _ = study_cache.kept(at.folder, study_cache.about_record(), {}, Found)
        if kept is not None and is_record(kept.found.record):
            note = f"Stored in {at.folder}."
            at.put(JOB, Task("the record", "done", result=kept.found.record, when=kept.written, note=note))
            return
    if (found := stored_by_hand()) is not None:
        when = datetime.fromtimestamp(STORED.stat().st_mtime, UTC).isoformat(timespec="seconds")
        at.put(JOB, Task("the record", "done", result=found, when=when, note=f"Read from {STORED}."))
        return
    with suppress(ParleyError):
        at.put(JOB, Task("the record", "done", result=shipped_record()))


def stored_by_hand() -> dict[str, Any] | None:
    """The record in ``STORED``, if there is one, and whether it is of this engine and these data."""
    try:
        found = json.loads(STORED.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return {**found, "stale": stale(found)} if is_record(found) else None


def is_record(found: Any) -> bool:
    """Whether it has the form of ``parley backtest --json``."""
    try:
        checked(found)
    except ParleyError:
        return False
    return True


def shown(service: Service, job: Task | None, narrow: bool) -> list[Any]:
    """The record, or why there is none; how far another is, or what went wrong; what it is, and the button."""
    at_hand = job if job is None or job.state == "done" else job.before
    above = [] if job is None or job.state == "done" else [progress_of(job)]
    if at_hand is None:
        head = [html.H1(PAGE.question, tabIndex="-1"), html.P(WHY)]
        return [html.Section([*head, *above, *([] if job else why_none()), *button(job)])]
    found: list[Any] = desk(service).once((JOB, narrow, at_hand.when), lambda: record(at_hand.result, narrow))
    below = [stamp_of(at_hand), html.P(WHY, className="note"), html.Div(button(job), className="study-bar")]
    return [*above, found[0], html.Section(below), *found[1:]]


def why_none() -> list[Any]:
    """Why the shipped record cannot be shown."""
    try:
        shipped_record()
    except ParleyError as problem:
        return [notice(str(problem), "note")]
    return []


def progress_of(job: Task) -> Any:
    """How far the record is that is being computed, or what went wrong."""
    if job.state != "running":
        return notice(job.problem, "wrong")
    words = f"{job.done} of {job.total} episodes" if job.total else "Starting"
    bar = html.Progress(value=str(job.done), max=str(job.total or 1), **{"aria-label": "episodes simulated"})
    return notice([f"{words}. The other pages work meanwhile.", bar], "running")


def button(job: Task | None) -> list[Any]:
    """The button that computes a record; none while it runs."""
    if job is not None and job.state == "running":
        return []
    words = "Compute the record" if job is None else "Compute again"
    return [html.Button(words, id="record-start", type="button", className="button", n_clicks=0)]


def stamp_of(job: Task) -> Any:
    """What the record is: that of this release, or one that was computed and when."""
    found = job.result
    size = f"{formatting.counted(len(found['forecasts']), 'forecast')}"
    how = f"{found['trials_an_episode']:,} trials an episode, seed {found['seed']}"
    if job.when:
        return stamp(job, f"{size}, {how}")
    return html.P(f"The record that ships with Parley {__version__}: {size}, {how}.", className="note stamp")


def record(found: dict[str, Any], narrow: bool) -> list[Any]:
    """The sections of the record's own page."""
    from dashboards.report import record as page

    posterior = posterior_of()
    parameters = page.parameter_rows(posterior) if posterior else []
    made = page.drawn(found, parameters)
    shape = "narrow" if narrow else "wide"
    charts = {name: {"data": one["data"], "layout": one[shape]} for name, one in made.items()}
    context = page.content(found, posterior, parameters) | {"charts": list(made), "has_tables": True}
    parts = ["record/answer.html"]
    if context["tiers"]:
        parts += ["record/scores.html", "record/protocol.html", "record/misses.html"]
    if parameters:
        parts.append("record/learned.html")
    sections = [one for part in parts for one in components(part, context, charts)]
    notes = html.Ul([html.Li(note) for note in found["notes"]], className="limits")
    return [*sections, section("What to know before trusting it", notes, id="record-limits")]


def posterior_of() -> dict[str, Any] | None:
    """What the record taught, from the file beside the scenarios; None if it cannot be read."""
    from sim.scenario.sources.search_path import shipped_file

    try:
        text = shipped_file("calibration/posterior.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
    except (ParleyError, OSError, ValueError):
        return None
    return found
