"""The model's word inside pages written by hand, written anew by ``refreshed`` and known to be stale without a run.

In such a page a comment names what to run, and what stands between it and the closing comment is generated:

    <!-- model: teaching/minimal trials=20000 seed=1 row=9,17,30,41 change=war.momentum=0.1 -->
    <!-- end of model -->

``row`` is optional: odds of the coded row of the same episode by the leave-one-war-out record, in per cent by horizon.
``change`` is optional: one number to disagree with, run beside the scenario. The digest is put in by ``refreshed``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docs.generate.catalogue_pages import TRIALS, odds_rows, said, scenario_digest, victory
from sim.errors import ParleyError
from sim.execution.run import run
from sim.scenario.diagnostics import escaped
from sim.scenario.reading.load import load
from sim.storage.provenance import digest_of

END = "<!-- end of model -->"
BLOCK = re.compile(r"^<!-- model: (?P<words>[^\n]*?) -->\n(?P<body>.*?)^" + re.escape(END) + "$", re.M | re.S)
KEYS = ("trials", "seed", "row", "change", "digest")


@dataclass(frozen=True)
class Wanted:
    """Hold what the opening comment of a block asks for.

    ``row`` in per cent by horizon, ``change`` as ``path=value``.
    """

    name: str
    trials: int
    seed: int
    row: tuple[int, ...]
    change: tuple[str, str] | None
    digest: str

    @classmethod
    def of(cls, text: str) -> Wanted:
        """Read ``name key=value ...``. Raises ParleyError for what it does not know."""
        if not text.split():
            raise ParleyError("model: nothing came, a scenario's name is wanted")
        name, *rest = text.split()
        given = dict(item.partition("=")[::2] for item in rest)
        if unknown := [key for key in given if key not in KEYS]:
            raise ParleyError(f"model: {escaped(unknown[0])} came, {', '.join(KEYS)} are allowed")
        try:
            row = tuple(int(part) for part in given.get("row", "").split(",") if part)
            trials, seed = int(given.get("trials", TRIALS)), int(given.get("seed", 1))
        except ValueError as reason:
            raise ParleyError(f"model: {escaped(text, 200)}: whole numbers are wanted ({reason})") from None
        path, _, value = given.get("change", "").partition("=")
        return cls(name, trials, seed, row, (path, value) if path else None, given.get("digest", ""))

    @property
    def overrides(self) -> list[tuple[str, str]]:
        """Return the change as key path and value."""
        return [self.change] if self.change else []

    def digest_now(self) -> str:
        """Return the digest of the scenario as it is now, and of the changed one."""
        return digest_of([scenario_digest(load(self.name)), scenario_digest(load(self.name, self.overrides))])[:16]


def blocks(text: str) -> Iterator[tuple[Wanted, str]]:
    """Yield every block of a page: what it asks for and what stands in it."""
    for found in BLOCK.finditer(text):
        yield Wanted.of(found["words"]), found["body"]


def stale_blocks(text: str) -> list[str]:
    """Return the blocks whose scenario has changed since they were written, by name; without a run."""
    return [wanted.name for wanted, _ in blocks(text) if wanted.digest != wanted.digest_now()]


def refreshed(text: str) -> str:
    """Return the page with every block written anew, its digest included."""

    def anew(found: re.Match[str]) -> str:
        wanted = Wanted.of(found["words"])
        kept = [item for item in found["words"].split() if not item.startswith("digest=")]
        return f"<!-- model: {' '.join(kept)} digest={wanted.digest_now()} -->\n{block(wanted)}{END}"

    return BLOCK.sub(anew, text)


def block(wanted: Wanted) -> str:
    """Return what stands between the comments: command, odds, the coded row, why; then the one change and its odds."""
    base = run(load(wanted.name), trials=wanted.trials, seed=wanted.seed, name=wanted.name)
    command = f"parley run {wanted.name} --trials {wanted.trials} --seed {wanted.seed}"
    parts = [f"```\n{command}\n```", "\n".join([*odds_rows(base), *_coded_row(wanted)]), *said(base)]
    if wanted.change:
        path, value = wanted.change
        other = run(load(wanted.name, wanted.overrides), trials=wanted.trials, seed=wanted.seed, name=wanted.name)
        parts += [
            f"The same with one number changed, `{path}` {value}:",
            f"```\n{command} --set {path}={value}\n```",
            "\n".join(odds_rows(other)),
            victory(other),
        ]
    return "\n" + "\n\n".join(parts) + "\n\n"


def _coded_row(wanted: Wanted) -> list[str]:
    cells = " | ".join(str(number) for number in wanted.row)
    return [f"| coded row alone, in the record | {cells} |  |"] if wanted.row else []
