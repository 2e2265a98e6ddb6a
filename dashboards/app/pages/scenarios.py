"""All scenarios of the folder against the picked one: odds, paired differences, and how much each supposes."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboards.app import what_if_edits
from dashboards.app.components import notice, section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.app.template_components import components
from dashboards.report.build import drawn, last_odds
from dashboards.report.content import content
from sim.results.run import Run

PAGE = Page("/scenarios", "Scenarios", "How do the scenarios compare?", 2)
CHECK_EVERY_MS = 1500
AGAINST = "The scenario picked above is the base that all others are set against: pick another to turn the table."


def layout(view: View) -> Any:
    done, wanted = view.service.waiting(view.scenario_name)
    return html.Div(
        [
            dcc.Interval(id="scenarios-check", interval=CHECK_EVERY_MS, disabled=done >= wanted),
            dcc.Store(id="scenarios-shown", data=done),
            html.Div(progress(done, wanted), id="scenarios-progress"),
            html.Div(body(view.service, view.scenario_name, view.runs, view.narrow), id="scenarios-body"),
        ]
    )


def register(app: Dash, service: Service) -> None:
    """The table grows while scenarios are still being simulated."""

    @app.callback(
        Output("scenarios-body", "children"),
        Output("scenarios-progress", "children"),
        Output("scenarios-shown", "data"),
        Output("scenarios-check", "disabled"),
        Input("scenarios-check", "n_intervals"),
        State("scenarios-shown", "data"),
        State("url", "search"),
        State("screen", "data"),
        prevent_initial_call=True,
    )
    def more(_: int, shown: int, search: str, screen: str) -> tuple[Any, ...]:
        query, _changes = what_if_edits.read_link(search or "")
        name = query.get("scenario") or service.first
        if name not in service.bases:
            raise what_if_edits.Refused("there is no such scenario here")
        done, wanted = service.waiting(name)
        runs = service.siblings(name)
        if done == shown or not runs:
            return no_update, no_update, no_update, done >= wanted
        return body(service, name, runs, screen == "narrow"), progress(done, wanted), done, done >= wanted


def progress(done: int, wanted: int) -> Any:
    """How many scenarios are still to come; nothing once all are there."""
    if done >= wanted:
        return None
    bar = html.Progress(value=str(done), max=str(wanted), **{"aria-label": "scenarios simulated"})
    return notice(
        [f"{done} of {wanted} scenarios are simulated; the others appear as they finish.", bar], "loading-more"
    )


def body(service: Service, name: str, runs: list[Run] | Any, narrow: bool) -> list[Any]:
    """The report's section over the picked run and its siblings, kept once all of them are finished."""
    if len(runs) < service.waiting(name)[1]:
        return made(runs, narrow)
    found: list[Any] = service.kept(("scenarios", name, narrow), lambda: made(runs, narrow))
    return found


def made(runs: list[Run], narrow: bool) -> list[Any]:
    ordered = [runs[0], *sorted(runs[1:], key=lambda run: -last_odds(run))]
    if len(ordered) == 1:
        return [section("Nothing to compare yet", html.P("No other scenario is finished."), id="alone")]
    found = drawn(ordered)["figures"]
    shape = "narrow" if narrow else "wide"
    chosen = {key: one for key, one in found.items() if key in ("forest", "differences")}
    charts = {key: {"data": one["data"], "layout": one[shape]} for key, one in chosen.items()}
    return [html.P(AGAINST), *components("report/scenarios.html", content(ordered), charts)]
