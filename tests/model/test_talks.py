"""When rounds are held, who comes, what delegations may sign and what a text may ask: the talks of model 3."""

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from sim.model.compiled import simulate
from sim.random_streams import Streams
from tests.error_rates import assert_frequency
from tests.factories import FEAR, LASTING, QUIET, START, WEEKLY, both, minimal_scenario, stepped, week
from tests.model.entries import may_sign, most_conceded, room_of

N = 4_096
ALONE: dict[str, Any] = {"talks.call_home_prob": 0, "talks.text_prob": 0, "talks.level_shift_prob": 0}


# -- ripeness --------------------------------------------------------------------------------------------


def held_in(weeks: int, **changes: Any) -> np.ndarray:
    """Whether a round is held in the last of so many weeks; aides meet, who may sign nothing."""
    aides = {**both(usual_level=1), "talks.convening_prob_per_week": 0.2, "talks.after_failure": 1}
    trials = stepped(minimal_scenario(**{**QUIET, **aides, **ALONE, **changes}), weeks, n_trials=N)
    return trials.of("trial", "holds_round") == 1


def test_a_round_that_saw_a_range_brings_the_next_one_sooner() -> None:
    """To the trial: a weekly rate of -log(.8), and .5 more once a round has seen a range, which none has at first."""
    ripe, plain = {"talks.ripeness": 0.5}, {"talks.ripeness": 0}
    for number, chance in ((1, 0.2), (2, 1 - 0.8 * np.exp(-0.5))):
        uniforms = Streams(1, 0, N).uniform("round", week=number - 1)
        first = held_in(1, **ripe)
        expected = np.where(first & (number == 2), uniforms < chance, uniforms < 0.2)
        np.testing.assert_array_equal(held_in(number, **ripe), expected)
        np.testing.assert_array_equal(held_in(number, **plain), uniforms < 0.2)
    # Where no round ever has a range nothing is ripe.
    uniforms = Streams(1, 0, N).uniform("round", week=3)
    np.testing.assert_array_equal(held_in(4, **FEAR, **ripe), uniforms < 0.2)


# -- persuasion ------------------------------------------------------------------------------------------

HOSTS = {
    "parties.P": {"role": "mediator", "reach": {"North": 0.5, "South": 0.2}, "effort": 0.8},
    "parties.Q": {"role": "mediator", "reach": {"North": 1.0, "South": 0.0}, "effort": 0.25},
    "parties.R": {"role": "mediator", "reach": {"North": 1.0, "South": 1.0}, "effort": 1, "engagement": 0},
}


def test_third_parties_bring_leaders_to_the_table() -> None:
    """1 - (1 - .4)(1 - .25) = .55 of North's, 1 - (1 - .16) = .16 of South's; who takes no part persuades nobody."""
    trials = stepped(minimal_scenario(**{**WEEKLY, **both(usual_level=1), **HOSTS}), 1, n_trials=40_000)
    for side, chance in (("North", 0.55), ("South", 0.16)):
        levels = trials.side(side, "level")
        assert set(levels.tolist()) == {1, 3}
        assert_frequency(levels == 3, chance)
        np.testing.assert_array_equal(levels == 3, Streams(1, 0, 40_000).uniform("persuasion", side) < chance)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"parties.North.level_cap": 2}, {1, 2}),
        # A dated event has the last word, up or down.
        ({"events": ({"name": "aides", "date": START, "round": True, "levels": {"North": 0}},)}, {0}),
    ],
)
def test_caps_and_events_come_before_persuasion(changes: dict[str, Any], expected: set[int]) -> None:
    trials = stepped(minimal_scenario(**{**WEEKLY, **both(usual_level=1), **HOSTS, **changes}), 1, n_trials=512)
    assert set(trials.side("North", "level").tolist()) == expected


def test_a_leader_who_was_persuaded_brings_those_who_come_if_he_comes() -> None:
    rules = ({"party": "South", "level": 3, "when": {"North": 3}},)
    trials = stepped(minimal_scenario(**{**WEEKLY, **both(usual_level=1), **HOSTS}, attendance=rules), 1, n_trials=512)
    north, south = trials.side("North", "level"), trials.side("South", "level")
    assert (south[north == 3] == 3).all() and 0 < (north == 3).sum() < 512


