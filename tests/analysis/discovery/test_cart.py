"""The tree: the splits that were planted, in their order, and none in noise."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.discovery.cart import DEEPEST, Node, best_split, explained, tree
from sim.analysis.discovery.prim import Draws
from tests.analysis.discovery.test_prim import drawn, luck, made


def halves(draws: Draws) -> tuple[Draws, Draws]:
    return draws.where(draws.pairs % 2 == 0), draws.where(draws.pairs % 2 == 1)


def test_a_split_worked_by_hand() -> None:
    draws = made(np.array([[1.0, 5.0], [2.0, 1.0], [3.0, 4.0], [4.0, 2.0]]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert best_split(draws, 1) == (0, 2.5)
    assert best_split(draws, 3) is None


def test_planted_splits_are_found_in_their_order() -> None:
    points = drawn(1_600, 6)
    shares = np.where(points[:, 4] < 0.4, 0.1, np.where(points[:, 1] < 0.5, 0.4, 0.9))
    found, held_out = halves(made(points, shares))
    node = tree(found, held_out)
    assert node.split is not None and node.split.input == 4
    assert node.split.threshold == pytest.approx(0.4, abs=0.01)
    assert node.split.below.split is None and node.split.above.split is not None
    assert node.split.above.split.input == 1 and node.n_leaves == 3
    assert explained(node, held_out) > 0.98
    assert node.rules(list("abcdef"))[0].startswith("e below 0.4: 10 of 100")
    assert node.rules(list("abcdef"))[2].startswith("  b below 0.5: 40 of 100")


def test_no_tree_is_deeper_than_three() -> None:
    points = drawn(2_000, 3)

    def depth(node: Node) -> int:
        return 1 + max(depth(node.split.below), depth(node.split.above)) if node.split else 0

    assert depth(tree(*halves(made(points, points[:, 0])))) == DEEPEST


def test_noise_grows_no_tree_in_99_of_100_seeds() -> None:
    grown = 0
    for seed in range(100):
        draws = made(drawn(500, 10, seed), luck("noise", 500, seed) < 0.3)
        grown += tree(*halves(draws)).split is not None
    assert grown <= 1


def test_an_outcome_that_never_comes_gives_a_single_node() -> None:
    node = tree(*halves(made(drawn(400, 2), np.zeros(400))))
    assert node.split is None and node.rules(["a", "b"]) == []
    assert node.as_dict(["a", "b"]) == {"found": 0.0, "held_out": 0.0, "n_held_out": 200}
