"""Coded negotiation episodes: reading them from CSV, and what of them was known by a date.

Columns and coding rules are in scenarios/history/README.md. A cell that breaks them is named with its line and
column. As of a date, what came later is never read: neither rows opened later, nor an outcome that was not yet
settled - its cell is not even parsed.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sim.errors import ParleyError
from sim.scenario.diagnostics import escaped
from sim.scenario.sources.table_cells import day_of
from sim.scenario.sources.table_file import read_table
from sim.scenario.sources.table_rows import Row

HORIZONS = (30, 90, 180, 365)
TIERS = ("durable", "mutual")
PREFIX = {"durable": "dur30", "mutual": "mut"}
LAG = {"durable": 30, "mutual": 0}
"""Days until what has begun is known to count."""

SCALES: dict[str, tuple[int, int]] = {
    "momentum_a": (-2, 2),
    "stalemate": (0, 2),
    "mediator_leverage": (0, 3),
    "patron_a": (0, 3),
    "patron_b": (0, 3),
    "attendance": (0, 3),
    "guarantees": (0, 3),
    "maximalism_a": (0, 3),
    "maximalism_b": (0, 3),
    "prior_failed_cf": (0, 1000),
    "coercive_pressure": (0, 3),
}
"""Coded whole numbers and what they may be."""
NEEDED = ("episode_id", "cluster", "talks_opened", *SCALES)
OUTCOMES = tuple(f"{prefix}_{days}" for prefix in PREFIX.values() for days in HORIZONS)
KNOWN = (
    *("name", "war_type", "side_a", "side_b", "patrons_a", "patrons_b", "mediators", "war_start", "war_age_days"),
    *("date_precision", "on_table", "first_cf", "cf_form", "days_to_first_cf", "first_cf_end", "first_cf_days"),
    *("first_cf_censored", "mutual_cf", "days_to_mutual_cf", "durable_cf", "days_to_durable_cf", "durable_cf_end"),
    *("durable_cf_days", "durable_cf_censored", "victory_date", "limited_truce", "outcome", "source", "confidence"),
    *(*OUTCOMES, *(f"cf_{days}" for days in HORIZONS)),
)
"""Columns that may be there beside those that are needed."""
SIDES = ("side A", "side B")
"""How sides are called in rows that do not name them."""
WAR_TYPES = ("interstate", "internationalised", "extrasystemic", "intrastate_state_vs_de_facto_state")
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Episode:
    """One coded episode. ``outcomes`` by tier: for each horizon 1, 0, or None where it is blank or not yet known."""

    episode_id: str
    cluster: str
    name: str
    war_type: str
    side_a: str
    side_b: str
    war_start: date
    talks_opened: date
    momentum_a: int
    stalemate: int
    mediator_leverage: int
    patron_a: int
    patron_b: int
    attendance: int
    guarantees: int
    maximalism_a: int
    maximalism_b: int
    prior_failed_cf: int
    coercive_pressure: int
    outcomes: Mapping[str, tuple[int | None, ...]]
    outcome: str = ""

    @property
    def age_days(self) -> int:
        return (self.talks_opened - self.war_start).days

    @property
    def years(self) -> float:
        return self.age_days / 365.25

    def has_passed(self, tier: str, days: int, as_of: date | None) -> bool:
        """Whether by ``as_of`` it is known either way what came within ``days``; always so without a date."""
        return as_of is None or self.talks_opened.toordinal() + days + LAG[tier] <= as_of.toordinal()

    @property
    def is_scored(self) -> bool:
        return any(value is not None for values in self.outcomes.values() for value in values)


@dataclass(frozen=True)
class Reading:
    """Episodes of a file, and how many rows were passed over because they opened after the as-of date."""

    episodes: tuple[Episode, ...]
    n_later: int = 0


def same_name(name: str) -> str:
    """``name`` without case, form (NFKC) and spaces: two names with one key are one name."""
    return "".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def read_episodes(path: str | os.PathLike[str], as_of: date | None = None, *, keep_later: bool = False) -> Reading:
    """Episodes of a CSV file, as known at ``as_of``.

    Rows opened later are passed over; with ``keep_later`` they are kept without outcomes, as questions to forecast,
    unless their codes break the rules or their id is another row's. Raises ParleyError naming file, line and column
    of the first broken cell.
    """
    found: dict[int, Episode] = {}
    seen: dict[str, int] = {}
    later = []
    for row in _rows(Path(path)):
        if as_of is not None and row.date("talks_opened") > as_of:
            later.append(row)
            continue
        episode = _episode(row, _outcomes(row, as_of), _is_over(row, as_of))
        if (before := seen.setdefault(same_name(episode.episode_id), row.line)) != row.line:
            row.refuse("episode_id", f"`{escaped(episode.episode_id)}` came before, in line {before}")
        found[row.line] = episode
    for row in later if keep_later else ():
        question = _question(row)
        if question is not None and seen.setdefault(same_name(question.episode_id), row.line) == row.line:
            found[row.line] = question
    return Reading(tuple(found[line] for line in sorted(found)), len(later))


def _rows(path: Path) -> list[Row]:
    """The rows of the file; its header is checked for the columns that are needed, and for names that are none."""
    table = read_table(path, NEEDED, KNOWN, most_rows=MOST_ROWS, are_checked=False)
    if not {"war_start", "war_age_days"} & set(table.columns):
        raise ParleyError(f"{table.shown}: {table.unit} 1: there is no column `war_start` (or `war_age_days`)")
    return table.rows


def _episode(row: Row, outcomes: Mapping[str, tuple[int | None, ...]], is_over: bool) -> Episode:
    row.check()
    opened = row.date("talks_opened")
    if row.text("war_start") or "war_age_days" not in row.cells:
        start = row.date("war_start")
        if start > opened:
            row.refuse("war_start", f"expected a day not after talks opened on {opened}, got {start}")
    else:
        start = opened - timedelta(days=row.whole("war_age_days", 0, min(36_500, opened.toordinal() - 1)))
    codes: dict[str, Any] = {name: row.whole(name, *limits) for name, limits in SCALES.items()}
    return Episode(
        episode_id=row.needed("episode_id"),
        cluster=row.needed("cluster"),
        name=row.text("name") or row.text("episode_id"),
        war_type=row.one_of("war_type", WAR_TYPES) if row.text("war_type") else "",
        side_a=row.text("side_a") or SIDES[0],
        side_b=row.text("side_b") or SIDES[1],
        war_start=start,
        talks_opened=opened,
        outcomes=outcomes,
        outcome=row.text("outcome") if is_over else "",
        **codes,
    )


def _question(row: Row) -> Episode | None:
    """A row opened after the as-of date: its codes alone, or None where they break the rules."""
    try:
        return _episode(row, {tier: (None,) * len(HORIZONS) for tier in TIERS}, is_over=False)
    except ParleyError:
        return None


def _outcomes(row: Row, as_of: date | None) -> dict[str, tuple[int | None, ...]]:
    found = {}
    for tier in TIERS:
        values = tuple(_outcome(row, tier, days, as_of) for days in HORIZONS)
        begun = False
        for days, earlier, value in zip(HORIZONS[1:], values, values[1:], strict=False):
            begun = begun or earlier == 1
            if begun and value == 0:
                row.refuse(f"{PREFIX[tier]}_{days}", "0 came after a 1: what has begun stays begun")
        found[tier] = values
    return found


def _outcome(row: Row, tier: str, days: int, as_of: date | None) -> int | None:
    """1, 0 or None; as of a date, a cell that was not yet settled is not parsed."""
    column = f"{PREFIX[tier]}_{days}"
    if as_of is not None and not _is_settled(row, tier, days, as_of):
        return None
    value = row.text(column)
    return row.whole(column, 0, 1) if value else None


def _is_over(row: Row, as_of: date | None) -> bool:
    """Whether the year that outcomes are about had passed, so that what came of the talks may be read."""
    last = HORIZONS[-1] + LAG["durable"]
    return as_of is None or row.date("talks_opened").toordinal() + last <= as_of.toordinal()


def _is_settled(row: Row, tier: str, days: int, as_of: date) -> bool:
    """Whether the outcome by ``days`` was known: its time had passed, or it had happened (durable: 30 days before)."""
    lag = LAG[tier]
    opened = row.date("talks_opened").toordinal()
    if opened + days + lag <= as_of.toordinal():
        return True
    day = day_of(row.text(f"{tier}_cf"))
    if day is None:
        return False
    began = day.toordinal()
    return began + lag <= as_of.toordinal() and opened <= began <= opened + days


def shipped() -> Path:
    """The episodes that came with the package, whatever lies in the working folder."""
    from sim.scenario.sources.search_path import roots

    return roots()[-1] / "history" / "episodes.csv"
