"""Agreement of coders: worked values from the literature, and what must hold of any codes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.errors import ParleyError
from sim.evidence.intercoder.agreement import (
    in_words,
    kappa_of_table,
    krippendorff_alpha,
    pooled,
    weighted_kappa,
)

_ = math.nan
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]
"""Krippendorff (2011), section C: twelve units, gaps."""


@pytest.mark.parametrize(
    ("metric", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_the_published_example(metric: str, printed: float) -> None:
    assert round(krippendorff_alpha(FOUR_OBSERVERS, metric), 3) == printed


def test_alpha_of_the_published_binary_example() -> None:
    """Krippendorff (2011), section A: two observers, ten units, alpha = .095."""
    meg, owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert round(krippendorff_alpha([meg, owen], "nominal"), 3) == 0.095


def test_kappa_of_the_published_table() -> None:
    """Cohen (1968), tables 1 and 2: kappa .492 without weights, .348 with a judge's weights of disagreement."""
    table = [[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]]
    assert round(kappa_of_table(table, [[0, 1, 3], [1, 0, 6], [3, 6, 0]]), 3) == 0.348
    assert round(kappa_of_table(table, 1 - np.eye(3)), 3) == 0.492


def test_perfect_agreement_is_one_and_interval_codes_may_be_moved_and_stretched() -> None:
    codes = np.array([[0.1, 0.4, 0.9, 0.3], [0.2, 0.4, 0.7, 0.3]])
    assert krippendorff_alpha([codes[0], codes[0]]) == 1
    assert krippendorff_alpha(7 * codes - 2) == pytest.approx(krippendorff_alpha(codes), abs=1e-12)
    assert krippendorff_alpha(codes[::-1]) == pytest.approx(krippendorff_alpha(codes), abs=1e-12)
    assert weighted_kappa([0, 1, 2], [0, 1, 2], [0, 1, 2, 3]) == 1


def test_nothing_to_disagree_about_is_not_agreement() -> None:
    assert math.isnan(krippendorff_alpha([[2, 2], [2, 2]]))
    assert math.isnan(weighted_kappa([1, 1], [1, 1], [0, 1]))
    assert "undetermined" in in_words(math.nan) and "firm" in in_words(0.8) and "too low" in in_words(0.5)


def test_mistakes_are_refused() -> None:
    for call in (
        lambda: krippendorff_alpha([[1, 2]]),
        lambda: krippendorff_alpha([[1, 2], [1, 2]], "cosine"),
        lambda: krippendorff_alpha([[-1, 2], [1, 2]], "ratio"),
        lambda: weighted_kappa([1, 2], [1], [1, 2]),
        lambda: weighted_kappa([1, 9], [1, 2], [1, 2]),
        lambda: pooled([(0.3, 0.2, 0.4)]),
        lambda: pooled([]),
    ):
        with pytest.raises(ParleyError):
            call()


def test_a_pool_keeps_the_ends_and_the_mean() -> None:
    both = pooled([(0.1, 0.2, 0.3), (0.2, 0.5, 0.8)])
    assert (both.low, both.high) == (0.1, 0.8)
    assert both.mean == pytest.approx(0.35)
    assert pooled([(0.1, 0.2, 0.3)]) == pytest.approx((0.1, 0.2, 0.3))
    far = pooled([(0.0, 0.0, 0.01), (0.0, 0.0, 0.01), (0.99, 1.0, 1.0)])
    assert far.low <= far.central <= far.high
