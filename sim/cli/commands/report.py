"""``parley report``: one page over runs, with sliders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import note
from sim.cli.options import Quiet, RunFolders
from sim.cli.progress import CountingBar
from sim.cli.runs import in_folders
from sim.errors import ParleyError

if TYPE_CHECKING:
    from sim.results.run import Run


def report(
    runs: RunFolders,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.html", help="Page to write.")] = Path("report.html"),
    no_what_if: Annotated[
        bool, typer.Option("--no-what-if", help="Leave out the sliders, which take some seconds to fit.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write one page that opens offline, with sliders."""
    write_report(in_folders(runs), out, what_if=not no_what_if, quiet=quiet)
    note(f"Wrote {out}")


def write_report(runs: Sequence[Run], path: Path, *, what_if: bool = True, quiet: bool = False) -> None:
    """Write the page over ``runs``; the first run is the base."""
    from dashboards.report.build import write_report as write

    if path.is_dir():
        raise ParleyError(f"{path}: expected a file for the report, got a folder")
    with CountingBar("trials for the page's sliders", quiet) as bar:
        write(list(runs), path, runs[0].name, what_if=what_if, progress=bar.show)
