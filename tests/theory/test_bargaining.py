"""The contract curve and the bargaining range: worked values, limits and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from sim.theory.bargaining import (
    GRID,
    bargaining_range,
    fearon_range,
    nash_weight,
    next_offer,
)
from sim.theory.contract_curve import Terms, contract_curve, value_of

PIE = Terms(status_quo=0.6, ideal_a=0.0, ideal_b=1.0, weight_a=1.0, weight_b=1.0)


def exact_range(terms: list[Terms], needed_a: float, needed_b: float) -> tuple[float, float]:
    """Reservation points by root finding on the curve itself, without the grid."""

    def gain(side: int, mix: float) -> float:
        return sum(float(value_of(contract_curve(mix, issue), issue)[side]) for issue in terms)

    lower = brentq(lambda mix: gain(0, mix) - needed_a, 1e-9, 1 - 1e-9, xtol=1e-12)
    upper = brentq(lambda mix: gain(1, mix) - needed_b, 1e-9, 1 - 1e-9, xtol=1e-12)
    return lower, upper


def test_fearons_linear_range() -> None:
    """A's share of a pie it wins with probability .6 at costs .1 and .15 (Fearon 1995)."""
    assert fearon_range(0.6, 0.1, 0.15) == pytest.approx((0.50, 0.75))


def test_quadratic_range_of_a_sure_end() -> None:
    """x <= sqrt(p^2 + cA) and x >= 1 - sqrt((1 - p)^2 + cB), p = .6 on B's scale."""
    lower, upper = exact_range([PIE], -0.1, -0.15)
    assert (lower, upper) == pytest.approx((0.321767, 0.556776), abs=5e-7)
    assert (1 - upper, 1 - lower) == pytest.approx((0.443224, 0.678233), abs=5e-7)


@pytest.mark.parametrize(("costs", "expected"), [((0.1, 0.15), (0.258380, 0.836660)), ((0, 0), (0.367544, 0.774597))])
def test_range_of_a_lottery_between_the_ideals(costs: tuple[float, float], expected: tuple[float, float]) -> None:
    """War as a 0/1 lottery: end state plus variance. kappa 1, x0 .5, m .2, tau sqrt(.24), so the end is .6."""
    from sim.theory.war import gain_from_war, risk_premium, war_stakes

    pie = PIE._replace(status_quo=0.5)
    premium = risk_premium(1.0, 1.0, 1.0, np.sqrt(0.24))
    need_a = float(gain_from_war(war_stakes(1.0, 0.5, 0.0, 1.0, 1.0), -0.2)) - premium - costs[0]
    need_b = float(gain_from_war(war_stakes(1.0, 0.5, 1.0, 0.0, 1.0), 0.2)) - premium - costs[1]
    lower, upper = exact_range([pie], need_a, need_b)
    assert (1 - upper, 1 - lower) == pytest.approx(expected, abs=5e-7)


TWO = [Terms(0.5, 0.0, 1.0, 0.8, 0.2), Terms(0.5, 0.0, 1.0, 0.2, 0.8)]


def utilities(mix: float) -> tuple[list[float], float, float]:
    positions = [float(contract_curve(mix, issue)) for issue in TWO]
    u_a = 1 - sum(issue.weight_a * x**2 for issue, x in zip(TWO, positions, strict=True))
    u_b = 1 - sum(issue.weight_b * (1 - x) ** 2 for issue, x in zip(TWO, positions, strict=True))
    return positions, u_a, u_b


def test_log_rolling_at_the_middle_of_the_curve() -> None:
    positions, u_a, u_b = utilities(0.5)
    assert positions == pytest.approx([0.2, 0.8])
    assert (u_a, u_b) == pytest.approx((0.84, 0.84))
    assert (u_a - 0.75) * (u_b - 0.75) == pytest.approx(0.0081)


def test_nash_point_with_unequal_war_values() -> None:
    positions, u_a, u_b = utilities(0.460946)
    assert positions == pytest.approx([0.226223, 0.823875], abs=1e-6)
    assert (u_a, u_b) == pytest.approx((0.823304, 0.855438), abs=1e-6)
    # u(x0) is .75 for both, so war values .70 and .75 are needs of -.05 and 0.
    assert exact_range(TWO, -0.05, 0.0) == pytest.approx((0.267555, 0.671089), abs=1e-6)
    values = [
        np.array([sum(value_of(contract_curve(mix, issue), issue)[side] for issue in TWO) for mix in GRID])
        for side in (0, 1)
    ]
    assert float(nash_weight(values[0], values[1], -0.05, 0.0)) == pytest.approx(0.46)


share = st.floats(0, 1)
weight = st.floats(0.01, 1)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    ideal_a, status_quo, ideal_b = sorted(draw(st.lists(share, min_size=3, max_size=3)))
    return Terms(
        status_quo=status_quo,
        ideal_a=ideal_a,
        ideal_b=ideal_b,
        weight_a=draw(weight),
        weight_b=draw(weight),
        trust_a=draw(share),
        trust_b=draw(share),
        slope_a=draw(st.sampled_from([0.0, 0.5, 3.0])),
        slope_b=draw(st.sampled_from([0.0, 0.5, 3.0])),
        public_a=draw(st.floats(ideal_a, 1)),
        public_b=draw(st.floats(0, ideal_b)),
    )


