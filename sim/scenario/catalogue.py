"""The scenarios that can be named: those in ``./scenarios`` and those that came with the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.diagnostics import escaped
from sim.scenario.reading.load import load
from sim.scenario.reading.scenario_names import names
from sim.scenario.sources.search_path import find


@dataclass(frozen=True)
class Entry:
    """One scenario of the catalogue; ``problem`` is the first error if its file is not sound."""

    name: str
    path: Path
    title: str = ""
    question: str = ""
    supposes: str = ""
    start: date | None = None
    problem: str | None = None


def catalogue() -> list[Entry]:
    """Every scenario by name with its question, date and sentence, in the order of folders and names."""
    return [_entry(name, path) for name in names() if (path := find(name)) is not None]


def _entry(name: str, path: Path) -> Entry:
    try:
        scenario = load(path)
    except ScenarioError as error:
        return Entry(name, path, problem=str(error).splitlines()[0])
    words = (escaped(text, 400) for text in (scenario.title, scenario.question, scenario.supposes))
    title, question, supposes = words
    return Entry(name, path, title, question, supposes, scenario.start)
