"""Penalty, columns and weight of the pool, chosen in each fold: rules by hand, the product against plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.evidence.backtest.baselines import covariates
from sim.evidence.backtest.forecasts import outcomes_of, wars_of
from sim.evidence.backtest.nested import Folds, NestedPool, NestedRidge, nested_pool, nested_ridge
from sim.evidence.calibration.episodes import read_episodes, shipped
from tests.evidence.backtest import plain_nested as plain
from tests.evidence.backtest.plain_scoring import fit_ridge, from_other_wars, mean_brier

NAN = np.nan
TIERS = ("durable", "mutual")
CLOSE = {"rel": 0, "abs": 1e-9, "nan_ok": True}
CLEAR = 2e-9
"""A choice is compared only where the second best is worse by more: there both have to choose alike."""


def folds_of(wars: Any) -> Folds:
    """A fold for each war."""
    return Folds.by_war(wars, np.full(len(wars), True))


def ridge_of(features: Any, outcomes: Any, wars: Any) -> NestedRidge:
    """The product's nested ridge of one tier."""
    return nested_ridge(features, outcomes, folds_of(wars), workers=1)


def pool_of(engine: Any, ridges: dict[str, NestedRidge], outcomes: Any, wars: Any) -> NestedPool:
    """The product's nested pool; the engine's inner forecasts are by tier, (folds, rows, horizons)."""
    return nested_pool(engine, {tier: one.inner for tier, one in ridges.items()}, outcomes, folds_of(wars))


