"""What would change the odds: sliders, and the odds simulated again at every move with common random numbers."""

from __future__ import annotations

import json
import math
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html, no_update
from flask import Response, request

from dashboards.app import what_if_edits
from dashboards.app.base_runs import head
from dashboards.app.components import chart, notice, section
from dashboards.app.page import Page, View
from dashboards.app.pages import what_if_controls
from dashboards.app.pages.what_if_answer import PATH, answer_of, figure_of, links, reasons, share, short
from dashboards.app.security import AHEAD, FILE, body_of, plainly
from dashboards.app.simulation_service import LIVE_TRIALS, MOST_LIVE_TRIALS, Service
from dashboards.app.what_if_edits import Refused
from sim.errors import BusyError, ParleyError
from sim.execution.cancellable_block import GivenUp
from sim.results.run import Run

PAGE = Page(PATH, "What if", "What would change the odds?", 3)
HOW = (
    "The thick blue line is the odds with your changes, the grey line behind it the scenario as it was, on the same "
    "random numbers: what differs is your change alone. The line in long dashes is the odds that a halt which lasts 30 "
    "days is still in force after 180; it is there once all trials are. The light area is the band, the thin dark "
    "area Monte Carlo error."
)
AT_ONCE = "{trials:,} futures are simulated again on this computer, as many as the other pages show."
IN_TWO_STEPS = (
    "{first:,} futures are simulated again on this computer for a first answer, and half a second later all "
    "{trials:,}, whose numbers are then those of the other pages."
)
INTRO = (
    "Move a slider and let go: {simulated} A moved number is set to one exact value, so the range it was drawn from is "
    "gone and the band may narrow. Marks under a slider are its low, central and high value."
)


def simulated(trials: int) -> str:
    """How many trials a move simulates again: all at once, or a first answer before them."""
    return (AT_ONCE if trials <= LIVE_TRIALS else IN_TWO_STEPS).format(first=LIVE_TRIALS, trials=trials)


def layout(view: View) -> Any:
    base = view.run
    listed = view.service.kept(("controls", view.scenario_name), lambda: spec(base, view.scenario_name))
    drawn = chart(
        figure_of(view.service, view.scenario_name, base, base, view.narrow),
        HOW,
        "Odds by date, with your changes and without",
        "what-if-chart",
    )
    answer = html.Div(answer_of(base, base, {}, base.n_trials), id="what-if-answer", **{"aria-live": "polite"})
    left = html.Div(
        [
            html.P(short(base, base), id="what-if-short", className="short", **{"aria-hidden": "true"}),
            html.Div(
                [
                    html.Button("Reset all", id="what-if-reset", type="button", className="button", disabled=True),
                    html.Div(id="what-if-changed"),
                ],
                className="moved",
            ),
            html.Div(
                id="what-if-controls",
                **{"data-spec": listed, "data-start": json.dumps(view.changes), "data-scenario": view.scenario_name},
            ),
        ],
        className="panel",
    )
    why = html.P(reasons(base, base), id="what-if-reasons", className="note")
    right = html.Div(
        [html.Div(id="what-if-message"), answer, drawn, why, share(view.scenario_name, {})], className="result"
    )
    stores = [dcc.Store(id=f"what-if-{name}") for name in ("changes", "done", "calm")]
    body = section(
        "Change the agents",
        html.P(INTRO.format(simulated=simulated(whole(base)))),
        html.Div([right, left], className="what-if"),
        id="what-if",
    )
    return html.Div([*stores, body])


