"""Coded negotiation episodes: reading them from CSV, and what of them was known by a date.

Columns and coding rules are in scenarios/history/README.md. A cell that breaks them is named with its line and
column. As of a date, nothing later is ever read: neither rows opened later, nor an outcome that was not yet settled -
its cell is not even parsed.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import ParleyError
from sim.scenario.diagnostics import escaped
from sim.scenario.sources.table_file import read_table
from sim.scenario.sources.table_rows import Row, day_of

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
"""Coded whole numbers and their ranges."""
NEEDED = ("episode_id", "cluster", "talks_opened", *SCALES)
OUTCOMES = tuple(f"{prefix}_{days}" for prefix in PREFIX.values() for days in HORIZONS)
KNOWN = (
    *("name", "war_type", "side_a", "side_b", "patrons_a", "patrons_b", "mediators", "war_start", "war_age_days"),
    *("date_precision", "on_table", "first_cf", "cf_form", "days_to_first_cf", "first_cf_end", "first_cf_days"),
    *("first_cf_censored", "mutual_cf", "days_to_mutual_cf", "durable_cf", "days_to_durable_cf", "durable_cf_end"),
    *("durable_cf_days", "durable_cf_censored", "victory_date", "limited_truce", "outcome", "source", "confidence"),
    *(*OUTCOMES, *(f"cf_{days}" for days in HORIZONS)),
)
"""Optional columns."""
SIDES = ("side A", "side B")
"""How sides are called in rows that do not name them."""
WAR_TYPES = ("interstate", "internationalised", "extrasystemic", "intrastate_state_vs_de_facto_state")
MOST_ROWS = 20_000


class Coding(NamedTuple):
    """Scales of one row by a further coder, in the order of ``SCALES``."""

    coder: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Episode:
    """One coded episode, its scales by the coder of its file, and by ``further`` ones where there are any.

    ``outcomes`` by tier: for each horizon 1, 0, or None where it is blank or not yet known. ``began`` by tier: the day
    of the ceasefire, where an outcome is 1 and the day is coded.
    """

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
    began: Mapping[str, date] = field(default_factory=dict)
    further: tuple[Coding, ...] = ()

    @property
    def by_coder(self) -> dict[str, Episode]:
        """Return the row as each coder coded it, by the coder's name; "" is the coder of its file."""
        own = replace(self, further=()) if self.further else self
        codes: dict[str, dict[str, Any]] = {
            one.coder: dict(zip(SCALES, one.codes, strict=True)) for one in self.further
        }
        return {"": own} | {coder: replace(own, **scales) for coder, scales in codes.items()}

    def recoded(self, scales: Mapping[str, int]) -> Episode:
        """Return the row with some scales set to one value by every coder."""
        changes: dict[str, Any] = {**scales}
        coded = [
            Coding(one.coder, tuple(scales.get(name, code) for name, code in zip(SCALES, one.codes, strict=True)))
            for one in self.further
        ]
        return replace(self, further=tuple(coded), **changes)

    @property
    def age_days(self) -> int:
        """Return the age of the war in days when talks opened."""
        return (self.talks_opened - self.war_start).days

    @property
    def years(self) -> float:
        """Return the age of the war in years when talks opened."""
        return self.age_days / 365.25

    def has_passed(self, tier: str, days: int, as_of: date | None) -> bool:
        """Return whether the outcome by ``days`` was known either way at ``as_of``; always so without a date."""
        return _has_passed(self.talks_opened, days + LAG[tier], as_of)

    def known_at(self, tier: str, day: date) -> tuple[int | None, ...]:
        """Return the outcomes of a tier known on a day: 1 once the ceasefire counted, 0 once the time was up."""
        began = self.began.get(tier)
        passed = day.toordinal() - LAG[tier]
        opened = self.talks_opened.toordinal()
        seen = began is not None and opened <= began.toordinal() <= passed
        in_time = [seen and began is not None and began.toordinal() <= opened + days for days in HORIZONS]
        return tuple(
            value if opened + days <= passed or (value == 1 and early) else None
            for value, days, early in zip(self.outcomes[tier], HORIZONS, in_time, strict=True)
        )

    @property
    def is_scored(self) -> bool:
        """Return whether any outcome is known."""
        return any(value is not None for values in self.outcomes.values() for value in values)


def _has_passed(day: date, days: int, as_of: date | None) -> bool:
    """Return whether ``days`` after ``day`` had passed at ``as_of``; in ordinals, which never overflow."""
    return as_of is None or day.toordinal() + days <= as_of.toordinal()


