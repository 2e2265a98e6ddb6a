"""Many trials of a scenario: the odds of a ceasefire, with everything needed to ask why.

``run`` is the Python API's one scenario; ``run_many`` keeps all workers busy over several. Results do not depend on the
number of workers, on the size of blocks, or on what else was run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.columns import Limits, faults
from sim.errors import DamagedRunError, NumericError, ParleyError
from sim.experiment import executors
from sim.experiment.anchoring import Headline, half_width, reference_at
from sim.experiment.blocks import DEFAULT_BLOCK, Block, blocks, check_counts, n_blocks
from sim.experiment.horizons import event_by, horizons
from sim.experiment.request import Request, check_parties, check_precision, slug, wanted_trials
from sim.experiment.summary import commonest_effect, headline, summarise
from sim.scenario.schema import Scenario
from sim.store import Columns, StoredRun, Writer, read_run

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import Party

Progress = Callable[[str, int, int], None]
"""Called with the name of a run, its trials done and its trials wanted."""


@dataclass(frozen=True)
class Run:
    """A finished run: columns over trials, and the odds read off them."""

    scenario: Scenario
    name: str
    seed: int
    columns: Columns
    folder: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_trials(self) -> int:
        return len(self.columns["trial"])

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial, ``trial`` first; what the columns mean is in ``sim.model.outcomes``."""
        import pandas as pd

        return pd.DataFrame(self.columns)

    def odds(self, tier: str = "durable", days: int = 90) -> Headline:
        """Odds of ``tier`` (durable, mutual, broad) by ``days`` (30, 90, 180, 365, or the scenario's last day).

        As in the summary: ``p`` and its intervals are anchored, ``model`` and ``reference`` stand beside them.
        """
        return headline(self.scenario, self.columns, tier, days, self.commonest_effect)

    @cached_property
    def commonest_effect(self) -> float:
        """Largest design effect among the tiers at the last horizon, for events too rare to show their own."""
        return commonest_effect(self.columns, self.scenario)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The object that ``parley run --json`` prints."""
        return summarise(self.scenario, self.name, self.seed, self.columns)


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
    """A run in the making: blocks come in order, from its folder first and then from the workers."""

    def __init__(self, request: Request, stack: ExitStack) -> None:
        self.request = request
        self.parts: list[Columns] = []
        self.n_done = 0
        self.is_precise = False
        self.writer: Writer | None = None
        if request.folder is not None:
            writer = Writer(request.folder, request.inputs, request.trials, request.precision, request.resume)
            self.writer = stack.enter_context(writer)
            for columns in self.writer.stored():
                self._take(columns)

    @property
    def n_missing(self) -> int:
        return 0 if self.is_done else n_blocks(self.request.trials, self.request.block) - len(self.parts)

    @property
    def is_done(self) -> bool:
        return self.is_precise or self.n_done >= self.request.trials

    def missing(self) -> Iterator[Block]:
        n_stored = len(self.parts)
        for block in blocks(self.request.trials, self.request.block):
            if block.index >= n_stored:
                yield block

    def add(self, block: Block, columns: Columns) -> None:
        check_columns(self.request, block, columns)
        if self.writer:
            self.writer.add(block.index, columns)
        self._take(columns)

    def _take(self, columns: Columns) -> None:
        self.parts.append(columns)
        self.n_done += len(columns["trial"])
        if self.request.precision is not None:
            scenario = self.request.scenario
            weeks = np.concatenate([part["durable_week"] for part in self.parts])
            days = max(horizons(scenario))
            hits = event_by({"durable_week": weeks}, scenario, "durable", days)
            self.is_precise = half_width(hits, reference_at(scenario, "durable", days)) <= self.request.precision

    def finish(self) -> Run:
        columns = {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        self.parts, request = [], self.request  # the parts would hold everything twice
        manifest = self.writer.manifest if self.writer else {}
        result = Run(request.scenario, request.name, request.seed, columns, request.folder, manifest)
        if self.writer:
            self.writer.finish(result.summary)
        return result


def open_run(folder: str | os.PathLike[str]) -> Run:
    """A finished run from its folder, every file verified.

    Its summary is computed from the trials, as for a new run, so that runs made before a change of what is shown (such
    as anchoring) can stand beside others; ``summary.json`` in the folder keeps what was printed at the time.
    """
    stored: StoredRun = read_run(folder)
    scenario, origin = scenario_of(json.dumps(stored.scenario), stored.folder), stored.manifest
    return Run(scenario, origin["name"], origin["seed"], stored.columns, stored.folder, origin)


def scenario_of(text: str | bytes, folder: Path) -> Scenario:
    """The scenario that a run folder holds; DamagedRunError if this version cannot read it."""
    try:
        return Scenario.model_validate_json(text)
    except ValueError as problem:
        raise DamagedRunError(f"{folder}: its scenario is of another version: {str(problem)[:80]}") from None


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
