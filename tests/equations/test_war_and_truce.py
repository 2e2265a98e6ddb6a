"""Value of war, hazards and how long ceasefires last: worked values and limit cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.equations import ceasefire, war, weekly
from sim.equations.shapley import shapley_weights
from sim.equations.utility import assurance_with, benefit_share, exposure, progress, trust_with, value

share = st.floats(0, 1)


def test_bare_ceasefire_against_the_gaining_side() -> None:
    """x0 .4, kappa .35, m .4: B stops iff war costs it at least v(.14 of its way of .6) = .084 - .5 .084^2/1.2."""
    stakes = war.war_stakes(1.0, 0.6, 0.4, 0.35, 0.5, 1.25)
    assert war.gain_from_war(stakes, 0.4) == pytest.approx(0.08106, abs=1e-12)
    assert war.gain_from_war(stakes, -0.4) == pytest.approx(-1.25 * (0.056 + 0.5 * 0.056**2 / 0.8), abs=1e-12)


@given(share, share, share, share, st.floats(-1, 1), share, st.floats(1, 3))
def test_stakes_are_the_value_of_the_expected_end_in_closed_form(
    x0: float, own: float, other: float, kappa: float, gain: float, curvature: float, loss_aversion: float
) -> None:
    """Between ideals on both sides of the status quo, the four coefficients reproduce v at the expected end itself."""
    x0, own, other = sorted((x0, own, other))[1], min(x0, own, other), max(x0, own, other)
    goal, room = abs(own - x0), abs(other - x0)
    end = war.expected_end(x0, own, other, kappa, gain)
    direct = value(progress(end, x0, own, 1), goal, room, curvature, loss_aversion)
    closed = war.gain_from_war(war.war_stakes(1.0, goal, room, kappa, curvature, loss_aversion), gain)
    assert closed == pytest.approx(direct, abs=1e-9)


@given(share, share, share, share, st.floats(1, 3), st.floats(-1, 1), st.floats(-1, 1))
def test_war_is_worth_more_to_a_side_the_better_it_goes(
    goal: float, room: float, kappa: float, curvature: float, loss_aversion: float, one: float, other: float
) -> None:
    """And nothing where it goes nowhere."""
    stakes = war.war_stakes(0.7, goal, room, kappa, curvature, loss_aversion)
    assert war.gain_from_war(stakes, min(one, other)) <= war.gain_from_war(stakes, max(one, other)) + 1e-15
    assert war.gain_from_war(stakes, 0.0) == 0.0


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8), st.floats(-1, 1))
def test_two_sets_of_issues_gain_what_each_gains(values: list[float], gain: float) -> None:
    one, other = war.WarStakes(*values[:4]), war.WarStakes(*values[4:])
    apart = war.gain_from_war(one, gain) + war.gain_from_war(other, gain)
    assert war.gain_from_war(war.plus(one, other), gain) == pytest.approx(apart, abs=1e-12)


def test_rates_and_probabilities() -> None:
    assert weekly.weekly_probability(-math.log(0.7)) == pytest.approx(0.3)
    assert 1 - (1 - weekly.weekly_probability(weekly.weekly_rate(0.3))) ** 4 == pytest.approx(0.7599)
    assert weekly.weekly_rate(1.0) * 0 == 0


@given(share, st.floats(0, 5))
@example(0.0, 0.0)
@example(0.3, -math.log(0.7))
@example(0.001, 0.001)
@example(1e-17, 1e-17)
def test_an_event_happens_with_its_weekly_probability(uniform: float, rate: float) -> None:
    """What spares the exponential changes no event."""
    assert weekly.happens(uniform, rate) == (uniform < weekly.weekly_probability(rate))


@given(st.floats(0, 50))
def test_a_chance_is_never_above_its_rate(rate: float) -> None:
    assert 0 <= weekly.weekly_probability(rate) <= rate


def test_competing_risks() -> None:
    """Weekly probabilities .02 (ceasefire) and .005 (victory, drawn first) over 52 weeks."""
    alive, ceased, victory = 1.0, 0.0, 0.0
    for _ in range(52):
        victory += alive * 0.005
        ceased += alive * 0.995 * 0.02
        alive *= 0.995 * 0.98
    assert (ceased, victory, alive) == pytest.approx((0.583815, 0.146687, 0.269498), abs=5e-7)


def test_momentum_after_a_year() -> None:
    """Mean and spread after 52 updates from 0 to .15, theta .05, sigma .04."""
    mean, variance = 0.0, 0.0
    for _ in range(52):
        mean = weekly.next_momentum(mean, 0.15, 0.05, 0.0)
        variance = 0.95**2 * variance + 0.04**2
    assert (mean, math.sqrt(variance)) == pytest.approx((0.139584, 0.127793), abs=5e-7)
    assert weekly.long_run_spread(0.04, 0.05) == pytest.approx(math.sqrt(0.04**2 / (1 - 0.95**2)))
    assert weekly.long_run_spread(0.04, 0.0) == 0.0


@pytest.mark.parametrize(("reversion", "expected"), [(0.05, 0.357907), (0.02, 0.625242), (0.0, 1.0), (1.0, 1 / 52)])
def test_what_is_left_on_average_over_a_year(reversion: float, expected: float) -> None:
    """The mean of (1 - theta)^n over 52 weeks, from today's on."""
    assert weekly.year_average(reversion) == pytest.approx(expected, abs=5e-7)
    assert weekly.year_average(reversion) == pytest.approx(np.mean((1 - reversion) ** np.arange(52)), abs=1e-12)