@dataclass(frozen=True)
class EpisodeFile:
    """Episodes of a file, and how many rows were passed over because they opened after the as-of date.

    ``ids`` are those of all rows as they stand in the file, of rows that were passed over too.
    """

    episodes: tuple[Episode, ...]
    n_later: int = 0
    ids: tuple[str, ...] = ()


def name_key(name: str) -> str:
    """Return ``name`` without case, form (NFKC) and spaces: two names with one key are one name."""
    return "".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def read_episodes(path: str | os.PathLike[str], as_of: date | None = None, *, keep_later: bool = False) -> EpisodeFile:
    """Read the episodes of a CSV file, as known at ``as_of``.

    Rows opened later are passed over; with ``keep_later`` they are kept without outcomes, as questions to forecast,
    unless their codes break the rules or their id is another row's. Raises ParleyError naming file, line and column
    of the first broken cell.
    """
    table = read_table(Path(path), NEEDED, KNOWN, most_rows=MOST_ROWS, are_checked=False)
    if not {"war_start", "war_age_days"} & set(table.columns):
        raise ParleyError(f"{table.shown}: {table.unit} 1: there is no column `war_start` (or `war_age_days`)")
    found: dict[int, Episode] = {}
    seen: dict[str, int] = {}
    later = []
    for row in table.rows:
        if as_of is not None and row.date("talks_opened") > as_of:
            later.append(row)
            continue
        episode = _episode(row, {tier: _outcomes(row, tier, as_of) for tier in TIERS}, as_of)
        if (before := seen.setdefault(name_key(episode.episode_id), row.line)) != row.line:
            row.refuse("episode_id", f"expected an id of its own, got `{escaped(episode.episode_id)}` of line {before}")
        found[row.line] = episode
    for row in later if keep_later else ():
        try:
            question = _episode(row, {tier: (None,) * len(HORIZONS) for tier in TIERS}, as_of)
        except ParleyError:
            continue
        if seen.setdefault(name_key(question.episode_id), row.line) == row.line:
            found[row.line] = question
    ids = tuple(row.text("episode_id") for row in table.rows)
    return EpisodeFile(tuple(found[line] for line in sorted(found)), len(later), ids)


def _episode(row: Row, outcomes: Mapping[str, tuple[int | None, ...]], as_of: date | None) -> Episode:
    """Read the codes of a row; the text of its outcome only once the year that outcomes are about had passed."""
    row.check()
    opened = row.date("talks_opened")
    if row.text("war_start") or "war_age_days" not in row.cells:
        start = row.date("war_start")
        if start > opened:
            row.refuse("war_start", f"expected a day not after talks opened on {opened}, got {start}")
    else:
        start = opened - timedelta(days=row.whole("war_age_days", 0, min(36_500, opened.toordinal() - 1)))
    codes: dict[str, Any] = dict(zip(SCALES, scales_of(row), strict=True))
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
        began={tier: day for tier in TIERS if 1 in outcomes[tier] and (day := day_of(row.text(f"{tier}_cf")))},
        outcome=row.text("outcome") if _has_passed(opened, HORIZONS[-1] + LAG["durable"], as_of) else "",
        **codes,
    )


def scales_of(row: Row) -> tuple[int, ...]:
    """Read the scales of a row, in the order of ``SCALES``."""
    return tuple(row.whole(name, *limits) for name, limits in SCALES.items())


def _outcomes(row: Row, tier: str, as_of: date | None) -> tuple[int | None, ...]:
    """Read the outcomes of a tier: 1, 0 or None; as of a date, a cell that was not yet settled is not parsed."""
    values: list[int | None] = []
    for days in HORIZONS:
        column = f"{PREFIX[tier]}_{days}"
        is_read = _is_settled(row, tier, days, as_of) and row.text(column)
        values.append(row.whole(column, 0, 1) if is_read else None)
        if values[-1] == 0 and 1 in values:
            row.refuse(column, "expected 1 after a 1, since what has begun stays begun, got 0")
    return tuple(values)


def _is_settled(row: Row, tier: str, days: int, as_of: date | None) -> bool:
    """Return whether the outcome by ``days`` was known: its time had passed, or it had happened and proved durable."""
    opened = row.date("talks_opened")
    if as_of is None or _has_passed(opened, days + LAG[tier], as_of):
        return True
    began = day_of(row.text(f"{tier}_cf"))
    return began is not None and _has_passed(began, LAG[tier], as_of) and 0 <= (began - opened).days <= days


def shipped() -> Path:
    """Return the episodes that ship with the package, whatever lies in the working folder."""
    from sim.scenario.sources.search_path import roots

    return roots()[-1] / "history" / "episodes.csv"
