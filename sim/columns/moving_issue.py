"""An issue whose status quo moves with the front, and what it adds to a package today.

Its curve is x(l) = clip(x0, x(l; x0 = ideal A), x(l; x0 = ideal B)), because a status quo between the
ideals only adds a kink at itself. Both branches are tabulated; today's line is put in when asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns.inputs import at
from sim.columns.rising import PADDED, Rising
from sim.theory.contract_curve import Terms, value_of
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

    def values(self, line: Array, rows: Rows, every: int = 1) -> tuple[Array, Array]:
        """Both sides' gains on all mixes, or on every so many, shape (rows, mixes), at today's line in each row."""
        line = line[:, None]
        terms = Terms(*(at(entry, rows) for entry in self.terms))._replace(status_quo=line)
        position = self.position(line, self.toward_b[rows, ::every], self.toward_a[rows, ::every], rows)
        return value_of(position, terms)


class MovingTables:
    """A moving issue as ``GainTables`` looks it up: rows of side A, then those of side B from its own end."""

    def __init__(self, moving: Moving) -> None:
        self.n_rows, n_mixes = moving.toward_b.shape
        tables = []
        for branch, unbounded in ((moving.toward_b, -np.inf), (moving.toward_a, np.inf)):
            # What is allowed bounds both branches, so that clip(line, toward B, toward A) is allowed too.
            branch = np.minimum(np.maximum(branch, moving.terms.low), moving.terms.high)
            branch = np.where(moving.is_blocked, unbounded, branch)
            table = np.zeros((2, self.n_rows, PADDED))
            table[0, :, :n_mixes] = branch
            table[1, :, :n_mixes] = branch[:, ::-1]
            tables.append(Rising.of(table.reshape(-1, PADDED)))
        self.toward_b, self.toward_a = tables
        terms = moving.terms
        self.ideal = self._by_side(terms.ideal_a, terms.ideal_b)
        self.trust = self._by_side(terms.trust_a, terms.trust_b)
        self.weight = self._by_side(terms.weight_a, terms.weight_b)
        self.slope = self._by_side(terms.slope_a, terms.slope_b)
        self.public = self._by_side(terms.public_a, terms.public_b)
        self.has_audience = bool((self.slope > 0).any())

    def _by_side(self, of_a: Column, of_b: Column) -> Array:
        return np.concatenate([np.broadcast_to(np.asarray(entry).ravel(), (self.n_rows,)) for entry in (of_a, of_b)])


class MovingToday:
    """A moving issue as both sides of some trials see it today; ``side_rows`` are rows, those of B after all of A."""

    def __init__(self, tables: MovingTables, side_rows: Rows, line: Array) -> None:
        self.tables, self.line = tables, line
        self.ideal, self.trust = tables.ideal.take(side_rows), tables.trust.take(side_rows)
        self.weight = tables.weight.take(side_rows)
        distance = line - self.ideal
        self.loss = distance * distance
        if tables.has_audience:
            self.slope, self.public = tables.slope.take(side_rows), tables.public.take(side_rows)
            self.end = np.where(side_rows < tables.n_rows, -1.0, 1.0)
            beyond = self.public - self.ideal
            self.public_loss = beyond * beyond

    def some(self, places: Rows) -> MovingToday:
        """The lane as some of the entries see it."""
        lane = MovingToday.__new__(MovingToday)
        lane.tables = self.tables
        for name, column in vars(self).items():
            if name != "tables":
                setattr(lane, name, column.take(places))
        return lane

    def gain(self, level: int, cell: Rows) -> Array:
        """Gain of each trial's side at a cell of a level, as ``sim.theory.contract_curve.gain_of`` has it."""
        position = np.maximum(self.line, self.tables.toward_b[level].take(cell))
        np.minimum(position, self.tables.toward_a[level].take(cell), out=position)
        loss = position - self.ideal
        loss *= loss
        change = self.loss - loss
        worth = self.trust * change
        np.minimum(worth, change, out=worth)  # ``discounted``
        if self.tables.has_audience:
            loss -= self.public_loss
            beyond = (self.public - position) * self.end > 0
            loss *= beyond
            np.maximum(loss, 0.0, out=loss)
            loss *= self.slope
            worth -= loss
        worth *= self.weight
        return worth
