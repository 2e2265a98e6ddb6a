"""From a coded episode to a scenario: worked values, both sides alike, and directions of the structural parameters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence.calibration import episode_scenario, optional_terms
from sim.evidence.calibration.episode_scenario import scenario_of
from sim.evidence.calibration.episodes import SCALES, Episode, read_episodes, shipped
from sim.evidence.calibration.optional_terms import INPUTS
from sim.evidence.calibration.prior import RowInputs
from sim.evidence.calibration.simulate_episodes import Work, simulate_episode
from sim.evidence.calibration.structural_parameters import NAMES, STRUCTURAL, Fixed
from sim.model.compiled import simulate
from sim.random_streams import Streams
from sim.scenario.checks import references
from sim.scenario.sampling.parameter_draws import draw_columns
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from tests.evidence import factories

EXACT = {"rel": 0, "abs": 1e-12}


def swapped(episode: Episode) -> Episode:
    """The same episode as seen from the other side."""
    return replace(
        episode,
        momentum_a=-episode.momentum_a,
        **{f"{name}_a": getattr(episode, f"{name}_b") for name in ("patron", "maximalism", "side")},
        **{f"{name}_b": getattr(episode, f"{name}_a") for name in ("patron", "maximalism", "side")},
    )


# Worked values

FIXED_HERE = Fixed(momentum_scale=0.5, fluidity=(1.0, 0.5, 0.2))
"""What the hand-worked values rest on, whatever is shipped."""


@pytest.fixture
def fixed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (episode_scenario, optional_terms):
        monkeypatch.setattr(module, "FIXED", FIXED_HERE)


@pytest.mark.usefixtures("fixed_here")
def test_a_four_year_old_war_by_hand() -> None:
    # Momentum code 1 (for A), patrons 2 and 1, leverage 1, leaders, aims 2 and 1, 15 failed ceasefires, pressure 2.
    scenario = scenario_of(factories.episode())
    a, b = scenario.parties["A"], scenario.parties["B"]
    mediators = scenario.parties["Mediators"]
    assert scenario.war.momentum.value == scenario.war.momentum_mean.value == -0.5
    assert a.strain.value == b.strain.value == 0.04  # what terms multiply comes with the draws
    on_a = 1 / (1 + exp(-2 * (2 - 1)))
    assert mediators.leverage["A"].value == pytest.approx(0.025 * (1 + 2) * on_a, **EXACT)
    assert mediators.leverage["B"].value == pytest.approx(0.025 * (1 + 2) * (1 - on_a), **EXACT)
    track = scenario.tracks["ceasefire"]
    assert track.audience_cost["A"].value == pytest.approx(0.08 * 4 / 9, **EXACT)
    assert track.audience_cost["B"].value == pytest.approx(0.08 / 9, **EXACT)
    assert track.signing_rate.value == 0.25
    assert a.fear.value == b.fear.value == 0.02
    assert scenario.assurances.guarantee_credibility.value == pytest.approx(2 / 3, **EXACT)
    assert scenario.war.fluidity.value == 0.5
    ideal = [party.ideal_point[issue].value for party in (a, b) for issue in ("line", "order", "payments")]
    # (1 + aims) / 8 either way from the middle.
    assert ideal == pytest.approx([0.125, 0.125, 0, 0.75, 0.75, 1], **EXACT)
    assert (scenario.start, scenario.war.began) == (factories.OPENED, factories.WAR_START)


@pytest.mark.usefixtures("fixed_here")
def test_a_new_war_without_patrons_or_pressure_by_hand() -> None:
    plain = dict.fromkeys(SCALES, 0) | {"attendance": 2}
    scenario = scenario_of(factories.episode(war_start=factories.OPENED, **plain))
    a, b = scenario.parties["A"], scenario.parties["B"]
    assert a.strain.value == b.strain.value == 0.04
    assert a.fear.value == b.fear.value == 0.02
    assert scenario.tracks["ceasefire"].signing_rate.value == 0.25
    assert [scenario.parties["Mediators"].leverage[side].value for side in "AB"] == [0, 0]
    assert [scenario.tracks["ceasefire"].audience_cost[side].value for side in "AB"] == [0, 0]
    assert scenario.war.fluidity.value == 1.0


def test_inputs_multiply_what_they_are_about() -> None:
    episode = factories.episode()
    scenario = scenario_of(episode)
    streams = Streams(3, 0, 2_048)
    inputs = draw_columns(scenario, streams.parameter)
    plain = draw_columns(scenario.model_copy(update={"joint": ()}), streams.parameter)
    paths = {
        "tracks.ceasefire.signing_rate": "speed",
        "parties.A.strain": "strain_a",
        "parties.B.strain": "strain_b",
        **{f"parties.{side}.fear": "fear" for side in "AB"},
        **{f"parties.{side}.unseen_spread": "unseen" for side in "AB"},
        **{f"parties.Mediators.leverage.{side}": "pressure" for side in "AB"},
        **{f"tracks.ceasefire.audience_cost.{side}": "audience" for side in "AB"},
    }
    assert scenario.joint[0].columns == paths
    ranges = RowInputs.of(episode).ranges
    for path, name in paths.items():
        multiple = inputs[f"joint.0.factors.{name}"]
        assert inputs[path] == pytest.approx(plain[path] * multiple, rel=1e-12)
        assert (np.min(multiple), np.max(multiple)) == pytest.approx(ranges[name].bounds, rel=0.08, abs=0.02)


# What any row gives


def problems(episode: Episode) -> list[Any]:
    return list(references.check(scenario_of(episode)))


def test_every_shipped_episode_gives_a_scenario_without_problems() -> None:
    for episode in read_episodes(shipped()).episodes:
        assert not problems(episode), episode.episode_id


@given(
    st.fixed_dictionaries({name: st.sampled_from(ends) for name, ends in SCALES.items()}),
    st.sampled_from([date(1, 1, 1), date(1990, 12, 31), factories.OPENED]),
    st.text(max_size=300),
)
@settings(max_examples=40, deadline=None)
def test_extreme_codes_and_odd_names_do_too(codes: dict[str, int], start: date, name: str) -> None:
    assert not problems(factories.episode(war_start=start, name=name or "x", side_a=name or "x", side_b="B", **codes))


@pytest.mark.parametrize("end", [0, 1])
def test_extreme_codes_run(end: int) -> None:
    codes = {name: limits[end] for name, limits in SCALES.items()}
    simulated = simulate_episode(Work(factories.episode(war_start=date(1990, 12, 31), **codes), 2_048, 1))
    assert np.all(simulated.counts["durable"].sum(axis=1) == 16)


def shares(scenario: Scenario, trials: int = 4_096, seed: int = 1) -> np.ndarray:
    """Share of trials of each draw with a durable ceasefire within the year."""
    weeks = simulate(scenario, seed, 0, trials)["durable_week"]
    return (weeks >= 0).reshape(-1, 16).mean(axis=1)


def test_sides_may_be_swapped() -> None:
    # Each side has its own stream, so the odds agree within their error: four standard errors, once in 16,000.
    one = factories.episode(momentum_a=1, maximalism_a=2, maximalism_b=0, patron_a=0, patron_b=2)
    for episode in (one, replace(one, momentum_a=-2, coercive_pressure=0)):
        there, back = shares(scenario_of(episode)), shares(scenario_of(swapped(episode)), seed=2)
        assert 0.05 < there.mean() < 0.95
        error = sqrt(sum(side.reshape(-1, 2).mean(axis=1).var(ddof=1) / (len(side) / 2) for side in (there, back)))
        assert abs(there.mean() - back.mean()) < 4 * error
    assert swapped(swapped(one)) == one


def with_multiple(scenario: Scenario, name: str, multiple: float) -> Scenario:
    group = scenario.joint[0]
    moved = [one for one, parameter in INPUTS.items() if parameter == name]
    factors = {**group.factors, **{one: Quantity(value=multiple) for one in moved}}
    return scenario.model_copy(update={"joint": (group.model_copy(update={"factors": factors}),)})


@pytest.mark.parametrize(
    ("name", "sign"), [("speed", 1), ("strain", 1), ("pressure", 1), ("fear", -1), ("audience", -1)]
)
def test_directions_with_common_random_numbers(name: str, sign: int) -> None:
    # Seven in eight of the changes of a share by draw must have the right sign or none, and their sum clearly.
    parameter = STRUCTURAL[NAMES.index(name)]
    scenario = scenario_of(factories.episode(maximalism_b=2, momentum_a=0, attendance=1, prior_failed_cf=0))
    low, high = (
        shares(with_multiple(scenario, name, end / parameter.reference), 2_048)
        for end in (parameter.low, parameter.high)
    )
    change = sign * (high - low)
    assert change.mean() > 0.03
    assert np.mean(change >= 0) > 7 / 8


def test_shares_of_pressure_sum_to_one_and_fall_on_who_asks_for_more() -> None:
    for a in range(4):
        for b in range(4):
            episode = factories.episode(maximalism_a=a, maximalism_b=b)
            on_a, on_b = (episode_scenario.share_of_pressure(episode, side) for side in "AB")
            assert on_a + on_b == pytest.approx(1, **EXACT)
            assert (on_a > on_b) == (a > b)
