"""Finding scenario files and loading them: ``extends``, the party library, overrides.

A name such as ``istanbul_2025/aides_only`` is looked up under ``./scenarios``, then among the
scenarios that came with the package. A file may extend another (``extends: name``) and take a party
from the library (``parties: {Russia: {from: parties/russia}}``), never from outside these folders.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.arguments import checked_arguments
from sim.errors import ScenarioError
from sim.scenario.merging import absorb_sources, merged, removals
from sim.scenario.overrides import validated_with
from sim.scenario.paths import ROOT, Slot, slot_at
from sim.scenario.problems import KeyPath, Mark, Problem, came, escaped, fail, nearest
from sim.scenario.schema import Scenario
from sim.scenario.source_file import is_hidden, refuse_unfit
from sim.scenario.validation import validated
from sim.scenario.yaml_source import Node, read_file

DEEPEST_CHAIN = 8
SUFFIXES = (".yaml", ".yml")
NOT_SCENARIOS = ("parties", "timelines")  # folders of what is no scenario by itself


@dataclass(frozen=True)
class Loaded:
    """A scenario with its name, its file, and every file that was read for it (its own first)."""

    scenario: Scenario
    name: str
    path: Path
    files: tuple[Path, ...]


@checked_arguments
def load(name_or_path: str | os.PathLike[str], overrides: Sequence[tuple[str, str]] = ()) -> Scenario:
    """The scenario of that name or file, resolved and checked; overrides are (key path, YAML value)."""
    return open_scenario(name_or_path, overrides).scenario


def open_scenario(name_or_path: str | os.PathLike[str], overrides: Sequence[tuple[str, str]] = ()) -> Loaded:
    """As ``load``, with the files it was read from."""
    path = resolve_name(name_or_path)
    assembly = _Assembly()
    tree = assembly.scenario(path, ())
    if overrides:
        scenario = validated_with(tree, overrides, assembly.removed)
    else:
        scenario = validated(tree, assembly.removed)
    return Loaded(scenario, name_of(path), path, tuple(assembly.files))


def open_layers(base: Path, fragments: Sequence[Node], file: Path) -> list[Scenario]:
    """The scenario after each of ``fragments`` (mappings of ``file``), each laid over the last as ``extends`` would."""
    assembly = _Assembly()
    tree = assembly.scenario(base, ())
    found = []
    for fragment in fragments:
        _name_files(fragment, file)
        assembly.removed |= removals(fragment)
        tree = assembly.laid_over(tree, fragment, file)
        found.append(validated(tree, assembly.removed))
    return found


def base_of(name_or_path: str | os.PathLike[str]) -> Path | None:
    """The file that a scenario extends, or None."""
    path = resolve_name(name_or_path)
    parent = _mapping(read_file(path, shown(path))).value.get("extends")
    return find_beside(parent, path) if parent is not None else None


def roots() -> list[Path]:
    """Folders searched for scenarios, the user's own first."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "_scenarios"
    if not shipped.is_dir() and (package.parent / "pyproject.toml").is_file():
        shipped = package.parent / "scenarios"
    found: list[Path] = []
    for folder in (Path.cwd() / "scenarios", shipped):
        if folder.is_dir() and folder.resolve() not in found:
            found.append(folder.resolve())
    return found


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


def find(name: str) -> Path | None:
    """The file of a scenario's name, or None."""
    if _refusal(name):
        return None
    for root in roots():
        for suffix in ("", *SUFFIXES):
            path = root / (name + suffix)
            if path.suffix in SUFFIXES and os.path.lexists(path):
                return path
    return None


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
    close = nearest(text, names())
    raise ScenarioError(
        f"no scenario `{escaped(text)}`" + (f", did you mean `{close}`?" if close else "; `parley list` shows all")
    )


