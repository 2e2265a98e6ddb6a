"""Where what is on a track gives a side what it needs: gains by mix, and the reservation points of both sides.

A week looks at every track and both sides at once: all of them are rows of one table, in which gains rise. So a week
costs two searches - one for tracks whose gains were all tabulated, one for each with an issue that moves with the
front - however many tracks and sides there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.moving_issue import Moving, MovingTables, MovingToday
from sim.theory.bargaining import GRID_STEPS
from sim.theory.utility import Array

Rows = NDArray[np.int64]
PADDED = 128
"""Tables are padded to a power of two with infinity, for a seven-step search without branches."""
STRIDES = (64, 32, 16, 8, 4, 2, 1)


class Ask(NamedTuple):
    """Both sides' needs on a track, with the table rows of the trials that ask and their lines of moving issues."""

    track: int
    needed: tuple[Array, Array]
    rows: Rows
    status_quo: list[Array]


class GainTables:
    """Gains of both sides on every track, by row and mix; side B's from its own end, so that all rise."""

    def __init__(self, n_tracks: int, n_rows: int) -> None:
        self.n_rows = n_rows
        self._table = np.empty((n_tracks, 2, n_rows, PADDED))
        self._table[..., GRID_STEPS + 1 :] = np.inf
        self._flat = self._table.reshape(-1)
        self._lanes: list[list[MovingTables]] = [[] for _ in range(n_tracks)]

    def store(self, track: int, rows: Rows, gain_a: Array, gain_b: Array) -> None:
        """Gains over a track's static issues in consecutive rows, shape (rows, 101)."""
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        self._table[track, 0, part, : GRID_STEPS + 1] = gain_a
        self._table[track, 1, part, : GRID_STEPS + 1] = gain_b[:, ::-1]

    def store_moving(self, track: int, moving: Sequence[Moving]) -> None:
        """The issues of a track's scope that move."""
        self._lanes[track] = [MovingTables(entry, PADDED) for entry in moving]

    def static(self, track: int, rows: Rows) -> list[Array]:
        """Both sides' gains over the static issues on all mixes in ascending mix, shape (rows, 101)."""
        of_a, of_b = (self._table[track, side, rows, : GRID_STEPS + 1] for side in (0, 1))
        return [of_a, of_b[:, ::-1]]

    def gains(self, track: int, mix: Array, rows: Rows, status_quo: Sequence[Array]) -> tuple[Array, Array]:
        """Both sides' gains at a mix between grid points, by linear interpolation."""
        seen = _Seen(self, track, rows, status_quo)
        place = np.concatenate([mix, 1.0 - mix])
        step = np.clip((place * GRID_STEPS).astype(np.int64), 0, GRID_STEPS - 1)
        part = place * GRID_STEPS - step
        under, over = seen.at(seen.first + step), seen.at(seen.first + step + 1)
        found = under + part * (over - under)
        return found[: len(mix)], found[len(mix) :]

    def ranges(self, asks: Sequence[Ask]) -> list[tuple[Array, Array]]:
        """Reservation points (lA*, lB*) of every ask; infinite where a side has none."""
        least: list[Array] = [np.empty(0)] * len(asks)
        fixed = [number for number, ask in enumerate(asks) if not self._lanes[ask.track]]
        if fixed:
            cells = [self._first(asks[number].track, asks[number].rows) for number in fixed]
            needed = [need for number in fixed for need in asks[number].needed]
            seen = _Seen.static(self._flat, np.concatenate(cells))
            ends = np.cumsum([len(cell) for cell in cells])[:-1]
            for number, part in zip(fixed, np.split(seen.least_mix(np.concatenate(needed)), ends), strict=True):
                least[number] = part
        for number, ask in enumerate(asks):
            if self._lanes[ask.track]:
                seen = _Seen(self, ask.track, ask.rows, ask.status_quo)
                least[number] = seen.least_mix(np.concatenate(ask.needed))
        halves = [(found[: len(found) // 2], found[len(found) // 2 :]) for found in least]
        return [(of_a, 1.0 - of_b) for of_a, of_b in halves]

    def _first(self, track: int, rows: Rows) -> Rows:
        """First cells of the rows for side A, then for side B."""
        of_a = (rows + 2 * track * self.n_rows) * PADDED
        return np.concatenate([of_a, of_a + self.n_rows * PADDED])


class _Seen:
    """Gains as both sides of some trials see them today: a table with first cells, and lanes that move."""

    def __init__(self, tables: GainTables, track: int, rows: Rows, status_quo: Sequence[Array]) -> None:
        size = 2 * tables.n_rows * PADDED
        self.table = tables._flat[track * size : (track + 1) * size]
        side_rows = np.concatenate([rows, rows + tables.n_rows])
        self.first = side_rows * PADDED
        lanes = zip(tables._lanes[track], status_quo, strict=True)
        self.lanes = [MovingToday(table, side_rows, np.concatenate([line, line])) for table, line in lanes]

    @classmethod
    def static(cls, table: Array, first: Rows) -> _Seen:
        """Nothing moves; rows may be of any track."""
        seen = cls.__new__(cls)
        seen.table, seen.first, seen.lanes = table, first, []
        return seen

    def at(self, cell: Rows) -> Array:
        """Gains at one cell for each entry; those before the first or beyond the last row are of no meaning."""
        total = self.table.take(cell)
        for lane in self.lanes:
            total += lane.gain(cell)
        return total

    def least_mix(self, needed: Array) -> Array:
        """Least mix, from the other side's end, that gives a side what it needs; infinity where none does."""
        least = np.full(len(needed), np.inf)
        can = np.flatnonzero(self.at(self.first + GRID_STEPS) >= needed)
        if len(can):
            least[can] = self._some(can)._search(needed.take(can))
        return least

    def _some(self, places: Rows) -> _Seen:
        seen = _Seen.static(self.table, self.first.take(places))
        seen.lanes = [lane.some(places) for lane in self.lanes]
        return seen

    def _search(self, needed: Array) -> Array:
        """Bisection over the 101 grid points, then linear interpolation between the two that enclose the need."""
        cell = self.first.copy()
        for stride in STRIDES:
            cell += stride * (self.at(cell + (stride - 1)) < needed)
        step = cell - self.first
        under, over = self.at(np.maximum(cell - 1, 0)), self.at(cell)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = (needed - under) / (over - under)
        return np.where(step == 0, 0.0, (step - 1 + part) / GRID_STEPS)
