"""Loading scenario files: ``extends``, the party library, tables, overrides.

A file may extend another (``extends: name``), take a party from the library (``parties: {Russia: {from:
parties/russia}}``) and name tables of draws or forecasts. ``lookup`` says where each is looked for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.errors.arguments import checked_arguments
from sim.scenario.checks.validate import validated
from sim.scenario.diagnostics import KeyPath, Mark, Problem, came, escaped, fail, joined, nearest
from sim.scenario.key_paths import ROOT, Slot, slot_at
from sim.scenario.reading.merging import absorb_sources, merged, removals
from sim.scenario.reading.overrides import validated_with
from sim.scenario.reading.pinned_tables import pinned
from sim.scenario.reading.short_names import alike, not_found
from sim.scenario.reading.stored import is_run_folder, stored_scenario
from sim.scenario.schema import ReadFile, Scenario
from sim.scenario.sources.contents import SHORT, Content, read_content
from sim.scenario.sources.search_path import (
    SHIPPED,
    SUFFIXES,
    find,
    find_data,
    hidden_by,
    look_up,
    place_of,
    root_of,
    roots,
    shown,
)
from sim.scenario.sources.source_file import is_hidden
from sim.scenario.to_yaml import as_yaml
from sim.scenario.yaml.yaml_reader import Node, read_file, read_noting, read_text
from sim.storage.manifest import read_manifest

__all__ = ["SUFFIXES", "find", "find_data", "look_up", "roots", "shown"]  # of ``lookup``, for whoever loads files
DEEPEST_CHAIN = 8
NOT_SCENARIOS = ("parties", "timelines")  # folders of what is no scenario by itself


@dataclass(frozen=True)
class Loaded:
    """A scenario with its name, its file, and every scenario file that was read for it (its own first)."""

    scenario: Scenario
    name: str
    path: Path
    files: tuple[Path, ...]


@checked_arguments
def load(name_or_path: str | os.PathLike[str], overrides: Sequence[tuple[str, str]] = ()) -> Scenario:
    """The scenario of that name, file or run folder, resolved and checked; overrides are (key path, YAML value)."""
    return open_scenario(name_or_path, overrides).scenario


def open_scenario(name_or_path: str | os.PathLike[str], overrides: Sequence[tuple[str, str]] = ()) -> Loaded:
    """As ``load``, with the files it was read from."""
    if is_run_folder(name_or_path):
        return _of_run(Path(name_or_path), overrides)
    path = resolve_name(name_or_path)
    assembly = _Assembly()
    with assembly.noting():
        tree = assembly.scenario(path, ())
        if overrides:
            scenario = validated_with(tree, overrides, assembly.removed)
        else:
            scenario = validated(tree, assembly.removed)
    scenario = pinned(scenario).read_from(assembly.origin(scenario))
    return Loaded(scenario, name_of(path), path, tuple(assembly.files))


def _of_run(folder: Path, overrides: Sequence[tuple[str, str]]) -> Loaded:
    """The scenario of a run folder, which was checked when it was run."""
    manifest = read_manifest(folder)
    scenario = stored_scenario(folder, manifest)
    if overrides:
        origin, mark = scenario.origin, Mark(shown(folder))
        tree = read_text(as_yaml(scenario), lambda line, column: mark)
        scenario = pinned(validated_with(tree, overrides)).read_from(origin)
    return Loaded(scenario, manifest["name"], folder, ())


def hiding(name: str) -> str | None:
    """What to say where a name as typed means an own file and a shipped one of that name says something else."""
    path = None if name.endswith(SUFFIXES) and os.path.lexists(name) else find(name)
    if path is None or hidden_by(path) is None:
        return None
    return f"{name} is your own {shown(path)} here, not the shipped scenario of that name."


def open_layers(base: Path, fragments: Sequence[Node], file: Path) -> list[Scenario]:
    """The scenario after each of ``fragments`` (mappings of ``file``), each laid over the last as ``extends`` would."""
    assembly = _Assembly()
    found = []
    with assembly.noting():
        tree = assembly.scenario(base, ())
        for fragment in fragments:
            assembly.name_tables(fragment, file)
            assembly.removed |= removals(fragment)
            tree = assembly.laid_over(tree, fragment, file)
            scenario = pinned(validated(tree, assembly.removed))
            found.append(scenario.read_from(assembly.origin(scenario)))
    return found


def named_from_here(scenario: Scenario) -> Scenario:
    """The scenario with its tables named as they are found from the working folder, to be written into a file there."""
    seen = {file.sha256: file.shown for file in scenario.origin if file.place != SHIPPED}

    def named(item: Any, key: str) -> Any:
        name = seen.get(item.sha256, "") if item is not None else ""
        return item.model_copy(update={key: name}) if name and not os.path.isabs(name) else item

    joint = tuple(named(group, "file") for group in scenario.joint)
    calibration, crowd = named(scenario.calibration, "draws"), named(scenario.crowd, "file")
    changed = {"joint": joint, "calibration": calibration, "crowd": crowd}
    given = {key: value for key, value in changed.items() if value != getattr(scenario, key)}
    return scenario.model_copy(update=given) if given else scenario


def base_of(name_or_path: str | os.PathLike[str]) -> Path | None:
    """The file that a scenario extends, or None."""
    if is_run_folder(name_or_path):
        return None
    path = resolve_name(name_or_path)
    parent = _mapping(read_file(path, shown(path))).value.get("extends")
    return find_beside(parent, path) if parent is not None else None


def names() -> list[str]:
    """Names of all scenarios under the roots (neither library parties nor timelines), sorted by folder."""
    found: dict[str, None] = {}
    for root in roots():
        for path in sorted(root.glob("*/*.yaml")):
            if path.parent.name not in NOT_SCENARIOS:
                found[path.relative_to(root).with_suffix("").as_posix()] = None
    return list(found)


def name_of(path: Path) -> str:
    """``istanbul_2025/aides_only`` for a file under a root, else the file's name without ending."""
    for root in roots():
        if path.resolve().is_relative_to(root):
            return path.resolve().relative_to(root).with_suffix("").as_posix()
    return path.stem


