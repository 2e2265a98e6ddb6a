"""Power that moves between the sides: aid, pressure and leverage, rearming in a ceasefire."""

from typing import Any

import numpy as np
import pytest

from sim.model.state import AT_WAR, IN_CEASEFIRE
from tests.factories import LASTING, SILENT, WEEKLY, both, minimal_scenario, stepped, week
from tests.model.entries import cost_of_war_to

PATRON: dict[str, Any] = {
    "role": "backer",
    "supports": {"North": 0.8},
    "leverage": {"North": 0.05},
    "aid_cut_momentum": 0.2,
    "act_prob_per_week": 0,
}
RIVAL = {**PATRON, "supports": {"South": 0.5}, "leverage": {"South": 0.05}}


# -- aid -------------------------------------------------------------------------------------------------


def shift_of(*changes: tuple[str, Any], weeks: int = 0, **parties: Any) -> float:
    parties = parties or {"Patron": PATRON}
    scenario = minimal_scenario(
        **{**SILENT, **{f"parties.{name}": party for name, party in parties.items()}, **dict(changes)}
    )
    shifts = stepped(scenario, weeks).of("war", "support_shift")
    assert len(set(shifts.tolist())) == 1
    return float(shifts[0])


@pytest.mark.parametrize(("aid", "expected"), [(1, 0.0), (0, 0.16), (0.5, 0.08), (2, -0.16)])
def test_aid_that_flows_less_than_usual_moves_momentum_against_its_client(aid: float, expected: float) -> None:
    """(aid - 1) .2 (0 - .8): positive favours South."""
    assert shift_of(Patron={**PATRON, "aid": aid}) == pytest.approx(expected)
    # Of two that do the same to either side, what is left is the difference of what they carry.
    both_cut = {"Patron": {**PATRON, "aid": aid}, "Rival": {**RIVAL, "aid": aid}}
    assert shift_of(**both_cut) == pytest.approx(expected * (0.8 - 0.5) / 0.8)


def test_an_event_sets_aid_and_may_bring_it_back() -> None:
    events = tuple(
        {"name": f"aid {number}", "date": week(number), "set": {"parties.Patron.aid": aid}}
        for number, aid in ((2, 0.25), (5, 1.5))
    )
    for weeks, expected in ((2, 0.0), (3, 0.12), (5, 0.12), (6, -0.08)):
        assert shift_of(("events", events), weeks=weeks) == pytest.approx(expected)


@pytest.mark.parametrize(("aid", "first"), [(1.0, 0.0), (0.5, 0.08), (1.5, -0.08)])
def test_a_cut_takes_what_flows_once(aid: float, first: float) -> None:
    """Whatever flowed, a backer that cuts it leaves its client without: .16."""
    pressing = {**PATRON, "aid": aid, "act_prob_per_week": 1, "tilt": 0, "patience_weeks": 0}
    for weeks, expected in ((0, first), (1, 0.16), (4, 0.16)):
        assert shift_of(weeks=weeks, Patron=pressing) == pytest.approx(expected)


def test_aid_moves_the_mean_of_momentum_and_what_a_year_will_bring() -> None:
    """Momentum reverts to .16 by a twentieth a week."""
    changes = {**SILENT, "parties.Patron": {**PATRON, "aid": 0}}
    for weeks in (1, 5, 20):
        momentum = stepped(minimal_scenario(**changes), weeks).of("war", "momentum")
        assert momentum == pytest.approx(np.full(4, 0.16 * (1 - 0.95**weeks)))


# -- rearming --------------------------------------------------------------------------------------------

CEASEFIRE = {**WEEKLY, **LASTING, **both(offer_rate=1), "issues.territory.war_share": 0.5}


def momentum_after(weeks: int, **changes: Any) -> float:
    trials = stepped(minimal_scenario(**{**CEASEFIRE, **changes}), weeks + 1)
    assert (trials.of("trial", "phase") == IN_CEASEFIRE).all() and (trials.of("ceasefire", "start_week") == 0).all()
    momentum = trials.of("war", "momentum")
    assert len(set(momentum.tolist())) == 1
    return float(momentum[0])


