"""A forecasting lesson: the student's odds first, the model's afterwards, both scored where the record knows the end.

Nothing is stored. The end comes from the coded episodes that ship with Parley: the row whose talks opened on the day
the scenario starts, in the same war (same first day, or same two sides). Where there is none, or it is not settled,
there is no score: distance from a model is no score.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ParleyError
from sim.evidence.backtest.scores import brier_losses, log_losses
from sim.evidence.calibration.episodes import HORIZONS, read_episodes, shipped
from sim.evidence.forecasters.forecasters import ForecasterTable, forecaster_table
from sim.results.run import Run
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    import pandas as pd

TIER = "durable"
YOU, MODEL, ALONE, REFERENCE = "you", "Parley", "the model alone", "the reference class"
ONE_CASE = "One case says little about a forecaster: chance is most of it. Keep your numbers and score fifty of them."
HINDSIGHT = "The scenario was coded by people who knew the end, and you may know it too. That helps both of you."
NO_SCORE = "There is no score: the record does not know how this ended. How far you are from the model is no score."


@dataclass(frozen=True)
class Outcome:
    """Outcome of the talks in the record: for each horizon True, False, or None (not settled)."""

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
    """A forecast with the model's odds, the end where it is known, the scores, and other forecasters, if any.

    ``in_force`` are the model's odds that such a ceasefire is still in force after 180 days, by horizon, None where
    that is not known.
    """

    scenario: str
    supposes: str
    days: tuple[int, ...]
    band: tuple[tuple[float, float], ...]
    in_force: tuple[float | None, ...]
    rows: tuple[Scored, ...]
    outcome: Outcome | None
    forecasters: ForecasterTable | None
    trials: int
    seed: int
    tier: str = TIER

    @property
    def you(self) -> Scored:
        """Return the student's row."""
        return self.rows[0]

    @property
    def is_scored(self) -> bool:
        """Return whether an outcome is known."""
        return self.you.brier is not None

    @property
    def differences(self) -> tuple[float, ...]:
        """Return the student's odds less the model's, by horizon, as fractions."""
        return tuple(round(mine - its, 12) for mine, its in zip(self.you.odds, self.rows[1].odds, strict=True))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return who scores best; nothing where there is no score."""
        scored = [(row.brier, number) for number, row in enumerate(self.rows) if row.brier is not None]
        return (f"Best here by Brier score: {self.rows[min(scored)[1]].who}.",) if scored else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what may be concluded from it, in sentences."""
        return (*self.sentences, ONE_CASE, HINDSIGHT) if self.is_scored else (NO_SCORE,)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values; ``outcome`` is null where the record does not know."""
        known = self.outcome
        return {
            "scenario": self.scenario,
            "tier": self.tier,
            "days": list(self.days),
            "forecasts": [asdict(row) for row in self.rows],
            "band": [list(ends) for ends in self.band],
            "in_force_180": list(self.in_force),
            "apart": list(self.differences),
            "is_scored": self.is_scored,
            "outcome": known
            and {"episode": known.episode, "name": known.name, "words": known.in_words, "by_day": list(known.happened)},
            "crowd": self.forecasters.as_dict() if self.forecasters else None,
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per forecaster and horizon: ``who, days, p, happened``."""
        import pandas as pd

        ends = self.outcome.happened if self.outcome else (None,) * len(self.days)
        rows = [(row.who, *cell) for row in self.rows for cell in zip(self.days, row.odds, ends, strict=True)]
        return pd.DataFrame(rows, columns=["who", "days", "p", "happened"])


def horizons_asked(scenario: Scenario) -> tuple[int, ...]:
    """Return the days that the student is asked about: 30, 90, 180, 365 as far as the scenario reaches."""
    reached = horizons(scenario)
    return tuple(days for days in HORIZONS if days in reached) or tuple(reached)


