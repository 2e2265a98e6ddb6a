"""Cells of a table: numbers with a decimal point or comma, dates with or without a time, true and false."""

from __future__ import annotations

import re
from datetime import date, datetime

PLAIN_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
WITH_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+([eE][-+]?[0-9]+)?")
LIKE_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
"""What may be a fraction where commas are decimal, and a thousand where they group digits."""
TRUTHS = {"true": 1, "false": 0}

DAY_WITH_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
TIME = r"([T ]\d{1,2}:\d{2}(:\d{2})?)?"
DAY_FIRST_OR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})" + TIME, re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})" + TIME, re.ASCII)
EXAMPLE = "a date such as 2025-05-15"


def day_of(text: str) -> date | None:
    """Parse a day in ISO 8601 (``2025-05-15``, with or without a time of day); None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).date() if DAY_WITH_TIME.fullmatch(text) else None
    except ValueError:
        return None


def expected_day(text: str) -> str:
    """Describe the day that is expected in place of ``text``, and which days it may mean."""
    if found := YEAR_FIRST.fullmatch(text):
        days = _days(*map(int, found.groups()[:3]))
        return f"{EXAMPLE}, with hyphens" + (f" ({days[0]}?)" if days else "")
    if not (found := DAY_FIRST_OR_LAST.fullmatch(text)):
        return EXAMPLE
    first, _, second, year = found.groups()[:4]
    if len(year) < 4:
        return f"{EXAMPLE}, with a year of four digits first"
    meant = dict.fromkeys([*_days(int(year), int(second), int(first)), *_days(int(year), int(first), int(second))])
    return f"{EXAMPLE}, year first" + (f" ({' or '.join(map(str, meant))}?)" if meant else "")


def _days(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []
