"""Read one YAML 1.2 file safely, keeping the line and column of every key and value.

Nothing is built before it is checked: aliases, anchors, tags, merge keys, deep nesting and big
files are refused while the parser's events stream by, so a bomb never unfolds. Scalars follow
the YAML 1.2 core rules (``yes`` is text, ``010`` is ten, ``1:30`` is text) plus plain dates.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import ScenarioError
from sim.scenario.diagnostics import KeyPath, Mark, Problem, as_error, error_at, escaped
from sim.scenario.schema.quantity import CALENDAR_DAY
from sim.scenario.sources.source_file import LARGEST_FILE, is_hidden, refuse_hidden, text_of
from sim.scenario.yaml.yaml_position import diagnosis

DEEPEST = 20
MOST_NODES = 20_000
MOST_ENTRIES = 500
"""Keys of one mapping or items of one list."""
LONGEST_KEY = 100
LABELLED = ("parties", "issues", "tracks")
"""Sections whose keys are names that may have a label."""
PATHS = ("extends", "from", "file", "draws")
"""Keys that name files, whose spelling is the disk's."""
LONGEST_NUMBER = 40

INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Node:
    """A value of a file with its place: a mapping or list of Nodes, or a scalar."""

    value: Any
    at: Mark
    key_at: Mark

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; of anything else none."""
        return self.value if isinstance(self.value, dict) else {}

    def holding(self, value: Any) -> Node:
        """Return another value at the same place."""
        return Node(value, self.at, self.key_at)


def plain(node: Node) -> Any:
    """Return the node's bare value: dicts, tuples (for the strict schema) and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return tuple(plain(child) for child in node.value)
    return node.value


def deepest_node(node: Node, path: KeyPath) -> tuple[Node, int]:
    """Return the deepest node that exists on ``path`` and how many steps led there."""
    for steps, part in enumerate(path):
        child = node.entries.get(str(part))
        if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            return node, steps
        node = child
    return node, len(path)


def node_at(node: Node, path: KeyPath) -> Node | None:
    """Return the node at ``path``, or None."""
    found, steps = deepest_node(node, path)
    return found if steps == len(path) else None


def place_of(tree: Node, problem: Problem) -> Mark:
    """Return the place of a problem: that of its value or key, or else of the nearest key above."""
    node, steps = deepest_node(tree, problem.path)
    return node.key_at if problem.at_key or steps < len(problem.path) else node.at


def error_of_nodes(problems: Sequence[tuple[Node, Problem]]) -> ScenarioError:
    """Return one error with every problem at the place of its node's key or value."""
    return as_error([(node.key_at if problem.at_key else node.at, problem) for node, problem in problems])


def read_file(path: Path, shown_as: str) -> Node:
    """Read the regular UTF-8 file at ``path``, or raise ScenarioError.

    A base and its parties are read once for all the scenarios that extend them; every caller gets a copy.
    """
    tree, mistakes = read_with_mistakes(path, shown_as)
    if mistakes:
        raise as_error(mistakes)
    return tree


def read_with_mistakes(path: Path, shown_as: str) -> tuple[Node, list[tuple[Mark, Problem]]]:
    """Read as ``read_file``, and return mistakes that do not stop the reading, to be reported with others."""
    tree, mistakes = _read_once(text_of(path, shown_as), shown_as)
    return _copied(tree), list(mistakes)


