"""How far talks get, why they fail, and how else the war may end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures.primitives import bar, hover
from dashboards.theme import (
    BLACK,
    BLUE,
    INK,
    SKY,
    VERMILLION,
    YELLOW,
    Figure,
    figure,
    ink_on,
    lines,
    literal,
    look_of,
    percent_axis,
    percents,
    records,
    row_axis,
    row_label,
)
from sim import frictions
from sim.results.wording import REASONS, SHORT_REASONS, percent

LEAST_LABELLED = 0.08
"""Share from which on a piece of a bar has its number written on it."""
STAGE_WORDS = {
    "talks held": "Talks are held",
    "offers": "Offers are made",
    "range": "A deal exists that suits both sides",
    "signed": "It is signed",
    "ratified": "It is ratified",
    "in force": "The halt begins",
    "alive 30 d": "It still holds after 30 days",
    "alive 90 d": "It still holds after 90 days",
    "alive 180 d": "It still holds after 180 days",
}

REASON_LOOKS = {reason.name: look_of(reason.look) for reason in frictions.REASONS} | {"other": look_of("faint")}
"""Colour and hatch by reason, from the registry: no two alike in both."""
SMALLEST_SHARE = 0.02
"""Reasons that reach this share in no scenario are drawn together as "other"."""

ENDING_LOOKS = {
    "ceasefire": ("A ceasefire of 30 days or more", BLUE, ""),
    "short": ("Only shorter halts", SKY, ""),
    "victory_a": ("Side A wins", YELLOW, "/"),
    "imposed_a": ("Victory of side A, ceasefire imposed", YELLOW, "x"),
    "victory_b": ("Side B wins", VERMILLION, "\\"),
    "imposed_b": ("Victory of side B, ceasefire imposed", VERMILLION, "x"),
    "war": ("War without a halt", "#c3cbd4", ""),
}


def funnel(table: Any, *, title: str, base: Any = None, base_title: str = "base", narrow: bool = False) -> Figure:
    """How many of 100 futures pass each stage and every earlier one; ``base`` is drawn as upright ticks.

    ``table`` has a row per stage, in order: ``stage`` and ``p`` (cumulative, a fraction).
    """
    rows = records(table)
    places = list(range(len(rows)))
    labels = [STAGE_WORDS.get(row["stage"], row["stage"]) for row in rows]
    before = [1.0] + [row["p"] for row in rows[:-1]]
    kept = [percent(row["p"] / earlier) if earlier else "none" for row, earlier in zip(rows, before, strict=True)]
    bars = {
        **bar("share of futures that get this far", percents(row["p"] for row in rows), places, BLUE, 0.62),
        "text": [percent(row["p"]) for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 13, "color": INK},
        **hover(
            f"{label}: {percent(row['p'])}<br>{share} of those at the stage before"
            for label, row, share in zip(map(literal, labels), rows, kept, strict=True)
        ),
    }
    data = [bars]
    if base is not None:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"base: {literal(base_title)}",
                "x": percents(row["p"] for row in records(base)),
                "y": places,
                "marker": {"symbol": "line-ns", "size": 22, "color": BLACK, "line": {"width": 3, "color": BLACK}},
                "hoverinfo": "skip",
            }
        )
    # Room to the right of 100 % for the number beside a full bar, and no tick there.
    across = percent_axis("Share of simulated futures", [100.0], narrow)
    across |= {"range": [0, 138 if narrow else 110], "tickmode": "array"}
    across["tickvals"] = list(range(0, 101, 50 if narrow else across["dtick"]))
    across["ticktext"] = [f"{at} %" for at in across["tickvals"]]
    return figure(
        title,
        data,
        xaxis=across,
        yaxis=row_axis(labels, narrow),
        height=130 + 46 * len(rows),
        narrow=narrow,
        legend_rows=(2 if narrow else 1) if base is not None else 0,
        hovermode="closest",
        bargap=0.3,
    )


def anatomy(table: Any, *, title: str, narrow: bool = False) -> Figure:
    """Why there was no lasting ceasefire: shares of the futures without one, by scenario.

    ``table`` has a row per scenario: ``title`` and one column per reason (the tags of the model), fractions that sum to
    1. Reasons that are small everywhere are drawn together.
    """
    rows = records(table)
    tags = [tag for tag in REASONS if any(row.get(tag, 0.0) >= SMALLEST_SHARE for row in rows)]
    shares = {tag: [row.get(tag, 0.0) for row in rows] for tag in tags}
    rest = [sum(row.get(tag, 0.0) for tag in REASONS if tag not in tags) for row in rows]
    if any(share > 0 for share in rest):
        shares["other"] = rest
    short = {**SHORT_REASONS, "other": "other reasons"}
    full = {**REASONS, "other": "other reasons, each rare"}
    data = [
        _stack(rows, values, capital(short[tag]), capital(full[tag]), REASON_LOOKS[tag])
        for tag, values in shares.items()
    ]
    return _stacked(
        title, rows, data, "Share of failures" if narrow else "Share of the futures without a lasting ceasefire", narrow
    )


def endings(table: Any, *, title: str, sides: Mapping[str, str] | None = None, narrow: bool = False) -> Figure:
    """Competing endings by the horizon: every future is in exactly one, so each bar sums to 100 %.

    ``table`` has a row per scenario: ``title``, ``ceasefire``, ``short``, ``victory_a``, ``imposed_a`` (a victory with
    a ceasefire that the victor imposes), ``victory_b``, ``imposed_b``, ``war`` (fractions). ``sides`` names A and B
    where all scenarios have the same two.
    """
    rows = records(table)
    names = {f"victory_{side.lower()}": f"{name} wins" for side, name in (sides or {}).items()}
    names |= {
        f"imposed_{side.lower()}": f"Victory of {name}, ceasefire imposed" for side, name in (sides or {}).items()
    }
    data = []
    for key, (words, colour, pattern) in ENDING_LOOKS.items():
        said = names.get(key, words)
        data.append(_stack(rows, [row[key] for row in rows], said, said, (colour, pattern)))
    return _stacked(title, rows, data, "Share of simulated futures", narrow)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stack(
    rows: list[dict[str, Any]], values: list[float], name: str, full: str, look: tuple[str, str]
) -> dict[str, Any]:
    colour, pattern = look
    line = {"color": "#ffffff", "width": 0.5}
    made = bar(literal(name), percents(values), range(len(rows)), colour, 0.72, hatch=pattern, line=line)
    said = (
        f"{lines(row['title'], 50)}<br>{lines(full, 50)}: {percent(value)}"
        for row, value in zip(rows, values, strict=True)
    )
    return made | hover(said) | _numbers_inside([] if pattern else values, colour)


def _numbers_inside(values: list[float], colour: str) -> dict[str, Any]:
    """The number on each piece that is wide enough for it and has no hatch; elsewhere it is said on hover."""
    if not values:
        return {}
    text = [percent(value) if value >= LEAST_LABELLED else "" for value in values]
    look = {"textposition": "inside", "insidetextanchor": "middle", "textangle": 0}
    return {"text": text, **look, "insidetextfont": {"color": ink_on(colour), "size": 12}}


def _stacked(title: str, rows: list[dict[str, Any]], data: list[dict[str, Any]], words: str, narrow: bool) -> Figure:
    per_row = 2 if narrow else 5
    return figure(
        title,
        data,
        xaxis=percent_axis(words, [100.0], narrow, showgrid=False),
        yaxis=row_axis([row_label(row) for row in rows], narrow),
        height=max(300, 150 + 24 * (-(-len(data) // per_row)) + (44 if narrow else 30) * len(rows)),
        narrow=narrow,
        legend_rows=-(-len(data) // per_row),
        hovermode="closest",
        barmode="stack",
        uniformtext={"minsize": 10, "mode": "hide"},
    )
