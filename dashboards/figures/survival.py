"""How long halts hold, with how long past ones held behind."""

from __future__ import annotations

from typing import Any

from dashboards.figures.primitives import Trace, between, hover, line
from dashboards.theme import (
    BLACK,
    BLUE,
    FAINT_INK,
    GREEN,
    ORANGE,
    PURPLE,
    Figure,
    axis,
    figure,
    literal,
    percents,
    records,
)
from sim.results.formatting import counted
from sim.results.wording import band, percent

LOOKS = (
    (BLUE, "solid", "rgba(0,114,178,0.16)"),
    (ORANGE, "dash", "rgba(230,159,0,0.20)"),
    (GREEN, "dashdot", "rgba(0,158,115,0.16)"),
    (PURPLE, "longdash", "rgba(204,121,167,0.18)"),
)
EVIDENCE_LOOKS = ((FAINT_INK, "x"), (BLACK, "circle-open"))
TICKS = (0, 30, 90, 180, 365, 540, 730)


def survival(table: Any, *, evidence: Any, title: str, narrow: bool = False) -> Figure:
    """Share of halts still in force by days since they began, a stepped line per track, past halts as marks.

    ``table`` and ``evidence`` are those of ``tables_of_terms``.
    """
    rows = records(table)
    most = max((row["day"][-1] for row in rows), default=365.0)
    data = _past([row for row in records(evidence) if row["day"] <= max(730, most)])
    for number, row in enumerate(rows):
        colour, dash, shade = LOOKS[number % len(LOOKS)]
        name = f"{literal(row['label'])} ({counted(row['n'], 'halt')})"
        data.append(
            between(
                f"{literal(row['label'])}: 95 % interval", row["day"], percents(row["lo"]), percents(row["hi"]), shade
            )
        )
        said = [
            f"{literal(row['label'])}: {percent(holds)} hold after {day:.0f} days "
            f"({band(low, high)}; {risk:,.0f} watched)"
            for day, holds, low, high, risk in zip(
                *(row[key] for key in ("day", "holds", "lo", "hi", "at_risk")), strict=True
            )
        ]
        data.append(
            line(name, row["day"], percents(row["holds"]), colour, 3, dash=dash, shape="hv")
            | hover(said)
            | {"legendrank": 1 + number}
        )
    last = max([most, *(row["day"] for row in records(evidence) if row["day"] <= 730)], default=365)
    return figure(
        title,
        data,
        xaxis=axis(
            "Days since the halt began",
            range=[-8, last * 1.03],
            tickmode="array",
            tickvals=[tick for tick in TICKS if tick <= last and (not narrow or tick not in (30, 540))],
            tickangle=0,
        ),
        yaxis=axis("Still in force", range=[0, 103], dtick=20, tick0=0, ticksuffix=" %"),
        height=600 if narrow else 520,
        narrow=narrow,
        legend_rows=2 * len(rows) + 2 if narrow else len(rows) + 1,
        legend_gap=62,
        hovermode="closest",
    )


def _past(rows: list[dict[str, Any]]) -> list[Trace]:
    """Past halts: marks with their intervals, one entry of the legend a group."""
    found = []
    for number, label in enumerate(dict.fromkeys(row["label"] for row in rows)):
        own = [row for row in rows if row["label"] == label]
        colour, symbol = EVIDENCE_LOOKS[number % len(EVIDENCE_LOOKS)]
        shift = 5 * (2 * number - 1)
        known: list[list[Any]] = [percents(row[key] for row in own) for key in ("holds", "lo", "hi")]
        holds, low, high = known
        found.append(
            {
                "type": "scatter",
                "mode": "markers+lines",
                "name": f"{literal(label)} ({own[0]['n']})",
                "x": [row["day"] + shift for row in own],
                "y": holds,
                "line": {"color": colour, "width": 1, "dash": "dot"},
                "marker": {"symbol": symbol, "size": 9, "color": colour, "line": {"width": 2, "color": colour}},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [round(top - middle, 2) for top, middle in zip(high, holds, strict=True)],
                    "arrayminus": [round(middle - bottom, 2) for bottom, middle in zip(low, holds, strict=True)],
                    "color": colour,
                    "thickness": 1.2,
                    "width": 4,
                },
                **hover(
                    f"{literal(label)}: {percent(row['holds'])} held {row['day']} days "
                    f"({band(row['lo'], row['hi'])})<br>{literal(row['source'])}"
                    for row in own
                ),
            }
        )
    return found
