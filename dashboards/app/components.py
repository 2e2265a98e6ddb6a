"""Pieces that pages are built of: charts with their sentence and table, selects, notices, tables.

Every text is shown literally: Dash components take strings as text, and figures escape their own (``theme.literal``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from dashboards.report.icon_array import kinds
from dashboards.theme import Figure

CONFIG = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}
"""How Plotly behaves on every page: as in the report, a picture with hovers and nothing to drag."""


def chart(figure: Figure, how_to_read: str, title: str, id: str) -> html.Figure:
    """A chart with one sentence on how to read it, its name for those who do not see it, and its numbers as a table.

    ``id`` is that of the ``dcc.Graph``; callbacks may set its ``figure``. ``title`` is the accessible name. The table
    is made from the drawn chart when it is opened, so it follows every redrawing.
    """
    height = figure["layout"].get("height", 420)
    graph = dcc.Graph(id=id, figure=figure, config=CONFIG, className="graph", style={"height": f"{height}px"})
    return html.Figure(
        [
            html.Div(graph, id=f"{id}-picture", className="chart", role="img", **{"aria-label": title}),
            html.Figcaption(how_to_read),
            as_table(id),
        ],
        id=f"{id}-figure",
    )


def as_table(id: str) -> html.Details:
    """The numbers of a chart, filled in by ``app.js`` when it is opened."""
    return html.Details(
        [html.Summary("The numbers of this chart"), html.Div(id=f"{id}-numbers", className="numbers")],
        className="as-table",
        **{"data-chart": id},
    )


def section(title: str, *children: Any, id: str) -> html.Section:
    """A card of a page with its heading."""
    return html.Section([html.H2(title, id=f"{id}-title"), *children], id=id, **{"aria-labelledby": f"{id}-title"})


def select(id: str, label: str, options: Sequence[tuple[str, str]], value: str, note: str = "") -> html.Div:
    """A native select; what is picked is put into ``dcc.Store(id)``, whose ``data`` callbacks take as Input.

    ``options`` are (value, words).
    """
    picked = value if value in [key for key, _ in options] else (options[0][0] if options else "")
    choices = [html.Option(words, value=key, selected=key == picked) for key, words in options]
    return html.Div(
        [
            html.Label(label, htmlFor=f"{id}-select"),
            html.Select(choices, id=f"{id}-select", **{"data-store": id}),
            dcc.Store(id=id, data=picked),
            *([html.Span(note, className="note")] if note else []),
        ],
        className="picker",
    )


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    caption: str,
    label: str,
    numeric: Sequence[int] = (),
    sortable: bool = False,
    values: Sequence[Sequence[Any]] | None = None,
    id: str = "",
) -> html.Div:
    """A table that scrolls sideways by itself. The first cell of a row is its head.

    ``numeric`` are columns set to the right; ``values`` what a sortable column is ordered by, of the shape of ``rows``
    (None: by its text). ``label`` names the scrolling region.
    """

    def head(column: int, words: str) -> html.Th:
        inner = html.Button(words, type="button", className="sort", n_clicks=0) if sortable else words
        return html.Th(inner, scope="col", className="num" if column in numeric else None)

    def cell(row: int, column: int, content: Any) -> Any:
        named: dict[str, Any] = {"className": "num"} if column in numeric else {}
        by = values[row][column] if values else None
        if by is not None:
            named["data-value"] = str(by)
        return html.Td(content, **named) if column else html.Th(content, scope="row", **named)

    body = [html.Tr([cell(r, c, content) for c, content in enumerate(row)]) for r, row in enumerate(rows)]
    whole = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr([head(column, words) for column, words in enumerate(heads)])),
            html.Tbody(body),
        ],
        className="sortable" if sortable else None,
        **({"id": id} if id else {}),
    )
    return html.Div(whole, className="scroll", role="region", tabIndex="0", **{"aria-label": label})


def icons(p: float, lo: float, hi: float, label: str) -> html.Div:
    """A hundred circles, as in the report: dark up to ``lo``, filled up to ``p``, ringed up to ``hi``."""
    dots = [html.Span(className=f"dot {kind}") for kind in kinds(p, lo, hi)]
    return html.Div(dots, className="icons dots", role="img", **{"aria-label": label})


def notice(words: Any, kind: str = "note") -> html.Div:
    """A sentence in a frame: ``note``, ``busy`` or ``wrong``; read out when it appears."""
    return html.Div(words, className=f"notice {kind}", role="status")


def facts(pairs: Mapping[str, Any]) -> html.Dl:
    """Short facts by name, in tiles."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs.items()], className="tiles")
