"""Studies that take longer than a page may: one at a time, in the background, with progress, and kept when done."""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from dashboards.app.bounded_cache import Kept
from dashboards.app.simulation_service import Service
from sim.errors import BusyError, ParleyError
from sim.storage.atomic_files import now

Progress = Callable[[int, int], None]
Work = Callable[[Progress], Any]

KEPT = 24
"""Finished studies and other findings kept in memory."""


class Cancelled(Exception):
    """Raised inside a study, by its own progress, once nobody wants it."""


@dataclass
class Task:
    """A study: ``state`` is running, done, failed or cancelled; ``done`` of ``total`` trials.

    Once it is done, ``when`` says since when (ISO, UTC) and ``note`` what has to be said of where it is kept.
    ``before`` is the finished one that it was started in the place of.
    """

    words: str
    state: str = "running"
    done: int = 0
    total: int = 0
    result: Any = None
    problem: str = ""
    is_unwanted: bool = False
    since: float = field(default_factory=monotonic)
    when: str = ""
    note: str = ""
    before: Task | None = None

    def progress(self, done: int, total: int) -> None:
        """Told by the study; raises Cancelled where it is no longer wanted."""
        self.done, self.total = done, total
        if self.is_unwanted:
            raise Cancelled

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return monotonic() - self.since

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None before there is any."""
        if self.state != "running" or not self.done or not self.total:
            return None
        return self.seconds * (self.total - self.done) / self.done


class Desk:
    """Where studies are started, asked after and called off; and what was found is kept."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        """Where studies are kept beyond the end of the dashboard; None: nowhere."""
        self._tasks: OrderedDict[Hashable, Task] = OrderedDict()
        self.once = Kept(KEPT).once
        """``once(key, make)``: what ``make`` gives, from memory if it was made before."""
        self._lock = threading.Lock()

    def task(self, key: Hashable) -> Task | None:
        """The study of this key, whatever has become of it."""
        return self._tasks.get(key)

    @property
    def running(self) -> Task | None:
        return next((task for task in list(self._tasks.values()) if task.state == "running"), None)

    def start(
        self, key: Hashable, words: str, work: Work, keep: Callable[[Any], str] | None = None, again: bool = False
    ) -> Task:
        """Start ``work(progress)`` unless it runs, or is done and not wanted ``again``; BusyError while another runs.

        ``keep`` is given what was found, and says what has to be said of where it is kept now.
        """
        with self._lock:
            task = self._tasks.get(key)
            if task is not None and (task.state == "running" or (task.state == "done" and not again)):
                return task
            if (other := self.running) is not None:
                raise BusyError(
                    f"Another study is running ({other.words}). Wait for it, or stop it where it was started."
                )
            before = task if task is None or task.state == "done" else task.before
            task = Task(words, before=before)
            if before is not None:
                before.before = None
            self._put(key, task)
        threading.Thread(target=_do, args=(task, work, keep), name="parley-study", daemon=True).start()
        return task

    def put(self, key: Hashable, task: Task) -> Task:
        """Take in a finished study that was found elsewhere, unless there is one of this key by now."""
        with self._lock:
            if key not in self._tasks:
                self._put(key, task)
            return self._tasks[key]

    def _put(self, key: Hashable, task: Task) -> None:
        self._tasks[key] = task
        self._tasks.move_to_end(key)
        while len(self._tasks) > KEPT:
            self._tasks.popitem(last=False)

    def cancel(self, key: Hashable) -> None:
        """Call a running study off; it ends at its next sign of life."""
        task = self._tasks.get(key)
        if task is not None and task.state == "running":
            task.is_unwanted = True


def _do(task: Task, work: Work, keep: Callable[[Any], str] | None) -> None:
    try:
        task.result = work(task.progress)
        task.when = now()
        task.note = keep(task.result) if keep else ""
        task.state = "done"
    except Cancelled:
        task.state = "cancelled"
    except ParleyError as problem:
        task.problem, task.state = str(problem), "failed"
    except Exception as problem:  # a bug of ours must not leave a bar standing for ever
        traceback.print_exc()
        task.problem, task.state = f"it failed: {type(problem).__name__}", "failed"


_DESKS: WeakKeyDictionary[Service, Desk] = WeakKeyDictionary()


def desk(service: Service) -> Desk:
    """The one desk of a service."""
    return _DESKS.setdefault(service, Desk())
