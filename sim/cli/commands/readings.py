"""Commands about a second reading of a scenario: sheet (a blank one), reread (what it says and does)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import AsJson, One, Quiet, Seed, Trials, Workers, print_json

FEW_TRIALS = 3_200
"""Trials of each run where every number of a sheet is swapped by itself."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (sheet, reread):
        app.command()(command)


def sheet(
    scenario: One,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the sheet and its briefing.")],
    beside: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Only numbers in which it differs from this one.")
    ] = None,
) -> None:
    """Write a blank sheet for a second reader of a scenario."""
    from sim.errors import ParleyError
    from sim.evidence.intercoder.second_reading import blank_sheet, briefing
    from sim.storage.atomic_files import make_folder, write_files

    texts = {"sheet.csv": blank_sheet(scenario, beside), "briefing.md": briefing(scenario)}
    if known := [name for name in texts if os.path.lexists(out / name)]:
        raise ParleyError(f"{out / known[0]}: is there already; a second reader's work is not written over")
    make_folder(out)
    write_files({out / name: text.encode() for name, text in texts.items()})
    typer.echo(f"Wrote {out / 'sheet.csv'} and {out / 'briefing.md'}. Filled in, ask: parley reread {scenario} SHEET")


def reread(
    scenario: One,
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="A sheet that somebody filled in.")],
    one_by_one: Annotated[
        bool, typer.Option("--one-by-one", help="Which numbers matter: each swapped by itself [3,200 trials].")
    ] = False,
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """A second reading beside the file, and the odds of both."""
    from sim.cli.commands.tables_readings import show_comparison_of_readings, show_odds_of_readings, show_swaps
    from sim.cli.console import console
    from sim.cli.progress import CountingBar
    from sim.errors import ParleyError
    from sim.evidence.intercoder.odds_by_reading import odds_of_readings, swapped
    from sim.evidence.intercoder.second_reading import compare
    from sim.execution.request import wanted_trials

    compared = compare(scenario, sheet)
    if not compared.differences:
        raise ParleyError(f"{sheet}: no number is filled in; low, central, high and ground are the second reader's")
    with CountingBar("trials", quiet) as bar:

        def told(name: str, done: int, wanted: int) -> None:
            bar.show(done, wanted)

        if one_by_one:
            swaps = swapped(scenario, sheet, trials=trials or FEW_TRIALS, seed=seed, workers=workers, progress=told)
        else:
            odds = odds_of_readings(
                scenario, sheet, trials=wanted_trials(trials, None), seed=seed, workers=workers, progress=told
            )
    if as_json:
        return print_json({"comparison": compared.as_dict(), "odds": (swaps if one_by_one else odds).as_dict()})
    to = console()
    if one_by_one:
        return show_swaps(swaps, to)
    show_comparison_of_readings(compared, to)
    to.print()
    show_odds_of_readings(odds, to)
