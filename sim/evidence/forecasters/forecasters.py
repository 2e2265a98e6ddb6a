"""Forecasters of the same war: what they said, and this run's odds in their own bins.

A scenario may name a file of forecasts and their day (``crowd: {file, date, note}``). Nothing of it enters the model or
its calibration: forecasters are for comparison, never a target.

Deadlines are dates and the model counts weeks. As at the standard horizons (90 days are 13 weeks) a deadline is the
nearest whole week, so at most three days off, and an event counts by the week in which it starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ParleyError
from sim.outcome_columns import Columns
from sim.results.formatting import counted
from sim.results.run import Run
from sim.results.tally import Classes, HitTally
from sim.scenario.sources.forecasts import NOT_COUNTED, Forecast, forecasts_of
from sim.statistics.conditional_odds import GivenTally
from sim.statistics.estimates import Hits
from sim.statistics.horizons import TIERS, begun
from sim.statistics.level import Headline, Level
from sim.statistics.summed import merged

if TYPE_CHECKING:
    import pandas as pd

AGREED = ("mutual_week", "halt_week")
DURABLE_DRAWS = 4
"""Weekly draws that a ceasefire of 30 days survives: the rule of the durable tier (``sim.model.steps.record``)."""


SHORT, LONG, LASTING = "under 30 days", "30 days or more", "lasting"
COUNTED = {
    "broad": "any general ceasefire that begins by then, even a holiday ceasefire or an imposed one",
    "mutual": "a general ceasefire agreed by both sides that begins by then, of any length, even for a holiday",
    "durable": "a general ceasefire, not imposed by a victor, that begins by then and in fact lasts 30 days or more; "
    "anchored",
    SHORT: "of the futures in which such a ceasefire begins by then, those in which the first one is over within four "
    "weekly draws (30 days)",
    LONG: "of the futures in which such a ceasefire begins by then, those in which the first one is not",
    LASTING: "a general ceasefire that begins by then and in fact lasts 30 days or more, the first or a later one; "
    "anchored",
}
"""What the model counts in each kind of row."""
NAMES = {
    "broad": "Any ceasefire",
    "mutual": "Agreed by both",
    "durable": "Lasts 30 days",
    SHORT: "How long it lasts",
    LASTING: "Begins and lasts",
}
"""Names of the kinds in the notes; the longer duration is the rest of the shorter one."""
LABELS = {
    "broad": "any general ceasefire, by {}",
    "mutual": "agreed by both, by {}",
    "durable": "lasts 30 days or more, by {}",
    SHORT: "if begun by {}, lasts under 30 days",
    LONG: "if begun by {}, lasts 30 days or more",
    LASTING: "begins by {} and lasts 30 days or more",
}
NOT_A_TARGET = "The run reads none of these forecasts: they are company, not a target."


@dataclass(frozen=True)
class ForecasterRow:
    """One bin: the forecasts by platform, and the run's own odds (None where its weeks do not reach).

    ``kind`` is a tier, ``under 30 days`` or ``30 days or more`` (given that a ceasefire begins by the deadline), or
    ``lasting`` (the forecast of a ceasefire times that of its lasting). ``last_day`` is the last day that the model
    counts.
    """

    kind: str
    question: str
    deadline: date
    last_day: date
    weeks: int
    forecasts: dict[str, float]
    model: Headline | None

    @property
    def counted(self) -> str:
        """Return what the model counts."""
        return COUNTED[self.kind]

    @property
    def label(self) -> str:
        """Return a label such as ``agreed by both, by 30 Jun 2025``."""
        return LABELS[self.kind].format(f"{self.deadline.day} {self.deadline:%b %Y}")


@dataclass(frozen=True)
class ForecasterTable:
    """Forecasts of one day with the run's odds.

    ``holidays`` is the share of all trials whose first agreed ceasefire by the last deadline is a holiday ceasefire;
    ``n_left_out`` forecasts of that day are of events that no run counts.
    """

    scenario: str
    supposes: str
    start: date
    asked: date
    file: str
    note: str
    platforms: tuple[str, ...]
    rows: tuple[ForecasterRow, ...]
    holidays: float
    n_left_out: int = 0
    trials: int = 0
    seed: int = 0

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return one sentence per bin that the run reaches: the range of the forecasts and the model's odds."""
        return tuple(
            f"{row.label}: forecasters {100 * min(row.forecasts.values()):.0f} to "
            f"{100 * max(row.forecasts.values()):.0f} %, the model {100 * row.model.p:.0f} %."
            for row in self.rows
            if row.model
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what forecasters were asked and what the model counts, by kind; the days; that it is no target."""
        first = {row.kind: row for row in reversed(self.rows)}
        said = [
            f"{NAMES[kind]} - forecasters: {first[kind].question}. The model: {COUNTED[kind]}."
            for kind in dict.fromkeys(row.kind for row in self.rows)
            if kind in NAMES
        ]
        if round(100 * self.holidays):
            share = f"In {round(100 * self.holidays)} of 100 futures"
            which = "the first ceasefire agreed by the last deadline is a holiday ceasefire"
            said.append(f"{share} {which}, which forecasters may not have counted.")
        if self.n_left_out:
            verb, events = ("is", "an event") if self.n_left_out == 1 else ("are", "events")
            count = counted(self.n_left_out, "forecast")
            said.append(f"{count} of that day {verb} of {events} that the model does not count, and left out.")
        if gap := (self.start - self.asked).days:
            when = f"{abs(gap)} days {'before' if gap > 0 else 'after'}"
            said.append(f"The forecasts are from {when} the start of the scenario, {in_words(self.start)}.")
        reached = [row for row in self.rows if row.model]
        ends = "; ".join(dict.fromkeys(f"{row.weeks} weeks, to {in_words(row.last_day)}" for row in reached))
        said.append(
            f"A deadline is the nearest whole week, and an event counts by the week in which it starts: {ends}."
        )
        return (*said, *([self.note] if self.note else []), NOT_A_TARGET)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values; a row has ``crowd`` by platform and ``model`` with its intervals, or null."""
        head = {name: str(getattr(self, name)) for name in ("scenario", "start", "asked", "file", "note")}
        rows = [
            {
                "kind": row.kind,
                "deadline": str(row.deadline),
                "last_day_counted": str(row.last_day),
                "weeks": row.weeks,
                "crowd_was_asked": row.question,
                "model_counts": row.counted,
                "crowd": row.forecasts,
                "model": {**row.model.as_dict(), "n": row.model.n} if row.model else None,
            }
            for row in self.rows
        ]
        return {**head, "is_calibration_target": False, "platforms": list(self.platforms), "rows": rows}

    def table(self) -> pd.DataFrame:
        """Return one row per bin and forecaster, the model among them: ``who``, ``p``, and the model's intervals."""
        import pandas as pd

        found: list[dict[str, Any]] = []
        for row in self.rows:
            head = {"kind": row.kind, "deadline": str(row.deadline)}
            found += [{**head, "who": platform, "p": p} for platform, p in row.forecasts.items()]
            if row.model:
                intervals = {key: getattr(row.model, key) for key in ("lo", "hi", "mc_lo", "mc_hi")}
                found.append({**head, "who": "model", "p": row.model.p, **intervals})
        return pd.DataFrame(found, columns=["kind", "deadline", "who", "p", "lo", "hi", "mc_lo", "mc_hi"])


def forecaster_table(
    run: Run, forecasts: str | os.PathLike[str] | None = None, asked: date | None = None
) -> ForecasterTable | None:
    """Compare the run with the forecasters that its scenario names; None where it names none.

    Parameters
    ----------
    run
        A finished run.
    forecasts
        File as ``sources.forecasts`` reads, in place of the scenario's.
    asked
        Day of the forecasts, in place of the scenario's.

    Returns
    -------
    ForecasterTable or None
        Forecasts by platform and the run's odds, bin by bin.

    Raises
    ------
    ParleyError
        Where no day is named, the file is not sound (with its line), or it holds no forecast of that day.
    """
    from sim.scenario.sources.contents import content_named

    named, data = run.scenario.crowd, None
    if forecasts is not None:
        shown = os.fspath(forecasts)
    elif named is not None:
        shown, data = named.file, content_named(named.file, named.sha256).data
    else:
        return None
    day = asked or (named.date if named else None)
    if day is None:
        raise ParleyError(f"{shown}: expected the day of the forecasts, got none; the scenario names none either")
    said = list(forecasts_of(shown, shown, day, data))
    found = [forecast for forecast in said if forecast.tier not in NOT_COUNTED]
    if not found:
        raise ParleyError(f"{shown}: expected a forecast of {day} of an event that the model counts, got none")
    rows = tuple(_rows(run, found))
    return ForecasterTable(
        scenario=run.name,
        supposes=run.scenario.supposes,
        start=run.scenario.start,
        asked=day,
        file=shown,
        note=named.note if named else "",
        platforms=tuple(dict.fromkeys(forecast.platform for forecast in found)),
        rows=rows,
        holidays=_holidays(run, max((row.weeks for row in rows if row.model), default=0)),
        n_left_out=len(said) - len(found),
        trials=run.n_trials,
        seed=run.seed,
    )


def in_words(day: date) -> str:
    """Return a day such as ``8 May 2025``."""
    return f"{day.day} {day:%B} {day.year}"


def weeks_until(start: date, deadline: date) -> int:
    """Return the whole weeks from the start through the deadline's own day, to the nearest; 0 or less if passed."""
    return round(((deadline - start).days + 1) / 7)


def _rows(run: Run, forecasts: Sequence[Forecast]) -> Iterator[ForecasterRow]:
    """Yield the bins by deadline and tier; then how long it lasts if begun by the last deadline; then both together."""
    bins = sorted({(TIERS[::-1].index(f.tier), f.deadline) for f in forecasts if f.deadline is not None})
    for number, deadline in bins:
        asked = [f for f in forecasts if (f.tier, f.deadline) == (TIERS[::-1][number], deadline)]
        yield _row(run, asked[0].tier, asked[0].question, deadline, {f.platform: f.probability for f in asked})
    durations = [f for f in forecasts if f.tier == "duration"]
    mutual = {(f.platform, f.deadline): f.probability for f in forecasts if f.tier == "mutual" and f.deadline}
    if not durations or not mutual:
        return
    last = max(deadline for _, deadline in mutual if deadline)
    short = {f.platform: f.probability for f in durations}
    long = {who: round(1 - p, 12) for who, p in short.items()}
    yield _row(run, SHORT, durations[0].question, last, short)
    yield _row(run, LONG, durations[0].question, last, long)
    both = {who: round(p * (1 - short[who]), 12) for (who, by), p in mutual.items() if by == last and who in short}
    if both:
        yield _row(run, LASTING, "its two numbers multiplied", last, both)


def _row(run: Run, kind: str, question: str, deadline: date, forecasts: dict[str, float]) -> ForecasterRow:
    weeks = weeks_until(run.scenario.start, deadline)
    last_day = run.scenario.start + timedelta(days=7 * weeks - 1)
    own = _own(run, kind, weeks) if 0 < weeks <= run.scenario.horizon_weeks else None
    return ForecasterRow(kind, question, deadline, last_day, weeks, forecasts, own)


def _own(run: Run, kind: str, weeks: int) -> Headline | None:
    """Return the run's odds in a bin of so many weeks; None where none began, so that nothing is known of how long."""
    if kind in (SHORT, LONG):
        found = _lasting(run, weeks, kind == LONG).odds()
        return Level().headline(found) if found.n else None
    name = f"{'durable' if kind == LASTING else kind}_week"
    event = merged(
        {name: HitTally.of(begun(columns[name], weeks), Classes.by(run.scenario, columns))}
        for columns in run.blocks(*dict.fromkeys(("durable_week", name)))
    )[name]
    return run.weighing.headline(event, 7 * weeks, run.commonest_effect)


def _lasting(run: Run, weeks: int, is_long: bool) -> GivenTally:
    """Count the ceasefires agreed by both within so many weeks, and those that last 30 days or more, or less."""

    def tally(columns: Columns) -> GivenTally:
        began, is_holiday = _first_agreed(columns, weeks)
        lasted = ~is_holiday & (columns["halt_weeks"] >= DURABLE_DRAWS)
        return GivenTally.of(lasted if is_long else ~lasted, began)

    return merged({"": tally(columns)} for columns in run.blocks(*AGREED, "halt_weeks"))[""]


def _first_agreed(columns: Columns, weeks: int) -> tuple[Hits, Hits]:
    """Return whether a ceasefire agreed by both began within so many weeks, and whether the first was for a holiday.

    An agreed holiday ceasefire comes before the first signed one, or without one, and never lasts 30 days.
    """
    agreed, signed = (columns[name] for name in AGREED)
    began = begun(agreed, weeks)
    return began, began & (signed != agreed)


def _holidays(run: Run, weeks: int) -> float:
    found = sum(int(np.count_nonzero(_first_agreed(columns, weeks)[1])) for columns in run.blocks(*AGREED))
    return found / run.n_trials
