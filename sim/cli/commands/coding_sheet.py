"""``parley coding-sheet``: a blank sheet for a second coder of a scenario."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import One
from sim.errors import ParleyError


def coding_sheet(
    scenario: One,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the sheet and its briefing.")],
    beside: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Only numbers in which it differs from this one.")
    ] = None,
) -> None:
    """Write a blank sheet for a second coder of a scenario."""
    from sim.evidence.intercoder import second_coding
    from sim.storage.atomic_files import make_folder, write_files

    texts = {"sheet.csv": second_coding.coding_sheet(scenario, beside), "briefing.md": second_coding.briefing(scenario)}
    if known := [name for name in texts if os.path.lexists(out / name)]:
        raise ParleyError(f"{out / known[0]}: is there already; a second coder's work is not written over")
    make_folder(out)
    write_files({out / name: text.encode() for name, text in texts.items()})
    ask = f"parley compare-codings {scenario} SHEET"
    typer.echo(f"Wrote {out / 'sheet.csv'} and {out / 'briefing.md'}. Filled in, ask: {ask}")
