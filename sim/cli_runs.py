"""Runs that several commands ask for by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.progress import ProgressBar

if TYPE_CHECKING:
    from sim.experiment.run import Run


def runs_of(
    names: Sequence[str],
    trials: int | None,
    seed: int,
    sets: list[str] | None,
    workers: int | None,
    quiet: bool,
) -> list[Run]:
    """Runs by name, in order: those in folders as they are, scenarios run now."""
    from sim.experiment import plan
    from sim.experiment.run import open_run, run_many

    found: dict[str, Run] = {name: open_run(name) for name in names if plan.is_run(name)}
    missing = [name for name in names if name not in found]
    wanted = plan.requests(missing, plan.Question(trials, seed, sets=tuple(sets or ())))
    with ProgressBar(wanted, quiet) as bar:
        made = run_many(wanted, workers=workers, progress=bar.show) if wanted else iter(())
        found.update(zip(missing, made, strict=True))
    return [found[name] for name in names]
