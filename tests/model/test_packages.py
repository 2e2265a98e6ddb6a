"""The path of best packages, reservation points on it and terms: worked values, limits and properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.equations.trades import Stake, gain_at
from sim.model.switches import NONE_OFF, stake_of
from sim.model.world import Workspace
from sim.scenario.mirror import mirror
from sim.scenario.schema import Scenario
from tests.factories import both, minimal_scenario
from tests.model.entries import gain_of, limits_of, look_from, mix_of, nash_mix_of, path_of, room_of, terms_at

GRID = np.linspace(0, 1, 101).tolist()
ISSUES, SIDES = ("one", "two", "three"), ("North", "South")
N_WARS = 150
WARS = range(N_WARS)


def any_war(number: int, is_straight: bool = False) -> tuple[Workspace, np.random.Generator]:
    """A room with a random war in it, and luck for what is asked of it."""
    return room_of(any_scenario(number, is_straight)), np.random.default_rng([20251201, number])


def any_scenario(number: int, is_straight: bool = False) -> Scenario:
    """Three issues, some of no weight to a side, perhaps lines and demands, and little trust."""
    luck = np.random.default_rng([20251130, number])

    def share(low: float = 0.0, high: float = 1.0) -> float:
        return round(float(luck.uniform(low, high)), 3)

    changes: dict[str, Any] = {}
    for issue in ISSUES:
        ideals = sorted((share(), share()))
        for side, ideal in zip(SIDES, ideals, strict=True):
            changes[f"parties.{side}.ideal_point.{issue}"] = ideal
        changes |= {f"issues.{issue}.status_quo": share(), f"issues.{issue}.delivered": share()}
        if luck.uniform() < 0.3:
            changes[f"parties.North.public_lines.{issue}"] = share(ideals[0])
        if luck.uniform() < 0.3:
            changes[f"parties.South.public_lines.{issue}"] = share(0, ideals[1])
    for side in SIDES:
        points = [int(luck.integers(1, 100)), *(int(luck.integers(0, 3)) * 20 for _ in ISSUES[1:])]
        changes[f"parties.{side}.points"] = dict(zip(ISSUES, points, strict=True))
        changes |= {f"parties.{side}.trust": share(), f"parties.{side}.curvature": 0 if is_straight else share()}
        changes |= {f"parties.{side}.loss_aversion": share(1, 3), f"parties.{side}.audience_slope": share(0, 3)}
        if luck.uniform() < 0.3:
            changes[f"tracks.ceasefire.demands.{side}.two"] = share()
    return minimal_scenario(issues=ISSUES, **changes)


def stakes_of(room: Workspace) -> list[tuple[Stake, Stake]]:
    """Each issue as both sides see it today."""
    issues, sides = room.issues.view(np.recarray), room.sides.view(np.recarray)
    seen = stake_of.py_func  # type: ignore[attr-defined]
    return [tuple(seen(issue, side, NONE_OFF, side.trust) for side in sides) for issue in issues]


def gains_at(room: Workspace, terms: list[float]) -> tuple[float, float]:
    """What terms are worth to both sides, from the equation."""
    both_sides = [[gain_at(x, stake) for stake in pair] for x, pair in zip(terms, stakes_of(room), strict=True)]
    return float(np.sum([a for a, _ in both_sides])), float(np.sum([b for _, b in both_sides]))


@pytest.mark.parametrize("number", WARS)
def test_the_path_runs_from_all_that_side_a_can_have_to_all_that_side_b_can_have(number: int) -> None:
    """A gives and B gains at falling rates; at the corners, gains are those of the terms there."""
    room, _ = any_war(number)
    path = path_of(room)
    assert (np.diff(path.gain_a) <= 0).all() and (np.diff(path.gain_b) >= 0).all()
    assert (path.rate[1:] <= path.rate[:-1]).all()
    for place in range(len(path.gain_a)) if path.is_possible else []:
        # Within a tie, a package lies between cuts, where gains are straightened.
        if not (0 < place < len(path.rate) and path.rate[place - 1] == path.rate[place]):
            expected = gains_at(room, terms_at(room, mix_of(room, 0, place, 0.0)))
            assert (path.gain_a[place], path.gain_b[place]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("number", WARS)
def test_no_package_is_better_for_both(number: int) -> None:
    """Where gains are straight between cuts, nothing beats the path: what A keeps, B cannot have more of."""
    room, luck = any_war(number, is_straight=True)
    path, demands = path_of(room), room.demands.view(np.recarray)
    for package in luck.uniform(size=(20, 3)) if path.is_possible else []:
        package = [min(max(x, demands[k].point_b), demands[k].point_a) for k, x in enumerate(package.tolist())]
        gain_a, gain_b = gains_at(room, package)
        if gain_a <= path.gain_a[0]:
            # The largest gain of side B at which side A still has as much.
            at = limits_of(room, 0, max(gain_a, path.gain_a[-1]), -9.0)[0]
            assert gain_b <= gain_of(room, 0, 1, at) + 1e-9


@pytest.mark.parametrize("number", WARS)
def test_needing_less_never_shrinks_the_range(number: int) -> None:
    """All else equal, a lower reservation value, optimism, fear or audience cost widens the range."""
    room, luck = any_war(number)
    for need_a, need_b in luck.uniform(-0.3, 0.3, (5, 2)).tolist():
        less = luck.uniform(0, 0.2)
        lower, upper = limits_of(room, 0, need_a, need_b)
        wider_lower, wider_upper = limits_of(room, 0, need_a - less, need_b - less)
        assert wider_lower <= lower and wider_upper >= upper


@pytest.mark.parametrize("number", WARS)
def test_at_its_reservation_point_a_side_gains_just_what_it_needs(number: int) -> None:
    """Or more, where the other side's own end of the path already gives it as much."""
    room, luck = any_war(number)
    path = path_of(room)
    for needs in luck.uniform(-0.3, 0.3, (5, 2)).tolist():
        limits = limits_of(room, 0, *needs)
        for side, gains in enumerate((path.gain_a, path.gain_b)):
            if not np.isfinite(limits[side]):
                assert not path.is_possible or gains.max() < needs[side]
            elif gains.min() >= needs[side]:
                # The other side's own end; steps that cost this one nothing are made at once.
                assert gain_of(room, 0, side, limits[side]) == pytest.approx(gains.min(), abs=1e-12)
                assert limits[side] == pytest.approx(mix_of(room, 0, 0 if side else len(gains) - 1, 0.0))
            else:
                assert gain_of(room, 0, side, limits[side]) == pytest.approx(needs[side], abs=1e-9)


