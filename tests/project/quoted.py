"""What the documents quote of the program's output is what it prints: blocks, and figures within sentences.

    <!-- printed by: parley why istanbul_2025/aides_only -->

before a fenced block says that its lines stand in that output, in this order; others may stand between. Figures in
sentences and tables are tied to the output by pairs, one a line:

    <!-- quoted from: parley why istanbul_2025/aides_only
    distrust of promises 35 % = distrust of promises (35 %)
    -->

What is left of `` = `` stands in the output (``...`` leaves out up to a line), what is right of it on the page, with
the same numbers; without `` = `` both are the same. Spaces, line breaks and emphasis do not count. After a change of
the numbers ``python -m tests.project.quoted`` lists what is out of date, with the nearest line of the output.
"""

import difflib
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from sim.cli.app import app
from tests.project.documents import DOCS, ROOT

BASE = "istanbul_2025/aides_only"
OF_BASE = tuple(f"parley {word} {BASE}" for word in ("run", "why"))
CHEAP = (*OF_BASE, "parley backtest --shipped")
"""Commands of which the fast tests look at what is quoted: two share one run of two seconds, one only reads."""
PAGES = (ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts))
PRINTED = re.compile(r"<!-- printed by: (.+?) -->\n+```[a-z]*\n(.*?)^```$", re.S | re.M)
QUOTED = re.compile(r"<!-- quoted from: ([^\n]+)\n(.*?)-->", re.S)
MOST_LEFT_OUT = 120
"""Characters that ``...`` may stand for within a pair."""
NUMBER = re.compile(r"[-+]?\d*\.?\d+")


class Quote(NamedTuple):
    """``printed`` must stand in the output of ``command``, in this order, and ``shown`` on the page."""

    page: Path
    command: str
    printed: tuple[str, ...]
    shown: str = ""

    @property
    def is_cheap(self) -> bool:
        return self.command in CHEAP


def quotes() -> Iterator[Quote]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for command, block in PRINTED.findall(text):
            lines = (even(line) for line in block.splitlines())
            yield Quote(page, command, tuple(line for line in lines if line.strip(". ")))
        for command, listed in QUOTED.findall(text):
            for line in filter(str.strip, listed.splitlines()):
                left, equals, right = line.partition(" = ")
                parts = tuple(even(part) for part in left.split("..."))
                yield Quote(page, command, parts, even(right if equals else left))


def even(text: str) -> str:
    """Without emphasis, with single spaces."""
    return " ".join(re.sub(r"[*`]", "", text).split())


def on_page(page: Path) -> str:
    return even(re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.S))


@cache
def output(command: str) -> str:
    """What a command prints, 100 columns wide; those about the base share one run."""
    words = shlex.split(command)[1:]
    if command in OF_BASE:
        words = [words[0], str(kept())] if words[0] == "why" else [*words, "--out", str(kept()), "--resume"]
    answer = CliRunner().invoke(app, words)
    if answer.exit_code:
        raise AssertionError(f"{command}\n{answer.output}\n{answer.exception}")
    return answer.stdout


@lru_cache(maxsize=1)
def kept() -> Path:
    """The folder of one run of the base, with the default trials and seed."""
    import sim

    folder = Path(tempfile.mkdtemp(prefix="parley-quoted-")) / "base"
    sim.run(BASE, out=folder)
    return folder


def faults(quote: Quote, printed: Callable[[str], str] = output) -> list[str]:
    """What a quote says that the output or the page does not; empty if it is right."""
    text, place, found = even(printed(quote.command)), 0, []
    for number, part in enumerate(quote.printed):
        end = place + MOST_LEFT_OUT + len(part) if quote.shown and number else len(text)
        at = text.find(part, place, end)
        if at < 0:
            near = nearest(part, printed(quote.command))
            found.append(f"not in the output of {quote.command}: {part[:200]}\n      nearest: {near}")
        else:
            place = at + len(part)
    if quote.shown:
        if quote.shown not in on_page(quote.page):
            found.append(f"not on the page: {quote.shown}")
        left = numbers(" ".join(quote.printed))
        if strange := [number for number in numbers(quote.shown) if number not in left]:
            found.append(f"{quote.shown}: {', '.join(strange)} is not in what it quotes, {' ... '.join(quote.printed)}")
    return found


def numbers(text: str) -> list[str]:
    return [number.removeprefix("+") for number in NUMBER.findall(text)]


def nearest(part: str, text: str) -> str:
    """The line of an output that is most like what was looked for."""
    lines = [even(line) for line in text.splitlines() if line.strip()]
    return next(iter(difflib.get_close_matches(part[:200], lines, n=1, cutoff=0.0)), "")


def main() -> int:
    """Print what is out of date on every page, the dear commands included."""
    n = 0
    for quote in quotes():
        for fault in faults(quote):
            n += 1
            print(f"{quote.page.relative_to(ROOT)}: {fault}")
    print(f"{n} out of date", file=sys.stderr)
    return min(n, 1)


if __name__ == "__main__":
    sys.exit(main())
