"""Utility, trades between points of an issue, and offers: worked values, limits and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.equations.bargaining import fearon_range, next_offer
from sim.equations.trades import Stake, gain_at, nash_part, no_gain_beyond, rate_of
from sim.equations.utility import beyond_line, delivered_share, discounted, progress, value

share = st.floats(0, 1)
aversion = st.floats(1, 3)
distance = st.floats(0.01, 1)


# -- utility ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "ideal", "end", "expected"),
    [
        (0.25, 0.0, 1, 0.25),
        (0.75, 0.0, 1, -0.25),
        (0.25, 1.0, -1, -0.25),
        # Both want the same way, or one side's ideal is the status quo: then each turns to its own end.
        (0.75, 1.0, 1, 0.25),
        (0.75, 0.5, 1, -0.25),
        (0.75, 0.5, -1, 0.25),
    ],
)
def test_progress_is_signed_toward_the_own_ideal(position: float, ideal: float, end: int, expected: float) -> None:
    assert progress(position, 0.5, ideal, end) == pytest.approx(expected)


def test_value_by_hand() -> None:
    """gamma .5, lambda 1.25, G .4, R .6: .4 - .5 .16/.8; less 1.25 x .1 beyond; -1.25 (.3 + .5 .09/1.2)."""
    found = [value(s, 0.4, 0.6, 0.5, 1.25) for s in (0.4, 0.5, -0.3, 0.0)]
    assert found == pytest.approx([0.3, 0.175, -0.421875, 0.0], abs=1e-15)


@given(st.floats(-1, 1), distance, distance)
def test_without_curvature_and_loss_aversion_value_is_the_distance_made(s: float, goal: float, room: float) -> None:
    expected = s if s <= goal else goal - (s - goal)
    assert value(s, goal, room, 0.0, 1.0) == pytest.approx(expected, abs=1e-12)


@given(distance, distance, share, aversion)
def test_value_is_concave_with_slope_one_at_the_status_quo(
    goal: float, room: float, curvature: float, loss_aversion: float
) -> None:
    """From the other side's ideal to beyond the own one no step is worth more than the one before."""
    parts = np.linspace(-room, 0, 101), np.linspace(0, goal, 101)[1:], np.linspace(goal, 1.5 * goal, 51)[1:]
    steps = np.concatenate(parts)
    worth = np.array([value(s, goal, room, curvature, loss_aversion) for s in steps.tolist()])
    slopes = np.diff(worth) / np.diff(steps)
    assert np.diff(slopes).max() <= 1e-6
    assert value(1e-7, goal, room, curvature, loss_aversion) == pytest.approx(1e-7, rel=1e-4)
    assert worth.max() == pytest.approx(value(goal, goal, room, curvature, loss_aversion), abs=1e-15)


@given(st.floats(0, 1), distance, distance, distance, share, aversion)
def test_what_a_loss_costs_does_not_hang_on_how_far_wishes_go(
    loss: float, goal: float, other_goal: float, room: float, curvature: float, loss_aversion: float
) -> None:
    """A moderated aim must not make the rest dearer."""
    one, other = (value(-loss, wish, room, curvature, loss_aversion) for wish in (goal, other_goal))
    assert one == other


def test_a_loss_without_room_is_not_curved() -> None:
    """The other side's ideal is the status quo: R is 0, and nothing is divided by it."""
    assert value(-0.2, 0.5, 0.0, 1.0, 1.5) == pytest.approx(-0.3)
    assert value(0.2, 0.0, 0.5, 0.5, 1.5) == pytest.approx(-0.3)  # beyond an ideal that is the status quo
    assert value(0.0, 0.0, 0.5, 0.5, 1.5) == 0.0


@given(st.floats(-1, 1), share, share)
def test_gains_count_as_they_are_delivered_and_losses_in_full(change: float, delivered: float, trust: float) -> None:
    counted = discounted(change, delivered_share(delivered, trust))
    assert counted == (pytest.approx((delivered + (1 - delivered) * trust) * change) if change > 0 else change)
    assert delivered_share(1.0, trust) == 1.0 and delivered_share(0.0, trust) == trust


def test_an_audience_never_rewards() -> None:
    """On the own side of its line terms neither cost nor earn; beyond it each step costs alike."""
    assert beyond_line(0.3, 0.3, end=1) == beyond_line(0.1, 0.3, end=1) == beyond_line(0.9, 0.3, end=-1) == 0
    assert [beyond_line(x, 0.3, end=1) for x in (0.4, 0.5)] == pytest.approx([0.1, 0.2])
    assert beyond_line(0.1, 0.3, end=-1) == pytest.approx(0.2)


# -- stakes ----------------------------------------------------------------------------------------------


