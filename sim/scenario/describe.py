"""Every number of a scenario as rows and as a table: value, unit, whether sourced, and the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from sim.scenario.diagnostics import KeyPath
from sim.scenario.key_paths import along, quantities, slot_at, split
from sim.scenario.provenance import ledger
from sim.scenario.sampling.calibrated_keys import calibrated
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import called, label_of, names_called


def parameter_rows(scenario: Scenario) -> list[dict[str, Any]]:
    """Return a row for every number: path, value in words, unit, whether sourced, and the source."""
    known = quantities(scenario)
    moved = calibrated(scenario)
    rows = []
    for path, (said, standing) in ledger(scenario).items():
        field = field_of(split(path))
        extra = field.json_schema_extra if field else None
        rows.append(
            {
                "path": path,
                "value": (quantity_in_words(known[path]) if path in known else plain_in_words(scenario, split(path)))
                + (f" x {moved[path]} of the record" if path in moved else ""),
                "calibrated": moved.get(path),
                "unit": extra.get("unit", "") if isinstance(extra, dict) else "",
                "meaning": field.description if field else "",
                "standing": standing,
                "source": said.source or said.note or "",
            }
        )
    return rows


def delegation_rows(scenario: Scenario) -> list[dict[str, Any]]:
    """Return who leads each side's delegation, who stays away, and what it may sign, also as a sentence.

    Persons are for readers: the model knows levels and mandates. A side that states nothing has no row.
    """
    rows, names = [], names_called(scenario)
    for side in (scenario.sides.A, scenario.sides.B):
        party = scenario.belligerent(side)
        led_by, absent, signs = party.delegation.led_by, list(party.delegation.stay_away), party.signs
        said, who = [], f"the delegation of {called(scenario, side)}"
        if led_by:
            away = f"; {' and '.join(absent)} {'stays' if len(absent) == 1 else 'stay'} away" if absent else ""
            said.append(f"{led_by} leads {who}{away}.")
        elif absent:
            said.append(f"T{who[1:]} comes without {' and '.join(absent)}.")
        if signs is not None:
            said.append(f"Below leaders, {who} may sign only {' and '.join(names[track] for track in signs)}.")
        if said:
            row = {"side": side, "led_by": led_by, "stay_away": absent, "signs": signs and list(signs)}
            rows.append({**row, "sentence": " ".join(said)})
    return rows


def plain_in_words(scenario: Scenario, path: KeyPath) -> str:
    """Write a plain number: a level, limits by issue, the mandate, weeks of patience, a rule of attendance."""
    value = list(along(scenario, path))[-1]
    if hasattr(value, "when"):
        others = ", ".join(f"{name} {level}" for name, level in value.when.items())
        return f"{value.party} {value.level} if {others}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {' to '.join(f'{end:g}' for end in ends)}" for key, ends in value.items())
    return ", ".join(f"{one:g}" for one in value) if isinstance(value, tuple) else str(value)


def field_of(path: KeyPath) -> FieldInfo | None:
    """Return the schema's field of a number; for one of several by name, such as points, the field of them all."""
    for place in (path, path[:-1], path[:-2]):
        slot = slot_at(place)
        if slot and slot.field:
            return slot.field
    return None


def quantity_in_words(quantity: Any) -> str:
    """Write ``0.1 / 0.3 / 0.6`` for three points, ``normal(mean 0.3, sd 0.1)``, ``= war.momentum``, or the number."""
    if quantity.same_as:
        return f"= {quantity.same_as}"
    if quantity.dist is None:
        return f"{quantity.value:g}"
    if quantity.dist == "triangular":
        return f"{quantity.low:g} / {quantity.central:g} / {quantity.high:g}"
    given = quantity.model_dump(exclude_none=True, exclude={"dist", "source", "note", "kind", "readings"})
    listed = {key: value if isinstance(value, tuple) else (value,) for key, value in given.items()}
    inside = ", ".join(f"{key} {' '.join(f'{number:g}' for number in numbers)}" for key, numbers in listed.items())
    return f"{quantity.dist}({inside})"


def labelled(scenario: Scenario, section: str) -> str:
    """Return the full label of the party, issue or track of a section of key paths; empty without one."""
    kind, _, rest = section.partition(".")
    if kind == "tracks" and rest in scenario.tracks:
        return scenario.tracks[rest].label
    return label_of(scenario, rest) if kind in ("parties", "issues") else ""
