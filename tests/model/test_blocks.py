"""A trial is the same to the last bit in any block, on any thread, with its reasons or without."""

from collections.abc import Iterator

import numpy as np
import pytest

from sim.model.compiled import simulate, simulate_streams
from sim.outcome_columns import Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario
from sim.single_trial.one_trial import OneTrial
from tests.oracle.everything_on import TRACKS_BY_HAZARD, everything_on

SEED, N = 7, 2 * 2_528
REASONS = ("tag", "best_week", "best_track", "shortfall", "binding_party", "binding_issue")


@pytest.fixture(scope="module", params=[{}, {"tracks": TRACKS_BY_HAZARD}], ids=["offers", "by hazard"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return everything_on(**request.param)


@pytest.fixture(scope="module")
def whole(scenario: Scenario) -> Columns:
    return simulate(scenario, SEED, 0, N)


def assert_equal(found: Columns, expected: Columns, trials: slice = slice(None)) -> None:
    assert found.keys() == expected.keys()
    for name, column in found.items():
        assert column.dtype == expected[name].dtype
        assert column.tobytes() == expected[name][trials].tobytes(), name


def joined(parts: Iterator[Columns]) -> Columns:
    found = list(parts)
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("size", "trials"), [(1, 40), (7, 203), (16, 320), (2_528, N), (N, N)])
def test_trials_are_the_same_in_blocks_of_any_size(
    scenario: Scenario, whole: Columns, size: int, trials: int, n_threads: int
) -> None:
    starts = range(0, trials, size)
    blocks = (simulate(scenario, SEED, first, min(size, trials - first), n_threads=n_threads) for first in starts)
    assert_equal(joined(blocks), whole, slice(0, trials))


@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize(("first", "n"), [(5, 3), (5, 40), (31, 2), (2_527, 100)])
def test_a_block_may_begin_and_end_within_a_draw(
    scenario: Scenario, whole: Columns, first: int, n: int, n_threads: int
) -> None:
    assert_equal(simulate(scenario, SEED, first, n, n_threads=n_threads), whole, slice(first, first + n))


def test_without_reasons_every_other_column_is_the_same(scenario: Scenario, whole: Columns) -> None:
    plain = simulate(scenario, SEED, 0, 1_024, explains=False)
    is_reason = {name: name in REASONS or name.startswith("share_") for name in plain}
    assert_equal(
        {name: column for name, column in plain.items() if not is_reason[name]},
        {name: column[:1_024] for name, column in whole.items() if not is_reason[name]},
    )
    for name, column in plain.items():
        if is_reason[name]:
            assert (column == (0 if name == "shortfall" or name.startswith("share_") else -1)).all(), name
            assert (whole[name][:1_024] != column).any(), name


def test_one_trial_followed_week_by_week_is_that_of_the_run(scenario: Scenario, whole: Columns) -> None:
    for number in (0, 17, 2_530):
        trial = OneTrial(scenario, SEED, number)
        for _ in range(30):
            trial.step()
        assert trial.week == 30 and trial.is_counting
        assert_equal(trial.run(), whole, slice(number, number + 1))


def test_weeks_that_are_left_out_change_nothing_before_them(scenario: Scenario, whole: Columns) -> None:
    """What happened by the horizon does not hang on the weeks in which ceasefires are watched afterwards."""
    cut = simulate_streams(scenario, Streams(SEED, 0, 512), weeks=scenario.horizon_weeks)
    for name in ("n_rounds", "n_range_rounds", "victory_week", "halt_week", "halt_track", "mutual_week", "broad_week"):
        np.testing.assert_array_equal(cut[name], whole[name][:512], err_msg=name)
    assert (cut["halt_weeks"] <= whole["halt_weeks"][:512]).all()
