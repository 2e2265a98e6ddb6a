"""Beside the crowd: each forecaster a mark, the run with its band, one row per bin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.theme import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SHADE,
    SKY,
    VERMILLION,
    Figure,
    figure,
    literal,
    percent_axis,
    percents,
    records,
    row_axis,
    segments,
)
from sim.results.wording import band, percent

MARKS = (
    (ORANGE, "square"),
    (GREEN, "triangle-up"),
    (PURPLE, "circle"),
    (VERMILLION, "x"),
    (SKY, "triangle-down"),
    (ORANGE, "star"),
)
LIFT = 0.22
"""How far the crowd's marks stand above the run's own, so that equal numbers do not hide each other."""


def beside_crowd(table: Any, *, title: str, platforms: tuple[str, ...], narrow: bool = False) -> Figure:
    """One row per bin: the probability of each platform, and the run's own odds with its 90 % band.

    ``table`` has a row per bin: ``label``, ``crowd`` (fractions by platform), and ``p``, ``lo``, ``hi`` of the run, or
    None for all three where it does not reach so far.
    """
    rows = records(table)
    own = [place for place, row in enumerate(rows) if row["p"] is not None]
    shown = [rows[place] for place in own]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "its band: nine in ten draws",
            "legendrank": 1002,
            **segments(shown, "lo", "hi", own),
            "line": {"color": SHADE.replace("0.14", "0.30"), "width": 9},
            "hoverinfo": "skip",
        },
        _marks(
            "this model",
            [row["p"] for row in shown],
            own,
            [f"{percent(row['p'])}, band {band(row['lo'], row['hi'])}" for row in shown],
            {"symbol": "diamond", "size": 14, "color": BLUE},
        ),
    ]
    for number, platform in enumerate(platforms):
        colour, symbol = MARKS[number % len(MARKS)]
        places = [place for place, row in enumerate(rows) if platform in row["crowd"]]
        values = [rows[place]["crowd"][platform] for place in places]
        look = {"symbol": symbol, "size": 11, "color": colour}
        lifted, said = [place - LIFT for place in places], [percent(value) for value in values]
        data.append(_marks(literal(platform), values, lifted, said, look))
    largest = [row["hi"] for row in shown] + [value for row in rows for value in row["crowd"].values()]
    return figure(
        title,
        data,
        xaxis=percent_axis("Probability", percents(largest), narrow),
        yaxis=row_axis([row["label"] for row in rows], narrow),
        height=(260 if narrow else 180) + (62 if narrow else 44) * len(rows),
        narrow=narrow,
        legend_rows=(len(platforms) + 3) // 2 if narrow else 1,
        hovermode="closest",
    )


def _marks(
    name: str, values: list[float], places: Sequence[float], said: list[str], look: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": percents(values),
        "y": places,
        "marker": {**look, "line": {"color": "#ffffff", "width": 1.5}},
        "customdata": said,
        "hovertemplate": name + ": %{customdata}<extra></extra>",
    }
