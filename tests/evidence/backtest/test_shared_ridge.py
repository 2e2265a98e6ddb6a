"""The ridge regression with one coefficient for all horizons: against a general optimiser, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special

from sim.evidence.backtest.shared_ridge import fit_shared

NAN = np.nan


def made(seed: int, n: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Covariates of training and target rows, outcomes with a few cells not scored, and offsets of all rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(2, 3, (n + 5, 3))
    y = (rng.random((n, 4)) < special.expit(x[:n, :1] / 3 - 1 + np.arange(4) / 2)).astype(float)
    y[rng.random(y.shape) < 0.2] = NAN
    y[0] = NAN
    return x[:n], x[n:], y, rng.normal(0, 1, (n + 5, 4))


def plain(
    train: np.ndarray, outcomes: np.ndarray, target: np.ndarray, penalty: float, before: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """The same from the objective as the docstring has it, by a general optimiser."""
    seen = train[~np.isnan(outcomes).all(axis=1)]
    centre, spread = seen.mean(axis=0), seen.std(axis=0)
    own, asked = (train - centre) / spread, (target - centre) / spread

    def loss(b: np.ndarray) -> float:
        total = penalty / 2 * np.sum(b[4:] ** 2)
        for k in range(4):
            total -= (special.log_expit(b[k]) / 2 + special.log_expit(-b[k]) / 2) / 4
            for r in range(len(train)):
                if not np.isnan(outcomes[r, k]):
                    logit = before[r, k] + b[k] + own[r] @ b[4:]
                    total -= special.log_expit(logit if outcomes[r, k] else -logit) / 4
        return float(total)

    b = optimize.minimize(loss, np.zeros(4 + train.shape[1]), tol=1e-12).x
    return np.asarray(special.expit(after + b[:4] + (asked @ b[4:])[:, None]))


@pytest.mark.parametrize("penalty", [0.3, 10.0])
@pytest.mark.parametrize("has_offset", [False, True])
def test_it_is_the_optimum_of_its_objective(penalty: float, has_offset: bool) -> None:
    train, target, y, offsets = made(1)
    both = (offsets[:30], offsets[30:]) if has_offset else (np.zeros((30, 4)), np.zeros((5, 4)))
    (found,) = fit_shared(train, y, target, [penalty], both if has_offset else None)
    assert found == pytest.approx(plain(train, y, target, penalty, *both), abs=2e-5)


def test_each_penalty_is_a_fit_of_its_own() -> None:
    train, target, y, _ = made(2)
    both = fit_shared(train, y, target, [30.0, 1.0])
    for penalty, odds in zip((30.0, 1.0), both, strict=True):
        assert odds == pytest.approx(fit_shared(train, y, target, [penalty])[0], abs=1e-9)


def test_without_a_covariate_that_varies_it_is_the_smoothed_share() -> None:
    y = np.array([[0, 1], [1, 1], [0, NAN], [NAN, NAN]])
    (found,) = fit_shared(np.ones((4, 2)), y, np.ones((1, 2)), [1.0])
    assert found == pytest.approx(np.array([[1.5 / 4, 2.5 / 3]]))
    (nothing,) = fit_shared(np.ones((4, 2)), np.full((4, 2), NAN), np.ones((1, 2)), [1.0])
    assert nothing == pytest.approx(np.array([[0.5, 0.5]]))


def test_a_heavy_penalty_on_a_right_forecaster_leaves_it_as_it_is() -> None:
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 1.5, (4000, 2))
    y = (rng.random((4000, 2)) < special.expit(logit)).astype(float)
    (found,) = fit_shared(rng.normal(size=(4000, 2)), y, rng.normal(size=(3, 2)), [1e4], (logit, logit[:3]))
    assert special.logit(found) == pytest.approx(logit[:3], abs=0.1)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    train, target, y, _ = made(4)
    varies = train - train.mean(axis=0)
    pairs = np.concatenate([varies, -varies])  # doubling all moves neither mean nor spread
    outcomes = np.concatenate([y, y])
    twice = fit_shared(np.concatenate([pairs, pairs]), np.concatenate([outcomes] * 2), target, [3.0])
    weighed = fit_shared(pairs, outcomes, target, [3.0], weights=np.full(len(pairs), 2.0))
    assert weighed == pytest.approx(twice, abs=1e-7)
