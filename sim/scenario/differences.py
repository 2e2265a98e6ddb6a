"""Differences between a scenario and its base, in units of the base's own uncertainty."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.key_paths import children
from sim.scenario.schema import AttendanceRule, Calibration, Condition, Event, Joint, Reading, Scenario, Window
from sim.scenario.schema.quantity import Quantity
from sim.scenario.sources.contents import SHORT

WORDS_ONLY = frozenset(
    ("title", "supposes", "question", "sources", "label", "note", "source", "kind", "expect", "mirrored")
    + ("crowd", "levers", "delegation", "model")
)
LEFT_OUT = WORDS_ONLY | {"file", "draws", "sha256"}
LISTS_OF_SECTIONS = (("windows",), ("events",), ("attendance",), ("joint",), ("readings",))
SAME = 1e-12


class NamedTable(NamedTuple):
    """A table's name in a section, and the digest of its content."""

    name: str
    sha256: str | None


class Change(NamedTuple):
    """One difference between two scenarios.

    Attributes
    ----------
    path
        Key path; an event or window by its name.
    before, after
        The value in words; None where the key exists in the other scenario only.
    size
        How far the middle moved, in units of the base's high-low range; None where the base has no range.
    """

    path: str
    before: str | None
    after: str | None
    size: float | None

    @property
    def sentence(self) -> str:
        """The change in words: ``parties.Russia.strain .06 -> .10, 0.6 of its range``."""
        if self.before is None:
            return f"{self.path} added" + (f": {self.after}" if self.after else "")
        if self.after is None:
            return f"{self.path} removed" + (f" (was {self.before})" if self.before else "")
        moved = f"{self.path} {self.before} -> {self.after}"
        if self.size is None:
            return moved
        if abs(self.size) < 0.005:
            return f"{moved}, same middle"
        return f"{moved}, {abs(self.size):.2g} of its range"


def changes(base: Scenario, scenario: Scenario) -> list[Change]:
    """List every difference between two scenarios in what is simulated; texts and sources are left out.

    Parameters
    ----------
    base
        The scenario to compare with.
    scenario
        The scenario that may differ from it.

    Returns
    -------
    list of Change
        Changed, added and removed keys in the order of the schema, each with its size in units of the base's range.
    """
    before, after = _leaves(base), _leaves(scenario)
    found: list[Change] = []
    for path in [*before, *(path for path in after if path not in before)]:
        old, new = before.get(path), after.get(path)
        if _shape(old) == _shape(new):
            continue
        size, n_decimals = None, 0
        if isinstance(old, Quantity) and isinstance(new, Quantity):
            n_decimals = max((_decimals(number) for q in (old, new) for number in _ends(q)), default=0)
            start, end = _followed(old, before), _followed(new, after)
            if isinstance(start, Quantity) and isinstance(end, Quantity) and (width := high_low(start)):
                size = (end.middle - start.middle) / width
        found.append(Change(path, _words(old, n_decimals), _words(new, n_decimals), size))
    return found


def _followed(item: Any, leaves: Mapping[str, Any]) -> Any:
    """Follow ``same_as`` to the Quantity at its end."""
    for _ in range(20):
        if not isinstance(item, Quantity) or item.same_as is None:
            break
        item = leaves.get(item.same_as)
    return item


def high_low(quantity: Quantity) -> float | None:
    """Return the width of a quantity's range: high - low, or its middle 90 % without ends; None if certain."""
    if not quantity.is_uncertain:
        return None
    low, high = quantity.bounds
    if quantity.dist in ("normal", "lognormal", "beta"):
        from sim.scenario.sampling.parameter_draws import inverse_cdf

        low, high = (float(end) for end in inverse_cdf(quantity, [0.05, 0.95]))
    return high - low if high > low else None


