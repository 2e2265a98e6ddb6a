"""What bounds a package, and what a side needs: lines, demands, veto players, costs at home, fear, belief."""

from typing import Any

import numpy as np
import pytest

from sim.equations.trades import Stake, gain_at
from sim.model.compiled import simulate
from sim.model.world import Workspace
from tests.factories import LASTING, WEEKLY, both, changed, minimal_scenario, stepped
from tests.model.entries import limit_of_veto, limits_of, look_again, need_of_veto, path_of, room_of, terms_at

STRAIGHT = both(curvature=0, loss_aversion=1)
SENATE: dict[str, Any] = {
    "role": "veto",
    "side": "North",
    "ideal_point": {"territory": 0.0},
    "points": {"territory": 100},
    "misperception": 0,
}
RATIFIED = {"tracks.ceasefire.ratified_by": ("Senate",)}


def ends_of(**changes: Any) -> tuple[float, float]:
    """Where the land begins and ends on the track: at side A's end and at side B's."""
    room = room_of(minimal_scenario(**changes))
    return terms_at(room, 1.0)[0], terms_at(room, 0.0)[0]


# -- bounds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (0, 1)),
        ({"parties.North.red_lines.territory": 0.7}, (0, 0.7)),
        ({"parties.South.red_lines.territory": 0.2}, (0.2, 1)),
        # Unlike red lines demands may lie beyond the status quo.
        ({"tracks.ceasefire.demands": {"North": {"territory": 0.4}}}, (0, 0.4)),
        ({"tracks.ceasefire.demands": {"South": {"territory": 0.65}}}, (0.65, 1)),
        # A veto player's line binds on tracks that it ratifies, and holds at the status quo where that is beyond it.
        ({"parties.Senate": {**SENATE, "red_lines": {"territory": 0.6}}}, (0, 1)),
        ({"parties.Senate": {**SENATE, "red_lines": {"territory": 0.6}}, **RATIFIED}, (0, 0.6)),
        ({"parties.Senate": {**SENATE, "red_lines": {"territory": 0.3}}, **RATIFIED}, (0, 0.5)),
        # Wishes bound what is efficient.
        ({"parties.North.ideal_point.territory": 0.2, "parties.South.ideal_point.territory": 0.9}, (0.2, 0.9)),
        ({"parties.South.ideal_point.territory": 0.6, "parties.South.red_lines.territory": 0.4}, (0.4, 0.6)),
    ],
)
def test_packages_lie_within_lines_demands_and_wishes(changes: dict[str, Any], expected: tuple[float, float]) -> None:
    assert ends_of(**changes) == pytest.approx(expected)


def test_a_demand_bounds_its_own_track_alone() -> None:
    demand = {"tracks.peace": {"general": True, "scope": ("territory",), "demands": {"South": {"territory": 0.8}}}}
    room = room_of(minimal_scenario(**demand))
    assert [terms_at(room, 1.0, track)[0] for track in (0, 1)] == pytest.approx([0, 0.8])


@pytest.mark.parametrize(("most", "least", "is_possible"), [(0.6, 0.6, True), (0.59, 0.6, False)])
def test_demands_that_cross_leave_no_package(most: float, least: float, is_possible: bool) -> None:
    demands = {"tracks.ceasefire.demands": {"North": {"territory": most}, "South": {"territory": least}}}
    room = room_of(minimal_scenario(**demands))
    assert path_of(room).is_possible is is_possible
    look_again(room, 0)
    assert bool(room.tracks["has_range"][0]) is (is_possible and -1.25 * 0.1 >= -0.05)
    if not is_possible:
        assert limits_of(room, 0, -9.0, -9.0) == (np.inf, -np.inf)


def test_a_demand_beyond_the_status_quo_lowers_the_odds() -> None:
    odds = []
    for point in (0.5, 0.52, 0.56):
        demand = {"tracks.ceasefire.demands": {"South": {"territory": point}}}
        costs = {"parties.North.strain": {"dist": "uniform", "low": 0, "high": 0.1}}
        columns = simulate(minimal_scenario(**{**WEEKLY, **LASTING, **costs, **demand}), 1, 0, 2_048)
        odds.append((columns["halt_week"] >= 0).mean())
    assert odds[0] > odds[1] + 0.1 > odds[2] + 0.2


# -- needs -----------------------------------------------------------------------------------------------


