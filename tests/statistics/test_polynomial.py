"""Response surfaces: recovery of known ones, chances that are chances, and what the engine said by the raw count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence.calibration.simulate_episodes import prior_draws, simulate_all
from sim.statistics.logistic import information
from sim.statistics.polynomial import PENALTY, class_chances, fit_surface, quadratic
from tests.evidence import factories


def test_the_basis_by_hand() -> None:
    # Coordinates .75 and .5 are z = .5 and 0: 1, z1, z2, P2(z1), z1 z2, P2(z2) with P2 = (3 z^2 - 1) / 2.
    assert quadratic(np.array([[0.75, 0.5]])) == pytest.approx(np.array([[1, 0.5, 0, -0.125, 0, -0.5]]), abs=1e-12)
    assert quadratic(np.zeros((3, 6))).shape == (3, 28)


def test_the_basis_is_about_orthogonal() -> None:
    basis = quadratic(prior_draws(65_536))
    gram = basis.T @ basis / len(basis)
    assert np.all(np.abs(gram - np.diag(np.diag(gram))) < 0.03)


def made_up(seed: int, n: int, trials: int = 16) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients of four hazards, a basis, and counts drawn from them."""
    luck = np.random.default_rng(seed)
    coefficients = luck.normal(scale=0.5, size=(4, 28))
    coefficients[:, 0] = [-1.5, -1, -0.5, -1]
    basis = quadratic(luck.random((n, 6)))
    return coefficients, basis, luck.multinomial(trials, class_chances(basis, coefficients))


def test_a_known_surface_is_recovered() -> None:
    # 112 coefficients: each within 4.5 standard errors, which a right fit misses in 1 of 1,300 such tests.
    truth, basis, counts = made_up(1, 2_048)
    found = fit_surface(basis, counts)
    left = counts.sum(axis=1).astype(float)
    for row, wanted, events in zip(found, truth, counts.T, strict=False):
        errors = np.sqrt(np.diag(np.linalg.inv(information(basis, wanted, left) + PENALTY * np.eye(28))))
        assert np.max(np.abs(row - wanted) / errors) < 4.5
        left = left - events
    points = quadratic(np.random.default_rng(2).random((4_096, 6)))
    off = class_chances(points, found) - class_chances(points, truth)
    # 28 coefficients from 32,768 trials: about sqrt(28 x .15 / 32,768) = .011.
    assert np.sqrt(np.mean(off**2)) < 0.016 and np.max(np.abs(off)) < 0.12


@given(st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_chances_are_chances(seed: int) -> None:
    _, basis, counts = made_up(seed, 64)
    counts[:, seed % 5] = 0
    chances = class_chances(basis, fit_surface(basis, counts))
    assert np.all((chances >= 0) & (chances <= 1))
    assert chances.sum(axis=1) == pytest.approx(np.ones(64), abs=1e-12)
    assert np.all(np.diff(np.cumsum(chances, axis=1), axis=1) >= 0)


def test_chances_by_hand() -> None:
    # Hazards 1/2, 1/4 and 1/5 where nothing depends on the point.
    coefficients = np.log([[1.0], [1 / 3], [1 / 4]])
    chances = class_chances(np.ones((1, 1)), coefficients)
    assert chances == pytest.approx(np.array([[0.5, 0.125, 0.075, 0.3]]), abs=1e-12)


@pytest.mark.parametrize("only", range(5))
def test_finite_where_draws_showed_nothing_else(only: int) -> None:
    basis = quadratic(np.random.default_rng(3).random((256, 6)))
    counts = np.zeros((256, 5), dtype=np.uint8)
    counts[:, only] = 16
    chances = class_chances(basis, fit_surface(basis, counts))
    assert np.all(np.isfinite(chances)) and chances.sum(axis=1) == pytest.approx(np.ones(256))
    # What was seen 4,096 times of 4,096 is nearly certain, and no chance before it is exactly nought.
    assert np.min(chances[:, only]) > 0.98
    assert np.min(chances[:, : only + 1]) > 0


def test_the_surface_of_an_episode_agrees_with_its_raw_shares() -> None:
    trials = 4_096
    draws = prior_draws(trials)
    basis = quadratic(draws)
    for changes in ({}, {"maximalism_b": 2, "prior_failed_cf": 0}):
        (simulated,) = simulate_all([factories.episode(**changes)], trials=trials, workers=1)
        for counts in simulated.counts.values():
            shares = counts.sum(axis=0) / trials
            surface = class_chances(basis, fit_surface(basis, counts))
            # At the first horizon the unpenalised intercept makes it so; later ones are products of hazards.
            assert surface.mean(axis=0)[0] == pytest.approx(shares[0], abs=1e-4)
            assert np.cumsum(surface.mean(axis=0)) == pytest.approx(np.cumsum(shares), abs=0.01)
            # Draws sorted by what the surface says: halves differ as the raw shares do, within about 3 errors.
            never = surface[:, -1]
            high = never > np.median(never)
            for half in (high, ~high):
                assert counts[half, -1].mean() / 16 == pytest.approx(never[half].mean(), abs=0.03)
