"""What agreed halts settle: how often each place on each issue's scale is agreed, beside its landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures.primitives import SIDE_COLOURS, Trace, marks, rules
from dashboards.theme import (
    BLACK,
    FAINT_INK,
    GREEN,
    INK,
    Figure,
    axis,
    figure,
    lines,
    literal,
    records,
    row_axis,
)
from sim.results.formatting import counted
from sim.results.wording import percent

FLOOR, TALL = 0.3, 0.72
"""Where bars stand in a row, and how tall the longest is (rows are 1 apart)."""


def agreed_terms(table: Any, *, title: str, sides: Mapping[str, str], narrow: bool = False) -> Figure:
    """A row of bars per issue over its scale, tallest where most halts are agreed.

    ``table`` is that of ``tables_of_terms.terms``; ``sides`` names ``A`` and ``B``.
    """
    rows = records(table)
    names = [literal(sides[key]) for key in "AB"]
    data = [*_bars(rows), _landmarks(rows), _middles(rows)]
    for number, key in enumerate(("ideal_a", "ideal_b")):
        look: dict[str, Any] = {
            "symbol": ("triangle-up", "triangle-up-open")[number],
            "size": 11,
            "color": SIDE_COLOURS[number],
        }
        if number:
            look["line"] = {"width": 2, "color": SIDE_COLOURS[1]}
        said = [f"{names[number]} wants on {literal(row['words'])}: {row[key]:.2f}" for row in rows]
        at = [row[key] for row in rows]
        data.append(
            marks(f"{names[number]} wants", at, [place + FLOOR + 0.13 for place in range(len(rows))], look, said)
        )
    said = [f"Status quo on {literal(row['words'])}: {row['status_quo']:.2f}" for row in rows]
    places = [place + FLOOR for place in range(len(rows))]
    data.append(
        marks(
            "status quo",
            [row["status_quo"] for row in rows],
            places,
            {"symbol": "diamond", "size": 10, "color": BLACK},
            said,
        )
    )
    upwards = row_axis([row["words"] for row in rows], narrow) | {"range": [len(rows) - 0.35, -0.65]}
    upwards["ticktext"] = [_label(row, narrow) for row in rows]
    ends = ["0", "", "0.5", "", "1"] if narrow else [f"0<br>{names[0]}'s end", "", "0.5", "", f"1<br>{names[1]}'s end"]
    return figure(
        title,
        data,
        xaxis=axis(
            "Place on the issue's own scale",
            range=[-0.03, 1.03],
            tickmode="array",
            tickangle=0,
            tickvals=[0, 0.25, 0.5, 0.75, 1],
            ticktext=ends,
        ),
        yaxis=upwards,
        height=(260 if narrow else 220) + (92 if narrow else 74) * len(rows),
        narrow=narrow,
        legend_rows=6 if narrow else 2,
        legend_gap=70,
        hovermode="closest",
        shapes=rules(place + FLOOR for place in range(len(rows))),
    )


def nearest(row: Mapping[str, Any], at: float) -> str | None:
    """Name of the landmark nearest to a place, not made literal; None without landmarks."""
    mark = min(row["landmarks"], key=lambda found: abs(found["at"] - at), default=None)
    return None if mark is None else str(mark["name"])


def _label(row: dict[str, Any], narrow: bool) -> str:
    """The issue, and below it what the middle halt says."""
    near = nearest(row, row["q50"])
    words = f"“{near}”" if near else f"middle {row['q50']:.2f}"
    return f"{lines(row['words'], 18 if narrow else 40)}<br>{lines(words, 20 if narrow else 38, 3)}"


def _bars(rows: list[dict[str, Any]]) -> list[Trace]:
    """Bars of all rows as one outline, and what each says on hover."""
    x: list[float | None] = []
    y: list[float | None] = []
    at, middles, said = [], [], []
    for place, row in enumerate(rows):
        n, most, floor = len(row["bins"]), max(row["bins"]), place + FLOOR
        for number, share in enumerate(row["bins"]):
            if share == 0:
                continue
            top = round(floor - TALL * share / most, 4)
            left, right = number / n, (number + 1) / n
            x += [left, left, right, right, left, None]
            y += [floor, top, top, floor, floor, None]
            at.append((left + right) / 2)
            middles.append((floor + top) / 2)
            said.append(
                f"{literal(row['words'])} from {left:.3g} to {right:.3g}:<br>"
                f"{percent(share)} of the {counted(row['n'], 'halt')} with it on the table"
            )
    outline: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": "share of agreed halts",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": "rgba(0,158,115,0.85)",
        "line": {"width": 0, "color": GREEN},
        "hoverinfo": "skip",
    }
    words = marks("halts", at, middles, {"size": 14, "opacity": 0, "color": GREEN}, said) | {"showlegend": False}
    return [outline, words]


def _landmarks(rows: list[dict[str, Any]]) -> Trace:
    found = [(place, row, mark) for place, row in enumerate(rows) for mark in row["landmarks"]]
    look = {"symbol": "line-ns-open", "size": 9, "color": INK, "line": {"width": 2, "color": FAINT_INK}}
    said = [f"{literal(row['words'])}, {mark['at']:.2f}: “{lines(mark['name'], 50)}”" for _, row, mark in found]
    at, places = [mark["at"] for _, _, mark in found], [place + FLOOR for place, _, _ in found]
    return marks("landmarks (hover for names)", at, places, look, said)


def _middles(rows: list[dict[str, Any]]) -> Trace:
    """The middle halt of each row, with its spread on hover."""
    look = {"symbol": "line-ns-open", "size": 22, "color": GREEN, "line": {"width": 3, "color": BLACK}}
    said = []
    for row in rows:
        near = nearest(row, row["q50"])
        words = f", near<br>“{lines(near, 50)}”" if near else ""
        said.append(
            f"{literal(row['words'])}: the middle halt says {row['q50']:.2f}{words}<br>"
            f"nine in ten lie from {row['q05']:.2f} to {row['q95']:.2f}"
        )
    places = [place + FLOOR - 0.12 for place in range(len(rows))]
    return marks("the middle halt", [row["q50"] for row in rows], places, look, said)
