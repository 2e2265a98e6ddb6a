"""Classroom mode: the student's odds first, the model's afterwards, both scored where the record knows the end.

Nothing is stored. The end comes from the coded episodes that ship with Parley: the row whose talks opened on the day
the scenario starts, in the same war (same first day, or same two sides). Where there is none, or it is not settled,
nobody is scored: distance from a model is no score.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ParleyError
from sim.evidence.backtest.scores import brier_losses, log_losses
from sim.evidence.calibration.episodes import HORIZONS, Episode, read_episodes, shipped
from sim.evidence.forecasters.forecasters import ForecasterTable, forecaster_table
from sim.results.run import Run
from sim.scenario.schema import Scenario
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    import pandas as pd

TIER = "durable"
YOU, MODEL, ALONE, REFERENCE = "you", "Parley", "the model alone", "wars like it"
ONE_CASE = "One case says little about a forecaster: luck is most of it. Keep your numbers and score fifty of them."
HINDSIGHT = "The scenario was coded by people who knew the end, and you may know it too. That helps both of you."
NO_SCORE = "There is no score: the record does not know how this ended. How far you are from the model is no score."


@dataclass(frozen=True)
class Outcome:
    """What the record says came of the talks: for each horizon True, False, or None (not settled)."""

    episode: str
    name: str
    opened: date
    in_words: str
    happened: tuple[bool | None, ...]


@dataclass(frozen=True)
class Scored:
    """One forecaster's odds by horizon, with mean scores over the settled ones (None where nothing is settled)."""

    who: str
    odds: tuple[float, ...]
    brier: float | None
    log: float | None


