"""The text of a scenario file: regular, small, UTF-8, without hidden characters, or a clear error."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from sim.errors import ScenarioError
from sim.scenario.problems import Mark, Problem, escaped, fail

LARGEST_FILE = 64 * 1024
LARGEST_TABLE = 8 * 1024 * 1024
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def refuse_unfit(path: Path) -> None:
    """ScenarioError where a table (CSV) would hang or fill memory: a pipe, a device, a folder, more than 8 MiB."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return  # said in better words by whoever opens it
    shown = escaped(str(path), 300)
    if not stat.S_ISREG(found.st_mode):
        name = "a directory" if stat.S_ISDIR(found.st_mode) else "a pipe, device or socket"
        raise ScenarioError(f"{shown}: error: {name} came, a regular file is wanted")
    if found.st_size > LARGEST_TABLE:
        most = LARGEST_TABLE // 1024**2
        raise ScenarioError(f"{shown}: error: the file is larger than {most} MiB, which is the most allowed")


def text_of(path: Path, shown_as: str) -> str:
    """The text of the regular UTF-8 file at ``path``; ScenarioError says what is wrong with it."""
    return _decoded(_bytes_of(path, shown_as), shown_as)


def _bytes_of(path: Path, shown_as: str) -> bytes:
    """At most 64 KiB of a regular file; never waits on a pipe or a device."""
    mark = Mark(shown_as)
    try:
        kind = os.stat(path).st_mode
        if not stat.S_ISREG(kind):
            name = "a directory" if stat.S_ISDIR(kind) else "a pipe, device or socket"
            raise fail([(mark, Problem((), f"{name} came, a regular file is wanted"))])
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise fail([(mark, Problem((), "a regular file is wanted"))])
            data = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as reason:
        words = getattr(reason, "strerror", None) or str(reason)
        raise fail([(mark, Problem((), f"cannot be read: {escaped(words)}"))]) from None
    if len(data) > LARGEST_FILE:
        raise fail(
            [(mark, Problem((), f"the file is larger than {LARGEST_FILE // 1024} KiB, which is the most allowed"))]
        )
    return data


def _decoded(data: bytes, shown_as: str) -> str:
    def refuse(message: str, offset: int = 0) -> NoReturn:
        before = data[:offset]
        line, column = before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1
        raise fail([(Mark(shown_as, line, column), Problem((), message))])

    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        refuse("a byte order mark came, UTF-8 without one is wanted")
    if (zero := data.find(b"\0")) >= 0:
        refuse("a zero byte came: a binary or UTF-16 file, UTF-8 text is wanted", zero)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as reason:
        refuse(f"byte 0x{data[reason.start]:02x} came, which is not UTF-8", reason.start)
    refuse_hidden(text, lambda line, column: Mark(shown_as, line, column))
    return text


def is_hidden(character: str) -> bool:
    """A control, bidi, invisible, separator or unassigned character that has no business in a scenario."""
    return (
        character in BIDI
        or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        or character == "\ufeff"
    )


def refuse_hidden(text: str, place: Callable[[int, int], Mark]) -> None:
    if text.isascii() and text.isprintable():
        return
    for number, line in enumerate(re.split("\r\n|\n|\r", text), 1):
        if line.isascii() and line.isprintable():
            continue
        for column, character in enumerate(line, 1):
            if character != "\t" and is_hidden(character):
                message = f"the hidden character U+{ord(character):04X} came, visible text is wanted"
                raise fail([(place(number, column), Problem((), message))])
