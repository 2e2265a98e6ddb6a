"""Odds in order: against SciPy's isotonic regression, and by hand where durable exceeds mutual."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from sim.evidence.backtest.ordered import non_decreasing, ordered


def test_each_row_is_scipys_isotonic_regression() -> None:
    odds = np.random.default_rng(1).random((3, 50, 4))
    found = non_decreasing(odds)
    for row, mine in zip(odds.reshape(-1, 4), found.reshape(-1, 4), strict=True):
        assert mine == pytest.approx(optimize.isotonic_regression(row).x, abs=1e-12)
    assert np.all(np.diff(found, axis=-1) >= 0)


def test_odds_that_rise_stay_as_they_are_whatever_stands_beside_them() -> None:
    rises, falls = np.array([0.1, 0.30000000000000004, 0.3000000000000001, 0.7]), np.array([0.9, 0.5, 0.4, 0.1])
    found = non_decreasing(np.array([rises, falls]))
    assert found[0].tobytes() == rises.tobytes()
    assert found[1] == pytest.approx(np.full(4, 0.475))


def test_where_durable_exceeds_mutual_both_take_their_mean() -> None:
    found = ordered({"durable": np.array([0.2, 0.5, 0.4, 0.6]), "mutual": np.array([0.1, 0.5, 0.6, 0.7])})
    assert found["durable"] == pytest.approx([0.15, 0.45, 0.45, 0.6])
    assert found["mutual"] == pytest.approx([0.15, 0.5, 0.6, 0.7])


def test_any_odds_end_up_in_both_orders_and_ordered_ones_stay() -> None:
    rng = np.random.default_rng(2)
    found = ordered({tier: rng.random((200, 4)) for tier in ("durable", "mutual")})
    assert all(np.all(np.diff(of, axis=-1) >= 0) for of in found.values())
    assert np.all(found["durable"] <= found["mutual"])
    again = ordered(found)
    assert all(again[tier].tobytes() == found[tier].tobytes() for tier in found)
