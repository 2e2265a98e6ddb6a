"""Tables of rising values that are searched by halving, laid out so that a search touches little memory.

A big block's tables do not fit in the processor's cache, and a search that jumps about in a row waits for memory at
each jump. So every eighth entry of a row stands in a table of its own, eight times as small, and its last one again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.theory.bargaining import GRID_STEPS
from sim.theory.utility import Array

PADDED = 128
"""Rows are padded to a power of two, so that they are searched in seven steps without branches."""
EIGHTHS = PADDED // 8


class Rising(NamedTuple):
    """One table as three flat ones: entry 100 of each row; entries 7, 15, ... 127; all 128."""

    last: Array
    eighths: Array
    all: Array

    @classmethod
    def of(cls, table: Array) -> Rising:
        """From shape (rows, 128), which is not copied."""
        return cls(table[:, GRID_STEPS].copy(), np.ascontiguousarray(table[:, 7::8]).ravel(), table.reshape(-1))

    def rows(self, first: int, beyond: int) -> Rising:
        """Consecutive rows."""
        return Rising(
            self.last[first:beyond],
            self.eighths[first * EIGHTHS : beyond * EIGHTHS],
            self.all[first * PADDED : beyond * PADDED],
        )


LAST, EIGHTH, ALL = 0, 1, 2
"""The three tables by number."""
