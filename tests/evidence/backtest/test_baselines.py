"""Baselines: optima, nothing leaks from a row's own war, and the scores on the shipped episodes."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import NumericError, ParleyError
from sim.evidence.backtest.baselines import (
    CODED,
    WITH_MOMENTUM_SIZE,
    WITH_WAR_TYPE,
    Features,
    age_of_war,
    constant,
    fit_predict,
    ridge,
)
from sim.evidence.backtest.scores import brier, mean_brier
from sim.statistics.logistic import NoOptimumError, fit_logistic, gradient, with_intercept

NAN = np.nan
EPISODES = Path(__file__).parents[3] / "scenarios" / "history" / "episodes.csv"


@pytest.fixture(scope="module")
def episodes() -> dict[str, np.ndarray]:
    with EPISODES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["episode_id"] != "IST25"]
    columns = {name: np.array([float(row[name]) for row in rows]) for name in (*CODED, "war_age_days")}
    columns |= {name: np.array([row[name] for row in rows]) for name in ("war_type", "cluster")}
    for tier, prefix in (("durable", "dur30"), ("mutual", "mut")):
        cells = [[row[f"{prefix}_{days}"] for days in (30, 90, 180, 365)] for row in rows]
        columns[tier] = np.array([[float(cell) if cell else NAN for cell in row] for row in cells])
    return columns


def made(seed: int, n: int = 40) -> tuple[Features, np.ndarray, np.ndarray]:
    """Rows of made-up episodes: three covariates, two horizons, eight wars, some cells not scored."""
    luck = np.random.default_rng(seed)
    values = luck.normal(size=(n, 3))
    happened = (luck.random((n, 2)) < 1 / (1 + np.exp(-values[:, :1]))).astype(float)
    happened[luck.random((n, 2)) < 0.1] = NAN
    return Features(("a", "b", "c"), values), happened, np.array([f"war {k}" for k in luck.integers(0, 8, n)])


# The fit


def test_the_gradient_is_nought_at_the_optimum() -> None:
    features, happened, _ = made(1)
    scored = ~np.isnan(happened[:, 0])
    design, outcome = with_intercept(features.values[scored]), happened[scored, 0]
    penalties = np.array([0, 10.0, 10.0, 10.0])
    found = fit_logistic(design, outcome, penalties)
    p = 1 / (1 + np.exp(-design @ found))
    assert np.max(np.abs(design.T @ (outcome - p) - penalties * found)) < 1e-9
    # So does the intercept alone say that forecasts add up to events.
    assert p.sum() == pytest.approx(outcome.sum(), abs=1e-9)


def test_an_optimum_derived_by_hand() -> None:
    # At -1 and at 1 stand four rows each, with one and three events: by symmetry the intercept is 0, and each group
    # pulls the slope by 3 (1 - p) - p, p = 1 / (1 + e^-b). At b = log 2, p = 2/3: 2 x 1/3 must equal penalty x log 2.
    x = np.repeat([-1.0, 1.0], 4)[:, None]
    outcome = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    found = fit_logistic(with_intercept(x), outcome, np.array([0.0, 2 / 3 / np.log(2)]))
    assert found == pytest.approx([0.0, np.log(2)], abs=1e-9)


@given(st.integers(0, 10_000), st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_no_neighbour_is_better(seed: int, penalty: float) -> None:
    features, happened, _ = made(seed)
    outcome = np.nan_to_num(happened[:, 0])
    penalties = np.array([0, penalty, penalty, penalty])
    design = with_intercept(features.values * [1, 30, 0.1])
    found = fit_logistic(design, outcome, penalties)
    assert np.max(np.abs(gradient(design, outcome, found, penalties))) < 1e-9


def test_separated_outcomes_and_repeated_covariates_have_no_optimum() -> None:
    x = np.array([[-1.0], [-0.5], [0.5], [1.0]])
    with pytest.raises(NoOptimumError):
        fit_logistic(with_intercept(x), np.array([0.0, 0, 1, 1]), np.zeros(2))
    with pytest.raises(NoOptimumError):
        fit_logistic(with_intercept(np.ones((4, 1))), np.array([0.0, 1, 0, 1]), np.zeros(2))
    assert np.isfinite(fit_logistic(with_intercept(x), np.array([0.0, 0, 1, 1]), np.array([0, 1e-3]))).all()


# Forecasts


def test_constant_by_hand() -> None:
    outcomes = np.array([[1, 0], [1, NAN], [0, NAN], [NAN, NAN]])
    found = constant(outcomes, ["a", "a", "b", "c"])
    # War a learns from one row that failed, b from two that came, c from all three; horizon 2 has one scored row, in a.
    np.testing.assert_allclose(found[:, 0], [0.5 / 2, 0.5 / 2, 2.5 / 3, 2.5 / 4], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], [0.5, 0.5, 0.5 / 2, 0.5 / 2], rtol=0, atol=1e-12)


def test_a_ridge_pressed_flat_says_the_share_of_the_training_rows() -> None:
    features, happened, _ = made(2)
    flat = fit_predict(features, happened, features, penalty=1e9)
    np.testing.assert_allclose(flat, np.tile(np.nanmean(happened, axis=0), (40, 1)), atol=1e-6)


def test_units_and_offsets_of_covariates_do_not_matter() -> None:
    features, happened, wars = made(3)
    other = Features(features.names, features.values * [100.0, 0.01, -3.0] + [5.0, -2.0, 0.0])
    np.testing.assert_allclose(ridge(features, happened, wars), ridge(other, happened, wars), atol=1e-9)


def test_a_covariate_that_never_varies_in_training_changes_nothing() -> None:
    features, happened, wars = made(4)
    fixed = Features((*features.names, "fixed"), np.column_stack([features.values, np.full(40, 0.1)]))
    np.testing.assert_array_equal(ridge(fixed, happened, wars), ridge(features, happened, wars))


def test_horizons_without_both_outcomes_fall_back_on_the_smoothed_share() -> None:
    features, happened, wars = made(5)
    happened[:, 0], happened[:, 1] = NAN, 1.0
    found = ridge(features, happened, wars)
    assert (found[:, 0] == 0.5).all()
    for war in np.unique(wars):
        n = np.sum(wars != war)
        assert (found[wars == war, 1] == (n + 0.5) / (n + 1)).all()


def test_a_single_war_has_nothing_to_learn_from() -> None:
    features, happened, _ = made(6)
    assert (ridge(features, happened, np.full(40, "same")) == 0.5).all()
    assert (age_of_war(np.arange(40), happened, np.full(40, "same")) == 0.5).all()


def test_separation_by_age_still_gives_numbers() -> None:
    ages = np.arange(20) * 100
    outcomes = (ages > 900).astype(float)[:, None]
    found = age_of_war(ages, outcomes, np.arange(20))
    assert ((found > 0) & (found < 1)).all()
    assert found[0, 0] < 0.05 and found[-1, 0] > 0.95


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_every_row_has_a_forecast_inside_nought_and_one(seed: int) -> None:
    features, happened, wars = made(seed)
    for found in (constant(happened, wars), ridge(features, happened, wars, 0.1)):
        assert found.shape == happened.shape
        assert ((found > 0) & (found < 1)).all()


# Leakage


def longer(
    features: Features, happened: np.ndarray, wars: np.ndarray, war: str, value: float
) -> tuple[Features, np.ndarray, np.ndarray]:
    """The same rows with five absurd ones of ``war`` put in front."""
    return (
        Features(features.names, np.vstack([np.full((5, 3), 1e6), features.values])),
        np.vstack([np.full((5, 2), value), happened]),
        np.append([war] * 5, wars),
    )


def forecasts(features: Features, happened: np.ndarray, wars: np.ndarray) -> list[np.ndarray]:
    ages = np.abs(features.values[:, 0]) * 100
    return [constant(happened, wars), age_of_war(ages, happened, wars), ridge(features, happened, wars)]


def test_rows_of_the_same_war_change_no_byte_of_its_forecasts() -> None:
    plain = made(7)
    wars = plain[2]
    for war in np.unique(wars):
        for before, after in zip(forecasts(*plain), forecasts(*longer(*plain, war, 1.0)), strict=True):
            assert before[wars == war].tobytes() == after[5:][wars == war].tobytes()
            # The other wars do learn from them, so the test can fail.
            assert before[wars != war].tobytes() != after[5:][wars != war].tobytes()


def test_own_outcomes_change_no_byte_of_a_wars_forecasts() -> None:
    features, happened, wars = made(8)
    here = wars == wars[0]
    turned = np.where(here[:, None], 1 - happened, happened)
    for before, after in zip(forecasts(features, happened, wars), forecasts(features, turned, wars), strict=True):
        assert before[here].tobytes() == after[here].tobytes()


def test_rows_without_an_outcome_change_no_byte_of_any_forecast() -> None:
    plain = made(9)
    for war in ("war 0", "a new war"):
        for before, after in zip(forecasts(*plain), forecasts(*longer(*plain, war, NAN)), strict=True):
            assert before.tobytes() == after[5:].tobytes()


def test_the_forecast_of_a_row_does_not_depend_on_its_neighbours() -> None:
    features, happened, _ = made(10)
    together = fit_predict(features, happened, features)
    for row in range(40):
        assert fit_predict(features, happened, features.rows(np.array([row]))).tobytes() == together[row].tobytes()


# Covariates


def test_covariates_of_a_coded_row() -> None:
    columns = {name: np.array([k, -k]) for k, name in enumerate(CODED)}
    columns |= {"war_age_days": np.array([0, 99]), "war_type": np.array(["interstate", "internationalised"])}
    columns["momentum_a"], columns["prior_failed_cf"] = np.array([-2, 1]), np.array([3, 0])
    with_type = Features.from_columns(columns)
    assert with_type.names == WITH_WAR_TYPE and with_type.values.shape == (2, 13)
    assert with_type.values[:, 0].tolist() == [-2, 1]
    np.testing.assert_allclose(with_type.values[:, 11:], [[0, 1], [np.log(100), 0]], rtol=1e-15)
    with_size = Features.from_columns(columns, WITH_MOMENTUM_SIZE)
    assert with_size.values.shape == (2, 13)
    assert with_size.values[:, 9].tolist() == [np.log1p(3), 0] and with_size.values[:, 12].tolist() == [2, 1]


def test_columns_that_are_missing_or_not_numbers_are_named() -> None:
    with pytest.raises(ParleyError, match="stalemate"):
        Features.from_columns({"momentum_a": [1]}, ("momentum_a", "stalemate"))
    with pytest.raises(NumericError, match="momentum_a: row 1"):
        Features.from_columns({"momentum_a": [1, NAN]}, ("momentum_a",))
    with pytest.raises(NumericError, match="momentum_a"):
        Features.from_columns({"momentum_a": ["1", "much"]}, ("momentum_a",))
    structured = np.array([(1.0,)], dtype=[("momentum_a", "f8")])
    assert Features.from_columns(structured, ("momentum_a",)).values == [[1.0]]
    with pytest.raises(ParleyError, match="stalemate"):
        Features.from_columns(structured, ("stalemate",))


def test_training_and_target_need_the_same_covariates_and_a_penalty() -> None:
    features, happened, wars = made(11)
    with pytest.raises(ParleyError, match="covariates"):
        fit_predict(features, happened, Features(("a", "b", "x"), features.values))
    with pytest.raises(ParleyError, match="penalty"):
        ridge(features, happened, wars, 0.0)
    with pytest.raises(ValueError, match="clusters"):
        constant(happened, wars[:-1])


# The shipped episodes. Golden, to the third digit: change only with the episodes.


@pytest.mark.parametrize(
    ("tier", "expected"),
    [("durable", [0.227, 0.256, 0.256, 0.244, 0.246]), ("mutual", [0.253, 0.258, 0.247, 0.224, 0.246])],
)
def test_constant_on_the_shipped_episodes(episodes: dict[str, np.ndarray], tier: str, expected: list[float]) -> None:
    found = constant(episodes[tier], episodes["cluster"])
    assert [*brier(found, episodes[tier]), mean_brier(found, episodes[tier])] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("tier", "expected"),
    [("durable", [0.202, 0.242, 0.252, 0.241, 0.234]), ("mutual", [0.237, 0.255, 0.250, 0.226, 0.242])],
)
def test_age_of_war_on_the_shipped_episodes(episodes: dict[str, np.ndarray], tier: str, expected: list[float]) -> None:
    found = age_of_war(episodes["war_age_days"], episodes[tier], episodes["cluster"])
    assert [*brier(found, episodes[tier]), mean_brier(found, episodes[tier])] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("names", "tier", "penalty", "expected"),
    [
        (WITH_MOMENTUM_SIZE, "durable", 10, [0.167, 0.173, 0.156, 0.166, 0.165]),
        (WITH_MOMENTUM_SIZE, "durable", 30, [0.176, 0.183, 0.170, 0.178, 0.177]),
        (WITH_MOMENTUM_SIZE, "mutual", 10, [0.194, 0.187, 0.143, 0.155, 0.170]),
        (WITH_MOMENTUM_SIZE, "mutual", 30, [0.204, 0.194, 0.159, 0.166, 0.181]),
        (WITH_WAR_TYPE, "durable", 10, [0.163, 0.172, 0.160, 0.166, 0.165]),
        (WITH_WAR_TYPE, "durable", 30, [0.173, 0.184, 0.173, 0.179, 0.178]),
        (WITH_WAR_TYPE, "mutual", 10, [0.194, 0.177, 0.137, 0.138, 0.162]),
        (WITH_WAR_TYPE, "mutual", 30, [0.202, 0.188, 0.154, 0.155, 0.175]),
    ],
)
def test_ridge_on_the_shipped_episodes(
    episodes: dict[str, np.ndarray], names: tuple[str, ...], tier: str, penalty: float, expected: list[float]
) -> None:
    found = ridge(Features.from_columns(episodes, names), episodes[tier], episodes["cluster"], penalty)
    assert [*brier(found, episodes[tier]), mean_brier(found, episodes[tier])] == pytest.approx(expected, abs=1e-3)
