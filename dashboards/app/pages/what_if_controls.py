"""Sliders and selects for the numbers of a scenario, made from its schema: which, in what group, over what span.

Left out: salience points (they must sum to 100), events and windows (lists), and what is not a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from dashboards.tables.studies import PLAINER
from sim.scenario.diagnostics import KeyPath
from sim.scenario.key_paths import is_settable, slot_at, split
from sim.scenario.provenance import ledger
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.schema import Belligerent, Scenario, ThirdParty
from sim.scenario.schema.quantity import Quantity, Range

LEVELS = ((0, "absent"), (1, "aides"), (2, "ministers"), (3, "leaders"))
SECTIONS = {
    "war": "The war",
    "talks": "Talks",
    "assurances": "Monitoring and guarantees",
    "truces": "How long halts last",
    "issues": "Issues",
}
ON_AN_ISSUE = ("ideal_point", "red_lines", "public_lines")
MAIN = ("leverage", "reach")
LEFT_OUT = ("points",)
STEPS = 200
"""About how many steps a slider has from end to end."""


@dataclass(frozen=True)
class Control:
    """One number that can be moved. ``marks`` are low, central and high where it has a range.

    ``landmarks`` are named positions (position, words); ``kind`` is ``number`` or ``level``; ``is_main`` puts it before
    the others of its group. ``low`` to ``high`` is the span of the slider, ``least`` to ``most`` what the schema allows
    (None: no limit).
    """

    path: str
    group: str
    label: str
    meaning: str
    unit: str
    kind: str
    value: float
    low: float
    high: float
    step: float
    marks: tuple[float, ...]
    landmarks: tuple[tuple[float, str], ...]
    source: str
    standing: str
    is_main: bool
    least: float | None = None
    most: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def controls(scenario: Scenario) -> list[Control]:
    """Every control in the order of its groups: the parties as the scenario lists them, then the sections."""
    said = ledger(scenario)
    known = quantities(scenario)
    found = []
    for path, quantity in known.items():
        parts = split(path)
        slot = slot_at(parts)
        group = group_of(scenario, parts)
        if group is None or slot is None or any(part in LEFT_OUT for part in parts) or len(path) > 200:
            continue
        quantity = followed(quantity, known)
        found.append(number_control(scenario, path, parts, group, quantity, slot.allowed, said))
    found += level_controls(scenario, said)
    order = {name: place for place, name in enumerate(groups(scenario))}
    return sorted(found, key=lambda one: (order[one.group], not one.is_main))


def groups(scenario: Scenario) -> list[str]:
    return [*scenario.parties, *SECTIONS.values()]


def group_of(scenario: Scenario, parts: KeyPath) -> str | None:
    """The party or section that a number belongs to; None for what is not offered."""
    if parts[0] == "parties":
        return str(parts[1])
    return SECTIONS.get(str(parts[0]))


def followed(quantity: Quantity, known: dict[str, Quantity]) -> Quantity:
    """The number at the end of ``same_as``."""
    for _ in range(20):
        if quantity.same_as is None:
            break
        quantity = known[quantity.same_as]
    return quantity


def number_control(
    scenario: Scenario,
    path: str,
    parts: KeyPath,
    group: str,
    quantity: Quantity,
    allowed: Range | None,
    said: Any,
) -> Control:
    limits = allowed or Range(-math.inf, math.inf)
    low, high, step = span(quantity, limits)
    slot = slot_at(parts) or slot_at(parts[:-1])
    field = (slot.field if slot else None) or getattr(slot_at(parts[:-1]), "field", None)
    extra = field.json_schema_extra if field else None
    ends = [quantity.middle]
    if quantity.is_uncertain and all(math.isfinite(end) for end in quantity.bounds):
        ends = [quantity.bounds[0], quantity.middle, quantity.bounds[1]]
    source, standing = source_of(said, path)
    is_lever = is_settable(path) or parts[0] == "war" or (parts[0] == "parties" and parts[2] in MAIN)
    return Control(
        path,
        group,
        label_of(parts),
        (field.description or "") if field else "",
        str(extra.get("unit", "")) if isinstance(extra, dict) else "",
        "number",
        quantity.middle,
        low,
        high,
        step,
        tuple(ends),
        landmarks_of(scenario, parts),
        source,
        standing,
        parts[-1] == "engagement" or (is_lever and quantity.is_uncertain),
        limits.low if math.isfinite(limits.low) else None,
        limits.high if math.isfinite(limits.high) else None,
    )


def level_controls(scenario: Scenario, said: Any) -> Iterator[Control]:
    """At which level each party attends."""
    for name, party in scenario.parties.items():
        if not isinstance(party, Belligerent | ThirdParty):
            continue
        for key in ("usual_level", "level_cap"):
            path = f"parties.{name}.{key}"
            field = type(party).model_fields[key]
            value = float(getattr(party, key))
            source, standing = source_of(said, path)
            marks = tuple((float(at), words) for at, words in LEVELS)
            meaning = field.description or ""
            label = key.replace("_", " ")
            yield Control(
                path, name, label, meaning, "level", "level", value, 0, 3, 1, (value,), marks, source, standing,
                key == "usual_level",
            )  # fmt: skip


def source_of(said: Any, path: str) -> tuple[str, str]:
    """Where the number comes from, in words, and its standing."""
    if path not in said:
        return "", "unstated"
    provenance, standing = said[path]
    return (provenance.source or provenance.note or "")[:300], standing


def label_of(parts: KeyPath) -> str:
    """``leverage: Russia`` for ``parties.US.leverage.Russia``; the section or party itself is left out."""
    rest = [str(part) for part in parts[2 if parts[0] == "parties" else 1 :]]
    if parts[0] == "issues":
        return f"{rest[0]}: {', '.join(rest[1:])}".replace("_", " ")
    said = (rest[0] + (f": {', '.join(rest[1:])}" if rest[1:] else "")).replace("_", " ")
    return PLAINER.get(said, said)


def landmarks_of(scenario: Scenario, parts: KeyPath) -> tuple[tuple[float, str], ...]:
    """Named points of the scale, where the number is a position on an issue."""
    name = ""
    if parts[0] == "issues" and parts[-1] == "status_quo":
        name = str(parts[1])
    elif parts[0] == "parties" and len(parts) == 4 and parts[2] in ON_AN_ISSUE:
        name = str(parts[3])
    issue = scenario.issues.get(name)
    return tuple((mark.at, mark.name) for mark in issue.landmarks) if issue else ()


def span(quantity: Quantity, allowed: Range) -> tuple[float, float, float]:
    """Ends and step of a slider: a range as wide again on both sides, or what is allowed, or three times the number."""
    low, high = quantity.bounds
    middle = quantity.middle
    if quantity.is_uncertain and math.isfinite(low) and math.isfinite(high) and high > low:
        low, high = low - (high - low), high + (high - low)
    elif allowed.high - allowed.low <= 2:
        low, high = allowed.low, allowed.high
    else:
        low, high = 0.0, 3 * abs(middle) or 1.0
    low, high = max(low, allowed.low), min(high, allowed.high)
    step = round_step((high - low) / STEPS)
    low, high = (neat(end * step, step) for end in (math.floor(low / step), math.ceil(high / step)))
    return max(low, allowed.low), min(high, allowed.high), step


def round_step(size: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(size))
    factor = min((1, 2, 5, 10), key=lambda one: abs(one * power - size))
    return neat(factor * power, power)


def neat(value: float, step: float) -> float:
    return round(value, max(0, 2 - math.floor(math.log10(step)))) + 0.0
