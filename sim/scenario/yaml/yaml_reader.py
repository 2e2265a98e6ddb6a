"""Reading one YAML 1.2 file safely, keeping the line and column of every key and value.

Nothing is built before it has been looked at: aliases, anchors, tags, merge keys, deep nesting and
big files are refused while the parser's events stream by, so a bomb never unfolds. Scalars follow
the YAML 1.2 core rules (``yes`` is text, ``010`` is ten, ``1:30`` is text) plus plain dates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import ScenarioError
from sim.scenario.diagnostics import KeyPath, Mark, Problem, escaped, fail
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
"""Keys that name files, which are called as the disk has them."""
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
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)


def plain(node: Node) -> Any:
    """The node's bare value: dicts, tuples (for the strict schema) and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return tuple(plain(child) for child in node.value)
    return node.value


def marks_along(node: Node, path: KeyPath) -> tuple[Node, int]:
    """The deepest node that exists on ``path`` and how many steps led there."""
    for steps, part in enumerate(path):
        child: Node | None = None
        if isinstance(node.value, dict):
            child = node.value.get(str(part))
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            return node, steps
        node = child
    return node, len(path)


def read_file(path: Path, shown_as: str) -> Node:
    """The content of the regular UTF-8 file at ``path``; ScenarioError says what is wrong with it.

    A base and its parties are read once for all the scenarios that extend them; every caller gets a copy.
    """
    tree, noted = read_noting(path, shown_as)
    if noted:
        raise fail(noted)
    return tree


def read_noting(path: Path, shown_as: str) -> tuple[Node, list[tuple[Mark, Problem]]]:
    """As ``read_file``; mistakes that do not stop the reading are given back, to be told with others."""
    tree, noted = _read_once(text_of(path, shown_as), shown_as)
    return _copied(tree), list(noted)


