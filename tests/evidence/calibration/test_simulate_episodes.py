"""Episodes through the engine: the same from any worker, independent streams, and the draws that the surfaces see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.errors import ParleyError
from sim.evidence.calibration import simulate_episodes
from sim.evidence.calibration.episode_scenario import scenario_of
from sim.evidence.calibration.episodes import TIERS, Episode
from sim.evidence.calibration.optional_terms import INPUTS
from sim.evidence.calibration.prior import COORDINATES, RowInputs, prior_draws
from sim.evidence.calibration.simulate_episodes import (
    GivenDraws,
    SimulatedEpisode,
    Work,
    check_trials,
    simulate_all,
    simulate_at,
    simulate_episode,
)
from sim.model.compiled import simulate, simulate_streams
from sim.scenario.sampling.parameter_draws import draw_columns
from tests.evidence import factories

TRIALS = 2_048
THREE = [factories.episode(episode_id=name, maximalism_b=aims) for name, aims in (("ONE", 1), ("TWO", 2), ("THREE", 0))]


@pytest.fixture(scope="module")
def simulated() -> list[SimulatedEpisode]:
    return simulate_all(THREE, trials=TRIALS, workers=1)


def columns_of(episode: Episode, seed: int = 1) -> dict[str, np.ndarray]:
    """All columns of the trials that ``simulate_episode`` counts."""
    places = dict(zip(INPUTS, RowInputs.of(episode).places(prior_draws(TRIALS, seed)).T, strict=True))
    given = {f"joint.0.factors.{name}": place for name, place in places.items()}
    streams = GivenDraws(seed, TRIALS, episode.episode_id, given)
    return simulate_streams(scenario_of(episode), streams)


def same(one: SimulatedEpisode, other: SimulatedEpisode) -> bool:
    return np.array_equal(one.failure_reasons, other.failure_reasons) and all(
        np.array_equal(one.counts[tier], other.counts[tier]) and np.array_equal(one.first[tier], other.first[tier])
        for tier in TIERS
    )


def test_two_workers_say_what_one_says(simulated: list[SimulatedEpisode]) -> None:
    done: list[tuple[int, int]] = []
    again = simulate_all(THREE, trials=TRIALS, workers=2, progress=lambda *at: done.append(at))
    assert all(map(same, again, simulated)) and done == [(1, 3), (2, 3), (3, 3)]


def test_neither_order_nor_company_nor_outcomes_matter(simulated: list[SimulatedEpisode]) -> None:
    unscored = [
        replace(one, outcomes=factories.outcomes((0, 0, 0, 0), factories.NOT_SCORED), cluster="X")
        for one in THREE[::-1]
    ]
    assert all(map(same, simulate_all(unscored[:2], trials=TRIALS, workers=1), [simulated[2], simulated[1]]))


def test_a_seed_is_another_history(simulated: list[SimulatedEpisode]) -> None:
    assert not same(simulated[0], simulate_all(THREE[:1], trials=TRIALS, seed=2, workers=1)[0])


def test_counts_are_those_of_the_trials(simulated: list[SimulatedEpisode]) -> None:
    columns = columns_of(THREE[0])
    for tier in TIERS:
        counts, week = simulated[0].counts[tier], columns[f"{tier}_week"]
        assert counts.shape == (TRIALS // 16, 5) and np.all(counts.sum(axis=1) == 16)
        by_draw = week.reshape(-1, 16)
        for column, weeks in enumerate((4, 13, 26, 52)):
            by_then = ((by_draw >= 0) & (by_draw < weeks)).sum(axis=1)
            assert np.array_equal(counts[:, : column + 1].sum(axis=1), by_then)
        assert np.all(np.take_along_axis(counts, simulated[0].first[tier][:, None].astype(int), 1) > 0)
    never = simulated[0].counts["durable"][:, -1]
    assert np.array_equal(simulated[0].failure_reasons.sum(axis=1), never)  # every failed trial has its reason


def test_an_event_counts_by_the_week_in_which_it_begins() -> None:
    weeks = np.array([-1, 0, 3, 4, 12, 13, 25, 26, 51, 52])
    assert simulate_episodes._classes(weeks).tolist() == [4, 0, 0, 1, 1, 2, 2, 3, 3, 4]


def test_a_durable_halt_is_no_sooner_than_a_halt() -> None:
    columns = columns_of(THREE[0])
    durable, mutual = columns["durable_week"], columns["mutual_week"]
    assert np.any(durable >= 0) and np.any((mutual >= 0) & (durable < 0))
    both = (mutual >= 0) & (durable >= 0) & ~(columns["victory"] > 0)
    assert np.all(durable[both] >= mutual[both])


# Luck


def test_episodes_coded_alike_have_independent_streams_and_share_the_draws() -> None:
    twin = factories.episode(episode_id="TWIN", cluster="OTHER")
    one, other = simulate_all([factories.episode(), twin], trials=TRIALS, workers=1)
    assert not np.array_equal(one.counts["durable"], other.counts["durable"])
    # The same odds all the same: four standard errors of a difference, with draws shared.
    shares = [simulated.counts["durable"][:, :-1].sum(axis=1) / 16 for simulated in (one, other)]
    change = (shares[0] - shares[1]).reshape(-1, 2).mean(axis=1)
    assert abs(change.mean()) < 4 * change.std(ddof=1) / np.sqrt(len(change))
    # Given the draw, twins are independent: their residuals are correlated by less than 4 / sqrt n.
    weeks = [columns_of(episode)["durable_week"] >= 0 for episode in (factories.episode(), twin)]
    by_draw = [happened.reshape(-1, 16) for happened in weeks]
    rest = [(happened - happened.mean(axis=1, keepdims=True)).ravel() for happened in by_draw]
    assert abs(np.corrcoef(*rest)[0, 1]) < 4 / np.sqrt(TRIALS)


def test_the_draws_are_those_of_the_engine() -> None:
    draws = prior_draws(TRIALS, 5)
    assert draws.shape == (TRIALS // 16, len(COORDINATES))
    assert draws[::2] == pytest.approx(1 - draws[1::2], abs=1e-12)  # antithetic partners
    assert not np.array_equal(draws, prior_draws(TRIALS, 6))
    for episode in (THREE[0], factories.episode(prior_failed_cf=0, war_start=factories.OPENED)):
        inputs = RowInputs.of(episode)
        given = {f"joint.0.factors.{k}": v for k, v in zip(INPUTS, inputs.places(draws).T, strict=True)}
        drawn = draw_columns(scenario_of(episode), GivenDraws(5, TRIALS, "ONE", given).parameter)
        for place, name in enumerate(INPUTS):
            assert drawn[f"joint.0.factors.{name}"] == pytest.approx(inputs.multiples(draws)[:, place], rel=1e-12)


def test_any_points_can_be_simulated() -> None:
    middle, eager = np.full((32, len(COORDINATES)), 0.5), np.full((32, len(COORDINATES)), 0.5)
    eager[:, COORDINATES.index("speed")] = 0.99
    often = [simulate_at(THREE[0], points, 1).counts["durable"][:, :1].sum() for points in (middle, eager)]
    assert often[1] > 1.15 * often[0] > 0


def test_without_a_stream_of_their_own_scenarios_meet_the_same() -> None:
    scenario = scenario_of(THREE[0])
    plain, named, again = (
        simulate(scenario, 1, 0, 512, independent_stream=stream)["durable_week"] for stream in ("", "x", "x")
    )
    assert np.array_equal(simulate(scenario, 1, 0, 512)["durable_week"], plain)
    assert np.array_equal(named, again) and not np.array_equal(named, plain)


@pytest.mark.parametrize("trials", [-32, 0, 2_016, 2_049, 4_112, 1_048_576 + 32])
def test_numbers_of_trials_that_will_not_do(trials: int) -> None:
    message = f"trials: expected a multiple of 32 from 2,048 to 1,048,576, got {trials}"
    with pytest.raises(ParleyError, match=message):
        check_trials(trials)
    with pytest.raises(ParleyError, match=message):
        simulate_all(THREE, trials=trials)


def test_numbers_of_trials_that_will() -> None:
    for trials in (2_048, 2_080, 32_768, 1_048_576):
        check_trials(trials)
    assert same(simulate_episode(Work(THREE[0], TRIALS, 1)), simulate_all(THREE[:1], trials=TRIALS, workers=1)[0])
