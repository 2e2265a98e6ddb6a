"""Control variates: means that are exactly known, no bias, an interval that holds, and a gain where there is one.

Statistical checks allow 4.5 standard errors (less than once in 100,000 seeds by luck); seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.analysis.variance_reduction.control_variates import (
    FOLDS,
    Coordinates,
    adjusted,
    controlled,
    draw_controls,
    luck_controls,
    most_telling,
    of_clusters,
    standardised,
    taken_off,
)
from sim.analysis.variance_reduction.engine_pass import Clock, plain_run
from sim.analysis.variance_reduction.estimate import compared, plain_estimate
from sim.random_streams import Streams
from tests.study.test_fewer_trials import LATE, by_draws


def cross_fitted(outcome: np.ndarray, controls: np.ndarray) -> np.ndarray:
    fold = np.arange(len(outcome)) % FOLDS
    left = np.empty(len(outcome))
    for number in range(FOLDS):
        left[fold == number] = taken_off(outcome, controls, fold != number)
    return left


def test_cross_fitting_has_no_bias_and_its_interval_holds() -> None:
    """As few clusters as there may be, and 6 controls: fitted on all clusters alike they would show a bias."""
    rng = np.random.default_rng(1)
    estimates, ratios, covered, n_sets = [], [], 0, 800
    for _ in range(n_sets):
        controls = rng.normal(size=(64, 6))
        curve = 0.03 * (controls[:, 0] ** 2 - 1.0)
        outcome = 0.3 + 0.1 * controls[:, 0] + curve + 0.04 * rng.normal(size=64)
        left = cross_fitted(outcome, controls)
        estimates.append(left.mean())
        ratios.append(outcome.var() / left.var())
        covered += abs(left.mean() - 0.3) < 2.0 * left.std(ddof=1) / 8
    assert abs(np.mean(estimates) - 0.3) < 4.5 * np.std(estimates) / n_sets**0.5
    assert np.median(ratios) > 2
    assert covered / n_sets > 0.91  # 95 % less 4.5 standard errors of 800 sets


def test_controls_that_tell_nothing_change_next_to_nothing() -> None:
    rng = np.random.default_rng(2)
    outcome, controls = rng.random(600), rng.normal(size=(600, 30))
    left = cross_fitted(outcome, controls)
    assert 0.97 < left.var() / outcome.var() < 1.03
    still = taken_off(np.zeros(50), controls[:50], np.arange(50) % 5 != 0)
    assert (still == 0).all()


def test_columns_of_a_file_have_exactly_known_means() -> None:
    rows = np.array([[1.0, 5.0, 2.0], [2.0, 5.0, 1.0], [4.0, 5.0, 3.0]])
    weights = np.array([1.0, 2.0, 1.0])
    known, products = standardised(rows, weights)
    assert known.shape == (3, 2)  # a column that does not vary is none
    share = weights / 4
    assert np.allclose(share @ known, 0) and np.allclose(np.diag(products), 1)
    assert products[0, 1] == pytest.approx(float(np.sum(share * known[:, 0] * known[:, 1])))


def test_every_control_has_mean_nought() -> None:
    scenario = sim.load("istanbul_2025/aides_only")
    n_trials = 16 * 2_048
    found = Coordinates(scenario, Streams(5, 0, n_trials))
    assert found.is_odd.sum() == 83 and 4 <= (~found.is_odd).sum() <= 6
    assert np.abs(of_clusters(found.values[:, found.is_odd])).max() < 1e-9  # what antithetic draws have done already
    chosen = np.append(np.flatnonzero(~found.is_odd)[:4], [0, 7, 20])
    controls = draw_controls(found, chosen)
    z = controls.mean(axis=0) / (controls.std(axis=0) / len(controls) ** 0.5)
    assert np.abs(z).max() < 4.5
    luck = luck_controls(scenario, 5, 16 * 512)
    z = luck.mean(axis=0) / (luck.std(axis=0) / len(luck) ** 0.5)
    assert np.abs(z).max() < 4.5 and luck.shape == (256, 36)


def test_coordinates_that_move_the_odds_are_found() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(400, 20))
    shares = 0.5 + 0.1 * values[:, 13] - 0.08 * values[:, 4] + 0.05 * rng.normal(size=400)
    assert most_telling(values, shares)[:2].tolist() == [13, 4]


def test_of_a_scenario_no_bias_and_less_variance() -> None:
    scenario = by_draws()
    plain, adjusted_means, widths = [], [], []
    for seed in range(1, 13):
        hits = plain_run(scenario, 4_096, seed, 11, Clock())[LATE]
        left = adjusted(hits, Coordinates(scenario, Streams(seed, 0, 4_096)), luck_controls(scenario, seed, 4_096))
        before = plain_estimate(hits, *LATE, 1.0)
        after = compared(controlled(hits, left, *LATE, 1.0), before)
        plain.append(before.p)
        adjusted_means.append(after.p)
        widths.append(after.variance_ratio)
        assert after.lo < after.p < after.hi
    change = np.array(adjusted_means) - np.array(plain)
    assert abs(change.mean()) < 4.5 * change.std(ddof=1) / 12**0.5
    assert np.median(widths) > 1.2


def test_no_event_and_only_events() -> None:
    for hits in (np.zeros(320, dtype=bool), np.ones(320, dtype=bool)):
        one = controlled(hits, np.full(10, float(hits[0])), *LATE, 1.0)
        assert one.se == 0 and one.lo <= one.p <= one.hi and one.lo < one.hi
