"""Whether a forecast comes from other wars alone: one spelling for each war, and wars that are one under two names.

Leaving a war out leaves out the rows of its ``cluster``. So names of clusters (and ids of rows) are compared without
case, form and spaces, and rows of two clusters that look like one war are found: the same sides while the times from
the start of the war to the opening of talks overlap, or one side in common and talks opened on the same day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sim.errors import ParleyError
from sim.evidence.calibration.episodes import SIDES, Episode, name_key
from sim.scenario.diagnostics import escaped, fold

ACTORS = re.compile(r"[,;/&+()\[\]|]|\band\b")
LEAST_SHARED = 0.1
"""Share of the shorter time that two wars have in common: less are some days at the seam between two wars."""
MOST_NAMED = 3


class Overlap(NamedTuple):
    """Two wars by name, with a row of each that shows them to be one; the second row teaches the first."""

    wars: tuple[str, str]
    rows: tuple[Episode, Episode]

    @property
    def words(self) -> str:
        """Return both wars with the ids of their rows."""
        said = (f"`{escaped(war)}` ({escaped(row.episode_id)})" for war, row in zip(self.wars, self.rows, strict=True))
        return " and ".join(said)


def unify_war_names(episodes: Sequence[Episode], as_of: date | None) -> list[Episode]:
    """Return the episodes with each war spelt as in its first row, rows opened after ``as_of`` counting last."""
    spelling: dict[str, str] = {}
    for episode in sorted(episodes, key=lambda one: as_of is not None and one.talks_opened > as_of):
        spelling.setdefault(name_key(episode.cluster), episode.cluster)
    return [replace(episode, cluster=spelling[name_key(episode.cluster)]) for episode in episodes]


def overlaps(targets: Sequence[Episode], teachers: Sequence[Episode]) -> list[Overlap]:
    """Find every pair of wars that look like one, where a scored row of the one teaches a target of the other."""
    found: dict[tuple[str, str], Overlap] = {}
    by_actor: dict[str, list[Episode]] = {}
    for teacher in teachers:
        for actor in set().union(*sides_of(teacher)) if teacher.is_scored else ():
            by_actor.setdefault(actor, []).append(teacher)
    for target in targets:
        actors = set().union(*sides_of(target))
        near = {teacher.episode_id: teacher for actor in actors for teacher in by_actor.get(actor, ())}
        for teacher in near.values():
            first, second = sorted((target.cluster, teacher.cluster))
            if first != second and (first, second) not in found and is_same_war(target, teacher):
                found[first, second] = Overlap((target.cluster, teacher.cluster), (target, teacher))
    return list(found.values())


def sides_of(episode: Episode) -> tuple[frozenset[str], frozenset[str]]:
    """Return the actors of either side, without case and accents; none where the row does not name the side."""
    return _actors(episode.side_a), _actors(episode.side_b)


def _actors(side: str) -> frozenset[str]:
    if side in SIDES:
        return frozenset()
    parts = (" ".join(part.split()) for part in ACTORS.split(unicodedata.normalize("NFKC", side)))
    return frozenset(fold(part) for part in parts if part)


def is_same_war(one: Episode, other: Episode) -> bool:
    """Return whether two rows look like talks of one war, whatever it is called."""
    (a, b), (c, d) = sides_of(one), sides_of(other)
    has_same_sides = bool((a & c and b & d) or (a & d and b & c))
    last, first = min(one.talks_opened, other.talks_opened), max(one.war_start, other.war_start)
    shared, shorter = max(0, (last - first).days + 1), min(one.age_days, other.age_days) + 1
    if has_same_sides and shared > LEAST_SHARED * shorter:
        return True
    return one.talks_opened == other.talks_opened and bool((a | b) & (c | d))


def refuse_overlaps(found: Sequence[Overlap]) -> None:
    """Raise ParleyError that names the wars, and what to do."""
    if not found:
        return
    more = f" and {len(found) - MOST_NAMED} more pairs" if len(found) > MOST_NAMED else ""
    pairs = "; ".join(overlap.words for overlap in found[:MOST_NAMED]) + more
    raise ParleyError(
        f"expected wars that differ, got two names for what looks like one (the same sides at the same time): {pairs}. "
        "Each would be forecast from its own outcome. Write the same name in `cluster`, or accept them as two wars "
        "with --allow-overlap"
    )


def claim(found: Sequence[Overlap]) -> str:
    """Return what may be said of forecasts that leave out the rows of their war."""
    if not found:
        return "each from other wars alone (leave one war out)"
    pairs = "; ".join(overlap.words for overlap in found[:MOST_NAMED])
    more = " and others" if len(found) > MOST_NAMED else ""
    return f"each without the rows of its own `cluster`; not from other wars alone, for these may be one: {pairs}{more}"


def unchecked(episodes: Sequence[Episode]) -> Iterator[Episode]:
    """Return the rows that do not name both sides: whether their war is there under another name is unknown."""
    return (episode for episode in episodes if not all(sides_of(episode)))