def test_in_a_ceasefire_power_moves_by_what_the_other_side_fears() -> None:
    """South fears .02, and loses 1.25 x .5 x .5 = .3125 for each unit of momentum: North gains .064 in the end."""
    for weeks in (0, 1, 4, 26):
        feared = 0.064 * (1 - np.exp(-weeks / 8))
        assert momentum_after(weeks, **{"parties.South.fear": 0.02}) == pytest.approx(-feared)
        assert momentum_after(weeks, **{"parties.North.fear": 0.02}) == pytest.approx(feared)


def test_sides_that_fear_each_other_alike_rearm_alike() -> None:
    assert momentum_after(20, **both(fear=0.02)) == pytest.approx(0.0, abs=1e-15)


def test_limits_on_resupply_slow_the_side_that_they_bind() -> None:
    """Limits of .5, of which .6 bites: North gains seven tenths. What assures the other side slows nobody."""
    limits = {"assurances.resupply_limits": {"North": 0.5}, "assurances.calm_from_resupply_limit": 0.6}
    fear = {"parties.South.fear": 0.02}
    assert momentum_after(8, **fear, **limits) == pytest.approx(0.7 * momentum_after(8, **fear))
    assert momentum_after(8, **fear, **{"assurances.monitoring": 1}) == pytest.approx(momentum_after(8, **fear))
    other = {"assurances.resupply_limits": {"South": 0.5}, "assurances.calm_from_resupply_limit": 0.6}
    assert momentum_after(8, **fear, **other) == pytest.approx(momentum_after(8, **fear))


def test_where_war_takes_nothing_nobody_gains_by_rearming() -> None:
    assert momentum_after(8, **{"parties.South.fear": 0.02, "issues.territory.war_share": 0}) == 0.0


def test_war_that_resumes_starts_from_there() -> None:
    """A ceasefire of eight weeks lapses as an event makes fighting pay; then momentum reverts to its mean."""
    find = {"name": "a find", "date": week(8), "set": {"parties.North.fear": 0.9}}
    short = {"tracks.ceasefire.length_days": 56, "truces.upgrade_prob": 0, "truces.shortfall_slope": 0}
    scenario = minimal_scenario(**{**CEASEFIRE, **short, "parties.South.fear": 0.01}, events=(find,))
    before, at_end, after = (stepped(scenario, weeks) for weeks in (8, 9, 10))
    assert (at_end.of("trial", "phase") == AT_WAR).all()
    expected = before.of("war", "momentum")[0]
    # In its last week North's new fear has South gain by a week of rearming.
    step = np.exp(-7 / 8) - np.exp(-8 / 8)
    last = expected + step * (0.9 - 0.01) / 0.3125
    assert at_end.of("war", "momentum") == pytest.approx(np.full(4, last))
    assert after.of("war", "momentum") == pytest.approx(np.full(4, 0.95 * last))


def test_leverage_of_a_mediator_fades_in_a_ceasefire_alone() -> None:
    """To 1 / e in eight weeks, whatever the pace of pressure; in war all of it stays."""
    host = {"parties.Host": {"role": "mediator", "leverage": {"North": 0.08}}, "war.pressure_half_life_weeks": 3}
    for weeks in (0, 4, 8, 30):
        trials = stepped(minimal_scenario(**{**CEASEFIRE, **host}), weeks + 1)
        assert cost_of_war_to(trials, 0) == pytest.approx(np.full(4, 0.05 + 0.08 * np.exp(-weeks / 8)))
        assert cost_of_war_to(stepped(minimal_scenario(**SILENT, **host), weeks + 1), 0) == pytest.approx(0.13)


def test_a_mediators_leverage_is_back_when_war_is() -> None:
    """A ceasefire of six weeks lapses as an event makes fighting pay."""
    find = {"name": "a find", "date": week(5), "set": {"parties.North.fear": 0.9}}
    short = {"tracks.ceasefire.length_days": 42, "truces.upgrade_prob": 0, "truces.shortfall_slope": 0}
    host = {"parties.Host": {"role": "mediator", "leverage": {"North": 0.08}}}
    scenario = minimal_scenario(**{**CEASEFIRE, **short, **host}, events=(find,))
    for weeks, left in ((5, np.exp(-4 / 8)), (8, 1.0)):
        assert cost_of_war_to(stepped(scenario, weeks), 0) == pytest.approx(np.full(4, 0.05 + 0.08 * left))