@dataclass(frozen=True)
class Lesson:
    """A forecast beside the model's odds, the end where it is known, the scores, and the crowd where there is one."""

    scenario: str
    supposes: str
    days: tuple[int, ...]
    band: tuple[tuple[float, float], ...]
    rows: tuple[Scored, ...]
    outcome: Outcome | None
    crowd: ForecasterTable | None
    trials: int

    @property
    def you(self) -> Scored:
        return self.rows[0]

    @property
    def is_scored(self) -> bool:
        return self.you.brier is not None

    @property
    def apart(self) -> tuple[float, ...]:
        """Your odds less the model's, by horizon, as fractions."""
        return tuple(round(mine - its, 12) for mine, its in zip(self.you.odds, self.rows[1].odds, strict=True))

    @property
    def notes(self) -> list[str]:
        """What may be made of it, in sentences."""
        if not self.is_scored:
            return [NO_SCORE]
        best = min(self.rows, key=lambda row: row.brier if row.brier is not None else np.inf)
        return [f"Best here by Brier score: {best.who}.", ONE_CASE, HINDSIGHT]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; ``outcome`` is null where the record does not know."""
        known = self.outcome
        return {
            "scenario": self.scenario,
            "tier": TIER,
            "days": list(self.days),
            "forecasts": [{"who": r.who, "odds": list(r.odds), "brier": r.brier, "log": r.log} for r in self.rows],
            "band": [list(ends) for ends in self.band],
            "apart": list(self.apart),
            "is_scored": self.is_scored,
            "outcome": known
            and {"episode": known.episode, "name": known.name, "words": known.in_words, "by_day": list(known.happened)},
            "crowd": self.crowd.as_dict() if self.crowd else None,
            "notes": self.notes,
        }

    def table(self) -> pd.DataFrame:
        """One row per forecaster and horizon: ``who, days, p, happened``."""
        import pandas as pd

        ends = self.outcome.happened if self.outcome else (None,) * len(self.days)
        rows = [
            {"who": row.who, "days": days, "p": p, "happened": end}
            for row in self.rows
            for days, p, end in zip(self.days, row.odds, ends, strict=True)
        ]
        return pd.DataFrame(rows)


def horizons_asked(scenario: Scenario) -> tuple[int, ...]:
    """Days that the student is asked about: 30, 90, 180, 365 as far as the scenario reaches."""
    reached = horizons(scenario)
    return tuple(days for days in HORIZONS if days in reached) or tuple(reached)


def as_chance(text: str) -> float:
    """``.3``, ``30 %`` or ``1/3`` as a fraction from 0 to 1. Raises ParleyError for anything else."""
    given = text.strip()
    try:
        if given.endswith("%"):
            number = float(given[:-1]) / 100
        else:
            top, slash, bottom = given.partition("/")
            number = float(top) / float(bottom) if slash else float(top)
    except (ValueError, ZeroDivisionError):
        raise ParleyError(f"{text.strip()[:40]!r} came, a chance such as .3, 30% or 1/3 is wanted") from None
    if not 0 <= number <= 1:
        raise ParleyError(f"{text.strip()[:40]!r} came, a chance from 0 to 1 is wanted (or 0% to 100%)")
    return number


def as_forecast(text: str, days: Sequence[int]) -> tuple[float, ...]:
    """``.1,.2,.3,.4``: one chance for each of ``days``. Raises ParleyError, also where the odds fall with time."""
    parts = text.split(",")
    if len(parts) != len(days):
        wanted = ", ".join(map(str, days))
        raise ParleyError(f"forecast: {len(parts)} numbers came, {len(days)} are wanted, one for each of {wanted} days")
    return in_order([as_chance(part) for part in parts], days)


def in_order(chances: Sequence[float], days: Sequence[int]) -> tuple[float, ...]:
    """The chances, if none is below the one before it: what has come by day 90 has come by day 180."""
    for number in range(1, len(chances)):
        if chances[number] < chances[number - 1]:
            raise ParleyError(
                f"forecast: {chances[number]:g} by {days[number]} days is below {chances[number - 1]:g} by "
                f"{days[number - 1]} days; what has begun by then has begun, so the odds cannot fall"
            )
    return tuple(chances)


def known_outcome(
    scenario: Scenario, days: Sequence[int], episodes: str | os.PathLike[str] | None = None
) -> Outcome | None:
    """What the record says of talks opened on the scenario's first day in the same war, or None.

    The same war is one that began on the same day, or between the same two sides. A supposition about a past war is set
    beside the end of the war as it was.
    ``episodes`` is a file of coded episodes, by default the shipped one. None also where no horizon is settled.
    """
    sides = {scenario.sides.A, scenario.sides.B}
    for episode in read_episodes(episodes or shipped()).episodes:
        is_same_war = episode.war_start == scenario.war.began or {episode.side_a, episode.side_b} == sides
        if episode.talks_opened == scenario.start and is_same_war:
            happened = _happened(episode, days)
            if any(end is not None for end in happened):
                return Outcome(episode.episode_id, episode.name, episode.talks_opened, episode.outcome, happened)
    return None


def _happened(episode: Episode, days: Sequence[int]) -> tuple[bool | None, ...]:
    coded = dict(zip(HORIZONS, episode.outcomes.get(TIER, ()), strict=False))
    ends = [coded.get(day) for day in days]
    return tuple(None if end is None else bool(end) for end in ends)


def lesson(run: Run, forecast: Sequence[float], episodes: str | os.PathLike[str] | None = None) -> Lesson:
    """A student's odds of a durable halt, ``forecast`` by horizon (``horizons_asked``), beside ``run``.

    Raises ParleyError where the odds are not as many as the horizons or fall with time.
    """
    days = horizons_asked(run.scenario)
    if len(forecast) != len(days):
        raise ParleyError(f"forecast: {len(forecast)} numbers came, {len(days)} are wanted")
    outcome = known_outcome(run.scenario, days, episodes)
    ends = np.array([np.nan if end is None else float(end) for end in outcome.happened]) if outcome else None
    headlines = [run.odds(TIER, day) for day in days]
    rows = [_scored(YOU, in_order(forecast, days), ends), _scored(MODEL, [odds.p for odds in headlines], ends)]
    if all(odds.reference is not None for odds in headlines):
        rows.append(_scored(ALONE, [odds.model for odds in headlines], ends))
        rows.append(_scored(REFERENCE, [odds.reference or 0.0 for odds in headlines], ends))
    band = tuple((odds.lo, odds.hi) for odds in headlines)
    beside = forecaster_table(run)
    return Lesson(run.name, run.scenario.supposes, days, band, tuple(rows), outcome, beside, run.n_trials)


def _scored(who: str, odds: Sequence[float], ends: np.ndarray[Any, Any] | None) -> Scored:
    given = tuple(float(p) for p in odds)
    if ends is None:
        return Scored(who, given, None, None)
    return Scored(who, given, float(np.nanmean(brier_losses(given, ends))), float(np.nanmean(log_losses(given, ends))))
