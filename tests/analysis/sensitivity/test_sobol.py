"""Sobol indices: the Ishigami function's closed form, luck kept out, and an engine's inert input at 0."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.analysis.sensitivity.sobol import REST, design, indices, sobol
from sim.errors import ParleyError
from tests.analysis.sensitivity.test_tornado import UNCERTAIN
from tests.factories import minimal_scenario

NAMES = ["x1", "x2", "x3"]
FIRST = {"x1": 0.31391, "x2": 0.44241, "x3": 0.0}
TOTAL = {"x1": 0.55759, "x2": 0.44241, "x3": 0.24368}
"""Ishigami and Homma (1990) with a = 7 and b = .1."""


def ishigami(points: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * points - 1)
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


@pytest.mark.parametrize("seed", range(5))
def test_ishigami(seed: int) -> None:
    answers = ishigami(design(3, [[0], [1], [2]], 4096, seed))
    for one in indices(np.stack([answers, answers], axis=2), NAMES, seed):
        assert one.first == pytest.approx(FIRST[one.name], abs=0.02)
        assert one.total == pytest.approx(TOTAL[one.name], abs=0.02)
        assert one.first_lo <= one.first <= one.first_hi
        assert one.total_lo <= one.total <= one.total_hi


def test_luck_does_not_pass_for_variance() -> None:
    """With luck as large as the spread itself; squares of whole means would halve the first indices."""
    points = design(3, [[0], [1], [2]], 16_384, 1)
    luck = np.random.default_rng(1).normal(scale=4, size=(*points.shape[:2], 2))
    for one in indices(ishigami(points)[..., None] + luck, NAMES):
        assert one.first == pytest.approx(FIRST[one.name], abs=0.08)
        assert one.total == pytest.approx(TOTAL[one.name], abs=0.08)


def test_groups_act_as_one() -> None:
    answers = ishigami(design(3, [[1], [0, 2]], 4096, 1))
    found = {one.name: one for one in indices(np.stack([answers, answers], axis=2), ["x2", "others"])}
    assert found["others"].first == pytest.approx(1 - FIRST["x2"], abs=0.02)
    assert found["others"].total == pytest.approx(1 - FIRST["x2"], abs=0.02)


def test_without_influence_every_index_is_zero() -> None:
    points = design(3, [[0], [1], [2]], 256, 1)
    one_acts = np.repeat(points[:, :, :1], 2, axis=2)
    found = {one.name: one for one in indices(one_acts, NAMES)}
    for name in ("x2", "x3"):
        one = found[name]
        assert one.first == one.total == one.total_lo == one.total_hi == 0
    for one in indices(np.full((256, 5, 2), 0.3), NAMES):
        assert (one.first, one.total, one.first_lo, one.first_hi) == (0, 0, 0, 0)


def test_of_a_scenario() -> None:
    scenario = minimal_scenario(**UNCERTAIN)
    found = sobol(scenario, rows=128, workers=1, inputs=["parties.North.strain", "parties.North.image"])
    by_name = {one.name: one for one in found.indices}
    assert set(by_name) == {"parties.North.strain", "parties.North.image", REST}
    assert found.indices[0].name == "parties.North.strain" and found.indices[0].total > 0.5
    assert by_name["parties.North.image"].total == by_name["parties.North.image"].first == 0
    json.dumps(found.as_dict(), allow_nan=False)
    assert not found.table().isna().any().any()
    assert "parties.North.strain" in found.sentence


def test_inputs_are_taken_from_a_tornado_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.analysis.sensitivity.sobol.N_INPUTS", 1)
    calls: list[tuple[int, int]] = []
    found = sobol(
        minimal_scenario(**UNCERTAIN), rows=64, workers=1, progress=lambda done, total: calls.append((done, total))
    )
    assert {one.name for one in found.indices} == {"parties.North.strain", REST}
    assert calls[-1][0] == calls[-1][1]
    assert len({total for _, total in calls}) == 1


def test_mistakes_are_refused() -> None:
    scenario = minimal_scenario(**UNCERTAIN)
    with pytest.raises(ParleyError, match="a power of two"):
        sobol(scenario, rows=100)
    with pytest.raises(ParleyError, match="did you mean `parties.North.strain`"):
        sobol(scenario, inputs=["parties.North.strian"], rows=64)
    with pytest.raises(ParleyError, match="days: expected .*, got 5"):
        sobol(scenario, days=5)
    with pytest.raises(ParleyError, match="nothing to vary"):
        sobol(minimal_scenario())
