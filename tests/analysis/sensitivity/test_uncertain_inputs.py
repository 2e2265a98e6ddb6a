"""Points of input space through the engine: the same odds as an ordinary run, and names that are checked."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.analysis.sensitivity.uncertain_inputs import (
    at_central,
    central_share,
    chosen,
    evaluate,
    horizon_at,
    inputs_whole,
    separate_inputs,
)
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.random_streams import Streams
from sim.scenario.mirror import mirror
from sim.scenario.sampling.parameter_draws import central, draw_columns
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from tests.factories import WEEKLY, minimal_scenario

BASE = "istanbul_2025/aides_only"
SPREAD = {"low": 0.02, "central": 0.05, "high": 0.11}


@pytest.fixture(scope="module")
def base() -> Scenario:
    return sim.load(BASE)


@pytest.fixture
def small() -> Scenario:
    return minimal_scenario(**{**WEEKLY, "parties.North.strain": SPREAD, "parties.South.strain": SPREAD})


@pytest.mark.parametrize("mirrored", [False, True])
def test_points_at_a_runs_own_draws_give_that_run(base: Scenario, mirrored: bool) -> None:
    scenario = mirror(base) if mirrored else base
    n_points, n = 24, 16
    streams = Streams(3, 0, n_points * n)
    available = inputs_whole(scenario)
    drawn = {one.name: streams.parameter(one.stream) for one in available}
    shares = {one.name: 1 - drawn[one.name] if one.is_turned else drawn[one.name] for one in available}
    found = evaluate(
        scenario, available, shares, trials_per_point=n, streams=np.arange(n_points), tier="broad", seed=3, workers=1
    )
    weeks = simulate(scenario, 3, 0, n_points * n)["broad_week"].reshape(n_points, 2, n // 2)
    wanted = np.stack([((weeks >= 0) & (weeks < end)).mean(axis=2) for end in (4, 13, 26, 52)], axis=2)
    assert np.array_equal(found.shares, wanted)


def test_all_central_is_the_central_scenario(base: Scenario) -> None:
    separate, available = separate_inputs(base)
    shares = at_central(available, 2)
    found = evaluate(separate, available, shares, trials_per_point=256, tier="mutual", workers=1)
    weeks = simulate(central(base), 1, 0, 256)["mutual_week"]
    assert found.model[0, -1] == pytest.approx(np.mean(weeks >= 0), abs=0.01)
    assert np.array_equal(found.shares[0], found.shares[1])  # the same luck


def test_central_shares_give_central_values(base: Scenario) -> None:
    separate, available = separate_inputs(base)
    shares = {one.stream: np.array([one.central]) for one in available}
    drawn, wanted = draw_columns(separate, shares.__getitem__), draw_columns(central(base), shares.__getitem__)
    for path, value in wanted.items():
        assert np.asarray(drawn[path]).item() == pytest.approx(float(np.asarray(value)), abs=1e-9), path


def test_answers_do_not_depend_on_workers_or_blocks(small: Scenario) -> None:
    available = inputs_whole(small)
    rng = np.random.default_rng(1)
    shares = {one.name: rng.random(42) for one in available}
    luck = np.repeat(np.arange(14), 3)
    one, two = (
        evaluate(small, available, shares, trials_per_point=1024, streams=luck, workers=workers) for workers in (1, 2)
    )
    few = evaluate(
        small,
        available,
        {name: column[:3] for name, column in shares.items()},
        trials_per_point=1024,
        streams=luck[:3],
        workers=1,
    )
    assert np.array_equal(one.shares, two.shares)
    assert np.array_equal(one.shares[:3], few.shares)


def test_a_file_of_joint_draws_is_one_input_or_one_for_each_column(base: Scenario) -> None:
    whole = [one.name for one in inputs_whole(base)]
    separate, available = separate_inputs(base)
    apart = [one.name for one in available]
    assert "calibration" in whole and "calibration.strain" not in whole
    assert "calibration" not in apart and "calibration.strain" in apart
    assert separate.calibration is None
    assert [one.name for one in chosen(inputs_whole(base), ["calibration.fear"], base)] == ["calibration"]
    assert [one.name for one in chosen(available, ["calibration"], base)] == [n for n in apart if "calibration" in n]


def test_a_separate_factor_has_the_quantiles_of_its_column(base: Scenario) -> None:
    separate, available = separate_inputs(base)
    shares = {one.stream: np.full(2, one.central) for one in available}
    (strain,) = chosen(available, ["calibration.strain"], base)
    shares[strain.stream][1] = 0.95
    drawn = draw_columns(separate, shares.__getitem__)
    ratio = np.divide(*np.asarray(drawn["parties.Russia.strain"])[::-1])
    factor = np.asarray(drawn[strain.stream])
    assert ratio == pytest.approx(factor[1] / factor[0])
    assert ratio > 1.2


@pytest.mark.parametrize(
    ("quantity", "share"),
    [
        ({"low": 0, "central": 1, "high": 4}, 0.25),
        ({"dist": "uniform", "low": 0, "high": 1}, 0.5),
        ({"dist": "lognormal", "median": 2, "log_sd": 0.5}, 0.5),
        ({"dist": "choice", "values": [3, 1, 2], "weights": [0.5, 0.2, 0.3]}, 0.75),
    ],
)
def test_central_share(quantity: dict[str, object], share: float) -> None:
    assert central_share(Quantity.model_validate(quantity)) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parties.Nort.strain", "unknown input `parties.Nort.strain`, did you mean `parties.North.strain`?"),
        ("war.learning", "certain in this scenario"),
    ],
)
def test_wrong_names_are_refused(small: Scenario, name: str, words: str) -> None:
    with pytest.raises(ParleyError, match=words.replace("?", r"\?")):
        chosen(inputs_whole(small), [name], small)


def test_what_follows_another_number_is_no_input(small: Scenario) -> None:
    tied = minimal_scenario(
        **{**WEEKLY, "parties.North.strain": SPREAD, "parties.South.strain": {"same_as": "parties.North.strain"}}
    )
    with pytest.raises(ParleyError, match="same as parties.North.strain"):
        chosen(inputs_whole(tied), ["parties.South.strain"], tied)


def test_wrong_counts_are_refused(small: Scenario) -> None:
    available = inputs_whole(small)
    shares = at_central(available, 1)
    with pytest.raises(ParleyError, match="a multiple of 4"):
        evaluate(small, available, shares, trials_per_point=6)
    with pytest.raises(ParleyError, match="tier"):
        evaluate(small, available, shares, trials_per_point=16, tier="lasting")
    with pytest.raises(ParleyError, match="seed"):
        evaluate(small, available, shares, trials_per_point=16, seed=-1)
    with pytest.raises(ParleyError, match="days: expected .*, got 31"):
        horizon_at(small, 31)
