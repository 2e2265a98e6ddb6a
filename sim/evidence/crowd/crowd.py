"""Beside the crowd: what forecasters said about the same war, and this run's odds in their own bins.

A scenario may name a file of forecasts and the day on which they were made (``crowd: {file, date, note}``). Nothing of
it enters the model or its calibration: the crowd is company for the reader, never a target.

Deadlines are dates and the model counts weeks. As at the standard horizons (90 days are 13 weeks) a deadline is the
nearest whole week, so at most three days off, and an event counts by the week in which it starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.errors import ParleyError
from sim.outcome_columns import Columns
from sim.results.formatting import counted
from sim.results.run import Run
from sim.results.tally import HitTally, merged
from sim.scenario.sources.forecasts import NOT_COUNTED, Forecast, forecasts_of
from sim.statistics.anchoring import Headline, anchor, reference_at
from sim.statistics.conditional_odds import GivenTally
from sim.statistics.estimates import Hits
from sim.statistics.horizons import TIERS, begun

AGREED = ("mutual_week", "halt_week")
DURABLE_DRAWS = 4
"""Weekly draws that a halt of 30 days survives: the rule of the durable tier (``sim.model.outcomes``)."""

COUNTED = {
    "broad": "any general halt that begins by then, even a holiday truce or an imposed one",
    "mutual": "a general halt agreed by both sides that begins by then, of any length, even for a holiday",
    "durable": "a general halt that begins by then and in fact lasts 30 days or more, agreed or not; anchored",
    "under 30 days": "of the futures in which such a halt begins by then, those in which the first one is over within "
    "four weekly draws (30 days)",
    "30 days or more": "of the futures in which such a halt begins by then, those in which the first one is not",
    "lasting": "a general halt that begins by then and in fact lasts 30 days or more, the first or a later one, agreed "
    "or not; anchored",
}
"""What the model counts in each kind of row."""

NAMES = {
    "broad": "Any halt",
    "mutual": "Agreed by both",
    "durable": "Lasts 30 days",
    "under 30 days": "How long it lasts",
    "lasting": "Begins and lasts",
}
"""How the notes call each kind; the longer duration is the rest of the shorter one."""

ROUNDED = "A deadline is the nearest whole week, and an event counts by the week in which it starts: {}."
NOT_A_TARGET = "The run reads none of these forecasts: they are company, not a target."


@dataclass(frozen=True)
class CrowdRow:
    """One bin: the crowd's probabilities by platform, and the run's own odds (None where its weeks do not reach).

    ``kind`` is a tier, ``under 30 days`` or ``30 days or more`` (given that a halt begins by the deadline), or
    ``lasting`` (the crowd's chance of a halt times its chance that it lasts). ``last_day`` is the last day that the
    model counts.
    """

    kind: str
    question: str
    deadline: date
    last_day: date
    weeks: int
    crowd: dict[str, float]
    model: Headline | None

    @property
    def counted(self) -> str:
        return COUNTED[self.kind]

    @property
    def label(self) -> str:
        """``agreed by both, by 30 Jun 2025``."""
        by = f"{self.deadline.day} {self.deadline:%b %Y}"
        return {
            "broad": f"any general halt, by {by}",
            "mutual": f"agreed by both, by {by}",
            "durable": f"lasts 30 days or more, by {by}",
            "lasting": f"begins by {by} and lasts 30 days or more",
        }.get(self.kind, f"if begun by {by}, lasts {self.kind}")


@dataclass(frozen=True)
class CrowdTable:
    """Everything that stands beside the crowd of one day.

    ``holidays`` is the share of all trials whose first agreed halt by the last deadline is a holiday truce;
    ``n_left_out`` forecasts of that day are of events that no run counts.
    """

    scenario: str
    supposes: str
    start: date
    asked: date
    file: str
    note: str
    platforms: tuple[str, ...]
    rows: tuple[CrowdRow, ...]
    holidays: float
    n_left_out: int = 0

    @property
    def notes(self) -> list[str]:
        """What the crowd was asked and what the model counts, kind by kind; the days; that it is no target."""
        said = []
        for kind in dict.fromkeys(row.kind for row in self.rows):
            row = next(row for row in self.rows if row.kind == kind)
            if kind in NAMES:
                said.append(f"{NAMES[kind]} - the crowd: {row.question}. The model: {row.counted}.")
        if round(100 * self.holidays):
            first = f"In {round(100 * self.holidays)} of 100 futures the first halt agreed by the last deadline"
            said.append(f"{first} is a holiday truce, which the crowd may not have counted.")
        if self.n_left_out:
            verb, events = ("is", "an event") if self.n_left_out == 1 else ("are", "events")
            count = counted(self.n_left_out, "forecast")
            said.append(f"{count} of that day {verb} of {events} that the model does not count, and left out.")
        gap = (self.start - self.asked).days
        if gap:
            before = "before" if gap > 0 else "after"
            said.append(f"The crowd spoke {abs(gap)} days {before} the scenario's start, {in_words(self.start)}.")
        ends = dict.fromkeys(f"{row.weeks} weeks, to {in_words(row.last_day)}" for row in self.rows if row.model)
        said.append(ROUNDED.format("; ".join(ends)))
        return [*said, *([self.note] if self.note else []), NOT_A_TARGET]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; a row has ``crowd`` by platform and ``model`` with its intervals, or null."""
        head = {name: str(getattr(self, name)) for name in ("scenario", "start", "asked", "file", "note")}
        rows = [
            {
                "kind": row.kind,
                "deadline": str(row.deadline),
                "last_day_counted": str(row.last_day),
                "weeks": row.weeks,
                "crowd_was_asked": row.question,
                "model_counts": row.counted,
                "crowd": row.crowd,
                "model": {**row.model.as_dict(), "n": row.model.n} if row.model else None,
            }
            for row in self.rows
        ]
        return {**head, "is_calibration_target": False, "platforms": list(self.platforms), "rows": rows}

    def tidy(self) -> list[dict[str, Any]]:
        """One row per bin and forecaster, the model among them: ``who``, ``p``, and the model's intervals."""
        found: list[dict[str, Any]] = []
        for row in self.rows:
            head = {"kind": row.kind, "deadline": str(row.deadline)}
            found += [{**head, "who": platform, "p": p} for platform, p in row.crowd.items()]
            if row.model:
                intervals = {key: getattr(row.model, key) for key in ("lo", "hi", "mc_lo", "mc_hi")}
                found.append({**head, "who": "model", "p": row.model.p, **intervals})
        return found


def crowd_table(
    run: Run, forecasts: str | os.PathLike[str] | None = None, asked: date | None = None
) -> CrowdTable | None:
    """The run beside the crowd that its scenario names, or None where it names none.

    ``forecasts`` (a file as ``sources.forecasts`` reads) and ``asked`` (a day) take the place of the scenario's.
    Raises ParleyError where no day is named, where the file is not sound (with its line), and where it holds no
    forecast of that day.
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
        raise ParleyError(f"{shown}: of which day? the scenario names none")
    said = list(forecasts_of(shown, shown, day, data))
    found = [forecast for forecast in said if forecast.tier not in NOT_COUNTED]
    if not found:
        raise ParleyError(f"{shown}: holds no forecast of {day} that a run can be set beside")
    return CrowdTable(
        run.name,
        run.scenario.supposes,
        run.scenario.start,
        day,
        shown,
        named.note if named else "",
        tuple(dict.fromkeys(forecast.platform for forecast in found)),
        rows := tuple(_rows(run, found)),
        _holidays(run, max((row.weeks for row in rows if row.model), default=0)),
        len(said) - len(found),
    )


def in_words(day: date) -> str:
    """``8 May 2025``."""
    return f"{day.day} {day:%B} {day.year}"


def weeks_until(start: date, deadline: date) -> int:
    """Whole weeks from the start through the deadline's own day, to the nearest; 0 or less if it has passed."""
    return round(((deadline - start).days + 1) / 7)


# -- the bins --------------------------------------------------------------------------------------


def _rows(run: Run, forecasts: Sequence[Forecast]) -> Iterator[CrowdRow]:
    """By deadline and tier; then how long the halt lasts if one begins by the last deadline; then both together."""
    bins = sorted({(TIERS[::-1].index(f.tier), f.deadline) for f in forecasts if f.deadline is not None})
    for number, deadline in bins:
        tier = TIERS[::-1][number]
        asked = [f for f in forecasts if (f.tier, f.deadline) == (tier, deadline)]
        yield _row(run, tier, asked[0].question, deadline, {f.platform: f.probability for f in asked})
    durations = [f for f in forecasts if f.tier == "duration"]
    mutual = [f for f in forecasts if f.tier == "mutual" and f.deadline is not None]
    if not durations or not mutual:
        return
    last = max(f.deadline for f in mutual if f.deadline is not None)
    short = {f.platform: f.probability for f in durations}
    yield _row(run, "under 30 days", durations[0].question, last, short)
    yield _row(run, "30 days or more", durations[0].question, last, {who: round(1 - p, 12) for who, p in short.items()})
    asked_both = [f for f in mutual if f.deadline == last and f.platform in short]
    both = {f.platform: round(f.probability * (1 - short[f.platform]), 12) for f in asked_both}
    if both:
        yield _row(run, "lasting", "its two numbers multiplied", last, both)


def _row(run: Run, kind: str, question: str, deadline: date, crowd: dict[str, float]) -> CrowdRow:
    weeks = weeks_until(run.scenario.start, deadline)
    last_day = run.scenario.start + timedelta(days=7 * weeks - 1)
    is_reached = 0 < weeks <= run.scenario.horizon_weeks
    return CrowdRow(kind, question, deadline, last_day, weeks, crowd, _own(run, kind, weeks) if is_reached else None)


def _own(run: Run, kind: str, weeks: int) -> Headline | None:
    """The run's odds in a bin of so many weeks; None where no halt began, so that nothing can be said of how long."""
    if kind in ("under 30 days", "30 days or more"):
        found = _lasting(run, weeks, kind == "30 days or more").odds()
        return anchor(found, None) if found.n else None
    tier = "durable" if kind == "lasting" else kind
    name = f"{tier}_week"
    event = merged({tier: HitTally.of(begun(columns[name], weeks))} for columns in run.blocks(name))[tier]
    return anchor(event.odds(run.commonest_effect), reference_at(run.scenario, tier, 7 * weeks))


def _lasting(run: Run, weeks: int, is_long: bool) -> GivenTally:
    """Of the halts agreed by both within so many weeks, how many last 30 days or more, or less."""

    def counted(columns: Columns) -> GivenTally:
        began, is_holiday = _first_agreed(columns, weeks)
        lasted = ~is_holiday & (columns["halt_weeks"] >= DURABLE_DRAWS)
        return GivenTally.of(lasted if is_long else ~lasted, began)

    return merged({"": counted(columns)} for columns in run.blocks(*AGREED, "halt_weeks"))[""]


def _first_agreed(columns: Columns, weeks: int) -> tuple[Hits, Hits]:
    """Whether a halt agreed by both began within so many weeks, and whether the first one was a holiday truce.

    An agreed holiday truce comes before the first signed halt, or without one, and never lasts 30 days.
    """
    agreed, signed = (columns[name] for name in AGREED)
    began = begun(agreed, weeks)
    return began, began & (signed != agreed)


def _holidays(run: Run, weeks: int) -> float:
    found = sum(int(np.count_nonzero(_first_agreed(columns, weeks)[1])) for columns in run.blocks(*AGREED))
    return found / run.n_trials
