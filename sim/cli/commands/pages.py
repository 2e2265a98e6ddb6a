"""Commands that make something to look at: report, picture, dashboard."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Quiet, Seed, Trials, whole
from sim.errors import ParleyError
from sim.scenario.diagnostics import literal

if TYPE_CHECKING:
    from sim.results.run import Run

Runs = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, or a folder of them.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (report, picture, dashboard):
        app.command()(command)


def report(
    runs: Runs,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.html", help="Page to write.")] = Path("report.html"),
    no_what_if: Annotated[
        bool, typer.Option("--no-what-if", help="Leave out the sliders, which take some seconds to fit.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write one page that opens offline, with sliders."""
    write_report(opened(runs), out, what_if=not no_what_if, quiet=quiet)
    typer.echo(literal(f"Wrote {out}"), err=True)


def picture(
    runs: Runs,
    figure: Annotated[str, typer.Option(metavar="NAME", help="Which of the report's figures, such as odds.")] = "odds",
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .png, .svg or .pdf.")] = Path(
        "odds.png"
    ),
) -> None:
    """Draw a figure of the report for a paper or a slide."""
    from dashboards.report.image_export import write_picture

    if os.path.lexists(out):
        raise ParleyError(f"{out}: is there already, name another file or delete it")
    write_picture(opened(runs), figure, out)
    typer.echo(literal(f"Wrote {out}"), err=True)


def opened(given: Sequence[Path]) -> list[Run]:
    """The finished runs in the folders given, that of a base first."""
    from sim.execution import plan
    from sim.results.run import open_run

    return [open_run(folder) for place in given for folder in plan.run_folders(place)]


def write_report(runs: Sequence[Run], path: Path, *, what_if: bool = True, quiet: bool = False) -> None:
    """Write the page over ``runs``; the first run is the base."""
    from dashboards.report.build import write_report as write
    from sim.cli.progress import CountingBar

    if path.is_dir():
        raise ParleyError(f"{path}: is a folder, a file is wanted for the report")
    with CountingBar("trials for the page's sliders", quiet) as bar:
        write(list(runs), path, runs[0].name, what_if=what_if, progress=bar.show)


def dashboard(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO|RUN]...", help="What to show [istanbul_2025].")
    ] = None,
    port: Annotated[
        int, typer.Option(metavar="P", help="Port on this computer; 0 takes a free one.", parser=whole)
    ] = 8050,
    trials: Trials = None,
    seed: Seed = 1,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Look and tweak in a browser; this computer only."""
    from dashboards.app.server import serve
    from sim.execution.blocks import DEFAULT_TRIALS

    serve(names or ["istanbul_2025"], port, DEFAULT_TRIALS if trials is None else trials, seed, not no_browser)
