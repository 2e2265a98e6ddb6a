"""The YAML parser's errors in words for a reader who does not know its grammar."""

from __future__ import annotations

import re

from sim.scenario.diagnostics import escaped

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


def yaml_words(reason: str) -> str:
    """Return the parser's reason in plain words; as it is where there are none."""
    for pattern, words in WORDS:
        if match := re.fullmatch(pattern, reason):
            return match.expand(words)
    return escaped(reason)
