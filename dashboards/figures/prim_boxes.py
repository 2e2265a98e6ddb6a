"""Boxes of inputs in which an outcome is common, and what a smaller box buys."""

from __future__ import annotations

from typing import Any

from dashboards import rounding
from dashboards.figures.primitives import Trace, bar, hover, line, rules
from dashboards.theme import (
    BLUE,
    PAPER,
    VERMILLION,
    Figure,
    axis,
    figure,
    lines,
    literal,
    percent_axis,
    percents,
    records,
    row_axis,
)
from sim.results.formatting import counted
from sim.results.wording import percent

LOOKS = {"halt": ("where it comes", BLUE, ""), "failure": ("where it does not", VERMILLION, "/")}


def limits(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """A bar per limit of a box, over the range its input was drawn from (grey).

    ``table`` is that of ``tables_of_studies.boxes``.
    """
    rows = records(table)
    places = [float(place) for place in range(len(rows))]
    data = [bar("range it is drawn from", [100] * len(rows), places, "#d0d7de", 0.22) | {"hoverinfo": "skip"}]
    data += [_bars(rows, kind) for kind in LOOKS if any(row["kind"] == kind for row in rows)]
    said = [f"{row['words']} ({LOOKS[row['kind']][0]}, box {row['box']})" for row in rows]
    ticks = {
        "tickmode": "array",
        "tickvals": [0, 50, 100],
        "ticktext": ["low end", "middle", "high end"],
        "tickangle": 0,
    }
    return figure(
        title,
        data,
        xaxis=axis(
            "Place in its range" if narrow else "Place in the range the input is drawn from", range=[-1, 101], **ticks
        ),
        yaxis=row_axis(said, narrow),
        height=(220 if narrow else 180) + (60 if narrow else 44) * max(1, len(rows)),
        narrow=narrow,
        legend_rows=3 if narrow else 1,
        hovermode="closest",
        barmode="overlay",
        shapes=rules(places),
    )


def _bars(rows: list[dict[str, Any]], kind: str) -> Trace:
    name, colour, pattern = LOOKS[kind]
    own = [(place, row) for place, row in enumerate(rows) if row["kind"] == kind]
    long = percents(row["to"] - row["from"] for _, row in own)
    made = bar(f"box {name}", long, [place for place, _ in own], colour, 0.42, hatch=pattern, hatch_colour=PAPER)
    said = hover(limit_words(row) for _, row in own)
    return made | {"base": percents(row["from"] for _, row in own)} | said


def limit_words(row: dict[str, Any]) -> str:
    """``Momentum below 0.08 (drawn from 0 to 0.3)`` and what the box holds."""
    ends = row["least"], row["most"]
    low, high = ("" if row[end] is None else rounding.said(row[end], *ends) for end in ("low", "high"))
    said = f"from {low} to {high}" if low and high else f"above {low}" if low else f"below {high}"
    unit = rounding.unit_after(row["unit"])
    doubt = "" if row["p"] <= 0.05 else "<br>this limit is not confirmed by the other half"
    return (
        f"{lines(row['words'], 50)} {said}{literal(unit)}<br>drawn from {rounding.span(*ends)}<br>"
        f"box {row['box']}: {percent(row['density'])} inside, {percent(row['elsewhere'])} outside{doubt}"
    )


def trade_off(table: Any, *, title: str, outcome: str, narrow: bool = False) -> Figure:
    """Smaller boxes against how common the outcome is in them; where the number of limits changes it is written.

    ``table`` is that of ``tables_of_studies.trade_off``; ``outcome`` is what the box has more of, in words.
    """
    rows = records(table)
    limited = [row["n_limits"] for row in rows]
    inside, dense = (percents(row[key] for row in rows) for key in ("mass", "density"))
    trace: Trace = line("boxes", inside, dense, BLUE, 1.5, dash="dot") | {
        "mode": "lines+markers+text",
        "text": [f" {n} " if n != before else "" for before, n in zip([None, *limited], limited, strict=False)],
        "textposition": "top right",
        "marker": {"size": 10, "color": BLUE},
        "cliponaxis": False,
        **hover(
            f"{percent(row['mass'])} of futures are inside, by {counted(row['n_limits'], 'limit')}<br>"
            f"{percent(row['density'])} of these: {literal(outcome)}<br>{percent(row['coverage'])} of all such futures"
            for row in rows
        ),
    }
    return figure(
        title,
        [trace],
        xaxis=percent_axis("Futures inside the box", [100.0], narrow),
        yaxis=percent_axis("With the outcome", percents(row["density"] for row in rows)),
        height=400,
        narrow=narrow,
        legend_rows=0,
        hovermode="closest",
    )