def test_a_gain_by_hand() -> None:
    """w .8, trust .25, half delivered: gains count .625. Beyond the line at .6 each step costs 2 more."""
    side = Stake(1, 0.8, 0.5, 0.1, 1.0, 0.5, 1.25, delivered=0.5, trust=0.25, slope=2.0, public_line=0.6)
    assert gain_at(0.1, side) == pytest.approx(0.8 * 0.625 * (0.4 - 0.1))
    assert gain_at(0.55, side) == pytest.approx(0.8 * -1.25 * (0.05 + 0.5 * 0.0025))
    assert gain_at(0.7, side) == pytest.approx(0.8 * (-1.25 * (0.2 + 0.5 * 0.04) - 2.0 * 0.1))


@st.composite
def any_stakes(draw: st.DrawFn) -> tuple[Stake, Stake]:
    """One issue as both sides see it, with the status quo anywhere."""
    ideal_a, ideal_b = sorted(draw(st.lists(share, min_size=2, max_size=2)))
    status_quo, delivered = draw(share), draw(share)

    def side(end: int, own: float, other: float) -> Stake:
        return Stake(
            end,
            draw(st.floats(0.01, 1)),
            status_quo,
            own,
            other,
            draw(share),
            draw(aversion),
            delivered,
            draw(share),
            draw(st.sampled_from([0.0, 0.5, 3.0])),
            draw(share),
        )

    return side(1, ideal_a, ideal_b), side(-1, ideal_b, ideal_a)


@given(any_stakes())
def test_between_the_ideals_what_one_side_gives_the_other_gets(stakes: tuple[Stake, Stake]) -> None:
    """Side A's gain never rises toward side B's ideal, side B's never falls."""
    side_a, side_b = stakes
    points = np.linspace(side_a.ideal_point, side_b.ideal_point, 101).tolist()
    gain_a, gain_b = (np.array([gain_at(x, side) for x in points]) for side in stakes)
    assert np.diff(gain_a).max() <= 1e-12 and np.diff(gain_b).min() >= -1e-12


@given(any_stakes())
def test_without_trust_or_delivery_nothing_beats_the_status_quo(stakes: tuple[Stake, Stake]) -> None:
    for side in stakes:
        blind = side._replace(trust=0.0, delivered=0.0)
        assert max(gain_at(x, blind) for x in np.linspace(0, 1, 101).tolist()) <= 0.0


@given(any_stakes())
def test_beyond_its_ideal_an_issue_is_worth_nothing_more_at_the_point_named(stakes: tuple[Stake, Stake]) -> None:
    for side in stakes:
        assume(abs(side.ideal_point - side.status_quo) > 1e-6)
        plain = side._replace(slope=0.0, trust=1.0)
        point = no_gain_beyond(plain)
        assert gain_at(point, plain) == pytest.approx(0.0, abs=1e-12)
        assert gain_at((point + plain.ideal_point) / 2, plain) > 0.0


def test_rates_of_trades() -> None:
    """What costs side A nothing comes first, what brings side B nothing last."""
    assert [rate_of(0.2, 0.1), rate_of(0.0, 0.1), rate_of(0.0, 0.0), rate_of(0.1, 0.0)] == [0.5, math.inf, math.inf, 0]


@given(st.floats(0.05, 20), st.floats(0.001, 1), st.floats(-0.2, 1), st.floats(-0.2, 1))
def test_the_nash_part_of_a_trade_is_the_best_of_a_scan(rate: float, gain: float, over_a: float, over_b: float) -> None:
    """Where both sides have a surplus on the way, no other part of the trade has a larger product of surpluses."""
    parts = np.append(np.linspace(0, 1, 1001), nash_part(rate, gain, over_a, over_b))
    left, right = over_a - parts * gain / rate, over_b + parts * gain
    assume(np.any((left > 0) & (right > 0)))
    product = np.where((left >= 0) & (right >= 0), left * right, -np.inf)
    assert product[-1] >= product.max() - 1e-9


def test_the_nash_point_makes_what_costs_nothing_and_not_what_brings_nothing() -> None:
    assert nash_part(math.inf, 0.1, 0.5, 0.9) == 1.0 and nash_part(0.0, 0.0, 0.5, 0.0) == 0.0


# -- offers ----------------------------------------------------------------------------------------------


def test_fearons_linear_range() -> None:
    """A's share of a pie it wins with probability .6 at costs .1 and .15 (Fearon 1995)."""
    assert fearon_range(0.6, 0.1, 0.15) == pytest.approx((0.50, 0.75))
    assert fearon_range(0.05, 0.1, 1.0) == (0.0, 1.0)


def test_offers_stop_at_the_reservation_point_and_are_pulled_back() -> None:
    assert next_offer(0.9, 0.1, 1.0, 0.4, end=1) == pytest.approx(0.4)
    assert next_offer(0.9, 0.1, 0.5, 0.4, end=1) == pytest.approx(0.5)
    assert next_offer(0.3, 0.1, 0.5, 0.6, end=1) == pytest.approx(0.6)
    assert next_offer(0.1, 0.9, 1.0, 0.4, end=-1) == pytest.approx(0.4)
    assert next_offer(0.5, 0.9, 0.5, math.inf, end=1) == 1.0
    assert next_offer(0.5, 0.1, 0.5, -math.inf, end=-1) == 0.0
