"""A small regression tree as a second opinion on the boxes (Breiman, Friedman, Olshen and Stone 1984).

Grown on one half of the draws, to a depth of three at most: each split is the one that explains most of what differs
between draws, and must be significant among so many inputs. Then the other half is asked: a split that it does not
confirm is taken back, with all below it. So a leaf says what the other half shows. Nothing here is random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.discovery.prim import DOUBT, FEWEST_DRAWS, Draws, chance_of_lift
from sim.results.formatting import counted

DEEPEST = 3
LEAST_LEAF = 0.05
"""Share of the draws that a leaf must hold."""
NOTHING = 1e-12
"""Sum of squares that counts as none."""
LEVEL = 0.001
"""The other half must find a split this unlikely by chance."""


@dataclass(frozen=True)
class Split:
    """Draws whose ``input`` is below ``threshold`` go to ``below``."""

    input: int
    threshold: float
    p: float
    below: Node
    above: Node


@dataclass(frozen=True)
class Node:
    """Draws that meet the same rules: outcome where the tree was grown, in the other half, and how many lie there."""

    found: float
    held_out: float
    n_held_out: int
    split: Split | None = None

    @property
    def n_leaves(self) -> int:
        """Return the number of leaves."""
        return self.split.below.n_leaves + self.split.above.n_leaves if self.split else 1

    def as_dict(self, names: list[str]) -> dict[str, Any]:
        """Return plain JSON, splits by name of input."""
        plain: dict[str, Any] = {"found": self.found, "held_out": self.held_out, "n_held_out": self.n_held_out}
        if self.split:
            sides = {"below": self.split.below.as_dict(names), "above": self.split.above.as_dict(names)}
            said = {"input": names[self.split.input], "threshold": self.split.threshold, "p": self.split.p}
            plain["split"] = {**said, **sides}
        return plain

    def rules(self, names: list[str], depth: int = 0) -> list[str]:
        """Return indented rules: ``Russia's strain below 0.06: 12 of 100 (305 draws)``."""
        if self.split is None:
            return []
        lines = []
        for word, node in (("below", self.split.below), ("above", self.split.above)):
            said = f"{round(100 * node.held_out)} of 100 ({counted(node.n_held_out, 'draw')})"
            lines.append(f"{'  ' * depth}{names[self.split.input]} {word} {self.split.threshold:.2g}: {said}")
            lines.extend(node.rules(names, depth + 1))
        return lines


def tree(found: Draws, held_out: Draws) -> Node:
    """Grow the tree on ``found``, keeping splits that ``held_out`` confirms; a single node where it confirms none."""
    fewest = max(FEWEST_DRAWS, int(LEAST_LEAF * len(found.points)))
    return _grow(found, held_out, fewest, 0)


def explained(node: Node, draws: Draws) -> float:
    """Return the share of the variance between ``draws`` that the leaves explain; below 0 is worse than none."""
    predicted = _predicted(node, draws)
    spread = float(draws.weights @ (draws.shares - draws.density) ** 2)
    missed = float(draws.weights @ (draws.shares - predicted) ** 2)
    return 1 - missed / spread if spread > 0 else 0.0


def _predicted(node: Node, draws: Draws) -> Any:
    if node.split is None:
        return np.full(len(draws.shares), node.found)
    below = draws.points[:, node.split.input] < node.split.threshold
    predicted = np.empty(len(below))
    predicted[below] = _predicted(node.split.below, draws.where(below))
    predicted[~below] = _predicted(node.split.above, draws.where(~below))
    return predicted


def _grow(found: Draws, held_out: Draws, fewest: int, depth: int) -> Node:
    node = Node(found.density, held_out.density, len(held_out.points))
    best = best_split(found, fewest) if depth < DEEPEST else None
    if best is None:
        return node
    i, threshold = best
    here, there = found.points[:, i] < threshold, held_out.points[:, i] < threshold
    rises = found.where(~here).density > found.where(here).density
    doubt = 2 * chance_of_lift(found, ~here if rises else here) * found.points.shape[1]
    p = chance_of_lift(held_out, ~there if rises else there)
    if doubt > DOUBT or p > LEVEL:
        return node
    below = _grow(found.where(here), held_out.where(there), fewest, depth + 1)
    above = _grow(found.where(~here), held_out.where(~there), fewest, depth + 1)
    return Node(node.found, node.held_out, node.n_held_out, Split(i, threshold, p, below, above))


def best_split(draws: Draws, fewest: int) -> tuple[int, float] | None:
    """Return the input and threshold that explain most of the variance with ``fewest`` draws on either side, or None.

    For a weighted mean the sum of squares explained is W_b W_a / W (mean_b - mean_a)^2 (Breiman et al. 1984, 8.3).
    """
    n = len(draws.points)
    if n < 2 * fewest:
        return None
    order = np.argsort(draws.points, axis=0, kind="stable")
    ordered = np.take_along_axis(draws.points, order, axis=0)
    weights = np.cumsum(draws.weights[order], axis=0)[:-1]
    events = np.cumsum((draws.weights * draws.shares)[order], axis=0)[:-1]
    total, every = float(draws.weights.sum()), float(draws.weights @ draws.shares)
    gap = events / weights - (every - events) / (total - weights)
    gains = weights * (total - weights) / total * gap**2
    gains[ordered[1:] <= ordered[:-1]] = -1.0
    gains[: fewest - 1], gains[n - fewest :] = -1.0, -1.0
    place, i = (int(k) for k in np.unravel_index(np.argmax(gains), gains.shape))
    if gains[place, i] <= NOTHING:
        return None
    return i, float(ordered[place, i] + ordered[place + 1, i]) / 2
