"""What moves the odds: inputs one at a time, and shares of the variance of the odds."""

from __future__ import annotations

from typing import Any

from dashboards.figures.primitives import Trace, bar, hover, line, marks, rules, spans, upright
from dashboards.theme import (
    BLACK,
    BLUE,
    FAINT_INK,
    INK,
    ORANGE,
    SKY,
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
from sim.results.wording import percent, points

ENDS = {"low": ("input at its low", ORANGE, "/"), "high": ("input at its high", BLUE, "")}


def tornado(table: Any, *, central: float, title: str, narrow: bool = False) -> Figure:
    """A bar per input from the odds with all inputs central to the odds with it low, and high; widest on top.

    ``table`` is that of ``tables_of_studies.bars``; ``central`` the odds with every input central (fractions).
    """
    rows = records(table)
    data = [_bar(rows, end, central) for end in ENDS]
    upwards = row_axis([row["words"] for row in rows], narrow)
    upwards["ticktext"] = [
        f"{lines(row['words'], 20 if narrow else 42, 2)}{'' if row['is_clear'] else '<br>(no more than chance)'}"
        for row in rows
    ]
    reach = [row[end] for row in rows for end in ENDS] + [central]
    return figure(
        title,
        data,
        xaxis=percent_axis("Odds", percents(reach), narrow),
        yaxis=upwards,
        height=(200 if narrow else 170) + (44 if narrow else 34) * max(1, len(rows)),
        narrow=narrow,
        legend_rows=2 if narrow else 1,
        hovermode="closest",
        barmode="overlay",
        shapes=[upright(round(100 * central, 2), BLACK)],
    )


def _bar(rows: list[dict[str, Any]], end: str, central: float) -> Trace:
    name, colour, pattern = ENDS[end]
    far, places = percents(row[end] - central for row in rows), range(len(rows))
    return bar(name, far, places, colour, 0.62, hatch=pattern, opacity=0.92) | {
        "base": [round(100 * central, 2)] * len(rows),
        **hover(
            f"{lines(row['words'], 50)}<br>{literal(row['values'])}<br>{name}: {percent(row[end])}, all central "
            f"{percent(central)}<br>high less low: {points(row['difference'], row['lo'], row['hi'])} points"
            for row in rows
        ),
    }


def shares(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """Share of the variance of the odds by input: alone (filled circle) and with others (hollow), 95 % intervals.

    ``table`` is that of ``tables_of_studies.shares``.
    """
    rows = records(table)
    places = [float(place) for place in range(len(rows))]
    data: list[Trace] = []
    looks = (
        ("first", "knowing it alone would take away", SKY, {"symbol": "circle", "size": 12, "color": BLUE}, -0.13),
        (
            "total",
            "together with others",
            "#c3cbd4",
            {"symbol": "diamond-open", "size": 12, "color": INK, "line": {"width": 2, "color": INK}},
            0.13,
        ),
    )
    for key, name, shade, look, shift in looks:
        shifted = [place + shift for place in places]
        span = spans(percents(row[f"{key}_lo"] for row in rows), percents(row[f"{key}_hi"] for row in rows), shifted)
        data.append(line(f"95 %: {name}", span["x"], span["y"], shade, 6) | {"showlegend": False})
        said = [
            f"{lines(row['words'], 50)}<br>{name}: {100 * row[key]:.0f} % of the variance "
            f"({100 * row[f'{key}_lo']:.0f} to {100 * row[f'{key}_hi']:.0f})"
            for row in rows
        ]
        data.append(marks(name, percents(row[key] for row in rows), shifted, look, said))
    ends = [100 * row[key] for row in rows for key in ("first_lo", "first_hi", "total_lo", "total_hi")] or [0.0]
    return figure(
        title,
        data,
        xaxis=axis(
            "Share of the variance of the model's odds",
            ticksuffix=" %",
            tickangle=0,
            zeroline=True,
            zerolinecolor=FAINT_INK,
            range=[min(*ends, 0.0) - 2, max(*ends, 10.0) + 3],
        ),
        yaxis=row_axis([row["words"] for row in rows], narrow),
        height=(210 if narrow else 180) + (44 if narrow else 38) * max(1, len(rows)),
        narrow=narrow,
        legend_rows=2 if narrow else 1,
        hovermode="closest",
        shapes=rules(places),
    )
