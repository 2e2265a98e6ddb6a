"""The engine against the oracle: two tellings of docs/odd.md must agree, trial by trial.

The oracle (``tests/oracle``) was written from the document, not from the engine, in plain Python. Whole numbers
must be equal; floats are compared to 1e-6, because the engine stores them in single precision.
"""

import math
from typing import Any

import numpy as np
import pytest

from sim.evidence.calibration.episode_scenario import scenario_of
from sim.evidence.calibration.episodes import read_episodes, shipped
from sim.model.compiled import simulate
from sim.outcome_columns import TAGS
from sim.scenario.checks import references
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from sim.scenario.timeline import open_timeline
from tests.oracle.everything_on import PARTIES, TRACKS, TRACKS_BY_HAZARD, everything_on
from tests.oracle.oracle import NO_RANGE, tell

SEED = 3
SINGLE_PRECISION = 1e-6
N_ON = 400
"""Trials compared with every mechanism on; a quarter as many of the mirrored scenario."""
N_SLOW = 4_000
"""Trials of each comparison where there is time."""
TOLD_ALIKE = (None, "victory", "collapsed", "ratification", "process", "not_convened")

COMPARED = (
    ("istanbul_2025/aides_only", 192),  # the base
    ("istanbul_2025/halt_30_days_resupply_limits", 160),  # a term: expiry, renewal, upgrade, image; rearming
    ("istanbul_2025/terms_2022_settlement_first", 128),  # linkage
    ("istanbul_2025/dictated_peace", 128),  # withheld guarantees, a biased text
    ("istanbul_2025/brazil_china_persuade", 128),  # persuasion, and rules of attendance
    ("istanbul_2025/putin_comes_all_follow", 128),  # a summit, and rules of attendance that others follow
    ("istanbul_2025/secondary_sanctions_us_and_europe", 128),  # pressure that fades
    ("istanbul_2025/us_walks_away_aid_ends", 128),  # a controller and guarantor absent from the start
    ("iran_iraq/july_1988", 256),  # a fluid front: victories, imposed ceasefires, no guarantors, no ratification
    ("teaching/mirror_pair_south", 256),
    ("teaching/spoilers", 256),
    ("teaching/fearons_pie", 128),  # certain by construction
)


def assert_alike(scenario: Scenario, n_trials: int) -> None:
    """Fail with (trial, engine, oracle) by column where the two differ."""
    columns = simulate(scenario, SEED, 0, n_trials)
    found: dict[str, list[tuple[int, Any, Any]]] = {}
    for number, told in enumerate(tell(scenario, SEED, range(n_trials))):
        for name, value in told.items():
            stored = columns[name][number].item()
            if name == "tag":
                stored = TAGS[stored] if stored >= 0 else None
                stored = stored if stored in TOLD_ALIKE else NO_RANGE
            if not is_same(stored, value):
                found.setdefault(name, []).append((number, stored, value))
    assert not found, {name: (len(cases), cases[:3]) for name, cases in found.items()}


def is_same(stored: Any, told: Any) -> bool:
    if isinstance(told, float):
        return (math.isnan(stored) and math.isnan(told)) or abs(stored - told) <= SINGLE_PRECISION
    return bool(stored == told)


@pytest.mark.parametrize(
    ("name", "n_trials"), [*COMPARED, *(pytest.param(name, N_SLOW, marks=pytest.mark.slow) for name, _ in COMPARED)]
)
def test_engine_and_oracle_agree(name: str, n_trials: int) -> None:
    assert_alike(load(name), n_trials)


@pytest.mark.parametrize("name", ["DAY95", "KOR51"])
def test_they_agree_on_coded_episodes(name: str) -> None:
    """The template of coded episodes: signing by hazard, unseen costs, shared factors, optimism that ages."""
    (episode,) = (one for one in read_episodes(shipped()).episodes if one.episode_id == name)
    assert_alike(scenario_of(episode), 512)


@pytest.mark.parametrize("n_trials", [N_ON, pytest.param(N_SLOW, marks=pytest.mark.slow)])
@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("changes", [{}, {"tracks": TRACKS_BY_HAZARD}], ids=["offers", "by hazard"])
def test_they_agree_with_every_mechanism_on(changes: dict[str, Any], is_mirrored: bool, n_trials: int) -> None:
    scenario = everything_on(**changes)
    assert references.check(scenario) == []
    assert_alike(mirror(scenario) if is_mirrored else scenario, n_trials // 4 if is_mirrored else n_trials)


@pytest.mark.parametrize("is_mirrored", [False, True])
def test_they_agree_where_rates_are_equal_or_infinite(is_mirrored: bool) -> None:
    """Utilities without bends, South's weights 1.5 times North's where both have any: their trades have one rate."""
    of_north = {"land": 20, "river": 20, "arms": 10, "aid": 10, "captives": 40, "flags": 0}
    of_south = {"land": 30, "river": 30, "arms": 15, "aid": 15, "captives": 0, "flags": 10}
    points = {"North": of_north, "South": of_south, "Senate": of_north}
    straight = {"curvature": 0, "loss_aversion": 1, "trust": 1, "audience_slope": 0}
    changed = {name: PARTIES[name] | {"points": points[name]} for name in points}
    changed |= {name: changed[name] | straight for name in ("North", "South")}
    ratified = {"truce": ["Council"], "pause": ["Senate", "Council"]}
    tracks = TRACKS | {name: TRACKS[name] | {"ratified_by": vetoes} for name, vetoes in ratified.items()}
    scenario = everything_on(parties=PARTIES | changed, tracks=tracks)
    assert_alike(mirror(scenario) if is_mirrored else scenario, 192)


def test_they_agree_where_an_event_leaves_a_level_open() -> None:
    """The state of 13 May in the shipped timeline: who comes is drawn, and another side follows by rule."""
    assert_alike(open_timeline("istanbul_may_2025").states[2].scenario, 256)


def test_the_comparison_is_not_empty() -> None:
    """With every mechanism on, each kind of ending and of agreement occurs among the trials compared above."""
    columns = simulate(everything_on(), SEED, 0, N_ON)
    for name in ("in_force_180_week", "settlement_week", "victory_week", "limited_week", "humanitarian_week"):
        assert np.count_nonzero(columns[name] >= 0) >= 5, name
    for name, values in {"halt_end": (0, 1, 2), "imposed": (0, 1), "halt_track": (-1, 2, 3, 4, 5)}.items():
        assert set(values) <= set(columns[name].tolist()), name
    assert np.count_nonzero((columns["imposed"] == 1) & (columns["durable_week"] < 0)) >= 5
    assert 0 < np.count_nonzero(columns["in_force_180_week"] >= 0) < np.count_nonzero(columns["durable_week"] >= 0)
    tags = {TAGS[code] for code in columns["tag"] if code >= 0}
    assert {"victory", "collapsed", "process"} < tags and tags - set(TOLD_ALIKE)
    by_hazard = simulate(everything_on(tracks=TRACKS_BY_HAZARD), SEED, 0, N_ON)
    assert {2, 4, 5} <= set(by_hazard["halt_track"].tolist())
    assert np.count_nonzero(by_hazard["humanitarian_week"] >= 0) >= 5


def test_a_trial_tells_the_same_story_in_any_company() -> None:
    """A trial does not depend on which others are told with it (docs/odd.md, 3.8)."""
    scenario = load("istanbul_2025/aides_only")
    np.testing.assert_equal(tell(scenario, SEED, range(77, 78))[0], tell(scenario, SEED, range(64, 96))[13])
