"""What two readings of the same sources do to the odds: the file's, the second coder's, and both pooled.

All runs use common random numbers, so that a difference is one of reading. ``swap_one_by_one`` puts the second coder's
numbers into the file one at a time, which shows where the disagreement matters, but not what numbers do together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.errors.arguments import checked_arguments
from sim.evidence.intercoder.merge_readings import merge_readings
from sim.evidence.intercoder.second_coding import compare_codings
from sim.execution.request import Request
from sim.execution.run import run_many
from sim.results.formatting import counted
from sim.results.run import Run
from sim.scenario.reading.load import load
from sim.scenario.reading.mending import Adjustment
from sim.scenario.sampling.readings import FILE, as_read
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
    """Odds of a durable ceasefire by a day under one reading, all fractions.

    ``p`` is the headline with its 90 % band over parameters, ``model`` the model alone with its own; ``in_force_180``
    the odds that such a ceasefire is still in force after 180 days, None where that is not known.
    """

    days: int
    p: float
    lo: float
    hi: float
    model: float
    model_lo: float
    model_hi: float
    in_force_180: float | None


@dataclass(frozen=True)
class Reading:
    """One reading of a scenario: how many numbers are the second coder's, which were adjusted, and its odds by day.

    ``victory`` is the share of trials in which a side wins, both sides together; ``victory_imposed`` the part of it
    that leaves a ceasefire imposed by the victor.
    """

    reading: str
    n_read: int
    mended: tuple[Adjustment, ...]
    odds: tuple[Cell, ...]
    victory: float
    victory_imposed: float


@dataclass(frozen=True)
class Readings:
    """All readings of one scenario, the file's first."""

    scenario: str
    trials: int
    seed: int
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = NOTES

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return how many numbers of each reading were adjusted, and why."""
        return tuple(
            f"{one.reading}: {counted(len(one.mended), 'number')} adjusted to keep the rules "
            f"({'; '.join(dict.fromkeys(each.why for each in one.mended))})."
            for one in self.readings
            if one.mended
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    def table(self) -> pd.DataFrame:
        """Return one row per reading and day."""
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
    """Run the scenario called ``name`` under each reading, with common random numbers.

    Readings: ``file``; ``second``, all numbers of the sheet; ``second, calibrated numbers kept``, which leaves those
    that the record's draws move as the file has them; ``second, as meant`` (only where ``misread`` names paths that
    the coder took otherwise than the model means: these stay the file's); ``pool``, both pooled number by number.
    Raises ParleyError as ``compare_codings`` does, and for invalid counts.
    """
    filled = [one.path for one in compare_codings(name, sheet).differences]
    wanted: dict[str, dict[str, Any]] = {"second": {}, "second, calibrated numbers kept": {"keeps_calibrated": True}}
    if misread:
        wanted["second, as meant"] = {"only": [path for path in filled if path not in misread]}
    wanted["pool"] = {"how": "pool"}
    read = {label: merge_readings(name, sheet, **how) for label, how in wanted.items()}
    scenarios = {"file": as_read(load(name), FILE), **{label: one.scenario for label, one in read.items()}}
    found = []
    for label, done in zip(scenarios, _runs(scenarios, trials, seed, workers, progress), strict=True):
        odds = []
        for days in horizons(done.scenario):
            at = done.odds("durable", days)
            kept = done.in_force_180(days)
            in_force = None if kept is None else kept.p
            odds.append(Cell(days, at.p, at.lo, at.hi, at.model, at.model_lo, at.model_hi, in_force))
        one = read.get(label)
        wins = [sum(float(p) for p in done.summary[key].values()) for key in ("victory", "victory_imposed")]
        found.append(Reading(label, len(one.read) if one else 0, one.mended if one else (), tuple(odds), *wins))
    return Readings(name, trials, seed, tuple(found))


def _runs(
    scenarios: Mapping[str, Scenario], trials: int, seed: int, workers: int | None, progress: Progress | None
) -> Iterator[Run]:
    requests = [Request(scenario, label, trials=trials, seed=seed) for label, scenario in scenarios.items()]
    return run_many(requests, workers=workers, progress=progress)


@dataclass(frozen=True)
class Swap:
    """One number of the file replaced by the second coder's, and the odds with it, headline and model alone.

    ``moved`` and ``model_moved`` are differences from the file's odds as fractions; ``mended`` counts numbers that had
    to change with it.
    """

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

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return that no number alone moves the odds, where that is so."""
        moves = any(one.moved for one in self.swaps)
        return () if moves else ("The odds do not vary over these numbers: none of them alone moves any.",)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what swaps one at a time leave out."""
        return ("What two numbers do together is not in the table.",)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    def table(self) -> pd.DataFrame:
        """Return one row per number."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.swaps], columns=list(Swap.__dataclass_fields__))


@checked_arguments
def swap_one_by_one(
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
    """Run the file with one number at a time as the second coder has it: ``paths`` of the sheet, or all that differ.

    A number alone may break a rule (points no longer sum to 100); what goes with it is adjusted as in
    ``merge_readings``. Raises ParleyError for a path without a reading and for days that are no horizon.
    """
    found = {one.path: one for one in compare_codings(name, sheet).differences}
    read = {path: merge_readings(name, sheet, only=(path,)) for path in (found if paths is None else paths)}
    scenarios = {"file": as_read(load(name), FILE), **{path: one.scenario for path, one in read.items()}}
    done = _runs(scenarios, trials, seed, workers, progress)
    base = next(done).odds("durable", days)
    swaps = []
    for path, run in zip(read, done, strict=True):
        one, odds = found[path], run.odds("durable", days)
        headline, model = (odds.p, odds.p - base.p), (odds.model, odds.model - base.model)
        mended = len([each for each in read[path].mended if each.path != path])
        swaps.append(Swap(path, one.verdict, one.file, one.second, *headline, *model, mended))
    swaps.sort(key=lambda one: -abs(one.moved))
    return Swaps(name, days, trials, seed, base.p, base.model, tuple(swaps))
