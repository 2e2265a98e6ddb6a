"""What stands around every page: header, navigation, scenario picker, footer, and the way from address to page."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboards.app import what_if_edits
from dashboards.app.components import notice
from dashboards.app.page import View
from dashboards.app.pages import pages
from dashboards.app.simulation_service import Service
from sim.errors import ParleyError
from sim.results import wording
from sim.results.formatting import counted
from sim.scenario.diagnostics import escaped

CHECK_EVERY_MS = 400
INTENDED = (
    "Odds under stated suppositions, for thinking about talks: not a prophecy, not for targeting, not a reading of "
    "leaders' minds. A scenario's odds say \u201cif this were made to happen\u201d, not that it will."
)


def frame() -> html.Div:
    """The page before anything is picked: everything in it is filled by ``show``."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="screen"),
            dcc.Store(id="page-title"),
            dcc.Interval(id="loading", interval=CHECK_EVERY_MS, disabled=True),
            html.Header(
                [
                    html.A("Skip to the page", href="#main", className="skip"),
                    html.P(["Parley ", html.Span("odds of a ceasefire")], className="brand"),
                    html.Nav(id="nav", **{"aria-label": "Pages"}),
                ],
                className="top",
            ),
            html.Main(
                [html.Div(id="scenario-bar"), html.Div(notice("Loading."), id="page", **{"aria-live": "off"})],
                id="main",
                tabIndex="-1",
            ),
            html.Footer(id="footer"),
        ],
        id="app",
    )


def register(app: Dash, service: Service) -> None:
    """The router, and the two questions that only the browser can answer: how wide it is, and its title."""
    modules = pages()

    @app.callback(
        Output("page", "children"),
        Output("nav", "children"),
        Output("scenario-bar", "children"),
        Output("footer", "children"),
        Output("page-title", "data"),
        Output("loading", "disabled"),
        Input("url", "pathname"),
        Input("url", "search"),
        Input("screen", "data"),
        Input("loading", "n_intervals"),
    )
    def show(pathname: str, search: str, screen: str, _: int) -> tuple[Any, ...]:
        module = next((one for one in modules if one.PAGE.path == (pathname or "/")), modules[0])
        query, changes = what_if_edits.read_link(search or "")
        name = query.get("scenario") or service.first
        if name not in service.bases:
            known = ", ".join(service.names[:6])
            said = notice(f"There is no scenario \u201c{escaped(name, 80)}\u201d here. There is {known}.", "wrong")
            return said, navigation(modules, module, service.first), picker(service, ""), footer(service), "", True
        ready = service.run_of(name)
        body = loading(service, name) if ready is None else laid_out(module, name, service, query, changes, screen)
        title = f"{module.PAGE.title}: {service.bases[name].scenario.title} - Parley"
        is_stuck = ready is None and bool(service.bases[name].problem)
        return (
            body,
            navigation(modules, module, name),
            picker(service, name),
            footer(service, name),
            title,
            ready is not None or is_stuck,
        )

    for function, output, name in (("screen", "screen", "pathname"), ("title", "main", "data")):
        source = Input("url", name) if function == "screen" else Input("page-title", name)
        target = Output(output, "data" if output == "screen" else "className")
        app.clientside_callback(ClientsideFunction("parley", function), target, source)


def laid_out(
    module: ModuleType, name: str, service: Service, query: dict[str, str], changes: dict[str, str], screen: str
) -> list[Any]:
    """The page with its heading; a page that fails says so and leaves the others standing."""
    runs = service.siblings(name)
    view = View(name, runs[0], runs, service, query, changes, screen == "narrow")
    try:
        body = module.layout(view)
    except ParleyError as problem:
        return [heading(module, view), notice(str(problem), "wrong")]
    except Exception:
        logging.getLogger("parley.dashboard").exception("page %s", module.PAGE.path)
        body = notice("This page failed: a bug, and the console of the dashboard says more.", "wrong")
    return [body] if getattr(module, "HAS_OWN_HEADING", False) else [heading(module, view), body]


def heading(module: ModuleType, view: View) -> html.Div:
    """The question that the page answers, and for which scenario."""
    scenario = view.run.scenario
    return html.Div(
        [
            html.P(f"As of {wording.long_date(scenario)} \u00b7 {scenario.title}", className="kicker"),
            html.H1(module.PAGE.question, tabIndex="-1"),
        ],
        className="page-head",
    )


def navigation(modules: list[ModuleType], current: ModuleType, name: str) -> list[Any]:
    """Links to the pages that keep the scenario."""
    return [
        dcc.Link(
            one.PAGE.title,
            href=what_if_edits.link(name, path=one.PAGE.path),
            refresh=False,
            className="here" if one is current else "",
        )
        for one in modules
    ]


def picker(service: Service, name: str) -> html.Div:
    """The scenario that every page is about."""
    choices = [html.Option(base.scenario.title, value=one) for one, base in service.bases.items()]
    label = html.Label("Scenario", htmlFor="scenario-select")
    picked = html.Select(choices, id="scenario-select", **{"data-go": "scenario", "data-value": name})
    supposes = service.bases[name].scenario.supposes if name in service.bases else ""
    return html.Div([label, picked, html.Span(supposes, className="note")], className="picker bar")


def loading(service: Service, name: str) -> html.Div:
    """How far the base run has come, or why it cannot be had."""
    base = service.bases[name]
    if base.problem:
        return notice(base.problem, "wrong")
    bar = html.Progress(value=str(base.done), max=str(base.trials), **{"aria-label": "trials simulated"})
    said = f"Simulating {base.trials:,} futures of this scenario: {base.done:,} done."
    return html.Div([html.H1(base.scenario.question, tabIndex="-1"), notice([said, bar], "loading")])


def footer(service: Service, name: str | None = None) -> list[Any]:
    """What the numbers are for, how old the knowledge in them is, and by what they were made."""
    from sim._version import __version__

    base = service.bases[name or service.first]
    start = wording.long_date(base.scenario)
    return [
        html.P(INTENDED),
        html.P(
            f"Knowledge ends on {start}: no input comes from anything that happened later. "
            f"Parley {__version__}, seed {base.seed}, {counted(base.trials, 'trial')} a scenario; "
            "the same seed gives the same trials again. This page is served by this computer to this computer alone."
        ),
    ]
