"""Runs that commands ask for: by name, on this computer or on many, with or without keeping the trials."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.cli.console import note
from sim.cli.exit import only_counts
from sim.cli.progress import ProgressBar
from sim.errors import InternalError, ParleyError

if TYPE_CHECKING:
    from sim.execution.request import Request
    from sim.results.run import Run
    from sim.scenario.reading.load import Loaded


class Machines(NamedTuple):
    """What computes: ``workers`` processes here, or a Dask ``scheduler`` and its workers."""

    workers: int | None
    scheduler: str | None
    tls: Path | None
    insecure: bool


def keeps_no_trials(trials: int | None, precision: float | None, seed: int, store: bool, out: Path | None) -> bool:
    """Return whether a run is so long that its trials are only counted; ParleyError for counts that cannot be."""
    from sim.execution.blocks import MOST_TRIALS, MOST_TRIALS_STORED, check_counts
    from sim.execution.request import wanted_trials

    count = wanted_trials(trials, precision)
    if count > MOST_TRIALS and not store and out is None and precision is None:
        only_counts(could_keep=count <= MOST_TRIALS_STORED)
        return True
    check_counts(count, seed, store)
    return False


def computed(
    wanted: Sequence[Request],
    machines: Machines,
    progress: Callable[[str, int, int], None],
    store: bool,
    is_streamed: bool,
) -> list[Any]:
    """Compute the runs asked for, in order; streamed ones hold counts in place of trials."""
    from sim.execution.run import run_many

    if machines.scheduler is None and (machines.tls or machines.insecure):
        raise ParleyError("--tls and --insecure-scheduler need --scheduler ADDRESS")
    if machines.scheduler is None and not is_streamed:
        return list(run_many(wanted, workers=machines.workers, progress=progress, store=store or None))
    from sim.execution.dask import client
    from sim.execution.streaming import check_streamed, stream

    for request in wanted if is_streamed else ():
        check_streamed(request)
    with ExitStack() as stack:
        if machines.scheduler is None:
            return [stream(request, workers=machines.workers, progress=progress) for request in wanted]
        cluster = stack.enter_context(client.connect(machines.scheduler, machines.tls, machines.insecure))
        if not is_streamed:
            return list(client.run_many(wanted, cluster, progress, store or None))
        cluster.refuse_unfit(wanted)
        return [stream(request, progress=progress, apply=cluster.in_order) for request in wanted]


def note_hidden(names: Iterable[str | None], quiet: bool) -> None:
    """Print on stderr which names, as typed, mean an own file where a shipped scenario has the same name."""
    from sim.scenario.reading.load import hiding

    for found in filter(None, (hiding(name) for name in dict.fromkeys(filter(None, names)))):
        note(found, quiet)


def note_names(names: Sequence[str], quiet: bool) -> None:
    """Print on stderr what is to be known of scenarios that are run by name: hidden ones, those of an earlier model."""
    from sim.scenario.reading.warnings import note_on_model

    note_hidden(names, quiet)
    for found in filter(None, map(note_on_model, dict.fromkeys(names))):
        note(found, quiet)


def opened(scenario: str, sets: Sequence[str] | None, quiet: bool, reading: str = "pool") -> Loaded:
    """Open a scenario with the changes of ``--set``, as one reading has it or with all of them."""
    from sim.scenario.reading.load import open_scenario
    from sim.scenario.reading.overrides import parse_set
    from sim.scenario.sampling.readings import as_read

    note_names([scenario], quiet)
    loaded = open_scenario(scenario, [parse_set(text) for text in sets or []])
    return replace(loaded, scenario=as_read(loaded.scenario, reading))


def in_folders(folders: Iterable[Path]) -> list[Run]:
    """Open the finished runs in run folders, or in folders of them, that of a base first."""
    from sim.execution import plan
    from sim.results.run import open_run

    return [open_run(folder) for given in folders for folder in plan.run_folders(given)]


def run_all(wanted: Sequence[Request], workers: int | None, quiet: bool) -> list[Run]:
    """Run what is wanted, in order, with a bar."""
    from sim.execution.run import run_many

    with ProgressBar(wanted, quiet) as bar:
        return list(run_many(wanted, workers=workers, progress=bar.show)) if wanted else []


def runs_of(
    names: Sequence[str],
    trials: int | None,
    seed: int,
    sets: list[str] | None,
    workers: int | None,
    quiet: bool,
    reading: str = "pool",
) -> list[Run]:
    """Return runs by name, in order: those in folders as they are, scenarios run now."""
    from sim.execution import plan
    from sim.results.run import open_run

    note_names(names, quiet)
    found: dict[str, Run] = {name: open_run(name) for name in names if plan.is_run(name)}
    missing = [name for name in names if name not in found]
    wanted = plan.requests(missing, plan.Question(trials, seed, sets=tuple(sets or ()), reading=reading))
    found.update(zip(missing, run_all(wanted, workers, quiet), strict=True))
    return [found[name] for name in names]


def print_then(show: Callable[[], None], *others: Callable[[], None]) -> None:
    """Print a result with ``show``, then do the ``others`` (write a page, a file): none of them can cost the result.

    They are done as well where the reader of stdout has gone away. Their ParleyError comes after the print; any other
    error becomes an InternalError of one line.
    """
    reader_left: BrokenPipeError | None = None
    try:
        show()
        sys.stdout.flush()
    except BrokenPipeError as gone:
        reader_left = gone
    for other in others:
        try:
            other()
        except (ParleyError, OSError, MemoryError):
            raise
        except Exception as bug:
            last = traceback.extract_tb(bug.__traceback__)[-1]
            place = f"{Path(last.filename).name}, line {last.lineno}"
            raise InternalError(
                f"the result above is complete, but what was to be written after it failed with "
                f"{type(bug).__name__} ({bug}) in {place}: a bug in Parley, please report it"
            ) from bug
    if reader_left is not None:
        raise reader_left


def keep_for_pages(of: dict[str, Any], options: dict[str, Any], found: Any, quiet: bool) -> ParleyError | None:
    """Store a study where a dashboard that is started in this folder shows it; ``of`` is what it is about.

    To be called before it is printed, since whoever reads may stop at any line. A disk that does not take it is given
    back, to be said after the print.
    """
    from dashboards.study_cache import FOLDER, keep

    try:
        path = keep(FOLDER, of, options, found)
    except ParleyError as problem:
        return problem
    note(f"Stored for the dashboard: {path}", quiet)
    return None
