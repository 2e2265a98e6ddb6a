"""What the record taught of each structural parameter: its posterior inside its prior."""

from __future__ import annotations

from math import exp, log
from typing import Any

from dashboards.figures.record import INTERVAL, hover, line, marks, spans
from dashboards.theme import BLUE, FAINT_INK, Figure, Row, axis, figure, lines, records, row_axis


def learned(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """What the record taught of each parameter: its interval inside the prior, and how much that shrank.

    ``table`` has a row per parameter: ``title``, ``kind`` (uniform or loguniform), ``low`` and ``high`` of the prior,
    ``from``, ``median``, ``to`` of the posterior (5, 50, 95 %) in its own unit, ``contraction``, ``words``. All are
    drawn as places in their prior: 0 its low end, 100 its high end, on the scale on which the prior is even.
    """
    rows = records(table)
    places = list(range(len(rows)))
    low, middle, high = ([100 * place_in_prior(row, row[end]) for row in rows] for end in ("from", "median", "to"))
    n = len(rows)
    medians = marks("posterior median", middle, places, {"symbol": "diamond", "size": 12, "color": BLUE})
    contraction = marks("contraction", [127] * n, places, {}) | {"mode": "text", "textposition": "middle left"}
    contraction |= {"text": [f"{row['contraction']:.2f}" for row in rows], "hoverinfo": "skip", "showlegend": False}
    data = [
        line("prior, 5 to 95 %", spans([5.0] * n, [95.0] * n, places), "#d0d7de", 16),
        line("posterior, 5 to 95 %", spans(low, high, places), INTERVAL, 9),
        medians | hover(lines(row["words"], 60, 4) for row in rows),
        contraction,
    ]
    head = {"text": "contraction", "x": 127, "xanchor": "right", "y": -0.55, "yanchor": "bottom", "showarrow": False}
    ends = ["low", "middle", "high"] if narrow else ["low end", "middle", "high end"]
    ticks = {"tickmode": "array", "tickvals": [0, 50, 100], "ticktext": ends, "tickangle": 0}
    return figure(
        title,
        data,
        xaxis=axis("Place in the prior", range=[-1, 128], **ticks),
        yaxis=row_axis([row["title"] for row in rows], narrow) | {"range": [n - 0.4, -1.0]},
        height=(230 if narrow else 190) + (56 if narrow else 46) * n,
        narrow=narrow,
        legend_rows=3 if narrow else 1,
        hovermode="closest",
        annotations=[{**head, "font": {"size": 12, "color": FAINT_INK}}],
    )


def place_in_prior(row: Row, value: float) -> float:
    """Where a value lies in its prior, 0 its low end and 1 its high end, on the scale on which the prior is even."""
    low, high = float(row["low"]), float(row["high"])
    if row["kind"] == "loguniform":
        return log(value / low) / log(high / low)
    return (value - low) / (high - low)


def value_at(row: Row, place: float) -> float:
    """The value at a place of its prior: the inverse of ``place_in_prior``."""
    low, high = float(row["low"]), float(row["high"])
    if row["kind"] == "loguniform":
        return low * exp(place * log(high / low))
    return low + place * (high - low)
