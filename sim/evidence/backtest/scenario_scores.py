"""Scores of what users run: scenarios of past wars as they ship, their files and second readings.

The record scores coded rows, eleven numbers each. A scenario is a file of sixty to eighty, written by hand; this scores
its odds on the durable tier, the headline and the model without adjustment, by the same Brier score. All runs use
common random numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors.arguments import checked_arguments
from sim.evidence.backtest.forecasts import DIGITS
from sim.evidence.backtest.scored_scenarios import TIER, ScoredScenario, scored_scenarios
from sim.evidence.backtest.scores import mean_brier
from sim.evidence.calibration.episodes import HORIZONS
from sim.evidence.calibration.simulate_episodes import Progress
from sim.evidence.intercoder.merge_readings import merge_readings
from sim.execution.request import Request
from sim.execution.run import run_many
from sim.results.formatting import counted, plain
from sim.scenario.sampling.readings import FILE, as_read
from sim.statistics.estimates import Floats

if TYPE_CHECKING:
    import pandas as pd

READINGS = ("pool", "file", "second")
ODDS = ("headline", "model")
ROW = {"row": "engine", "row_pool": "pool", "constant": "constant"}
"""Forecasts of the coded row by other wars alone: their name in the results, and in what ``score_scenarios`` takes."""
DEFAULT_TRIALS = 20_000
Readings = Mapping[tuple[str, str], Mapping[str, Sequence[float]]]
"""Odds of a scenario (by its name) under a reading: ``headline`` and ``model``, by horizon."""


@dataclass(frozen=True)
class ScenarioForecast:
    """The odds of a durable ceasefire by a day under one reading, with those of the coded row, and what happened."""

    scenario: str
    title: str
    episode_id: str
    reading: str
    days: int
    happened: bool
    headline: float
    model: float
    row: float
    row_pool: float
    constant: float


@dataclass(frozen=True)
class ScenarioScores:
    """Every scored forecast, and mean Brier scores. Nothing is scored where ``n_scenarios`` is 0.

    ``brier`` has ``headline`` and ``model`` by reading, and the coded rows' ``row``, ``row_pool`` and ``constant``, all
    against what followed the scenario's start. ``own_day`` has the rows' scores against what followed the day on which
    they were coded; ``n_later`` scenarios start later than that, by as many days as in ``days_later``.
    """

    forecasts: tuple[ScenarioForecast, ...]
    n_scenarios: int
    n_wars: int
    brier: Mapping[str, float | Mapping[str, float]]
    own_day: Mapping[str, float]
    days_later: tuple[int, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what must be said with the scores; nothing where there are none."""
        if not self.n_scenarios:
            return ()
        few = f"{counted(self.n_scenarios, 'scenario')} of {counted(self.n_wars, 'war')}"
        found = [
            f"{few}: too few to rank forecasters. One war more or less would move every score.",
            "This is no test of foresight: whoever wrote the files, and whoever read the sources a second time, knew "
            "how these wars ended.",
        ]
        if later := self.days_later:
            span = f"{min(later)} to {max(later)} days" if min(later) < max(later) else counted(later[0], "day")
            own = ", ".join(f"{ROW[name]} {self.own_day[name]:.3f}" for name in ROW)
            found.append(
                f"{counted(len(later), 'scenario starts', 'scenarios start')} {span} after the coded row. All "
                f"forecasts are scored on the scenario's days; on the rows' own days the rows score: {own}."
            )
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return one row per scenario, reading and day."""
        import pandas as pd

        columns = list(ScenarioForecast.__dataclass_fields__)
        return pd.DataFrame([asdict(one) for one in self.forecasts], columns=columns)

    def as_dict(self) -> dict[str, Any]:
        """Return ``scenarios`` and ``scenario_scores`` of the record; both null where nothing is scored."""
        if not self.n_scenarios:
            return {"scenarios": None, "scenario_scores": None}
        scores = {name: getattr(self, name) for name in ("n_scenarios", "n_wars", "brier", "own_day")}
        found: dict[str, Any] = plain(
            {
                "scenarios": [asdict(one) for one in self.forecasts],
                "scenario_scores": {**scores, "notes": self.sentences},
            }
        )
        return found


@checked_arguments
def score_scenarios(
    forecasts_by_episode: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    as_of: date | None = None,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ScenarioScores:
    """Run and score the shipped scenarios of past wars, as they ship and under two readings.

    Parameters
    ----------
    forecasts_by_episode
        By id of a coded row its odds of a durable ceasefire by 30, 90, 180 and 365 days from other wars alone:
        ``engine``, ``pool`` and ``constant``. A scenario whose row is not there is passed over.
    as_of
        Day after which nothing is read: a horizon is scored once it and the 30 days of proof had passed.
    trials, seed, workers
        Trials of each run, their seed, number of processes.
    progress
        Called with the runs finished and those there are.

    Returns
    -------
    ScenarioScores
        Forecasts, outcomes, mean Brier scores and the caption that belongs to them.

    Raises
    ------
    ParleyError
        For a line of ``history/scored_scenarios.csv`` that does not fit, and for invalid counts.
    """
    wanted = [one for one in scored_scenarios(as_of) if one.row.episode_id in forecasts_by_episode]
    return scores_of(wanted, run_readings(wanted, trials, seed, workers, progress), forecasts_by_episode)


def run_readings(
    wanted: Sequence[ScoredScenario], trials: int, seed: int, workers: int | None, progress: Progress | None = None
) -> Readings:
    """Simulate each scenario under each reading."""
    scenarios = {}
    for one in wanted:
        scenarios[one.name, "pool"] = one.scenario
        scenarios[one.name, "file"] = as_read(one.scenario, FILE)
        scenarios[one.name, "second"] = as_read(merge_readings(str(one.path), one.sheet).scenario, FILE)
    requests = [Request(scenario, name, trials=trials, seed=seed) for (name, _), scenario in scenarios.items()]
    found = {}
    for number, (key, done) in enumerate(zip(scenarios, run_many(requests, workers=workers), strict=True), 1):
        odds = [done.odds(TIER, days) for days in HORIZONS]
        found[key] = {"headline": [one.p for one in odds], "model": [one.model for one in odds]}
        if progress:
            progress(number, len(requests))
    return found


def scores_of(
    wanted: Sequence[ScoredScenario], readings: Readings, by_episode: Mapping[str, Mapping[str, Sequence[float]]]
) -> ScenarioScores:
    """Score the odds of each scenario and of its coded row; the arguments are as of the functions above."""
    happened = _outcomes([one.happened for one in wanted])
    own = np.where(np.isnan(happened), np.nan, _outcomes([one.row_happened for one in wanted]))
    rows = {name: _table([by_episode[one.row.episode_id][key] for one in wanted]) for name, key in ROW.items()}
    by_reading = {
        name: {reading: _table([readings[one.name, reading][name] for one in wanted]) for reading in READINGS}
        for name in ODDS
    }
    return ScenarioScores(
        forecasts=tuple(_forecasts(wanted, by_reading, rows)),
        n_scenarios=len(wanted),
        n_wars=len({one.row.cluster for one in wanted}),
        brier={
            **{name: {key: mean_brier(odds, happened) for key, odds in by_reading[name].items()} for name in ODDS},
            **{name: mean_brier(odds, happened) for name, odds in rows.items()},
        },
        own_day={name: mean_brier(odds, own) for name, odds in rows.items()},
        days_later=tuple(one.days_later for one in wanted if one.days_later),
    )


def _forecasts(
    wanted: Sequence[ScoredScenario], by_reading: Mapping[str, Mapping[str, Floats]], rows: Mapping[str, Floats]
) -> Iterator[ScenarioForecast]:
    """Yield one forecast per scenario, reading and scored horizon."""
    for number, one in enumerate(wanted):
        for reading in READINGS:
            for k, (days, value) in enumerate(zip(HORIZONS, one.happened, strict=True)):
                if value is not None:
                    tables = (*(by_reading[name][reading] for name in ODDS), *(rows[name] for name in ROW))
                    headline, model, row, pool, constant = (float(table[number, k]) for table in tables)
                    about = (one.name, one.scenario.title, one.row.episode_id, reading, days, bool(value))
                    yield ScenarioForecast(*about, headline, model, row, pool, constant)


def _table(odds: Sequence[Sequence[float]]) -> Floats:
    return np.round(np.array(odds, dtype=np.float64).reshape(len(odds), len(HORIZONS)), DIGITS)


def _outcomes(rows: Sequence[Sequence[int | None]]) -> Floats:
    values = [np.nan if value is None else value for row in rows for value in row]
    return np.array(values, dtype=np.float64).reshape(len(rows), len(HORIZONS))
