"""Many trials of a scenario: the odds of a ceasefire, with everything needed to ask why.

``run`` is the Python API's one scenario; ``run_many`` keeps all workers busy over several. Results do not depend on the
number of workers, on the size of blocks, or on what else was run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.agents import rules_of
from sim.errors import NumericError
from sim.errors.arguments import checked_arguments
from sim.execution import worker_pool
from sim.execution.blocks import DEFAULT_BLOCK, Block, blocks, check_counts, n_blocks
from sim.execution.request import Request, check_parties, check_precision, slug, wanted_trials
from sim.outcome_columns import Columns, Limits, faults
from sim.results.run import Run, refuse_untrue
from sim.results.summary import weighing_of
from sim.results.tally import Tally, tally_of
from sim.scenario.sampling.readings import POOL, as_read
from sim.scenario.schema import Scenario
from sim.statistics.horizons import horizons
from sim.statistics.level import half_width
from sim.statistics.summed import added
from sim.storage.run_folder import Writer

if TYPE_CHECKING:
    from sim.agents.parties import Party

Progress = Callable[[str, int, int], None]
"""Called with the name of a run, its trials done and its trials wanted."""


class Work(NamedTuple):
    """Hold one block of one run, as it travels to a worker."""

    job: int
    block: Block
    scenario: Scenario
    seed: int
    parties: Mapping[str, type[Party]]
    threads: int = 1


def compute(work: Work) -> Columns:
    """Return the outcome columns of one block."""
    from sim.model.compiled import simulate  # with the compiler, which only workers need

    block, rules = work.block, rules_of(work.scenario, work.parties)
    return simulate(work.scenario, work.seed, block.first, block.n, n_threads=work.threads, rules=rules)


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
    reading: str = POOL,
) -> Run:
    """Run one scenario and return the finished run.

    Parameters
    ----------
    scenario : Scenario or str
        A scenario as `sim.load` gives it, or its name or file.
    trials : int, optional
        Trials to simulate: 20,000 unless said otherwise. With ``precision`` the most, by default a million.
    seed : int
        Names the random numbers: runs of one seed meet the same, so they can be compared trial by trial.
    workers : int, optional
        Processes; by default one for each core. Results do not depend on it.
    parties : mapping of str to class, optional
        Classes of parties by name, of `sim.Belligerent`, `sim.Mediator` or `sim.Backer` (docs/guide/party.md).
    out : path, optional
        New folder for the run; without one nothing is written.
    resume : bool
        Go on with the run in ``out``, or show it if it is finished.
    precision : float, optional
        Stop once the Monte Carlo interval of the last durable horizon is within this half-width, such as 0.005. [share]
    block : int
        Trials that a worker simulates at once. Results do not depend on it.
    progress : callable, optional
        Called with the run's name, its trials done and its trials wanted.
    store : bool, optional
        True allows more than five million trials.
    name : str, optional
        Name of the run; by default that of the scenario.
    reading : str
        Whose numbers, where the scenario lists readings: ``file``, the name of a reading, or ``pool`` for all of them.

    Returns
    -------
    Run
        Trials and the odds computed from them.

    Raises
    ------
    ScenarioError
        The scenario is not found or is wrong.
    ParleyError
        An argument is wrong, or a folder holds another run; in general any error of ``sim.errors``.

    Examples
    --------
    >>> import sim
    >>> run = sim.run("teaching/minimal", trials=640, seed=1)
    >>> round(run.odds("durable", days=365).p, 3)
    0.955
    """
    if isinstance(scenario, str):
        from sim.scenario.reading.load import open_scenario

        loaded = open_scenario(scenario)
        scenario, name = loaded.scenario, name or loaded.name
    request = Request(
        as_read(scenario, reading),
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
    """Run several scenarios over one set of workers, each given back as soon as it is finished.

    Parameters
    ----------
    requests : sequence of Request
        What to run (``sim.execution.request.Request``): scenario, name, trials, seed and so on, as in `run`.
    workers, progress, store
        As in `run`.

    Yields
    ------
    Run
        The runs, in the order of the requests.

    Raises
    ------
    ParleyError
        An argument is wrong; in general any error of ``sim.errors``. All requests are checked before any is begun.

    Examples
    --------
    >>> import sim
    >>> from sim.execution.request import Request
    >>> valley = sim.load("teaching/minimal")
    >>> requests = [Request(valley, "first", trials=320, seed=1), Request(valley, "second", trials=320, seed=2)]
    >>> [(run.name, run.n_trials) for run in sim.run_many(requests, workers=1)]
    [('first', 320), ('second', 320)]
    """
    workers = worker_pool.checked(workers)
    with ExitStack() as stack:
        jobs = begun(requests, stack, store)
        tasks = sum(job.n_missing for job in jobs)
        parties = [party for request in requests for party in request.parties.values()]
        are_compiled = [say_who_decides(request) for request in requests]
        # The compiled week leaves other threads alone: with fewer blocks than workers, several share a block.
        work = missing_work(jobs, max(1, workers // max(1, tasks)) if all(are_compiled) else 1)
        results = worker_pool.spread(compute, work, tasks, workers, parties, releases_gil=all(are_compiled))
        stack.callback(results.close)  # also when a caller keeps an exception alive
        yield from collected(jobs, results, progress)


def begun(requests: Sequence[Request], stack: ExitStack, store: bool | None) -> list[Job]:
    """Check all requests, then open their runs on the stack."""
    for request in requests:
        check_counts(request.trials, request.seed, store)
        check_precision(request.precision)
        check_parties(request)
    return [Job(request, stack) for request in requests]


def say_who_decides(request: Request) -> bool:
    """Log which decisions of parties of somebody's own are compiled; return whether none is called back."""
    if not request.parties:
        return True
    from sim.agents.own_rules import Rules  # with Mesa

    rules = Rules.of(request.scenario, request.parties)
    called_back = [str(rule) for rule in rules.rules if not rule.code]
    if called_back:
        logging.getLogger("sim").warning("%s: %s", request.name, "; ".join(called_back))
    return not called_back


