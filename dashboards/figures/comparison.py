"""Scenarios against each other: odds with their bands, and differences from the base with common random numbers."""

from __future__ import annotations

import math
from typing import Any

from dashboards.theme import (
    BLACK,
    BLUE,
    FAINT_INK,
    GRID,
    SHADE,
    VERMILLION,
    Figure,
    axis,
    figure,
    literal,
    percent_axis,
    percents,
    records,
    row_axis,
    row_label,
    segments,
)
from sim.results.wording import IN_FORCE_180, band, more_in_100, percent

CHANCE = "rgba(0,114,178,0.55)"


def forest(table: Any, *, title: str, reference: float | None = None, narrow: bool = False) -> Figure:
    """Odds of each scenario with its bands, the likeliest on top, the base marked by a diamond and a dotted line.

    ``table`` has a row per scenario: ``title``, ``p``, ``lo``, ``hi``, ``mc_lo``, ``mc_hi`` (fractions), ``is_base``,
    and ``in_force``, the odds that a ceasefire is still in force after 180 days, which is shown on hover.
    """
    rows = sorted(records(table), key=lambda row: -row["p"])
    places = list(range(len(rows)))
    base = [place for place in places if rows[place]["is_base"]]
    others = [place for place in places if not rows[place]["is_base"]]
    data = [
        _lines("band: nine in ten draws", segments(rows, "lo", "hi", places), SHADE.replace("0.14", "0.30"), 9),
        _lines("Monte Carlo error (luck)", segments(rows, "mc_lo", "mc_hi", places), CHANCE, 9),
        _points("odds", rows, others, {"symbol": "circle", "size": 10, "color": BLUE}),
        _points("base", rows, base, {"symbol": "diamond", "size": 14, "color": VERMILLION}),
    ]
    shapes = [_upright(100 * rows[place]["p"], VERMILLION, "dot") for place in base]
    if reference is not None:
        shapes.append(_upright(100 * reference, BLACK, "dash"))
        data.append(_legend_only("reference class", {"color": BLACK, "dash": "dash", "width": 1.8}))
    return figure(
        title,
        data,
        xaxis=percent_axis("Odds", percents(max(row["hi"], row["p"]) for row in rows), narrow),
        yaxis=row_axis([row_label(row) for row in rows], narrow),
        height=_height(rows, narrow),
        narrow=narrow,
        legend_rows=5 if narrow else 2,
        hovermode="closest",
        shapes=shapes + _stripes(len(rows)),
    )


def differences(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """Differences of odds from the base, in points, with 95 % intervals; the largest rise on top.

    ``table`` has a row per scenario: ``title``, ``difference``, ``lo``, ``hi`` (fractions), and ``in_force``, the same
    three of a ceasefire still in force after 180 days, or None. An interval that includes 0 is drawn hollow and grey:
    no clear difference.
    """
    rows = sorted(records(table), key=lambda row: -row["difference"])
    places = list(range(len(rows)))
    groups = {
        "up": ("clearly higher than the base", {"symbol": "triangle-right", "size": 12, "color": BLUE}),
        "down": ("clearly lower", {"symbol": "triangle-left", "size": 12, "color": VERMILLION}),
        "flat": (
            "no clear difference",
            {"symbol": "circle-open", "size": 10, "color": FAINT_INK, "line": {"width": 2}},
        ),
    }
    data = [_lines("95 % interval, same luck", segments(rows, "lo", "hi", places), "#9aa5b1", 4)]
    for group, (name, marker) in groups.items():
        chosen = [place for place in places if _direction(rows[place]) == group]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": percents(rows[place]["difference"] for place in chosen),
                "y": chosen,
                "marker": marker,
                "customdata": [_difference_words(rows[place]) for place in chosen],
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": bool(chosen),
            }
        )
    ends = [100 * row[end] for row in rows for end in ("lo", "hi")] or [0.0]
    ticks = _ticks(min(*ends, 0.0), max(*ends, 0.0))
    room = 0.06 * (max(*ends, 0.0) - min(*ends, 0.0)) or 1.0
    return figure(
        title,
        data,
        xaxis=axis(
            "Points against the base" if narrow else "More or less than the base, in points of 100",
            range=[min(*ends, 0.0) - room, max(*ends, 0.0) + room],
            zeroline=True,
            zerolinecolor=BLACK,
            zerolinewidth=1.5,
            tickmode="array",
            tickvals=ticks,
            ticktext=[f"{tick:+g}".replace("-", "\u2212") if tick else "0" for tick in ticks],
        ),
        yaxis=row_axis([row["title"] for row in rows], narrow),
        height=_height(rows, narrow),
        narrow=narrow,
        legend_rows=4 if narrow else 2,
        hovermode="closest",
        shapes=_stripes(len(rows)),
    )


def _direction(row: dict[str, Any]) -> str:
    if row["lo"] <= 0 <= row["hi"]:
        return "flat"
    return "up" if row["difference"] > 0 else "down"


def _difference_words(row: dict[str, Any]) -> str:
    said, kept = (
        f"{literal(row['title'])}<br>{more_in_100(row['difference'], row['lo'], row['hi'])}",
        row.get("in_force"),
    )
    return f"{said}<br>{IN_FORCE_180}: {more_in_100(kept['difference'], kept['lo'], kept['hi'])}" if kept else said


def _ticks(low: float, high: float) -> list[float]:
    """Round points from ``low`` to ``high``, at most eight of them, 0 among them and, unless both are 0, another."""
    sizes = [power * one for power in (0.001, 0.01, 0.1, 1, 10) for one in (1, 2, 5)]
    step = next((size for size in sizes if (high - low) / size <= 7), sizes[-1])
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * at, 3) + 0.0 for at in range(first, last + 1)]


def _height(rows: list[dict[str, Any]], narrow: bool) -> int:
    return max(320, 190 + (48 if narrow else 32) * len(rows))


def _lines(name: str, line: dict[str, Any], colour: str, width: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        **line,
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def _points(name: str, rows: list[dict[str, Any]], places: list[int], marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": percents(rows[place]["p"] for place in places),
        "y": places,
        "marker": {**marker, "line": {"color": "#ffffff", "width": 1.5}},
        "customdata": [
            f"{literal(row['title'])}<br>{percent(row['p'])}, band {band(row['lo'], row['hi'])}"
            + ("" if row.get("in_force") is None else f"<br>{IN_FORCE_180}: {percent(row['in_force'])}")
            for row in (rows[place] for place in places)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": bool(places),
    }


def _legend_only(name: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [None],
        "y": [None],
        "line": line,
        "hoverinfo": "skip",
    }


def _upright(at: float, colour: str, dash: str) -> dict[str, Any]:
    line = {"color": colour, "width": 1.8, "dash": dash}
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "line": line,
        "layer": "below",
    }


def _stripes(n: int) -> list[dict[str, Any]]:
    """Hairlines that lead the eye from a label to its row."""
    line = {"color": GRID, "width": 1}
    return [
        {
            "type": "line",
            "xref": "paper",
            "yref": "y",
            "x0": 0,
            "x1": 1,
            "y0": row,
            "y1": row,
            "line": line,
            "layer": "below",
        }
        for row in range(n)
    ]
