"""Odds before and after each of several dated events, with common random numbers, and the event that moved them.

Every state of a timeline (``sim.scenario.timeline``) is run from the same start with the same seed, so that trial t
meets the same random numbers in all of them and the only thing that differs is what is known. An event's movement is
the paired difference of the headlines after it and before it; the intervals hold with 95 % for all events and the whole
together. An event counts as clear, and one is named, by the last horizon alone: looking for the best horizon would find
one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.study import OneSentence, Question, frame
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import DEFAULT_TRIALS
from sim.execution.request import Request
from sim.execution.run import Progress, run_many
from sim.results import wording
from sim.results.compare import compare, widened
from sim.results.run import Run
from sim.scenario.differences import changes
from sim.scenario.schema.quantity import Provenance
from sim.scenario.timeline import LoadedTimeline, open_timeline
from sim.statistics.horizons import IN_FORCE_180, horizons
from sim.statistics.in_force import StillInForce
from sim.statistics.level import Headline
from sim.statistics.ranges import Count, Difference, Share

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Moved:
    """Odds after less odds before by one horizon, as fractions with an interval; the headline and the model alone."""

    difference: Difference
    lo: Difference
    hi: Difference
    model_difference: Difference
    model_lo: Difference
    model_hi: Difference

    @property
    def is_clear(self) -> bool:
        """Return whether the headline's interval leaves out no difference."""
        return self.lo > 0 or self.hi < 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**self.__dict__, "is_clear": self.is_clear}


def _by_day(found: Mapping[int, Headline | StillInForce | Moved | None]) -> dict[str, Any]:
    return {str(days): None if one is None else one.as_dict() for days, one in found.items()}


@dataclass(frozen=True)
class Step:
    """What an event left behind. ``odds`` (durable) and ``moved`` are by days; the eve has moved nothing.

    ``in_force`` and ``in_force_moved`` are the same of a ceasefire still in force after 180 days, None where not known.
    ``changed`` says what differs in what is simulated, ``n_changed`` in how many trials it decides for or against a
    durable ceasefire by the last horizon. ``reason`` is the main reason for failure in words, ``reason_share`` its
    share of the failures.
    """

    date: date
    name: str
    said: Provenance
    odds: Mapping[int, Headline]
    moved: Mapping[int, Moved]
    in_force: Mapping[int, StillInForce | None]
    in_force_moved: Mapping[int, Moved | None]
    changed: tuple[str, ...]
    n_changed: Count
    reason: str
    reason_share: Share

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "date": self.date.isoformat(),
            "name": self.name,
            "source": self.said.source,
            "kind": self.said.kind or ("sourced" if self.said.source else None),
            "note": self.said.note,
            "odds": _by_day(self.odds),
            "moved": _by_day(self.moved),
            "in_force_180": _by_day(self.in_force),
            "moved_in_force_180": _by_day(self.in_force_moved),
            "changed": list(self.changed),
            "n_changed": self.n_changed,
            "reason": self.reason,
            "reason_share": self.reason_share,
        }


@dataclass(frozen=True)
class Timeline(OneSentence):
    """Odds along a timeline: the eve first, then a step per event. ``level`` is that of each interval of ``moved``."""

    title: str
    name: str
    base: str
    start: date
    trials: Count
    seed: int
    days: Count
    level: Share
    steps: tuple[Step, ...]
    whole: Moved
    whole_in_force: Moved | None

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.name, "durable", tuple(self.steps[0].odds), self.trials, self.seed)

    @property
    def events(self) -> tuple[Step, ...]:
        """Return the steps without the eve."""
        return self.steps[1:]

    @property
    def moved_most(self) -> Step | None:
        """Return the event with the largest clear movement by the last horizon; None if none is clear."""
        clear = [step for step in self.events if step.moved[self.days].is_clear]
        return max(clear, key=lambda step: abs(step.moved[self.days].difference), default=None)

    @property
    def sentence(self) -> str:
        """Return the event that moved the odds, and by how much; or that none did clearly."""
        most = self.moved_most
        if most is None and not any(step.n_changed for step in self.events):
            return f"The odds do not vary over these events: none decided any of {self.trials:,} trials otherwise."
        if most is None:
            return f"No event moved the odds clearly: by {self.days} days every interval holds no difference."
        moved, before = most.moved[self.days], self.steps[self.steps.index(most) - 1]
        first, last = (wording.percent(step.odds[self.days].p) for step in (before, most))
        ends = f"{first} before and after" if first == last else f"from {first} to {last}"
        size = wording.points(moved.difference, moved.lo, moved.hi)
        when = f"{most.date.day} {most.date:%B %Y}"
        return f"The event that moved the odds most: {most.name} ({when}), {size} points by {self.days} days, {ends}."

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what to know beside the table: the whole way, events that changed nothing, events after the start."""
        whole, kept = self.whole, self.whole_in_force
        still = f" (still in force after 180 days: {wording.points(kept.difference, kept.lo, kept.hi)})" if kept else ""
        said = [
            f"From the eve to the last event: {wording.points(whole.difference, whole.lo, whole.hi)} points{still}. "
            f"Intervals hold with 95 % for all {len(self.events) + 1} differences of a kind together and are Monte "
            "Carlo error alone."
        ]
        if idle := [step.name for step in self.events if not step.changed]:
            said.append(f"Nothing that is simulated changed with: {'; '.join(idle)}.")
        if same := [step.name for step in self.events if step.changed and not step.n_changed]:
            said.append(f"Changed what is simulated and yet decided no trial of {self.trials:,}: {'; '.join(same)}.")
        if later := [step.name for step in self.events if step.date > self.start + timedelta(days=6)]:
            said.append(
                f"After the first week: {'; '.join(later)}. The odds still run from {self.start}, and do not use "
                "that no halt had come before."
            )
        return tuple(said)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        most = self.moved_most
        return {
            "timeline": self.name,
            "title": self.title,
            "base": self.base,
            "start": self.start.isoformat(),
            "trials": self.trials,
            "seed": self.seed,
            "days": self.days,
            "level": self.level,
            "steps": [step.as_dict() for step in self.steps],
            "whole": self.whole.as_dict(),
            "whole_in_force_180": None if self.whole_in_force is None else self.whole_in_force.as_dict(),
            "moved_most": None if most is None else most.name,
            "sentence": self.sentence,
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per step and horizon: odds with both intervals, the model alone, the movement.

        ``in_force_180`` with its band and movement is the same of a ceasefire still in force after 180 days.
        """
        nothing = Moved(*[np.nan] * 6)
        rows = [
            {
                "timeline": self.name,
                "step": number,
                "date": step.date.isoformat(),
                "name": step.name,
                "days": days,
                **odds.as_dict(),
                "difference": (moved := step.moved.get(days, nothing)).difference,
                "difference_lo": moved.lo,
                "difference_hi": moved.hi,
                "model_difference": moved.model_difference,
                "is_clear": moved.is_clear,
                **_in_force_cells(step.in_force[days], step.in_force_moved.get(days)),
                "reason": step.reason,
            }
            for number, step in enumerate(self.steps)
            for days, odds in step.odds.items()
        ]
        return frame(rows).astype({"reference": float})


