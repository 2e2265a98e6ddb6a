import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ParleyError
from sim.evidence.rival_models import weighted_mean, weighted_median
from sim.evidence.rival_models.spatial import columns
from tests.evidence.rival_models.cases import CARS

WEIGHT = st.integers(1, 40).map(lambda number: number / 8)
POINTS = st.lists(st.tuples(st.integers(0, 64).map(lambda number: number / 64), WEIGHT), min_size=1, max_size=9)


def test_emission_standards_have_the_published_median_and_mean() -> None:
    positions, weights = columns(CARS)
    assert weighted_median(positions, weights) == 7.0
    assert weighted_mean(positions, weights) == pytest.approx(7.389956, abs=5e-7)


def test_the_median_beats_every_position_in_pairwise_votes() -> None:
    positions, weights = columns(CARS)
    median = weighted_median(positions, weights)
    for rival in np.linspace(4, 10, 61):
        votes = weights * (np.abs(positions - rival) - np.abs(positions - median))
        assert weights[votes > 0].sum() >= weights[votes < 0].sum()


def test_a_tie_takes_the_middle() -> None:
    assert weighted_median([0.0, 1.0], [0.3, 0.3]) == 0.5
    assert weighted_median([0.0, 0.2, 1.0], [1.0, 1.0, 2.0]) == pytest.approx(0.6)


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_weights_that_weigh_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(ParleyError, match="weights must be"):
        weighted_median(list(range(len(weights))), weights)


@given(POINTS)
def test_doubling_everybody_changes_nothing(points: list[tuple[float, float]]) -> None:
    positions, weights = map(list, zip(*points, strict=True))
    assert weighted_median(positions * 2, weights * 2) == weighted_median(positions, weights)
    assert weighted_mean(positions * 2, weights * 2) == pytest.approx(weighted_mean(positions, weights), abs=1e-12)


@given(POINTS)
def test_mirrored_positions_have_the_mirrored_centre(points: list[tuple[float, float]]) -> None:
    positions, weights = (np.array(column) for column in zip(*points, strict=True))
    for centre in (weighted_median, weighted_mean):
        assert centre(1 - positions, weights) == pytest.approx(1 - centre(positions, weights), abs=1e-12)
        assert positions.min() - 1e-12 <= centre(positions, weights) <= positions.max() + 1e-12
