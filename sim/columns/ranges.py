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

from sim.columns.lanes import pieces
from sim.columns.moving_issue import Moving, MovingTables, MovingToday
from sim.columns.rising import ALL, EIGHTH, EIGHTHS, LAST, PADDED, Rising
from sim.theory.bargaining import GRID_STEPS
from sim.theory.utility import Array

Rows = NDArray[np.int64]


class Ask(NamedTuple):
    """Both sides' needs on a track, with the table rows of the trials that ask and their lines of moving issues."""

    track: int
    needed: tuple[Array, Array]
    rows: Rows
    status_quo: list[Array]


class GainTables:
    """Gains of both sides on every track, by row and mix; side B's from its own end, so that all rise."""

    def __init__(self, n_tracks: int, n_rows: int, fixed_issues: Sequence[str]) -> None:
        self.n_rows = n_rows
        self.place = {issue: number for number, issue in enumerate(fixed_issues)}
        """Issues of any scope that do not move, by their place in ``positions``, whose other axis is row x mix."""
        self.positions = np.empty((len(fixed_issues), n_rows * (GRID_STEPS + 1)))
        self._table = np.empty((n_tracks, 2, n_rows, PADDED))
        self._table[..., GRID_STEPS + 1 :] = np.inf
        self._rising: Rising
        self._lanes: list[list[MovingTables]] = [[] for _ in range(n_tracks)]

    def store(self, track: int, rows: Rows, gain_a: Array, gain_b: Array) -> None:
        """Gains over a track's static issues in consecutive rows, shape (rows, 101)."""
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        self._table[track, 0, part, : GRID_STEPS + 1] = gain_a
        self._table[track, 1, part, : GRID_STEPS + 1] = gain_b[:, ::-1]

    def store_position(self, issue: str, rows: Rows, position: Array) -> None:
        """Terms of an issue in consecutive rows, shape (rows, 101)."""
        first, last = int(rows[0]) * (GRID_STEPS + 1), (int(rows[-1]) + 1) * (GRID_STEPS + 1)
        self.positions[self.place[issue], first:last] = position.ravel()

    def complete(self, moving: Sequence[Sequence[Moving]]) -> None:
        """After all rows have been stored; ``moving`` are the issues of each track's scope that move."""
        self._rising = Rising.of(self._table.reshape(-1, PADDED))
        self._lanes = [[MovingTables(entry) for entry in of_track] for of_track in moving]

    def static(self, track: int, rows: Rows, every: int = 1) -> list[Array]:
        """Both sides' gains over the static issues in ascending mix, shape (rows, 101), or on every so many mixes."""
        of_a, of_b = (self._table[track, side, rows, : GRID_STEPS + 1 : every] for side in (0, 1))
        return [of_a, of_b[:, ::-1]]

    def gains(self, track: int, mix: Array, rows: Rows, status_quo: Sequence[Array]) -> tuple[Array, Array]:
        """Both sides' gains at a mix between grid points, by linear interpolation."""
        seen = self._seen(track, rows, status_quo)
        place = np.concatenate([mix, 1.0 - mix])
        step = np.clip((place * GRID_STEPS).astype(np.int64), 0, GRID_STEPS - 1)
        part = place * GRID_STEPS - step
        first = seen.rows * PADDED
        under, over = seen.at(ALL, first + step), seen.at(ALL, first + step + 1)
        found = under + part * (over - under)
        return found[: len(mix)], found[len(mix) :]

    def ranges(self, asks: Sequence[Ask]) -> list[tuple[Array, Array]]:
        """Reservation points (lA*, lB*) of every ask; infinite where a side has none."""
        least: list[Array] = [np.empty(0)] * len(asks)
        fixed = [number for number, ask in enumerate(asks) if not self._lanes[ask.track]]
        if fixed:
            rows = [self._rows(asks[number].track, asks[number].rows) for number in fixed]
            needed = [need for number in fixed for need in asks[number].needed]
            seen = _Seen(self._rising, np.concatenate(rows), [])
            found = pieces(seen.least_mix(np.concatenate(needed)), map(len, rows))
            for number, part in zip(fixed, found, strict=True):
                least[number] = part
        for number, ask in enumerate(asks):
            if self._lanes[ask.track]:
                seen = self._seen(ask.track, ask.rows, ask.status_quo)
                least[number] = seen.least_mix(np.concatenate(ask.needed))
        halves = [(found[: len(found) // 2], found[len(found) // 2 :]) for found in least]
        return [(of_a, 1.0 - of_b) for of_a, of_b in halves]

    def _rows(self, track: int, rows: Rows) -> Rows:
        """Rows of the whole table for side A, then for side B."""
        of_a = rows + 2 * track * self.n_rows
        return np.concatenate([of_a, of_a + self.n_rows])

    def _seen(self, track: int, rows: Rows, status_quo: Sequence[Array]) -> _Seen:
        """What both sides of some trials see on one track; rows count from the track's first."""
        first = 2 * track * self.n_rows
        side_rows = self._rows(0, rows)
        lanes = zip(self._lanes[track], status_quo, strict=True)
        today = [MovingToday(tables, side_rows, np.concatenate([line, line])) for tables, line in lanes]
        return _Seen(self._rising.rows(first, first + 2 * self.n_rows), side_rows, today)


class _Seen(NamedTuple):
    """Gains as sides see them today: a table, their rows in it, and the issues that move."""

    table: Rising
    rows: Rows
    moving: list[MovingToday]

    def at(self, level: int, cell: Rows) -> Array:
        """Gains at one cell of a level for each side; cells of no row hold no meaning."""
        total = self.table[level].take(cell)
        for issue in self.moving:
            total += issue.gain(level, cell)
        return total

    def least_mix(self, needed: Array) -> Array:
        """Least mix, from the other side's end, that gives a side what it needs; infinity where none does."""
        least = np.full(len(needed), np.inf)
        can = np.flatnonzero(self.at(LAST, self.rows) >= needed)
        if len(can):
            some = _Seen(self.table, self.rows.take(can), [issue.some(can) for issue in self.moving])
            least[can] = some._search(needed.take(can))
        return least

    def _search(self, needed: Array) -> Array:
        """Bisection over the 101 grid points, then linear interpolation between the two that enclose the need."""
        cell = self.rows * EIGHTHS
        for stride in (8, 4, 2, 1):
            cell += stride * (self.at(EIGHTH, cell + (stride - 1)) < needed)
        cell *= 8
        for stride in (4, 2, 1):
            cell += stride * (self.at(ALL, cell + (stride - 1)) < needed)
        step = cell - self.rows * PADDED
        under, over = self.at(ALL, np.maximum(cell - 1, 0)), self.at(ALL, cell)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = (needed - under) / (over - under)
        return np.where(step == 0, 0.0, (step - 1 + part) / GRID_STEPS)
