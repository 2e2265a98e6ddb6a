"""Quantiles of more values than memory holds, to the last digit.

The bits of 32-bit numbers that are not negative, read as whole numbers, are in the order of the numbers. So values are
counted by their upper 16 bits, which says in which of 65,536 ranges every wanted one lies, and those of these ranges
by their lower 16: two passes, and never more than counts in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Passes = Callable[[], Iterator[Mapping[str, Values]]]
"""Gives the values by name, block by block, as often as it is called."""
CELLS = 65_536


def quantiles(
    passes: Passes, levels: Mapping[str, float], method: Literal["linear", "inverted_cdf"] = "linear"
) -> dict[str, dict[str, float]]:
    """Return by name and level what ``numpy.quantile`` gives of all values (at least 0); names without one miss."""
    coarse: dict[str, NDArray[np.int64]] = {}
    for values in passes():
        for name, column in values.items():
            found = np.bincount(_bits(column) >> 16, minlength=CELLS)
            coarse[name] = coarse[name] + found if name in coarse else found
    coarse = {name: counts for name, counts in coarse.items() if counts.any()}
    places = {name: _places(int(counts.sum()), levels, method) for name, counts in coarse.items()}
    ranks = {name: np.unique(np.concatenate([ends for ends, _ in found])) for name, found in places.items()}
    known = _values(passes, coarse, ranks) if ranks else {}
    return {
        name: {
            level: _between(known[name][int(ends[0])], known[name][int(ends[1])], share)
            for level, (ends, share) in zip(levels, found, strict=True)
        }
        for name, found in places.items()
    }


def _bits(column: Values) -> NDArray[np.uint32]:
    return (column.astype(np.float32) + np.float32(0)).view(np.uint32)  # minus nothing becomes nothing


def _places(n: int, levels: Mapping[str, float], method: str) -> list[tuple[NDArray[np.int64], float]]:
    """Return for each level the two ranks that its quantile lies between, and how far on the way."""
    found = []
    for level in levels.values():
        place = (n - 1) * level if method == "linear" else max(0.0, float(np.ceil(n * level - 1)))
        below = int(place)
        found.append((np.array([below, min(below + 1, n - 1)]), place - below))
    return found


def _values(
    passes: Passes, coarse: Mapping[str, NDArray[np.int64]], ranks: Mapping[str, NDArray[np.int64]]
) -> dict[str, dict[int, float]]:
    """Return by name the values of these ranks, 0 for the least."""
    cells = {name: np.searchsorted(np.cumsum(coarse[name]), some, side="right") for name, some in ranks.items()}
    fine = {(name, cell): np.zeros(CELLS, np.int32) for name, some in cells.items() for cell in some.tolist()}
    for values in passes():
        for (name, cell), counts in fine.items():
            bits = _bits(values[name])
            counts += np.bincount(bits[bits >> 16 == cell] & (CELLS - 1), minlength=CELLS)
    found: dict[str, dict[int, float]] = {}
    for name, some in ranks.items():
        before = np.cumsum(coarse[name]) - coarse[name]
        found[name] = {}
        for rank, cell in zip(some.tolist(), cells[name].tolist(), strict=True):
            lower = int(np.searchsorted(np.cumsum(fine[name, cell]), rank - before[cell], side="right"))
            found[name][rank] = float(np.array([cell << 16 | lower], dtype=np.uint32).view(np.float32)[0])
    return found


def _between(low: float, high: float, share: float) -> float:
    """Interpolate as numpy does."""
    return float(np.quantile([low, high], share)) if share else low
