"""Odds along a timeline: a step per dated event, with the band, and the events numbered below."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.theme import (
    BLUE,
    DARK_SHADE,
    PURPLE,
    SHADE,
    VERMILLION,
    Figure,
    axis,
    figure,
    lines,
    percent_axis,
    percents,
    records,
)
from sim.results.wording import IN_FORCE_180, band, percent

KEPT = "in_force_180"
LAST_STEP_DAYS = 1
FEW_DAYS = 7
"""So few days have a tick each, and no hours between them."""


def odds_by_event(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """Odds before and after each event as steps, the band around them, and one numbered mark per event.

    ``table`` has a row per state in order, the eve first: ``date`` (ISO), ``name``, the odds ``p`` with the 90 % band
    ``lo``, ``hi`` and the Monte Carlo interval ``mc_lo``, ``mc_hi``, and ``model`` (None where it is no other number),
    all fractions; ``difference`` from the state before (None for the first) and ``is_clear``, whether that is more than
    luck: such events are marked in another colour; and ``in_force_180``, the odds that such a ceasefire is still in
    force after 180 days, where that is known. Rows of ``Timeline.table()`` at one horizon are such a table. Events
    of one day lie side by side within it, in their order. An empty table gives a figure without steps.
    """
    rows = records(table)
    places = _places([str(row["date"]) for row in rows])
    data: list[dict[str, Any]] = []
    if rows:
        ends = [*places, _shown(_day(rows[-1]) + timedelta(days=LAST_STEP_DAYS))]
        data = [
            _area(ends, rows, "lo", "hi", SHADE, "band: nine in ten draws of the inputs"),
            _area(ends, rows, "mc_lo", "mc_hi", DARK_SHADE, "Monte Carlo error (luck)"),
        ]
        if any(row.get(KEPT) is not None for row in rows):
            data.append(_steps(ends, rows, KEPT, IN_FORCE_180, {"color": PURPLE, "width": 2.2, "dash": "longdash"}))
        data.append(_steps(ends, rows, "p", "odds", {"color": BLUE, "width": 3.5}))
        data += [
            _mark(number, place, row, narrow) for number, (place, row) in enumerate(zip(places, rows, strict=True))
        ]
    marks = [
        {"x": place, "y": round(100 * row["p"], 2), "text": str(number), "showarrow": False, "yshift": 16}
        for number, (place, row) in enumerate(zip(places, rows, strict=True))
        if number
    ]
    largest = [row[column] for row in rows for column in ("hi", "p") if row.get(column) is not None]
    made = figure(
        title,
        data,
        xaxis=axis("Date (events of one day in their order)", type="date", tickformat="%-d %b", showgrid=False)
        | ({"dtick": 86_400_000} if rows and (_day(rows[-1]) - _day(rows[0])).days <= FEW_DAYS else {}),
        yaxis=percent_axis("Odds", percents(largest), narrow),
        height=470 + 22 * len(rows),
        narrow=narrow,
        legend_rows=len(rows) + 5,
        legend_gap=64,
        hovermode="closest",
        annotations=marks,
    )
    made["layout"]["legend"]["orientation"] = "v"  # a list of what happened reads from top to bottom
    return made


def _day(row: dict[str, Any]) -> datetime:
    return datetime.combine(date.fromisoformat(str(row["date"])), datetime.min.time())


def _shown(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")


def _places(dates: list[str]) -> list[str]:
    """Moments at which steps begin: k events of one day lie k-ths of a day apart."""
    n_on, seen = Counter(dates), Counter[str]()
    places = []
    for text in dates:
        start = datetime.combine(date.fromisoformat(text), datetime.min.time())
        places.append(_shown(start + timedelta(days=seen[text] / n_on[text])))
        seen[text] += 1
    return places


def _held(ends: list[str]) -> list[str]:
    """Beginning and end of each step, one after the other."""
    return [moment for pair in zip(ends[:-1], ends[1:], strict=True) for moment in pair]


def _twice(rows: list[dict[str, Any]], column: str) -> list[float | None]:
    return [value for value in percents(row.get(column) for row in rows) for _ in range(2)]


def _area(ends: list[str], rows: list[dict[str, Any]], low: str, high: str, colour: str, name: str) -> dict[str, Any]:
    x = _held(ends)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x + x[::-1],
        "y": _twice(rows, high) + _twice(rows, low)[::-1],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }


def _steps(ends: list[str], rows: list[dict[str, Any]], column: str, name: str, look: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _held(ends),
        "y": _twice(rows, column),
        "line": look,
        "hoverinfo": "skip",
    }


def _mark(number: int, place: str, row: dict[str, Any], narrow: bool) -> dict[str, Any]:
    """The event as a mark at the beginning of its step; its entry in the legend is the key to its number."""
    day = _day(row)
    label = f"{number}  {day.day} {day:%b}: {row['name']}" if number else f"{day.day} {day:%b}: {row['name']}"
    said = f"{percent(row['p'])}, band {band(row['lo'], row['hi'])}"
    if row.get(KEPT) is not None:
        said += f"<br>{IN_FORCE_180}: {percent(row[KEPT])}"
    if number:
        said += f"<br>moved by {100 * row['difference']:+.1f} points" + ("" if row["is_clear"] else ", not clearly")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": lines(label, 52 if narrow else 100, most=1),
        "x": [place],
        "y": percents([row["p"]]),
        "marker": {
            "size": 10,
            "color": VERMILLION if row.get("is_clear") else BLUE,
            "line": {"width": 1, "color": "#fff"},
        },
        "customdata": [said],
        "hovertemplate": "%{customdata}<extra>" + lines(label, 40) + "</extra>",
    }
