"""Which day is which week, and which trials count as an event by then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.scenario.schema import Scenario
from sim.store import Columns

TIERS = ("durable", "mutual", "broad")
WEEKS_BY_DAY = {30: 4, 90: 13, 180: 26, 365: 52}


def horizons(scenario: Scenario) -> dict[int, int]:
    """Days to weeks, ascending: the standard four as far as the scenario reaches, and its own end."""
    found = {days: weeks for days, weeks in WEEKS_BY_DAY.items() if weeks <= scenario.horizon_weeks}
    if scenario.horizon_weeks not in found.values():
        found[scenario.horizon_weeks * 7] = scenario.horizon_weeks
    return dict(sorted(found.items()))


def event_by(columns: Columns, scenario: Scenario, tier: str, days: int) -> NDArray[np.bool_]:
    """For each trial whether ``tier`` began by ``days``: an event counts by its start week, weeks count from 0."""
    if tier not in TIERS:
        raise ParleyError(f"tier: {tier!r} came, {', '.join(TIERS)} are allowed")
    weeks = horizons(scenario)
    if days not in weeks:
        raise ParleyError(f"days: {days} came, {', '.join(map(str, weeks))} are allowed")
    column = columns[f"{tier}_week"]
    reached: NDArray[np.bool_] = (column >= 0) & (column < weeks[days])
    return reached
