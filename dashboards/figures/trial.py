"""One trial week by week: offers and limits, what the war costs, who is gaining, and a cursor on one week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures.primitives import SIDE_COLOURS, Trace, line, marks, note
from dashboards.theme import (
    BLACK,
    FAINT_INK,
    GREEN,
    INK,
    Figure,
    axis,
    date_axis,
    figure,
    lines,
    literal,
    records,
)

DOMAINS = ([0.56, 1.0], [0.29, 0.47], [0.0, 0.18])
ROUNDS_AT = 1.1
HALT, OVER = "rgba(0,158,115,0.16)", "rgba(27,39,51,0.12)"


def weeks(table: Any, *, title: str, sides: Mapping[str, str], narrow: bool = False) -> Figure:
    """Three panels over the weeks of one trial. ``shapes[0]`` is the cursor, at the first week.

    ``table`` is that of ``tables_of_trial.weeks``; ``sides`` names ``A`` and ``B``.
    """
    rows = records(table)
    dates = [row["date"] for row in rows]
    names = [literal(sides[key]) for key in "AB"]
    data = [*_offers(rows, dates, names), _open(rows), *_limits(rows, names), *_rounds(rows)]
    for number, key in enumerate("ab"):
        costs = [round(row[f"cost_{key}"], 4) for row in rows]
        look = {"dash": "solid" if number == 0 else "dash"}
        data.append(
            _on(
                line(f"cost of war to {names[number]}", dates, costs, SIDE_COLOURS[number], 2, **look),
                "y2",
                f"cost to {names[number]}: %{{y:.3f}}",
            )
        )
    momentum = [round(row["momentum"], 4) for row in rows]
    data.append(_on(line("momentum", dates, momentum, INK, 2), "y3", "momentum: %{y:+.2f}"))
    reach = max([0.1, *(abs(value) for value in momentum)]) * 1.15
    up, down = (lines(sides[key], 12 if narrow else 30, 1) for key in "BA")
    gaining = f"Gaining: {up} above 0, {down} below" if narrow else f"Who is gaining: above 0 {up}, below 0 {down}"
    small = {"font": {"size": 11, "color": FAINT_INK}, "xanchor": "left", "yanchor": "bottom"}
    return figure(
        title,
        [trace for trace in data if trace["x"]],
        xaxis=date_axis("", anchor="y3", range=[dates[0], dates[-1]] if dates else None),
        yaxis=axis(
            "Offers" if narrow else "Whose way a deal goes",
            domain=DOMAINS[0],
            range=[-0.06, 1.18],
            tick0=0,
            dtick=0.5,
        ),
        yaxis2=axis("of the stakes", domain=DOMAINS[1], rangemode="tozero", nticks=4),
        yaxis3=axis("", domain=DOMAINS[2], range=[-reach, reach], nticks=4, zeroline=True, zerolinecolor=FAINT_INK),
        height=760 if narrow else 680,
        narrow=narrow,
        legend_rows=9 if narrow else 3,
        legend_gap=58,
        hovermode="x unified",
        annotations=[
            note("What another year of war costs", 0.0, DOMAINS[1][1] + 0.005, **small),
            note(gaining, 0.0, DOMAINS[2][1] + 0.005, **small),
        ],
        shapes=[_cursor(dates[0] if dates else 0), *_spells(rows)],
    )


def _on(trace: Trace, panel: str, template: str) -> Trace:
    trace.pop("hoverinfo", None)
    return trace | {"yaxis": panel, "hovertemplate": f"{template}<extra></extra>"}


def _offers(rows: list[dict[str, Any]], dates: list[str], names: list[str]) -> list[Trace]:
    """Standing offers while the war goes on."""
    found = []
    for number, key in enumerate("ab"):
        offers = [row[f"offer_{key}"] if row["phase"] == "war" else None for row in rows]
        look = {"shape": "hv", "dash": "solid" if number == 0 else "dash"}
        trace = line(f"{names[number]}'s offer", dates, offers, SIDE_COLOURS[number], 2.5, **look)
        found.append(_on(trace, "y", f"{names[number]} offers %{{y:.2f}}"))
    return found


def _limits(rows: list[dict[str, Any]], names: list[str]) -> list[Trace]:
    """What each side could accept, in the weeks with a round."""
    found = []
    for number, (key, symbol, words) in enumerate(
        (("lower", "triangle-up", "accepts from here up"), ("upper", "triangle-down", "accepts from here down"))
    ):
        own = [row for row in rows if row[key] is not None]
        look = {"symbol": symbol, "size": 9, "color": SIDE_COLOURS[number]}
        said = [f"{names[number]} {words}: {row[key]:.2f}" for row in own]
        found.append(
            marks(f"{names[number]} {words}", [row["date"] for row in own], [row[key] for row in own], look, said)
        )
    return found


def _open(rows: list[dict[str, Any]]) -> Trace:
    """Upright bars from one limit to the other where a range is open."""
    x: list[Any] = []
    y: list[Any] = []
    for row in rows:
        if row["has_range"] and row["lower"] is not None and row["upper"] is not None:
            x += [row["date"], row["date"], None]
            y += [row["lower"], row["upper"], None]
    return line("range open", x, y, GREEN, 7)


def _rounds(rows: list[dict[str, Any]]) -> list[Trace]:
    found = []
    for kind, symbol, name in (("held", "circle", "round held"), ("failed", "x", "round failed")):
        own = [row["date"] for row in rows if row["round"] == kind]
        look = {"symbol": symbol, "size": 7, "color": INK}
        found.append(marks(name, own, [ROUNDS_AT] * len(own), look, [name] * len(own)))
    return found


def _cursor(at: Any) -> dict[str, Any]:
    look = {"color": BLACK, "width": 2}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": look}


def _spells(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weeks in a halt shaded green, weeks after a victory grey."""
    found: list[dict[str, Any]] = []
    state, since = None, ""
    for row in [*rows, {"phase": "war", "halt": None, "date": rows[-1]["date"] if rows else ""}]:
        now = HALT if row["halt"] is not None else OVER if row["phase"] == "over" else None
        if now == state:
            continue
        if state is not None:
            ends = {"xref": "x", "yref": "paper", "x0": since, "x1": row["date"], "y0": 0, "y1": 1}
            found.append({"type": "rect", **ends, "fillcolor": state, "line": {"width": 0}, "layer": "below"})
        state, since = now, row["date"]
    return found