def need(side: int = 0, levels: tuple[int, int] = (3, 3), track: int = 0, **changes: Any) -> float:
    room = room_of(minimal_scenario(**changes))
    room.trial["leaders_met"] = levels == (3, 3)
    look_again(room, track)
    return float(room.tracks["need_a" if side == 0 else "need_b"][track])


def test_what_a_side_needs_by_hand() -> None:
    """War .05 a year, so -.05; signing .01 and meeting .02 cost; a cost of the track .03; fear .1 less 30 %."""
    costs = {"parties.North.signature_cost": 0.01, "parties.North.meeting_cost": 0.02}
    assert need() == pytest.approx(-0.05)
    assert need(**costs) == pytest.approx(-0.05 + 0.01 + 0.02)
    assert need(levels=(3, 2), **costs) == pytest.approx(-0.05 + 0.01)
    assert need(**{"tracks.ceasefire.audience_cost": {"North": 0.03}}) == pytest.approx(-0.05 + 0.03)
    calmed = {"parties.North.fear": 0.1, "assurances.monitoring": 1, "assurances.calm_from_monitoring": 0.3}
    assert need(**calmed) == pytest.approx(-0.05 + 0.1 * 0.7)


def test_a_short_ceasefire_carries_more_fear_and_pays_before_a_backer() -> None:
    """Thirteen weeks: phi 1/4, b 1 - exp(-13/8); the image is spread over as short a time."""
    short = {"tracks.ceasefire.length_days": 91, "parties.North.fear": 0.01, "parties.North.image": 0.004}
    feared = 0.01 * (1 - np.exp(-13 / 8))
    assert need(**short) == pytest.approx(-0.05 + feared / 0.25)
    assert need(**short, **{"parties.Patron": {"role": "backer"}}) == pytest.approx(-0.05 + (feared - 0.004) / 0.25)
    lasting = {**short, "tracks.ceasefire.length_days": "open", "parties.Patron": {"role": "backer"}}
    assert need(**lasting) == pytest.approx(-0.05 + 0.01)


def test_an_exchange_needs_no_more_than_its_cost_at_home() -> None:
    """Neither war nor fear weighs on it, nor what any signature that stops the fighting costs."""
    captives = {"general": False, "halts": False, "scope": ("territory",), "audience_cost": {"North": 0.02}}
    costs = both(fear=0.3, signature_cost=0.1, meeting_cost=0.1)
    assert need(track=1, **costs, **{"tracks.captives": captives}) == pytest.approx(0.02)


@pytest.mark.parametrize("momentum", [-0.8, -0.2, 0.0, 0.3, 0.9])
def test_war_is_valued_by_the_momentum_of_the_coming_year(momentum: float) -> None:
    """With a mean of .2 and a reversion of .05 a year brings .2 + .357907 (m - .2), and hopes on top of it."""
    war = {"war.momentum": momentum, "war.momentum_mean": 0.2, "issues.territory.war_share": 0.5}
    hopes = {"parties.North.optimism": 0.1, "parties.South.optimism": 0.4}
    ahead = 0.2 + 0.3579074 * (momentum - 0.2)
    for side, belief in ((0, 0.1 - ahead), (1, 0.4 + ahead)):
        way = 0.5 * abs(belief)
        worth = 0.5 * (way - 0.25 * way**2) if belief >= 0 else -1.25 * 0.5 * (way + 0.25 * way**2)
        assert need(side, **war, **hopes) == pytest.approx(worth - 0.05, abs=1e-6)


def test_belief_ends_at_all_out_success() -> None:
    hopes = {"parties.North.optimism": 1, "war.momentum": -0.9, "war.momentum_mean": -0.9}
    assert need(**hopes, **{"issues.territory.war_share": 1}) == pytest.approx(0.375 - 0.05)


# -- veto players ----------------------------------------------------------------------------------------


def room_with_senate(side: str = "North", **changes: Any) -> Workspace:
    ideal = 0.0 if side == "North" else 1.0
    senate = {**SENATE, "side": side, "ideal_point": {"territory": ideal}}
    return room_of(minimal_scenario(**STRAIGHT, **RATIFIED, **{"parties.Senate": senate, **changes}))


def test_a_veto_player_of_ones_own_mind_limits_nothing_more() -> None:
    """With the ideals, weights and belief of its side it needs what its side needs."""
    war = {"war.momentum": 0.3, "war.momentum_mean": 0.3, "issues.territory.war_share": 0.5}
    for side, name in enumerate(("North", "South")):
        room = room_with_senate(name, **war)
        look_again(room, 0)
        assert need_of_veto(room, 0) == pytest.approx(float(room.tracks["need_a" if side == 0 else "need_b"][0]))
        limits = limits_of(room, 0, need_of_veto(room, 0), need_of_veto(room, 0))
        assert limit_of_veto(room, 0, 0) == pytest.approx(limits[side])


