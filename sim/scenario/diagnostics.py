"""Error messages about a scenario: one line for each mistake, with its place and key path.

A line reads ``file:line:column: error: key.path: expected ..., got ...``. Whatever is quoted from a
file is cut at 80 characters and escaped, so that a file can never write to a terminal.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sim.errors import ScenarioError

KeyPath = tuple[str | int, ...]

MOST_SHOWN = 20
LONGEST_QUOTE = 80


class Mark(NamedTuple):
    """A place: file with line and column from 1, or (line 0) an argument such as ``--set a.b=1``."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = escaped(self.file, 300)
        return f"{place}:{self.line}:{self.column}" if self.line else place


class Problem(NamedTuple):
    """One mistake. ``at_key`` points at the key rather than at its value."""

    path: KeyPath
    message: str
    at_key: bool = False


def dotted(path: Iterable[str | int]) -> str:
    """Join a key path with dots."""
    return ".".join(str(part) for part in path)


def escaped(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Return ``text`` on one line without control, bidi or other invisible characters, cut to ``longest``."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode("ascii") for c in cut
    )


def literal(text: str) -> str:
    """Return ``text`` with every invisible character but line breaks escaped, so that a terminal acts on none."""
    if text.replace("\n", "").isprintable():
        return text
    return "\n".join(escaped(line, len(line)) for line in text.split("\n"))


def described(value: Any) -> str:
    """Describe a value in the words of YAML: ``the number 3``, ``a list``."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a true/false"
        case int() | float():
            return f"the number {value!r}"
        case str():
            return f"the text '{escaped(value)}'"
        case date():
            return f"the date {value}"
        case dict():
            return "a mapping (keys and values)"
        case list() | tuple():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def nearest(name: str, options: Iterable[str]) -> str | None:
    """Return the option most like ``name``, or None when none is near."""
    names = list(options)
    folded = {fold(option): option for option in names}
    for whole_or_word in (name, *name[:LONGEST_QUOTE].split()):
        if fold(whole_or_word) in folded:
            return folded[fold(whole_or_word)]
    close = difflib.get_close_matches(name[:LONGEST_QUOTE], names, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(name: str, options: Sequence[str]) -> str:
    """Write ``, did you mean `x`?`` or, where no option is near, which are allowed."""
    if close := nearest(name, options):
        return f", did you mean `{escaped(close)}`?"
    if not options:
        return "; none is allowed here"
    shown = options if len(options) <= 16 else options[:4]
    names = ", ".join(escaped(option, 40) for option in shown)
    return f"; allowed: {names}" + (", ..." if len(shown) < len(options) else "")


DROPPED = {
    "war.tau": "expected no such key, got one of an earlier model: the premium for risk that it "
    "set has been dropped, so take it out",
}
"""Keys that earlier models had, and what to say of them."""


def unknown(kind: str, name: str, options: Sequence[str]) -> str:
    """Write that ``name`` is no ``kind``, with the nearest option or those that are allowed."""
    if name in DROPPED:
        return DROPPED[name]
    return f"unknown {kind} `{escaped(name)}`{did_you_mean(name, options)}"


def fold(name: str) -> str:
    """Return ``name`` without case, accents and look-alike forms: two names with one fold are too alike."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return plain.casefold().replace("ı", "i")


def as_error(problems: Sequence[tuple[Mark, Problem]]) -> ScenarioError:
    """Return one error with every problem (the first twenty), in the order of the files."""
    lines: list[str] = []
    for mark, problem in problems:
        key = f"{escaped(dotted(problem.path), 200)}: " if problem.path else ""
        line = f"{mark}: error: {key}{problem.message}"
        if line not in lines:
            lines.append(line)
    if len(lines) > MOST_SHOWN:
        lines = [*lines[:MOST_SHOWN], f"... and {len(lines) - MOST_SHOWN} more"]
    error = ScenarioError("\n".join(lines))
    error.places = tuple(problems)
    return error


def error_at(mark: Mark, message: str, path: KeyPath = ()) -> ScenarioError:
    """Return an error with one problem."""
    return as_error([(mark, Problem(path, message))])


def joined_error(mistakes: Sequence[tuple[Mark, Problem]], error: ScenarioError) -> ScenarioError:
    """Return one error from mistakes collected while reading and an error found later, without repeated places."""
    if not error.places:
        return ScenarioError(f"{as_error(mistakes)}\n{error}")
    marks = {mark for mark, _ in mistakes}
    later = [place for place in error.places if place[0] not in marks]
    return as_error(sorted([*mistakes, *later], key=lambda place: place[0]))