def _copied(node: Node) -> Node:
    """Copy the nodes around the same scalars and marks, which never change."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _copied(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_copied(child) for child in value]
    return node.holding(value)


@lru_cache(maxsize=64)
def _read_once(text: str, shown_as: str) -> tuple[Node, list[tuple[Mark, Problem]]]:
    return _parsed(text, lambda line, column: Mark(shown_as, line, column))


def read_argument(text: str, mark: Mark) -> Node:
    """Read the value of an argument (``{low: .1, central: .2, high: .3}``), every part placed at ``mark``."""
    if len(text) > LARGEST_FILE:
        raise error_at(mark, f"expected at most {LARGEST_FILE} characters, got {len(text)}")
    refuse_hidden(text, lambda line, column: mark)
    return read_text(text, lambda line, column: mark)


class _Reader:
    """Reader that builds Nodes from the parser's events and collects mistakes that do not stop the reading."""

    def __init__(self, events: Iterator[Any], place: Callable[[int, int], Mark]) -> None:
        self.events, self.place = events, place
        self.problems: list[tuple[Mark, Problem]] = []
        self.n_nodes = 0

    def document(self) -> Node:
        """Read the one document; ScenarioError where there is none, or another."""
        root = None
        for event in self.events:
            if type(event).__name__ == "DocumentStartEvent":
                if root is not None:
                    self.stop((), self.mark(event), "expected one document, got a second")
                if event.tags or event.version not in (None, (1, 2), "1.2"):
                    self.stop((), self.mark(event), "expected no directive but %YAML 1.2, got another")
                root = self.value(next(self.events), ())
        if root is None:
            raise error_at(self.place(1, 1), "expected a mapping (keys and values), got nothing")
        return root

    def mark(self, event: Any) -> Mark:
        return self.place(event.start_mark.line + 1, event.start_mark.column + 1)

    def stop(self, path: KeyPath, mark: Mark, message: str) -> NoReturn:
        raise as_error([*self.problems, (mark, Problem(path, message))])

    def collect(self, path: KeyPath, mark: Mark, message: str) -> None:
        self.problems.append((mark, Problem(path, message)))

    def permitted(self, event: Any, path: KeyPath) -> tuple[str, Mark]:
        """Return kind and place of an event; refuse what is forbidden."""
        mark = self.mark(event)
        if type(event).__name__ == "AliasEvent" or event.anchor is not None:
            self.stop(path, mark, "expected the value written out, got an alias or anchor (`*` or `&`)")
        if event.ctag is not None:
            self.stop(path, mark, "expected a value, got a tag (`!`)")
        return type(event).__name__.removesuffix("Event").removesuffix("Start"), mark

    def value(self, event: Any, path: KeyPath, key_at: Mark | None = None, inside: Any = ()) -> Node | None:
        """Read the value that begins with ``event``; None for the rest of a decimal comma. ``inside``: siblings."""
        kind, mark = self.permitted(event, path)
        if kind == "Scalar":
            is_plain = event.implicit[0]
            if is_plain and not event.value and key_at:
                mark = key_at  # the parser puts an empty value at whatever comes next
                if self._is_decimal_comma(path, inside):
                    return None
            value = self._resolved(path, event.value, mark) if is_plain else self._text(path, event.value, mark)
            return self._counted(path, Node(value, mark, key_at or mark), inside)
        if len(path) >= DEEPEST:
            raise error_at(mark, f"expected at most {DEEPEST} levels, got more", path[:5])
        node = self._counted(path, Node([] if kind == "Sequence" else {}, mark, key_at or mark), inside)
        below: Any = node.value
        while type(event := next(self.events)).__name__ != f"{kind}EndEvent":
            if kind == "Sequence":
                below.append(self.value(event, (*path, len(below)), None, below))
                continue
            key, at = self._key(event, path)
            if (child := self.value(next(self.events), (*path, key), at, below)) is not None:
                below[key] = child
        return node

    def _counted(self, path: KeyPath, node: Node, inside: Any) -> Node:
        self.n_nodes += 1
        if self.n_nodes > MOST_NODES:
            self.stop(path, node.at, f"expected at most {MOST_NODES} values, got more")
        if isinstance(inside, dict) and path[-1] in inside:
            first = inside[path[-1]].key_at.line
            self.collect(path, node.key_at, f"the key stands twice, first in line {first}")
        if len(inside) >= MOST_ENTRIES:
            words = f"expected at most {MOST_ENTRIES} entries in one place, got more"
            self.stop(path, node.key_at, words)
        return node

    def _key(self, event: Any, path: KeyPath) -> tuple[str, Mark]:
        kind, mark = self.permitted(event, path)
        if kind != "Scalar":
            self.stop(path, mark, "expected a plain name as a key, got a mapping or list")
        key = event.value
        if key == "<<":
            self.stop(path, mark, "expected `extends` or `from`, got a merge key `<<`")
        if len(key) > LONGEST_KEY:
            words = f"expected a key of at most {LONGEST_KEY} characters, got {len(key)} ('{escaped(key, 40)}')"
            self.stop(path, mark, words)
        if not key:
            self.stop(path, mark, "expected a name, got an empty key")
        key = unicodedata.normalize("NFC", key)
        if odd := next((one for one in key if is_hidden(one) or not (one.isascii() or _is_latin(one))), None):
            name = f"U+{ord(odd):04X} ({unicodedata.name(odd, f'U+{ord(odd):04X}')})"
            # A name all in another script belongs into the label of a party, issue or track.
            letters = [character for character in key if character.isalpha()]
            is_name = len(path) == 1 and path[0] in LABELLED and letters and not any(map(_is_latin, letters))
            hint = "; write the name in Latin letters, and this one as its `label:`" if is_name else ""
            self.collect((*path, key), mark, f"expected plain Latin letters in a key, got {name}{hint}")
        return key, mark

    def _is_decimal_comma(self, path: KeyPath, inside: dict[str, Node]) -> bool:
        """Return whether a key without a value is the rest of ``{low: 0,002}``, which YAML takes for two entries."""
        key = str(path[-1])
        if not key.isdigit() or not inside:
            return False
        name, before = list(inside.items())[-1]
        if type(before.value) is not int:
            return False
        meant = f"{before.value}.{key}"
        self.collect((*path[:-1], name), before.at, f"expected a decimal point, got a comma: write {meant}")
        before.value = float(meant) if len(meant) <= LONGEST_NUMBER else 0.0
        return True

    def _resolved(self, path: KeyPath, text: str, mark: Mark) -> Any:
        """Return the value of a plain scalar; collect a mistake and return None for an impossible number or day."""
        if text in NULLS:
            return None
        if text in TRUTHS:
            return TRUTHS[text]
        is_integer, is_decimal = INTEGER.fullmatch(text), DECIMAL.fullmatch(text)
        wrong = ""
        if (is_integer or is_decimal) and len(text) > LONGEST_NUMBER:
            wrong = f"expected a number of at most {LONGEST_NUMBER} characters, got {len(text)}"
        elif is_integer:
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        elif is_decimal:
            if math.isfinite(number := float(text)):
                return number
            wrong = f"expected a smaller number, got {text}"
        elif NOT_FINITE.fullmatch(text):
            wrong = f"expected a finite number, got {text}"
        elif CALENDAR_DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                wrong = f"expected a day of the calendar, got {text}"
        if not wrong:
            return self._text(path, text, mark)
        self.collect(path, mark, wrong)
        return None

    def _text(self, path: KeyPath, text: str, mark: Mark) -> str:
        if not path or path[-1] not in PATHS:
            text = unicodedata.normalize("NFC", text)  # names stand in values as well
        for character in text:
            if not character.isprintable() and character != "\n" and character != "\t" and is_hidden(character):
                self.collect(path, mark, f"expected visible text, got the hidden character U+{ord(character):04X}")
                return "hidden"
        return text


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN ")


def read_text(text: str, place: Callable[[int, int], Mark]) -> Node:
    """Read the one document in ``text``. ``place`` turns line and column (from 1) into a Mark."""
    tree, mistakes = _parsed(text, place)
    if mistakes:
        raise as_error(mistakes)
    return tree


def _parsed(text: str, place: Callable[[int, int], Mark]) -> tuple[Node, list[tuple[Mark, Problem]]]:
    from ruamel.yaml import YAML

    reader = _Reader(YAML(typ="safe", pure=True).parse(text), place)
    try:
        return reader.document(), reader.problems
    except ScenarioError:
        raise
    except Exception as reason:  # the scanner also leaks ValueError, IndexError, ... on broken text
        line, column, words = diagnosis(text, reason)
        raise as_error([*reader.problems, (place(line + 1, column + 1), Problem((), f"not YAML: {words}"))]) from None
