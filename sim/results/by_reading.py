"""Odds by reading: what each coder's numbers give, of the trials of one run that took them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.outcome_columns import Columns
from sim.results.wording import percent
from sim.scenario.sampling.readings import readings_of
from sim.scenario.schema import Scenario
from sim.statistics.horizons import event_by, horizons
from sim.statistics.level import Level


def by_reading(scenario: Scenario, columns: Columns) -> NDArray[np.int64]:
    """Count trials by reading (rows): all of them, then those with a durable ceasefire by each horizon."""
    n = len(readings_of(scenario))
    codes = columns.get("reading", np.zeros(len(columns["durable_week"]), np.uint8))
    hits = [event_by(columns, scenario, "durable", days) for days in horizons(scenario)]
    return np.column_stack([np.bincount(codes, minlength=n), *(np.bincount(codes[hit], minlength=n) for hit in hits)])


def odds_by_reading(
    scenario: Scenario, counts: NDArray[np.int64], levels: Mapping[int, Level]
) -> dict[str, dict[str, float | None]]:
    """Return by reading the odds of a durable ceasefire by each horizon, of its trials; empty without readings.

    They are at the level of the scenario, from which each reading differs by its own trials. A reading that no trial
    took has None.
    """
    if not scenario.readings:
        return {}
    return {
        name: {
            str(days): levels[days].at(hits / trials, trials) if trials else None
            for days, hits in zip(horizons(scenario), found, strict=True)
        }
        for name, (trials, *found) in zip(readings_of(scenario), counts.tolist(), strict=True)
    }


def words(readings: Mapping[str, Mapping[str, Any]], days: str) -> str:
    """Return the odds by reading in one line: ``file 40 %, second under 1 %, third 12 %``."""
    found = {name: odds[days] for name, odds in readings.items()}
    return ", ".join(f"{name} {percent(p)}" for name, p in found.items() if p is not None)
