"""Which trial to replay: the first that lasted, the median, the closest to a deal, one with a given failure reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.outcome_columns import TAGS, Columns
from sim.results.run import Run
from sim.scenario.diagnostics import nearest
from sim.statistics.horizons import check_tier


def first(run: Run, tier: str = "durable") -> int:
    """Return the number of the first trial with a ceasefire of ``tier``; raise ParleyError if there is none."""
    name = f"{check_tier(tier)}_week"
    found = _first(run, (name,), lambda columns: columns[name] >= 0)
    if found is None:
        raise ParleyError(f"{run.name}: no trial had a {tier} halt; {available(run)}")
    return found


def median(run: Run, tier: str = "durable") -> int:
    """Return the trial whose ceasefire of ``tier`` began in the median week of those that had one.

    With an even number the earlier of the two middle weeks; of several trials with that week the first.
    """
    name, start = f"{check_tier(tier)}_week", first(run, tier)
    upto = np.cumsum(_counted(run, name, run.scenario.horizon_weeks + run.scenario.follow_up_weeks)[1:])
    middle = int(np.searchsorted(upto, (upto[-1] - 1) // 2, side="right"))
    found = _first(run, (name,), lambda columns: columns[name] == middle)
    return start if found is None else found


def worst_miss(run: Run) -> int:
    """Return the trial that was closest to a deal without one: the least shortfall, the first of several.

    Counts trials that talked, never had a range, and had neither a ceasefire of any kind nor a victory.
    """
    least, found = np.inf, -1
    for columns in run.blocks("trial", "halt_week", "broad_week", "victory", "best_week", "shortfall"):
        missed = (columns["halt_week"] < 0) & (columns["broad_week"] < 0) & (columns["victory"] == 0)
        places = np.flatnonzero(missed & (columns["best_week"] >= 0))
        lacking = columns["shortfall"][places]
        if len(places) and lacking.min() < least:
            least, found = float(lacking.min()), int(columns["trial"][places[np.argmin(lacking)]])
    if found < 0:
        raise ParleyError(f"{run.name}: no trial talked in vain without any halt; {available(run)}")
    return found


def with_reason(run: Run, tag: str) -> int:
    """Return the first trial that failed for this reason; ParleyError names the reasons there are, with counts."""
    if tag not in TAGS:
        close = nearest(tag, TAGS)
        hint = f"; did you mean {close}?" if close else ""
        raise ParleyError(f"tag: expected one of {', '.join(TAGS)}, got {tag!r}{hint}")
    found = _first(run, ("tag",), lambda columns: columns["tag"] == TAGS.index(tag))
    if found is None:
        raise ParleyError(f"{run.name}: no trial failed with the tag {tag}; {available(run)}")
    return found


def available(run: Run) -> str:
    """Word the outcomes of a run's trials: ``there are combined 61, process 20; durable halts 19``."""
    codes = _counted(run, "tag", len(TAGS)).tolist()
    counts = dict(zip(TAGS, codes[1:], strict=True))
    found = sorted((tag for tag in counts if counts[tag]), key=lambda tag: -counts[tag])
    said = ", ".join(f"{tag} {counts[tag]:,}" for tag in found) or "no failures"
    return f"there are {said}; lasting halts {codes[0]:,}"


def _counted(run: Run, name: str, n: int) -> NDArray[np.int64]:
    """Count the trials with each code from -1 to n - 1."""
    found = np.zeros(n + 1, np.int64)
    for columns in run.blocks(name):
        found += np.bincount(columns[name] + 1, minlength=n + 1)
    return found


def _first(run: Run, names: tuple[str, ...], holds: Callable[[Columns], NDArray[np.bool_]]) -> int | None:
    """Return the number of the first trial that meets a condition; no block behind it is read."""
    for columns in run.blocks("trial", *names):
        places = np.flatnonzero(holds(columns))
        if len(places):
            return int(columns["trial"][places[0]])
    return None
