"""How far a run has come, for a reader at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiment.request import Request


class ProgressBar:
    """Counts blocks, and shows rate and time left on stderr where that is a terminal."""

    def __init__(self, wanted: Sequence[Request], quiet: bool) -> None:
        self.n_blocks = 0
        self._total = sum(request.trials for request in wanted)
        self._is_shown = bool(wanted) and not quiet and sys.stderr.isatty()
        self._done: dict[str, int] = {}
        self._bar: Any = None

    def __enter__(self) -> ProgressBar:
        if self._is_shown:
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            from sim.tables import console

            rate = TextColumn("{task.fields[rate]}")
            columns = (TextColumn("{task.description}"), BarColumn(), rate, TimeRemainingColumn())
            self._bar = Progress(*columns, console=console(to_stderr=True), transient=True)
            self._task = self._bar.add_task("starting", total=self._total, rate="")
            self._bar.start()
        return self

    def show(self, name: str, done: int, wanted: int) -> None:
        """One more block of the run ``name`` is done, which makes ``done`` trials of it."""
        self.n_blocks += 1
        self._done[name] = done
        if self._bar is not None:
            speed = self._bar.tasks[0].speed
            rate = f"{speed:,.0f} trials/s" if speed else ""
            self._bar.update(self._task, description=name, completed=sum(self._done.values()), rate=rate)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
