"""How far the coders of the record's rows agree, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from sim.evidence.calibration.episodes import SCALES, Episode
from sim.evidence.intercoder.agreement import krippendorff_alpha, weighted_kappa

POOR = 0.4
"""Alpha below which a column is named: what it says hangs on who coded it."""


@dataclass(frozen=True)
class ColumnAgreement:
    """Agreement on one column: Krippendorff's alpha (ordinal), and the mean weighted kappa of pairs of coders."""

    column: str
    alpha: float
    kappa: float


@dataclass(frozen=True)
class RowAgreement:
    """Agreement of several coders on the rows that all of them coded; ``columns`` is empty with one coder."""

    coders: int
    rows: int
    columns: tuple[ColumnAgreement, ...]

    @property
    def poor(self) -> tuple[str, ...]:
        """Return the columns on which they agree poorly."""
        return tuple(one.column for one in self.columns if one.alpha < POOR)

    @property
    def sentence(self) -> str:
        """Return how far they agree, in a sentence; empty with one coder."""
        if not self.columns:
            return ""
        least, most = (end(self.columns, key=lambda one: one.alpha) for end in (min, max))
        named = f"below {POOR:g}: {', '.join(self.poor)}" if self.poor else f"none below {POOR:g}"
        return (
            f"{self.coders} coders, {self.rows} rows: Krippendorff's alpha from {least.alpha:.2f} ({least.column}) to "
            f"{most.alpha:.2f} ({most.column}), {named}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "poor": list(self.poor), "sentence": self.sentence}


def row_agreement(episodes: Sequence[Episode]) -> RowAgreement:
    """Compare the coders of rows, on the rows that all of them coded."""
    coders = sorted({coder for episode in episodes for coder in episode.by_coder})
    rows = [episode.by_coder for episode in episodes if len(episode.by_coder) == len(coders)]
    if len(coders) < 2 or not rows:
        return RowAgreement(len(coders), len(rows), ())
    return RowAgreement(len(coders), len(rows), tuple(_column(name, coders, rows) for name in SCALES))


def _column(name: str, coders: Sequence[str], rows: Sequence[dict[str, Episode]]) -> ColumnAgreement:
    codes = np.array([[int(getattr(row[coder], name)) for row in rows] for coder in coders])
    known = list(range(int(codes.min()), int(codes.max()) + 1))
    kappas = [
        weighted_kappa(codes[one], codes[other], categories=known) for one, other in combinations(range(len(coders)), 2)
    ]
    return ColumnAgreement(name, krippendorff_alpha(codes, "ordinal"), float(np.mean(kappas)))
