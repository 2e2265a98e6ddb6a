"""The tables of a scenario, each named by the digest it was read with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.schema import Crowd, NamedTable, Scenario
from sim.scenario.sources.contents import SHORT, Content, content_named, is_known


def pinned(scenario: Scenario) -> Scenario:
    """Return the scenario with every table read and named by its digest; itself if it was loaded from a file.

    Raises ScenarioError where a table of draws cannot be read; the forecasters' table may be missing.
    """
    if all(is_known(table.sha256) for table in scenario.named_tables()):
        return scenario

    contents: list[Content] = []  # alive until the scenario holds them

    def pin(section: Any, key: str) -> Any:
        try:
            contents.append(content_named(getattr(section, key), section.sha256))
        except ScenarioError:
            if isinstance(section, Crowd):
                return section
            raise
        return section.model_copy(update={"sha256": contents[-1].sha256})

    return scenario.with_tables(pin)


def file_names(tables: Iterable[NamedTable]) -> dict[str, str]:
    """Return a file name by digest for each content: that of the table, safe on every system and unique."""
    found: dict[str, str] = {}
    for table in tables:
        if table.sha256 and table.sha256 not in found:
            name = re.sub(r"[^A-Za-z0-9_.-]+", "_", table.name.rpartition("/")[2]).strip("._")[-80:] or "table"
            if name.lower() in {other.lower() for other in found.values()}:
                name = f"{table.sha256[:SHORT]}-{name}"
            found[table.sha256] = name
    return found
