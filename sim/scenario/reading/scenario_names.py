"""Names of scenarios: which there are, what a name as typed or as a file writes it means, the nearest name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.diagnostics import KeyPath, described, error_at, escaped, fold, nearest
from sim.scenario.sources.search_path import SUFFIXES, find, hidden_by, look_up, names, roots, shown
from sim.scenario.sources.source_file import is_hidden
from sim.scenario.yaml.yaml_reader import Node

MOST_LISTED = 8


def name_of(path: Path) -> str:
    """Return ``istanbul_2025/aides_only`` for a file under a root, else the file's name without ending."""
    for root in roots():
        if path.resolve().is_relative_to(root):
            return path.resolve().relative_to(root).with_suffix("").as_posix()
    return path.stem


def resolve_name(name_or_path: str | os.PathLike[str]) -> Path:
    """Find the file of a name or path; ScenarioError with the nearest name if there is none."""
    text = os.fspath(name_or_path)
    if any(is_hidden(character) for character in text) or not text:
        raise ScenarioError(
            f"no scenario `{escaped(text)}`: expected a name such as `istanbul_2025/aides_only` or a .yaml file"
        )
    if text.endswith(SUFFIXES) and os.path.lexists(text):
        return Path(text)
    if path := find(text):
        return path
    if os.path.isfile(text) or os.path.isdir(text):
        raise ScenarioError(f"{escaped(text)}: error: a scenario's file must end in .yaml")
    known = names()
    if len(meant := alike(text, known)) == 1 and (path := find(meant[0])):
        return path
    raise ScenarioError(not_found(text, known))


def hiding(name: str) -> str | None:
    """Return a warning where a typed name means an own file and a shipped one of that name differs, else None."""
    path = None if name.endswith(SUFFIXES) and os.path.lexists(name) else find(name)
    if path is None or hidden_by(path) is None:
        return None
    return f"{name} is your own {shown(path)} here, not the shipped scenario of that name."


def find_beside(node: Node, file: Path, key: KeyPath = ("extends",)) -> Path:
    """Find the file that ``extends`` or ``from`` in ``file`` names, in the order of ``look_up``."""

    def refuse(message: str) -> ScenarioError:
        return error_at(node.at, message, key)

    name = node.value
    if not isinstance(name, str):
        raise refuse(f"expected the name of a file, got {described(name)}")
    try:
        path = look_up(name, file)
    except ScenarioError as reason:
        raise refuse(str(reason)) from None
    if path is not None:
        return path
    siblings = sorted(file.resolve().parent.glob("*.yaml"))
    library = [f"parties/{path.stem}" for root in roots() for path in sorted(root.glob("parties/*.yaml"))]
    close = nearest(name, [*names(), *library, *(path.stem for path in siblings)])
    raise refuse(f"there is no file '{escaped(name)}'" + (f", did you mean `{close}`?" if close else ""))


def alike(text: str, names: Iterable[str]) -> list[str]:
    """Return the names that ``text`` may mean: those of the same letters and digits, with or without folder."""
    key = _key(text)
    known = list(names)
    whole = [name for name in known if _key(name) == key]
    return whole or [name for name in known if "/" not in text and _key(name.rpartition("/")[2]) == key]


def folders(names: Iterable[str]) -> list[str]:
    """List the folders of these names."""
    return list(dict.fromkeys(name.rpartition("/")[0] for name in names if "/" in name))


def not_found(text: str, names: Sequence[str]) -> str:
    """Write the error for an unknown name: the folder it names, the several it may mean, or the nearest name."""
    here = escaped(text)
    if len(several := alike(text, names)) > 1:
        return f"`{here}`: expected the name of one scenario, got one of several: {listed(several)}"
    if folder := alike(text, folders(names)):
        inside = [name for name in names if name.rpartition("/")[0] == folder[0]]
        return f"`{here}`: expected one scenario, got the folder `{folder[0]}`, which holds {listed(inside)}"
    short = {name.rpartition("/")[2]: name for name in reversed(names)}
    folder = get_close_matches(text, folders(names), n=1, cutoff=0.8)
    close = folder[0] if folder else nearest(text, [*names, *short])
    return f"no scenario `{here}`" + (
        f", did you mean `{short.get(close, close)}`?" if close else "; `parley list` shows all"
    )


def listed(names: Sequence[str]) -> str:
    """Write ``a, b, c and 5 more``."""
    shown = ", ".join(f"`{escaped(name)}`" for name in names[:MOST_LISTED])
    return shown + (f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else "")


def _key(name: str) -> str:
    return "/".join("".join(c for c in part if c.isalnum()) for part in fold(name).strip("/").split("/"))
