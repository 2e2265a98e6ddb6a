"""Events on a condition: once, in the first week in which all that is asked holds, and not before."""

from typing import Any

import numpy as np

from sim.model.compiled import simulate
from tests.factories import FEAR, LASTING, QUIET, WEEKLY, both, minimal_scenario, stepped, week

CEASEFIRE = {**WEEKLY, **LASTING, **both(offer_rate=1)}
SILENT = {"talks.convening_prob_per_week": 0, "talks.ripeness": 0}


def applied(
    when: dict[str, Any], weeks: int = 20, date: Any = None, more: tuple[dict[str, Any], ...] = (), **changes: Any
) -> list[int]:
    """The week in which an event on a condition took place, by trial; -1 where it did not."""
    event = {"name": "if so", "when": when, "pressure": {"South": 0.04}} | ({"date": date} if date else {})
    trials = stepped(minimal_scenario(**{**QUIET, **changes}, events=(event, *more)), weeks)
    found = trials.of("happened", "applied_week")
    # It applies once, at the start of its week, and then fades.
    age = np.where(found >= 0, weeks - found, np.inf)
    np.testing.assert_allclose(trials.side("South", "pressure"), 0.04 * 0.5 ** (age / 35), atol=1e-12)
    return list(map(int, found))


def test_an_ultimatum_applies_where_there_is_no_ceasefire_by_its_day() -> None:
    assert applied({"no_ceasefire_by": week(5)}, **SILENT) == [5] * 4
    assert applied({"no_ceasefire_by": week(5)}, date=week(9), **SILENT) == [9] * 4
    assert applied({"no_ceasefire_by": week(5)}, weeks=5, **SILENT) == [-1] * 4
    assert applied({"no_ceasefire_by": week(5)}, **CEASEFIRE) == [-1] * 4


def test_an_ultimatum_is_met_by_a_ceasefire_that_has_collapsed_since() -> None:
    """It asks whether one was ever agreed."""
    breaks = {**CEASEFIRE, "truces.early_hazard": 50, "truces.slow_hazard": 50, **both(fear=0.005)}
    assert applied({"no_ceasefire_by": week(5)}, **breaks) == [-1] * 4


def test_an_event_waits_for_a_round_that_fails() -> None:
    """Rounds by date in weeks 3 and 6; the first has no range, as both fear too much."""
    rounds = tuple({"name": f"round {number}", "date": week(number), "round": True} for number in (3, 6))
    calm = {"name": "calm", "date": week(5), "set": both(fear=0)}
    silent = {**SILENT, **both(usual_level=1, level_cap=1), "talks.call_home_prob": 0}
    assert applied({"round_failed": True}, **silent, **FEAR, more=rounds) == [4] * 4
    assert applied({"round_failed": True}, **silent, more=rounds) == [-1] * 4
    assert applied({"round_failed": True}, date=week(5), **silent, **FEAR, more=(*rounds, calm)) == [-1] * 4


def test_an_event_waits_for_a_leader_who_stayed_away() -> None:
    """North sends a minister in week 3 and its leader in week 6; before any round nobody was absent."""
    rounds = (
        {"name": "one", "date": week(3), "round": True, "levels": {"North": 2, "South": 3}},
        {"name": "two", "date": week(6), "round": True, "levels": {"North": 3, "South": 0}},
    )
    silent = {**SILENT, **FEAR}
    for level, expected in (({"North": 3}, 4), ({"North": 2}, -1), ({"South": 1}, 7), ({"North": 3, "South": 3}, -1)):
        assert applied({"absent": level}, **silent, more=rounds) == [expected] * 4


def test_an_event_waits_for_those_who_must_take_part() -> None:
    comes = {"name": "comes", "date": week(4), "set": {"parties.Host.engagement": 1}}
    host = {"parties.Host": {"role": "mediator", "engagement": 0}, **SILENT}
    assert applied({"engaged": ("Host",)}, **host) == [-1] * 4
    # Conditions are judged before the events of a week.
    assert applied({"engaged": ("Host",)}, **host, more=(comes,)) == [5] * 4


def test_all_that_is_asked_must_hold_in_one_week() -> None:
    comes = {"name": "comes", "date": week(8), "set": {"parties.Host.engagement": 1}}
    host = {"parties.Host": {"role": "mediator", "engagement": 0}, **SILENT}
    both_asked = {"engaged": ("Host",), "no_ceasefire_by": week(3)}
    assert applied(both_asked, **host, more=(comes,)) == [9] * 4


def test_a_condition_changes_nothing_before_it_holds() -> None:
    """Trial by trial, and nothing at all where it never does."""
    changes = {**WEEKLY, "war.momentum_volatility": 0.05, **both(fear=0.03)}
    event = {"name": "late", "when": {"no_ceasefire_by": week(10)}, "set": {"parties.North.strain": 0.2}}
    plain, with_event = (simulate(minimal_scenario(**changes, events=events), 3, 0, 512) for events in ((), (event,)))
    early = (plain["halt_week"] >= 0) & (plain["halt_week"] < 10)
    assert 0 < early.sum()
    for name in ("halt_week", "halt_weeks", "halt_mix", "durable_week"):
        np.testing.assert_array_equal(plain[name][early], with_event[name][early], err_msg=name)
