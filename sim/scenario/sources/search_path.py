"""The search path of files that a scenario or a command names: one order for all of them, the nearest first.

1. next to the file that names it, 2. in that file's own scenarios folder, 3. in ``./scenarios``, 4. in the package;
a table also 5. in the working folder. A shipped file sees shipped files only, so that a user's own file never
changes a shipped scenario. A name typed on the command line has no file: ``./scenarios``, then the package.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.diagnostics import escaped
from sim.scenario.sources.source_file import is_hidden

SUFFIXES = (".yaml", ".yml")
OWN_FOLDER = "scenarios"
SHIPPED = "shipped"
NOT_SCENARIOS = ("parties", "timelines")
"""Folders of what is no scenario by itself."""


def shipped_root() -> Path:
    """Return the folder of the package's scenarios, or the checkout's."""
    package = Path(__file__).resolve().parents[2]
    shipped = package / "_scenarios"
    if not shipped.is_dir() and (package.parent / "pyproject.toml").is_file():
        shipped = package.parent / OWN_FOLDER
    return shipped.resolve()


def roots() -> list[Path]:
    """List the folders searched for scenarios, the user's own first."""
    found: list[Path] = []
    for folder in (Path.cwd() / OWN_FOLDER, shipped_root()):
        if folder.is_dir() and folder.resolve() not in found:
            found.append(folder.resolve())
    return found


def is_shipped(path: Path) -> bool:
    """Return whether a file is part of the package."""
    return path.resolve().is_relative_to(shipped_root())


def root_of(path: Path) -> Path | None:
    """Return the scenarios folder of a file: a known one, or the nearest folder above it of that name."""
    real = path.resolve()
    for root in roots():
        if real.is_relative_to(root):
            return root
    return next((folder for folder in real.parents if folder.name == OWN_FOLDER), None)


def refusal(name: str) -> str | None:
    """Return why ``name`` may not be looked up, or None."""
    if not name or len(name) > 200 or any(is_hidden(character) for character in name):
        return "expected a short visible name"
    if name.startswith(("/", "~")) or "\\" in name or ":" in name:
        return "expected a name below the scenarios folder, got an absolute path"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "expected a name below the scenarios folder, got `..`, `.` or an empty part"
    return None


def look_up(name: str, file: Path | None, *, is_table: bool = False) -> Path | None:
    """Find the file that ``name`` means in ``file`` (None: on the command line); ``.yaml`` is added unless a table.

    Raises ScenarioError for a name that leads out of its folder, by ``..`` or by a link.
    """
    if reason := refusal(name):
        raise ScenarioError(f"'{escaped(name)}': {reason}")
    whole = name if is_table or name.endswith(SUFFIXES) else f"{name}.yaml"
    for folder, fence in _places(file, is_table):
        path = folder / whole
        if not (path.is_file() if is_table else os.path.lexists(path)):
            continue
        if not path.resolve().is_relative_to(fence):
            raise ScenarioError(f"'{escaped(name)}' leads out of the scenarios folder by a link")
        return path
    return None


def _places(file: Path | None, is_table: bool) -> Iterator[tuple[Path, Path]]:
    """Yield the folders in search order, each with the folder that a link may not lead out of."""
    if file is not None:
        own = root_of(file)
        for folder in dict.fromkeys((file.parent.resolve(), file.resolve().parent)):
            yield folder, own if own is not None and folder.is_relative_to(own) else folder
        if own is not None:
            yield own, own
        if is_shipped(file):
            return
    here = Path.cwd().resolve()
    if file is None and is_table:
        yield here, here
    for root in roots():
        yield root, root
    if is_table:
        yield here, here


def find_data(name: str) -> Path:
    """Find a table by its name alone: in the working folder, ``./scenarios``, or the package; never outside them."""
    path = look_up(name, None, is_table=True)
    if path is None:
        raise ScenarioError(
            f"there is no data file '{escaped(name)}' beside the file that names it, in a scenarios folder or in the "
            "working folder"
        )
    return path


def typed_table(name: str | os.PathLike[str]) -> Path:
    """Return the table that a command names: the file itself, else one of that name in ``./scenarios`` or the package.

    Where there is none, the name stays as typed, so that whoever reads it says so.
    """
    path = Path(name)
    if os.path.lexists(path) or refusal(os.fspath(name)):
        return path
    return look_up(os.fspath(name), None, is_table=True) or path


def shipped_file(name: str) -> Path:
    """Return a file that the program itself reads, such as ``history/base_rates.csv``: always the package's."""
    return shipped_root() / name


def find(name: str) -> Path | None:
    """Find the file of a scenario's name as typed, or None."""
    if refusal(name):
        return None
    for root in roots():
        for suffix in ("", *SUFFIXES):
            path = root / (name + suffix)
            if path.suffix in SUFFIXES and os.path.lexists(path):
                return path
    return None


def names() -> list[str]:
    """Return the names of all scenarios under the roots (neither library parties nor timelines), sorted by folder."""
    found: dict[str, None] = {}
    for root in roots():
        for path in sorted(root.glob("*/*.yaml")):
            if path.parent.name not in NOT_SCENARIOS:
                found[path.relative_to(root).with_suffix("").as_posix()] = None
    return list(found)


def hidden_by(path: Path) -> Path | None:
    """Return the shipped file of other content that an own file of the same name hides, or None."""
    if is_shipped(path) or (root := root_of(path)) is None or root not in roots():
        return None
    shipped = shipped_root() / path.resolve().relative_to(root)
    try:
        return shipped if shipped.is_file() and shipped.read_bytes() != path.read_bytes() else None
    except OSError:
        return None


def shown(path: Path) -> str:
    """Return ``path`` as messages show it: relative to the working folder where it lies inside."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def place_of(path: Path) -> str:
    """Describe where a file was found, in words that hold on any machine."""
    if is_shipped(path):
        return SHIPPED
    return "own scenarios folder" if root_of(path) is not None else "beside the scenario"
