"""Further coders of the rows of a file: sheets in the folder ``codings`` beside it, one for each coder.

A sheet has ``episode_id`` and the eleven scales, filled in by someone who has seen neither outcomes nor earlier codes;
``parley coding-sheet`` writes a blank one. A row whose scales are all blank was not coded by that coder. Outcomes are
one: they are read from the episodes alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from sim.errors import ParleyError
from sim.evidence.calibration.episodes import SCALES, Coding, Episode, EpisodeFile, name_key, scales_of
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.sources.table_file import read_table

FOLDER = "codings"
KINDS = "coders.csv"
"""Table in the folder that says of each sheet what kind of coder filled it in."""
NEEDED = ("episode_id", *SCALES)
BRIEFED = (
    *("name", "war_type", "side_a", "side_b", "patrons_a", "patrons_b", "mediators", "war_start", "talks_opened"),
    *("war_age_days", "on_table"),
)
"""Columns that a coder was shown; read here by nobody."""
MOST_CODERS = 8
"""Further coders of a file; each takes its share of the draws."""


def sheets(file: str | os.PathLike[str]) -> dict[str, Path]:
    """Return the sheets beside a file of episodes by the name of their coder, in order of the names."""
    folder = Path(file).parent / FOLDER
    found: dict[str, Path] = {}
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.xlsx")]):
        if path.name == KINDS:
            continue
        if path.stem in found:
            raise ParleyError(f"{path}: expected one sheet of each coder, got {found[path.stem].name} too")
        found[path.stem] = path
    if len(found) > MOST_CODERS:
        raise ParleyError(f"{folder}: expected at most {MOST_CODERS} sheets of coders, got {len(found)}")
    return found


def kinds(file: str | os.PathLike[str]) -> dict[str, str]:
    """Return what kind of coder filled in each sheet beside a file, and the file itself (""), where that is stated."""
    path = Path(file).parent / FOLDER / KINDS
    if not path.is_file():
        return {}
    table = read_table(path, ("coder", "kind"), ())
    return {row.text("coder"): row.needed("kind") for row in table.rows}


def with_codings(file: str | os.PathLike[str], reading: EpisodeFile, as_of: date | None = None) -> EpisodeFile:
    """Return the episodes of a file with their further codings.

    Parameters
    ----------
    file
        The file of episodes; sheets lie in the folder ``codings`` beside it.
    reading
        Its episodes as read.
    as_of
        Codings of rows opened later that break the rules are passed over, as such rows are.

    Returns
    -------
    EpisodeFile
        The same rows, each with a coding for every coder who filled it in.

    Raises
    ------
    ParleyError
        Naming file, line and column of the first cell that breaks the rules, and an id that the file does not have.
    """
    coded: dict[str, list[Coding]] = {}
    for coder, path in sheets(file).items():
        for key, codes in _read(path, reading, as_of):
            coded.setdefault(key, []).append(Coding(coder, codes))
    rows = tuple(_with(episode, coded.get(name_key(episode.episode_id), [])) for episode in reading.episodes)
    return replace(reading, episodes=rows)


def _with(episode: Episode, found: list[Coding]) -> Episode:
    return replace(episode, further=tuple(found)) if found else episode


def _read(path: Path, reading: EpisodeFile, as_of: date | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the codes of each row of a sheet that its coder filled in, by the key of the row's id."""
    ids = {name_key(name) for name in reading.ids}
    episodes = {name_key(episode.episode_id): episode for episode in reading.episodes}
    seen: dict[str, int] = {}
    for row in read_table(path, NEEDED, BRIEFED, are_checked=False).rows:
        name = row.needed("episode_id")
        key = name_key(name)
        if key not in ids:
            near = did_you_mean(name, list(reading.ids))
            row.refuse("episode_id", f"expected the id of a row of the episodes beside it, got `{escaped(name)}`{near}")
        if seen.setdefault(key, row.line) != row.line:
            row.refuse("episode_id", f"expected each row once, got `{escaped(name)}` of line {seen[key]} again")
        if key not in episodes or not any(row.text(column) for column in SCALES):
            continue
        try:
            row.check()
            codes = scales_of(row)
        except ParleyError:
            if as_of is not None and episodes[key].talks_opened > as_of:
                continue
            raise
        yield key, codes
