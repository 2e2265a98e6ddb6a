"""Pieces that several figures are put together from: lines, marks, hovers, areas between two curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dashboards.theme import GRID, INK

SIDE_COLOURS = ("#0072B2", "#D55E00")
"""Sides A and B in every figure that has both: blue and vermillion, with marks of different shape."""
SIDE_SHADES = ("rgba(0,114,178,0.20)", "rgba(213,94,0,0.20)")

Trace = dict[str, Any]


def line(name: str, x: Sequence[Any], y: Sequence[Any], colour: str, width: float = 2, **look: Any) -> Trace:
    """A line that says nothing on hover; ``look`` goes to the line (``dash``, ``shape``)."""
    drawn = {"color": colour, "width": width, **look}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": drawn,
        "hoverinfo": "skip",
    }


def bar(
    name: str,
    x: Sequence[Any],
    y: Sequence[Any],
    colour: str,
    width: float,
    *,
    hatch: str | None = None,
    hatch_colour: str = INK,
    **look: Any,
) -> Trace:
    """Bars that lie, one at each height of ``y``; ``hatch`` is Plotly's pattern, so that colour is not all they show.

    ``look`` goes to the marker.
    """
    marker: dict[str, Any] = {"color": colour, **look}
    if hatch is not None:
        drawn = {"shape": hatch, "fillmode": "overlay", "fgcolor": hatch_colour, "size": 7, "solidity": 0.25}
        marker["pattern"] = drawn | ({"fgopacity": 0.5} if hatch_colour == INK else {})
    made: Trace = {"type": "bar", "orientation": "h", "name": name, "x": list(x), "y": list(y)}
    return made | {"width": width, "marker": marker}


def marks(name: str, x: Sequence[Any], y: Sequence[Any], look: dict[str, Any], said: Iterable[str]) -> Trace:
    """Marks, each with its words on hover (already made literal)."""
    outline = {"color": "#ffffff", "width": 1.2}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": list(x),
        "y": list(y),
        "marker": {"line": outline, **look},
        "cliponaxis": False,
        **hover(said),
    }


def hover(said: Iterable[str]) -> dict[str, Any]:
    """What is said on hover, by point; laid over a trace it also ends that trace's silence."""
    return {"customdata": list(said), "hovertemplate": "%{customdata}<extra></extra>", "hoverinfo": "all"}


def between(name: str, x: Sequence[Any], low: Sequence[Any], high: Sequence[Any], shade: str) -> Trace:
    """The space between two curves as one closed outline."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [*x, *reversed(x)],
        "y": [*high, *reversed(low)],
        "fill": "toself",
        "fillcolor": shade,
        "line": {"width": 0, "color": shade},
        "hoverinfo": "skip",
    }


def spans(low: Sequence[Any], high: Sequence[Any], places: Sequence[float]) -> dict[str, list[Any]]:
    """Horizontal pieces of line from ``low`` to ``high``, one per place, with gaps between them."""
    x: list[Any] = []
    y: list[Any] = []
    for first, last, place in zip(low, high, places, strict=True):
        x += [first, last, None]
        y += [place, place, None]
    return {"x": x, "y": y}


def rules(heights: Iterable[float]) -> list[dict[str, Any]]:
    """Hairlines across the plot."""
    ends = {"xref": "paper", "yref": "y", "x0": 0, "x1": 1, "layer": "below"}
    return [{"type": "line", **ends, "y0": y, "y1": y, "line": {"color": GRID, "width": 1}} for y in heights]


def upright(at: Any, colour: str, dash: str = "solid", width: float = 1.5) -> dict[str, Any]:
    """A line from bottom to top of the plot."""
    look = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": look}


def note(text: str, x: float, y: float, **look: Any) -> dict[str, Any]:
    """Words on the plot, placed as a fraction of it; the text is already literal."""
    return {"text": text, "x": x, "y": y, "xref": "paper", "yref": "paper", "showarrow": False, **look}
