"""Regret: known futures, budgets, and no regret out of luck."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.levers.regret import futures, most_robust, regrets

N = 256


def test_futures_are_equal_parts_named_by_the_inputs_that_split_them() -> None:
    x = np.linspace(0, 1, N)
    groups, names = futures({"x": x, "y": np.tile([0.0, 1.0], N // 2)}, N)
    assert names == ["x low, y low", "x low, y high", "x high, y low", "x high, y high"]
    assert np.bincount(groups).tolist() == [N // 4] * 4
    assert groups[0] == 0 and groups[-1] == 3


def test_without_inputs_there_is_one_future() -> None:
    assert futures({}, N)[1] == ["all futures"]


def test_regret_is_what_a_better_one_would_have_brought() -> None:
    groups = np.repeat([0, 1], N // 2)
    safe, bold = np.full(N, 0.4), np.where(groups == 0, 0.1, 0.8)
    dear = np.full(N, 0.9)
    odds, efforts = np.array([safe, bold, dear]), np.array([10.0, 10.0, 50.0])
    found = regrets(odds, efforts, groups, ["bad", "good"])
    assert (found[0].mean, found[0].worst, found[0].where) == (pytest.approx(0.2), pytest.approx(0.4), "good")
    assert (found[1].mean, found[1].worst, found[1].where) == (pytest.approx(0.15), pytest.approx(0.3), "bad")
    assert found[2].worst == 0 and found[2].where == ""
    assert most_robust(odds, efforts, groups, 10.0) == 1
    assert most_robust(odds, efforts, groups, 50.0) == 2


def test_luck_is_no_regret() -> None:
    luck = np.random.default_rng(3).binomial(16, 0.3, size=(6, 4096)) / 16
    found = regrets(luck, np.full(6, 1.0), np.arange(4096) // 256, [str(at) for at in range(16)])
    # Six packages that are the same: picking each group's best on the same draws would show 2 points and more.
    naive = np.array([[row[at : at + 256].mean() for at in range(0, 4096, 256)] for row in luck])
    assert np.mean([one.mean for one in found]) < 0.6 * float((naive.max(axis=0) - naive).mean())
