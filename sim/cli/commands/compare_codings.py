"""``parley compare-codings``: how far two codings agree, the odds under each, and which numbers matter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import band_cell, console, print_json, print_table, say, three_points, whole
from sim.cli.options import AsJson, One, Quiet, Seed, Trials, Workers
from sim.cli.progress import CountingBar
from sim.errors import ParleyError
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.evidence.intercoder.odds_by_reading import Readings, Swaps
    from sim.evidence.intercoder.second_coding import CodingComparison

DEFAULT_ROWS = 15
FEW_TRIALS = 3_200
"""Trials of each run where every number of a sheet is swapped by itself."""


def compare_codings(
    scenario: One,
    sheet: Annotated[
        Path, typer.Argument(metavar="SHEET", help="A filled sheet; those that ship are readings/NAME.csv.")
    ],
    one_by_one: Annotated[
        bool, typer.Option("--one-by-one", help="Which numbers matter: each swapped by itself [3,200 trials].")
    ] = False,
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compare a second coding with the file, and their odds."""
    from sim.evidence.intercoder import second_coding
    from sim.evidence.intercoder.odds_by_reading import Swaps, odds_of_readings, swap_one_by_one
    from sim.execution.request import wanted_trials

    compared = second_coding.compare_codings(scenario, sheet)
    if not compared.differences:
        raise ParleyError(f"{sheet}: no number is filled in; low, central, high and ground are the second coder's")
    count = trials or FEW_TRIALS if one_by_one else wanted_trials(trials, None)
    with CountingBar("trials", quiet) as bar:

        def progress(_: str, done: int, wanted: int) -> None:
            bar.show(done, wanted)

        compute = swap_one_by_one if one_by_one else odds_of_readings
        odds = compute(scenario, sheet, trials=count, seed=seed, workers=workers, progress=progress)
    if as_json:
        return print_json({"comparison": compared.as_dict(), "odds": odds.as_dict()})
    to = console()
    if isinstance(odds, Swaps):
        return show_swaps(odds, to)
    show_comparison_of_readings(compared, to)
    to.print()
    show_odds_of_readings(odds, to)


def show_comparison_of_readings(found: CodingComparison, to: Console, most: int = DEFAULT_ROWS) -> None:
    """Print how far the two codings agree, and the ``most`` numbers that differ most."""
    n = len(found.differences)
    to.print(f"{found.scenario}: {counted(n, 'number')} read twice, {len(found.blank)} left blank", style="bold")
    for sentence in (*found.sentences, *found.notes[1:]):  # the first note is in the heading
        to.print(sentence)
    rows = []
    for one in found.differences[:most]:
        file = three_points((one.file_low, one.file_central, one.file_high))
        rows.append((one.path, one.verdict, file, three_points((one.low, one.central, one.high))))
    to.print()
    print_table(to, ("number", "", "file", "second reading"), rows, left=2)
    if len(found.differences) > most:
        to.print(f"... and {len(found.differences) - most} more (--json)", style="dim")


def show_odds_of_readings(found: Readings, to: Console) -> None:
    """Print durable odds by day under each coding, the headline's band by the last, what had to be mended, notes."""
    from sim.results.wording import IN_FORCE_180, in_force_note

    days = [cell.days for cell in found.readings[0].odds]
    to.print(f"{found.scenario}: one war read twice", style="bold")
    to.print("halt that lasts 30 days or more, per cent by day, headline (the model alone)\n")
    rows = []
    for one in found.readings:
        cells = [f"{whole(cell.p)} ({whole(cell.model)})" for cell in one.odds]
        kept = [whole(cell.in_force_180) for cell in one.odds]
        band = band_cell({"lo": one.odds[-1].lo, "hi": one.odds[-1].hi}, found.trials)
        rows.append((one.reading, str(one.n_read or "-"), *cells, band))
        rows.append((f"  {IN_FORCE_180}", "", *kept))
    print_table(to, ("reading", "numbers\nread", *map(str, days), f"band\nat {days[-1]}"), rows)
    known = in_force_note(cell.in_force_180 for one in found.readings for cell in one.odds)
    for text in (*found.sentences, *found.notes, known):
        say(to, text)


def show_swaps(found: Swaps, to: Console, most: int = 10) -> None:
    """Print the numbers that move the headline most when the second coder's stands alone in the file."""
    to.print(f"{found.scenario}: one number at a time as the second reader has it", style="bold")
    to.print(f"durable halt by {found.days} days: {whole(found.p)} % as the file stands\n")
    rows = [
        (one.path, three_points(one.file), three_points(one.second), whole(one.p), f"{100 * one.moved:+.1f}")
        for one in found.swaps[:most]
    ]
    print_table(to, ("number", "file", "second reading", "odds\n%", "moved,\npoints"), rows)
    for text in (*found.sentences, *found.notes):
        say(to, text)
