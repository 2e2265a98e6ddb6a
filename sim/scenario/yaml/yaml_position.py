"""Mistakes of YAML syntax: their place and what they are, in words for a reader who does not know the grammar.

The parser stops where it cannot go on, which is often a line or more below the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sim.scenario.diagnostics import escaped

Place = tuple[int, int, str]
"""Line and column from 0, and what is wrong there."""

COMMENT = re.compile(r"(^|\s)#.*$")
COLON = re.compile(r":(\s|$)")
TIGHT_COLON = re.compile(r"(?<=[\w\"']):(?=\S)")
DOUBLE_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
OPEN_SINGLE = re.compile(r"(?:^\s*|[:,\[{-]\s*)'(?:[^']|'')*$")
NO_COLON = "this line is without its colon"
NO_SPACE = "a space is missing after the colon"
NO_QUOTE = "the closing quote is missing"


WORDS: tuple[tuple[str, str], ...] = (
    (
        r"expected <block end>, but found '(<block mapping start>|<block sequence start>|\?|-)'",
        "indented differently from its neighbours above",
    ),
    (
        r"expected <block end>, but found '<scalar>'",
        "expected the end of a quoted text, got more: put the whole text in quotes, and write a quote inside it twice",
    ),
    (
        r"expected (?:<block end>|the node content), but found '([\]}])'",
        r"expected an opening bracket first, got a closing `\1`",
    ),
    (r"expected the node content, but found ','", "expected a value, got a comma"),
    (r"found character '\\t' that cannot start any token", "expected spaces to indent with, got a tab"),
    (r"found character ['\"](.)['\"] that cannot start any token", r"put text that starts with \1 in quotes"),
    (
        r"mapping values are not allowed here",
        "a colon inside text, a line above without its colon, or a deeper indent than above: "
        "put text that holds a colon in quotes",
    ),
    (
        r"sequence entries are not allowed here",
        "expected a new line for a list item (`- `), got it on that of its key",
    ),
    (r"could not find expected ':'", "a line above is without its colon"),
    (r"expected ',' or '([\]}])', but got '<stream end>'", r"the closing `\1` is missing"),
    (r"expected ',' or '([\]}])', but got .*", r"a comma or the closing `\1` is missing before this"),
    (r"found unexpected end of stream", "the closing quote is missing"),
    (
        r"found unknown escape character '(.)'",
        r"expected single quotes around text with a backslash, got `\\\1` in double quotes",
    ),
)


def diagnosis(text: str, reason: Exception) -> Place:
    """Return the place of the mistake behind an exception of the parser, and its description."""
    start, stop = getattr(reason, "context_mark", None), getattr(reason, "problem_mark", None)
    stop = stop or start
    problem = getattr(reason, "problem", None) or getattr(reason, "context", None) or type(reason).__name__
    if stop is None:
        return 0, 0, _in_words(str(problem))
    lines = re.split("\r\n|\n|\r", text)
    here = stop.line, stop.column, _in_words(str(problem))
    if (opened := _open_quote(lines, stop.line, stop.column)) is not None:
        return *opened, NO_QUOTE
    if problem == "could not find expected ':'" and start is not None:
        return _without_colon(lines, start.line)
    if problem == "mapping values are not allowed here":
        return _first_colon(lines, stop, here)
    if str(problem).startswith("expected ',' or '") and start is not None and start.line < stop.line:
        return _unclosed(lines, stop, here)
    return here


def _open_quote(lines: Sequence[str], last: int, column: int) -> tuple[int, int] | None:
    """Find a quote opened above line ``last`` that its own line does not close, and that a later one seems to."""
    is_closed_here = last + 1 >= len(lines) or '"' in _without_quoted(lines[last][:column])
    for number in range(last - 1, -1, -1):
        bare = COMMENT.sub("", _without_quoted(lines[number]))
        if '"' in bare and is_closed_here:
            return number, bare.rindex('"')
        if found := OPEN_SINGLE.search(bare):
            return number, found.start() + found[0].index("'")
    return None


def _without_colon(lines: Sequence[str], number: int) -> Place:
    """Return the place in a line where a key is not followed by a colon and a space."""
    bare = COMMENT.sub("", lines[number])
    if found := TIGHT_COLON.search(_without_quoted(bare)):
        return number, found.start(), NO_SPACE
    return number, len(bare) - len(bare.lstrip()), NO_COLON


def _first_colon(lines: Sequence[str], stop: Any, here: Place) -> Place:
    """Return the place of a misplaced colon: a second one in its line, or one below a line that has none."""
    above = _line_above(lines, stop.line)
    if COLON.search(lines[stop.line][: stop.column]) or above is None or COLON.search(COMMENT.sub("", lines[above])):
        return here
    return _without_colon(lines, above)


def _unclosed(lines: Sequence[str], stop: Any, here: Place) -> Place:
    """Return the place of an unclosed bracket: the end of the line above, where this one begins a new entry."""
    above = _line_above(lines, stop.line)
    if re.search(r"[:,{}\[\]](\s|$)", lines[stop.line][: stop.column]) or above is None:
        return here
    return above, len(COMMENT.sub("", lines[above]).rstrip()), here[2].replace("before this", "here")


def _without_quoted(line: str) -> str:
    """Return ``line`` with underscores for everything in double quotes."""
    return DOUBLE_QUOTED.sub(lambda found: "_" * len(found[0]), line)


def _line_above(lines: Sequence[str], number: int) -> int | None:
    """Return the nearest line above that holds more than a comment."""
    return next((one for one in range(number - 1, -1, -1) if COMMENT.sub("", lines[one]).strip()), None)


def _in_words(reason: str) -> str:
    """Return the parser's reason in plain words; as it is where there are none."""
    for pattern, words in WORDS:
        if match := re.fullmatch(pattern, reason):
            return match.expand(words)
    return escaped(reason)
