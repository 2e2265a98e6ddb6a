"""The record: forecasts of past talks against what came. Computed on request, since it takes minutes, and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
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
from sim.errors import BusyError, ParleyError
from sim.results import formatting

PAGE = Page("/record", "Record", "What is its record?", 8)
HAS_OWN_HEADING = True
JOB = "record"
CHECK_EVERY_MS = 1000
STORED = Path("results") / "backtest.json"
"""Where ``parley backtest --json`` may have been kept: shown at once if it is there."""
WHY = (
    "Past talks that were coded by hand are forecast one by one, each from other wars alone, with the same engine, and "
    "the forecasts are set beside what came. That takes about two minutes on this computer. It does not depend on the "
    "scenario, and is shown again on the next visit."
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
        try:
            job = desk(service).start(JOB, "the record", work, keeper(desk(service)), again=True)
        except BusyError as problem:
            return no_update, [notice(str(problem), "busy"), *shown(service, None, screen == "narrow")]
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
    """Take the record from where it was kept, once; a file that is something else is passed over."""
    at = desk(service)
    if at.task(JOB) is not None:
        return
    if at.folder is not None and any(at.folder.glob("record-*.json")):
        kept, _ = study_cache.kept(at.folder, study_cache.about_record(), {}, Found)
        if kept is not None and is_record(kept.found.record):
            note = f"Stored in {at.folder}."
            at.put(JOB, Task("the record", "done", result=kept.found.record, when=kept.written, note=note))
            return
    if not STORED.is_file():
        return
    try:
        found = json.loads(STORED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if is_record(found):
        when = datetime.fromtimestamp(STORED.stat().st_mtime, UTC).isoformat(timespec="seconds")
        at.put(JOB, Task("the record", "done", result=found, when=when, note=f"Read from {STORED}."))


def is_record(found: Any) -> bool:
    """Whether it looks like the object of ``parley backtest --json``."""
    return isinstance(found, dict) and {"scores", "forecasts", "notes"} <= set(found)


def shown(service: Service, job: Task | None, narrow: bool) -> list[Any]:
    """The button, the progress, what went wrong, or the record."""
    if job is not None and job.state == "done":
        found: list[Any] = desk(service).once((JOB, narrow, job.when), lambda: record(job.result, narrow))
        with_what = f"{formatting.counted(len(job.result['forecasts']), 'forecast')}"
        again = html.Button("Compute the record again", id="record-start", type="button", n_clicks=0)
        return [*found, html.Section([stamp(job, with_what), html.Div(again, className="study-bar")])]
    button = html.Button("Compute the record", id="record-start", type="button", className="button", n_clicks=0)
    head = [html.H1(PAGE.question, tabIndex="-1"), html.P(WHY)]
    if job is not None and job.state == "running":
        said = f"{job.done} of {job.total} forecasts" if job.total else "Starting"
        bar = html.Progress(value=str(job.done), max=str(job.total or 1), **{"aria-label": "episodes forecast"})
        return [html.Section([*head, notice([f"{said}. The other pages work meanwhile.", bar], "running")])]
    wrong = [notice(job.problem, "wrong")] if job is not None else []
    return [html.Section([*head, *wrong, button])]


def record(found: dict[str, Any], narrow: bool) -> list[Any]:
    """The sections of the record's own page."""
    from dashboards.report import record as page

    posterior = posterior_of()
    parameters = page.parameter_rows(posterior) if posterior else []
    made = page.drawn(found, parameters)
    shape = "narrow" if narrow else "wide"
    charts = {name: {"data": one["data"], "layout": one[shape]} for name, one in made.items()}
    said = page.content(found, posterior, parameters) | {"charts": list(made)}
    parts = ["record/answer.html"]
    if said["tiers"]:
        parts += ["record/scores.html", "record/misses.html"]
    if parameters:
        parts.append("record/learned.html")
    sections = [one for part in parts for one in components(part, said, charts)]
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
