"""Weighted quantiles of more values than memory holds, to the last digit.

The bits of 32-bit numbers that are not negative, read as whole numbers, are in the order of the numbers. So values are
counted by their upper 16 bits, which says in which of 65,536 ranges every wanted one lies, and those of these ranges
by their lower 16: two passes, and never more than counts in memory. Values are weighted by class, so that only counts
are added over blocks and the result does not depend on how they are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.statistics.estimates import Floats

Weighed = Mapping[str, tuple[NDArray[np.float32], NDArray[np.int8]]]
"""Values by name, and the class of each."""
Passes = Callable[[], Iterator[Weighed]]
"""Gives the values by name, block by block, as often as it is called."""
CELLS = 65_536
ROUNDING = 1e-12
"""Relative; a sum of weights that should be the wanted share may fall short of it by so much."""
LEAST = float(np.finfo(np.float64).tiny)
"""A weight to reach that is above nothing, so that the least value is one with a weight."""


def quantiles(
    passes: Passes, levels: Mapping[str, float], weights: Floats | Sequence[float]
) -> dict[str, dict[str, float]]:
    """Return weighted quantiles of all values (at least 0) by name and level; names without a value are missing.

    Parameters
    ----------
    passes
        Gives the values and their classes.
    levels
        Shares of the weight, by name.
    weights
        Weight of a value by its class.

    Returns
    -------
    dict
        The least value at which the cumulated weight reaches each level: ``numpy.quantile`` with method
        ``inverted_cdf``.
    """
    weight = np.asarray(weights, dtype=np.float64)
    coarse = _coarse_counts(passes, len(weight))
    sums = {name: np.cumsum(weight @ counts) for name, counts in coarse.items()}
    wanted = {
        name: {level: max(share * of[-1] * (1 - ROUNDING), LEAST) for level, share in levels.items()}
        for name, of in sums.items()
        if of[-1] > 0
    }
    cells = {
        name: {level: int(np.searchsorted(sums[name], target)) for level, target in targets.items()}
        for name, targets in wanted.items()
    }
    found: dict[str, dict[str, float]] = {name: {} for name in cells}
    fine = _fine_counts(passes, len(weight), {(name, at) for name, of in cells.items() for at in of.values()})
    for name, of in cells.items():
        for level, cell in of.items():
            before = sums[name][cell - 1] if cell else 0.0
            within = before + np.cumsum(weight @ fine[name, cell])
            lower = min(int(np.searchsorted(within, wanted[name][level])), CELLS - 1)
            found[name][level] = float(np.array([cell << 16 | lower], dtype=np.uint32).view(np.float32)[0])
    return found


def _bits(column: NDArray[np.float32]) -> NDArray[np.uint32]:
    return (column.astype(np.float32) + np.float32(0)).view(np.uint32)  # minus nothing becomes nothing


def _coarse_counts(passes: Passes, n: int) -> dict[str, NDArray[np.int64]]:
    """Return counts of the upper bits by name, shape (classes, cells)."""
    found: dict[str, NDArray[np.int64]] = {}
    for values in passes():
        for name, (column, of) in values.items():
            counts = _table(of, _bits(column) >> 16, n)
            found[name] = found[name] + counts if name in found else counts
    return found


def _fine_counts(passes: Passes, n: int, cells: set[tuple[str, int]]) -> dict[tuple[str, int], NDArray[np.int64]]:
    """Return counts of the lower bits of the values in some cells, each of shape (classes, cells)."""
    found = {key: np.zeros((n, CELLS), np.int64) for key in cells}
    for values in passes() if cells else ():
        for (name, cell), counts in found.items():
            column, of = values[name]
            bits = _bits(column)
            is_there = bits >> 16 == cell
            counts += _table(of[is_there], bits[is_there] & (CELLS - 1), n)
    return found


def _table(of: NDArray[np.int8], cells: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    return np.bincount(of.astype(np.int64) * CELLS + cells, minlength=n * CELLS).reshape(n, CELLS)