def shown(path: Path) -> str:
    """``path`` as messages show it: relative to the working folder where it lies inside."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def find_data(name: str) -> Path:
    """A data file by its name below the scenarios folders or the working folder; never outside them."""
    if reason := _refusal(name):
        raise ScenarioError(f"'{escaped(name)}': {reason}")
    for root in (*roots(), Path.cwd().resolve()):
        path = root / name
        if path.is_file() and path.resolve().is_relative_to(root):
            refuse_unfit(path)
            return path
    raise ScenarioError(f"there is no data file '{escaped(name)}' below the scenarios folder or the working folder")


def _data_name(name: str, file: Path) -> str:
    """The name under which ``find_data`` finds a data file that lies beside ``file``."""
    if _refusal(name):
        return name
    path = (file.parent / name).resolve()
    for root in (*roots(), Path.cwd().resolve()):
        if path.is_file() and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return name


def _refusal(name: str) -> str | None:
    """Why ``name`` may not be looked up, or None."""
    if not name or len(name) > 200 or any(is_hidden(character) for character in name):
        return "a short visible name is wanted"
    if name.startswith(("/", "~")) or "\\" in name or ":" in name:
        return "an absolute path came, a name below the scenarios folder is wanted"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "`..`, `.` or an empty part came, a name below the scenarios folder is wanted"
    return None


def find_beside(node: Node, file: Path, key: KeyPath = ("extends",)) -> Path:
    """The file that ``extends`` or ``from`` in ``file`` names: from its root, beside it, or from any root."""

    def refuse(message: str) -> ScenarioError:
        return fail([(node.at, Problem(key, message))])

    name = node.value
    if not isinstance(name, str):
        raise refuse(f"{came(name)} came, the name of a file is wanted")
    if reason := _refusal(name):
        raise refuse(f"'{escaped(name)}': {reason}")
    real = file.resolve()
    own = [root for root in roots() if real.is_relative_to(root)]
    for base in (*own, real.parent, *roots()):
        path = base / (name if name.endswith(SUFFIXES) else name + ".yaml")
        if os.path.lexists(path):
            fence = own[0] if own and base.is_relative_to(own[0]) else base
            if not path.resolve().is_relative_to(fence):
                raise refuse(f"'{escaped(name)}' leads out of the scenarios folder by a link")
            return path
    close = nearest(name, [*names(), *_library(), *(path.stem for path in sorted(real.parent.glob("*.yaml")))])
    raise refuse(f"there is no file '{escaped(name)}'" + (f", did you mean `{close}`?" if close else ""))


def _library() -> list[str]:
    return [f"parties/{path.stem}" for root in roots() for path in sorted(root.glob("parties/*.yaml"))]


def _mapping(tree: Node) -> Node:
    if not tree.is_mapping:
        raise fail([(tree.at, Problem((), f"{came(tree.value)} came, a mapping (keys and values) is wanted"))])
    return tree


class _Assembly:
    """Reads a file with everything it extends; remembers the files read."""

    def __init__(self) -> None:
        self.files: dict[Path, Node] = {}
        self.problems: list[tuple[Node, Problem]] = []
        self.removed: dict[KeyPath, Mark] = {}

    def scenario(self, path: Path, chain: tuple[Path, ...]) -> Node:
        tree, parent = self._opened(path, chain, "extends")
        if {"base", "events"} <= tree.value.keys() and parent is None:
            asked = f"a scenario is wanted, this is a timeline: parley timeline {shown(path)}"
            raise fail([(tree.at, Problem((), asked))])
        below = self.scenario(parent, (*chain, path.resolve())) if parent else Node({}, tree.at, tree.key_at)
        if parent:
            self.removed |= removals(tree)
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
        tree = read_file(path, shown(path))
        self.files[path] = tree
        _name_files(tree, path)
        return tree

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


def _name_files(tree: Node, path: Path) -> None:
    """The data files that ``tree``, read from the file at ``path``, names."""
    for key in ("joint", "joint+"):
        groups = tree.value.get(key) if tree.is_mapping else None
        for group in groups.value if groups is not None and groups.is_list else ():
            _name_data(group, path)
    for key, name in (("crowd", "file"), ("calibration", "draws")):
        _name_data(tree.value.get(key) if tree.is_mapping else None, path, name)


def _name_data(section: Node | None, file: Path, key: str = "file") -> None:
    """Data files are named beside the scenario that names them; from here on by the name that finds them."""
    name = section.value.get(key) if section is not None and section.is_mapping else None
    if name is not None and isinstance(name.value, str):
        name.value = _data_name(name.value, file)


def _circle(chain: tuple[Path, ...], last: Path) -> str:
    start = chain.index(last.resolve())
    return " > ".join(escaped(path.stem) for path in (*chain[start:], last))
