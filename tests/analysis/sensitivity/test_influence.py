"""Dead inputs are found, live ones are not called dead, and one that alone decides is named."""

from typing import Any

import numpy as np
import pytest

from sim.analysis.sensitivity.influence import STAGES, Influence, Move, _differs, influence
from sim.analysis.sensitivity.natural_ranges import natural_range, widened
from sim.scenario.key_paths import quantities
from sim.scenario.reading.load import load
from sim.scenario.sampling.parameter_draws import inverse_cdf
from tests.factories import WEEKLY, changed, minimal_scenario

BASE = load("istanbul_2025/aides_only")
STATED: dict[str, Any] = {
    **WEEKLY,
    "parties.North.fear": 0.05,
    "parties.South.fear": 0.05,
    "parties.North.strain": {"low": 0.01, "central": 0.05, "high": 0.09},
    "parties.South.strain": {"low": 0.045, "central": 0.05, "high": 0.055},
    "war.momentum_volatility": 0.1,
    # Nobody's image is at stake without a backer, no linkage without a track that waits, and momentum gains nothing
    # where war promises nothing.
    "parties.North.image": {"low": 0.0, "central": 0.02, "high": 0.05},
    "parties.South.linkage_tolerance": 0.5,
}


@pytest.fixture(scope="module")
def found() -> Influence:
    return influence(minimal_scenario(**STATED), workers=1)


def test_what_acts_on_nothing_is_dead_and_nothing_else_that_is_known_to_act(found: Influence) -> None:
    dead = {move.name for move in found.dead}
    assert {"parties.North.image", "parties.South.linkage_tolerance", "war.momentum_volatility"} <= dead
    alive = {"parties.North.strain", "parties.South.strain", "parties.North.fear", "war.victory_hazard"}
    assert not alive & dead and alive <= {move.name for move in found.moves}
    assert all(move.swing == 0 and move.error == 0 for move in found.dead)


def test_defaults_and_points_of_a_single_issue_are_not_moved(found: Influence) -> None:
    names = {move.name for move in found.moves}
    assert "talks.close_enough" not in names and "truces.slow_hazard" not in names
    assert "parties.North.points.territory" not in names


def test_one_wide_input_decides_among_narrow_ones(found: Influence) -> None:
    assert found.decides is not None
    move, share = found.decides
    assert move.name == "parties.North.strain" and share > 0.6
    trials = STAGES[-1][0] * STAGES[-1][1]
    assert (
        f"parties.North.image: moves nothing: from 0.00707 to 0.0413 none of {trials:,} trials ends differently"
        in found.warnings
    )
    assert found.warnings[-1].startswith("parties.North.strain: alone decides: from 0.0226 to 0.0774 it moves")


def move(name: str, swing: float, error: float = 0.01, is_uncertain: bool = True) -> Move:
    return Move(name, (0.0, 1.0), is_uncertain, (0.2, 0.2 + swing), error, 9)


def test_who_decides() -> None:
    narrow = (move("b", 0.1), move("c", -0.1))
    assert Influence((move("a", 0.3), *narrow), 9).decides is not None
    assert Influence((move("a", 0.15), *narrow), 9).decides is None
    # One of two always has most; a certain number is moved farther than anybody doubts it; chance decides nothing.
    assert Influence((move("a", 0.3), move("b", 0.1)), 9).decides is None
    assert Influence((move("a", 0.3, is_uncertain=False), *narrow, move("d", 0.1)), 9).decides is None
    assert Influence((move("a", 0.3, error=0.2), move("b", 0.01), move("c", 0.01)), 9).decides is None
    assert Influence((), 9).decides is None and Influence((), 9).warnings == ()


def test_the_answer_is_the_same_for_any_workers_and_a_mirrored_scenario_moves_the_same_inputs(found: Influence) -> None:
    assert influence(minimal_scenario(**STATED), workers=2) == found
    swapped = influence(minimal_scenario(**STATED).model_copy(update={"mirrored": True}), workers=1)
    assert {move.name for move in swapped.dead} == {move.name for move in found.dead}


def test_differences_are_those_from_the_first_point() -> None:
    floats = np.array([[np.nan, 1.0, 2.0], [np.nan, 1.0, 2.5], [0.5, np.nan, 2.0]])
    assert _differs(floats).tolist() == [[False] * 3, [False, False, True], [True, True, False]]
    assert _differs(np.array([[1, 2], [1, 3]])).tolist() == [[False, False], [False, True]]


@pytest.mark.parametrize(
    ("path", "low", "high"),
    [
        ("parties.Ukraine.ideal_point.territory", 0.0, 0.4),
        ("parties.Russia.ideal_point.territory", 0.4, 1.0),
        ("parties.Rada.ideal_point.aid", 0.0, 0.1),
        ("issues.territory.status_quo", 0.05, 1.0),
        ("parties.US.ideal_point.forces", 0.0, 1.0),
        ("parties.Ukraine.points.aid", 7.0, 28.0),
        ("parties.China.bias", -1.0, 1.0),
        ("war.victory_slope", 2.0, 8.0),
        ("war.fluidity", 0.5, 2.0),
        ("parties.US.persistence", 0.0, 0.1),
        ("talks.age_slope", 0.0, 0.1),
    ],
)
def test_natural_ranges(path: str, low: float, high: float) -> None:
    assert natural_range(BASE, path, quantities(BASE)[path]) == pytest.approx((low, high))


def test_lines_lie_on_the_side_of_their_owner() -> None:
    scenario = changed(
        minimal_scenario(),
        **{"parties.North.red_lines": {"territory": 0.7}, "parties.South.public_lines": {"territory": 0.4}},
    )
    known = quantities(scenario)
    for path, reach in {
        "parties.North.red_lines.territory": (0.5, 1.0),
        "parties.South.public_lines.territory": (0.0, 0.5),
    }.items():
        assert natural_range(scenario, path, known[path]) == reach


def test_a_widened_number_has_its_own_value_at_its_share() -> None:
    paths = {path for path, one in quantities(BASE).items() if one.value is not None}
    wide, shares = widened(BASE, paths)
    for path, share in shares.items():
        now, before = quantities(wide)[path], quantities(BASE)[path]
        assert now.is_uncertain and 0 <= share <= 1
        assert float(inverse_cdf(now, share)) == pytest.approx(before.middle, abs=1e-12)
    assert "parties.Russia.strain" not in shares and len(shares) > 100