def register(app: Dash, service: Service) -> None:
    """One callback for every move, and the file of a scenario as a download."""

    @app.callback(
        Output("what-if-chart", "figure"),
        Output("what-if-answer", "children"),
        Output("what-if-short", "children"),
        Output("what-if-message", "children"),
        Output("what-if-share", "children"),
        Output("what-if-done", "data"),
        Input("what-if-changes", "data"),
        prevent_initial_call=True,
    )
    def move(asked: dict[str, Any]) -> tuple[Any, ...]:
        name, changes, number = asked["scenario"], asked["set"], asked["number"]
        base = service.run_of(known(service, name))
        done = {"number": number, "link": what_if_edits.link(name, changes), "is_busy": False}
        if base is None:
            raise BusyError("the base is still being simulated")
        try:
            run = changed(service, name, base, changes, min(LIVE_TRIALS, base.n_trials), is_explained=False)
        except BusyError as problem:
            return no_update, no_update, no_update, notice(str(problem), "busy"), no_update, {**done, "is_busy": True}
        except Refused:
            raise
        except ParleyError as problem:
            return no_update, no_update, no_update, notice(str(problem), "wrong"), no_update, done
        return *shown(service, name, base, run, asked), None, links(name, changes), done

    @app.callback(
        Output("what-if-chart", "figure", allow_duplicate=True),
        Output("what-if-answer", "children", allow_duplicate=True),
        Output("what-if-short", "children", allow_duplicate=True),
        Output("what-if-reasons", "children"),
        Input("what-if-calm", "data"),
        prevent_initial_call=True,
    )
    def settle(asked: dict[str, Any]) -> tuple[Any, ...]:
        """Once nothing moves: all trials, and the main reason for failure."""
        name, changes = asked["scenario"], asked["set"]
        base = service.run_of(known(service, name))
        if base is None:
            return (no_update,) * 4
        try:
            run = changed(service, name, base, changes, whole(base), is_awaited=False)
        except (BusyError, GivenUp):
            return (no_update,) * 4
        return *shown(service, name, base, run, asked), reasons(cut(base, run), run)

    app.clientside_callback(
        ClientsideFunction("parley", "reasons"),
        Output("what-if-calm", "modified_timestamp"),
        Input("what-if-reasons", "children"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("parley", "done"),
        Output("what-if-done", "modified_timestamp"),
        Input("what-if-done", "data"),
    )

    @app.server.post(AHEAD)
    def ahead() -> Response:
        try:
            asked = body_of(request)
        except Refused as problem:
            return plainly(400, str(problem))
        if not is_move(asked):
            return plainly(400, "that is no request of a page")
        base = service.run_of(known(service, asked["scenario"]))
        try:
            if base:
                trials = min(LIVE_TRIALS, base.n_trials)
                changed(service, base.name, base, asked["set"], trials, is_explained=False, is_awaited=False)
        except (BusyError, GivenUp):
            pass
        return Response(status=204)

    @app.server.get(FILE)
    def file() -> Response:
        query, changes = what_if_edits.read_link(request.query_string.decode("ascii", "replace"))
        base = service.bases[known(service, query.get("scenario", ""))]
        try:
            text = service.kept(
                (FILE, base.name, tuple(changes.items())),
                lambda: what_if_edits.as_yaml(base.name, base.scenario, changes),
            )
        except ParleyError as problem:
            return plainly(422, str(problem))
        named = {"Content-Disposition": 'attachment; filename="what_if.yaml"'}
        return Response(text, mimetype="application/yaml", headers=named)


def whole(base: Run) -> int:
    """As many trials as the run has, so that the answer is that of the other pages, or as many as may be asked for."""
    return min(base.n_trials, MOST_LIVE_TRIALS)


def changed(service: Service, name: str, base: Run, changes: dict[str, str], trials: int, **how: bool) -> Run:
    """The run with the changes; without any it is the base itself, all of it."""
    return service.simulate(name, changes, trials, **how) if changes else base


def cut(base: Run, run: Run) -> Run:
    """The base on the trials of ``run``."""
    return base if run is base else head(base, run.n_trials)


def shown(service: Service, name: str, base: Run, run: Run, asked: dict[str, Any]) -> tuple[Any, ...]:
    """Chart, answer, and the answer in a line."""
    start = cut(base, run)
    drawn = figure_of(service, name, start, run, asked["narrow"])
    return drawn, answer_of(start, run, asked["set"], base.n_trials), short(start, run)


def known(service: Service, name: str) -> str:
    if name not in service.bases:
        raise Refused("there is no such scenario here")
    return name


def is_move(value: Any) -> bool:
    """What the browser may put into ``what-if-changes``."""
    if not isinstance(value, dict) or set(value) != {"scenario", "set", "number", "narrow"}:
        return False
    changes, number = value["set"], value["number"]
    return (
        isinstance(value["scenario"], str)
        and isinstance(value["narrow"], bool)
        and isinstance(number, int)
        and not isinstance(number, bool)
        and 0 <= number < 10**9
        and isinstance(changes, dict)
        and len(changes) <= what_if_edits.MOST_CHANGES
        and all(len(path) <= what_if_edits.LONGEST_PATH and is_value(one) for path, one in changes.items())
    )


def is_value(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 30:
        return False
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


CHECKS = {
    "what-if-changes.data": is_move,
    "what-if-calm.data": is_move,
    "what-if-done.data": lambda value: value is None,
}


# -- what is shown ---------------------------------------------------------------------------------


def spec(run: Run, name: str) -> str:
    """The controls as JSON for the browser, which builds them."""
    scenario = run.scenario
    labels = {party: getattr(scenario.parties[party], "label", "") or party for party in scenario.parties}
    groups = [{"name": group, "label": labels.get(group, group)} for group in what_if_controls.groups(scenario)]
    return json.dumps({"groups": groups, "controls": [one.as_dict() for one in what_if_controls.controls(scenario)]})