def _in_force_cells(kept: StillInForce | None, moved: Moved | None) -> dict[str, float]:
    """Return the columns of a ceasefire still in force after 180 days."""
    odds = (kept.p, kept.lo, kept.hi) if kept else (np.nan,) * 3
    apart = (moved.difference, moved.lo, moved.hi) if moved else (np.nan,) * 3
    names = ("", "_lo", "_hi", "_difference", "_difference_lo", "_difference_hi")
    return {f"{IN_FORCE_180}{name}": value for name, value in zip(names, (*odds, *apart), strict=True)}


@checked_arguments
def timeline(
    name_or_path: str | os.PathLike[str],
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Timeline:
    """Run every state of a timeline, and return the odds before and after each of its events.

    Parameters
    ----------
    name_or_path
        Name of a shipped timeline, or path of a file.
    trials
        Trials of each state.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the state's name, its trials done and its trials wanted.

    Returns
    -------
    Timeline
        The eve and a step per event; odds and movements as shares, by days.

    Raises
    ------
    ScenarioError
        A file that is not sound.
    ParleyError
        A count or a seed that cannot be.

    Examples
    --------
    >>> found = sim.timeline("istanbul_may_2025", trials=64, workers=1)
    >>> found.question.days
    (30, 90, 180, 365)
    """
    loaded = open_timeline(name_or_path)
    return from_runs(loaded, list(run_many(requests(loaded, trials, seed), workers=workers, progress=progress)))


def requests(loaded: LoadedTimeline, trials: int = DEFAULT_TRIALS, seed: int = 1) -> list[Request]:
    """Return one request per state, under the names of the events."""
    return [Request(state.scenario, state.name, trials, seed) for state in loaded.states]


def from_runs(loaded: LoadedTimeline, runs: Sequence[Run]) -> Timeline:
    """Return the study of finished runs, one per state in their order. Nothing is run.

    Raises ParleyError where runs are missing or have not the same random numbers.
    """
    if len(runs) != len(loaded.states):
        raise ParleyError(f"{loaded.name}: expected {len(loaded.states)} runs, one per state, got {len(runs)}")
    n_compared = len(loaded.states)  # as many events, less the eve, and the whole way
    eve = runs[0]
    steps = []
    for number, (state, run) in enumerate(zip(loaded.states, runs, strict=True)):
        before = runs[number - 1] if number else None
        found = compare(before, run, n_compared) if before else None
        reason = wording.main_reason(run.summary)
        steps.append(
            Step(
                state.date,
                state.name,
                state.said,
                {days: run.odds("durable", days) for days in horizons(run.scenario)},
                _moved(found["tiers"]["durable"]) if found else {},
                {days: run.in_force_180(days) for days in horizons(run.scenario)},
                _moved_in_force(found[IN_FORCE_180]) if found else {},
                tuple(change.sentence for change in changes(before.scenario, run.scenario)) if before else (),
                found["n_changed"] if found else 0,
                wording.reason(run.summary),
                reason[1] if reason else 0.0,
            )
        )
    days = max(horizons(eve.scenario))
    found = compare(eve, runs[-1], n_compared)
    whole = _moved(found["tiers"]["durable"])[days], _moved_in_force(found[IN_FORCE_180])[days]
    trials, level, start = min(run.n_trials for run in runs), widened(n_compared), eve.scenario.start
    return Timeline(loaded.title, loaded.name, loaded.base, start, trials, eve.seed, days, level, tuple(steps), *whole)


def _moved(by_days: Mapping[str, Any]) -> dict[int, Moved]:
    """Return the movements by days that ``compare`` found."""
    names = Moved.__dataclass_fields__
    return {int(days): Moved(**{name: cell[name] for name in names}) for days, cell in by_days.items()}


def _moved_in_force(by_days: Mapping[str, Any]) -> dict[int, Moved | None]:
    """Return the same of ceasefires still in force after 180 days, None where that is not known."""
    known = _moved({days: cell for days, cell in by_days.items() if cell is not None})
    return {int(days): known.get(int(days)) for days in by_days}
