"""The product's scores and baselines against a second implementation in plain loops, on tables at random."""

from __future__ import annotations

from math import sqrt
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence.backtest import baselines, scores
from sim.evidence.backtest.reliability import interval_coverage
from tests.error_rates import near
from tests.evidence.backtest import plain_scoring as plain

NAN = np.nan
CLOSE = {"rel": 0, "abs": 1e-10, "nan_ok": True}


def made(seed: int, n_rows: int = 30, n_horizons: int = 3) -> tuple[Any, ...]:
    """Covariates, forecasts, outcomes with one cell in six not scored, and wars of unequal size, all at random."""
    rng = np.random.default_rng(seed)
    covariates = rng.normal([3, 0, -40], [2, 0.01, 900], (n_rows, 3))
    effect = rng.normal(size=3) / [2, 0.01, 900]
    logits = ((covariates - [3, 0, -40]) @ effect)[:, None] + rng.normal(size=(n_rows, n_horizons))
    odds = 1 / (1 + np.exp(-logits))
    outcomes = (rng.random((n_rows, n_horizons)) < odds).astype(float)
    outcomes[rng.random((n_rows, n_horizons)) < 1 / 6] = NAN
    return covariates, odds, outcomes, np.array([f"war {int(k)}" for k in 8 * rng.random(n_rows) ** 2])


cells = st.tuples(st.one_of(st.sampled_from([0.0, 1.0, 0.001, 0.999]), st.floats(0, 1)), st.sampled_from([0, 1, NAN]))


@given(st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=12))
def test_scores_of_each_horizon_and_their_mean(rows: list[list[tuple[float, float]]]) -> None:
    p, y = np.array(rows)[..., 0], np.array(rows)[..., 1]
    table = p.tolist(), y.tolist()
    assert scores.brier(p, y).tolist() == pytest.approx(plain.by_horizon(plain.brier_loss, *table), **CLOSE)
    assert scores.log_score(p, y).tolist() == pytest.approx(plain.by_horizon(plain.log_loss, *table), **CLOSE)
    assert scores.mean_brier(p, y) == pytest.approx(plain.mean_brier(*table), **CLOSE)


@pytest.mark.parametrize("seed", range(20))
def test_the_calibration_line_its_errors_and_its_test(seed: int) -> None:
    _, odds, outcomes, wars = made(seed)
    p, y, war = odds.ravel().tolist(), outcomes.ravel().tolist(), np.repeat(wars, 3).tolist()
    found = scores.calibration(p, y, war)
    assert (found.intercept, found.slope) == pytest.approx(plain.calibration_line(p, y)[2], **CLOSE)
    assert found.p_value == pytest.approx(plain.joint_p_value(p, y), **CLOSE)
    errors = found.by_war_intercept_se, found.by_war_slope_se
    assert errors == pytest.approx(plain.errors_by_war(p, y, war), **CLOSE)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["constant", "age of war", 1.0, 10.0, 100.0])
def test_baselines_from_other_wars(name: str | float, seed: int) -> None:
    covariates, _, outcomes, wars = made(seed)
    table = outcomes.tolist(), wars.tolist()
    if name == "constant":
        found, fit = baselines.constant(outcomes, wars), plain.fit_constant
    elif name == "age of war":
        ages = np.exp(np.abs(covariates[:, 0]))
        covariates = np.log(1 + ages)[:, None]
        found, fit = baselines.age_of_war(ages, outcomes, wars), plain.fit_ridge(0.001, 1)
    else:
        found, fit = baselines.ridge(covariates, outcomes, wars, float(name)), plain.fit_ridge(float(name), 3)
    wanted = np.array(plain.from_other_wars(covariates.tolist(), *table, fit))
    assert found == pytest.approx(wanted, **CLOSE)


def test_a_column_that_does_not_vary_and_one_outcome() -> None:
    covariates, _, outcomes, wars = made(1)
    covariates[:, 1] = np.where(wars == "war 0", 1.0, 0.0)  # varies in training for every war but this one
    outcomes[wars != "war 1", 2] = 1.0  # the others of war 1 have one outcome: the smoothed share
    wanted = plain.from_other_wars(covariates.tolist(), outcomes.tolist(), wars.tolist(), plain.fit_ridge(3.0, 3))
    assert baselines.ridge(covariates, outcomes, wars, 3.0) == pytest.approx(np.array(wanted), **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_ends_of_the_interval_by_redrawn_wars(seed: int) -> None:
    # Of redraws by another generator, 5 % lie below either end but for the error of 10,000 and 3,000 redraws.
    _, odds, outcomes, wars = made(seed, n_rows=90)
    ours, half = scores.brier_losses(odds, outcomes), scores.brier_losses(np.full_like(odds, 0.5), outcomes)
    difference, low, high = scores.cluster_bootstrap(ours, half, wars)
    redrawn = plain.redrawn_differences(ours.tolist(), half.tolist(), wars.tolist(), 3_000, Random(seed))
    table = outcomes.tolist()
    wanted = plain.mean_brier(odds.tolist(), table) - plain.mean_brier([[0.5] * 3] * 90, table)
    assert difference == pytest.approx(wanted, **CLOSE)
    error = sqrt(0.05 * 0.95 * (1 / 10_000 + 1 / 3_000))
    near(sum(value <= low for value in redrawn) / 3_000, 0.05, error)
    near(sum(value >= high for value in redrawn) / 3_000, 0.05, error)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.integers(0, 4), st.floats(0.05, 0.95))
@settings(deadline=None)
def test_what_a_row_counts_in_coverage(chances: list[float], period: int, level: float) -> None:
    cdf, days = sorted(chances), [0.0, 30.0, 90.0, 180.0, 365.0, np.inf]
    (found,) = interval_coverage([cdf], [days[period]], [days[period + 1]], levels=[level])
    edges = [0.0, *cdf, 1.0]
    assert found.observed == pytest.approx(plain.share_inside(edges[period], edges[period + 1], level), abs=1e-6)
