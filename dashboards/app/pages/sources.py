"""Every number of the scenario with its value, unit, and source or judgement; filtered in the browser."""

from __future__ import annotations

from typing import Any

from dash import Dash, dcc, html

from dashboards.app.components import section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.app.template_components import components
from dashboards.report.content import content
from sim.results.formatting import counted

PAGE = Page("/sources", "Sources", "Where does every number come from?", 9)
STANDINGS = {
    "sourced": "names a source",
    "judgement": "a stated judgement",
    "default": "a default of the model",
    "unstated": "says nothing",
}
HEADS = ("Input", "Value, or low / central / high", "Unit", "Standing", "Source or note")


def layout(view: View) -> Any:
    said = content([view.run])
    rows = said["parameters"]["rows"]
    counts = {kind: n for kind, n in said["parameters"]["counts"].items() if n}
    words = ", ".join(f"{n} {'name a source' if kind == 'sourced' else kind}" for kind, n in counts.items())
    options = [html.Option("all", value="")]
    options += [html.Option(f"{kind}: {STANDINGS[kind]} ({n})", value=kind) for kind, n in counts.items()]
    search = [
        html.Label("Filter", htmlFor="sources-filter"),
        dcc.Input(id="sources-filter", type="search", placeholder="strain, judgement, Fortna ...", spellCheck=False),
        html.Label("Standing", htmlFor="sources-standing"),
        html.Select(options, id="sources-standing", **{"data-value": ""}),
        html.Span(f"{len(rows)} of {len(rows)}", id="sources-count", className="note", role="status"),
    ]
    body = [html.Tr(cells(row), **{"data-standing": row["standing"]}) for row in rows]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in HEADS])), html.Tbody(body)], id="sources-rows"
    )
    scroll = html.Div(
        table, className="scroll tall", role="region", tabIndex="0", **{"aria-label": "Numbers of the scenario"}
    )
    n_rows = counted(len(rows), "number")
    intro = html.P(f"{n_rows}: {words}. Three numbers are low, central and high of a triangular range.")
    limits = components("report/sources.html", {**said, "parameters": {**said["parameters"], "rows": rows}})[:1]
    listed = section("Every number", intro, html.Div(search, className="picker"), scroll, id="numbers")
    return html.Div([listed, *limits])


def cells(row: dict[str, Any]) -> list[Any]:
    meaning = [html.Span(row["meaning"], className="small")] if row["meaning"] else []
    return [
        html.Th([row["path"], *meaning], scope="row", className="path"),
        html.Td(row["value"]),
        html.Td(row["unit"]),
        html.Td(html.Span(row["standing"], className=f"tag {row['standing']}")),
        html.Td(row["source"], className="wide"),
    ]


def register(app: Dash, service: Service) -> None:
    """The filter works in the browser: nothing is asked of the server."""
