"""The bargaining range on the contract curve over time: what either side could accept, and how often both could."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures.primitives import SIDE_COLOURS, SIDE_SHADES, Trace, between, hover, line, note
from dashboards.theme import (
    FAINT_INK,
    GREEN,
    Figure,
    axis,
    date_axis,
    figure,
    lines,
    literal,
    percent_axis,
    percents,
    records,
)
from sim.results.wording import percent

BEYOND = 0.05
"""How far outside the curve a limit is drawn that no package meets."""


def ranges(table: Any, *, title: str, sides: Mapping[str, str], narrow: bool = False) -> Figure:
    """Above, the limits of both sides and their middle offers; below, how often a range is open.

    ``table`` is that of ``tables_of_why.ranges``. A limit beyond the curve (None) is drawn just outside of it.
    """
    rows = records(table)
    dates = [row["date"] for row in rows]
    names = {key: literal(name) for key, name in sides.items()}
    data: list[Trace] = []
    for number, (key, name) in enumerate((("lower", names["A"]), ("upper", names["B"]))):
        beyond = 1 + BEYOND if key == "lower" else -BEYOND
        middle = [_at(row[f"{key}_q50"], beyond) for row in rows]
        willing = [_at(row[f"{key}_{'q05' if key == 'lower' else 'q95'}"], beyond) for row in rows]
        dash = "solid" if number == 0 else "dash"
        data += [
            between(f"to its most willing 1 in 20 ({name})", dates, middle, willing, SIDE_SHADES[number]),
            line(f"{name}'s limit, middle future", dates, middle, SIDE_COLOURS[number], 3, dash=dash)
            | hover(_limit_words(row, key, name) for row in rows),
        ]
    for number, key in enumerate("ab"):
        offers = [row[f"offer_{key}_q50"] for row in rows]
        name = f"{names['AB'[number]]}'s offer, middle future"
        data.append(line(name, dates, offers, SIDE_COLOURS[number], 1.6, dash="dot"))
    data.append(_open(rows, dates))
    up = axis(
        "Whose way a deal goes",
        range=[-0.19, 1.19],
        domain=[0.36, 1],
        tick0=0,
        dtick=0.5,
    )
    shares = percent_axis("Range open", percents([row["open"] for row in rows]) or [0.0])
    look: dict[str, Any] = {"xref": "paper", "yref": "y", "xanchor": "left", "font": {"size": 11, "color": FAINT_INK}}
    return figure(
        title,
        data,
        xaxis=date_axis("End of the week", anchor="y2"),
        yaxis=up,
        yaxis2=shares | {"domain": [0, 0.24], "nticks": 3},
        height=720 if narrow else 640,
        narrow=narrow,
        legend_rows=7 if narrow else 3,
        legend_gap=86,
        hovermode="x unified",
        annotations=[
            note(_edge_words(sides["A"], "above", narrow), 0.01, 1.13, **look),
            note(_edge_words(sides["B"], "below", narrow), 0.01, -0.13, **look),
        ],
        shapes=[_edge(0.0), _edge(1.0)],
    )


def _at(place: float | None, beyond: float) -> float:
    return beyond if place is None else place


def _edge_words(side: str, where: str, narrow: bool) -> str:
    name = lines(side, 14 if narrow else 30, 1)
    return f"{where}: {name} accepts nothing" if narrow else f"all as {name} wishes; {where} it {name} accepts nothing"


def _edge(at: float) -> dict[str, Any]:
    ends = {"xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": at, "y1": at, "layer": "below"}
    return {"type": "line", **ends, "line": {"color": FAINT_INK, "width": 1}}


def _limit_words(row: Mapping[str, Any], key: str, name: str) -> str:
    """``North could accept no less than 0.40 (nothing at all in 12 %)``."""
    none = row["none_a" if key == "lower" else "none_b"] or 0.0
    nothing = f"; nothing at all in {percent(none)} of futures" if none else ""
    middle = row[f"{key}_q50"]
    if middle is None:
        return f"{name} would accept nothing in {percent(none)} of futures"
    return f"{name} could accept {'no less' if key == 'lower' else 'no more'} than {middle:.2f}{nothing}"


def _open(rows: list[dict[str, Any]], dates: list[str]) -> Trace:
    said = [f"Range open: {percent(row['open'])} of the {row['n']} futures still at war" for row in rows]
    trace = line("range open, of the futures still at war", dates, percents(row["open"] for row in rows), GREEN)
    return trace | {"yaxis": "y2", "fill": "tozeroy", "fillcolor": "rgba(0,158,115,0.25)", **hover(said)}
