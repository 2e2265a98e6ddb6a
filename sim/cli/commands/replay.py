"""``parley replay``: one trial as a dated narrative."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import WIDTH, print_result
from sim.cli.options import AsJson, One, Quiet, Reading, Seed, Sets, Trials, Workers, whole
from sim.cli.runs import runs_of
from sim.errors import ParleyError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.replay.replay import Replay

_DATE = 13
CAVEAT = "One trial of many, as the model drew it: an illustration of how it can go, not a forecast of events."


def replay(
    scenario: One,
    trial: Annotated[int | None, typer.Option(metavar="N", help="Number of the trial, from 0.", parser=whole)] = None,
    first: Annotated[
        str | None, typer.Option(metavar="TIER", help="The first with a durable, mutual, broad halt.")
    ] = None,
    median: Annotated[
        bool, typer.Option("--median", help="The one whose lasting halt comes at the median week.")
    ] = False,
    worst_miss: Annotated[bool, typer.Option("--worst-miss", help="The failure that came closest.")] = False,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="The first that failed for this reason.")] = None,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Replay one trial as a dated narrative, week by week."""
    from sim.analysis.replay import select_trial
    from sim.analysis.replay.replay import replay_run

    n_given = sum((trial is not None, first is not None, median, worst_miss, tag is not None))
    if n_given != 1:
        raise ParleyError(f"replay: expected one of --trial, --first, --median, --worst-miss and --tag, got {n_given}")
    (run,) = runs_of([scenario], trials, seed, sets, workers, quiet, reading)
    if first is not None:
        trial = select_trial.first(run, first)
    elif median:
        trial = select_trial.median(run)
    elif worst_miss:
        trial = select_trial.worst_miss(run)
    elif tag is not None:
        trial = select_trial.with_reason(run, tag)
    assert trial is not None
    print_result(replay_run(run, trial), as_json, show_replay)


def show_replay(found: Replay, to: Console) -> None:
    """Print the narrative, each date once, 100 columns wide."""
    to.print(f"Trial {found.trial} of {found.name}, seed {found.seed}", style="bold")
    to.print(CAVEAT + "\n", style="dim")
    last = None
    for line in found.narrative:
        day = f"{line.date.day} {line.date:%b %Y}"
        head = "" if day == last else day
        last = day
        style = "bold" if line.kind in ("signature", "outcome", "victory") else None
        wrapped = textwrap.wrap(line.text, WIDTH - _DATE, break_long_words=False) or [""]
        for number, text in enumerate(wrapped):
            to.print(f"{head if number == 0 else '':<{_DATE}}{text}", style=style)
