"""The headline of coded rows: its weight comes from other wars, and the mutual tier follows by Jeffrey's rule."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence.backtest.nested import Folds
from sim.evidence.backtest.nested_headline import jeffrey, nested_headline

FOLDS = Folds(("A", "B", "C"), np.array([0, 0, 1, 1, 2]))
Y = np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
RIGHT, HALF = np.where(Y == 1, 0.9, 0.1), np.full(Y.shape, 0.5)


def known(durable: np.ndarray, mutual: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The same odds in each fold."""
    by_tier = {"durable": durable, "mutual": durable if mutual is None else mutual}
    return {tier: np.broadcast_to(odds, (3, *odds.shape)) for tier, odds in by_tier.items()}


def test_the_weight_goes_to_whoever_forecasts_other_wars_better() -> None:
    assert set(nested_headline(known(RIGHT), HALF, Y, FOLDS).chosen.values()) == {1.0}
    found = nested_headline(known(HALF), RIGHT, Y, FOLDS)
    assert set(found.chosen.values()) == {0.0}
    assert found.forecasts["durable"] == pytest.approx(RIGHT)


def test_of_equal_weights_the_one_without_a_reference_class() -> None:
    assert set(nested_headline(known(HALF), HALF, Y, FOLDS).chosen.values()) == {1.0}
    nothing = np.full(Y.shape, np.nan)
    assert set(nested_headline(known(HALF), RIGHT, nothing, FOLDS).chosen.values()) == {1.0}


def test_outcomes_of_its_own_war_do_not_move_a_folds_weight() -> None:
    odds, reference = np.random.default_rng(3).uniform(0.1, 0.9, (2, *Y.shape))
    before = nested_headline(known(odds), reference, Y, FOLDS)
    after = nested_headline(known(odds), reference, np.where(FOLDS.of[:, None] == 1, 1 - Y, Y), FOLDS)
    own = FOLDS.of == 1
    assert before.chosen["B"] == after.chosen["B"]
    assert before.forecasts["durable"][own].tobytes() == after.forecasts["durable"][own].tobytes()


def test_jeffreys_rule_by_hand() -> None:
    # Of 100 cases 20 are durable, 20 mutual only. Durable moved to .5: 50, and of the rest a quarter mutual only.
    assert jeffrey(np.array([0.4]), np.array([0.2]), np.array([0.5])) == pytest.approx([0.5 + 0.5 * 0.25])
    assert jeffrey(np.array([0.4]), np.array([0.2]), np.array([0.2])) == pytest.approx([0.4])
    low = jeffrey(np.array([0.3, 0.6]), np.array([0.3, 0.2]), np.array([0.0, 0.0]))
    assert low == pytest.approx([0.0, 0.5])


def test_without_a_reference_class_both_tiers_stay_as_they_are() -> None:
    mutual = np.sort(np.random.default_rng(4).uniform(0.3, 0.9, Y.shape), axis=1)
    found = nested_headline(known(mutual * 0.7, mutual), HALF, np.full(Y.shape, np.nan), FOLDS)
    assert found.forecasts["durable"] == pytest.approx(mutual * 0.7)
    assert found.forecasts["mutual"] == pytest.approx(mutual)
