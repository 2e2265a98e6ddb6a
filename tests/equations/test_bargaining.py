"""The contract curve and the bargaining range: worked values, limits and properties."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from sim.equations.bargaining import GRID_STEPS, fearon_range, next_offer
from sim.equations.contract_curve import Terms, contract_curve, value_of
from sim.equations.war import gain_from_war, risk_premium, war_stakes

GRID = np.arange(GRID_STEPS + 1) / GRID_STEPS
PIE = Terms(status_quo=0.6, ideal_a=0.0, ideal_b=1.0, weight_a=1.0, weight_b=1.0)


@numba.njit  # not cached: a cache does not see that the curve has changed
def curve(curve_weights: np.ndarray, terms: Terms) -> np.ndarray:
    positions = np.empty_like(curve_weights)
    for k, curve_weight in enumerate(curve_weights):
        positions[k] = contract_curve(curve_weight, terms)
    return positions


@numba.njit  # not cached: a cache does not see that the curve has changed
def gains(positions: np.ndarray, terms: Terms) -> np.ndarray:
    both = np.empty((2, positions.size))
    for k, position in enumerate(positions):
        both[0, k], both[1, k] = value_of(position, terms)
    return both


def exact_range(terms: list[Terms], needed_a: float, needed_b: float) -> tuple[float, float]:
    """Reservation points by root finding on the curve itself, without the grid."""

    def gain(side: int, weight: float) -> float:
        return sum(value_of(contract_curve(weight, issue), issue)[side] for issue in terms)

    lower = brentq(lambda weight: gain(0, weight) - needed_a, 1e-9, 1 - 1e-9, xtol=1e-12)
    upper = brentq(lambda weight: gain(1, weight) - needed_b, 1e-9, 1 - 1e-9, xtol=1e-12)
    return lower, upper


def test_fearons_linear_range() -> None:
    """A's share of a pie it wins with probability .6 at costs .1 and .15 (Fearon 1995)."""
    assert fearon_range(0.6, 0.1, 0.15) == pytest.approx((0.50, 0.75))
    assert fearon_range(0.05, 0.1, 1.0) == (0.0, 1.0)


def test_quadratic_range_of_a_sure_end() -> None:
    """x <= sqrt(p^2 + cA) and x >= 1 - sqrt((1 - p)^2 + cB), p = .6 on B's scale."""
    lower, upper = exact_range([PIE], -0.1, -0.15)
    assert (lower, upper) == pytest.approx((0.321767, 0.556776), abs=5e-7)
    assert (1 - upper, 1 - lower) == pytest.approx((0.443224, 0.678233), abs=5e-7)


@pytest.mark.parametrize(
    ("costs", "expected"), [((0.1, 0.15), (0.258380, 0.836660)), ((0.0, 0.0), (0.367544, 0.774597))]
)
def test_range_of_a_lottery_between_the_ideals(costs: tuple[float, float], expected: tuple[float, float]) -> None:
    """War as a 0/1 lottery: end state plus variance. kappa 1, x0 .5, m .2, tau sqrt(.24), so the end is .6."""
    pie = PIE._replace(status_quo=0.5)
    premium = risk_premium(1.0, 1.0, 1.0, math.sqrt(0.24))
    need_a = gain_from_war(war_stakes(1.0, 0.5, 0.0, 1.0, 1.0), -0.2) - premium - costs[0]
    need_b = gain_from_war(war_stakes(1.0, 0.5, 1.0, 0.0, 1.0), 0.2) - premium - costs[1]
    lower, upper = exact_range([pie], need_a, need_b)
    assert (1 - upper, 1 - lower) == pytest.approx(expected, abs=5e-7)


TWO = [Terms(0.5, 0.0, 1.0, 0.8, 0.2), Terms(0.5, 0.0, 1.0, 0.2, 0.8)]


def utilities(curve_weight: float) -> tuple[list[float], float, float]:
    positions = [contract_curve(curve_weight, issue) for issue in TWO]
    u_a = 1 - sum(issue.weight_a * x**2 for issue, x in zip(TWO, positions, strict=True))
    u_b = 1 - sum(issue.weight_b * (1 - x) ** 2 for issue, x in zip(TWO, positions, strict=True))
    return positions, u_a, u_b


def test_log_rolling_at_the_middle_of_the_curve() -> None:
    positions, u_a, u_b = utilities(0.5)
    assert positions == pytest.approx([0.2, 0.8])
    assert (u_a, u_b) == pytest.approx((0.84, 0.84))
    assert (u_a - 0.75) * (u_b - 0.75) == pytest.approx(0.0081)


