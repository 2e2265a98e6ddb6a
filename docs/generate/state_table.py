"""Every variable of a trial inside docs/odd.md: unit, start and meaning as ``sim.model.state`` has them.

What stands between two comments is generated, so a variable that is added or renamed cannot be missing there:

    <!-- state -->
    <!-- end of state -->
"""

from __future__ import annotations

import math
import re

from docs.generate import markdown_table
from sim.model.state import ENTITIES, Entity, Variable

PAGE = "odd.md"
START, END = "<!-- state -->", "<!-- end of state -->"
BLOCK = re.compile(re.escape(START) + r"\n.*?" + re.escape(END), re.S)
NAMES = {
    "trial": "The trial, its clock and phase",
    "war": "The war",
    "talks": "Talks",
    "assurances": "Assurances",
    "ceasefire": "The ceasefire in force",
    "sides": "Each of the two sides",
    "third_parties": "Each third party",
    "tracks": "Each track",
    "issues": "Each issue",
    "vetoes": "Each veto player",
    "veto_issues": "Each veto player and issue",
    "limits": "Each third party and issue",
    "demands": "Each track and issue, as demanded",
    "happened": "Each conditional event",
    "windows": "Each holiday window",
    "best_lines": "Each track and issue, in the best round",
    "outcome": "The outcome",
    "agreed": "Each issue, as agreed",
    "shares": "Each friction",
}
ELSEWHERE = "outcome"
"""Variables that section 3.7 describes, column by column."""


def refreshed(text: str) -> str:
    """Return the page with the tables written anew."""
    return BLOCK.sub(lambda _: f"{START}\n\n{tables()}\n{END}", text)


def tables() -> str:
    """Return a table for each entity that has variables, and below it the numbers that the scenario gives it."""
    return "\n".join(_of_entity(NAMES[name], name, entity) for name, entity in ENTITIES.items())


def _of_entity(title: str, name: str, entity: Entity) -> str:
    given = [f"`{field}`" for field in _pairs((*entity.given, *entity.whole))]
    parts = [f"**{title}** (`world.{name}`)\n"]
    if name == ELSEWHERE:
        parts.append("What is stored of a trial: [3.7](#37-what-is-stored-of-a-trial-stepsrecordpy).\n")
    elif entity.variables:
        parts.append(markdown_table(("variable", "unit", "at the start", "meaning"), _rows(entity.variables)))
    if given:
        parts.append(f"From the scenario, one draw or a setting: {', '.join(given)}.\n")
    return "\n".join(parts)


def _pairs(fields: tuple[str, ...]) -> list[str]:
    """Return names with those of both sides written as one: ``trust_a`` and ``trust_b`` as ``trust_a/b``."""
    found = []
    for field in fields:
        if field.endswith("_b") and f"{field[:-2]}_a" in fields:
            continue
        found.append(f"{field}/b" if field.endswith("_a") and f"{field[:-2]}_b" in fields else field)
    return found


def _rows(variables: tuple[Variable, ...]) -> list[tuple[str, ...]]:
    """Return a row for each meaning: a variable without words of its own stands with the one before it."""
    groups: list[list[Variable]] = []
    for one in variables:
        if one.meaning or not groups:
            groups.append([one])
        else:
            groups[-1].append(one)
    return [
        (
            ", ".join(f"`{one.name}`" for one in group),
            ", ".join(dict.fromkeys(one.unit for one in group)),
            ", ".join(dict.fromkeys(_start(one) for one in group)),
            group[0].meaning.rstrip(":"),
        )
        for group in groups
    ]


def _start(variable: Variable) -> str:
    """Return what a variable starts at; what has no start is worked out before it is read."""
    if isinstance(variable.start, str):
        return variable.start or "worked out"
    if math.isnan(variable.start):
        return "not a number"
    return "infinite" if math.isinf(variable.start) else f"{variable.start:g}"
