"""Reservation points and the Nash point on the tabulated curve of packages: worked values, limits and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.equations.contract_curve import Terms
from tests.equations.test_bargaining import TWO, any_terms, curve, exact_range, gains
from tests.model.entries import GRID, look_from, nash_mix_of, range_of, room_with_gains


def gains_of(issues: list[Terms]) -> tuple[np.ndarray, np.ndarray]:
    """What the 101 packages of some issues are worth to both sides."""
    both = sum(gains(curve(GRID, terms), terms) for terms in issues)
    return both[0], both[1]


def test_the_nash_point_and_the_range_with_unequal_war_values() -> None:
    """u(x0) is .75 for both, so war values .70 and .75 are needs of -.05 and 0; the exact Nash point is .460946."""
    assert nash_mix_of(*gains_of(TWO), -0.05, 0.0) == pytest.approx(0.46)
    # Gains are linear between the hundred steps of the mix.
    assert range_of(*gains_of(TWO), -0.05, 0.0) == pytest.approx(exact_range(TWO, -0.05, 0.0), abs=5e-5)


@settings(max_examples=200, deadline=None)
@given(any_terms(), any_terms(), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(0, 0.2))
def test_needing_less_never_shrinks_the_range(
    one: Terms, other: Terms, need_a: float, need_b: float, less: float
) -> None:
    """All else and the curve frozen, a lower reservation value, optimism, fear or audience cost widens the range."""
    gain_a, gain_b = gains_of([one, other])
    lower, upper = range_of(gain_a, gain_b, need_a, need_b)
    wider_lower, wider_upper = range_of(gain_a, gain_b, need_a - less, need_b - less)
    assert wider_lower <= lower and wider_upper >= upper


@settings(max_examples=200, deadline=None)
@given(any_terms(), any_terms(), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_at_its_reservation_point_a_side_gains_just_what_it_needs(
    one: Terms, other: Terms, need_a: float, need_b: float
) -> None:
    """Or more, where the other side's own end of the curve already gives it as much."""
    gain_a, gain_b = gains_of([one, other])
    lower, upper = range_of(gain_a, gain_b, need_a, need_b)
    for gain, need, mix, worst in ((gain_a, need_a, lower, 0.0), (gain_b, need_b, upper, 1.0)):
        if not np.isfinite(mix):
            assert gain.max() < need
        elif mix == worst:
            assert np.interp(worst, GRID, gain) >= need - 1e-12
        else:
            assert np.interp(mix, GRID, gain) == pytest.approx(need, abs=1e-9)


def test_no_reservation_point_is_infinite() -> None:
    gain = np.linspace(0, 0.1, 101)
    assert range_of(gain, gain[::-1], 0.2, 0.2) == (np.inf, -np.inf)


@pytest.mark.parametrize(("need_a", "has_range"), [(0.0, True), (1e-6, False)])
def test_a_range_of_one_point_is_a_range(need_a: float, has_range: bool) -> None:
    """Side B needs all there is, so that only its own end of the curve is left."""
    workspace = room_with_gains(GRID, 1 - GRID)
    workspace.sides["fear"], workspace.sides["loss_from_peace"] = 0.0, (need_a, 1.0)
    look_from(workspace, 0)
    assert workspace.tracks["upper"][0] == 0 and bool(workspace.tracks["lower"][0] == 0) is has_range
    assert bool(workspace.tracks["has_range"][0]) is has_range