@pytest.mark.parametrize(("reversion", "volatility"), [(0.02, 0.1), (0.05, 0.3), (1.0, 0.2)])
def test_a_cost_at_its_long_run_spread_stays_there(reversion: float, volatility: float) -> None:
    """From no spread at all the variance comes there, and without reversion it rises by sigma^2 a week."""
    long_run = weekly.long_run_spread(volatility, reversion) ** 2
    assert weekly.next_variance(long_run, reversion, volatility) == pytest.approx(long_run)
    variance = 0.0
    for _ in range(2_000):
        variance = weekly.next_variance(variance, reversion, volatility)
    assert variance == pytest.approx(long_run)
    assert weekly.next_variance(0.3, 0.0, volatility) == pytest.approx(0.3 + volatility**2)


@given(st.floats(-1, 1), st.floats(-1, 1), share, st.floats(-9, 9))
def test_momentum_stays_within_its_bounds(momentum: float, mean: float, reversion: float, shock: float) -> None:
    assert -1 <= weekly.next_momentum(momentum, mean, reversion, shock) <= 1


def test_how_long_ceasefires_last() -> None:
    """Total early hazard -log(.7) at ages 0, 1, 2, ..., slow hazard .0075, 52 weeks."""
    early = -math.log(0.7) * (1 - math.exp(-0.5))
    assert early == pytest.approx(0.140341, abs=5e-7)
    assert ceasefire.survival(52, early, 0.0075) == pytest.approx(0.473940, abs=5e-7)
    assert ceasefire.survival(52, 0.0, 0.0075) == pytest.approx(0.677057, abs=5e-7)


def test_hazard_ratios_are_those_of_the_evidence() -> None:
    """Full monitoring multiplies the hazard by its ratio and nothing else; so does a full guarantee."""

    def of(monitoring: float, guarantee: float) -> float:
        return ceasefire.hazard_multiplier(monitoring, guarantee, 0.0, 0.55, 0.5, 10.0, 1.0)

    assert (of(1.0, 0.0), of(0.0, 1.0), of(0.0, 0.0)) == pytest.approx((0.55, 0.5, 1.0))
    assert ceasefire.hazard_multiplier(0.0, 0.0, 0.02, 0.55, 0.5, 10.0, 3.0) == pytest.approx(3 * math.exp(0.2))


def test_short_ceasefires_carry_more_fear_for_their_benefit() -> None:
    ratios = [exposure(days / 7) / benefit_share(days / 7) for days in (3, 30, 365)]
    assert ratios == pytest.approx([6.3, 5.0, 1.0], abs=0.1)
    assert benefit_share(math.inf) == exposure(math.inf) == 1.0


@given(share, share, share)
def test_trust_and_assurance_stay_shares(base: float, monitoring: float, guarantee: float) -> None:
    trust = trust_with(base, monitoring, guarantee, 0.25, 0.4)
    assert base - 1e-12 <= trust <= 1
    assert 0 <= assurance_with(monitoring, guarantee, 0.5, 0.3, 0.4, 0.6) <= 1


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8))
def test_shapley_shares_add_up_and_a_dummy_gets_nothing(worths: list[float]) -> None:
    """Three frictions, any game; the fourth changes nothing and so gets 0."""
    shares = shapley_weights(4) @ np.array(worths * 2)
    assert shares.sum() == pytest.approx(worths[7] - worths[0], abs=1e-9)
    assert shares[3] == pytest.approx(0.0, abs=1e-12)


def test_shapley_of_a_glove_game() -> None:
    """One left glove, two right gloves: 2/3, 1/6, 1/6 (Shapley's textbook example)."""
    pairs = [float(gloves & 1 and gloves & 6 != 0) for gloves in range(8)]
    assert shapley_weights(3) @ pairs == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_nobody_writes_to_the_shapley_weights_that_all_share() -> None:
    with pytest.raises(ValueError, match="read-only"):
        shapley_weights(3)[0, 0] = 1.0


def test_optimism_falls_with_the_wars_age_to_a_quarter() -> None:
    assert [weekly.optimism_left(years) for years in (0.0, 1.0, 100.0)] == pytest.approx(
        [1.0, 0.525910, 0.25], abs=1e-6
    )