def _leaves(scenario: Scenario) -> dict[str, Any]:
    """Return everything that is simulated by key path: events and windows by their name, rules by their content."""
    found: dict[str, Any] = {}

    def walk(item: Any, path: KeyPath) -> None:
        if isinstance(item, AttendanceRule):
            when = ", ".join(f"{party} {level}" for party, level in item.when.items())
            found[f"rule `{item.party} comes at level {item.level}{' if ' + when if when else ''}`"] = ""
        elif isinstance(item, Reading):
            found[f"reading `{item.name}`"] = f"weight {item.weight:g}"
        elif isinstance(item, Event | Window):
            kind = "event" if isinstance(item, Event) else "window"
            found[f"{kind} `{item.name}`"] = _dated(item)
        elif isinstance(item, Quantity) or not isinstance(item, BaseModel | Mapping | tuple):
            found[dotted(path)] = item
        elif isinstance(item, tuple) and path not in LISTS_OF_SECTIONS:
            found[dotted(path)] = tuple(item)
        else:
            if isinstance(item, Joint | Calibration):
                found[dotted((*path, "file" if isinstance(item, Joint) else "draws"))] = _table(item)
            for key, child in children(item):
                if not isinstance(item, BaseModel) or key not in LEFT_OUT:
                    walk(child, (*path, key))

    walk(scenario, ())
    return found


def _table(item: Joint | Calibration) -> NamedTable | None:
    """Return the table that a section draws from; None for shared factors."""
    name = item.file if isinstance(item, Joint) else item.draws
    return None if name is None else NamedTable(name, item.sha256)


def _dated(item: Event | Window) -> str:
    """Write an event or window: ``2025-05-15, round, levels Russia 3``."""
    said = [str(item.date)] if item.date else []
    if isinstance(item, Window):
        chances = (("reciprocated", item.reciprocated_prob), ("jointly agreed", item.agreed_share))
        return ", ".join([*said, *(f"{name} {_words(q)}" for name, q in chances)])
    said += [f"when {_condition(item.when)}"] if item.when else []
    said += ["round"] if item.round else []
    for name, values in (("levels", item.levels), ("set", item.set), ("pressure", item.pressure)):
        said += [f"{name} " + ", ".join(f"{key} {_words(value)}" for key, value in values.items())] if values else []
    if item.momentum_shift != Quantity(value=0.0):
        said.append(f"momentum moves by {_words(item.momentum_shift)}")
    return ", ".join(said)


def _condition(when: Condition) -> str:
    """Write what must hold: ``no ceasefire by 2025-06-15 and Russia below level 3``."""
    said = [f"no ceasefire by {when.no_ceasefire_by}"] if when.no_ceasefire_by else []
    said += ["a round failed"] if when.round_failed else []
    said += [f"{party} below level {level}" for party, level in when.absent.items()]
    return " and ".join([*said, *(f"{party} engaged" for party in when.engaged)])


def _shape(item: Any) -> Any:
    """Return what is compared: numbers without their source, tables by their content."""
    if isinstance(item, NamedTable):
        return item.sha256 or item.name
    if isinstance(item, Quantity):
        return item.model_dump(exclude={"source", "note", "kind", "readings"}, exclude_none=True)
    return item


def _ends(quantity: Quantity) -> list[float]:
    if quantity.same_as:
        return []
    return [number for number in (quantity.middle, *quantity.bounds) if math.isfinite(number)]


def _decimals(number: float) -> int:
    text = f"{number:.6f}".rstrip("0")
    return len(text.partition(".")[2])


def number_in_words(value: float, n_decimals: int) -> str:
    """Write ``.06``: fixed decimals, no zero before the point."""
    text = f"{value:.{n_decimals}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _words(item: Any, n_decimals: int = 0) -> str | None:
    if item is None:
        return None
    if isinstance(item, NamedTable):
        return f"{item.name} (sha256 {item.sha256[:SHORT]})" if item.sha256 else item.name
    if isinstance(item, Quantity):
        if item.same_as:
            return f"as {item.same_as}"
        n_decimals = n_decimals or max(_decimals(number) for number in _ends(item))
        middle = number_in_words(item.middle, n_decimals)
        if not item.is_uncertain:
            return middle
        low, high = (number_in_words(end, n_decimals) if math.isfinite(end) else "no limit" for end in item.bounds)
        return f"{middle} ({low} to {high})"
    if isinstance(item, tuple):
        return ", ".join(str(getattr(part, "name", part)) for part in item) or "none"
    if isinstance(item, bool):
        return "yes" if item else "no"
    return str(item)
