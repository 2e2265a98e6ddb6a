"""``parley coding-sheet``: a blank sheet for another coder, of a scenario or of the rows of the record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import One
from sim.errors import ParleyError

ROWS = "episodes"


def coding_sheet(
    scenario: One,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the sheet and its briefing.")],
    beside: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Only numbers in which it differs from this one.")
    ] = None,
) -> None:
    """Write a blank sheet for a second coder of a scenario.

    With `episodes`, or a CSV file of episodes, it is a sheet for another coder of these rows.
    """
    from sim.evidence.intercoder import row_sheet, second_coding
    from sim.storage.atomic_files import make_folder, write_files

    if of_rows := scenario == ROWS or scenario.endswith(".csv"):
        texts = row_sheet.row_sheet(None if scenario == ROWS else scenario)
    else:
        sheet, briefing = second_coding.coding_sheet(scenario, beside), second_coding.briefing(scenario)
        texts = {"sheet.csv": sheet, "briefing.md": briefing}
    if known := [name for name in texts if os.path.lexists(out / name)]:
        raise ParleyError(f"{out / known[0]}: is there already; a second coder's work is not written over")
    make_folder(out)
    write_files({out / name: text.encode() for name, text in texts.items()})
    ask = "put it into the folder `codings` beside the episodes, and ask: parley backtest"
    ask = ask if of_rows else f"ask: parley compare-codings {scenario} SHEET"
    typer.echo(f"Wrote {' and '.join(str(out / name) for name in texts)}. Filled in, {ask}")
