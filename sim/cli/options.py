"""Options that several commands share, and how they print JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from sim.errors import ParleyError
from sim.errors.arguments import read_number, read_whole
from sim.results.formatting import plain

One = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file of a scenario, or a run folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def whole(text: str) -> int:
    """A count as typed; a usage error names the option."""
    try:
        return read_whole(text)
    except ParleyError as problem:
        raise typer.BadParameter(str(problem)) from None


def number(example: str) -> Callable[[str], float]:
    """A reader of numbers such as ``example``; a usage error names the option."""

    def read(text: str) -> float:
        try:
            return read_number(example)(text)
        except ParleyError as problem:
            raise typer.BadParameter(str(problem)) from None

    return read


def as_trials(trials: int | None) -> int | None:
    """No run has fewer than one trial or more than can be counted; commands with narrower limits say so themselves."""
    from sim.execution.blocks import MOST_STREAMED, check_counts

    if trials is not None and not 1 <= trials <= MOST_STREAMED:
        check_counts(trials, 0, None)
    return trials


def as_seed(seed: int) -> int:
    from sim.execution.blocks import check_counts

    check_counts(1, seed, None)
    return seed


def as_workers(workers: int | None) -> int | None:
    from sim.execution.worker_pool import MOST_WORKERS

    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise ParleyError(f"workers: {workers} came, 1 to {MOST_WORKERS} is allowed")
    return workers


Trials = Annotated[
    int | None,
    typer.Option(
        "--trials", "-n", metavar="N", help="Trials of each scenario [20,000].", parser=whole, callback=as_trials
    ),
]
Seed = Annotated[
    int,
    typer.Option(metavar="S", help="Seed: the same seed gives the same trials.", parser=whole, callback=as_seed),
]
Days = Annotated[int | None, typer.Option(metavar="D", help="Horizon in days [the last].", parser=whole)]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="W", help="Processes at once [one per core]; same results.", parser=whole, callback=as_workers
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
Keep = Annotated[bool, typer.Option("--keep", help="Store it in results/studies, where the dashboard shows it.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a number; repeatable.")]


def print_json(value: Any) -> None:
    """Print a value as JSON; numbers that are unknown are null, as no reader of JSON takes NaN."""
    typer.echo(json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False, default=str))


def refuse_repeats(command: Any, arguments: Sequence[str]) -> None:
    """ParleyError where an option that holds one value is given twice: the last one would silently win.

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
            raise ParleyError(f"{name}: came twice, once is allowed")
        seen.add(option.name)
        if not equals and not option.is_flag:
            next(words, None)
