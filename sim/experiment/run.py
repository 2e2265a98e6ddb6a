"""Many trials of a scenario: the odds of a ceasefire, with everything needed to ask why.

``run`` is the Python API's one scenario; ``run_many`` keeps all workers busy over several. Results do not depend on the
number of workers, on the size of blocks, or on what else was run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.arguments import checked_arguments
from sim.columns import Limits, faults
from sim.errors import DamagedRunError, NumericError, ParleyError
from sim.experiment import executors
from sim.experiment.anchoring import Headline, half_width, reference_at
from sim.experiment.blocks import DEFAULT_BLOCK, Block, blocks, check_counts, n_blocks
from sim.experiment.horizons import check_event, horizons
from sim.experiment.request import Request, check_parties, check_precision, slug, wanted_trials
from sim.experiment.stored_summary import contradictions, is_comparable
from sim.experiment.summary import commonest_effect, headline, summary_of, terms_of
from sim.experiment.tally import Event, HitTally, Tally, events_over, over_blocks, tally_of
from sim.manifest import SUMMARY
from sim.scenario.schema import Scenario
from sim.scenario.stored import stored_scenario
from sim.store import Columns, Writer, read_run
from sim.stored_columns import AnyColumns, in_blocks, n_trials, part

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import Party

Progress = Callable[[str, int, int], None]
"""Called with the name of a run, its trials done and its trials wanted."""


@dataclass(frozen=True)
class Run:
    """A finished run: columns over trials, and the odds read off them.

    ``columns`` of a run with a folder are read from its blocks when they are asked for, and not kept: ``blocks`` needs
    no more memory for five million trials than for a hundred thousand, ``columns[name]`` needs that of one column.
    """

    scenario: Scenario
    name: str
    seed: int
    columns: AnyColumns
    folder: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_trials(self) -> int:
        return n_trials(self.columns)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial, ``trial`` first; what the columns mean is in ``sim.columns``.

        Holds all trials in memory, about 100 bytes for each, also those of a stored run.
        """
        import pandas as pd

        return pd.DataFrame(dict(self.columns))

    def blocks(self, *names: str) -> Iterator[Columns]:
        """Columns (all, or some by name) of one block of trials after the other."""
        return in_blocks(self.columns, *names)

    def part(self, first: int, n: int, *names: str) -> Columns:
        """Columns (all, or some by name) of ``n`` trials from ``first`` on; fewer at the end of the run."""
        return part(self.columns, first, n, *names)

    @cached_property
    def tally(self) -> Tally:
        """All that is counted over the trials: what the summary is made of."""
        return over_blocks(self.scenario, self.blocks())

    @cached_property
    def events(self) -> Mapping[Event, HitTally]:
        """Halts by tier and horizon."""
        is_counted = "tally" in self.__dict__
        return self.tally.events if is_counted else events_over(self.scenario, self.columns)

    @checked_arguments
    def odds(self, tier: str = "durable", days: int = 90) -> Headline:
        """Odds of ``tier`` (durable, mutual, broad) by ``days`` (30, 90, 180, 365, or the scenario's last day).

        As in the summary: ``p`` and its intervals are anchored, ``model`` and ``reference`` stand beside them.
        """
        event = check_event(self.scenario, tier, days)
        return headline(self.scenario, self.events[event], *event, self.commonest_effect)

    @cached_property
    def commonest_effect(self) -> float:
        """Largest design effect among the tiers at the last horizon, for events too rare to show their own."""
        return commonest_effect(self.events, self.scenario)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The object that ``parley run --json`` prints."""
        settled = terms_of(self.scenario, self.columns)
        return summary_of(self.scenario, self.name, self.seed, self.tally, settled)


class Work(NamedTuple):
    """One block of one run, as it travels to a worker."""

    job: int
    block: Block
    scenario: Scenario
    seed: int
    parties: Mapping[str, type[Party]]


def compute(work: Work) -> Columns:
    """The outcome columns of one block."""
    from sim import model

    columns: Columns = model.simulate(work.scenario, work.seed, work.block.first, work.block.n, work.parties)
    return columns


@checked_arguments
def run(
    scenario: Scenario | str,
    *,
    trials: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    parties: Mapping[str, type[Party]] | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    precision: float | None = None,
    block: int = DEFAULT_BLOCK,
    progress: Progress | None = None,
    store: bool | None = None,
    name: str | None = None,
) -> Run:
    """Run one scenario (an object or its name) and return the finished run.

    ``trials`` is 20,000 unless said otherwise; with ``precision`` (a half-width such as 0.005) it is the most, by
    default a million. ``parties`` replaces the behaviour of parties by name with subclasses of those in ``sim.model``.
    ``out`` is a new run folder; ``resume`` goes on with one, or shows it if it is finished. ``store=True`` allows more
    than five million trials. Raises the errors of ``sim.errors``.
    """
    if isinstance(scenario, str):
        from sim.scenario.files import open_scenario

        loaded = open_scenario(scenario)
        scenario, name = loaded.scenario, name or loaded.name
    request = Request(
        scenario,
        name or slug(scenario.title),
        wanted_trials(trials, precision),
        seed,
        parties or {},
        precision,
        block,
        Path(out) if out is not None else None,
        resume,
    )
    return next(run_many([request], workers=workers, progress=progress, store=store))


@checked_arguments
def run_many(
    requests: Sequence[Request],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    store: bool | None = None,
) -> Iterator[Run]:
    """Run several scenarios over one set of workers; give each back, in order, as soon as it is finished."""
    workers = executors.default_workers() if workers is None else workers
    if not 1 <= workers <= executors.MOST_WORKERS:
        raise ParleyError(f"workers: {workers} came, 1 to {executors.MOST_WORKERS} is allowed")
    for request in requests:
        check_counts(request.trials, request.seed, store)
        check_precision(request.precision)
        check_parties(request)
    with ExitStack() as stack:
        jobs = [Job(request, stack) for request in requests]
        tasks = sum(job.n_missing for job in jobs)
        parties = [party for request in requests for party in request.parties.values()]
        kind = executors.choose(workers, tasks, parties)
        results = executors.in_order(compute, missing_work(jobs), min(workers, max(1, tasks)), kind)
        stack.callback(results.close)  # type: ignore[attr-defined]  # also when a caller keeps an exception alive
        waiting = list(jobs)
        while waiting:
            job = waiting[0]
            if job.is_done:
                yield job.finish()
                waiting.pop(0)
                continue
            work, columns = next(results)
            if not jobs[work.job].is_done:
                jobs[work.job].add(work.block, columns)
                if progress:
                    progress(jobs[work.job].request.name, jobs[work.job].n_done, jobs[work.job].request.trials)


def missing_work(jobs: Sequence[Job]) -> Iterator[Work]:
    """Blocks still to be computed, run after run; a run that has become precise enough asks for no more."""
    for number, job in enumerate(jobs):
        for block in job.missing():
            if job.is_done:
                break
            yield Work(number, block, job.request.scenario, job.request.seed, job.request.parties)


class Job:
    """A run in the making: blocks come in order, from its folder first and then from the workers.

    Of a block that is stored only its tally is held; without a folder the trials are.
    """

    def __init__(self, request: Request, stack: ExitStack) -> None:
        self.request = request
        self.parts: list[Columns] = []
        self.tally: Tally | None = None
        self.n_blocks = 0
        self.is_precise = False
        self.writer: Writer | None = None
        if request.folder is not None:
            writer = Writer(request.folder, request.inputs, request.trials, request.precision, request.resume)
            self.writer = stack.enter_context(writer)
            for columns in self.writer.stored():
                self._take(columns)

    @property
    def n_done(self) -> int:
        return self.tally.n if self.tally else 0

    @property
    def n_missing(self) -> int:
        return 0 if self.is_done else n_blocks(self.request.trials, self.request.block) - self.n_blocks

    @property
    def is_done(self) -> bool:
        return self.is_precise or self.n_done >= self.request.trials

    def missing(self) -> Iterator[Block]:
        n_stored = self.n_blocks
        for block in blocks(self.request.trials, self.request.block):
            if block.index >= n_stored:
                yield block

    def add(self, block: Block, columns: Columns) -> None:
        check_columns(self.request, block, columns)
        if self.writer:
            self.writer.add(block.index, columns)
        self._take(columns)

    def _take(self, columns: Columns) -> None:
        scenario, found = self.request.scenario, tally_of(self.request.scenario, columns)
        if self.tally is None:
            self.tally = found
        else:
            self.tally.add(found)
        self.n_blocks += 1
        if not self.writer:
            self.parts.append(columns)
        if self.request.precision is not None:
            days = max(horizons(scenario))
            reference = reference_at(scenario, "durable", days)
            self.is_precise = half_width(self.tally.events["durable", days].odds(), reference) <= self.request.precision

    def finish(self) -> Run:
        request, writer = self.request, self.writer
        manifest = writer.manifest if writer else {}
        columns = writer.columns if writer else joined(self.parts)
        self.parts = []  # they would hold everything twice
        result = Run(request.scenario, request.name, request.seed, columns, request.folder, manifest)
        result.__dict__["tally"] = self.tally  # it has been counted on the way
        if writer and writer.is_finished:
            refuse_untrue(result, writer.summary(), result.summary)
        elif writer:
            writer.finish(result.summary)
        return result


def joined(parts: list[Columns]) -> Columns:
    """Blocks as one, a column at a time; ``parts`` is used up."""
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


@checked_arguments
def open_run(folder: str | os.PathLike[str]) -> Run:
    """A finished run from its folder, every file verified.

    Its summary is computed from the trials, as for a new run, so that runs made before a change of what is shown (such
    as anchoring) can stand beside others; ``summary.json`` in the folder keeps what was printed at the time. Where this
    version wrote it, it must be what the trials give (quantiles of terms are left to ``kept.verify``).
    """
    stored = read_run(folder)
    scenario, origin = stored_scenario(stored.folder, stored.manifest), stored.manifest
    run = Run(scenario, origin["name"], origin["seed"], stored.columns, stored.folder, origin)
    run.__dict__["tally"] = over_blocks(scenario, stored.verified())  # counted while every block is verified
    without_quantiles = summary_of(scenario, run.name, run.seed, run.tally, {})  # these need two more passes
    refuse_untrue(run, stored.summary, without_quantiles)
    return run


def refuse_untrue(run: Run, summary: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
    """DamagedRunError where the summary in the folder of a run is not what was counted of its trials."""
    if is_comparable(run.manifest) and (found := contradictions(summary, counted)):
        path = (run.folder or Path()) / SUMMARY
        raise DamagedRunError(f"{path}: does not follow from the trials ({'; '.join(found)})")


def check_columns(request: Request, block: Block, columns: Columns) -> None:
    """The block is the one that was asked for, and holds no value that a trial cannot have."""
    if len(columns["trial"]) != block.n or columns["trial"][0] != block.first:
        raise RuntimeError(f"{request.name}: block {block.index} does not hold its trials")
    for said in faults(columns, limits_of(request.scenario)):
        raise NumericError(f"{request.name}: {said}")


def limits_of(scenario: Scenario) -> Limits:
    """What the columns of a scenario's trials may hold."""
    weeks = scenario.horizon_weeks
    return Limits(weeks, weeks + scenario.follow_up_weeks, len(scenario.tracks), tuple(scenario.issues))
