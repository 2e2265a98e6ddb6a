"""What two readings of the same sources do to the odds: the file's, the second reader's, and both pooled.

The luck of all runs is the same, so that a difference is one of reading. ``swapped`` puts the second reader's numbers
into the file one at a time, which says where the disagreement matters; what numbers do together it does not say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.errors.arguments import checked_arguments
from sim.evidence.intercoder.merge_readings import Mended, read_again
from sim.evidence.intercoder.second_reading import compare
from sim.execution.request import Request
from sim.execution.run import run_many
from sim.results.run import Run
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_TRIALS = 20_000
Progress = Callable[[str, int, int], None]
NOTES = (
    "The second reading was not calibrated: the record's draws multiply its numbers as they multiply the file's.",
    "Where judgements of the file were set with its odds in view (its head says so), its odds lie where its author "
    "expected them; the second reader's need not.",
)


@dataclass(frozen=True)
class Cell:
    """Odds of a durable halt by a day under one reading: headline ``p`` with its 90 % band over what is not known, and
    the model alone with its own; all fractions."""

    days: int
    p: float
    lo: float
    hi: float
    model: float
    model_lo: float
    model_hi: float


@dataclass(frozen=True)
class Reading:
    """One reading of a scenario: its name, how many numbers are the second reader's, what had to be mended, its odds by
    day, and the share of trials in which a side wins (both sides together)."""

    reading: str
    n_read: int
    mended: tuple[Mended, ...]
    odds: tuple[Cell, ...]
    victory: float


@dataclass(frozen=True)
class Readings:
    """All readings of one scenario, the file's first."""

    scenario: str
    trials: int
    seed: int
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = NOTES

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def table(self) -> pd.DataFrame:
        """One row per reading and day."""
        import pandas as pd

        rows = [(one, cell) for one in self.readings for cell in one.odds]
        return pd.DataFrame([{"reading": one.reading, "n_read": one.n_read, **asdict(cell)} for one, cell in rows])


@checked_arguments
def odds_of_readings(
    name: str,
    sheet: str | os.PathLike[str],
    *,
    misread: Collection[str] = (),
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Readings:
    """The scenario called ``name`` run under each reading, with the same luck.

    Readings: ``file``; ``second``, all numbers of the sheet; ``second, calibrated numbers kept``, which leaves those
    that the record's draws move as the file has them; ``second, as meant`` (only where ``misread`` names paths that
    the reader took otherwise than the model means: these stay the file's); ``pool``, both pooled number by number.
    Raises ParleyError as ``compare`` does, and for counts that cannot be.
    """
    filled = [one.path for one in compare(name, sheet).differences]
    wanted: dict[str, dict[str, Any]] = {"second": {}, "second, calibrated numbers kept": {"keeps_calibrated": True}}
    if misread:
        wanted["second, as meant"] = {"only": [path for path in filled if path not in misread]}
    wanted["pool"] = {"how": "pool"}
    read = {label: read_again(name, sheet, **how) for label, how in wanted.items()}
    scenarios = {"file": load(name), **{label: one.scenario for label, one in read.items()}}
    found = []
    for label, done in zip(scenarios, _runs(scenarios.items(), trials, seed, workers, progress), strict=True):
        one = read.get(label)
        odds = tuple(_cell(done, days) for days in horizons(done.scenario))
        victory = sum(float(p) for p in done.summary["victory"].values())
        found.append(Reading(label, len(one.read) if one else 0, one.mended if one else (), odds, victory))
    return Readings(name, trials, seed, tuple(found))


def _runs(
    scenarios: Iterable[tuple[str, Scenario]], trials: int, seed: int, workers: int | None, progress: Progress | None
) -> Iterator[Run]:
    requests = [Request(scenario, label, trials=trials, seed=seed) for label, scenario in scenarios]
    return run_many(requests, workers=workers, progress=progress)


def _cell(done: Run, days: int) -> Cell:
    odds = done.odds("durable", days)
    return Cell(days, odds.p, odds.lo, odds.hi, odds.model, odds.model_lo, odds.model_hi)


@dataclass(frozen=True)
class Swap:
    """One number of the file replaced by the second reader's: the odds with it, headline and model alone, and by how
    many points (fractions) each moves from the file's. ``mended`` counts numbers that had to move with it."""

    path: str
    verdict: str
    file: tuple[float, float, float]
    second: tuple[float, float, float]
    p: float
    moved: float
    model: float
    model_moved: float
    mended: int


@dataclass(frozen=True)
class Swaps:
    """Every number read twice, swapped alone, those that move the headline most first."""

    scenario: str
    days: int
    trials: int
    seed: int
    p: float
    model: float
    swaps: tuple[Swap, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def table(self) -> pd.DataFrame:
        """One row per number."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.swaps], columns=list(Swap.__dataclass_fields__))


@checked_arguments
def swapped(
    name: str,
    sheet: str | os.PathLike[str],
    *,
    days: int = 365,
    paths: Collection[str] | None = None,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Swaps:
    """The file with one number at a time as the second reader has it: ``paths`` of the sheet, or all that differ.

    A number alone may break a rule (points no longer sum to 100); what goes with it is mended as in ``read_again``.
    Raises ParleyError for a path without a reading and for days that are no horizon.
    """
    found = {one.path: one for one in compare(name, sheet).differences}
    chosen = list(found) if paths is None else list(paths)
    read = {path: read_again(name, sheet, only=(path,)) for path in chosen}
    scenarios = {"file": load(name), **{path: one.scenario for path, one in read.items()}}
    done = _runs(scenarios.items(), trials, seed, workers, progress)
    base = next(done).odds("durable", days)
    swaps = []
    for path, run in zip(chosen, done, strict=True):
        one, odds = found[path], run.odds("durable", days)
        file, second = (one.file_low, one.file_central, one.file_high), (one.low, one.central, one.high)
        moved, model_moved = odds.p - base.p, odds.model - base.model
        mended = len([each for each in read[path].mended if each.path != path])
        swaps.append(Swap(path, one.verdict, file, second, odds.p, moved, odds.model, model_moved, mended))
    swaps.sort(key=lambda one: -abs(one.moved))
    return Swaps(name, days, trials, seed, base.p, base.model, tuple(swaps))
