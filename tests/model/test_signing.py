"""Signing by hazard, and the part of the cost of war that the scenario does not see (docs/odd.md, 3.4 and 3.1).

Frequencies are compared with their exact value at an error rate of 1e-6 per assertion.
"""

import math
from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.random_streams import Streams
from sim.scenario.schema import Scenario
from tests.error_rates import assert_frequency, near
from tests.factories import FEAR, LASTING, QUIET, WEEKLY, both, minimal_scenario, stepped
from tests.model.entries import cost_of_war_to

N = 40_000
CERTAIN = 50.0
"""A weekly rate so large that exp(-rate) is 2e-22."""


def by_hazard(rate: Any, **changes: Any) -> Scenario:
    """Rounds every week, a range in each, and the ceasefire signed at a weekly rate; halts last for ever."""
    signing = {"tracks.ceasefire.signing": "hazard", "tracks.ceasefire.signing_rate": rate}
    return minimal_scenario(**{**WEEKLY, **LASTING, **signing, **changes})


def test_with_a_range_every_week_waiting_times_are_exponential() -> None:
    """Signed by n weeks: 1 - exp(-r n), .4512 at n = 4. A rate taken for a chance would give 1 - (1 - r)^n, .4780."""
    rate = 0.15
    columns = simulate(by_hazard(rate), 5, 0, N)
    assert (columns["n_range_rounds"] == columns["n_rounds"]).all()
    for weeks in (1, 4, 13, 26):
        signed = (columns["halt_week"] >= 0) & (columns["halt_week"] < weeks)
        assert_frequency(signed, 1 - math.exp(-rate * weeks))


def test_a_high_rate_is_a_rate_and_not_a_chance() -> None:
    """At 1.5 per week 1 - exp(-1.5) sign in the first week, not all."""
    columns = simulate(by_hazard(1.5), 6, 0, N)
    assert_frequency(columns["halt_week"] == 0, 1 - math.exp(-1.5))


def test_it_signs_only_in_weeks_with_a_round() -> None:
    """A round with chance .3 and a rate of .5: .3 (1 - exp(-.5)) each week."""
    columns = simulate(by_hazard(0.5, **{"talks.convening_prob_per_week": 0.3, "talks.ripeness": 0}), 7, 0, N)
    weekly = 0.3 * (1 - math.exp(-0.5))
    assert_frequency((columns["halt_week"] >= 0) & (columns["halt_week"] < 13), 1 - (1 - weekly) ** 13)


def test_a_huge_rate_signs_in_week_nought_at_the_middle_of_the_range() -> None:
    """Strain 0 and .5: x from .163636 to .5, mixes .834153 and .5, middle .667076; the Nash point is .675370.

    A gains .375, .21875 and 0 at 0, 1/4 and 1/2, B loses .78125, .3515625 and 0: .834153 is 1 - (.102273 + .28125) /
    (2 x 1.15625), and the middle lies .322540 of the way from 1/4 to 1/2.
    """
    strains = {"parties.North.strain": 0.0, "parties.South.strain": 0.5}
    columns = simulate(by_hazard(CERTAIN, **strains), 1, 0, 256)
    assert (columns["halt_week"] == 0).all() and (columns["durable_week"] == 0).all()
    np.testing.assert_allclose(columns["halt_mix"], 0.667076, atol=1e-6)
    np.testing.assert_allclose(columns["x_territory"], 0.25 + 0.25 * 0.322540, atol=1e-6)


def test_it_asks_for_no_level_of_attendance() -> None:
    """Aides who may not call home sign no offers (test_exact), but they sign by hazard."""
    aides = {**both(usual_level=1, level_cap=1), "talks.call_home_prob": 0}
    columns = simulate(by_hazard(CERTAIN, **aides), 1, 0, 256)
    assert (columns["halt_week"] == 0).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"tracks.ceasefire.signing_rate": 0},
        {"parties.North.usual_level": 0},  # one side stays away: no round is held
        FEAR,  # no range
    ],
)
def test_nothing_is_signed_at_rate_nought_without_a_round_or_without_a_range(changes: dict[str, Any]) -> None:
    columns = simulate(by_hazard(CERTAIN, **changes), 1, 0, 512)
    assert max(columns[tier].max() for tier in ("durable_week", "mutual_week", "halt_week")) == -1


def test_the_rate_is_that_of_the_trials_own_draw() -> None:
    """Half of the draws have rate 0 and sign nothing, the others sign at once."""
    rate = {"dist": "choice", "values": [0.0, CERTAIN], "weights": [0.5, 0.5]}
    columns = simulate(by_hazard(rate), 1, 0, 1_024)
    drawn = Streams(1, 0, 1_024).parameter("tracks.ceasefire.signing_rate")
    np.testing.assert_array_equal(columns["halt_week"] == 0, drawn[columns["draw"]] > 0.5)


