"""Which day is which week, and which trials count as an event by then."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.scenario.schema import Scenario

TIERS = ("durable", "mutual", "broad")
IN_FORCE_180 = "in_force_180"
"""The event that a durable ceasefire is still in force after 180 days; its column is ``in_force_180_week``."""
WEEKS_WATCHED = 26
"""Weeks that a scenario must follow ceasefires for that event to be known of the last one that counts."""
WEEKS_BY_DAY = {30: 4, 90: 13, 180: 26, 365: 52}


def horizons(scenario: Scenario) -> dict[int, int]:
    """Return days to weeks, ascending: the standard four as far as the scenario reaches, and its own end."""
    found = {days: weeks for days, weeks in WEEKS_BY_DAY.items() if weeks <= scenario.horizon_weeks}
    if scenario.horizon_weeks not in found.values():
        found[scenario.horizon_weeks * 7] = scenario.horizon_weeks
    return dict(sorted(found.items()))


def event_by(columns: Mapping[str, NDArray[Any]], scenario: Scenario, tier: str, days: int) -> NDArray[np.bool_]:
    """Return for each trial whether ``tier`` began by ``days``.

    An event counts by its start week, weeks count from 0.
    """
    check_event(scenario, tier, days)
    return begun(columns[f"{tier}_week"], weeks_by(scenario, days))


def is_followed(scenario: Scenario, columns: Container[str]) -> bool:
    """Return whether it is known which ceasefires are still in force after 180 days.

    It is not where the scenario follows them less far, or the trials lack the column.
    """
    return scenario.follow_up_weeks >= WEEKS_WATCHED and f"{IN_FORCE_180}_week" in columns


def begun(column: NDArray[Any], weeks: int) -> NDArray[np.bool_]:
    """Return for each trial whether something began before the end of so many weeks, given the week in which it did."""
    reached: NDArray[np.bool_] = (column >= 0) & (column < weeks)
    return reached


def classes(scenario: Scenario, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.int8]:
    """Return the class of each trial: the first horizon by which a durable ceasefire had begun, never last."""
    ends, weeks = list(horizons(scenario).values()), columns["durable_week"]
    return np.where(weeks < 0, len(ends), np.searchsorted(ends, weeks, side="right")).astype(np.int8)


def check_event(scenario: Scenario, tier: str, days: int) -> tuple[str, int]:
    """Return the tier and the days, if the scenario's trials can be asked for them."""
    weeks_by(scenario, days)
    return check_tier(tier), days


def check_tier(tier: str) -> str:
    """Return the tier, if it is one."""
    if tier not in TIERS:
        raise ParleyError(f"tier: expected one of {', '.join(TIERS)}, got {tier!r}")
    return tier


def weeks_by(scenario: Scenario, days: int) -> int:
    """Return the weeks in so many days, which must be a horizon of the scenario."""
    weeks = horizons(scenario)
    if days not in weeks:
        raise ParleyError(f"days: expected one of {', '.join(map(str, weeks))}, got {days}")
    return weeks[days]
