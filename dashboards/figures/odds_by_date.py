"""Odds by date: how the chance of each kind of halt adds up over the horizon."""

from __future__ import annotations

from typing import Any

from dashboards.theme import (
    BEHIND,
    BLUE,
    DARK_SHADE,
    GREEN,
    ORANGE,
    PURPLE,
    SHADE,
    Figure,
    date_axis,
    figure,
    literal,
    percent_axis,
    percents,
    records,
)
from sim.results.wording import IN_FORCE_180, band, percent

TIER_WORDS = {
    "durable": "a halt that lasts 30 days or more",
    "mutual": "a halt agreed by both, of any length",
    "broad": "any general halt, even a holiday truce",
}
TIER_LINES = {
    "durable": {"color": BLUE, "width": 3.5},
    "mutual": {"color": ORANGE, "width": 2, "dash": "dashdot"},
    "broad": {"color": GREEN, "width": 2, "dash": "dot"},
}

IN_FORCE = ("in_force", f"a lasting halt {IN_FORCE_180}", {"color": PURPLE, "width": 2.2, "dash": "longdash"})


def odds_by_date(table: Any, *, title: str, base: Any = None, base_title: str = "base", narrow: bool = False) -> Figure:
    """Cumulative odds of the three tiers by date.

    ``table`` has a row per date, in order: ``date`` (ISO), ``day`` (days since the start), the odds ``durable``,
    ``mutual``, ``broad``, the 90 % band ``lo``, ``hi`` and the Monte Carlo interval ``mc_lo``, ``mc_hi`` of the durable
    tier, all fractions. ``in_force`` is the odds that such a ceasefire is still in force after 180 days, where that is
    known. ``base`` is a table of the same kind whose durable odds are drawn behind.
    """
    rows = records(table)
    dates = [str(row["date"]) for row in rows]
    data = [
        _area(dates, rows, "lo", "hi", SHADE, "band: nine in ten draws of the inputs"),
        _area(dates, rows, "mc_lo", "mc_hi", DARK_SHADE, "Monte Carlo error (luck)"),
    ]
    if base is not None:
        data.append(_base_line(records(base), base_title))
    if any(row.get("in_force") is not None for row in rows):
        data.append(_line(dates, rows, *IN_FORCE) | {"legendrank": 1.5})
    data += [_tier_line(dates, rows, tier) for tier in ("broad", "mutual", "durable")]
    largest = [row[column] for row in rows for column in ("hi", "broad", "mutual")]
    return figure(
        title,
        data,
        xaxis=date_axis("Date by which the halt has begun"),
        yaxis=percent_axis("Odds", percents(largest)),
        height=650 if narrow else 560,
        narrow=narrow,
        legend_rows=7 if narrow else 3,
        legend_gap=78,
        hovermode="x unified",
    )


def _area(dates: list[str], rows: list[dict[str, Any]], low: str, high: str, colour: str, name: str) -> dict[str, Any]:
    """The space between two curves: one closed outline, so that it is one entry of the legend."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "legendrank": 1001,
        "x": dates + dates[::-1],
        "y": percents(row[high] for row in rows) + percents(row[low] for row in rows)[::-1],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }


def _line(dates: list[str], rows: list[dict[str, Any]], column: str, name: str, look: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": dates,
        "y": percents(row.get(column) for row in rows),
        "line": look,
        "customdata": ["" if row.get(column) is None else percent(row[column]) for row in rows],
        "hovertemplate": name.partition(" (")[0].capitalize() + ": %{customdata}<extra></extra>",
    }


def _tier_line(dates: list[str], rows: list[dict[str, Any]], tier: str) -> dict[str, Any]:
    said = [percent(row[tier]) for row in rows]
    name = TIER_WORDS[tier]
    if tier == "durable":
        said = [f"{words} (band {band(row['lo'], row['hi'])})" for words, row in zip(said, rows, strict=True)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "legendrank": 1 + list(TIER_WORDS).index(tier),
        "x": dates,
        "y": percents(row[tier] for row in rows),
        "line": TIER_LINES[tier],
        "customdata": said,
        "hovertemplate": name.capitalize() + ": %{customdata}<extra></extra>",
    }


def _base_line(rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"base: {literal(title)}",
        "x": [str(row["date"]) for row in rows],
        "y": percents(row["durable"] for row in rows),
        "line": {"color": BEHIND, "width": 2},
        "customdata": [percent(row["durable"]) for row in rows],
        "hovertemplate": "Base: %{customdata}<extra></extra>",
    }
