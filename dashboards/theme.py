"""How every figure looks: colours, axes, text that is shown literally, labels cut into lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Figure = dict[str, Any]
Row = Mapping[str, Any]

# Okabe and Ito (2008), Color Universal Design: eight colours that people with any colour vision can tell apart.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"

COLOURS = {
    "blue": BLUE,
    "faint": "#e3e8ee",
    "green": GREEN,
    "grey": "#9aa5b1",
    "ink": "#1b2733",
    "orange": ORANGE,
    "purple": PURPLE,
    "sky": SKY,
    "vermillion": VERMILLION,
    "yellow": YELLOW,
}
"""Colours by the names under which tables of the program ask for them."""
HATCHES = ("/", "\\", "x", "-", "|", "+", ".")
"""Patterns that Plotly draws over a colour."""

INK, FAINT_INK, GRID, PAPER = "#1b2733", "#52606d", "#e3e8ee", "#ffffff"
SHADE, DARK_SHADE, BEHIND = "rgba(0,114,178,0.14)", "rgba(0,114,178,0.42)", "#7b8794"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

WIDE_LABEL, NARROW_LABEL = 42, 20
"""Characters to a line in the labels of rows."""


def records(table: Any) -> list[dict[str, Any]]:
    """Rows of a table: a list of mappings, or a DataFrame."""
    rows = table.to_dict("records") if hasattr(table, "to_dict") else table
    return [dict(row) for row in rows]


def literal(text: object) -> str:
    """Text that Plotly shows as it is: it would read tags and entities of HTML, and line breaks as spaces."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def lines(text: object, width: int, most: int = 3) -> str:
    """A label cut into at most ``most`` lines of ``width`` characters, each shown literally."""
    cut = textwrap.wrap(str(text), width, max_lines=most, placeholder=" ...", break_on_hyphens=False)
    return "<br>".join(literal(line) for line in cut) or " "


def percents(values: Iterable[float | None]) -> list[float | None]:
    """Fractions as per cents with two decimals, which is finer than any screen."""
    return [None if value is None else round(100 * value, 2) for value in values]


def look_of(name: str) -> tuple[str, str]:
    """Colour and hatch of a look such as ``sky`` or ``sky x``; KeyError or ValueError if there is none of that name."""
    colour, _, hatch = name.partition(" ")
    if hatch and hatch not in HATCHES:
        raise ValueError(f"expected one of {' '.join(HATCHES)}, got {hatch!r}")
    return COLOURS[colour], hatch


def ink_on(colour: str) -> str:
    """White or our ink, whichever is read more easily on ``colour`` (#rrggbb), by the contrast of WCAG 2."""

    def light(shade: str) -> float:
        parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ground, ink = light(colour) + 0.05, light(INK) + 0.05
    return PAPER if 1.05 / ground > ground / ink else INK


def axis(words: str, **options: Any) -> dict[str, Any]:
    """An axis with its title in words."""
    return {
        "title": {"text": words, "font": {"size": 13, "color": INK}, "standoff": 10},
        "tickfont": {"size": 12, "color": INK},
        "gridcolor": GRID,
        "linecolor": "#9aa5b1",
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": "#9aa5b1",
        "fixedrange": True,
        "automargin": True,
        **options,
    }


def date_axis(words: str, **options: Any) -> dict[str, Any]:
    """An axis of dates, month above year."""
    look = {"type": "date", "tickformat": "%b<br>%Y", "hoverformat": "%-d %B %Y", "showgrid": False}
    return axis(words, **look, **options)


def percent_axis(words: str, values: Iterable[float | None], narrow: bool = False, **options: Any) -> dict[str, Any]:
    """An axis of per cents from 0 to a round number above the largest value, at most 100."""
    largest = max((value for value in values if value is not None), default=0.0)
    step = next(step for step in (2, 5, 10, 20) if step == 20 or largest <= 5 * step)
    top = min(100, step * (int(largest / step) + 1)) if largest < 100 else 100
    if narrow and top / step > 4:
        step = 25 if top == 100 else 2 * step
    return axis(words, range=[0, top * 1.005], tick0=0, dtick=step, ticksuffix=" %", tickangle=0, **options)


def row_axis(labels: Sequence[object], narrow: bool) -> dict[str, Any]:
    """A vertical axis with one labelled row per entry, the first on top; rows are at 0, 1, 2 ..."""
    width = NARROW_LABEL if narrow else WIDE_LABEL
    return axis(
        "",
        tickmode="array",
        tickvals=list(range(len(labels))),
        ticktext=[lines(label, width) for label in labels],
        range=[len(labels) - 0.4, -0.6],
        showgrid=False,
        ticks="",
    ) | {"tickfont": {"size": 11 if narrow else 12, "color": INK}}


def row_label(row: Row) -> str:
    """The title of a scenario, with a word for the base."""
    return f"{row['title']} (base)" if row.get("is_base") else str(row["title"])


def figure(
    title: str,
    data: list[dict[str, Any]],
    *,
    xaxis: dict[str, Any],
    yaxis: dict[str, Any],
    height: int,
    narrow: bool,
    legend_rows: int = 1,
    legend_gap: int = 54,
    **layout: Any,
) -> Figure:
    """Traces and axes with the look of the house; the width follows the page.

    The legend lies ``legend_gap`` pixels below the plot and takes ``legend_rows`` lines (0 for none).
    """
    title_lines = lines(title, 36 if narrow else 110)
    top = 24 + 20 * (title_lines.count("<br>") + 1)
    below = legend_gap + 8 + 22 * legend_rows
    plot_height = height - top - below
    return {
        "data": data,
        "layout": {
            "title": {
                "text": title_lines,
                "font": {"size": 15 if narrow else 17, "color": INK, "weight": 600},
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                # Plotly hangs a title of several lines by its second one.
                "pad": {"t": 8 + 12 * title_lines.count("<br>"), "l": 4},
            },
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "height": height,
            "autosize": True,
            "margin": {"l": 8, "r": 26, "t": top, "b": below, "pad": 2},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": round(-legend_gap / plot_height, 4),
                "yanchor": "top",
                "font": {"size": 11 if narrow else 12},
                "itemclick": False,
                "itemdoubleclick": False,
                "traceorder": "normal",
            },
            "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left", "namelength": -1},
            "dragmode": False,
            "showlegend": legend_rows > 0,
            "xaxis": xaxis,
            "yaxis": yaxis,
            **layout,
        },
    }


def segments(rows: Sequence[Row], low: str, high: str, places: Sequence[float]) -> dict[str, list[float | None]]:
    """Horizontal pieces of line from ``low`` to ``high``, one per row, with gaps between them."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, place in zip(rows, places, strict=True):
        x += [round(100 * row[low], 2), round(100 * row[high], 2), None]
        y += [place, place, None]
    return {"x": x, "y": y}
