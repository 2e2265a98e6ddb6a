"""PRIM: finds a box that was planted, and none where there is only noise."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.discovery.prim import (
    LEAST_MASS,
    Draws,
    chance_of_lift,
    choose,
    drop_doubtful,
    everywhere,
    find_box,
    measure,
    peel,
    quasi_p,
)
from sim.random_streams import philox_words, stream_key, to_uniform


def luck(name: str, n: int, seed: int = 1) -> np.ndarray:  # type: ignore[type-arg]
    return to_uniform(philox_words(seed, stream_key("test", name), 0, 0, 0, n))


def drawn(n: int, n_inputs: int, seed: int = 1) -> np.ndarray:  # type: ignore[type-arg]
    """Points in the unit cube; draws 2j and 2j + 1 are antithetic, as in a run."""
    half = np.column_stack([luck(f"input {i}", n // 2, seed) for i in range(n_inputs)])
    return np.stack([half, 1 - half], axis=1).reshape(n, n_inputs)


def made(points: np.ndarray, shares: np.ndarray) -> Draws:  # type: ignore[type-arg]
    n = len(points)
    return Draws(points, shares.astype(np.float64), np.full(n, 16.0), np.arange(n) // 2)


def planted(n: int = 2_000, n_inputs: int = 8) -> Draws:
    points = drawn(n, n_inputs)
    return made(points, (points[:, 2] > 0.55) & (points[:, 5] < 0.5))


def test_a_planted_box_is_found_and_holds_in_draws_that_had_no_say() -> None:
    draws = planted()
    found, held_out = (draws.where(draws.pairs % 2 == half) for half in (0, 1))
    box, _ = find_box(found)
    assert box is not None and box.limited == [2, 5]
    assert box.lows[2] == pytest.approx(0.55, abs=0.02) and box.highs[5] == pytest.approx(0.5, abs=0.02)
    kept = measure(held_out, box.holds(held_out.points))
    assert kept.coverage > 0.95 and kept.density > 0.95


def test_a_planted_box_with_luck_inside_is_found_among_many_inputs() -> None:
    points = drawn(1_200, 40)
    chance = np.where((points[:, 7] > 0.6) & (points[:, 30] > 0.3) & (points[:, 30] < 0.8), 0.9, 0.1)
    trials = luck("trials", 1_200 * 16).reshape(1_200, 16) < chance[:, None]
    draws = made(points, trials.mean(axis=1))
    box, _ = find_box(draws)
    assert box is not None and box.limited == [7, 30]
    inside = box.holds(points)
    truly = chance > 0.5
    assert np.mean(truly[inside]) > 0.95 and np.mean(inside[truly]) > 0.95


def test_measures_of_a_box_worked_by_hand() -> None:
    draws = Draws(np.arange(4.0)[:, None], np.array([0.0, 0.5, 1.0, 1.0]), np.full(4, 16.0), np.array([0, 0, 1, 1]))
    found = measure(draws, everywhere(1).with_limits(0, 1.5, np.inf).holds(draws.points))
    assert (found.coverage, found.density, found.mass) == pytest.approx((0.8, 1.0, 0.5))


def test_the_trajectory_shrinks_by_a_twentieth_to_the_least_mass() -> None:
    steps = peel(planted(1_000, 6))
    masses = [step.measures.mass for step in steps]
    assert masses[0] == 1.0 and np.all(np.diff(masses) < 0) and masses[-1] >= LEAST_MASS
    assert masses[-1] < 1.2 * LEAST_MASS
    # A cut takes off a twentieth, rounded down to whole draws but at least one.
    assert np.all(np.diff(masses) * 1_000 >= -np.maximum(1, 0.05 * np.array(masses[:-1]) * 1_000) - 1e-9)


def test_the_least_restricted_box_of_a_wanted_density_is_chosen() -> None:
    steps = peel(planted(1_000, 6))
    chosen = choose(steps, density=0.5)
    assert chosen is not None and chosen.measures.density >= 0.5
    larger = [step for step in steps if step.measures.mass > chosen.measures.mass]
    assert all(step.measures.density < 0.5 for step in larger)
    assert choose(steps[:5], density=0.99) is None


def test_a_limit_on_an_idle_input_is_dropped() -> None:
    draws = planted()
    box = everywhere(8).with_limits(2, 0.55, np.inf).with_limits(5, -np.inf, 0.5).with_limits(0, 0.1, np.inf)
    assert quasi_p(draws, box, 2) < 1e-6 < quasi_p(draws, box, 0)
    assert drop_doubtful(draws, box).limited == [2, 5]


def test_an_input_of_few_values_can_be_cut() -> None:
    points = drawn(800, 3)
    points[:, 1] = np.round(2 * points[:, 1]) / 2
    box, _ = find_box(made(points, points[:, 1] > 0.75))
    assert box is not None and box.limited == [1] and box.lows[1] == 0.75


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_the_outcome_never_or_always_comes_there_is_no_box(share: float) -> None:
    assert find_box(made(drawn(400, 3), np.full(400, share)))[0] is None


def test_the_test_of_a_box_keeps_its_level_when_pairs_share_their_luck() -> None:
    """2,000 noises in which both draws of a pair have one outcome: p below .05 in 5 in 100 of them."""
    points = drawn(200, 1)
    points[1::2] = points[::2]  # both draws of a pair also on the same side: the worst case for counting draws
    inside = points[:, 0] < 0.3
    chances = []
    for seed in range(2_000):
        shares = np.repeat(luck("pairs", 100, seed) < 0.4, 2)
        chances.append(chance_of_lift(made(points, shares), inside))
    # Three standard errors of a share of 2,000 at .05 are .015.
    assert np.mean(np.array(chances) < 0.05) == pytest.approx(0.05, abs=0.015)