def parse_probability(text: str) -> float:
    """Parse ``.3``, ``30 %`` or ``1/3`` as a fraction from 0 to 1. Raises ParleyError for anything else."""
    given = text.strip()
    top, slash, bottom = given.removesuffix("%").partition("/")
    try:
        number = float(top) / (float(bottom) if slash else 1.0) / (100.0 if given.endswith("%") else 1.0)
    except (ValueError, ZeroDivisionError):
        raise ParleyError(f"expected a chance such as .3, 30% or 1/3, got {given[:40]!r}") from None
    if not 0 <= number <= 1:
        raise ParleyError(f"expected a chance from 0 to 1 (or 0% to 100%), got {given[:40]!r}")
    return number


def parse_forecast(text: str, days: Sequence[int]) -> tuple[float, ...]:
    """Parse ``.1,.2,.3,.4``, one chance for each of ``days``. Raises ParleyError, also where odds fall with time."""
    return checked_forecast([parse_probability(part) for part in text.split(",")], days)


def checked_forecast(chances: Sequence[float], days: Sequence[int]) -> tuple[float, ...]:
    """Return the chances; raise ParleyError unless there is one for each of ``days`` and none falls."""
    if len(chances) != len(days):
        wanted = ", ".join(map(str, days))
        raise ParleyError(f"forecast: expected {len(days)} numbers, one for each of {wanted} days, got {len(chances)}")
    for (before, first), (after, then) in pairwise(zip(chances, days, strict=True)):
        if after < before:
            raise ParleyError(
                f"forecast: expected odds that do not fall, got {before:g} by {first} days and {after:g} by {then} "
                "days; what has begun by then has begun, so the odds cannot fall"
            )
    return tuple(chances)


def known_outcome(
    scenario: Scenario, days: Sequence[int], episodes: str | os.PathLike[str] | None = None
) -> Outcome | None:
    """Return the recorded outcome of talks opened on the scenario's first day in the same war, or None.

    The same war is one that began on the same day, or between the same two sides. A supposition about a past war is
    compared with the end of the war as it was. ``episodes`` is a file of coded episodes, by default the shipped one.
    None also where no horizon is settled.
    """
    sides = {scenario.sides.A, scenario.sides.B}
    for episode in read_episodes(episodes or shipped()).episodes:
        is_same_war = episode.war_start == scenario.war.began or {episode.side_a, episode.side_b} == sides
        if episode.talks_opened == scenario.start and is_same_war:
            coded = dict(zip(HORIZONS, episode.outcomes[TIER], strict=True))
            happened = tuple(None if (end := coded.get(day)) is None else bool(end) for day in days)
            if any(end is not None for end in happened):
                return Outcome(episode.episode_id, episode.name, episode.talks_opened, episode.outcome, happened)
    return None


def lesson(run: Run, forecast: Sequence[float], episodes: str | os.PathLike[str] | None = None) -> Lesson:
    """Compare a student's odds of a durable ceasefire, ``forecast`` by horizon (``horizons_asked``), with ``run``.

    Raises ParleyError where the odds are not as many as the horizons or fall with time.
    """
    days = horizons_asked(run.scenario)
    yours = checked_forecast(forecast, days)
    outcome = known_outcome(run.scenario, days, episodes)
    ends = np.array([np.nan if end is None else float(end) for end in outcome.happened]) if outcome else None
    headlines = [run.odds(TIER, day) for day in days]
    by_forecaster = {YOU: yours, MODEL: [odds.p for odds in headlines]}
    if all(odds.reference is not None for odds in headlines):
        by_forecaster[ALONE] = [odds.model for odds in headlines]
        by_forecaster[REFERENCE] = [odds.reference or 0.0 for odds in headlines]
    return Lesson(
        scenario=run.name,
        supposes=run.scenario.supposes,
        days=days,
        band=tuple((odds.lo, odds.hi) for odds in headlines),
        in_force=tuple(None if (kept := run.in_force_180(day)) is None else kept.p for day in days),
        rows=tuple(_scored(who, odds, ends) for who, odds in by_forecaster.items()),
        outcome=outcome,
        forecasters=forecaster_table(run),
        trials=run.n_trials,
        seed=run.seed,
    )


def _scored(who: str, odds: Sequence[float], ends: Floats | None) -> Scored:
    given = tuple(float(p) for p in odds)
    if ends is None:
        return Scored(who, given, None, None)
    return Scored(who, given, float(np.nanmean(brier_losses(given, ends))), float(np.nanmean(log_losses(given, ends))))
