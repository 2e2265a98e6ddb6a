"""``parley picture``: one figure of the report as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.console import note
from sim.cli.options import RunFolders
from sim.cli.runs import in_folders
from sim.errors import ParleyError


def picture(
    runs: RunFolders,
    figure: Annotated[str, typer.Option(metavar="NAME", help="Which of the report's figures, such as odds.")] = "odds",
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .png, .svg or .pdf.")] = Path(
        "odds.png"
    ),
) -> None:
    """Draw a figure of the report for a paper or a slide."""
    from dashboards.report.image_export import write_picture

    if os.path.lexists(out):
        raise ParleyError(f"{out}: is there already, name another file or delete it")
    write_picture(in_folders(runs), figure, out)
    note(f"Wrote {out}")