def test_nash_point_with_unequal_war_values() -> None:
    """u(x0) is .75 for both, so war values .70 and .75 are needs of -.05 and 0."""
    positions, u_a, u_b = utilities(0.460946)
    assert positions == pytest.approx([0.226223, 0.823875], abs=1e-6)
    assert (u_a, u_b) == pytest.approx((0.823304, 0.855438), abs=1e-6)
    assert exact_range(TWO, -0.05, 0.0) == pytest.approx((0.267555, 0.671089), abs=1e-6)
    product = [(u_a - 0.70) * (u_b - 0.75) for _, u_a, u_b in map(utilities, GRID.tolist())]
    assert GRID[np.argmax(product)] == pytest.approx(0.46)


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
    gain_a, gain_b = gains(curve(GRID, terms), terms)
    assert np.diff(gain_a).min() >= -1e-9
    assert np.diff(gain_b).max() <= 1e-9


@settings(max_examples=200, deadline=None)
@given(any_terms(), st.floats(0.001, 0.999))
def test_curve_is_the_best_package_for_its_weight(terms: Terms, curve_weight: float) -> None:
    """No point of a fine scan beats the closed form: l S_A + (1 - l) S_B is maximal on it."""
    scan = np.append(np.linspace(0, 1, 2001), contract_curve(curve_weight, terms))
    gain_a, gain_b = gains(scan, terms)
    worth = curve_weight * gain_a + (1 - curve_weight) * gain_b
    assert worth[-1] >= worth.max() - 1e-9


@settings(max_examples=200, deadline=None)
@given(any_terms(), share)
def test_without_trust_nothing_beats_the_status_quo(terms: Terms, position: float) -> None:
    gain_a, gain_b = value_of(position, terms._replace(trust_a=0.0, trust_b=0.0))
    assert gain_a <= 0 and gain_b <= 0


@settings(max_examples=200, deadline=None)
@given(any_terms())
def test_a_status_quo_between_the_ideals_only_adds_a_kink(terms: Terms) -> None:
    """x(l; x0) = clip(x0, x(l; ideal A), x(l; ideal B)): what the tables of a moving issue rest on."""
    toward_b = curve(GRID, terms._replace(status_quo=terms.ideal_a))
    toward_a = curve(GRID, terms._replace(status_quo=terms.ideal_b))
    expected = np.clip(terms.status_quo, toward_b, toward_a)
    np.testing.assert_allclose(curve(GRID, terms), expected, atol=1e-12)


@settings(max_examples=200, deadline=None)
@given(any_terms(), share, share, share)
def test_red_lines_bound_the_curve(terms: Terms, curve_weight: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    free = contract_curve(curve_weight, terms)
    assert contract_curve(curve_weight, terms._replace(low=low, high=high)) == min(max(free, low), high)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(0.4, 0.0, 1.0, 0.0, 1.0), 1.0),
        (Terms(0.4, 0.0, 1.0, 0.0, 0.0), 0.4),
        (Terms(0.4, 0.7, 0.7, 0.5, 0.5), 0.7),
    ],
    ids=["only one side cares", "nobody cares", "both want the same"],
)
@pytest.mark.parametrize("curve_weight", [0.0, 0.5, 1.0])
def test_edges_are_limits_from_inside(curve_weight: float, terms: Terms, expected: float) -> None:
    assert contract_curve(curve_weight, terms) == pytest.approx(expected)


def test_both_gain_where_the_status_quo_lies_outside_the_ideals() -> None:
    terms = Terms(0.95, 0.05, 0.8, 0.03, 0.03, trust_a=0.5, trust_b=0.5)
    for curve_weight in (0.01, 0.1, 0.15):
        gain_a, gain_b = value_of(contract_curve(curve_weight, terms), terms)
        assert gain_a > 0 and gain_b > 0


def test_offers_stop_at_the_reservation_point_and_are_pulled_back() -> None:
    assert next_offer(0.9, 0.1, 1.0, 0.4, end=1) == pytest.approx(0.4)
    assert next_offer(0.9, 0.1, 0.5, 0.4, end=1) == pytest.approx(0.5)
    assert next_offer(0.3, 0.1, 0.5, 0.6, end=1) == pytest.approx(0.6)
    assert next_offer(0.1, 0.9, 1.0, 0.4, end=-1) == pytest.approx(0.4)
    assert next_offer(0.5, 0.9, 0.5, math.inf, end=1) == 1.0
    assert next_offer(0.5, 0.1, 0.5, -math.inf, end=-1) == 0.0
