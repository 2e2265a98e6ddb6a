"""The bytes and the text of a file that a user names: regular, small, UTF-8 or UTF-16, nothing hidden in it."""

from __future__ import annotations

import codecs
import os
import re
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from sim.scenario.diagnostics import Mark, error_at, escaped

LARGEST_FILE = 256 * 1024
LARGEST_TABLE = 8 * 1024 * 1024
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Refuse = Callable[[str, int, int], NoReturn]
"""Raises the error for a message at a line and a column, both from 1."""


def text_of(path: Path, shown_as: str) -> str:
    """Read the text of the scenario file at ``path``; ScenarioError if it is no visible UTF-8 or UTF-16 text."""

    def refuse(message: str, line: int, column: int) -> NoReturn:
        raise error_at(Mark(shown_as, line, column), message)

    text = text_from(bytes_of(path, shown_as), refuse)
    refuse_hidden(text, lambda line, column: Mark(shown_as, line, column))
    return text


def bytes_of(path: Path, shown_as: str, most: int = LARGEST_FILE) -> bytes:
    """Read at most ``most`` bytes of a regular file, or raise ScenarioError; never wait on a pipe or a device."""
    mark = Mark(shown_as)
    try:
        kind = os.stat(path).st_mode
        if not stat.S_ISREG(kind):
            name = "a directory" if stat.S_ISDIR(kind) else "a pipe, device or socket"
            raise error_at(mark, f"expected a regular file, got {name}")
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise error_at(mark, "expected a regular file, got another")
            data = stream.read(most + 1)
    except (OSError, ValueError) as reason:
        words = getattr(reason, "strerror", None) or str(reason)
        raise error_at(mark, f"cannot be read: {escaped(words)}") from None
    if len(data) > most:
        size = f"{most // 1024**2} MiB" if most >= 1024**2 else f"{most // 1024} KiB"
        raise error_at(mark, f"expected at most {size}, got a larger file")
    return data


def text_from(data: bytes, refuse: Refuse, advice: str = "") -> str:
    """Decode UTF-8, with or without a byte order mark, or UTF-16 with one; ``advice`` ends a refusal."""
    data = data.removeprefix(codecs.BOM_UTF8)

    def refuse_at(message: str, offset: int) -> NoReturn:
        before = data[:offset]
        refuse(message + advice, before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1)

    if data.startswith(UTF_16):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            refuse_at("expected UTF-16 text after its mark, got other bytes", 0)
        if (zero := text.find("\0")) >= 0:
            refuse_at("expected text, got a zero byte: a binary file", 2 + 2 * zero)
        return text
    if (zero := data.find(b"\0")) >= 0:
        refuse_at("expected UTF-8 text, got a zero byte: a binary or UTF-16 file", zero)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as reason:
        byte = data[reason.start : reason.start + 1]
        windows = byte.decode("cp1252", "replace")
        likely = f" (in Windows-1252 '{windows}')" if windows.isprintable() and windows != "\ufffd" else ""
        refuse_at(f"expected UTF-8 text, got byte 0x{byte.hex()}{likely}", reason.start)


def is_hidden(character: str) -> bool:
    """Return whether a character is control, bidi, invisible, separator or unassigned."""
    return (
        character in BIDI
        or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        or character == "\ufeff"
    )


def refuse_hidden(text: str, place: Callable[[int, int], Mark]) -> None:
    """Raise ScenarioError at the first hidden character of ``text``."""
    if text.isascii() and text.isprintable():
        return
    for number, line in enumerate(re.split("\r\n|\n|\r", text), 1):
        if line.isascii() and line.isprintable():
            continue
        for column, character in enumerate(line, 1):
            if character != "\t" and is_hidden(character):
                message = f"expected visible text, got the hidden character U+{ord(character):04X}"
                raise error_at(place(number, column), message)