def test_a_stricter_veto_player_narrows_the_range_from_its_sides_end() -> None:
    """It gains nothing from what the war would cost: with a fifth of it known, the range begins where it would sign."""
    room = room_with_senate()
    look_again(room, 0)
    free = float(room.tracks["lower"][0]), float(room.tracks["upper"][0])
    room.vetoes["error"][0], room.vetoes["is_known"][0] = 0.04, 1
    look_again(room, 0)
    # War costs .05; it wants .04 more than North thought: the most that is given is .51 instead of .55.
    assert free == pytest.approx((0.45, 0.55))
    assert (room.tracks["lower"][0], room.tracks["upper"][0]) == pytest.approx((0.49, 0.55))


def test_before_it_has_refused_nobody_knows_what_a_veto_player_thinks() -> None:
    room = room_with_senate()
    known = need_of_veto(room, 0)
    room.vetoes["error"][0] = 0.3
    assert need_of_veto(room, 0) == known
    room.vetoes["is_known"][0] = 1
    assert need_of_veto(room, 0) == pytest.approx(known + 0.3)


def test_misjudged_votes_are_drawn_once_and_a_refusal_closes_the_range() -> None:
    """In week 0 both sides sign the middle, worth 0 to the Senate, whose need is -.05: refused iff its error is more.

    From then on its need is known; those who refused by more than there is to give are never asked again.
    """
    senate = {"parties.Senate": {**SENATE, "misperception": 0.5}}
    scenario = minimal_scenario(**{**WEEKLY, **LASTING, **both(offer_rate=1)}, **RATIFIED, **senate)
    trials = stepped(scenario, 1, n_trials=512)
    error, known = trials.of("vetoes", "error"), trials.of("vetoes", "is_known")
    np.testing.assert_array_equal(error[::2], -error[1::2])
    assert error[::2].std() == pytest.approx(0.5, rel=0.2)
    np.testing.assert_array_equal(known == 1, error > 0.05)
    np.testing.assert_array_equal(trials.of("outcome", "halt_week") == 0, error <= 0.05)
    later = stepped(scenario, 40, n_trials=512)
    # Of all that South would still sign, a gain of .05 for the Senate is the most: it needs no more than that.
    never = error - 0.05 > 0.04
    assert never.any() and (later.of("outcome", "halt_week")[never] == -1).all()
    assert (later.of("outcome", "halt_week")[(error > 0.05) & (error < 0.07)] > 0).all()


def test_a_certain_senate_never_refuses() -> None:
    """What bounds a package is known before it is signed: without misperception nothing fails at ratification."""
    war = {"war.momentum": 0.3, "war.momentum_mean": 0.3, "issues.territory.war_share": 0.5, "war.momentum_spread": 0.3}
    tight = {"parties.Senate": {**SENATE, "red_lines": {"territory": 0.52}}}
    scenario = minimal_scenario(**{**WEEKLY, **war, **tight, **RATIFIED, "war.victory_hazard": 0})
    columns = simulate(scenario, 1, 0, 2_048)
    signed = columns["halt_week"] >= 0
    assert 0.05 < signed.mean() < 0.95 and columns["x_territory"][signed].max() <= 0.52 + 1e-6
    free = simulate(changed(scenario, **{"tracks.ceasefire.ratified_by": ()}), 1, 0, 2_048)
    assert (free["halt_week"] >= 0).sum() > signed.sum()


def test_gains_of_a_veto_player_count_promises_in_full() -> None:
    """Its own gain at the line is nothing and beyond it by its own weights, whatever its side believes."""
    room = room_with_senate(**{"parties.North.trust": 0.1})
    lower = limits_of(room, 0, 0.05, -9.0)[0]
    stake = Stake(1, 1.0, 0.5, 0.0, 1.0, 0.0, 1.0, 0.0, 0.1)
    assert gain_at(terms_at(room, lower)[0], stake) == pytest.approx(0.05)
    room.vetoes["error"][0], room.vetoes["is_known"][0] = 0.05 - need_of_veto(room, 0), 1
    assert terms_at(room, limit_of_veto(room, 0, 0))[0] == pytest.approx(0.45)
