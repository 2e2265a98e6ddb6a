"""The scenario that a run folder holds, with the tables it draws from: read from the folder alone, wherever it lies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import DamagedRunError
from sim.scenario.schema import Crowd, ReadFile, Scenario
from sim.scenario.sources.contents import Content, content_of
from sim.storage.atomic_files import read_recorded, refuse_linked
from sim.storage.manifest import DATA, MANIFEST, SCENARIO, read_manifest

IN_FOLDER = "in the run folder"


def is_run_folder(name: str | os.PathLike[str]) -> bool:
    """Return whether a path is a run folder rather than a scenario."""
    return os.path.lexists(os.path.join(name, MANIFEST))


def stored_scenario(folder: Path, manifest: Mapping[str, Any] | None = None) -> Scenario:
    """Load the scenario of a run folder with every table that was read for it.

    Raises DamagedRunError for a file that is not as it was written, or a scenario that this version cannot read.
    """
    manifest = read_manifest(folder) if manifest is None else manifest
    text = read_recorded(folder, SCENARIO, manifest["files"][SCENARIO])
    tables = stored_tables(folder, manifest)  # alive until the scenario holds them
    try:
        scenario = Scenario.model_validate_json(text)
    except ValueError as problem:
        raise DamagedRunError(f"{folder}: its scenario is of another version: {str(problem)[:80]}") from None
    if not tables and manifest["format"] == 1:
        return _without_tables(scenario, manifest["data"])
    names = {entry["sha256"]: name for name, entry in manifest["files"].items()}
    return scenario.read_from(
        ReadFile(table.role, names[table.sha256], str(folder / names[table.sha256]), IN_FOLDER, table.sha256)
        for table in scenario.named_tables()
        if table.sha256 is not None and table.sha256 in names
    )


def stored_tables(folder: Path, manifest: Mapping[str, Any]) -> list[Content]:
    """Read the tables in a run folder, each verified."""
    names = [name for name in manifest["files"] if name.startswith(f"{DATA}/")]
    if names:
        refuse_linked(folder / DATA)
    return [content_of(read_recorded(folder, name, manifest["files"][name])) for name in names]


def _without_tables(scenario: Scenario, data: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a run of format 1, which kept the digest of each table and not the table.

    A table that is still found unchanged is used; else the error names the file to put back.
    """

    def with_digest(section: Any, key: str) -> Any:
        is_drawn = not isinstance(section, Crowd)
        return section.model_copy(update={"sha256": data.get(getattr(section, key))}) if is_drawn else section

    return scenario.with_tables(with_digest)
