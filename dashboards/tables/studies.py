"""Tables behind the page on what matters: inputs one at a time, shares of the variance, boxes of inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards import rounding

if TYPE_CHECKING:
    from sim.analysis.discovery.discover import Discovery
    from sim.analysis.sensitivity.sobol import Sobol
    from sim.analysis.sensitivity.tornado import Tornado
from sim.analysis.study import rows_of

PLAINER = {"optimism rest": "lasting optimism"}
IN_WORDS = {"assurances.monitoring": "Quality of monitoring"}
"""Names of inputs that say nothing by themselves, in part and as a whole."""

Table = list[dict[str, Any]]

MOST_BARS = 15
MASSES = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.10, 0.05)
"""Boxes of the trade-off that are shown: the nearest to each share of futures."""


def input_words(name: str) -> str:
    """An input's name in words; a column of the calibration is a level that all its numbers share."""
    from sim.analysis.discovery.input_table import in_words

    if name in IN_WORDS:
        return IN_WORDS[name]
    head, _, rest = name.partition(".")
    if not rest and " " in name:
        return name[:1].upper() + name[1:]
    if head in ("calibration", "joint") and rest:
        return f"All {rest.rpartition('.')[2].replace('_', ' ')} (by the record)"
    if head in ("calibration", "joint"):
        return "All levels by the record"
    said = in_words(name)
    for word, plainer in PLAINER.items():
        said = said.replace(word, plainer)
    return said[:1].upper() + said[1:]


def bars(found: Tornado, most: int = MOST_BARS) -> Table:
    """Inputs one at a time, the widest swing first.

    A row per input: ``input`` (key path), ``words``, ``values`` (low to high in words), odds ``low``, ``central``,
    ``high`` at the ranking horizon, ``swing``, the ``difference`` high minus low with ``lo`` and ``hi``, ``is_clear``.
    """
    at = found.at
    return [
        {
            "input": bar.name,
            "words": input_words(bar.name),
            "values": " to ".join(
                f"{'x ' if bar.is_multiple else ''}{rounding.said(value, bar.values[0], bar.values[2])}"
                for value in (bar.values[0], bar.values[2])
            ),
            **{key: bar.odds[number][at] for number, key in enumerate(("low", "central", "high"))},
            "swing": bar.swing,
            "difference": bar.difference[at],
            "lo": bar.lo[at],
            "hi": bar.hi[at],
            "is_clear": bar.is_clear,
        }
        for bar in found.bars[:most]
    ]


def shares(found: Sobol) -> Table:
    """Sobol indices, the largest total first: ``words``, ``first`` and ``total`` with ``first_lo`` and so on."""
    return [{**row, "words": input_words(row["input"])} for row in rows_of(found.indices)]


def boxes(found: Discovery) -> Table:
    """Limits of the confirmed boxes, each as a place in the range its input was drawn from.

    A row per box and limit: ``kind`` (halt, failure), ``box``, ``words``, ``from`` and ``to`` (0 to 1 of the range),
    ``low``, ``high`` (None: no limit), ``least``, ``most`` (the range), ``unit``, ``p``, and the box's own ``density``,
    ``mass``, ``coverage``, ``elsewhere``.
    """
    ranges = {one.path: one for one in found.inputs}
    rows: Table = []
    for box in found.boxes:
        for limit in box.limits:
            drawn = ranges[limit.path]
            width = (drawn.high - drawn.low) or 1.0
            rows.append(
                {
                    "kind": box.kind,
                    "box": box.number,
                    "words": limit.name[:1].upper() + limit.name[1:],
                    "from": 0.0 if limit.low is None else max(0.0, (limit.low - drawn.low) / width),
                    "to": 1.0 if limit.high is None else min(1.0, (limit.high - drawn.low) / width),
                    "low": limit.low,
                    "high": limit.high,
                    "least": drawn.low,
                    "most": drawn.high,
                    "unit": limit.unit,
                    "p": limit.p,
                    "density": box.held_out.density,
                    "mass": box.held_out.mass,
                    "coverage": box.held_out.coverage,
                    "elsewhere": box.elsewhere,
                }
            )
    return rows


def trade_off(found: Discovery, kind: str) -> Table:
    """What a smaller box buys, on the half held out: ``mass``, ``density``, ``coverage``, ``n_limits``."""
    steps = [one for one in found.trade_off if one.kind == kind]
    if not steps:
        return []
    chosen = dict.fromkeys(min(steps, key=lambda one: abs(one.found.mass - mass)) for mass in MASSES)
    return [
        {
            "mass": step.held_out.mass,
            "density": step.held_out.density,
            "coverage": step.held_out.coverage,
            "n_limits": step.n_limits,
        }
        for step in chosen
    ]
