"""An issue whose status quo moves with the front, and what it adds to a package today.

Its curve is x(l) = clip(x0, x(l; x0 = ideal A), x(l; x0 = ideal B)), because a status quo between the
ideals only adds a kink at itself. Both branches are tabulated; today's line is put in when asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.inputs import at
from sim.theory.bargaining import Terms, gain_of
from sim.theory.utility import Array, Column

Rows = NDArray[np.int64]


class Moving(NamedTuple):
    """Tables of an issue whose status quo moves: both branches of its curve, by row and mix."""

    issue: str
    terms: Terms
    toward_b: Array
    toward_a: Array
    is_blocked: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[Moving]) -> Moving:
        """Tables of consecutive rows as one."""

        def column(entries: Sequence[Column]) -> Column:
            return np.concatenate(entries) if np.ndim(entries[0]) else entries[0]

        return cls(
            parts[0].issue,
            Terms(*(column(entries) for entries in zip(*(part.terms for part in parts), strict=True))),
            *(np.concatenate([part[field] for part in parts]) for field in (2, 3, 4)),
        )

    def position(self, line: Array, toward_b: Array, toward_a: Array, rows: Rows) -> Array:
        """x(l; x0) at today's line from both branches of the curve, shape (rows, mixes), within what is allowed."""
        free = np.minimum(np.maximum(line, toward_b), toward_a)
        allowed = np.minimum(np.maximum(free, at(self.terms.low, rows)), at(self.terms.high, rows))
        return np.where(self.is_blocked[rows], line, allowed) if self.is_blocked.any() else allowed


class Lane:
    """An issue whose status quo moves, as some trials see it today."""

    def __init__(self, moving: Moving, rows: Rows, line: Array) -> None:
        entries = (at(np.asarray(entry)[:, 0], rows) if np.ndim(entry) else entry for entry in moving.terms)
        self._terms = Terms(*entries)._replace(status_quo=line)
        self._line = line
        self._first_cell = rows * moving.toward_b.shape[1]
        self._toward_a, self._toward_b = moving.toward_a.ravel(), moving.toward_b.ravel()
        self._is_blocked = moving.is_blocked[rows, 0] if moving.is_blocked.any() else None

    def gain(self, side: int, mix_step: Rows) -> Array:
        """Gain of a side at each trial's grid step."""
        cell = self._first_cell + mix_step
        position = np.minimum(np.maximum(self._line, self._toward_b.take(cell)), self._toward_a.take(cell))
        position = np.minimum(np.maximum(position, self._terms.low), self._terms.high)
        if self._is_blocked is not None:
            position = np.where(self._is_blocked, self._line, position)
        return gain_of(side, position, self._terms)
