"""One trial again, week by week: the same engine with the same random numbers, traced while it runs.

Random numbers and parameters depend on the trial's number alone, so the trial run by itself is bit for bit the one in
the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents import rules_of
from sim.analysis.replay.narrative import Line, narrate
from sim.analysis.replay.trace import Moment, Trace
from sim.analysis.study import Question, frame
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import check_counts, shortened
from sim.execution.request import Request, check_parties
from sim.outcome_columns import Columns
from sim.results.formatting import finite
from sim.results.run import Run
from sim.scenario.schema import Scenario
from sim.single_trial.one_trial import OneTrial
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    import pandas as pd

    from sim.agents.parties import Party

MOST_TRIAL = 2**40
"""No trial has a number as large as this; a run holds far fewer."""


@dataclass(frozen=True)
class Replay:
    """One trial: its stored row, what happened by week, and the state after each week."""

    scenario: Scenario
    name: str
    seed: int
    trial: int
    columns: Columns
    """The trial's row as it is stored: every column with one entry."""
    moments: tuple[Moment, ...]
    weeks: tuple[Mapping[str, Any], ...]

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.name, None, (max(horizons(self.scenario)),), 1, self.seed)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the narrative without its dates."""
        return tuple(line.text for line in self.narrative)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the narrative."""
        return (f"One trial of many, number {self.trial}: what can happen, not what is likely.",)

    @cached_property
    def narrative(self) -> list[Line]:
        """Return what happened, as dated lines of plain words."""
        return narrate(self.scenario, self.moments, self.weeks, self.row)

    @property
    def story(self) -> list[Line]:
        """Return ``narrative``: the name of one version ago, which the next drops."""
        return self.narrative

    @property
    def row(self) -> dict[str, Any]:
        """Return the stored row as plain numbers; None where nothing was agreed."""
        return {
            name: (finite(column[0]) if column.dtype.kind == "f" else int(column[0]))
            for name, column in self.columns.items()
        }

    def table(self) -> pd.DataFrame:
        """Return one row per week: phase, momentum, line, cost of war (``strain``), pressure and the rest of the state.

        Offers and ranges are contract-curve weights (1 is side A's end); ``lower`` and ``upper`` are the sides'
        reservation points in a week with a round, empty where a side has none and in other weeks.
        """
        table = frame(map(dict, self.weeks))
        table.insert(1, "date", [self.day(week) for week in table["week"]])
        ends = [name for name in table.columns if name.startswith(("lower_", "upper_"))]
        return table.astype(dict.fromkeys(ends, "float64"))

    def as_dict(self) -> dict[str, Any]:
        """Return the object of ``parley replay --json``: plain values, offers with their terms and landmarks."""
        return {
            "scenario": self.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "trial": self.trial,
            "row": self.row,
            "story": [line.as_dict() for line in self.narrative],
            "moments": [
                {"week": moment.week, "date": self.day(moment.week).isoformat(), "kind": moment.kind, **moment.facts}
                for moment in self.moments
            ],
            "weeks": [{"date": self.day(week["week"]).isoformat(), **week} for week in self.weeks],
        }

    def day(self, week: int) -> date:
        """Return the first day of a week."""
        return self.scenario.start + timedelta(weeks=week)


@checked_arguments
def replay(
    scenario: Scenario, seed: int, trial: int, *, name: str = "", parties: Mapping[str, type[Party]] | None = None
) -> Replay:
    """Run one trial of a scenario again, week by week.

    Parameters
    ----------
    scenario
        Scenario of the trial.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    trial
        Number of the trial; 0 is the first.
    name
        Name of the scenario in the result; by default its title.
    parties
        Classes that replace parties, by name, as in ``sim.run``.

    Returns
    -------
    Replay
        The trial's row, what happened by week, and the state after each week.

    Raises
    ------
    ParleyError
        A trial, a seed or parties that cannot be.
    """
    if not 0 <= trial < MOST_TRIAL:
        raise ParleyError(f"trial: expected 0 to {MOST_TRIAL - 1}, got {shortened(trial)}")
    check_counts(1, seed, None)
    custom = dict(parties or {})
    check_parties(Request(scenario, name or scenario.title, 1, seed, custom))
    one = OneTrial(scenario, seed, trial, rules=rules_of(scenario, custom))
    trace = Trace(one)
    while not one.is_over:
        trace.step()
    columns = one.run()
    return Replay(scenario, name or scenario.title, seed, trial, columns, tuple(trace.moments), tuple(trace.weeks))


@checked_arguments
def replay_run(run: Run, trial: int, *, parties: Mapping[str, type[Party]] | None = None) -> Replay:
    """Run one trial of a finished run again, and compare it with its stored row.

    Parameters
    ----------
    run
        Finished run.
    trial
        Number of the trial; 0 is the first.
    parties
        Classes that replace parties, by name, as they were given to ``sim.run``.

    Returns
    -------
    Replay
        The trial's row, what happened by week, and the state after each week.

    Raises
    ------
    ParleyError
        The run has no such trial; or the trial comes out otherwise now, since the run was made with parties of one's
        own (give them again) or by another version.

    Examples
    --------
    >>> run = sim.run("teaching/minimal", trials=64, workers=1)
    >>> sim.replay(run, 0).narrative[0].kind
    'start'
    """
    if not 0 <= trial < run.n_trials:
        has = f"{run.name} has trials 0 to {run.n_trials - 1}"
        raise ParleyError(f"trial: expected one of the run ({has}), got {shortened(trial)}")
    found = replay(run.scenario, run.seed, trial, name=run.name, parties=parties)
    row = run.part(trial, 1)
    differ = [
        name
        for name, column in found.columns.items()
        if name not in row or not np.array_equal(column, row[name], equal_nan=column.dtype.kind == "f")
    ]
    if differ:
        raise ParleyError(
            f"trial {trial} of {run.name} comes out otherwise now ({', '.join(differ[:3])}): the run was made with "
            "parties of one's own, or by another version"
        )
    return found