def collected(jobs: list[Job], results: Iterator[tuple[Work, Columns]], progress: Progress | None) -> Iterator[Run]:
    """Add blocks to their runs as they come, in order, and give each run back as soon as it is finished."""
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


def missing_work(jobs: Sequence[Job], threads: int = 1) -> Iterator[Work]:
    """Yield blocks still to be computed, run after run; a run that has become precise enough asks for no more."""
    for number, job in enumerate(jobs):
        for block in job.missing():
            if job.is_done:
                break
            request = job.request
            yield Work(number, block, request.scenario, request.seed, request.parties, threads)


class Job:
    """Hold a run in the making: blocks come in order, from its folder first and then from the workers.

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
        """Return how many trials are done."""
        return self.tally.n if self.tally else 0

    @property
    def n_missing(self) -> int:
        """Return how many blocks are missing."""
        return 0 if self.is_done else n_blocks(self.request.trials, self.request.block) - self.n_blocks

    @property
    def is_done(self) -> bool:
        """Return whether no more trials are wanted."""
        return self.is_precise or self.n_done >= self.request.trials

    def missing(self) -> Iterator[Block]:
        """Yield the blocks that are not stored."""
        n_stored = self.n_blocks
        for block in blocks(self.request.trials, self.request.block):
            if block.index >= n_stored:
                yield block

    def add(self, block: Block, columns: Columns) -> None:
        """Take the next block, checked."""
        check_columns(self.request, block, columns)
        if self.writer:
            self.writer.add(block.index, columns)
        self._take(columns)

    def _take(self, columns: Columns) -> None:
        scenario, found = self.request.scenario, tally_of(self.request.scenario, columns)
        self.tally = found if self.tally is None else added(self.tally, found)
        self.n_blocks += 1
        if not self.writer:
            self.parts.append(columns)
        if self.request.precision is not None:
            days = max(horizons(scenario))
            level = weighing_of(scenario, self.tally.events).levels[days]
            self.is_precise = half_width(self.tally.events["durable", days].odds(), level) <= self.request.precision

    def finish(self) -> Run:
        """Return the finished run, stored if it has a folder."""
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
    """Return blocks as one, a column at a time; ``parts`` is used up."""
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


def check_columns(request: Request, block: Block, columns: Columns) -> None:
    """Check that the block is the one that was asked for, and holds no value that a trial cannot have."""
    if len(columns["trial"]) != block.n or columns["trial"][0] != block.first:
        raise RuntimeError(f"{request.name}: block {block.index} does not hold its trials")
    for said in faults(columns, limits_of(request.scenario)):
        raise NumericError(f"{request.name}: {said}")


def limits_of(scenario: Scenario) -> Limits:
    """Return what the columns of a scenario's trials may hold."""
    weeks = scenario.horizon_weeks
    return Limits(weeks, weeks + scenario.follow_up_weeks, len(scenario.tracks), tuple(scenario.issues))
