"""Conditional events: judged as a week begins, applied among its events by date, none after the horizon."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import SILENT, both, minimal_scenario, stepped, week

FEAR = "parties.North.fear"
DAY = timedelta(days=1)
WEDNESDAY = week(2) + 2 * DAY
ALLY = {"role": "backer", "engagement": 0}


def setting(name: str, value: float, day: date | None, **condition: Any) -> dict[str, Any]:
    """An event that sets North's fear, once ``condition`` holds if one is given."""
    given = {"date": day} if day else {}
    return {"name": name, **given, "set": {FEAR: value}} | ({"when": condition} if condition else {})


@pytest.mark.parametrize(
    ("day", "last"),
    [(None, 0.2), (week(1), 0.2), (week(2), 0.2), (WEDNESDAY, 0.2), (WEDNESDAY + DAY, 0.1)],
    ids=["no date", "a week before", "days before", "the same day", "a day after"],
)
def test_it_applies_among_the_events_of_its_week_by_date(day: date | None, last: float) -> None:
    """It stands first in the file, so that on the same day the dated event has the last word."""
    events = [setting("still at war", 0.1, day, no_ceasefire_by=week(2)), setting("dated", 0.2, WEDNESDAY)]
    scenario = minimal_scenario(**SILENT, events=events)
    assert stepped(scenario, 2).side("North", "fear")[0] == 0.0
    trials = stepped(scenario, 3)
    assert trials.of("happened", "applied_week")[0] == 2
    assert trials.side("North", "fear")[0] == last


def test_it_is_judged_before_any_event_of_the_week() -> None:
    """The ally takes part from week 2 on, and so at the start of week 3."""
    back = {"name": "ally back", "date": week(2), "set": {"parties.Ally.engagement": 1}}
    events = [back, setting("ally there", 0.1, WEDNESDAY, engaged=("Ally",))]
    scenario = minimal_scenario(**SILENT, **{"parties.Ally": ALLY}, events=events)
    assert stepped(scenario, 3).side("North", "fear")[0] == 0.0
    assert stepped(scenario, 4).side("North", "fear")[0] == 0.1


@pytest.mark.parametrize(("horizon", "applied"), [(4, -1), (5, 4)])
def test_none_happens_after_the_horizon(horizon: int, applied: int) -> None:
    """A round fails in the fourth week, so that the condition holds in the fifth."""
    summit = {"name": "summit", "date": week(3), "round": True}
    events = [summit, setting("after failure", 0.1, None, round_failed=True)]
    scenario = minimal_scenario(**SILENT, **both(fear=0.5, usual_level=3), events=events, horizon_weeks=horizon)
    trials = stepped(scenario, 8)
    assert trials.of("outcome", "n_range_rounds")[0] == 0 and trials.of("outcome", "n_rounds")[0] == 1
    assert trials.of("happened", "applied_week")[0] == applied
