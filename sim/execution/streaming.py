"""Runs of more trials than anybody wants to hold: the same blocks, of which only a tally is kept.

Memory does not grow with the number of trials, since a worker gives back counts and not trials. The summary is that of
``sim.results.summary`` on the same trials: all counts exactly, intervals and shares to rounding, quantiles of terms
to half a step of a grid (``tally.GRID_ERROR``). What needs the trials themselves (``why``, ``replay``, the report) is
not to be had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution import worker_pool
from sim.execution.blocks import MOST_STREAMED, blocks, check_counts, n_blocks, shortened
from sim.execution.request import Request, check_parties
from sim.execution.run import Progress, Work, check_columns, compute, say_who_decides
from sim.results.summary import QUANTILES, commonest_effect, headline, summary_of, weighing_of
from sim.results.tally import Tally, tally_of, terms_quantile
from sim.results.weighing import Weighing
from sim.scenario.schema import Scenario
from sim.statistics.horizons import check_event
from sim.statistics.level import Headline
from sim.statistics.summed import added

Apply = Callable[[Callable[["Piece"], Tally], Iterable["Piece"]], Iterator[tuple["Piece", Tally]]]
"""Applies a function to pieces elsewhere and gives back results in order, as ``distributed.Cluster.in_order`` does."""


class Piece(NamedTuple):
    """Hold a block to be tallied, as it travels to a worker."""

    request: Request
    work: Work


@dataclass(frozen=True)
class StreamedRun:
    """Hold a finished run without its trials: what ``Run`` says, as far as a tally can say it."""

    scenario: Scenario
    name: str
    seed: int
    tally: Tally

    @property
    def n_trials(self) -> int:
        """Return the number of trials."""
        return self.tally.n

    def odds(self, tier: str = "durable", days: int = 90) -> Headline:
        """Return odds of ``tier`` (durable, mutual, broad) by ``days``, as ``Run.odds``."""
        event = check_event(self.scenario, tier, days)
        return headline(self.tally.events, self.weighing, *event, self.commonest_effect)

    @cached_property
    def weighing(self) -> Weighing:
        """Return the weights of the trials, as ``Run.weighing``."""
        return weighing_of(self.scenario, self.tally.events)

    @cached_property
    def commonest_effect(self) -> float:
        """Return the largest design effect of the tiers at the last horizon, for events too rare to show their own."""
        return commonest_effect(self.tally.events, self.scenario)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Return the object that ``parley run --json`` prints."""
        quantiles = {
            issue: {name: terms_quantile(by_class, self.weighing.weights, share) for name, share in QUANTILES.items()}
            for issue, by_class in ((issue, self.tally.terms_of(issue)) for issue in self.scenario.issues)
            if any(one.n for one in by_class)
        }
        return summary_of(self.scenario, self.name, self.seed, self.tally, quantiles)


def tally(piece: Piece) -> Tally:
    """Compute one block and keep its tally."""
    columns = compute(piece.work)
    check_columns(piece.request, piece.work.block, columns)
    return tally_of(piece.work.scenario, columns)


@checked_arguments
def stream(
    request: Request, *, workers: int | None = None, progress: Progress | None = None, apply: Apply | None = None
) -> StreamedRun:
    """Run as many trials as wanted in constant memory. Not for ``precision`` and not into a folder.

    ``apply`` takes the place of this machine's workers. Raises the errors of ``sim.errors``.
    """
    check_streamed(request)
    workers = worker_pool.checked(workers)
    count = n_blocks(request.trials, request.block)
    pieces = (
        Piece(request, Work(0, block, request.scenario, request.seed, request.parties))
        for block in blocks(request.trials, request.block)
    )
    if apply is not None:
        results = apply(tally, pieces)
    else:
        parties, is_compiled = list(request.parties.values()), say_who_decides(request)
        results = worker_pool.spread(tally, pieces, count, workers, parties, releases_gil=is_compiled)
    whole: Any = None
    for _, found in results:
        whole = found if whole is None else added(whole, found)
        if progress:
            progress(request.name, whole.n, request.trials)
    assert whole is not None
    return StreamedRun(request.scenario, request.name, request.seed, whole)


def check_streamed(request: Request) -> None:
    """Refuse what cannot be streamed, saying what can."""
    if not 1 <= request.trials <= MOST_STREAMED:
        raise ParleyError(f"trials: expected 1 to {MOST_STREAMED:,}, got {shortened(request.trials)}")
    check_counts(1, request.seed, None)
    if request.precision is not None:
        raise ParleyError("precision: a run that keeps no trials has all that were asked for, drop --precision")
    if request.folder is not None:
        raise ParleyError("out: a run that keeps no trials has no folder, drop --out or add --store")
    check_parties(request)
