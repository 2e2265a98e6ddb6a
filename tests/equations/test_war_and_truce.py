"""Value of war, hazards and how long ceasefires last: worked values and limit cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.equations import ceasefire, war, weekly
from sim.equations.shapley import shapley_weights
from sim.equations.utility import assurance_with, benefit_share, discounted, exposure, loss, trust_with

share = st.floats(0, 1)


def test_bare_ceasefire_against_the_gaining_side() -> None:
    """x = x0 = .4, kappa .35, m .4: B stops iff its cost of war is at least what a year of war would gain."""
    stakes = war.war_stakes(1.0, 0.4, own_ideal=1.0, other_ideal=0.0, war_share=0.35)
    assert war.gain_from_war(stakes, 0.4) == pytest.approx(0.093744, abs=1e-12)


@given(share, share, share, share, st.floats(-1, 1))
def test_stakes_are_the_expected_end_in_closed_form(
    x0: float, own: float, other: float, kappa: float, gain: float
) -> None:
    """The four coefficients reproduce u(xW) - u(x0) computed from the expected end itself."""
    end = war.expected_end(x0, own, other, kappa, gain)
    direct = loss(x0, own) - loss(end, own)
    closed = war.gain_from_war(war.war_stakes(1.0, x0, own, other, kappa), gain)
    assert closed == pytest.approx(direct, abs=1e-12)


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


def test_losses_count_in_full() -> None:
    assert (discounted(-0.2, 0.25), discounted(0.2, 0.25)) == pytest.approx((-0.2, 0.05))


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
