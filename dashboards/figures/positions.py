"""Where the sides stand, issue by issue, with what stands between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures.primitives import SIDE_COLOURS, Trace, line, marks, rules, spans
from dashboards.theme import BLACK, FAINT_INK, INK, Figure, axis, figure, lines, literal, records, row_axis

SIDE_MARKS = ("circle", "square")
PUBLIC_MARKS = ("triangle-right-open", "triangle-left-open")
LIFT = 0.2
"""How far public positions lie below the line of a row, so that they do not hide what is wished for."""


def positions(table: Any, *, title: str, sides: Mapping[str, str], narrow: bool = False) -> Figure:
    """A line per issue from side A's end (0) to side B's (1): wishes, public lines, red lines, status quo, landmarks.

    ``table`` is that of ``tables_of_why.positions``; ``sides`` names ``A`` and ``B``.
    """
    rows = records(table)
    places = list(range(len(rows)))
    names = [literal(sides["A"]), literal(sides["B"])]
    gaps = spans([row["a"]["ideal"] for row in rows], [row["b"]["ideal"] for row in rows], places)
    data = [
        line("distance between the wishes", gaps["x"], gaps["y"], "#c3cbd4", 7),
        _landmarks(rows),
        *(_red(rows, key, names[number], SIDE_COLOURS[number]) for number, key in enumerate("ab")),
    ]
    for number, key in enumerate("ab"):
        data += [_wishes(rows, key, number, names[number]), _public(rows, key, number, names[number])]
    data.append(_status_quo(rows))
    ticks = {"tickmode": "array", "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickangle": 0, "range": [-0.03, 1.03]}
    ends = [f"0<br>{names[0]}'s end", "", "0.5", "", f"1<br>{names[1]}'s end"]
    if narrow:
        ends = ["0", "", "0.5", "", "1"]
    words = "Place on the issue's own scale"
    upwards = row_axis([row["words"] for row in rows], narrow)
    upwards["ticktext"] = [_label(row, sides, narrow) for row in rows]
    return figure(
        title,
        [trace for trace in data if trace["x"]],
        xaxis=axis(words, **ticks, ticktext=ends),
        yaxis=upwards,
        height=(300 if narrow else 230) + (66 if narrow else 54) * len(rows),
        narrow=narrow,
        legend_rows=9 if narrow else 3,
        legend_gap=70,
        hovermode="closest",
        shapes=rules(places),
    )


def _label(row: dict[str, Any], sides: Mapping[str, str], narrow: bool) -> str:
    """The issue, and below it how much it matters to either side."""
    if narrow:
        return f"{lines(row['words'], 18)}<br>{row['a']['points']:.0f} : {row['b']['points']:.0f} of 100"
    a, b = (lines(sides[key], 14, 1) for key in "AB")
    return f"{lines(row['words'], 40)}<br>{a} {row['a']['points']:.0f}, {b} {row['b']['points']:.0f} of 100"


def near(row: Mapping[str, Any], at: float) -> str:
    """A place in words: on the scale, and the landmark nearest to it."""
    mark = min(row["landmarks"], key=lambda found: abs(found["at"] - at), default=None)
    return f"{at:.2f}" if mark is None else f"{at:.2f}, near<br>“{lines(mark['name'], 50)}”"


def _wishes(rows: list[dict[str, Any]], key: str, number: int, name: str) -> Trace:
    look = {"symbol": SIDE_MARKS[number], "size": 14, "color": SIDE_COLOURS[number]}
    said = [
        f"{name} wants on {literal(row['words'])}: {near(row, row[key]['ideal'])}<br>"
        f"{row[key]['points']:.0f} of its 100 points"
        for row in rows
    ]
    return marks(f"{name} wants", [row[key]["ideal"] for row in rows], list(range(len(rows))), look, said)


def _public(rows: list[dict[str, Any]], key: str, number: int, name: str) -> Trace:
    chosen = [(place, row) for place, row in enumerate(rows) if row[key]["public"] is not None]
    look = {
        "symbol": PUBLIC_MARKS[1 - number],
        "size": 12,
        "color": SIDE_COLOURS[number],
        "line": {"width": 2, "color": SIDE_COLOURS[number]},
    }
    said = [
        f"{name} has ruled out in public to go beyond this<br>on {literal(row['words'])}: "
        f"{near(row, row[key]['public'])}"
        for _, row in chosen
    ]
    at = [row[key]["public"] for _, row in chosen]
    return marks(f"{name}'s public line", at, [place + LIFT for place, _ in chosen], look, said)


def _red(rows: list[dict[str, Any]], key: str, name: str, colour: str) -> Trace:
    chosen = [(place, row) for place, row in enumerate(rows) if row[key]["red"] is not None]
    look = {"symbol": "line-ns-open", "size": 26, "color": colour, "line": {"width": 4, "color": colour}}
    said = [
        f"{name} accepts nothing beyond this<br>on {literal(row['words'])}: {near(row, row[key]['red'])}"
        for _, row in chosen
    ]
    return marks(f"{name}'s red line", [row[key]["red"] for _, row in chosen], [p for p, _ in chosen], look, said)


def _status_quo(rows: list[dict[str, Any]]) -> Trace:
    look = {"symbol": "diamond", "size": 10, "color": BLACK}
    said = [f"Status quo on {literal(row['words'])}: {near(row, row['status_quo'])}" for row in rows]
    return marks("status quo", [row["status_quo"] for row in rows], list(range(len(rows))), look, said)


def _landmarks(rows: list[dict[str, Any]]) -> Trace:
    found = [(place, row, mark) for place, row in enumerate(rows) for mark in row["landmarks"]]
    look = {"symbol": "line-ns-open", "size": 9, "color": FAINT_INK, "line": {"width": 2, "color": INK}}
    said = [f"{literal(row['words'])}, {mark['at']:.2f}: “{lines(mark['name'], 50)}”" for _, row, mark in found]
    places = [place - LIFT for place, _, _ in found]
    return marks("landmarks (hover for names)", [mark["at"] for _, _, mark in found], places, look, said)
