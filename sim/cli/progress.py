"""Progress of a command, for a reader at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from sim.execution.request import Request


class Bar:
    """A bar on stderr with rate and time left; silent where stderr is no terminal."""

    def __init__(self, unit: str, quiet: bool) -> None:
        import logging

        self._unit = unit
        logging.getLogger("sim").setLevel(logging.ERROR if quiet else logging.WARNING)  # notes such as of no workers
        self._is_shown = not quiet and sys.stderr.isatty()
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._is_shown:
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            from sim.cli.console import console

            rate = TextColumn("{task.fields[rate]}")
            columns = (TextColumn("{task.description}"), BarColumn(), rate, TimeRemainingColumn())
            self._bar = Progress(*columns, console=console(to_stderr=True), transient=True)
            self._task = self._bar.add_task("starting", total=None, rate="")
            self._bar.start()
        return self

    def reach(self, name: str, done: float, total: float) -> None:
        """Show that ``done`` of ``total`` units are done, ``name`` being what is worked on."""
        if self._bar is not None:
            speed = self._bar.tasks[0].speed
            rate = f"{speed:,.0f} {self._unit}/s" if speed else ""
            self._bar.update(self._task, description=name, completed=done, total=total, rate=rate)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


class ProgressBar(Bar):
    """Counts blocks of runs, in trials."""

    def __init__(self, wanted: Sequence[Request], quiet: bool) -> None:
        super().__init__("trials", quiet or not wanted)
        self.n_blocks = 0
        self._total = sum(request.trials for request in wanted)
        self._done: dict[str, int] = {}

    def show(self, name: str, done: int, wanted: int) -> None:
        """Count one more block of the run ``name``, of which ``done`` trials are done now."""
        self.n_blocks += 1
        self._done[name] = done
        self.reach(name, sum(self._done.values()), self._total)


class CountingBar(Bar):
    """Counts episodes, or whatever is done one by one."""

    def show(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
        self.reach(f"{done} of {total} {self._unit}", done, total)
