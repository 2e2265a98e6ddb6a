"""Arguments and options that several commands share, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import ParleyError
from sim.errors.arguments import read_number, read_whole


def whole(text: str) -> int:
    """Return a count as typed; a usage error names the option."""
    try:
        return read_whole(text)
    except ParleyError as problem:
        raise typer.BadParameter(str(problem)) from None


def number(example: str) -> Callable[[str], float]:
    """Return a reader of numbers such as ``example``; a usage error names the option."""

    def read(text: str) -> float:
        try:
            return read_number(example)(text)
        except ParleyError as problem:
            raise typer.BadParameter(str(problem)) from None

    return read


def as_trials(trials: int | None) -> int | None:
    """Refuse fewer than one trial or more than can be counted; commands with narrower limits say so themselves."""
    from sim.execution.blocks import MOST_STREAMED, check_counts

    if trials is not None and not 1 <= trials <= MOST_STREAMED:
        check_counts(trials, 0, None)
    return trials


def as_seed(seed: int) -> int:
    """Refuse a seed that no stream of random numbers takes."""
    from sim.execution.blocks import check_counts

    check_counts(1, seed, None)
    return seed


def as_workers(workers: int | None) -> int | None:
    """Refuse a number of processes that no computer has."""
    from sim.execution.worker_pool import MOST_WORKERS

    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise ParleyError(f"workers: expected 1 to {MOST_WORKERS}, got {workers}")
    return workers


def as_date(text: str | None) -> date | None:
    """Return the day of ``--as-of``."""
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise ParleyError(f"--as-of: expected a date such as 2025-05-15, got {str(text)[:40]!r}") from None


def count_of(what: str, callback: Callable[[int | None], int | None] | None = None) -> Any:
    """Return ``--trials`` for what is not a run of a scenario."""
    return typer.Option("--trials", "-n", metavar="N", help=f"Trials of {what}.", parser=whole, callback=callback)


One = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file of a scenario, or a run folder.")]
Many = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help="Names, files, run folders, or a folder of scenarios.")
]
RunFolders = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, or a folder of them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
Trials = Annotated[int | None, count_of("each scenario [20,000]", as_trials)]
Seed = Annotated[
    int,
    typer.Option(metavar="S", help="Seed: the same seed gives the same trials.", parser=whole, callback=as_seed),
]
Days = Annotated[int | None, typer.Option(metavar="D", help="Horizon in days [the last].", parser=whole)]
Tier = Annotated[str, typer.Option(metavar="TIER", help="durable, mutual or broad.")]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="W", help="Processes at once [one per core]; same results.", parser=whole, callback=as_workers
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
Keep = Annotated[bool, typer.Option("--keep", help="Store it in results/studies, where the dashboard shows it.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a number; repeatable.")]
Reading = Annotated[
    str, typer.Option("--reading", metavar="NAME", help="Whose numbers: file, one reading's, or the pool of all.")
]
Episodes = Annotated[Path | None, typer.Option("--episodes", metavar="CSV", help="Coded episodes [the shipped ones].")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Read nothing that was settled after this day.")
]
Alone = Annotated[bool, typer.Option("--alone", help="Learn from the rows of --episodes only.")]
AllowOverlap = Annotated[
    bool, typer.Option("--allow-overlap", help="Accept two names for what looks like one war as two wars.")
]
PerEpisode = Annotated[int | None, count_of("each episode [32,768]", as_trials)]


def refuse_repeats(command: Any, arguments: Sequence[str]) -> None:
    """Refuse an option that holds one value and is given twice: the last one would silently win.

    ``command`` is the command line as click knows it; ``arguments`` is what was typed after the program's name.
    """
    seen: set[str] = set()
    words = iter(arguments)
    for word in words:
        if word == "--":
            return
        if not word.startswith("-"):
            command = getattr(command, "commands", {}).get(word, command)
            continue
        name, equals, _ = word.partition("=")
        options = (one for one in command.params if name in (*one.opts, *one.secondary_opts))
        if (option := next(options, None)) is None:
            continue
        if option.name in seen and not option.multiple:
            raise ParleyError(f"{name}: expected once, got twice")
        seen.add(option.name)
        if not equals and not option.is_flag:
            next(words, None)
