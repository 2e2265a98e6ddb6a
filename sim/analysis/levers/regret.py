"""How much one may come to regret a package: what another of no more effort would have brought, future by future.

Futures are groups of equal size: draws of the unknown halved at the median of the input that is most informative, each
half again at its own median of the next, and so on. In each group the best package is chosen on one half of the draws
and set against the package on the other half, in turn, so that chance does not pass for regret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.statistics.estimates import Floats

N_SPLITS = 4
LEAST_DRAWS = 16
"""No group is halved to fewer draws than this."""
LEAST_WEIGHT = 1e-12
"""So that a group whose trials all have no weight has odds, of 0."""
Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Regret:
    """Regret of a package, as fractions: mean, ninth decile, and worst group of futures with its name."""

    mean: float
    ninety: float
    worst: float
    where: str


def futures(columns: Mapping[str, Floats], n_draws: int, n_splits: int = N_SPLITS) -> tuple[Groups, list[str]]:
    """Group of each draw and the names of the groups, from the values of the inputs that tell most, in order."""
    groups, names = np.zeros(n_draws, dtype=np.int64), [""]
    for name, column in list(columns.items())[:n_splits]:
        if n_draws < 2 * LEAST_DRAWS * len(names):
            break
        halves, named = np.zeros(n_draws, dtype=np.int64), []
        for number, before in enumerate(names):
            inside = np.flatnonzero(groups == number)
            is_high = np.zeros(len(inside), dtype=np.int64)
            is_high[np.argsort(column[inside], kind="stable")[len(inside) // 2 :]] = 1
            halves[inside] = 2 * number + is_high
            named += [f"{before}{', ' if before else ''}{name} {word}" for word in ("low", "high")]
        groups, names = halves, named
    return groups, [name or "all futures" for name in names]


def regrets(
    odds: Floats, efforts: Floats, groups: Groups, names: list[str], weights: Floats | None = None
) -> list[Regret]:
    """Return each package's regret against all of no more effort.

    ``odds`` and ``weights`` (packages, draws), all alike without; ``groups`` (draws,).
    """
    return [
        _regret(at, odds, np.flatnonzero(efforts <= efforts[at] + 1e-9), groups, names, weights)
        for at in range(len(odds))
    ]


def most_robust(odds: Floats, efforts: Floats, groups: Groups, budget: float, weights: Floats | None = None) -> int:
    """Return the position of the package within ``budget`` whose worst regret against all within it is least."""
    rivals = np.flatnonzero(efforts <= budget + 1e-9)
    worst = by_group(odds, rivals, groups, weights).max(axis=1)
    return int(rivals[np.argmin(worst[rivals])])


def by_group(odds: Floats, rivals: NDArray[np.int64], groups: Groups, weights: Floats | None = None) -> Floats:
    """Return the regret of every package against ``rivals`` in each group, shape (packages, groups); never below 0.

    Antithetic pairs of draws stay together in one half.
    """
    weights = np.ones_like(odds) if weights is None else weights
    n_groups = int(groups.max()) + 1
    half = np.arange(len(groups)) // 2 % 2
    means = np.zeros((2, len(odds), n_groups))
    for number in (0, 1):
        for group in range(n_groups):
            inside = np.flatnonzero((groups == group) & (half == number))
            inside = inside if len(inside) else np.flatnonzero(groups == group)
            total = np.maximum(weights[:, inside].sum(axis=1), LEAST_WEIGHT)
            means[number, :, group] = (odds[:, inside] * weights[:, inside]).sum(axis=1) / total
    found = np.zeros((len(odds), n_groups))
    for number in (0, 1):
        best = rivals[np.argmax(means[1 - number][rivals], axis=0)]
        found += (means[number][best, np.arange(n_groups)][None, :] - means[number]) / 2
    return np.maximum(found, 0.0)


def _regret(
    at: int, odds: Floats, rivals: NDArray[np.int64], groups: Groups, names: list[str], weights: Floats | None
) -> Regret:
    found = by_group(odds, rivals, groups, weights)[at]
    of_draws = found[groups]
    worst = int(np.argmax(found))
    ninety = float(np.quantile(of_draws, 0.9, method="inverted_cdf"))
    return Regret(float(of_draws.mean()), ninety, float(found[worst]), names[worst] if found[worst] > 0 else "")