@settings(max_examples=300, deadline=None)
@given(any_terms())
def test_single_crossing(terms: Terms) -> None:
    """Side A's value never falls along the curve and side B's never rises."""
    gain_a, gain_b = value_of(contract_curve(GRID, terms), terms)
    assert np.diff(gain_a).min() >= -1e-9
    assert np.diff(gain_b).max() <= 1e-9


@settings(max_examples=200, deadline=None)
@given(any_terms(), st.floats(0.001, 0.999))
def test_curve_is_the_best_package_for_its_mix(terms: Terms, mix: float) -> None:
    """No point of a fine scan beats the closed form: l S_A + (1 - l) S_B is maximal on it."""
    scan = np.linspace(0, 1, 2001)

    def worth(position: object) -> np.ndarray:
        gain_a, gain_b = value_of(position, terms)  # type: ignore[arg-type]
        return mix * gain_a + (1 - mix) * gain_b

    assert worth(contract_curve(mix, terms)) >= worth(scan).max() - 1e-9


@settings(max_examples=200, deadline=None)
@given(any_terms(), any_terms(), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(0, 0.2))
def test_needing_less_never_shrinks_the_range(
    one: Terms, other: Terms, need_a: float, need_b: float, less: float
) -> None:
    """All else and the curve frozen, a lower reservation value, optimism, fear or audience cost widens the range."""
    gains = [np.add(*(value_of(contract_curve(GRID, terms), terms)[side] for terms in (one, other))) for side in (0, 1)]
    lower, upper = bargaining_range(gains[0], gains[1], need_a, need_b)
    wider_lower, _ = bargaining_range(gains[0], gains[1], need_a - less, need_b)
    _, wider_upper = bargaining_range(gains[0], gains[1], need_a, need_b - less)
    assert wider_lower <= lower and wider_upper >= upper


@settings(max_examples=200, deadline=None)
@given(any_terms(), st.floats(0, 1))
def test_without_trust_nothing_beats_the_status_quo(terms: Terms, position: float) -> None:
    gain_a, gain_b = value_of(position, terms._replace(trust_a=0.0, trust_b=0.0))
    assert gain_a <= 0 and gain_b <= 0


@settings(max_examples=200, deadline=None)
@given(any_terms())
def test_a_status_quo_between_the_ideals_only_adds_a_kink(terms: Terms) -> None:
    """x(l; x0) = clip(x0, x(l; ideal A), x(l; ideal B)): what the tables of a moving issue rest on."""
    toward_b = contract_curve(GRID, terms._replace(status_quo=terms.ideal_a))
    toward_a = contract_curve(GRID, terms._replace(status_quo=terms.ideal_b))
    expected = np.clip(terms.status_quo, toward_b, toward_a)
    np.testing.assert_allclose(contract_curve(GRID, terms), expected, atol=1e-12)


def test_edges_are_limits_from_inside() -> None:
    one_sided = Terms(0.4, 0.0, 1.0, 0.0, 1.0)
    assert contract_curve(np.array([0.0, 0.5, 1.0]), one_sided) == pytest.approx([1.0, 1.0, 1.0])
    idle = Terms(0.4, 0.0, 1.0, 0.0, 0.0)
    assert contract_curve(np.array([0.0, 0.5, 1.0]), idle) == pytest.approx([0.4, 0.4, 0.4])
    same_wish = Terms(0.4, 0.7, 0.7, 0.5, 0.5)
    assert contract_curve(np.array([0.0, 0.5, 1.0]), same_wish) == pytest.approx([0.7, 0.7, 0.7])


def test_both_gain_where_the_status_quo_lies_outside_the_ideals() -> None:
    terms = Terms(0.95, 0.05, 0.8, 0.03, 0.03, trust_a=0.5, trust_b=0.5)
    for mix in (0.01, 0.1, 0.15):
        gain_a, gain_b = value_of(contract_curve(mix, terms), terms)
        assert gain_a > 0 and gain_b > 0


def test_no_reservation_point_is_infinite() -> None:
    gain = np.linspace(0, 0.1, 101)
    lower, upper = bargaining_range(gain, gain[::-1], 0.2, 0.2)
    assert lower == np.inf and upper == -np.inf


def test_offers_stop_at_the_reservation_point_and_are_pulled_back() -> None:
    assert next_offer(0.9, 0.1, 1.0, 0.4, end=1) == pytest.approx(0.4)
    assert next_offer(0.9, 0.1, 0.5, 0.4, end=1) == pytest.approx(0.5)
    assert next_offer(0.3, 0.1, 0.5, 0.6, end=1) == pytest.approx(0.6)
    assert next_offer(0.1, 0.9, 1.0, 0.4, end=-1) == pytest.approx(0.4)
    assert next_offer(0.5, 0.9, 0.5, np.inf, end=1) == pytest.approx(1.0)
