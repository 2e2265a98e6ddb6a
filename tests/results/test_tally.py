"""Counts by cluster and draw: cut anywhere between clusters they give what all trials give."""

from __future__ import annotations

import numpy as np
import pytest

from sim.results.tally import steps
from sim.statistics.conditional_odds import GivenTally, MeanTally
from sim.statistics.level import Level
from sim.statistics.paired_differences import PairTally, difference
from sim.statistics.summed import merged


def made(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    level = np.repeat(luck.beta(1, 3, -(-n // 16)), 16)[:n]
    return luck.random(n) < level, luck.random(n) < level


@pytest.mark.parametrize("n", [32, 40, 640, 1000])
def test_pairs_are_merged_without_loss(n: int) -> None:
    base, variant = made(n, n)
    whole = PairTally.of(base, variant)
    parts = merged({"": PairTally.of(base[at : at + 96], variant[at : at + 96])} for at in range(0, n, 96))[""]
    assert parts.shares == whole.shares == (base.mean(), variant.mean())
    assert (parts.n_changed, parts.last) == (whole.n_changed, whole.last)
    levels = (Level(-0.7, 0.5, smooths=True), Level(0.4))
    assert difference(parts, levels) == difference(whole, levels)
    sums = [np.add.reduceat(hits.astype(float), np.arange(0, n, 32)) for hits in (base, variant)]
    sizes = np.diff(np.append(np.arange(0, n, 32), n))
    moved = 0.5 * sums[1] - 2 * sums[0] - (0.5 * variant.mean() - 2 * base.mean()) * sizes
    assert whole.moves(2, 0.5) == (len(sizes), pytest.approx(np.sum(moved**2), rel=1e-12))


def test_pairs_do_not_follow_a_cut_cluster() -> None:
    short = PairTally.of(*made(33, 1))
    with pytest.raises(ValueError, match="none may follow"):
        short.add(PairTally.of(*made(32, 1)))


def test_odds_of_given_trials_are_merged_without_loss() -> None:
    hits, given = made(1000, 3)
    parts = merged({"": GivenTally.of(hits[at : at + 64], given[at : at + 64])} for at in range(0, 1000, 64))[""]
    assert parts.odds() == GivenTally.of(hits, given).odds()
    assert parts.odds().n == given.sum() and parts.odds().n_events == (hits & given).sum()


def test_a_mean_of_given_trials_is_a_ratio_of_sums_over_clusters() -> None:
    _, given = made(640, 4)
    values = np.where(given, np.random.default_rng(4).random(640), 0.0)
    parts = merged({"": MeanTally.of(values[at : at + 64], given[at : at + 64])} for at in range(0, 640, 64))[""]
    mean, reach = parts.mean(0.95)
    sums = (values - mean * given).reshape(20, 32).sum(axis=1)
    assert mean == pytest.approx(values.sum() / given.sum(), rel=1e-12)
    assert reach == pytest.approx(2.093024 * np.sqrt(20 / 19 * np.sum(sums**2)) / given.sum(), rel=1e-6)


def test_a_sum_in_steps_is_the_same_however_it_is_cut() -> None:
    values = np.random.default_rng(6).random(70_000).astype(np.float32)
    whole = steps(values)
    assert whole == sum(steps(part) for part in np.array_split(values, 7))
    assert whole / 2**40 == pytest.approx(values.astype(np.float64).sum(), rel=1e-12)
