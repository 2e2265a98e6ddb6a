"""Documents that cannot drift: their scenario files are written, their Python and commands run, in a cheap form.

A YAML block whose first line is ``# name.yaml`` is written to that file. Blocks run in the order of the page, in a
folder of their own. Commands stand in blocks without a language; what follows two spaces or more is a remark.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", flags=re.S | re.M)
INLINE = re.compile(r"`(parley [^`]+)`")
NAMED = re.compile(r"# ([\w./-]+\.ya?ml)\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FEW, FEWER = "96", "64"
TAKES_TRIALS = ("run", "compare", "why", "replay", "timeline", "forecasters", "exercise", "compare-codings")
SERVE = ("dashboard",)
EXPENSIVE = ("backtest", "calibrate", "discover", "levers", "timeline", "efficiency")
"""Commands that a fast test leaves to a slow one; ``sensitivity`` too, unless it names its inputs."""


class Block(NamedTuple):
    """A fenced block: its language as written, and its text without the indentation of the fence."""

    language: str
    text: str

    @property
    def file_name(self) -> str | None:
        named = NAMED.match(self.text)
        return named[1] if named and self.language == "yaml" else None

    @property
    def commands(self) -> list[str]:
        if self.language:
            return []
        lines = (line.strip() for line in self.text.splitlines())
        return [re.split(r" {2,}", line)[0] for line in lines if line.startswith("parley ")]


def pages() -> list[Path]:
    return sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)


def blocks(page: Path) -> list[Block]:
    found = []
    for indent, language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        lines = text.splitlines(keepends=True)
        found.append(Block(language.strip(), "".join(line.removeprefix(indent) for line in lines)))
    return found


def inline_commands(page: Path) -> list[str]:
    """Commands in running text and tables that can be run as they stand: no placeholders in capitals, no dots."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found = dict.fromkeys(" ".join(command.split()) for command in INLINE.findall(text))
    return [one for one in found if not re.search(r"\b[A-Z_]{2,}\b|\.\.\.|\| |[<>\[{]", one) and len(one.split()) > 2]


def is_run(command: str) -> bool:
    """Whether a command is run at all: not where it serves pages until stopped, needs other machines, or names a file
    of the reader's own that the page does not show."""
    words = shlex.split(command)[1:]
    is_elsewhere = words[0] in SERVE or "--scheduler" in words
    return not is_elsewhere and all(Path(word).exists() for word in words if re.match(r"my_\w+\.(yaml|csv)$", word))


def is_expensive(command: str) -> bool:
    words = shlex.split(command)[1:]
    if words[0] == "sensitivity":
        return "--input" not in words
    takes_apart = {"--decompose", "--one-by-one"} & set(words)
    return words[0] in EXPENSIVE or bool(takes_apart) or (words[0] == "compare" and len(words) > 5)


def cheap(command: str) -> list[str]:
    """The words after ``parley``, with few trials. A run folder and what it is compared with need equally many."""
    words = shlex.split(command)[1:]
    if words[0] == "exercise" and "--exercise" in words:
        return words
    if words[0] == "efficiency":
        return [*(word for word in words if not word.isdecimal() and word != "--trials"), "--trials", "2048"]
    if words[0] in TAKES_TRIALS:
        return [*words, "--trials", FEW]
    if words[0] == "sensitivity":
        return [*words, "--trials", FEWER]
    if words[0] in ("backtest", "calibrate", "levers"):
        return [*words, "--trials", "2048"]
    if words[0] == "discover":
        return [*words, "--trials", "3200"]  # the fewest that it takes
    return words


def is_expensive_python(code: str) -> bool:
    """Whether a block of Python is left to the slow tests: it varies every input."""
    return any(f"{name}(" in code for name in ("tornado", "sobol", "morris", "discover", "backtest", "calibrate"))


def cheap_python(code: str) -> str:
    return code.replace("20_000", FEW)


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Targets of the links of a page within the repository, as (path, anchor)."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield path, anchor


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as GitHub and MyST write them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