# -- mandates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "signs", "may"),
    [
        ((2, 2), None, True),
        ((2, 2), ("ceasefire",), True),
        ((2, 2), (), False),
        ((2, 2), ("captives",), False),
        ((3, 2), (), False),
        ((3, 3), (), True),
        ((1, 1), ("ceasefire",), False),
    ],
)
def test_below_leaders_a_delegation_signs_what_its_mandate_names(
    levels: tuple[int, int], signs: tuple[str, ...] | None, may: bool
) -> None:
    tracks = {"tracks.captives": {"general": False, "halts": False, "scope": ()}}
    mandate = {} if signs is None else {"parties.South.signs": signs}
    for call_home in (0, 1):
        room = room_of(minimal_scenario(**tracks, **mandate, **{"talks.call_home_prob": call_home}))
        room.sides["level"] = levels
        assert may_sign(room, 0, 2) is (may or call_home == 1)


def test_a_delegation_without_the_mandate_signs_no_ceasefire_until_leaders_come() -> None:
    """Ministers concede in every round; only the round of leaders in week 20 signs."""
    summit = {"name": "summit", "date": week(20), "round": True, "levels": {"North": 3, "South": 3}}
    ministers = {**WEEKLY, **both(usual_level=2, level_cap=3, offer_rate=1), **ALONE, **LASTING}
    for signs, expected in ((("ceasefire",), 0), ((), 20)):
        scenario = minimal_scenario(**ministers, **{"parties.South.signs": signs}, events=(summit,))
        assert (simulate(scenario, 1, 0, 64)["halt_week"] == expected).all()


# -- chances that last -----------------------------------------------------------------------------------


@pytest.mark.parametrize("persistence", [0.0, 0.3, 1.0])
def test_part_of_the_chance_of_leave_from_home_lasts(persistence: float) -> None:
    """To the trial: Phi(sqrt(rho) Z + sqrt(1 - rho) z) < p; without persistence the week's own uniform."""
    aides = {**WEEKLY, **both(usual_level=1, level_cap=1, offer_rate=1), **LASTING, "talks.text_prob": 0}
    calls = {"talks.call_home_prob": 0.3, "talks.persistence_of_chance": persistence, "talks.mandate": (0, 1, 1, 1)}
    columns = simulate(minimal_scenario(**aides, **calls), 2, 0, N)
    streams = Streams(2, 0, N)
    lasting = ndtri(streams.uniform("call home in general"))
    for number in range(4):
        still = (columns["halt_week"] < 0) | (columns["halt_week"] >= number)
        today = streams.uniform("call home", week=number)
        if persistence > 0:
            today = ndtr(np.sqrt(persistence) * lasting + np.sqrt(1 - persistence) * ndtri(today))
        np.testing.assert_array_equal((columns["halt_week"] == number)[still], (today < 0.3)[still])
    if persistence == 1:
        assert set(columns["halt_week"].tolist()) == {-1, 0}  # leave in the first week, or never


def test_a_chance_that_lasts_is_still_the_chance_of_each_week() -> None:
    aides = {**WEEKLY, **both(usual_level=1, level_cap=1, offer_rate=1), **LASTING, "talks.text_prob": 0}
    calls = {"talks.call_home_prob": 0.3, "talks.persistence_of_chance": 0.5, "talks.mandate": (0, 1, 1, 1)}
    assert_frequency(simulate(minimal_scenario(**aides, **calls), 3, 0, 40_000)["halt_week"] == 0, 0.3)


# -- texts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "close", "expected"), [(0.0, 0.0, 0.0), (0.3, 0.1, 0.23), (0.5, 0.2, 0.4)])
def test_the_most_that_a_text_may_ask(rate: float, close: float, expected: float) -> None:
    """Offers .8 and .2: a gap of .6, of which a side concedes its rate, and half of what is split anyway."""
    room = room_of(minimal_scenario(**both(offer_rate=rate), **{"talks.close_enough": close}))
    room.tracks["offer_a"], room.tracks["offer_b"] = 0.8, 0.2
    for side in (0, 1):
        assert most_conceded(room, 0, side) == pytest.approx(expected, abs=2e-9)
    # Offers that have crossed ask for nothing.
    room.tracks["offer_a"] = 0.1
    assert most_conceded(room, 0, 0) == pytest.approx(close / 2, abs=2e-9)


def test_sides_that_never_concede_sign_no_text_either() -> None:
    """.8 apart with a perfect host in every week; sides that concede a part each sign the text of the first."""
    host = {"role": "mediator", "skill": 1, "usual_level": 3}
    texts = {**WEEKLY, **LASTING, "talks.text_prob": 1, "talks.text_error": 0, "parties.Host": host}
    for rate, week_signed in ((0.0, -1), (0.55, 0)):
        columns = simulate(minimal_scenario(**texts, **both(offer_rate=rate), **{"talks.close_enough": 0}), 1, 0, 64)
        assert (columns["halt_week"] == week_signed).all()
        if week_signed == 0:
            assert columns["halt_mix"] == pytest.approx(np.full(64, 0.5))
