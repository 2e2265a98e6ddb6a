"""Published forecasts of a war, from a CSV file: who, when, of what, by which date, how likely."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sim.scenario.sources.table_file import read_table
from sim.scenario.sources.table_rows import Row

COLUMNS = ("forecast_date", "platform", "question", "deadline", "outcome_tier", "probability")
OTHER_COLUMNS = ("date_precision", "source", "confidence")
COUNTED = ("durable", "mutual", "broad")
"""Tiers of a ceasefire: those of every run."""
DURATION = "duration"
NOT_COUNTED = ("durable_intended", "other")
"""Events that a file may hold and no run is compared with: a ceasefire meant to last, and any other."""
EVENTS = (*COUNTED, DURATION, *NOT_COUNTED)
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Forecast:
    """One row of the file: a forecast probability. ``deadline`` is None where the question has none."""

    platform: str
    question: str
    deadline: date | None
    tier: str
    probability: float


def forecasts_of(path: str | os.PathLike[str], shown: str, day: date, data: bytes | None = None) -> Iterator[Forecast]:
    """Yield the forecasts in ``path`` of ``day``, in the order of the file; ``data`` is its content, if known.

    Every row is checked. Raises ParleyError with the file as ``shown``, line and column of the first cell that is
    wrong: a day, an event that is none of ``EVENTS``, a probability.
    """
    for row in read_table(path, COLUMNS, OTHER_COLUMNS, shown=shown, data=data).rows:
        made = None if MONTH.fullmatch(row.text("forecast_date")) else row.date("forecast_date")
        forecast = _forecast(row)
        if made == day:
            yield forecast


def _forecast(row: Row) -> Forecast:
    event = row.one_of("outcome_tier", EVENTS)
    deadline = None if event == DURATION else row.date("deadline")
    return Forecast(row.text("platform"), row.text("question"), deadline, event, row.number("probability", 0, 1))
