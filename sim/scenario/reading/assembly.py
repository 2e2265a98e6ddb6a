"""One tree from a scenario file and every file it builds on: ``extends``, the party library, tables.

A file may extend another (``extends: name``), take a party from the library (``parties: {Russia: {from:
parties/russia}}``) and name tables of draws or forecasts. ``look_up`` says where each is looked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.diagnostics import KeyPath, Mark, Problem, as_error, described, error_at, escaped, joined_error
from sim.scenario.key_paths import ROOT, Slot, slot_at
from sim.scenario.reading.merging import absorb_sources, merged, removals
from sim.scenario.reading.scenario_names import find_beside, name_of
from sim.scenario.reading.sheets import KEY as READINGS
from sim.scenario.reading.sheets import with_readings
from sim.scenario.schema import ReadFile, Scenario
from sim.scenario.sources.contents import SHORT, Content, read_content
from sim.scenario.sources.search_path import look_up, place_of, root_of, shown
from sim.scenario.yaml.yaml_reader import Node, error_of_nodes, read_with_mistakes

DEEPEST_CHAIN = 8


class Assembly:
    """A scenario file with everything it extends: its tree, the files read, and the tables they name."""

    def __init__(self) -> None:
        self.files: dict[Path, str] = {}
        self.tables: dict[str, tuple[Path, Content]] = {}
        self.sheets: list[Path] = []
        self.problems: list[tuple[Node, Problem]] = []
        self.removed: dict[KeyPath, Mark] = {}
        self.mistakes: list[tuple[Mark, Problem]] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Report mistakes that did not stop the reading together with those found later, in one error."""
        try:
            yield
        except ScenarioError as error:
            raise (joined_error(self.mistakes, error) if self.mistakes else error) from None
        if self.mistakes:
            raise as_error(self.mistakes)

    def scenario(self, path: Path, chain: tuple[Path, ...]) -> Node:
        """Read the file at ``path`` over the files it extends; ``chain`` holds the files that extend it."""
        tree, parent = self._opened(path, chain, "extends")
        if {"base", "events"} <= tree.value.keys() and parent is None:
            asked = f"expected a scenario, got a timeline: parley timeline {shown(path)}"
            raise error_at(tree.at, asked)
        own_readings = tree.value.pop(READINGS, None)
        below = self.scenario(parent, (*chain, path.resolve())) if parent else Node({}, tree.at, tree.key_at)
        if parent:
            self.removed |= removals(tree)
            if "supposes" not in tree.value:  # the sentence of the file below is about that one
                said = f"Not said: this file has no `supposes` of its own, and extends {name_of(parent)}."
                tree.value["supposes"] = Node(said, tree.at, tree.key_at)
        whole = self.laid_over(below, tree, path)
        if own_readings is not None:
            whole, sheets = with_readings(whole, own_readings, path)
            self.sheets += sheets
        return whole

    def laid_over(self, below: Node, tree: Node, path: Path) -> Node:
        """Merge ``tree``, the content of the file at ``path``, with its library parties over ``below``."""
        parties = tree.value.get("parties")
        if parties is not None and parties.is_mapping:
            for name, party in parties.value.items():
                if party.is_mapping and "from" in party.value:
                    parties.value[name] = self.party(party, path, ("parties", name, "from"), ())
        return self._laid_over(below, tree, ROOT)

    def party(self, node: Node, file: Path, key: KeyPath, chain: tuple[Path, ...]) -> Node:
        """Merge a party over the library file that it names."""
        if len(chain) >= DEEPEST_CHAIN:
            raise error_at(node.value["from"].at, f"expected at most {DEEPEST_CHAIN} files, got more", key)
        path = find_beside(node.value["from"], file, key)
        if path.resolve() in chain:
            raise error_at(node.value["from"].at, f"`from` runs in a circle: {_circle(chain, path)}", key)
        library = as_mapping(self._read(path))
        slot = slot_at(("parties", "any"))
        if "from" in library.value:
            library = self.party(library, path, key, (*chain, path.resolve()))
        else:
            library = self._laid_over(Node({}, library.at, library.key_at), library, slot)
        own = Node({key: value for key, value in node.value.items() if key != "from"}, node.at, node.key_at)
        return self._merge(library, own, slot, key[:-1]) if not chain else self._laid_over(library, own, slot)

    def _opened(self, path: Path, chain: tuple[Path, ...], key: str) -> tuple[Node, Path | None]:
        tree = as_mapping(self._read(path))
        node = tree.value.pop(key, None)
        if node is None:
            return tree, None
        parent = find_beside(node, path)
        if parent.resolve() in (*chain, path.resolve()):
            raise error_at(node.at, f"runs in a circle: {_circle((*chain, path.resolve()), parent)}", (key,))
        if len(chain) + 1 >= DEEPEST_CHAIN:
            raise error_at(node.at, f"expected at most {DEEPEST_CHAIN} files, got more", (key,))
        return tree, parent

    def _read(self, path: Path) -> Node:
        tree, mistakes = read_with_mistakes(path, shown(path))
        self.mistakes += mistakes
        self.files[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        self.name_tables(tree, path)
        return tree

    def name_tables(self, tree: Node, path: Path) -> None:
        """Read the tables that ``tree``, the content of the file at ``path``, names; write their digests into it.

        A table that is not found is left to the checks, which report it with all other mistakes.
        """
        for where, section, key in find_tables(tree):
            name = section.value.get(key) if section.is_mapping else None
            if name is None or not isinstance(name.value, str):
                continue
            try:
                found = look_up(name.value, path, is_table=True)
                content = read_content(found) if found else None
            except ScenarioError as reason:
                raise error_at(name.at, str(reason), (*where, key)) from None
            if found is None or content is None:
                continue
            given = section.value.get("sha256")
            if given is not None and not isinstance(given.value, str):
                continue  # digits alone are a number in YAML: the schema says so
            if given is not None and not content.sha256.startswith(given.value):
                words = f"expected a file with this digest, got {shown(found)} with {content.sha256[:SHORT]}"
                raise error_at(given.at, words, (*where, "sha256"))
            section.value["sha256"] = Node(content.sha256, name.at, name.key_at)
            self.tables[content.sha256] = found, content

    def origin(self, scenario: Scenario) -> list[ReadFile]:
        """List the files that were read for the scenario: its own first, its tables last."""
        found = [
            ReadFile("extended" if number else "scenario", _below(path), shown(path), place_of(path), digest)
            for number, (path, digest) in enumerate(self.files.items())
        ]
        for path in dict.fromkeys(self.sheets):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found.append(ReadFile("reading", _below(path), shown(path), place_of(path), digest))
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
            raise error_of_nodes(self.problems)


def as_mapping(tree: Node) -> Node:
    """Return ``tree`` if it is a mapping, else raise ScenarioError."""
    if not tree.is_mapping:
        raise error_at(tree.at, f"expected a mapping (keys and values), got {described(tree.value)}")
    return tree


def _below(path: Path) -> str:
    """Return a file's name below its scenarios folder, else its own name."""
    root = root_of(path)
    return path.resolve().relative_to(root).as_posix() if root is not None else path.name


def find_tables(tree: Node) -> Iterator[tuple[KeyPath, Node, str]]:
    """Yield the sections of ``tree`` that may name a table, with their key path and the key that names it."""
    for key in ("joint", "joint+"):
        groups = tree.value.get(key) if tree.is_mapping else None
        for number, group in enumerate(groups.value if groups is not None and groups.is_list else ()):
            yield (key, number), group, "file"
    for key, name in (("crowd", "file"), ("calibration", "draws"), ("record", "levels")):
        if tree.is_mapping and key in tree.value:
            yield (key,), tree.value[key], name


def _circle(chain: tuple[Path, ...], last: Path) -> str:
    start = chain.index(last.resolve())
    return " > ".join(escaped(path.stem) for path in (*chain[start:], last))
