"""Settings that each fold takes from the other wars: worked cases, ties, and that its own outcomes change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence.backtest import baselines, scores
from sim.evidence.backtest.nested import PENALTIES, WEIGHTS, Folds, Setting, nested_pool, nested_ridge, own_rows, pooled

WARS = np.array(["A", "A", "B", "C", "C", "D", "E", "E", "F", "G"])


def table(seed: int = 1, n_horizons: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Covariates (rows, 3) of which the first matters, and outcomes with a few cells not scored."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(len(WARS), 3))
    p = 1 / (1 + np.exp(-2 * x[:, :1]))
    y = (rng.random((len(WARS), n_horizons)) < p).astype(float)
    y[rng.random(y.shape) < 0.1] = np.nan
    return x, y


def by_war(y: np.ndarray) -> Folds:
    return Folds.by_war(WARS, ~np.all(np.isnan(y), axis=1))


def test_wars_without_an_outcome_share_a_fold() -> None:
    folds = Folds.by_war(np.array(["B", "A", "C", "C", "B"]), np.array([True, False, False, False, False]))
    assert folds.names == ("", "B") and folds.of.tolist() == [1, 0, 0, 0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_a_fold_takes_the_setting_that_forecasts_the_others_best(seed: int) -> None:
    x, y = table(seed)
    folds = by_war(y)
    found = nested_ridge(x, y, folds, workers=1)
    for fold, name in enumerate(folds.names):
        inner = WARS != name
        costs = {}
        for penalty in PENALTIES:
            for columns in (2, 3):
                odds = baselines.ridge(x[inner, :columns], y[inner], WARS[inner], penalty)
                costs[penalty, columns] = round(scores.mean_brier(odds, y[inner]), 9)
        best = min(costs, key=lambda setting: (costs[setting], -setting[0], setting[1]))
        assert found.chosen[name] == Setting(*best)
        penalty, columns = best
        own = baselines.fit_predict(x[inner, :columns], y[inner], x[~inner, :columns], penalty)
        assert found.forecasts[~inner] == pytest.approx(own, abs=1e-12)
        again = baselines.ridge(x[inner, :columns], y[inner], WARS[inner], penalty)
        assert found.inner[fold, inner] == pytest.approx(again, abs=1e-12)


def test_two_workers_give_the_bytes_of_one() -> None:
    x, y = table()
    one, two = (nested_ridge(x, y, by_war(y), workers) for workers in (1, 2))
    assert one.forecasts.tobytes() == two.forecasts.tobytes() and one.chosen == two.chosen


def test_of_equal_settings_the_larger_penalty_and_fewer_columns() -> None:
    x, y = table()
    y[:] = np.where(np.arange(len(WARS)) % 2, 1.0, np.nan)[:, None]  # one outcome only: every setting is a constant
    found = nested_ridge(x, y, by_war(y), 1)
    assert set(found.chosen.values()) == {Setting(100.0, 2)}


def test_outcomes_of_its_own_war_change_no_byte_of_a_fold() -> None:
    x, y = table()
    folds = by_war(y)
    absurd = y.copy()
    absurd[WARS == "C"] = 1 - y[WARS == "C"]
    before, after = (nested_ridge(x, values, folds, 1) for values in (y, absurd))
    own = WARS == "C"
    assert before.forecasts[own].tobytes() == after.forecasts[own].tobytes()
    assert before.chosen["C"] == after.chosen["C"]
    assert not np.array_equal(before.forecasts[~own], after.forecasts[~own])
    pools = [pool_of(one.inner, values, folds) for one, values in ((before, y), (after, absurd))]
    assert pools[0].forecasts["durable"][own].tobytes() == pools[1].forecasts["durable"][own].tobytes()


def pool_of(ridge: np.ndarray, y: np.ndarray, folds: Folds, engine: np.ndarray | None = None):  # type: ignore[no-untyped-def]
    ours = np.full(ridge.shape, 0.5) if engine is None else engine
    return nested_pool({"durable": ours}, {"durable": ridge}, {"durable": y}, folds)


def test_the_pool_by_hand() -> None:
    odds = pooled(np.array([0.8]), np.array([0.2]), 0.75)
    assert odds == pytest.approx([1 / (1 + 4**-0.5)])  # logits: .75 log 4 - .25 log 4
    assert pooled(np.array([1.0]), np.array([0.5]), 0.0) == pytest.approx([0.5])
    assert 0.99 < pooled(np.array([1.0]), np.array([1.0]), 0.5)[0] < 1


def test_the_weight_goes_to_whoever_forecasts_the_others_better() -> None:
    _, y = table()
    folds = by_war(y)
    right = np.broadcast_to(np.where(np.nan_to_num(y) == 1, 0.9, 0.1), (len(folds.names), *y.shape))
    wrong = np.full(right.shape, 0.5)
    assert set(pool_of(wrong, y, folds, right).chosen.values()) == {1.0}
    assert set(pool_of(right, y, folds, wrong).chosen.values()) == {0.0}
    assert set(pool_of(right, y, folds, right).chosen.values()) == {0.5}  # a tie: nearest to one half
    found = pool_of(wrong, y, folds, right)
    assert found.forecasts["durable"] == pytest.approx(own_rows(right, folds), abs=1e-9)


def test_the_weight_is_set_over_both_tiers_together() -> None:
    _, y = table()
    folds = by_war(y)
    right = np.broadcast_to(np.where(np.nan_to_num(y) == 1, 0.9, 0.1), (len(folds.names), *y.shape))
    found = nested_pool(
        {"durable": right, "mutual": 1 - right},
        {"durable": 1 - right, "mutual": right},
        {"durable": y, "mutual": y},
        folds,
    )
    assert set(found.chosen.values()) == {0.5}
    assert WEIGHTS[0] == 0.0 and WEIGHTS[-1] == 1.0
