"""The check of the estimator: it passes a right one at its stated rate and fails wrong ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.evidence.calibration.calibrate import Record, calibrate
from sim.evidence.calibration.episodes import TIERS, read_episodes, shipped
from sim.evidence.calibration.posterior import Posterior, Surfaces
from sim.evidence.calibration.prior import prior_draws, prior_points
from sim.evidence.calibration.simulate_episodes import SimulatedEpisode
from sim.evidence.calibration.simulation_based_calibration import ERROR_RATE, RankStatistics, rank_statistics
from sim.evidence.calibration.structural_parameters import NAMES
from sim.evidence.calibration.study import CalibrationStudy
from sim.statistics.polynomial import class_chances, quadratic
from tests.evidence import factories


def first_of_each_war(n: int) -> list:  # type: ignore[type-arg]
    by_war = {}
    for episode in read_episodes(shipped()).episodes:
        by_war.setdefault(episode.cluster, episode)
    return list(by_war.values())[:n]


@pytest.fixture(scope="module")
def record() -> Record:
    """Ten wars of the shipped record, as simulated."""
    return calibrate(first_of_each_war(10), trials=4_096, workers=1)


def test_the_estimator_passes_on_a_small_record(record: Record) -> None:
    # One in a hundred right estimators fails; the seed is fixed.
    found = rank_statistics(record, 100)
    assert found.places.shape == (100, 6) and np.all((found.places >= 0) & (found.places <= 1))
    assert found.passes and "are uniform, as they should be" in found.sentence


def with_chances(record: Record, power: float) -> Record:
    chances = {tier: record.surfaces.chances[tier] ** np.float32(power) for tier in TIERS}
    return replace(record, surfaces=Surfaces(record.surfaces.points, chances))


def flipped(record: Record, name: str) -> Record:
    points = record.surfaces.points.copy()
    points[:, NAMES.index(name)] = 1 - points[:, NAMES.index(name)]
    return replace(record, surfaces=Surfaces(points, record.surfaces.chances))


def test_an_estimator_that_is_too_sure_fails(record: Record) -> None:
    found = rank_statistics(with_chances(record, 3), 100)
    assert not found.passes and "NOT uniform" in found.sentence
    # Too narrow a posterior puts the truth at its ends.
    middle = np.mean(np.abs(found.places - 0.5) < 0.25)
    assert middle < np.mean(np.abs(rank_statistics(record, 100).places - 0.5) < 0.25)


def test_an_estimator_with_a_parameter_the_wrong_way_round_fails(record: Record) -> None:
    found = rank_statistics(flipped(record, "strain"), 100)
    assert not found.passes and ", strain;" in found.sentence
    assert [p < 0.01 for p in found.p_values] == [name == "strain" for name in NAMES]


def test_a_record_that_lost_its_order_fails(record: Record) -> None:
    assert not rank_statistics(replace(record, simulated=record.simulated[::-1]), 100).passes


def synthetic(seed: int, n_wars: int = 12) -> Record:
    """A record whose surfaces are exactly those that its outcomes come from."""
    rng = np.random.default_rng(seed)
    draws, points = prior_draws(factories.TRIALS, seed), prior_points(1_024)
    chances, simulated, rows = [], [], []
    for number in range(n_wars):
        coefficients = rng.normal(scale=0.6, size=(4, 28))
        coefficients[:, 0] -= 1
        chances.append(class_chances(quadratic(points[:, :6]), coefficients))
        classes = [rng.choice(5, p=p) for p in class_chances(quadratic(draws[:, :6]), coefficients)]
        counts = np.zeros((len(draws), 5), dtype=np.uint8)
        first = np.array(classes, dtype=np.int8)
        simulated.append(SimulatedEpisode(dict.fromkeys(TIERS, counts), counts, dict.fromkeys(TIERS, first)))
        # A second row of the war, which the check leaves out: it would be wrong.
        rows += [factories.episode(episode_id=f"{number}{half}", cluster=f"W{number}") for half in "ab"]
    both = np.repeat(np.array(chances, dtype=np.float32), 2, axis=0)
    both[1::2] = both[1::2, ::-1]
    surfaces = Surfaces(points, dict.fromkeys(TIERS, both))
    doubled = tuple(one for one in simulated for _ in range(2))
    return Record(tuple(rows), doubled, surfaces, Posterior.of(rows, surfaces), factories.TRIALS, seed)


@pytest.mark.slow
def test_a_right_estimator_fails_as_often_as_stated() -> None:
    # 100 synthetic records at one failure in a hundred: more than five come once in 1,900 times.
    failures = sum(not rank_statistics(synthetic(seed), 60).passes for seed in range(1, 101))
    assert failures <= 5


def test_the_stated_error_rate_is_shared_among_tests() -> None:
    places = np.zeros((3, 6))
    least = ERROR_RATE / 12
    even = (0.5,) * 6
    for place in (2, 5):
        low, lower = ((*even[:place], p, *even[place + 1 :]) for p in (least * 1.01, least * 0.99))
        assert RankStatistics(places, low, even).passes and RankStatistics(places, even, low).passes
        for failed in (RankStatistics(places, lower, even), RankStatistics(places, even, lower)):
            assert not failed.passes
            assert failed.sentence == (
                "3 synthetic records: ranks of the six known parameters are NOT uniform: the estimator is wrong "
                f"(least p 0.00082, {NAMES[place]}; a right estimator fails 1 time in 100)."
            )


@pytest.mark.slow
def test_the_full_check_over_all_wars() -> None:
    record = calibrate(first_of_each_war(38), trials=32_768)
    assert rank_statistics(record).passes
    for name in ("speed", "strain", "fear", "pressure", "audience"):
        assert not rank_statistics(flipped(record, name)).passes, name
    assert not rank_statistics(with_chances(record, 2)).passes


def test_a_calibration_has_the_shape_of_a_study(record: Record) -> None:
    study = CalibrationStudy(record, rank_statistics(record, 20))
    table = study.table().set_index("parameter")
    assert list(table.index) == list(NAMES) and table.prior_low["strain"] < table.prior_high["strain"]
    assert study.sentences[-1] == study.ranks.sentence and len(study.notes) == len(NAMES)
    found = study.as_dict()
    assert found["parameters"]["fear"]["posterior"] == study.parameters[2].posterior
    assert (found["as_of"], found["seed"], found["rank_check"]["sets"]) == (None, study.seed, 20)
