"""The record's forecasts of coded episodes, from a CSV file: by horizon, with their uncertainty."""

from __future__ import annotations

import os
from typing import NamedTuple

from sim.errors import ScenarioError
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.sources.table_file import read_table

COLUMNS = ("episode_id", "war", "days", "record", "record_sd", "file")
WEEKS = {30: 4, 90: 13, 180: 26, 365: 52}
"""Horizons of the record: days, and the weeks that a scenario counts for them."""
NEAREST_TO_CERTAIN = 1e-6


class LevelRow(NamedTuple):
    """Odds of a durable ceasefire by a day, of one episode.

    ``record`` is the record's forecast as of the day [share], ``record_sd`` its standard deviation in log odds, and
    ``file`` the odds of the base scenario by itself [share].
    """

    days: int
    record: float
    record_sd: float
    file: float


def levels_of(
    path: str | os.PathLike[str], shown: str, war: str, episode: str, data: bytes | None = None
) -> tuple[LevelRow, ...]:
    """Return the rows of an episode by horizon, ascending; ``data`` is the content of the file, if known.

    Raises ScenarioError with the file as ``shown`` where a cell is wrong, the episode is not there or is of another
    war, or a horizon is missing.
    """
    ends = (NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    found: dict[int, LevelRow] = {}
    known: dict[str, None] = {}
    for row in read_table(path, COLUMNS, (), shown=shown, data=data).rows:
        name, days = row.needed("episode_id"), row.whole("days", 1, 3650)
        numbers = (row.number("record", *ends), row.number("record_sd", 0, 10), row.number("file", *ends))
        known[name] = None
        if name != episode:
            continue
        if (there := row.needed("war")) != war:
            row.refuse("war", f"expected {escaped(war)}, the war of the scenario's `record`, got '{escaped(there)}'")
        found[days] = LevelRow(days, *numbers)
    if not found:
        words = f"expected a row of episode {escaped(episode)}, got none{did_you_mean(episode, list(known))}"
        raise ScenarioError(f"{escaped(shown, 300)}: {words}")
    return tuple(found[days] for days in sorted(found))
