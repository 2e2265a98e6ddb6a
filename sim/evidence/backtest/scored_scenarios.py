"""Scenarios of past wars with a known end: the coded row that each stands for, and what followed its own day.

``history/scored_scenarios.csv`` names scenario, coded row and sheet of the second reading. Outcomes are read from
``history/episodes.csv`` alone, never from a scenario or its page, and always from dates: some scenarios start later
than the talks of their row, so the row's own outcome columns answer another question.

A durable ceasefire has begun by a day if any row of the war dates one (``durable_cf``) from the scenario's start to
that day. That none has begun is known only where rows of the war watch every day in between: each from the day its
talks opened to its first durable ceasefire or, without one, to its longest horizon with an outcome.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sim.evidence.calibration.episodes import HORIZONS, LAG, PREFIX
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from sim.scenario.sources.search_path import names, refusal, shipped_file
from sim.scenario.sources.table_file import read_table
from sim.scenario.sources.table_rows import Row, day_of

TABLE = "history/scored_scenarios.csv"
EPISODES = "history/episodes.csv"
READINGS = "readings"
COLUMNS = ("scenario", "episode_id", "reading")
TIER = "durable"
Outcomes = tuple[int | None, ...]


@dataclass(frozen=True)
class Watch:
    """The days that a coded row accounts for, and the first durable ceasefire of its war among them."""

    episode_id: str
    cluster: str
    opened: date
    until: date
    began: date | None


@dataclass(frozen=True)
class ScoredScenario:
    """One scenario with its coded row; ``path`` and ``sheet`` are shipped files, whatever lies in the working folder.

    ``happened`` counts from the scenario's start, ``row_happened`` from the day the row's talks opened: by horizon 1,
    0, or None where that was not known (as of the date asked for).
    """

    name: str
    path: Path
    sheet: Path
    scenario: Scenario
    row: Watch
    happened: Outcomes
    row_happened: Outcomes

    @property
    def days_later(self) -> int:
        """Return how many days after the row's talks opened the scenario starts."""
        return (self.scenario.start - self.row.opened).days


def scored_scenarios(
    as_of: date | None = None,
    *,
    table: str | os.PathLike[str] | None = None,
    episodes: str | os.PathLike[str] | None = None,
) -> tuple[ScoredScenario, ...]:
    """Read the scenarios to score, in the table's order; as of a date those of which a horizon had wholly passed.

    ``table`` and ``episodes`` replace the shipped files. Raises ParleyError with file, line and column for a scenario,
    row or sheet that does not exist, a scenario named twice, and a row that does not fit: opened after the scenario's
    start, or of a war that the scenario's calibration does not leave out.
    """
    watches = read_watches(shipped_file(EPISODES) if episodes is None else episodes)
    found: dict[str, ScoredScenario] = {}
    for line in read_table(shipped_file(TABLE) if table is None else table, COLUMNS, ()).rows:
        one = _scored(line, watches, as_of)
        if one.name in found:
            line.refuse("scenario", f"expected each scenario once, got `{escaped(one.name)}` again")
        found[one.name] = one
    return tuple(one for one in found.values() if any(value is not None for value in one.happened))


def read_watches(path: str | os.PathLike[str]) -> dict[str, Watch]:
    """Return by id what each coded row watches; of a ceasefire dated ``unknown`` nothing is known."""
    found = {}
    for row in read_table(path, ("episode_id", "cluster", "talks_opened")).rows:
        opened, began = row.date("talks_opened"), day_of(row.text("durable_cf"))
        coded = [days for days in HORIZONS if row.text(f"{PREFIX[TIER]}_{days}")]
        until = began or opened + timedelta(days=max(coded, default=0))
        name = row.needed("episode_id")
        found[name] = Watch(name, row.needed("cluster"), opened, until, began)
    return found


def happened_by(war: Sequence[Watch], start: date, days: int) -> int | None:
    """Return whether a durable ceasefire began within ``days`` of ``start``: 1, 0, or None where nobody watched."""
    end = start + timedelta(days=days)
    if any(one.began is not None and start <= one.began <= end for one in war):
        return 1
    seen = start
    for one in sorted(war, key=lambda one: one.opened):
        if one.opened <= seen:
            seen = max(seen, one.until)
    return 0 if seen >= end else None


def outcomes(war: Sequence[Watch], start: date, as_of: date | None) -> Outcomes:
    """Return what happened by each horizon; None where the horizon and the days of proof had not passed."""
    known = (as_of is None or start + timedelta(days=days + LAG[TIER]) <= as_of for days in HORIZONS)
    return tuple(
        happened_by(war, start, days) if is_known else None for days, is_known in zip(HORIZONS, known, strict=True)
    )


def _scored(line: Row, watches: Mapping[str, Watch], as_of: date | None) -> ScoredScenario:
    """Return the scenario of one line of the table."""
    name, row_id, sheet = (line.needed(column) for column in COLUMNS)
    path, reading = shipped_file(f"{name}.yaml"), shipped_file(f"{READINGS}/{sheet}")
    if refusal(name) or not path.is_file():
        line.refuse("scenario", f"expected a shipped scenario, got `{escaped(name)}`{did_you_mean(name, names())}")
    if row_id not in watches:
        near = did_you_mean(row_id, list(watches))
        line.refuse("episode_id", f"expected an id of episodes.csv, got `{escaped(row_id)}`{near}")
    if refusal(sheet) or not reading.is_file():
        near = did_you_mean(sheet, [one.name for one in reading.parent.glob("*.csv")])
        line.refuse("reading", f"expected a sheet of scenarios/{READINGS}, got `{escaped(sheet)}`{near}")
    row = watches[row_id]
    war = [one for one in watches.values() if one.cluster == row.cluster]
    scenario = load(path)
    if row.opened > scenario.start:
        line.refuse("episode_id", f"expected talks opened by {scenario.start}, got {row_id} of {row.opened}")
    if scenario.calibration and (without := scenario.calibration.without) != row.cluster:
        left_out = escaped(without or "no war")
        line.refuse("episode_id", f"expected a row of the war that the scenario leaves out ({left_out}), got {row_id}")
    happened, own = (outcomes(war, day, as_of) for day in (scenario.start, row.opened))
    return ScoredScenario(name, path, reading, scenario, row, happened, own)
