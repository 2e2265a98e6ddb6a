"""The record of the forecasts: said against came, scores side by side, and what the record taught.

Tables hold what ``parley backtest --json`` holds. A number that cannot be told is None and is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
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
    Row,
    axis,
    figure,
    lines,
    literal,
    percents,
    records,
    row_axis,
)
from sim.results.wording import band, percent

HORIZON_MARKS = ((SKY, "circle"), (ORANGE, "square"), (GREEN, "triangle-up"), (PURPLE, "diamond"))
TIER_MARKS = ((BLUE, "circle"), (ORANGE, "square"))
INTERVAL = SHADE.replace("0.14", "0.45")
SAID_TICKS = {"tick0": 0, "dtick": 20, "ticksuffix": " %", "range": [-9, 104]}
ONE_HALF = 0.25
"""Brier score of always saying one half."""


def reliability(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """How often it came, by what had been said: a circle per bin on the square of per cents, with its interval.

    ``table`` has a row per bin: ``mean_forecast``, ``observed``, ``observed_low``, ``observed_high`` (fractions), ``n``
    forecasts in ``n_wars`` wars. The area of a circle grows with ``n``.
    """
    rows = records(table)
    most = max((row["n"] for row in rows), default=1)
    said = percents(row["mean_forecast"] for row in rows)
    low, high = (percents(row[end] for row in rows) for end in ("observed_low", "observed_high"))
    look = {"color": BLUE, "opacity": 1, "size": [round(8 + 14 * sqrt(row["n"] / most), 1) for row in rows]}
    circles = _marks("forecasts (number beside)", said, percents(row["observed"] for row in rows), look)
    circles |= _hover(bin_words(row) for row in rows)
    # Counts stand clear of the line of "as often as said".
    is_far_above = [row["observed"] > row["mean_forecast"] + 0.05 for row in rows]
    circles |= {
        "mode": "markers+text",
        "text": [f" {row['n']:.0f} " for row in rows],
        "textposition": ["top left" if is_far else "bottom right" for is_far in is_far_above],
        "textfont": {"size": 12, "color": FAINT_INK},
        "cliponaxis": False,
    }
    data = [
        _line("as often as said", {"x": [0, 100], "y": [0, 100]}, FAINT_INK, 1.6, dash="dash"),
        _line("90 % interval, by war", _spans(low, high, said, "y"), INTERVAL, 4),
        circles,
    ]
    return figure(
        title,
        data,
        xaxis=axis("The model said", **SAID_TICKS, tickangle=0),
        yaxis=axis("It came", **SAID_TICKS),
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
        _line("mean", _spans(left, right, [row["mean"] for row in rows], "y"), INK, 3),
    ]
    for number, days in enumerate(horizons):
        colour, symbol = HORIZON_MARKS[number % len(HORIZON_MARKS)]
        lift = 0.54 * (number / max(1, len(horizons) - 1) - 0.5)
        look = {"color": colour, "symbol": symbol, "size": 11}
        marks = _marks(f"by {days} days", [row[days] for row in rows], [place + lift for place in places], look)
        data.append(marks | _hover(f"{literal(row['title'])}, by {days} days: {three(row[days])}" for row in rows))
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


def score_differences(table: Any, *, title: str, reach: Sequence[float] = (), narrow: bool = False) -> Figure:
    """The model's score minus each other's with its interval: left of nought the model is better.

    ``table`` has a row per rival: ``title``, ``difference``, ``lo``, ``hi`` (scores, or None where it cannot be told).
    An interval that holds 0 is drawn hollow and grey: no more than chance. ``reach`` as in ``score_dots``.
    """
    known = [row for row in records(table) if row["difference"] is not None]
    rows = sorted(known, key=lambda row: -float(row["difference"]))
    groups = {
        "better": ("the model is better", {"symbol": "triangle-left", "size": 13, "color": BLUE}),
        "worse": ("the model is worse", {"symbol": "triangle-right", "size": 13, "color": VERMILLION}),
        "even": ("no more than chance", {"symbol": "circle-open", "size": 11, "color": FAINT_INK}),
    }
    low, high = ([row[end] for row in rows] for end in ("lo", "hi"))
    data = [
        _upright(0.0, len(rows)),
        _line("90 % interval, by war", _spans(low, high, list(range(len(rows)))), "#9aa5b1", 4),
    ]
    for group, (name, look) in groups.items():
        chosen = [place for place, row in enumerate(rows) if standing(row) == group]
        marks = _marks(name, [rows[place]["difference"] for place in chosen], chosen, look)
        said = [f"against {literal(rows[place]['title'])}: {difference_words(rows[place])}" for place in chosen]
        data.append(marks | _hover(said) | {"showlegend": bool(chosen)})
    data[-1]["marker"]["line"] = {"width": 2}
    ends = [row[end] for row in rows for end in ("difference", "lo", "hi") if row[end] is not None]
    return figure(
        title,
        data,
        xaxis=axis(
            "Model minus the other" if narrow else "The model's Brier score minus the other's",
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
    """Slopes of the calibration line, a row per horizon, a mark per tier; 1 is right.

    ``table`` has a row per tier and horizon: ``tier``, ``title`` (the horizon), ``slope``, and where they are known
    ``slope_lo`` and ``slope_hi``.
    """
    rows = [row for row in records(table) if row["slope"] is not None]
    titles, tiers = (list(dict.fromkeys(row[key] for row in rows)) for key in ("title", "tier"))
    data = [_upright(1.0, len(titles))]
    for number, tier in enumerate(tiers):
        colour, symbol = TIER_MARKS[number % len(TIER_MARKS)]
        own = [row for row in rows if row["tier"] == tier]
        places = [titles.index(row["title"]) + 0.3 * (number - (len(tiers) - 1) / 2) for row in own]
        spans = _spans([row.get("slope_lo") for row in own], [row.get("slope_hi") for row in own], places)
        if spans["x"]:
            data.append(_line(f"{literal(tier)}: 90 %, by war", spans, colour, 2) | {"opacity": 0.6})
        marks = _marks(literal(tier), [row["slope"] for row in own], places, {"color": colour, "symbol": symbol})
        marks["marker"]["size"] = 11
        data.append(marks | _hover(f"{literal(tier)}, {literal(row['title'])}: {row['slope']:.2f}" for row in own))
    ends = [row[key] for row in rows for key in ("slope", "slope_lo", "slope_hi") if row.get(key) is not None]
    around = [min([*ends, 0.5]) - 0.1, max([*ends, 1.5]) + 0.1]
    return figure(
        title,
        data,
        xaxis=axis("Below 1 too sure, above 1 not sure enough", range=around, dtick=0.5, tick0=0, tickangle=0),
        yaxis=row_axis(titles, narrow=True),
        height=(180 if narrow else 150) + 44 * len(titles),
        narrow=narrow,
        legend_rows=2,
        hovermode="closest",
        shapes=_levels(row + 0.5 for row in range(len(titles) - 1)),
    )


def learned(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """What the record taught of each parameter: its interval inside the prior, and how much that shrank.

    ``table`` has a row per parameter: ``title``, ``kind`` (uniform or loguniform), ``low`` and ``high`` of the prior,
    ``from``, ``median``, ``to`` of the posterior (5, 50, 95 %) in its own unit, ``contraction``, ``words``. All are
    drawn as places in their prior: 0 its low end, 100 its high end, on the scale on which the prior is even.
    """
    rows = records(table)
    places = list(range(len(rows)))
    low, middle, high = ([100 * place_in_prior(row, row[end]) for row in rows] for end in ("from", "median", "to"))
    n = len(rows)
    medians = _marks("posterior median", middle, places, {"symbol": "diamond", "size": 12, "color": BLUE})
    contraction = _marks("contraction", [127] * n, places, {}) | {"mode": "text", "textposition": "middle left"}
    contraction |= {"text": [f"{row['contraction']:.2f}" for row in rows], "hoverinfo": "skip", "showlegend": False}
    data = [
        _line("prior, 5 to 95 %", _spans([5.0] * n, [95.0] * n, places), "#d0d7de", 16),
        _line("posterior, 5 to 95 %", _spans(low, high, places), INTERVAL, 9),
        medians | _hover(lines(row["words"], 60, 4) for row in rows),
        contraction,
    ]
    head = {"text": "contraction", "x": 127, "xanchor": "right", "y": -0.55, "yanchor": "bottom", "showarrow": False}
    ends = ["low", "middle", "high"] if narrow else ["low end", "middle", "high end"]
    ticks = {"tickmode": "array", "tickvals": [0, 50, 100], "ticktext": ends, "tickangle": 0}
    return figure(
        title,
        data,
        xaxis=axis("Place in the prior", range=[-1, 128], **ticks),
        yaxis=row_axis([row["title"] for row in rows], narrow) | {"range": [n - 0.4, -1.0]},
        height=(230 if narrow else 190) + (56 if narrow else 46) * n,
        narrow=narrow,
        legend_rows=3 if narrow else 1,
        hovermode="closest",
        annotations=[{**head, "font": {"size": 12, "color": FAINT_INK}}],
    )


# -- numbers in words, places ------------------------------------------------------------------------


def three(value: float | None, sign: bool = False) -> str:
    """A score with three decimals and no leading nought: ``.162``, with its sign where asked; a dash for none."""
    if value is None:
        return "\u2013"
    said = f"{value:+.3f}" if sign else f"{value:.3f}"
    return said.replace("0.", ".", 1).replace("-", "\u2212")


def bin_words(row: Row) -> str:
    """``Of 77 forecasts that said about 51 %, 53 % came true (42 to 64 %; 27 wars).``"""
    n, wars = round(row["n"]), round(row["n_wars"])
    said, came = percent(row["mean_forecast"]), percent(row["observed"])
    where = f"{band(row['observed_low'], row['observed_high'])}; {wars} war{'' if wars == 1 else 's'}"
    return unbroken(f"Of {n} forecast{'' if n == 1 else 's'} that said about {said}, {came} came true ({where}).")


def unbroken(text: str) -> str:
    """Text whose per cents do not part from their sign at the end of a line."""
    return text.replace(" %", "\u00a0%")


def standing(row: Row) -> str:
    """``better``, ``worse`` or ``even``: which the interval of a difference tells; without one nothing is told."""
    if row["lo"] is None or row["hi"] is None or row["lo"] <= 0 <= row["hi"]:
        return "even"
    return "better" if row["hi"] < 0 else "worse"


def difference_words(row: Row) -> str:
    """``+.011 (-.022 to +.049)``; without an interval the difference alone."""
    said, interval = three(row["difference"], sign=True), interval_words(row)
    return f"{said} ({interval})" if interval else said


def interval_words(row: Row) -> str:
    """``-.022 to +.049``; empty where there is no interval."""
    if row["lo"] is None or row["hi"] is None:
        return ""
    return f"{three(row['lo'], sign=True)} to {three(row['hi'], sign=True)}"


def place_in_prior(row: Row, value: float) -> float:
    """Where a value lies in its prior, 0 its low end and 1 its high end, on the scale on which the prior is even."""
    low, high = float(row["low"]), float(row["high"])
    if row["kind"] == "loguniform":
        return log(value / low) / log(high / low)
    return (value - low) / (high - low)


def value_at(row: Row, place: float) -> float:
    """The value at a place of its prior: the inverse of ``place_in_prior``."""
    low, high = float(row["low"]), float(row["high"])
    if row["kind"] == "loguniform":
        return low * exp(place * log(high / low))
    return low + place * (high - low)


# -- pieces ------------------------------------------------------------------------------------------


def _spans(low: Sequence[Any], high: Sequence[Any], places: Sequence[Any], along: str = "x") -> dict[str, Any]:
    """Pieces of line from ``low`` to ``high`` along an axis, one per place, with gaps; none where an end is None."""
    ends: list[float | None] = []
    across: list[float | None] = []
    for first, last, place in zip(low, high, places, strict=True):
        if first is not None and last is not None and place is not None:
            ends += [first, last, None]
            across += [place, place, None]
    return {"x": ends, "y": across} if along == "x" else {"x": across, "y": ends}


def _line(name: str, path: dict[str, Any], colour: str, width: float, dash: str = "solid") -> dict[str, Any]:
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": name, **path, "line": line, "hoverinfo": "skip"}


def _marks(name: str, x: Sequence[Any], y: Sequence[Any], look: dict[str, Any]) -> dict[str, Any]:
    marker = {**look, "line": {"color": "#ffffff", "width": 1.5}}
    return {"type": "scatter", "mode": "markers", "name": name, "x": list(x), "y": list(y), "marker": marker}


def _hover(said: Any) -> dict[str, Any]:
    return {"customdata": list(said), "hovertemplate": "%{customdata}<extra></extra>"}


def _score_range(values: Sequence[float], sign: bool = False) -> dict[str, Any]:
    """Range and round ticks of an axis that holds these scores, written as in the tables."""
    low, high = min(values), max(values)
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if step == 0.5 or (high - low) / step <= 5)
    ticks = [round(step * number, 2) for number in range(int(low // step), int(-(-high // step)) + 1)]
    said = [three(tick, sign).removesuffix("0") if tick else "0" for tick in ticks]
    room = 0.04 * (high - low) or 0.01
    return {"range": [low - room, high + room], "tickmode": "array", "tickvals": ticks, "ticktext": said}


def _upright(at: float, n_rows: int, name: str = "", colour: str = INK, dash: str = "solid") -> dict[str, Any]:
    """A line through all rows; a trace, because Plotly draws the grid over shapes."""
    line = _line(name, {"x": [at, at], "y": [-0.6, n_rows - 0.4]}, colour, 1.5, dash)
    return line | {"showlegend": bool(name)}


def _levels(heights: Any) -> list[dict[str, Any]]:
    """Hairlines across the plot, which lead the eye to a row or part two."""
    ends = {"x0": 0, "x1": 1, "xref": "paper", "yref": "y"}
    line = {"color": GRID, "width": 1}
    return [{"type": "line", **ends, "y0": y, "y1": y, "line": line, "layer": "below"} for y in heights]
