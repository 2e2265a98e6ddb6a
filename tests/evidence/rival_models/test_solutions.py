from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ParleyError
from sim.evidence.rival_models import kalai_smorodinsky_point, nash_point, rubinstein_share
from sim.evidence.rival_models.solutions import (
    GRID,
    kalai_smorodinsky_on_curve,
    nash_on_curve,
    rubinstein_on_curve,
    value_at,
)

Frontier = Callable[[float], float]
OPTIMUM = 1e-7
"""A maximum is flat: an optimiser knows its place to about the square root of machine precision."""


def line(u1: float) -> float:
    return 1 - u1


def parabola(u1: float) -> float:
    return 1 - u1**2


def test_nash_splits_the_pie_over_disagreement() -> None:
    assert nash_point(line, (0.2, 0.1)) == pytest.approx((0.55, 0.45), abs=OPTIMUM)


def test_nash_and_kalai_smorodinsky_on_a_parabola() -> None:
    """u1^2 = 1/3 maximises u1 (1 - u1^2); u1 = 1 - u1^2 is the golden section."""
    assert nash_point(parabola) == pytest.approx((3**-0.5, 2 / 3), abs=OPTIMUM)
    assert nash_point(parabola) == pytest.approx((0.577350, 0.666667), abs=1e-6)
    assert kalai_smorodinsky_point(parabola) == pytest.approx(((5**0.5 - 1) / 2,) * 2, abs=1e-12)
    assert kalai_smorodinsky_point(parabola)[0] == pytest.approx(0.618034, abs=1e-6)


@pytest.mark.parametrize(("first", "second", "share"), [(0.9, 0.9, 0.526316), (0.95, 0.9, 0.689655), (0.0, 0.5, 0.5)])
def test_rubinstein_share(first: float, second: float, share: float) -> None:
    assert rubinstein_share(first, second) == pytest.approx(share, abs=5e-7)


@pytest.mark.parametrize("discounts", [(1.0, 1.0), (1.2, 0.5), (-0.1, 0.5)])
def test_discounts_out_of_range_are_refused(discounts: tuple[float, float]) -> None:
    with pytest.raises(ParleyError, match="discount"):
        rubinstein_share(*discounts)


@pytest.mark.parametrize("solution", [nash_point, kalai_smorodinsky_point])
def test_nothing_to_gain_is_refused(solution: Callable[[Frontier, tuple[float, float]], object]) -> None:
    with pytest.raises(ParleyError, match="better for both"):
        solution(line, (0.7, 0.5))


SHARE = st.floats(0.0, 0.45)


@given(SHARE, SHARE, st.floats(0.5, 3.0), st.floats(0.5, 3.0))
def test_solutions_do_not_depend_on_the_units_of_utility(d1: float, d2: float, unit_1: float, unit_2: float) -> None:
    """Scale covariance, an axiom of both (Nash 1950; Kalai and Smorodinsky 1975)."""
    for solution in (nash_point, kalai_smorodinsky_point):
        plain = solution(parabola, (d1, d2))
        scaled = solution(lambda u1: unit_2 * parabola(u1 / unit_1), (unit_1 * d1, unit_2 * d2), unit_1)
        assert scaled == pytest.approx((unit_1 * plain[0], unit_2 * plain[1]), abs=1e-6)


@given(SHARE, SHARE, SHARE)
def test_a_better_fallback_never_hurts(d1: float, d2: float, rise: float) -> None:
    better = min(d1 + rise, 0.5)
    for solution in (nash_point, kalai_smorodinsky_point):
        assert solution(parabola, (better, d2))[0] >= solution(parabola, (d1, d2))[0] - 1e-6


# -- the same on a tabulated curve ---------------------------------------------------------------------


def test_curve_and_function_agree() -> None:
    """The grid is .01 wide; Kalai-Smorodinsky interpolates, with an error of the order of a square of that."""
    gains = GRID, 1 - GRID**2
    assert nash_on_curve(*gains) == pytest.approx(3**-0.5, abs=0.005)
    assert kalai_smorodinsky_on_curve(*gains) == pytest.approx((5**0.5 - 1) / 2, abs=1e-4)


def test_rubinstein_on_a_straight_curve_is_the_share() -> None:
    found = rubinstein_on_curve(GRID, 1 - GRID, 0.95, 0.9)
    assert found == pytest.approx((rubinstein_share(0.95, 0.9), 1 - rubinstein_share(0.9, 0.95)), abs=1e-9)


def test_patient_rubinstein_is_nash() -> None:
    """Binmore (1987): as both discounts go to 1 together, both proposals go to the Nash point."""
    offers = rubinstein_on_curve(GRID, 1 - GRID**2, 0.9999, 0.9999)
    assert offers == pytest.approx((3**-0.5, 3**-0.5), abs=0.005)


def test_rubinstein_offers_leave_the_other_just_what_waiting_would() -> None:
    own, other = GRID - 0.2, 0.9 - GRID**2
    offers = rubinstein_on_curve(own, other, 0.9, 0.8)
    assert offers is not None
    assert value_at(offers[0], other) == pytest.approx(0.8 * value_at(offers[1], other), abs=1e-9)
    assert value_at(offers[1], own) == pytest.approx(0.9 * value_at(offers[0], own), abs=1e-9)


@pytest.mark.parametrize("short", [0.51, 2.0])
def test_no_range_no_solution(short: float) -> None:
    gains = GRID - short, 1 - GRID - short
    assert nash_on_curve(*gains) is None
    assert kalai_smorodinsky_on_curve(*gains) is None
    assert rubinstein_on_curve(*gains, 0.9, 0.9) is None


@given(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(1, 3))
def test_solutions_on_a_curve_suit_both(need_a: float, need_b: float, bend: float) -> None:
    own, other = GRID - need_a, 1 - GRID**bend - need_b
    for mix in (nash_on_curve(own, other), kalai_smorodinsky_on_curve(own, other)):
        assert mix is not None
        assert value_at(mix, own) >= -1e-9 and value_at(mix, other) >= -1e-9
    shares = kalai_smorodinsky_on_curve(own, other) or np.nan
    assert value_at(shares, own) / own[other >= 0].max() == pytest.approx(
        value_at(shares, other) / other[own >= 0].max(), abs=0.05
    )
