"""The report's own sections as components, so that report and dashboard say the same words in the same places.

A template is rendered with every value escaped, read back as HTML, and built as components: a text stays a text, and
only the tags and attributes listed here can come out. Dash is never asked to show HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from dash import dcc, html

from dashboards.app.components import CONFIG, as_table
from dashboards.report.html_file import environment
from dashboards.theme import Figure

EMPTY = {"br", "input", "circle"}
DROPPED = {"noscript", "script", "style", "svg"}
NAMES = {"class": "className", "colspan": "colSpan", "rowspan": "rowSpan", "tabindex": "tabIndex", "for": "htmlFor"}
KEPT = {"id", "href", "download", "role", "scope", "type", "open", "title", "hidden", *NAMES}
SAFE_LINKS = ("#", "/", "?", "data:text/csv")


def components(
    template: str, context: Mapping[str, Any], figures: Mapping[str, Figure] | None = None, special: Any = None
) -> list[Any]:
    """The sections of ``assets/<template>``; a chart's place is taken by the figure of its name, or left out.

    ``special`` takes the place of the one ``svg`` of the template.
    """
    text = environment().get_template(template).render(**context)
    reader = Reader(figures or {}, special)
    reader.feed(text)
    reader.close()
    return reader.top


class Reader(HTMLParser):
    """Builds components bottom up: a list of children for each open tag."""

    def __init__(self, figures: Mapping[str, Figure], special: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.figures, self.special = figures, special
        self.top: list[Any] = []
        self.open: list[tuple[str, dict[str, Any], list[Any]]] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.skipped or tag in DROPPED:
            self.skipped += tag not in EMPTY
            if tag == "svg" and self.special is not None and self.skipped == 1:
                self.put(self.special)
            return
        if tag == "br":
            self.put(html.Br())
        elif tag not in EMPTY:
            self.open.append((tag, dict(attrs), []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in EMPTY:
            return
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            self.skipped -= tag not in EMPTY
            return
        if tag in EMPTY:
            return
        opened, attributes, children = self.open.pop()
        if opened != tag:
            raise ValueError(f"the template closes {tag} where {opened} is open")
        made = self.built(tag, attributes, children)
        if made is not None:
            self.put(made)

    def handle_data(self, data: str) -> None:
        if self.skipped:
            return
        inside = self.open[-1][0] if self.open else ""
        if data.strip() or (inside and data == " "):
            self.put(re.sub(r"[ \t\r\n\f]+", " ", data))  # as a browser does: a no-break space stays
        elif data and inside in ("p", "li", "span", "strong", "summary", "td", "th", "h1", "h2"):
            self.put(" ")

    def put(self, child: Any) -> None:
        (self.open[-1][2] if self.open else self.top).append(child)

    def built(self, tag: str, attributes: dict[str, Any], children: list[Any]) -> Any:
        if name := attributes.get("data-figure"):
            return self.chart(name, attributes)
        if tag == "figure":
            drawn = next((one for one in children if isinstance(one, Picture)), None)
            if drawn is None:
                return None
            children = [*children, as_table(drawn.chart_id)]
        named = attributes_of(attributes)
        if tag == "button":
            named["n_clicks"] = 0
        return getattr(html, tag.capitalize())(children, **named)

    def chart(self, name: str, attributes: dict[str, Any]) -> Any:
        figure = self.figures.get(name)
        if figure is None:
            return None
        id = f"chart-{name}"
        return picture(figure, id, str(attributes.get("aria-label", "")))


class Picture(html.Div):  # type: ignore[misc]
    """The box of a chart, known again when its figure is closed."""

    chart_id = ""


def picture(figure: Figure, id: str, label: str) -> Picture:
    """A graph in a box with a name for those who do not see it."""
    height = figure["layout"].get("height", 420)
    graph = dcc.Graph(id=id, figure=figure, config=CONFIG, className="graph", style={"height": f"{height}px"})
    made = Picture(graph, id=f"{id}-picture", className="chart", role="img", **{"aria-label": label})
    made.chart_id = id
    return made


def attributes_of(given: Mapping[str, str | None]) -> dict[str, Any]:
    """What Dash may set: known attributes, ``aria-*`` and ``data-*``; links to places here only."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name == "href" and not (value or "").startswith(SAFE_LINKS):
            continue
        if name in KEPT or name.startswith(("aria-", "data-")):
            found[NAMES.get(name, name)] = True if value is None else value
    return found
