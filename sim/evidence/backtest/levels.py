"""The table of levels (``calibration/levels.csv``): for each base the record's forecast of its day, and its own odds.

The record's is the pool of engine and regressions from other wars and what was known of this one on the day; the base's
own odds are its share of trials, readings pooled. What a headline makes of the two is in ``sim.statistics.level``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sim.evidence.backtest.forecasts import Forecasts
from sim.evidence.backtest.record_level import record_forecast
from sim.evidence.calibration.calibrate import Record, Rows
from sim.execution.request import Request
from sim.execution.run import run_many
from sim.results.export import as_csv
from sim.scenario.reading.load import base_of, load, names
from sim.scenario.schema import Scenario
from sim.scenario.sources.levels import COLUMNS, NEAREST_TO_CERTAIN
from sim.statistics.level import smoothed

TRIALS = 65_536
"""Of each base: its own odds are known to a third of a point."""
SEED = 1
DIGITS = 6
AS_OF = date(2025, 5, 15)
"""Day after which no outcome teaches a shipped level: that of the posterior draws, and of the latest base."""


def bases() -> dict[str, Scenario]:
    """Return the shipped scenarios that name a record of their own, not that of the scenario that they extend."""
    found = {name: load(name) for name in sorted(names())}
    return {name: scenario for name, scenario in found.items() if scenario.record and not _is_variant(name, scenario)}


def _is_variant(name: str, scenario: Scenario) -> bool:
    below = base_of(name)
    return below is not None and load(below).record == scenario.record


def level_rows(
    rows: Rows, record: Record, forecasts: Forecasts, scenarios: Mapping[str, Scenario], workers: int | None = None
) -> list[dict[str, Any]]:
    """Return a row per base and horizon, with the columns of the table of levels.

    Parameters
    ----------
    rows, record, forecasts
        Coded rows, what they teach, and the forecasts made of them.
    scenarios
        Bases by name; each names its coded row.
    workers
        Processes; the result does not depend on them.

    Returns
    -------
    list of dict
        In the order of the bases, horizons ascending.

    Raises
    ------
    ParleyError
        For a base whose episode no row has, or that starts before its talks opened.
    """
    requests = [Request(_alone(one), name, TRIALS, SEED) for name, one in scenarios.items()]
    own = [done.events for done in run_many(requests, workers=workers)]
    found: list[dict[str, Any]] = []
    for (_, scenario), events in zip(scenarios.items(), own, strict=True):
        named = scenario.record
        assert named is not None  # bases name a record
        for odds in record_forecast(rows, record, forecasts, named.episode, scenario.start):
            hits = events["durable", odds.days]
            file = smoothed(hits.hits / hits.n, hits.n)
            found.append(_row(named.episode, named.war, odds.days, odds.p, odds.sd, file))
    return found


def _row(episode: str, war: str, days: int, record: float, spread: float, file: float) -> dict[str, Any]:
    inside = (min(max(p, NEAREST_TO_CERTAIN), 1 - NEAREST_TO_CERTAIN) for p in (record, file))
    ours, own = (round(p, DIGITS) for p in inside)
    return dict(zip(COLUMNS, (episode, war, days, ours, round(spread, DIGITS), own), strict=True))


def _alone(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"record": None, "reference_class": None})


def table_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as the text of a table of levels."""
    return as_csv([dict(row) for row in rows], COLUMNS).replace("\r\n", "\n")


def in_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what the table says of each base: ``IST25: record 12, 30, 41, 50; file 1, 2, 3, 5 per cent``."""
    for episode in dict.fromkeys(row["episode_id"] for row in rows):
        own = [row for row in rows if row["episode_id"] == episode]
        parts = (f"{key} {', '.join(f'{100 * row[key]:.0f}' for row in own)}" for key in ("record", "file"))
        yield f"{episode}: {'; '.join(parts)} per cent"
