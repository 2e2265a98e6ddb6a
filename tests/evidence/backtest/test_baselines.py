"""Baselines: optima, nothing leaks from a row's own war, and the scores on the shipped episodes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ParleyError
from sim.evidence.backtest.baselines import age_of_war, constant, covariates, fit_predict, ridge
from sim.evidence.backtest.forecasts import outcomes_of, wars_of
from sim.evidence.backtest.scores import brier, mean_brier
from sim.evidence.calibration.episodes import SCALES, Episode, read_episodes, shipped
from sim.statistics.logistic import NoOptimumError, fit_logistic, gradient, with_intercept
from tests.evidence import factories

NAN = np.nan


@pytest.fixture(scope="module")
def episodes() -> list[Episode]:
    return [episode for episode in read_episodes(shipped()).episodes if episode.episode_id != "IST25"]


def made(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of made-up episodes: three covariates, two horizons, eight wars, some cells not scored."""
    uniforms = np.random.default_rng(seed)
    values = uniforms.normal(size=(n, 3))
    happened = (uniforms.random((n, 2)) < 1 / (1 + np.exp(-values[:, :1]))).astype(float)
    happened[uniforms.random((n, 2)) < 0.1] = NAN
    return values, happened, np.array([f"war {k}" for k in uniforms.integers(0, 8, n)])


# The fit


def test_the_gradient_is_zero_at_the_optimum() -> None:
    features, happened, _ = made(1)
    scored = ~np.isnan(happened[:, 0])
    design, outcome = with_intercept(features[scored]), happened[scored, 0]
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
    design = with_intercept(features * [1, 30, 0.1])
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
    other = features * [100.0, 0.01, -3.0] + [5.0, -2.0, 0.0]
    np.testing.assert_allclose(ridge(features, happened, wars), ridge(other, happened, wars), atol=1e-9)


def test_a_covariate_that_never_varies_in_training_changes_nothing() -> None:
    features, happened, wars = made(4)
    fixed = np.column_stack([features, np.full(40, 0.1)])
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
def test_every_row_has_a_forecast_between_0_and_1(seed: int) -> None:
    features, happened, wars = made(seed)
    for found in (constant(happened, wars), ridge(features, happened, wars, 0.1)):
        assert found.shape == happened.shape
        assert ((found > 0) & (found < 1)).all()


# Leakage


def longer(
    features: np.ndarray, happened: np.ndarray, wars: np.ndarray, war: str, value: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same rows with five absurd ones of ``war`` put in front."""
    return (
        np.vstack([np.full((5, 3), 1e6), features]),
        np.vstack([np.full((5, 2), value), happened]),
        np.append([war] * 5, wars),
    )


def forecasts(features: np.ndarray, happened: np.ndarray, wars: np.ndarray) -> list[np.ndarray]:
    ages = np.abs(features[:, 0]) * 100
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
        assert fit_predict(features, happened, features[[row]]).tobytes() == together[row].tobytes()


# Covariates


def test_covariates_of_a_coded_row() -> None:
    codes = {name: number for number, name in enumerate(SCALES, 1)}
    row = factories.episode(**codes, war_type="interstate")
    other = replace(row, war_type="internationalised", war_start=row.talks_opened - timedelta(99))
    found = covariates([row, other])
    assert found.shape == (2, 13) and found[0, :11].tolist() == found[1, :11].tolist() == [*codes.values()]
    np.testing.assert_allclose(found[:, 11:], [[np.log(1462), 1], [np.log(100), 0]], rtol=1e-15)
    assert covariates([]).shape == (0, 13)


def test_a_penalty_and_a_war_for_each_row_are_needed() -> None:
    features, happened, wars = made(11)
    with pytest.raises(ParleyError, match="penalty"):
        ridge(features, happened, wars, 0.0)
    with pytest.raises(ValueError, match="expected a war for each row"):
        constant(happened, wars[:-1])


# The shipped episodes. Golden, to the third digit: change only with the episodes.


@pytest.mark.parametrize(
    ("baseline", "tier", "expected"),
    [
        ("constant", "durable", [0.213, 0.251, 0.258, 0.252, 0.244]),
        ("constant", "mutual", [0.253, 0.258, 0.247, 0.224, 0.246]),
        ("age", "durable", [0.200, 0.247, 0.260, 0.254, 0.240]),
        ("age", "mutual", [0.237, 0.255, 0.250, 0.226, 0.242]),
        (10, "durable", [0.158, 0.178, 0.166, 0.181, 0.171]),
        (30, "durable", [0.168, 0.188, 0.177, 0.191, 0.181]),
        (10, "mutual", [0.194, 0.177, 0.137, 0.138, 0.162]),
        (30, "mutual", [0.202, 0.188, 0.154, 0.155, 0.175]),
    ],
)
def test_on_the_shipped_episodes(
    episodes: list[Episode], baseline: str | float, tier: str, expected: list[float]
) -> None:
    outcomes, wars = outcomes_of(episodes, tier), wars_of(episodes)
    if baseline == "constant":
        found = constant(outcomes, wars)
    elif baseline == "age":
        found = age_of_war([episode.age_days for episode in episodes], outcomes, wars)
    else:
        found = ridge(covariates(episodes), outcomes, wars, float(baseline))
    assert [*brier(found, outcomes), mean_brier(found, outcomes)] == pytest.approx(expected, abs=1e-3)
