"""What every study's result offers, so that the command line, the cache of studies and the pages treat all alike.

``sim.evidence``, which must not import this package, follows the protocol by its structure; ``Question`` is in
``sim.results`` for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from sim.results.formatting import plain
from sim.results.question import Question as Question

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class Study(Protocol):
    """A question to the model and its answer, in words, as a table and as JSON; a frozen dataclass of plain values."""

    @property
    def question(self) -> Question:
        """Return what was asked."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the answer in sentences, the most important first."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers: method, precision, limits."""

    def table(self) -> pd.DataFrame:
        """Return the answer as a tidy table: one row per thing measured, plain columns."""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON: the object that ``--json`` prints."""


class OneSentence:
    """Mix-in of studies whose answer is one sentence."""

    @property
    def sentence(self) -> str:
        """Return the answer in a sentence."""
        raise NotImplementedError

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return that sentence alone."""
        return (self.sentence,)


def rows_of(found: Iterable[Any], is_known: bool = True, name: str = "input") -> list[dict[str, Any]]:
    """Return dataclasses with a ``name`` as rows of plain values; None in all other cells where nothing is known."""
    rows = [plain(asdict(one)) for one in found]
    rows = [{name: row.pop("name"), **row} for row in rows]
    return rows if is_known else [{**dict.fromkeys(row), name: row[name]} for row in rows]


def frame(rows: Iterable[Any], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return rows (dicts or tuples) as a table; pandas is loaded when the first is wanted."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=None if columns is None else list(columns))