def _copied(node: Node) -> Node:
    """Nodes of its own around the same scalars and marks, which nobody changes."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _copied(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_copied(child) for child in value]
    return Node(value, node.at, node.key_at)


@lru_cache(maxsize=64)
def _read_once(text: str, shown_as: str) -> tuple[Node, list[tuple[Mark, Problem]]]:
    return _parsed(text, lambda line, column: Mark(shown_as, line, column))


def read_argument(text: str, mark: Mark) -> Node:
    """The value of an argument (``{low: .1, central: .2, high: .3}``), every part marked ``mark``."""
    if len(text) > LARGEST_FILE:
        raise fail([(mark, Problem((), f"{len(text)} characters came, {LARGEST_FILE} are allowed"))])
    refuse_hidden(text, lambda line, column: mark)
    return read_text(text, lambda line, column: mark)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    node: Node
    key: str | None = None
    key_at: Mark | None = None
    twice_since: int | None = None
    """Line in which the key that waits for its value came before."""


class _Reader:
    """Builds Nodes from parser events; collects the mistakes that do not stop the reading."""

    def __init__(self, place: Callable[[int, int], Mark]) -> None:
        self.place = place
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.problems: list[tuple[Mark, Problem]] = []
        self.n_nodes = 0

    def mark(self, event: Any) -> Mark:
        return self.place(event.start_mark.line + 1, event.start_mark.column + 1)

    def path(self, *more: str) -> KeyPath:
        parts: list[str | int] = []
        for depth, frame in enumerate(self.stack, 1):
            if isinstance(frame.node.value, list):
                is_innermost = depth == len(self.stack)
                parts.append(len(frame.node.value) - (0 if is_innermost else 1))
            elif frame.key is not None:
                parts.append(frame.key)
        return (*parts, *more)

    def stop(self, mark: Mark, message: str) -> NoReturn:
        raise fail([*self.problems, (mark, Problem(self.path(), message))])

    def note(self, mark: Mark, message: str, *more: str) -> None:
        self.problems.append((mark, Problem(self.path(*more), message)))

    def take(self, event: Any) -> None:
        name = type(event).__name__
        if name == "AliasEvent" or getattr(event, "anchor", None) is not None:
            self.stop(
                self.mark(event), "an alias or anchor (`*` or `&`) came, which is not allowed: write the value out"
            )
        if getattr(event, "ctag", None) is not None and name != "DocumentStartEvent":
            self.stop(self.mark(event), "a tag (`!`) came, which is not allowed")
        match name:
            case "DocumentStartEvent":
                self._start_document(event)
            case "MappingStartEvent" | "SequenceStartEvent":
                self._start(event, {} if name.startswith("Mapping") else [])
            case "MappingEndEvent" | "SequenceEndEvent":
                self.stack.pop()
                self._done()
            case "ScalarEvent":
                self._scalar(event)

    def _start_document(self, event: Any) -> None:
        if self.root is not None:
            self.stop(self.mark(event), "a second document came, one is allowed")
        if event.tags or event.version not in (None, (1, 2), "1.2"):
            self.stop(self.mark(event), "a directive (`%`) came, only %YAML 1.2 is allowed")

    def _start(self, event: Any, value: Any) -> None:
        mark = self.mark(event)
        if self._wants_key():
            self.stop(mark, "a mapping or list came as a key, a plain name is wanted")
        if len(self.stack) >= DEEPEST:
            raise fail(
                [(mark, Problem(self.path()[:5], f"nested deeper than {DEEPEST} levels, which is the most allowed"))]
            )
        self.stack.append(_Open(self._add(value, mark)))

    def _scalar(self, event: Any) -> None:
        mark = self.mark(event)
        if self._wants_key():
            self._key(event.value, mark)
            return
        is_plain = event.implicit[0]
        if is_plain and not event.value and self.stack and self.stack[-1].key_at:
            mark = self.stack[-1].key_at  # the parser puts an empty value at whatever comes next
            if self._is_decimal_comma():
                return
        self._add(self._resolved(event.value, mark) if is_plain else self._text(event.value, mark), mark)
        self._done()

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None

    def _key(self, key: str, mark: Mark) -> None:
        frame = self.stack[-1]
        if key == "<<":
            self.stop(mark, "a merge key `<<` came, which is not allowed: use `extends` or `from`")
        if len(key) > LONGEST_KEY:
            self.stop(mark, f"a key of {len(key)} characters came ('{escaped(key, 40)}'), {LONGEST_KEY} are allowed")
        if not key:
            self.stop(mark, "an empty key came, a name is wanted")
        key = unicodedata.normalize("NFC", key)
        for character in key:
            if is_hidden(character) or (
                not character.isascii() and not unicodedata.name(character, "").startswith("LATIN ")
            ):
                name = unicodedata.name(character, f"U+{ord(character):04X}")
                hint = self._label_hint(key)
                self.note(
                    mark, f"the key holds U+{ord(character):04X} ({name}), which is not a plain Latin letter{hint}", key
                )
                break
        if key in frame.node.value:
            frame.twice_since = frame.node.value[key].key_at.line
        frame.key, frame.key_at = key, mark

    def _is_decimal_comma(self) -> bool:
        """Whether the key without a value is the rest of ``{low: 0,002}``, which YAML takes for two entries."""
        frame = self.stack[-1]
        if frame.key is None or not frame.key.isdigit() or not frame.node.value:
            return False
        name, before = list(frame.node.value.items())[-1]
        if type(before.value) is not int:
            return False
        meant, frame.key, frame.key_at, frame.twice_since = f"{before.value}.{frame.key}", None, None, None
        self.note(before.at, f"a decimal comma came, a point is wanted: write {meant}", name)
        before.value = float(meant) if len(meant) <= LONGEST_NUMBER else 0.0
        return True

    def _label_hint(self, key: str) -> str:
        """Where a name all in another script belongs: in the label of a party, issue or track."""
        above, letters = self.path(), [character for character in key if character.isalpha()]
        is_latin = any(unicodedata.name(letter, "").startswith("LATIN ") for letter in letters)
        is_name = len(above) == 1 and above[0] in LABELLED and letters and not is_latin
        return "; write the name in Latin letters, and this one as its `label:`" if is_name else ""

    def _add(self, value: Any, mark: Mark) -> Node:
        self.n_nodes += 1
        if self.n_nodes > MOST_NODES:
            self.stop(mark, f"more than {MOST_NODES} values came, which is the most allowed")
        key_at = self.stack[-1].key_at if self.stack else None
        node = Node(value, mark, key_at or mark)
        if self.stack and self.stack[-1].twice_since is not None:
            self.note(key_at or mark, f"the key comes twice, first in line {self.stack[-1].twice_since}")
            self.stack[-1].twice_since = None
        if self.stack and len(self.stack[-1].node.value) >= MOST_ENTRIES:
            self.stop(key_at or mark, f"more than {MOST_ENTRIES} entries came in one place, which is the most allowed")
        if not self.stack:
            self.root = node
        elif isinstance(self.stack[-1].node.value, list):
            self.stack[-1].node.value.append(node)
        else:
            self.stack[-1].node.value[self.stack[-1].key] = node
        return node

    def _done(self) -> None:
        """The value just read is complete: its mapping waits for the next key."""
        if self.stack and isinstance(self.stack[-1].node.value, dict):
            self.stack[-1].key = self.stack[-1].key_at = None

    def _resolved(self, text: str, mark: Mark) -> Any:
        if text in NULLS:
            return None
        if text in TRUTHS:
            return TRUTHS[text]
        if text[0] in "+-.0123456789":
            if len(text) > LONGEST_NUMBER and (DECIMAL.fullmatch(text) or INTEGER.fullmatch(text)):
                self.note(mark, f"a number of {len(text)} characters came, {LONGEST_NUMBER} are allowed")
                return None
            if INTEGER.fullmatch(text):
                return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
            if DECIMAL.fullmatch(text):
                return self._finite(text, mark)
            if NOT_FINITE.fullmatch(text):
                self.note(mark, f"{text} came, a finite number is wanted")
                return None
            if CALENDAR_DAY.fullmatch(text):
                return self._day(text, mark)
        return self._text(text, mark)

    def _finite(self, text: str, mark: Mark) -> float | None:
        number = float(text)
        if number in (float("inf"), float("-inf")):
            self.note(mark, f"{text} came, which is too large for a number")
            return None
        return number

    def _day(self, text: str, mark: Mark) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.note(mark, f"{text} came, there is no such day")
            return None

    def _text(self, text: str, mark: Mark) -> str:
        if not self.stack or self.stack[-1].key not in PATHS:
            text = unicodedata.normalize("NFC", text)  # names stand in values as well
        for character in text:
            if not character.isprintable() and character != "\n" and character != "\t" and is_hidden(character):
                self.note(mark, f"the hidden character U+{ord(character):04X} came, visible text is wanted")
                return "hidden"
        return text


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


def read_text(text: str, place: Callable[[int, int], Mark]) -> Node:
    """The one document in ``text``. ``place`` turns line and column (from 1) into a Mark."""
    tree, noted = _parsed(text, place)
    if noted:
        raise fail(noted)
    return tree


def _parsed(text: str, place: Callable[[int, int], Mark]) -> tuple[Node, list[tuple[Mark, Problem]]]:
    reader = _Reader(place)
    try:
        for event in _events(text):
            reader.take(event)
    except ScenarioError:
        raise
    except Exception as reason:  # the scanner also leaks ValueError, IndexError, ... on broken text
        line, column, words = diagnosis(text, reason)
        raise fail([*reader.problems, (place(line + 1, column + 1), Problem((), f"not YAML: {words}"))]) from None
    if reader.root is None:
        raise fail([(place(1, 1), Problem((), "nothing came, a mapping (keys and values) is wanted"))])
    return reader.root, reader.problems
