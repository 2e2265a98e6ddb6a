"""Runs of more trials than anybody wants to hold: the same blocks, of which only a tally is kept.

Memory does not grow with the number of trials, since a worker gives back counts and not trials. The summary is that of
``sim.experiment.summary`` on the same trials: all counts exactly, intervals and shares to rounding, quantiles of terms
to half a step of a grid (``tally.GRID_ERROR``). What needs the trials themselves (``why``, ``replay``, the report) is
not to be had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim.errors import ParleyError
from sim.experiment import executors
from sim.experiment.anchoring import Headline, anchor, reference_at
from sim.experiment.blocks import MOST_STREAMED, blocks, check_counts, n_blocks, shortened
from sim.experiment.horizons import TIERS, horizons
from sim.experiment.request import Request, check_parties
from sim.experiment.run import Progress, Work, check_columns, compute
from sim.experiment.summary import QUANTILES
from sim.experiment.tally import Tally, tally_of
from sim.scenario.schema import Scenario

Apply = Callable[[Callable[["Piece"], Tally], Iterable["Piece"]], Iterator[tuple["Piece", Tally]]]
"""Applies a function to pieces elsewhere and gives back results in order, as ``distributed.Cluster.in_order`` does."""


class Piece(NamedTuple):
    """A block to be tallied, as it travels to a worker."""

    request: Request
    work: Work


@dataclass(frozen=True)
class StreamedRun:
    """A finished run without its trials: what ``Run`` says, as far as a tally can say it."""

    scenario: Scenario
    name: str
    seed: int
    tally: Tally

    @property
    def n_trials(self) -> int:
        return self.tally.n

    def odds(self, tier: str = "durable", days: int = 90) -> Headline:
        """Odds of ``tier`` (durable, mutual, broad) by ``days``, as ``Run.odds``."""
        if (tier, days) not in self.tally.events:
            allowed = f"{', '.join(TIERS)} by {', '.join(map(str, horizons(self.scenario)))}"
            raise ParleyError(f"odds: {tier!r} by {days} days came, {allowed} days are allowed")
        found = self.tally.events[tier, days].odds(self.commonest_effect)
        return anchor(found, reference_at(self.scenario, tier, days))

    @cached_property
    def commonest_effect(self) -> float:
        """Largest design effect among the tiers at the last horizon, for events too rare to show their own."""
        last = max(horizons(self.scenario))
        events = [self.tally.events[tier, last] for tier in TIERS]
        return max([1.0, *(event.design_effect for event in events if event.is_telling)])

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The object that ``parley run --json`` prints."""
        from sim.model.anatomy import TAGS
        from sim.model.outcomes import STAGES

        tally = self.tally
        reached = np.cumsum(tally.stages[::-1])[::-1]
        failed = max(1, int(tally.tags.sum()))
        return {
            "scenario": self.name,
            "title": self.scenario.title,
            "trials": tally.n,
            "seed": self.seed,
            "tiers": {
                tier: {str(days): self.odds(tier, days).as_dict() for days in horizons(self.scenario)} for tier in TIERS
            },
            "victory": {side: count / tally.n for side, count in tally.victories.items()},
            "anatomy": {tag: float(tally.tags[code] / failed) for code, tag in enumerate(TAGS)},
            "funnel": [
                {"stage": name, "p": float(reached[code] / tally.n)} for code, name in enumerate(STAGES) if code
            ],
            "frictions": {name: total / max(1, tally.n_attributed) for name, total in tally.frictions.items()},
            "terms": {"n_halts": tally.n_halts, "issues": self._terms()},
        }

    def _terms(self) -> dict[str, dict[str, float]]:
        return {
            issue: {"mean": terms.mean, **{name: terms.quantile(share) for name, share in QUANTILES.items()}}
            for issue, terms in self.tally.terms.items()
            if terms.n
        }


def tally(piece: Piece) -> Tally:
    """Compute one block and keep its tally."""
    columns = compute(piece.work)
    check_columns(piece.request, piece.work.block, columns)
    return tally_of(piece.work.scenario, columns)


def stream(
    request: Request, *, workers: int | None = None, progress: Progress | None = None, apply: Apply | None = None
) -> StreamedRun:
    """Run as many trials as wanted in constant memory. Not for ``precision`` and not into a folder.

    ``apply`` takes the place of this machine's workers. Raises the errors of ``sim.errors``.
    """
    check_streamed(request)
    workers = executors.default_workers() if workers is None else workers
    if not 1 <= workers <= executors.MOST_WORKERS:
        raise ParleyError(f"workers: {workers} came, 1 to {executors.MOST_WORKERS} is allowed")
    count = n_blocks(request.trials, request.block)
    pieces = (
        Piece(request, Work(0, block, request.scenario, request.seed, request.parties))
        for block in blocks(request.trials, request.block)
    )
    if apply is not None:
        results = apply(tally, pieces)
    else:
        kind = executors.choose(workers, count, request.parties.values())
        results = executors.in_order(tally, pieces, min(workers, count), kind)
    whole: Tally | None = None
    for _, found in results:
        if whole is None:
            whole = found
        else:
            whole.add(found)
        if progress:
            progress(request.name, whole.n, request.trials)
    assert whole is not None
    return StreamedRun(request.scenario, request.name, request.seed, whole)


def check_streamed(request: Request) -> None:
    """Refuse what cannot be streamed, saying what can."""
    if not 1 <= request.trials <= MOST_STREAMED:
        raise ParleyError(f"trials: {shortened(request.trials)} came, 1 to {MOST_STREAMED:,} is allowed")
    check_counts(1, request.seed, None)
    if request.precision is not None:
        raise ParleyError("precision: a run that keeps no trials has all that were asked for, drop --precision")
    if request.folder is not None:
        raise ParleyError("out: a run that keeps no trials has no folder, drop --out or add --store")
    check_parties(request)
