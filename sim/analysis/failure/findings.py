"""What ``parley why`` finds: plain values with their intervals, as JSON and as a table.

Intervals are Monte Carlo error, 95 %, from clusters of trials that share their draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.analysis.study import Question, frame

if TYPE_CHECKING:
    import pandas as pd


LIMIT = "Attribution rests on the model's priors; outcomes alone cannot tell these reasons apart."


@dataclass(frozen=True)
class Share:
    """A share of ``n`` trials with its 95 % Monte Carlo interval, as fractions; ``p`` is None where n is 0."""

    p: float | None
    lo: float
    hi: float
    n: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Stage:
    """A stage of the funnel: ``passed`` of all trials, ``step`` of those that had reached the stage before it."""

    name: str
    passed: Share
    step: Share


@dataclass(frozen=True)
class Change:
    """A stage or a failure reason against the base, as shares of *all* ``n`` trials: here - base, paired, 95 %."""

    kind: str
    name: str
    base: float
    here: float
    difference: float
    lo: float
    hi: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Return whether the interval leaves out no difference."""
        return self.lo > 0 or self.hi < 0


@dataclass(frozen=True)
class OneSide:
    """What one side alone lacked, as extra cost of another year of war (``utils``: quantiles, None where nothing does).

    ``can``: trials in which some amount opens a range. ``by_fear``, ``by_optimism``: in which its own fear, or its own
    optimism, is at least as large, so that losing it would do. ``strain``: ends of the file's range of its cost of war.
    """

    utils: dict[str, float | None]
    can: Share
    by_fear: Share
    by_optimism: Share
    strain: tuple[float, float] | None


@dataclass(frozen=True)
class Smallest:
    """The smallest changes that would have opened a range, over ``n`` trials without one among the first ``n_run``.

    ``both``: extra cost of a year of war on both sides at once; ``either``: on whichever side needs less. ``without``:
    by friction, trials in which a range opens once it is gone on both sides; ``none_alone``: in which none alone does.
    """

    n: int
    n_run: int
    both: dict[str, float | None]
    either: dict[str, float | None]
    sides: dict[str, OneSide]
    without: dict[str, Share]
    none_alone: Share


@dataclass(frozen=True)
class Why:
    """Why one run fails.

    ``tags`` are failure reasons, shares of trials without a durable ceasefire, and ``imposed`` the part of ``victory``
    in which the victor imposed a ceasefire; the rest are of ``n_without_range``.

    ``frictions``: mean Shapley shares over trials that talked and never had a range, and in which some friction closed
    the range; they sum to 1 (all 0 without such trials). ``party``, ``issue`` and ``track``: which side lacked more,
    what it had most at stake, on which track they were closest. ``shortfall``: utils that both lacked at once
    (quantiles).
    """

    scenario: str
    trials: int
    seed: int
    days: int
    n_failed: int
    n_without_range: int
    stages: tuple[Stage, ...]
    tags: dict[str, Share]
    imposed: Share
    frictions: dict[str, Share]
    party: dict[str, Share]
    issue: dict[str, Share]
    track: dict[str, Share]
    shortfall: dict[str, float | None]
    smallest: Smallest | None
    base: str | None
    changes: tuple[Change, ...]
    called: dict[str, str] = field(default_factory=dict)
    """What parties, issues and tracks are called in sentences, by name."""
    sentences: tuple[str, ...] = ()
    """All of it in words, what it rests on last."""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, "durable", (self.days,), self.trials, self.seed)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (LIMIT,)

    @property
    def anatomy(self) -> dict[str, float]:
        """Return the failure reasons as in ``parley run --json``."""
        return {name: share.p or 0.0 for name, share in self.tags.items()}

    @property
    def funnel(self) -> list[dict[str, Any]]:
        """Return stages as in ``parley run --json``."""
        return [{"stage": stage.name, "p": stage.passed.p} for stage in self.stages]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON: ``anatomy`` and ``funnel`` as a run has them, the rest with intervals, and sentences."""
        found = asdict(self)
        del found["called"], found["sentences"]  # names are what other programs read
        return {
            **{key: found.pop(key) for key in ("scenario", "trials", "seed", "days")},
            "anatomy": self.anatomy,
            "funnel": self.funnel,
            **found,
            "stages": [asdict(stage) for stage in self.stages],
            "changes": [asdict(change) for change in self.changes],
            "sentences": list(self.sentences),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per number: scenario, part, name, value, lo, hi, n (trials behind it)."""
        numbers = ["value", "lo", "hi", "n"]
        rows = ((self.scenario, *row) for row in _rows(self))
        return frame(rows, ["scenario", "part", "name", *numbers]).astype(dict.fromkeys(numbers, float))


def _rows(found: Why) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``Why.table``."""

    def of(part: str, shares: dict[str, Share]) -> Iterator[tuple[Any, ...]]:
        return ((part, name, share.p, share.lo, share.hi, share.n) for name, share in shares.items())

    def spread(part: str, name: str, values: dict[str, float | None], n: int) -> Iterator[tuple[Any, ...]]:
        return ((part, f"{name} {level}".strip(), value, None, None, n) for level, value in values.items())

    yield from of("stage", {stage.name: stage.passed for stage in found.stages})
    yield from of("step", {stage.name: stage.step for stage in found.stages})
    for part in ("tag", "friction", "party", "issue", "track"):
        yield from of(part, getattr(found, {"tag": "tags", "friction": "frictions"}.get(part, part)))
        if part == "tag":
            yield from of(part, {"victory with an imposed ceasefire": found.imposed})
    yield from spread("shortfall", "", found.shortfall, found.n_without_range)
    if found.smallest:
        least = found.smallest
        yield from spread("smallest change", "both sides", least.both, least.n)
        yield from spread("smallest change", "either side", least.either, least.n)
        for side, one in least.sides.items():
            yield from spread("smallest change", f"{side} alone", one.utils, least.n)
            shares = {"any amount": one.can, "without fear": one.by_fear, "without optimism": one.by_optimism}
            yield from of("one side", {f"{side} {name}": share for name, share in shares.items()})
        yield from of("without", {**least.without, "none alone": least.none_alone})
    for change in found.changes:
        part = f"{change.kind} against {found.base}"
        yield (part, change.name, change.difference, change.lo, change.hi, change.n)