def made(seed: int, n_rows: int = 26, n_wars: int = 6) -> tuple[Any, ...]:
    """Covariates, the last one 0 or 1; outcomes of both tiers at two horizons, some not scored; wars, all at random."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.normal(size=(n_rows, 3)), rng.random(n_rows) < 0.4])
    logits = features @ rng.normal(0, 1.5, 4) + rng.normal(0, 1, n_rows)
    outcomes = {}
    for tier, shift in zip(TIERS, (-0.3, 0.3), strict=True):
        chance = 1 / (1 + np.exp(-(logits[:, None] + [shift, shift + 0.7])))
        outcomes[tier] = (rng.random((n_rows, 2)) < chance).astype(float)
        outcomes[tier][rng.random((n_rows, 2)) < 0.1] = NAN
    return features, outcomes, np.array([f"war {k}" for k in rng.permutation(np.arange(n_rows) % n_wars)])


def engines(seed: int, outcomes: Any, n_folds: int, knows: float) -> dict[str, Any]:
    """Inner forecasts by tier (folds, rows, horizons) of an engine that knows more or less of the outcomes."""
    rng = np.random.default_rng([seed, 1])
    signs = {tier: np.nan_to_num(2 * table - 1) for tier, table in outcomes.items()}
    return {
        tier: 1 / (1 + np.exp(-knows * sign - rng.normal(size=(n_folds, *sign.shape)))) for tier, sign in signs.items()
    }


def margin(scored: dict[Any, float]) -> float:
    """How much worse the second best is."""
    first, second = sorted(scored.values())[:2]
    return second - first


# The rules


def test_ties_go_to_the_larger_penalty_then_to_fewer_columns() -> None:
    alike = {(penalty, columns): 0.2 for penalty in plain.PENALTIES for columns in (12, 13)}
    assert plain.least(alike) == (100.0, 12)
    assert plain.least(alike | {(3.0, 13): 0.2 - 1e-6}) == (3.0, 13)
    assert plain.least(alike | {(3.0, 13): 0.2 - 1e-15}) == (100.0, 12)  # additions in another order
    assert plain.least(dict.fromkeys(alike, NAN)) == (100.0, 12)  # nothing is scored elsewhere


def test_ties_of_weights_go_to_one_half() -> None:
    alike = dict.fromkeys(plain.TENTHS, 0.2)
    assert plain.least_weight(alike) == 5
    assert plain.least_weight(alike | {5: 0.3, 6: 0.3}) == 4
    assert plain.least_weight(alike | {9: 0.1, 10: 0.1}) == 9


def test_the_pool_by_hand() -> None:
    # Logits log 4 and log 1/4 at half weight meet at 0; .8 and .2 at a quarter: log(4) (1/4 - 3/4), odds 1/2.
    assert plain.pooled([[0.8, 0.8]], [[0.2, 0.2]], 0.5)[0] == pytest.approx([0.5, 0.5])
    assert plain.pooled([[0.8]], [[0.2]], 0.25)[0] == pytest.approx([1 / 3])
    # Both tiers and all horizons count alike: weight 1 misses one cell of three, weight 0 two.
    engine, ridge = {"durable": [[0.9, 0.9]], "mutual": [[0.9]]}, {"durable": [[0.1, 0.1]], "mutual": [[0.1]]}
    found = plain.pool_scores(engine, ridge, {"durable": [[1, 1]], "mutual": [[0]]})
    assert (found[10], found[0]) == pytest.approx(((2 * 0.01 + 0.81) / 3, (2 * 0.81 + 0.01) / 3))
    assert plain.least_weight(found) == min(found, key=lambda tenths: found[tenths]) != 5


def test_an_inner_score_is_that_of_other_wars_from_the_remaining_ones() -> None:
    features, outcomes, wars = made(1)
    y = outcomes["durable"]
    rows = np.flatnonzero(wars != "war 2")  # the fold's rows taken away instead of left unscored
    table = features[rows].tolist(), y[rows].tolist(), wars[rows].tolist()
    scored = plain.ridge_scores(features.tolist(), y.tolist(), wars.tolist(), "war 2")
    for (penalty, columns), score in scored.items():
        assert score == pytest.approx(mean_brier(from_other_wars(*table, fit_ridge(penalty, columns)), table[1]))
    assert sorted(scored) == [(penalty, columns) for penalty in plain.PENALTIES for columns in (3, 4)]


def test_weights_by_hand() -> None:
    # Two wars and the fold: the engine knows the outcomes of a, the ridge of two outcomes has only the smoothed share.
    wars, outcomes = ["a", "a", "b", "b", "fold"], {tier: [[1], [0], [1], [0], [1]] for tier in TIERS}
    knows = {"fold": dict.fromkeys(TIERS, [[0.9], [0.1], [0.9], [0.1], [0.1]])}
    misled = {"fold": dict.fromkeys(TIERS, [[0.1], [0.9], [0.1], [0.9], [0.9]])}
    chosen = {tier: dict.fromkeys(wars, (100.0, 1)) for tier in TIERS}
    for engine, weight in ((knows, 10), (misled, 0)):
        everywhere = dict.fromkeys(wars, engine["fold"])
        scored = plain.nested_weights(everywhere, [[0.0]] * 5, outcomes, wars, chosen)
        assert plain.least_weight(scored["fold"]) == weight
    # A covariate that never varies: the ridge says one half for a and b, so weight w has logit w log 9.
    wanted = {w: (1 - 1 / (1 + 9 ** (-w / 10))) ** 2 for w in plain.TENTHS}
    found = plain.nested_weights(dict.fromkeys(wars, knows["fold"]), [[0.0]] * 5, outcomes, wars, chosen)["fold"]
    assert found == pytest.approx(wanted)
    tables = dict.fromkeys(TIERS, [[0.8], [0.8]]), dict.fromkeys(TIERS, [[0.2], [0.2]])
    pool = plain.nested_pool(*tables, {"a": 10, "b": 5}, ["a", "b"])
    assert pool["mutual"] == [pytest.approx([0.8]), pytest.approx([0.5])]


# The ridge regression of the product


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nested_ridge_against_plain_loops(seed: int) -> None:
    features, outcomes, wars = made(seed)
    y = outcomes["durable"]
    table = features.tolist(), y.tolist(), wars.tolist()
    forecasts, chosen = plain.nested_ridge(*table)
    assert all(margin(plain.ridge_scores(*table, war)) > CLEAR for war in chosen)
    found = ridge_of(features, y, wars)
    assert found.chosen == chosen
    assert found.forecasts == pytest.approx(np.array(forecasts), **CLOSE)


def test_a_column_that_varies_in_the_left_out_war_alone_is_left_out() -> None:
    features, outcomes, wars = made(4)
    features[:, 3] = wars == "war 0"
    found = ridge_of(features, outcomes["durable"], wars)
    assert found.chosen["war 0"][1] == 3  # 4 columns say the same to the last digit but for additions
    assert {columns for war, (_, columns) in found.chosen.items() if war != "war 0"} <= {3, 4}


def test_the_penalties_of_one_outcome_tie() -> None:
    features, outcomes, wars = made(5)
    found = ridge_of(features, np.ones_like(outcomes["durable"]), wars)
    assert set(found.chosen.values()) == {(100.0, 3)}  # every forecast is the smoothed share


# The pool of the product


@pytest.mark.parametrize("seed", [6, 7, 8, 9])
def test_the_nested_pool_against_plain_loops(seed: int) -> None:
    features, outcomes, wars = made(seed)
    engine = engines(seed, outcomes, len(set(wars)), knows=0.3 * (seed - 6))
    ridges = {tier: ridge_of(features, outcomes[tier], wars) for tier in TIERS}
    found = pool_of(engine, ridges, outcomes, wars)
    # The same from the choices alone: inner and outer ridges are fitted again in plain loops.
    names, table = sorted(set(wars.tolist())), {tier: outcomes[tier].tolist() for tier in TIERS}
    by_fold = {name: {tier: engine[tier][k].tolist() for tier in TIERS} for k, name in enumerate(names)}
    chosen = {tier: ridges[tier].chosen for tier in TIERS}
    scored = plain.nested_weights(by_fold, features.tolist(), table, wars.tolist(), chosen)
    weights = {name: plain.least_weight(of) for name, of in scored.items()}
    assert all(margin(of) > CLEAR for of in scored.values())
    assert {name: round(10 * weight) for name, weight in found.chosen.items()} == weights
    own = {tier: [by_fold[war][tier][row] for row, war in enumerate(wars)] for tier in TIERS}
    ridge = {tier: plain.nested_ridge(features.tolist(), table[tier], wars.tolist())[0] for tier in TIERS}
    wanted = plain.nested_pool(own, ridge, weights, wars.tolist())
    for tier in TIERS:
        assert found.forecasts[tier] == pytest.approx(np.array(wanted[tier]), **CLOSE)


def test_where_nothing_is_scored_elsewhere_all_tie() -> None:
    features, outcomes, wars = made(10)
    for table in outcomes.values():
        table[wars != "war 3"] = NAN
    ridges = {tier: ridge_of(features, outcomes[tier], wars) for tier in TIERS}
    engine = engines(10, outcomes, len(set(wars)), knows=1.0)
    pool = pool_of(engine, ridges, outcomes, wars)
    assert ridges["mutual"].chosen["war 3"] == (100.0, 3) and pool.chosen["war 3"] == 0.5


@pytest.mark.slow
@pytest.mark.parametrize("tier", TIERS)
def test_a_fold_of_the_shipped_record(tier: str) -> None:
    """The war with most rows: ten pairs by 37 wars and four horizons, half a minute of plain loops."""
    rows = [row for row in read_episodes(shipped()).episodes if row.is_scored]
    features, happened, wars = covariates(rows), outcomes_of(rows, tier), wars_of(rows)
    names, counts = np.unique(wars, return_counts=True)
    war = str(names[np.argmax(counts)])
    table = features.tolist(), happened.tolist(), wars.tolist()
    scored = plain.ridge_scores(*table, war)
    assert margin(scored) > CLEAR
    found, chosen = ridge_of(features, happened, wars), plain.least(scored)
    assert found.chosen[war] == chosen
    wanted = np.array(from_other_wars(*table, fit_ridge(*chosen)))[wars == war]
    assert found.forecasts[wars == war] == pytest.approx(wanted, **CLOSE)