@pytest.mark.parametrize("number", WARS)
def test_the_nash_point_has_the_largest_product_of_surpluses(number: int) -> None:
    room, luck = any_war(number)
    for need_a, need_b in luck.uniform(-0.6, 0.0, (5, 2)).tolist():
        lower, upper = limits_of(room, 0, need_a, need_b)
        if lower <= upper:
            mix = nash_mix_of(room, need_a, need_b)
            assert lower <= mix <= upper
            products = [
                (gain_of(room, 0, 0, at) - need_a) * (gain_of(room, 0, 1, at) - need_b)
                for at in (mix, *np.linspace(lower, upper, 41).tolist())
            ]
            assert products[0] >= max(products) - 1e-9


@pytest.mark.parametrize("number", WARS)
def test_the_mirror_image_of_a_package_is_the_package_of_the_mirror_image(number: int) -> None:
    room, luck = any_war(number)
    turned = room_of(mirror(any_scenario(number)))
    path, other = path_of(room), path_of(turned)
    assert path.is_possible == other.is_possible
    for mix in luck.uniform(size=5).tolist() if path.is_possible else []:
        for side in range(2):
            assert gain_of(turned, 0, 1 - side, 1 - mix) == pytest.approx(gain_of(room, 0, side, mix), abs=1e-12)
        assert terms_at(turned, 1 - mix) == pytest.approx([1 - x for x in terms_at(room, mix)], abs=1e-9)


def test_no_reservation_point_is_infinite() -> None:
    room = room_of(minimal_scenario())
    assert limits_of(room, 0, 0.5, 0.5) == (np.inf, -np.inf)


