"""Names of the random streams that a scenario's numbers are drawn from.

A number has the name of its key path. An item of a list (events, windows) goes by its name instead of its place, a
shared factor by its name, and a row of a table by the first of the numbers that the table sets, so neither the order of
a list nor the name or folder of a file changes a draw (docs/decisions/0016-content.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.scenario.diagnostics import dotted
from sim.scenario.key_paths import scalars
from sim.scenario.sampling.calibrated_keys import groups_of
from sim.scenario.schema import Event, Joint, Scenario, Window

CALIBRATION = "joint:calibration/posterior.csv"
FACTOR = "joint.0.factors."
"""Names of the first release, kept so that published odds stay; nothing is looked up by them."""


class StreamNames(NamedTuple):
    """Stream by key path, where it is not the key path itself, and stream of each table (``Joint.table``)."""

    numbers: Mapping[str, str]
    tables: Mapping[tuple[str | None, str | None], str]

    def of(self, path: str) -> str:
        """Return the stream of the number at a key path."""
        return self.numbers.get(path, path)


def stream_names(scenario: Scenario) -> StreamNames:
    """Name a scenario's streams. Every number has its own: no number is drawn by two groups."""
    groups = groups_of(scenario)
    numbers = dict(_of_factors(groups))
    for section, items in (("events", scenario.events), ("windows", scenario.windows)):
        for number, name in enumerate(_called(items)):
            for path, _ in scalars(items[number]):
                numbers[dotted((section, number, *path))] = dotted((section, name, *path))
    return StreamNames(numbers, _of_tables(scenario, groups))


def _of_factors(groups: Mapping[str, Joint]) -> Iterable[tuple[str, str]]:
    """Yield key path and stream of every shared factor; one name in several groups also says what it sets."""
    shared = Counter(name for group in groups.values() for name in group.factors)
    for section, group in groups.items():
        for name in group.factors:
            first = min((path for path, column in group.columns.items() if column == name), default="")
            yield f"{section}.factors.{name}", f"{FACTOR}{name}" + (f" of {first}" if shared[name] > 1 else "")


def _of_tables(scenario: Scenario, groups: Mapping[str, Joint]) -> dict[tuple[str | None, str | None], str]:
    """Return the stream of each table: groups that name one table share its row, and a corrected table keeps it."""
    drawn: dict[tuple[str | None, str | None], list[str]] = {}
    for group in groups.values():
        if group.file is not None:
            drawn.setdefault(group.table, []).extend(group.columns)
    found = {table: f"joint:{min(paths, default='')}" for table, paths in drawn.items()}
    given = scenario.calibration
    if given is not None and (given.draws, given.sha256) in found:
        found[given.draws, given.sha256] = CALIBRATION
    return found


def _called(items: tuple[Event, ...] | tuple[Window, ...]) -> list[str]:
    """Name each item: several of one name also by their day, those of one day by a count."""
    named = Counter(item.name for item in items)
    dated = Counter((item.name, item.date) for item in items)
    seen: Counter[tuple[str, object]] = Counter()
    found = []
    for item in items:
        key = (item.name, item.date)
        seen[key] += 1
        day = f" on {item.date}" if named[item.name] > 1 and item.date else ""
        found.append(f"{item.name}{day}" + (f" ({seen[key]})" if dated[key] > 1 else ""))
    return found
