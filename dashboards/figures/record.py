"""The record of the forecasts: forecasts against outcomes, and scores side by side.

Tables hold what ``parley backtest --json`` holds. A number that is not known is None and is not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import sqrt
from typing import Any

from dashboards.theme import (
    BLUE,
    FAINT_INK,
    GREEN,
    GRID,
    INK,
    ORANGE,
    PURPLE,
    SHADE,
    SKY,
    VERMILLION,
    Figure,
    axis,
    figure,
    literal,
    percents,
    records,
    row_axis,
)
from sim.results import record_words
from sim.results.record_words import difference_words, standing

HORIZON_MARKS = ((SKY, "circle"), (ORANGE, "square"), (GREEN, "triangle-up"), (PURPLE, "diamond"))
TIER_MARKS = ((BLUE, "circle"), (ORANGE, "square"))
INTERVAL = SHADE.replace("0.14", "0.45")
SHARE_TICKS = {"tick0": 0, "dtick": 20, "ticksuffix": " %", "range": [-9, 104]}
ONE_HALF = 0.25
"""Brier score of always saying one half."""


def reliability(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """How often it happened, by forecast: a circle per bin on the square of per cents, with its interval.

    ``table`` has a row per bin: ``mean_forecast``, ``observed``, ``observed_low``, ``observed_high`` (fractions), ``n``
    forecasts in ``n_wars`` wars. The area of a circle grows with ``n``.
    """
    rows = records(table)
    most = max((row["n"] for row in rows), default=1)
    forecast = percents(row["mean_forecast"] for row in rows)
    low, high = (percents(row[end] for row in rows) for end in ("observed_low", "observed_high"))
    look = {"color": BLUE, "opacity": 1, "size": [round(8 + 14 * sqrt(row["n"] / most), 1) for row in rows]}
    circles = marks("forecasts (number beside)", forecast, percents(row["observed"] for row in rows), look)
    circles |= hover(printed(record_words.bin_words(row)) for row in rows)
    # Counts stand clear of the line of "as often as forecast".
    is_far_above = [row["observed"] > row["mean_forecast"] + 0.05 for row in rows]
    circles |= {
        "mode": "markers+text",
        "text": [f" {row['n']:.0f} " for row in rows],
        "textposition": ["top left" if is_far else "bottom right" for is_far in is_far_above],
        "textfont": {"size": 12, "color": FAINT_INK},
        "cliponaxis": False,
    }
    data = [
        line("as often as forecast", {"x": [0, 100], "y": [0, 100]}, FAINT_INK, 1.6, dash="dash"),
        line("90 % interval, by war", spans(low, high, forecast, "y"), INTERVAL, 4),
        circles,
    ]
    return figure(
        title,
        data,
        xaxis=axis("Forecast", **SHARE_TICKS, tickangle=0),
        yaxis=axis("Share that happened", **SHARE_TICKS),
        height=480 if narrow else 520,
        narrow=narrow,
        legend_rows=3 if narrow else 2,
        hovermode="closest",
    )


def score_dots(
    table: Any, *, title: str, horizons: Sequence[str], reach: Sequence[float] = (), narrow: bool = False
) -> Figure:
    """Brier scores: a row per forecaster, the best mean on top, a mark per horizon and an upright stroke at the mean.

    ``table`` has a row per forecaster: ``title``, ``mean``, and a score by each of ``horizons`` (days), or None. The
    axis holds the scores of ``reach`` too, so that two tiers can be drawn alike.
    """
    rows = sorted(records(table), key=lambda row: (row["mean"] is None, row["mean"]))
    places = list(range(len(rows)))
    left, right = ([place + reach for place in places] for reach in (-0.36, 0.36))
    data = [
        _upright(ONE_HALF, len(rows), "one half", FAINT_INK, "dot"),
        line("mean", spans(left, right, [row["mean"] for row in rows], "y"), INK, 3),
    ]
    for number, days in enumerate(horizons):
        colour, symbol = HORIZON_MARKS[number % len(HORIZON_MARKS)]
        lift = 0.54 * (number / max(1, len(horizons) - 1) - 0.5)
        look = {"color": colour, "symbol": symbol, "size": 11}
        drawn = marks(f"by {days} days", [row[days] for row in rows], [place + lift for place in places], look)
        data.append(drawn | hover(f"{literal(row['title'])}, by {days} days: {three(row[days])}" for row in rows))
    known = [row[key] for row in rows for key in (*horizons, "mean") if row[key] is not None]
    return figure(
        title,
        data,
        xaxis=axis("Brier score: further left is better", **_score_range([*known, *reach, ONE_HALF])),
        yaxis=row_axis([f"{row['title']} ({three(row['mean'])})" for row in rows], narrow=True),
        height=(200 if narrow else 160) + 54 * len(rows),
        narrow=narrow,
        legend_rows=3 if narrow else 2,
        hovermode="closest",
        shapes=_levels(row + 0.5 for row in places[:-1]),
    )


def score_differences(
    table: Any, *, title: str, first: str = "engine", reach: Sequence[float] = (), narrow: bool = False
) -> Figure:
    """Scores of ``first`` minus each other's with their intervals: left of nought the first is better.

    ``table`` has a row per rival: ``title``, ``difference``, ``lo``, ``hi`` (scores, or None where it is not known).
    An interval that holds 0 is drawn hollow and grey: no more than chance. ``reach`` as in ``score_dots``.
    """
    known = [row for row in records(table) if row["difference"] is not None]
    rows = sorted(known, key=lambda row: -float(row["difference"]))
    groups = {
        "better": (f"the {first} is better", {"symbol": "triangle-left", "size": 13, "color": BLUE}),
        "worse": (f"the {first} is worse", {"symbol": "triangle-right", "size": 13, "color": VERMILLION}),
        "even": ("no more than chance", {"symbol": "circle-open", "size": 11, "color": FAINT_INK}),
    }
    low, high = ([row[end] for row in rows] for end in ("lo", "hi"))
    data = [
        _upright(0.0, len(rows)),
        line("90 % interval, by war", spans(low, high, list(range(len(rows)))), "#9aa5b1", 4),
    ]
    for group, (name, look) in groups.items():
        chosen = [place for place, row in enumerate(rows) if standing(row) == group]
        drawn = marks(name, [rows[place]["difference"] for place in chosen], chosen, look)
        words = (f"against {literal(rows[at]['title'])}: {printed(difference_words(rows[at]))}" for at in chosen)
        data.append(drawn | hover(words) | {"showlegend": bool(chosen)})
    data[-1]["marker"]["line"] = {"width": 2}
    ends = [row[end] for row in rows for end in ("difference", "lo", "hi") if row[end] is not None]
    return figure(
        title,
        data,
        xaxis=axis(
            f"{first.capitalize()} minus the other" if narrow else f"Brier score of the {first} minus the other's",
            **_score_range([*ends, *reach, -0.01, 0.01], sign=True),
        ),
        yaxis=row_axis([f"against {row['title']}" for row in rows], narrow=True),
        height=(200 if narrow else 170) + 40 * len(rows),
        narrow=narrow,
        legend_rows=4 if narrow else 2,
        hovermode="closest",
        shapes=_levels(range(len(rows))),
    )


def slopes(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """Slopes of the calibration line, a row per forecaster, a mark per tier; 1 is right.

    ``table`` has a row per tier and forecaster: ``tier``, ``title`` (the forecaster), ``slope``, and where they are
    known ``slope_lo`` and ``slope_hi``.
    """
    rows = [row for row in records(table) if row["slope"] is not None]
    titles, tiers = (list(dict.fromkeys(row[key] for row in rows)) for key in ("title", "tier"))
    data = [_upright(1.0, len(titles))]
    for number, tier in enumerate(tiers):
        colour, symbol = TIER_MARKS[number % len(TIER_MARKS)]
        own = [row for row in rows if row["tier"] == tier]
        places = [titles.index(row["title"]) + 0.3 * (number - (len(tiers) - 1) / 2) for row in own]
        ends = spans([row.get("slope_lo") for row in own], [row.get("slope_hi") for row in own], places)
        if ends["x"]:
            data.append(line(f"{literal(tier)}: 90 %, by war", ends, colour, 2) | {"opacity": 0.6})
        drawn = marks(literal(tier), [row["slope"] for row in own], places, {"color": colour, "symbol": symbol})
        drawn["marker"]["size"] = 11
        data.append(drawn | hover(f"{literal(tier)}, {literal(row['title'])}: {row['slope']:.2f}" for row in own))
    known = [row[key] for row in rows for key in ("slope", "slope_lo", "slope_hi") if row.get(key) is not None]
    around = [min([*known, 0.5]) - 0.1, max([*known, 1.5]) + 0.1]
    meaning = "Slope; 1 is right" if narrow else "Below 1 too extreme, above 1 too timid"
    return figure(
        title,
        data,
        xaxis=axis(
            meaning,
            range=around,
            dtick=0.5,
            tick0=0,
            tickangle=0,
        ),
        yaxis=row_axis(titles, narrow=True),
        height=(180 if narrow else 150) + 44 * len(titles),
        narrow=narrow,
        legend_rows=2,
        hovermode="closest",
        shapes=_levels(row + 0.5 for row in range(len(titles) - 1)),
    )


def subset_dots(
    table: Any, *, title: str, forecasters: Sequence[str], reach: Sequence[float] = (), narrow: bool = False
) -> Figure:
    """Mean Brier scores in parts of the episodes: a row per group, a mark per forecaster.

    ``table`` has a row per group: ``title``, ``n_episodes``, and ``brier`` by forecaster, or None. ``reach`` as in
    ``score_dots``.
    """
    rows = records(table)
    places = list(range(len(rows)))
    data = [_upright(ONE_HALF, len(rows), "one half", FAINT_INK, "dot")]
    for number, who in enumerate(forecasters):
        colour, symbol = HORIZON_MARKS[number % len(HORIZON_MARKS)]
        lift = 0.5 * (number / max(1, len(forecasters) - 1) - 0.5)
        scores = [row["brier"].get(who) for row in rows]
        drawn = marks(who, scores, [at + lift for at in places], {"color": colour, "symbol": symbol, "size": 11})
        words = (f"{literal(row['title'])}, {who}: {three(score)}" for row, score in zip(rows, scores, strict=True))
        data.append(drawn | hover(words))
    known = [row["brier"][who] for row in rows for who in forecasters if row["brier"].get(who) is not None]
    return figure(
        title,
        data,
        xaxis=axis("Mean Brier score", **_score_range([*known, *reach, ONE_HALF])),
        yaxis=row_axis([f"{row['title']}\u00a0({row['n_episodes']})" for row in rows], narrow=narrow),
        height=(200 if narrow else 160) + (58 if narrow else 46) * len(rows),
        narrow=narrow,
        legend_rows=2 if narrow else 1,
        hovermode="closest",
        shapes=_levels(row + 0.5 for row in places[:-1]),
    )


# -- numbers in words -------------------------------------------------------------------------------


def printed(text: str) -> str:
    """A text of ours as a page prints it: real minus signs, no per cent at the end of a line without its number."""
    text = "\u2013" if text == "-" else re.sub(r"(?<![\w-])-(?=[.\d])", "\u2212", text)
    return text.replace(" %", "\u00a0%")


def three(value: float | None, sign: bool = False) -> str:
    """A score with three decimals and no leading nought: ``.162``, with its sign where asked; a dash for none."""
    return printed(record_words.three(value, sign))


# -- pieces ------------------------------------------------------------------------------------------


def spans(low: Sequence[Any], high: Sequence[Any], places: Sequence[Any], along: str = "x") -> dict[str, Any]:
    """Pieces of line from ``low`` to ``high`` along an axis, one per place, with gaps; none where an end is None."""
    ends: list[float | None] = []
    across: list[float | None] = []
    for first, last, place in zip(low, high, places, strict=True):
        if first is not None and last is not None and place is not None:
            ends += [first, last, None]
            across += [place, place, None]
    return {"x": ends, "y": across} if along == "x" else {"x": across, "y": ends}


def line(name: str, path: dict[str, Any], colour: str, width: float, dash: str = "solid") -> dict[str, Any]:
    """A line or pieces of one, from ``spans``, that says nothing on hover."""
    look = {"color": colour, "width": width, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": name, **path, "line": look, "hoverinfo": "skip"}


def marks(name: str, x: Sequence[Any], y: Sequence[Any], look: dict[str, Any]) -> dict[str, Any]:
    """Marks of one look at places."""
    marker = {**look, "line": {"color": "#ffffff", "width": 1.5}}
    return {"type": "scatter", "mode": "markers", "name": name, "x": list(x), "y": list(y), "marker": marker}


def hover(words: Any) -> dict[str, Any]:
    """What is shown on hover: one text a mark, already made literal."""
    return {"customdata": list(words), "hovertemplate": "%{customdata}<extra></extra>"}


def _score_range(values: Sequence[float], sign: bool = False) -> dict[str, Any]:
    """Range and round ticks of an axis that holds these scores, written as in the tables."""
    low, high = min(values), max(values)
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if step == 0.5 or (high - low) / step <= 5)
    ticks = [round(step * number, 2) for number in range(int(low // step), int(-(-high // step)) + 1)]
    words = [three(tick, sign).removesuffix("0") if tick else "0" for tick in ticks]
    room = 0.04 * (high - low) or 0.01
    return {"range": [low - room, high + room], "tickmode": "array", "tickvals": ticks, "ticktext": words}


def _upright(at: float, n_rows: int, name: str = "", colour: str = INK, dash: str = "solid") -> dict[str, Any]:
    """A line through all rows; a trace, because Plotly draws the grid over shapes."""
    drawn = line(name, {"x": [at, at], "y": [-0.6, n_rows - 0.4]}, colour, 1.5, dash)
    return drawn | {"showlegend": bool(name)}


def _levels(heights: Any) -> list[dict[str, Any]]:
    """Hairlines across the plot, which lead the eye to a row or part two."""
    ends = {"x0": 0, "x1": 1, "xref": "paper", "yref": "y"}
    look = {"color": GRID, "width": 1}
    return [{"type": "line", **ends, "y0": y, "y1": y, "line": look, "layer": "below"} for y in heights]
