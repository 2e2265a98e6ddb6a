"""Settings that each fold takes from the other wars: worked cases, ties, and that its own outcomes change nothing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.evidence.backtest import scores
from sim.evidence.backtest.baselines import Coded
from sim.evidence.backtest.nested import (
    PENALTIES,
    WEIGHTS,
    Folds,
    NestedRidge,
    Setting,
    logits,
    nested_ridge,
    own_rows,
    pool_of,
    pooled,
)
from sim.evidence.backtest.shared_ridge import fit_shared

WARS = np.array(["A", "A", "B", "C", "C", "D", "E", "E", "F", "G"])
TIERS = ("durable", "mutual")
Outcomes = dict[str, np.ndarray]


def once(covariates: np.ndarray) -> Coded:
    """Every row coded once."""
    return Coded(covariates, np.arange(len(covariates)))


def table(seed: int = 1, n_horizons: int = 2) -> tuple[np.ndarray, Outcomes]:
    """Covariates (rows, 3) of which the first matters, and outcomes by tier with a few cells not scored."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(len(WARS), 3))
    found = {}
    for tier in TIERS:
        y = (rng.random((len(WARS), n_horizons)) < 1 / (1 + np.exp(-2 * x[:, :1]))).astype(float)
        y[rng.random(y.shape) < 0.1] = np.nan
        found[tier] = y
    return x, found


def engine_of(y: Outcomes, seed: int = 9) -> Outcomes:
    """Inner forecasts (folds, rows, horizons) of an engine."""
    rng = np.random.default_rng(seed)
    return {tier: rng.uniform(0.1, 0.9, (len(folds_of(y).names), *of.shape)) for tier, of in y.items()}


def folds_of(y: Outcomes) -> Folds:
    return Folds.by_war(WARS, ~np.all(np.isnan(np.column_stack([*y.values()])), axis=1))


def test_wars_without_an_outcome_share_a_fold() -> None:
    folds = Folds.by_war(np.array(["B", "A", "C", "C", "B"]), np.array([True, False, False, False, False]))
    assert folds.names == ("", "B") and folds.of.tolist() == [1, 0, 0, 0, 1]


@pytest.mark.parametrize("is_on_engine", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_fold_takes_the_setting_that_forecasts_the_others_best(seed: int, is_on_engine: bool) -> None:
    """In plain loops: for each setting each other war from the remaining ones, the mean score of both tiers."""
    x, y = table(seed)
    folds, engine = folds_of(y), engine_of(y)
    found = nested_ridge(once(x), y, folds, 1, engine if is_on_engine else None)

    def one(tier: str, fold: int, train: np.ndarray, target: np.ndarray, setting: Setting) -> np.ndarray:
        offset = logits(engine[tier][fold])
        both = (offset[train], offset[target]) if is_on_engine else None
        columns = x[:, : setting.columns]
        return fit_shared(columns[train], y[tier][train], columns[target], [setting.penalty], both)[0]

    for fold, name in enumerate(folds.names):
        costs = {}
        for setting in (Setting(*pair) for pair in product(PENALTIES, (2, 3))):
            odds = {tier: np.full(y[tier].shape, np.nan) for tier in TIERS}
            for other in set(WARS) - {name}:
                for tier in TIERS:
                    train, target = (WARS != name) & (WARS != other), WARS == other
                    odds[tier][target] = one(tier, fold, train, target, setting)
            inner = WARS != name
            by_tier = [scores.mean_brier(odds[tier][inner], y[tier][inner]) for tier in TIERS]
            costs[setting] = round(float(np.mean(by_tier)), 8)
        best = min(costs, key=lambda setting: (costs[setting], -setting.penalty, setting.columns))
        assert found.chosen[name] == best
        for tier in TIERS:
            own = one(tier, fold, WARS != name, WARS == name, best)
            assert found.forecasts[tier][WARS == name] == pytest.approx(own, abs=1e-8)


def test_two_workers_give_the_bytes_of_one() -> None:
    x, y = table()
    one, two = (nested_ridge(once(x), y, folds_of(y), workers, engine_of(y)) for workers in (1, 2))
    assert one.chosen == two.chosen
    assert all(one.inner[tier].tobytes() == two.inner[tier].tobytes() for tier in TIERS)


def test_of_equal_settings_the_larger_penalty_and_fewer_columns() -> None:
    x, y = table()
    assert set(nested_ridge(once(np.ones_like(x)), y, folds_of(y), 1).chosen.values()) == {Setting(100.0, 2)}
    nowhere = {tier: np.where((WARS == "A")[:, None], of, np.nan) for tier, of in y.items()}
    assert nested_ridge(once(x), nowhere, folds_of(nowhere), 1).chosen["A"] == Setting(100.0, 2)


@pytest.mark.parametrize("is_on_engine", [False, True])
def test_outcomes_of_its_own_war_change_no_byte_of_a_fold(is_on_engine: bool) -> None:
    x, y = table()
    folds, own = folds_of(y), WARS == "C"
    absurd = {tier: np.where(own[:, None], 1 - of, of) for tier, of in y.items()}
    before, after = (nested_ridge(once(x), of, folds, 1, engine_of(y) if is_on_engine else None) for of in (y, absurd))
    assert before.chosen["C"] == after.chosen["C"]
    for tier in TIERS:
        assert before.forecasts[tier][own].tobytes() == after.forecasts[tier][own].tobytes()
        assert before.inner[tier][folds.names.index("C")].tobytes() != after.inner[tier][0].tobytes()
        assert not np.array_equal(before.forecasts[tier][~own], after.forecasts[tier][~own])


def test_inner_forecasts_of_a_war_are_without_it_and_without_the_fold() -> None:
    x, y = table()
    folds = folds_of(y)
    found = nested_ridge(once(x), y, folds, 1, engine_of(y))
    fold, other = folds.names.index("C"), WARS == "E"
    for hidden in ("C", "E"):
        absurd = {tier: np.where((WARS == hidden)[:, None], 1 - of, of) for tier, of in y.items()}
        again: NestedRidge = nested_ridge(once(x), absurd, folds, 1, engine_of(y))
        if again.chosen["C"] == found.chosen["C"]:
            for tier in TIERS:
                assert again.inner[tier][fold, other].tobytes() == found.inner[tier][fold, other].tobytes()


def test_the_pool_by_hand() -> None:
    odds = pooled(np.array([0.8]), np.array([0.2]), 0.75)
    assert odds == pytest.approx([1 / (1 + 4**-0.5)])  # logits: .75 log 4 - .25 log 4
    assert pooled(np.array([1.0]), np.array([0.5]), 0.0) == pytest.approx([0.5])
    assert 0.99 < pooled(np.array([1.0]), np.array([1.0]), 0.5)[0] < 1
    three = pool_of({"durable": np.array([0.8])}, {"durable": np.array([0.2])}, {"durable": np.array([8 / 9])})
    assert three["durable"] == pytest.approx([2 / 3])  # log 4 - log 4 + log 8, by three: log 2
    assert WEIGHTS[0] == 0.0 and WEIGHTS[-1] == 1.0


def test_each_row_is_forecast_by_its_own_fold() -> None:
    by_fold = np.arange(6.0).reshape(2, 3, 1)
    assert own_rows(by_fold, Folds(("A", "B"), np.array([1, 0, 1]))).ravel().tolist() == [3.0, 1.0, 5.0]