def resolve_name(name_or_path: str | os.PathLike[str]) -> Path:
    """The file meant by a name or a path; ScenarioError with the nearest name if there is none."""
    text = os.fspath(name_or_path)
    if any(is_hidden(character) for character in text) or not text:
        raise ScenarioError(
            f"no scenario `{escaped(text)}`: a name such as `istanbul_2025/aides_only` or a .yaml file is wanted"
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


def find_beside(node: Node, file: Path, key: KeyPath = ("extends",)) -> Path:
    """The file that ``extends`` or ``from`` in ``file`` names, in the order of ``look_up``."""

    def refuse(message: str) -> ScenarioError:
        return fail([(node.at, Problem(key, message))])

    name = node.value
    if not isinstance(name, str):
        raise refuse(f"{came(name)} came, the name of a file is wanted")
    try:
        path = look_up(name, file)
    except ScenarioError as reason:
        raise refuse(str(reason)) from None
    if path is not None:
        return path
    beside = sorted(file.resolve().parent.glob("*.yaml"))
    close = nearest(name, [*names(), *_library(), *(path.stem for path in beside)])
    raise refuse(f"there is no file '{escaped(name)}'" + (f", did you mean `{close}`?" if close else ""))


def _library() -> list[str]:
    return [f"parties/{path.stem}" for root in roots() for path in sorted(root.glob("parties/*.yaml"))]


def _mapping(tree: Node) -> Node:
    if not tree.is_mapping:
        raise fail([(tree.at, Problem((), f"{came(tree.value)} came, a mapping (keys and values) is wanted"))])
    return tree


class _Assembly:
    """Reads a file with everything it extends; remembers the files read, and keeps the tables they name."""

    def __init__(self) -> None:
        self.files: dict[Path, str] = {}
        self.tables: dict[str, tuple[Path, Content]] = {}
        self.problems: list[tuple[Node, Problem]] = []
        self.removed: dict[KeyPath, Mark] = {}
        self.noted: list[tuple[Mark, Problem]] = []

    @contextmanager
    def noting(self) -> Iterator[None]:
        """What is only noted while files are read is told with whatever else is wrong, in one round."""
        try:
            yield
        except ScenarioError as error:
            raise (joined(self.noted, error) if self.noted else error) from None
        if self.noted:
            raise fail(self.noted)

    def scenario(self, path: Path, chain: tuple[Path, ...]) -> Node:
        tree, parent = self._opened(path, chain, "extends")
        if {"base", "events"} <= tree.value.keys() and parent is None:
            asked = f"a scenario is wanted, this is a timeline: parley timeline {shown(path)}"
            raise fail([(tree.at, Problem((), asked))])
        below = self.scenario(parent, (*chain, path.resolve())) if parent else Node({}, tree.at, tree.key_at)
        if parent:
            self.removed |= removals(tree)
            if "supposes" not in tree.value:  # the sentence of the file below is about that one
                said = f"Not said: this file has no `supposes` of its own, and extends {name_of(parent)}."
                tree.value["supposes"] = Node(said, tree.at, tree.key_at)
        return self.laid_over(below, tree, path)

    def laid_over(self, below: Node, tree: Node, path: Path) -> Node:
        """``tree``, as it stands in the file at ``path``, with its parties from the library, over ``below``."""
        parties = tree.value.get("parties")
        if parties is not None and parties.is_mapping:
            for name, party in parties.value.items():
                if party.is_mapping and "from" in party.value:
                    parties.value[name] = self.party(party, path, ("parties", name, "from"), ())
        return self._laid_over(below, tree, ROOT)

    def party(self, node: Node, file: Path, key: KeyPath, chain: tuple[Path, ...]) -> Node:
        """A party with the library file it names merged below it."""
        if len(chain) >= DEEPEST_CHAIN:
            raise fail([(node.value["from"].at, Problem(key, f"`from` goes deeper than {DEEPEST_CHAIN} files"))])
        path = find_beside(node.value["from"], file, key)
        if path.resolve() in chain:
            raise fail([(node.value["from"].at, Problem(key, f"`from` runs in a circle: {_circle(chain, path)}"))])
        library = _mapping(self._read(path))
        slot = slot_at(("parties", "any"))
        if "from" in library.value:
            library = self.party(library, path, key, (*chain, path.resolve()))
        else:
            library = self._laid_over(Node({}, library.at, library.key_at), library, slot)
        own = Node({key: value for key, value in node.value.items() if key != "from"}, node.at, node.key_at)
        return self._merge(library, own, slot, key[:-1]) if not chain else self._laid_over(library, own, slot)

    def _opened(self, path: Path, chain: tuple[Path, ...], key: str) -> tuple[Node, Path | None]:
        tree = _mapping(self._read(path))
        node = tree.value.pop(key, None)
        if node is None:
            return tree, None
        parent = find_beside(node, path)
        if parent.resolve() in (*chain, path.resolve()):
            raise fail([(node.at, Problem((key,), f"runs in a circle: {_circle((*chain, path.resolve()), parent)}"))])
        if len(chain) + 1 >= DEEPEST_CHAIN:
            raise fail([(node.at, Problem((key,), f"goes deeper than {DEEPEST_CHAIN} files"))])
        return tree, parent

    def _read(self, path: Path) -> Node:
        tree, noted = read_noting(path, shown(path))
        self.noted += noted
        self.files[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        self.name_tables(tree, path)
        return tree

    def name_tables(self, tree: Node, path: Path) -> None:
        """Read the tables that ``tree`` names, as it stands in the file at ``path``, and write their digests into it.

        A table that is not found is left to the rules, which tell it with whatever else is wrong.
        """
        for where, section, key in find_tables(tree):
            name = section.value.get(key) if section.is_mapping else None
            if name is None or not isinstance(name.value, str):
                continue
            try:
                found = look_up(name.value, path, is_table=True)
                content = read_content(found) if found else None
            except ScenarioError as reason:
                raise fail([(name.at, Problem((*where, key), str(reason)))]) from None
            if found is None or content is None:
                continue
            given = section.value.get("sha256")
            if given is not None and not isinstance(given.value, str):
                continue  # digits alone are a number in YAML: the schema says so
            if given is not None and not content.sha256.startswith(given.value):
                words = f"expected a file with this digest, got {shown(found)} with {content.sha256[:SHORT]}"
                raise fail([(given.at, Problem((*where, "sha256"), words))])
            section.value["sha256"] = Node(content.sha256, name.at, name.key_at)
            self.tables[content.sha256] = found, content

    def origin(self, scenario: Scenario) -> list[ReadFile]:
        """The files that were read for the scenario: its own first, its tables last."""
        found = [
            ReadFile("extended" if number else "scenario", _below(path), shown(path), place_of(path), digest)
            for number, (path, digest) in enumerate(self.files.items())
        ]
        for table in scenario.named_tables():
            if table.sha256 in self.tables:
                path = self.tables[table.sha256][0]
                found.append(ReadFile(table.role, _below(path), shown(path), place_of(path), table.sha256))
        return found

    def _merge(self, below: Node, above: Node, slot: Slot | None, path: KeyPath = ()) -> Node:
        result = merged(below, above, slot, self.problems, path)
        self._raise_problems()
        return result

    def _laid_over(self, below: Node, above: Node, slot: Slot | None) -> Node:
        result = absorb_sources(self._merge(below, above, slot), slot, self.problems)
        self._raise_problems()
        return result

    def _raise_problems(self) -> None:
        if self.problems:
            raise fail([(node.key_at if problem.at_key else node.at, problem) for node, problem in self.problems])


def _below(path: Path) -> str:
    """A file's name below its scenarios folder, else its own name."""
    root = root_of(path)
    return path.resolve().relative_to(root).as_posix() if root is not None else path.name


def find_tables(tree: Node) -> Iterator[tuple[KeyPath, Node, str]]:
    """The sections of ``tree`` that may name a table, with their key path and the key that names it."""
    for key in ("joint", "joint+"):
        groups = tree.value.get(key) if tree.is_mapping else None
        for number, group in enumerate(groups.value if groups is not None and groups.is_list else ()):
            yield (key, number), group, "file"
    for key, name in (("crowd", "file"), ("calibration", "draws")):
        if tree.is_mapping and key in tree.value:
            yield (key,), tree.value[key], name


def _circle(chain: tuple[Path, ...], last: Path) -> str:
    start = chain.index(last.resolve())
    return " > ".join(escaped(path.stem) for path in (*chain[start:], last))
