"""Simulations while one looks: warm workers, few at once, nothing computed twice, the same luck for all.

The base runs are computed in the background, in small pieces that give way to what somebody waits for.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dashboards.app import what_if_edits
from dashboards.app.base_runs import BUSY, PATIENCE, Base, Columns, Flight, Key, awaited, head, joined
from dashboards.app.bounded_cache import Kept
from sim.errors import BusyError, ParleyError, WorkersLostError
from sim.execution.blocks import Block
from sim.execution.cancellable_block import LiveBlock, simulate_live_block
from sim.execution.request import Request
from sim.execution.run import check_columns
from sim.execution.worker_pool import Pool, default_workers, is_good
from sim.results.run import Run
from sim.scenario.schema import Scenario

MOST_AT_ONCE = 4
"""Simulations that may run or wait at the same time; whoever comes next is told to wait."""
LIVE_TRIALS = 5000
BASE_TRIALS = 20_000
MOST_LIVE_TRIALS = 20_000
PIECE = 2048
"""Trials of a piece of background work: what a live simulation waits for at most, in each worker."""
CLUSTER = 32
KEPT, KEPT_BYTES = 48, 32_000_000
"""Live runs kept in memory, and what they may weigh together: a tenth of a megabyte for each thousand trials."""
KEPT_TABLES = 32
"""Tables and parts of pages kept in memory."""
NEVER = np.zeros(1, np.bool_)
"""Of a simulation that is never given up."""
FREED_WITHIN = 0.3
"""Seconds in which a simulation that was given up has left its place."""


class Service:
    """All scenarios of this dashboard, their runs, and the workers that make more of them."""

    def __init__(self, trials: int = BASE_TRIALS, seed: int = 1, workers: int | None = None) -> None:
        self.trials, self.seed = trials, seed
        self.workers = min(2, default_workers()) if workers is None else workers
        self.bases: dict[str, Base] = {}
        self.kept = Kept(KEPT_TABLES).once
        """What pages draw again and again of base runs: ``kept(key, make)``."""
        self._live = Kept(KEPT, KEPT_BYTES, weight)
        self._flights: dict[Key, Flight] = {}
        self._lock = threading.RLock()
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._n_live = 0
        self._calm = threading.Condition()
        self._asked = ""
        self._stopped = threading.Event()
        self._pool: Pool | None = None
        self.n_simulated = 0
        """Live simulations that were really computed."""

    # -- what can be looked at ---------------------------------------------------------------------

    def add(self, name: str, scenario: Scenario) -> None:
        """A scenario to be run in the background."""
        self.bases[name] = Base(name, scenario, self.trials, self.seed)

    def add_run(self, run: Run) -> None:
        """A finished run, from its folder or just made."""
        self.bases[run.name] = Base(run.name, run.scenario, run.n_trials, run.seed, run, run.n_trials)

    @property
    def names(self) -> list[str]:
        return list(self.bases)

    @property
    def first(self) -> str:
        return next(iter(self.bases))

    def run_of(self, name: str) -> Run | None:
        """The finished base run of a scenario; None while it is being computed, which it then is next."""
        base = self.bases[name]
        if base.run is None:
            self._asked = name
        return base.run

    def siblings(self, name: str) -> list[Run]:
        """Finished runs of the folder of ``name``: its own first, the others in their order."""
        folder = name.rpartition("/")[0]
        near = [one for one in self.bases if one.rpartition("/")[0] == folder and one != name]
        found = [self.bases[one].run for one in (name, *near)]
        return [run for run in found if run is not None]

    def waiting(self, name: str) -> tuple[int, int]:
        """How many scenarios of the folder of ``name`` are finished, and how many there are."""
        folder = name.rpartition("/")[0]
        near = [base for one, base in self.bases.items() if one.rpartition("/")[0] == folder]
        return sum(base.run is not None for base in near), len(near)

    # -- simulations somebody waits for ------------------------------------------------------------

    def simulate(
        self,
        name: str,
        changes: Mapping[str, str] | None = None,
        trials: int = LIVE_TRIALS,
        is_explained: bool = True,
        is_awaited: bool = True,
    ) -> Run:
        """The scenario with ``changes`` (values by key path), on the luck of its base run, from the cache if it can.

        Unless it ``is_explained`` the run holds what odds are made of and no more, and is there sooner. One that nobody
        awaits yet gives way to the next simulation, whatever that is, and then raises GivenUp; if somebody asks for the
        same meanwhile, that one waits for it too. Raises BusyError if too many simulations are under way, state.Refused
        for changes that no slider can make and ParleyError for those that break a rule of scenarios.
        """
        base = self.bases[name]
        if not 1 <= trials <= MOST_LIVE_TRIALS:
            raise what_if_edits.Refused(f"trials: {trials} came, 1 to {MOST_LIVE_TRIALS:,} is allowed")
        changes = dict(changes or {})
        key = (name, tuple(sorted(changes.items())), trials, base.seed, is_explained)
        with self._lock:
            for known in (key, (*key[:-1], True)):
                kept: Run | None = self._live.get(known)
                if kept is not None:
                    return kept
            if (flight := self._flights.get(key)) is not None:
                flight.is_awaited |= is_awaited
        if flight is not None:
            return awaited(flight)
        scenario = what_if_edits.changed(base.scenario, changes)
        if not changes and base.run is not None and base.run.n_trials >= trials:
            return head(base.run, trials)
        return self._flown(key, scenario, changes, is_awaited)

    def _flown(self, key: Key, scenario: Scenario, changes: Mapping[str, str], is_awaited: bool) -> Run:
        """Simulate, with whoever else asks for the same; what nobody awaits is given up first."""
        name, _, trials, seed, is_explained = key
        with self._lock:
            if (known := self._flights.get(key)) is None:
                for other, unwanted in list(self._flights.items()):
                    if not unwanted.is_awaited:
                        unwanted.is_given_up[0] = True
                        del self._flights[other]
                flight = self._flights[key] = Flight(is_awaited)
            else:
                known.is_awaited |= is_awaited
        if known is not None:
            return awaited(known)
        try:
            columns = self._simulated(scenario, seed, trials, changes, is_explained, flight.is_given_up)
            run = Run(scenario, name, seed, columns)
            self._live.put(key, run)
            flight.found.set_result(run)
            return run
        except BaseException as problem:
            flight.is_given_up[0] = True
            flight.found.set_exception(problem)
            raise
        finally:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]

    def _simulated(
        self,
        scenario: Scenario,
        seed: int,
        trials: int,
        changes: Mapping[str, str],
        is_explained: bool = True,
        is_given_up: NDArray[np.bool_] = NEVER,
    ) -> Columns:
        if not self._slots.acquire(timeout=FREED_WITHIN):
            raise BusyError(BUSY)
        with self._calm:
            self._n_live += 1
        try:
            self.n_simulated += 1
            share = -(-trials // self.workers)
            share += -share % CLUSTER
            wanted = [Block(i, first, min(share, trials - first)) for i, first in enumerate(range(0, trials, share))]
            works = [LiveBlock(scenario, seed, block, is_explained, is_given_up) for block in wanted]
            return joined(self._compute(works, lambda: what_if_edits.check(scenario, changes)))
        finally:
            with self._calm:
                self._n_live -= 1
                self._calm.notify_all()
            self._slots.release()

    def _compute(self, works: Sequence[LiveBlock], meanwhile: Callable[[], None] | None = None) -> list[Columns]:
        """The columns of some blocks, computed at once; a pool that was lost is started again, once.

        ``meanwhile`` is called while the workers compute; what it raises ends the wait.
        """
        for _ in range(2):
            pool = self._started()
            futures = [pool.submit(simulate_live_block, work) for work in works]
            try:
                if meanwhile:
                    meanwhile()
                found = [future.result(timeout=PATIENCE) for future in futures]
            except ParleyError:
                raise
            except TimeoutError:
                raise BusyError(BUSY) from None
            except Exception:
                if all(is_good(future) for future in futures) or self._stopped.is_set():
                    raise
                with self._lock:
                    if self._pool is pool:
                        pool.restart()
                continue
            for work, columns in zip(works, found, strict=True):
                check_columns(Request(work.scenario, "simulation"), work.block, columns)
            return found
        raise WorkersLostError("the simulation failed twice: its workers died")

    # -- background --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the workers and, in the background, the runs that are missing."""
        self._started()
        threading.Thread(target=self._fill, name="parley-base-runs", daemon=True).start()

    def stop(self) -> None:
        """End the workers; what they were computing is not done."""
        self._stopped.set()
        with self._calm:
            self._calm.notify_all()
        with self._lock:
            if self._pool is not None:
                self._pool.stop()
                self._pool = None

    def _started(self) -> Pool:
        with self._lock:
            if self._stopped.is_set():
                raise BusyError("the dashboard is being stopped")
            if self._pool is None:
                self._pool = Pool(self.workers, "threads")
            return self._pool

    def _fill(self) -> None:
        """Finish every base run, the one that is looked at first."""
        while not self._stopped.is_set():
            missing = [base for base in self.bases.values() if base.run is None and not base.problem]
            if not missing:
                return
            base = next((one for one in missing if one.name == self._asked), missing[0])
            try:
                self._advance(base)
            except ParleyError as problem:
                base.problem = str(problem)
            except Exception as problem:  # a bug of ours must not leave a page loading for ever
                if not self._stopped.is_set():
                    traceback.print_exc()
                base.problem = f"the simulation failed: {type(problem).__name__}"

    def _advance(self, base: Base) -> None:
        """One piece for each worker, once nobody waits for a live simulation."""
        with self._calm:
            self._calm.wait_for(lambda: self._n_live == 0 or self._stopped.is_set())
        if self._stopped.is_set():
            return
        firsts = range(base.done, min(base.trials, base.done + self.workers * PIECE), PIECE)
        wanted = [Block(first // PIECE, first, min(PIECE, base.trials - first)) for first in firsts]
        base.parts += self._compute([LiveBlock(base.scenario, base.seed, block, True, NEVER) for block in wanted])
        base.done += sum(block.n for block in wanted)
        if base.done >= base.trials:
            run = Run(base.scenario, base.name, base.seed, joined(base.parts))
            run.summary  # noqa: B018 - computed here, so that no page waits for it
            base.run, base.parts = run, []


def weight(run: Run) -> int:
    """Bytes of a run in memory."""
    return sum(column.nbytes for column in run.columns.values())
