"""Elementary effects: exact for a sum, apart where inputs act together, and 0 where they do nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.analysis.sensitivity.morris import Effect, design, effects, morris
from sim.errors import ParleyError
from tests.analysis.sensitivity.test_tornado import UNCERTAIN
from tests.factories import minimal_scenario

NAMES = ["x1", "x2", "x3"]


def of(points: np.ndarray, order: np.ndarray, answers: np.ndarray) -> dict[str, Effect]:
    return {one.name: one for one in effects(points, order, np.stack([answers, answers], axis=2), NAMES)}


@pytest.mark.parametrize("seed", range(3))
def test_exact_for_a_sum(seed: int) -> None:
    points, order = design(3, 8, seed)
    found = of(points, order, points @ np.array([2.0, -3.0, 0.0]))
    for name, slope in zip(NAMES, (2, -3, 0), strict=True):
        assert found[name].mu == pytest.approx(slope)
        assert found[name].mu_star == pytest.approx(abs(slope))
        assert found[name].sigma == pytest.approx(0, abs=1e-9)
        assert found[name].lo == pytest.approx(abs(slope))
    assert list(found) == ["x2", "x1", "x3"]


def test_inputs_that_act_together_have_a_sigma() -> None:
    points, order = design(3, 40, 1)
    found = of(points, order, points[..., 0] * points[..., 1])
    assert found["x1"].sigma > 0.1 and found["x2"].sigma > 0.1
    assert found["x3"].mu_star == found["x3"].sigma == 0


def test_each_step_changes_one_input_by_half_its_distribution() -> None:
    points, order = design(5, 12, 2)
    moved = np.diff(points, axis=1)
    assert np.array_equal(np.argmax(np.abs(moved), axis=2), order)
    assert np.allclose(np.sort(np.abs(moved), axis=2)[..., :-1], 0)
    assert np.allclose(np.abs(moved).max(axis=2), 0.5)
    assert set(np.unique(points)) <= {0.125, 0.375, 0.625, 0.875}
    assert np.array_equal(np.sort(order, axis=1), np.tile(np.arange(5), (12, 1)))


def test_luck_adds_neither_size_nor_spread() -> None:
    points, order = design(1, 20_000, 1)
    luck = np.random.default_rng(1).normal(size=(20_000, 2, 2))
    (inert,) = effects(points, order, luck, ["x"])
    assert abs(inert.mu_star) < 0.1 and inert.sigma < 0.8  # 2.2 and 2.8 without care
    (acts,) = effects(points, order, luck + 10 * points[..., :1], ["x"])
    assert acts.mu_star == pytest.approx(10, rel=0.02)


def test_of_a_scenario() -> None:
    found = morris(minimal_scenario(**UNCERTAIN), trajectories=10, trials=64, workers=1)
    by_name = {one.name: one for one in found.effects}
    assert found.effects[0].name == "parties.North.strain" and found.effects[0].mu > 0
    inert = by_name["parties.North.image"]
    assert (inert.mu, inert.mu_star, inert.sigma, inert.lo, inert.hi) == (0, 0, 0, 0, 0)
    json.dumps(found.as_dict(), allow_nan=False)
    assert len(found.table()) == 3
    assert "parties.North.strain" in found.sentence


def test_mistakes_are_refused() -> None:
    scenario = minimal_scenario(**UNCERTAIN)
    with pytest.raises(ParleyError, match="trajectories: expected a whole number from 2 to 10,000, got 1"):
        morris(scenario, trajectories=1)
    with pytest.raises(ParleyError, match="did you mean `parties.North.strain`"):
        morris(scenario, inputs=["parties.North.strian"])
    with pytest.raises(ParleyError, match="nothing to vary"):
        morris(minimal_scenario())
