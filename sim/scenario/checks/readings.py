"""Rules about the readings that a scenario lists: names, weights, and numbers that belong to one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.outcome_columns import MOST_READINGS
from sim.scenario.diagnostics import Problem, escaped, unknown
from sim.scenario.key_paths import scalars
from sim.scenario.sampling.readings import FILE, POOL, readings_of
from sim.scenario.schema import Scenario

PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")


def check(scenario: Scenario) -> Iterator[Problem]:
    """Yield every broken rule."""
    seen: set[str] = set()
    if len(scenario.readings) >= MOST_READINGS:
        yield Problem(("readings",), f"expected at most {MOST_READINGS - 1}, got {len(scenario.readings)}")
    for number, one in enumerate(scenario.readings):
        name = one.name or ""
        if not PLAIN.fullmatch(name) or name == POOL:
            words = f"expected a name of letters, digits, - and _ other than `{POOL}`, got '{escaped(name)}'"
            yield Problem(("readings", number, "name"), words)
        elif name in seen:
            yield Problem(("readings", number, "name"), f"expected each name once, got `{name}` twice")
        seen.add(name)
        if one.weight != 1 and not one.note:
            words = f"missing, expected a reason for the weight {one.weight:g}"
            yield Problem(("readings", number, "note"), words, at_key=True)
        if one.sheet is not None:
            words = "a sheet is read with the file that lists it: expected a scenario that was loaded"
            yield Problem(("readings", number, "sheet"), words)
    known = readings_of(scenario)
    for path, quantity in scalars(scenario):
        for name in quantity.readings or {}:
            if name not in known or name == FILE:
                yield Problem((*path, "readings", name), unknown("reading", name, known[1:]), at_key=True)