@pytest.mark.parametrize(("need_a", "has_range"), [(-0.625, True), (-0.625 + 1e-6, False)])
def test_a_range_of_one_point_is_a_range(need_a: float, has_range: bool) -> None:
    """Side B needs all there is, .375, so that only its own end of the path is left, which costs side A .78125."""
    room = room_of(minimal_scenario(**both(loss_aversion=1)))
    room.sides["fear"], room.sides["loss_from_peace"] = 0.0, (need_a, 0.375)
    look_from(room, 0)
    assert room.tracks["upper"][0] == 0 and bool(room.tracks["lower"][0] == 0) is has_range
    assert bool(room.tracks["has_range"][0]) is has_range


# -- the order of trades ---------------------------------------------------------------------------------


def test_an_issue_that_costs_side_a_nothing_is_given_first_and_apart_from_the_others() -> None:
    """North does not care for the second issue: South has all of it before anything else is given."""
    points = {"parties.North.points": {"one": 100, "two": 0}, "parties.South.points": {"one": 50, "two": 50}}
    room = room_of(minimal_scenario(issues=("one", "two"), **points))
    path = path_of(room)
    assert np.isinf(path.rate[:4]).all() and path.issue.tolist() == [1] * 4 + [0] * 4
    done = (path.gain_b[2] - path.gain_b[0]) / (path.gain_b[4] - path.gain_b[0])
    # Trades of one rate are made together, so that the third corner is no point of the issue at which it is cut.
    for whole, expected in ((0, [0, 0]), (2, [0, done]), (4, [0, 1]), (6, [0.5, 1]), (8, [1, 1])):
        assert terms_at(room, mix_of(room, 0, whole, 0.0)) == pytest.approx(expected)


def test_trades_at_one_rate_are_made_together() -> None:
    """Two issues alike to both: at each package they stand at the same point."""
    room = room_of(minimal_scenario(issues=("one", "two")))
    for mix in GRID:
        one, two = terms_at(room, mix)
        assert one == pytest.approx(two, abs=1e-12)


def test_an_issue_of_no_weight_stays_where_it_is_as_far_as_it_may() -> None:
    points = {f"parties.{side}.points": {"one": 100, "two": 0} for side in ("North", "South")}
    for demand, expected in ((0.9, 0.5), (0.3, 0.3)):
        demands = {"tracks.ceasefire.demands": {"North": {"two": demand}}}
        room = room_of(minimal_scenario(issues=("one", "two"), **points, **demands))
        assert [terms_at(room, mix)[1] for mix in (0.0, 0.4, 1.0)] == pytest.approx([expected] * 3)


def test_what_is_out_of_scope_stays_where_it_is() -> None:
    room = room_of(minimal_scenario(issues=("one", "two"), **{"tracks.ceasefire.scope": ("two",)}))
    assert [terms_at(room, mix) for mix in (0.0, 1.0)] == [[0.5, pytest.approx(1)], [0.5, pytest.approx(0)]]


def test_both_gain_where_the_status_quo_lies_outside_the_ideals() -> None:
    """Both want less than there is; beyond .71 it is too little for South, which is a corner of the path."""
    outside = {"issues.territory.status_quo": 0.95, "parties.North.ideal_point.territory": 0.05}
    path = path_of(room_of(minimal_scenario(**outside, **{"parties.South.ideal_point.territory": 0.8})))
    at = int(np.flatnonzero(np.isclose(path.start, 0.95 - 0.15 - 0.15 * 0.75 / 1.25))[0])
    assert path.start[0] == 0.05 and path.start[-1] + path.width[-1] == pytest.approx(0.8)
    assert path.gain_b[at] == pytest.approx(0) and path.gain_b[at - 1] < 0 < path.gain_b[at + 1]
    assert path.gain_a.min() > 0


def test_mix_weighs_both_sides_way_alike() -> None:
    """South has all it wants when North has lost half of what it can: 1 - (1/2 + 1) / 2."""
    points = {"parties.North.points": {"one": 50, "two": 50}, "parties.South.points": {"one": 0, "two": 100}}
    room = room_of(minimal_scenario(issues=("one", "two"), **points, **both(curvature=0, loss_aversion=1)))
    path_of(room)
    assert [mix_of(room, 0, whole, 0.0) for whole in (0, 4, 8)] == pytest.approx([1, 0.25, 0])
