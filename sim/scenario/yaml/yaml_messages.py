"""What the YAML parser complains about, in words for somebody who has never read its grammar."""

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
        "text came after the end of a quoted text: put the whole text in quotes, and write a quote inside it twice",
    ),
    (
        r"expected (?:<block end>|the node content), but found '([\]}])'",
        r"a closing `\1` came without its opening bracket",
    ),
    (r"expected the node content, but found ','", "a comma came where a value is wanted"),
    (r"found character '\\t' that cannot start any token", "a tab came, indent with spaces"),
    (r"found character ['\"](.)['\"] that cannot start any token", r"put text that starts with \1 in quotes"),
    (
        r"mapping values are not allowed here",
        "a colon inside text, a line above without its colon, or a deeper indent than above: "
        "put text that holds a colon in quotes",
    ),
    (r"sequence entries are not allowed here", "a list item (`- `) came on the line of its key: begin a new line"),
    (r"could not find expected ':'", "a line above is without its colon"),
    (r"expected ',' or '([\]}])', but got '<stream end>'", r"the closing `\1` is missing"),
    (r"expected ',' or '([\]}])', but got .*", r"a comma or the closing `\1` is missing before this"),
    (r"found unexpected end of stream", "the closing quote is missing"),
    (
        r"found unknown escape character '(.)'",
        r"`\\\1` came between double quotes: use single quotes for text with a backslash",
    ),
)


def yaml_words(reason: str) -> str:
    """The parser's reason in plain words; as it is where we have none."""
    for pattern, words in WORDS:
        if match := re.fullmatch(pattern, reason):
            return match.expand(words)
    return escaped(reason)