def test_an_exchange_can_be_signed_by_hazard_too() -> None:
    """A track that does not halt is recorded once, in its week, and the war goes on."""
    captives = {"general": False, "halts": False, "scope": (), "signing": "hazard", "signing_rate": 0.15}
    scenario = minimal_scenario(**WEEKLY, **FEAR, **{"tracks.captives": captives})
    columns = simulate(scenario, 3, 0, N)
    assert (columns["halt_week"] == -1).all() and (columns["n_rounds"] == 52).all()
    assert_frequency((columns["humanitarian_week"] >= 0) & (columns["humanitarian_week"] < 4), 1 - math.exp(-0.6))


NEEDED = 0.084 - 0.5 * 0.084**2 / (2 * 0.6)
"""What South expects of a year of war: .08106, for .35 x .4 of its way of .6, the later steps of which count less."""


def gainer(strain: float, spread: Any, **changes: Any) -> Scenario:
    """A halt at the line as it is, against South who gains: signed at once iff strain + unseen >= .08106."""
    stakes = {"tracks.ceasefire.scope": (), "issues.territory": {"status_quo": 0.4, "war_share": 0.35}}
    war = {"war": {"momentum": 0.4, "momentum_mean": 0.4}}
    costs = {"parties.South.strain": strain, "parties.South.unseen_spread": spread}
    return by_hazard(CERTAIN, **stakes, **war, **costs, **changes)


@pytest.mark.parametrize("strain", [0.08105, 0.08107])
def test_without_a_spread_the_gainer_signs_from_a_known_cost_on(strain: float) -> None:
    assert pytest.approx(0.08106) == NEEDED
    columns = simulate(gainer(strain, 0), 1, 0, 64)
    assert ((columns["halt_week"] == 0) == (strain > NEEDED)).all()


@pytest.mark.parametrize("strain", [0.06, 0.11])
def test_the_share_that_signs_is_that_of_a_normal_beyond_the_known_cost(strain: float) -> None:
    """Phi((c - .08106) / .05): .336805 at .06 and .718638 at .11; one trial of each antithetic pair is counted."""
    signed = simulate(gainer(strain, 0.05), 8, 0, 2 * N)["halt_week"] == 0
    assert_frequency(signed[::2], 0.5 * (1 + math.erf((strain - NEEDED) / 0.05 / math.sqrt(2))))


def test_each_trial_signs_by_its_own_unseen_cost() -> None:
    """More unseen cost makes a side readier: trial by trial, in the order of the named stream."""
    luck = Streams(8, 0, 4_096).normal("unseen cost of war", "South")
    columns = simulate(gainer(0.08, 0.05), 8, 0, 4_096)
    np.testing.assert_array_equal(columns["halt_week"] == 0, 0.08 + 0.05 * luck >= NEEDED)
    assert (columns["halt_week"][0.08 + 0.05 * luck < NEEDED] == -1).all()  # it stays all year


def test_antithetic_trials_see_opposite_signs_and_each_side_its_own() -> None:
    sides = {"parties.North.unseen_spread": 0.03, "parties.South.unseen_spread": 0.05}
    trials = stepped(minimal_scenario(**sides), 0, seed=2, n_trials=20_000)
    north, south = (trials.side(name, "unseen") for name in ("North", "South"))
    for unseen, spread in ((north, 0.03), (south, 0.05)):
        np.testing.assert_array_equal(unseen[::2], -unseen[1::2])
        near(unseen[::2].std() / spread, 1, 20_000**-0.5)
    near(np.corrcoef(north[::2], south[::2])[0, 1], 0, 0.01)


def test_it_is_a_cost_of_war_beside_the_others() -> None:
    plain, seen = (
        stepped(minimal_scenario(**{"parties.South.unseen_spread": spread}), 0, seed=2, n_trials=64)
        for spread in (0, 0.05)
    )
    more = cost_of_war_to(seen, 1) - cost_of_war_to(plain, 1)
    np.testing.assert_allclose(more, 0.05 * Streams(2, 0, 64).normal("unseen cost of war", "South"), atol=1e-15)
    np.testing.assert_array_equal(cost_of_war_to(seen, 0), cost_of_war_to(plain, 0))


def test_a_spread_of_nought_changes_no_trial() -> None:
    """Neither in every draw nor, beside draws that have one, in its own draws."""
    plain = simulate(gainer(0.08, 0, **QUIET), 3, 0, 1_024)
    mixed = {"dist": "choice", "values": [0.0, 0.05], "weights": [0.5, 0.5]}
    other = simulate(gainer(0.08, mixed, **QUIET), 3, 0, 1_024)
    is_nought = (Streams(3, 0, 1_024).parameter("parties.South.unseen_spread") < 0.5)[other["draw"]]
    assert 0 < is_nought.sum() < 1_024
    for name, column in plain.items():
        np.testing.assert_array_equal(column[is_nought], other[name][is_nought], err_msg=name)
    assert (plain["halt_week"] != other["halt_week"])[~is_nought].any()
