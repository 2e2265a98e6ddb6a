"""Load scenarios by name, file or run folder, resolved and checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors.arguments import checked_arguments
from sim.scenario.checks.validate import validated
from sim.scenario.diagnostics import Mark
from sim.scenario.reading.assembly import Assembly, as_mapping
from sim.scenario.reading.mending import mended
from sim.scenario.reading.merging import removals
from sim.scenario.reading.overrides import validated_with
from sim.scenario.reading.pinned_tables import pinned
from sim.scenario.reading.scenario_names import find_beside, hiding, name_of, resolve_name
from sim.scenario.reading.stored import is_run_folder, stored_scenario
from sim.scenario.schema import Scenario
from sim.scenario.sources.search_path import SHIPPED, SUFFIXES, find, names, shown
from sim.scenario.to_yaml import as_yaml
from sim.scenario.yaml.yaml_reader import Node, read_file, read_text
from sim.storage.manifest import read_manifest

# Names of scenarios, for whoever loads them.
__all__ = ["SUFFIXES", "find", "find_beside", "hiding", "name_of", "names", "resolve_name"]


@dataclass(frozen=True)
class Loaded:
    """A scenario with its name, its file, and every scenario file that was read for it (its own first)."""

    scenario: Scenario
    name: str
    path: Path
    files: tuple[Path, ...]


@checked_arguments
def load(name_or_path: str | os.PathLike[str], overrides: Sequence[tuple[str, str]] = ()) -> Scenario:
    """Load a scenario, resolved and checked.

    Parameters
    ----------
    name_or_path
        Name (``istanbul_2025/aides_only``), .yaml file, or folder of a run.
    overrides
        Pairs of key path and YAML value, as of ``--set``; they are checked like the file.

    Returns
    -------
    Scenario
        The scenario with everything it extends merged, and the tables it names read.

    Raises
    ------
    ScenarioError
        If there is no such scenario or it has mistakes: all of them, each with file, line, column and key path.
    DamagedRunError
        If the folder of a run is not as it was written.

    Examples
    --------
    >>> load("teaching/minimal", [("war.momentum", ".2")]).war.momentum.value
    0.2
    """
    return open_scenario(name_or_path, overrides).scenario


def open_scenario(name_or_path: str | os.PathLike[str], overrides: Sequence[tuple[str, str]] = ()) -> Loaded:
    """Load a scenario as ``load`` does, with its name and the files it was read from.

    Parameters
    ----------
    name_or_path
        Name, .yaml file, or folder of a run.
    overrides
        Pairs of key path and YAML value.

    Returns
    -------
    Loaded
        The scenario, its name, its file or run folder, and every scenario file read (none for a run folder).

    Raises
    ------
    ScenarioError
        If there is no such scenario or it has mistakes.
    """
    if is_run_folder(name_or_path):
        return _of_run(Path(name_or_path), overrides)
    path = resolve_name(name_or_path)
    assembly = Assembly()
    with assembly.collecting():
        tree = assembly.scenario(path, ())
        if overrides:
            scenario = validated_with(tree, overrides, assembly.removed)
        else:
            scenario = validated(tree, assembly.removed)
    scenario = pinned(mended(scenario)).read_from(assembly.origin(scenario))
    return Loaded(scenario, name_of(path), path, tuple(assembly.files))


def _of_run(folder: Path, overrides: Sequence[tuple[str, str]]) -> Loaded:
    """Load the scenario of a run folder, which was checked when it was run."""
    manifest = read_manifest(folder)
    scenario = stored_scenario(folder, manifest)
    if overrides:
        origin, mark = scenario.origin, Mark(shown(folder))
        tree = read_text(as_yaml(scenario), lambda line, column: mark)
        scenario = pinned(mended(validated_with(tree, overrides))).read_from(origin)
    return Loaded(scenario, manifest["name"], folder, ())


def open_layers(base: Path, fragments: Sequence[Node], file: Path) -> list[Scenario]:
    """Return the scenario after each of ``fragments`` (mappings of ``file``), merged one by one as by ``extends``."""
    assembly = Assembly()
    found = []
    with assembly.collecting():
        tree = assembly.scenario(base, ())
        for fragment in fragments:
            assembly.name_tables(fragment, file)
            assembly.removed |= removals(fragment)
            tree = assembly.laid_over(tree, fragment, file)
            scenario = pinned(mended(validated(tree, assembly.removed)))
            found.append(scenario.read_from(assembly.origin(scenario)))
    return found


def named_from_here(scenario: Scenario) -> Scenario:
    """Return the scenario with its tables named relative to the working folder, to be written into a file there."""
    seen = {file.sha256: file.shown for file in scenario.origin if file.place != SHIPPED}

    def named(section: Any, key: str) -> Any:
        name = seen.get(section.sha256, "")
        return section.model_copy(update={key: name}) if name and not os.path.isabs(name) else section

    return scenario.with_tables(named)


def base_of(name_or_path: str | os.PathLike[str]) -> Path | None:
    """Return the file that a scenario extends, or None."""
    if is_run_folder(name_or_path):
        return None
    path = resolve_name(name_or_path)
    parent = as_mapping(read_file(path, shown(path))).value.get("extends")
    return find_beside(parent, path) if parent is not None else None
