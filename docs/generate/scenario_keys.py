"""The reference of scenario files: every key with what may stand there, its unit, default and meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docs.generate import GENERATED, markdown_table
from sim.scenario.key_paths import ROOT, Slot, expected
from sim.scenario.schema import SETTABLE
from sim.scenario.schema.quantity import MAY, NEEDS, Provenance, Quantity

INTRODUCTION = """\
What a file may contain. How to write one: [a war never heard of](../guide/new_war.md). Only the keys marked
*needed* must be there, and in a file that `extends` another not even those. `parley check FILE` is the judge;
`parley schema` prints the same as JSON Schema for editors. "By name" means a mapping whose keys are names of
issues, parties and the like.
"""
HEADER = ("key", "what", "unit", "default", "meaning")
NEEDED = "*needed*"

SAID_HERE: dict[str, str] = {
    "label": "name in words, for tables",
    "note": "a remark; simulated nowhere",
    "source": "where it comes from",
    "kind": "`judgement` where there is no source",
    "role": "what the party is; decides which keys it has",
    "Scenario.title": "name in words",
    "Scenario.start": "first day of week 0",
    "Scenario.horizon_weeks": "how long one looks; 52 weeks are 365 days",
    "Scenario.sides": "which belligerent is A and which is B",
    "Scenario.issues": "what is bargained over, by name",
    "Scenario.tracks": "lanes of negotiation, from the least to the most",
    "Scenario.parties": "belligerents, backers, mediators, veto players, by name",
    "Scenario.war": "the fighting",
    "Scenario.assurances": "monitoring, guarantees, limits on resupply",
    "Scenario.talks": "rounds and what happens in them",
    "Scenario.truces": "how long halts last",
    "Scenario.attendance": "rules of the kind: comes if they come",
    "Scenario.windows": "holidays on which a short halt may be proposed",
    "Scenario.events": "things that the scenario supposes, on a date or once something holds",
    "Scenario.reference_class": "how often such wars ended in a tie: the base rate",
    "Scenario.record": "the record's forecast for the day, which sets the level of the odds",
    "Scenario.calibration": "draws of the record for the level of strain, fear, pressure, audience costs and speed",
    "Scenario.joint": "numbers that are drawn together",
    "Scenario.crowd": "what forecasters said of the same war",
    "Sides.A": "belligerent at 0 of every scale",
    "Sides.B": "belligerent at 1 of every scale",
    "Veto.ideal_point": "what the veto player wants on each issue",
    "Veto.points": "salience: 100 points over the issues",
    "AttendanceRule.party": "who would come",
    "AttendanceRule.level": "at which level it would come",
    "AttendanceRule.when": "least level of everybody named for the rule to hold",
    "Window.name": "name of the holiday",
    "Window.date": "day of the holiday; the truce is in its week",
    "Window.reciprocated_prob": "chance that a short halt is proposed and kept by both",
    "Event.name": "what happens, in words",
    "ReferenceClass.ties": "endings without a victor among such wars",
    "ReferenceClass.months_at_risk": "months such wars were watched",
    "Crowd.date": "day of the forecasts",
}
"""Meanings of keys whose field has no words of its own in the schema."""


def page() -> str:
    """Return one section per kind of block, in the order in which a file has them, then how numbers are written."""
    parts = [f"# Scenario files, key by key\n\n{GENERATED}\n\n{INTRODUCTION}"]
    for path, model in sections():
        about = " ".join((model.__doc__ or "").replace("``", "`").split())
        rows = [_row(model, name, field) for name, field in model.model_fields.items()]
        parts.append("\n\n".join([f"## {path}", *([about] if about else []), markdown_table(HEADER, rows)]))
    return "\n".join([*parts, _numbers(), _in_files(), _settable()])


def sections() -> list[tuple[str, type[BaseModel]]]:
    """Return every kind of block with the place where it stands, such as ``issues.NAME``."""
    found: dict[type[BaseModel], str] = {}
    for path, model in _walk(ROOT, ""):
        found.setdefault(model, path)
    return [(path or "The file", model) for model, path in found.items()]


def _walk(slot: Slot, path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    kinds = [model for model in slot.models if model not in (Quantity, Provenance)]
    for model in kinds:
        yield (f"{path} ({_role(model)})" if len(kinds) > 1 else path), model
    for model in kinds:
        for name in model.model_fields:
            child, below = Slot(model).child(name), f"{path}.{name}".lstrip(".")
            while child is not None and (child.is_by_name or child.is_list):
                below += ".NAME" if child.is_by_name else ".N"
                child = child.child("any")
            if child is not None:
                yield from _walk(child, below)


def _role(model: type[BaseModel]) -> str:
    return " or ".join(expected(Slot(model).child("role")).replace("`", "").split(" or "))


def _row(model: type[BaseModel], name: str, field: FieldInfo) -> tuple[str, ...]:
    slot = Slot(model).child(name)
    assert slot is not None
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    return f"`{name}`", _what(slot), unit, _default(field), meaning(model, name)


def meaning(model: type[BaseModel], name: str) -> str:
    """Return what a key means: the words of the schema, else those above."""
    said = model.model_fields[name].description
    return said or SAID_HERE.get(f"{model.__name__}.{name}") or SAID_HERE[name]


def _what(slot: Slot) -> str:
    """Return what may stand at a key, with its range."""
    if slot.is_by_name:
        inner = slot.child("any")
        return f"by name: {_what(inner)}" if inner else "by name"
    if slot.is_list:
        inner = slot.child(0)
        if inner is not None and inner.models and not inner.is_quantity:
            return "a list of blocks"
        return expected(slot) if inner is None or "list of" in expected(slot) else f"a list: {_what(inner)}"
    return "a block" if slot.models and not slot.is_quantity else expected(slot)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return NEEDED
    default: Any = field.get_default(call_default_factory=True)
    if isinstance(default, Quantity):
        return f"{default.value:g}"
    if isinstance(default, BaseModel):
        return "its own defaults"
    if isinstance(default, tuple) and default:
        return ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in default)
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default is None or default in ((), {}, "") else str(default)


def _numbers() -> str:
    rows = [("a number", "`0.4`"), ("with its source", '`{value: 0.4, source: "..."}`')]
    for name, needed in NEEDS.items():
        dist = "" if name == "triangular" else f"dist: {name}, "
        may = f" (and `{'`, `'.join(MAY[name])}`)" if name in MAY else ""
        rows.append((name, f"`{{{dist}{', '.join(f'{field}: ...' for field in needed)}}}`{may}"))
    rows.append(("the same as another", "`{same_as: war.momentum}`"))
    origin = "Beside any of them: `source` (text), `note` (text), `kind: judgement`."
    return f"## How a number is written\n\n{origin}\n\n{markdown_table(('form', 'written'), rows)}"


def _in_files() -> str:
    rows = [
        ("`extends`", "scenario or file that this one changes: blocks merge, numbers and lists replace"),
        ("`attendance+`, `windows+`, `events+`, `joint+`", "append to the inherited list"),
        ("`key: null`", "takes an inherited key away"),
        ("`from`", "in a party: library file that it starts from, such as `parties/NAME`"),
    ]
    return f"## Keys of files that build on others\n\n{markdown_table(('key', 'what it does'), rows)}"


def _settable() -> str:
    listed = "\n".join(f"- `{pattern}`" for pattern in SETTABLE)
    return f"## What a dated event may set\n\n`events: [{{name: ..., date: ..., set: {{KEY: VALUE}}}}]`\n\n{listed}\n"
