"""Commands over what runs left: results list, export, verify, reproduce."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import AsJson, Quiet, Workers, print_json
from sim.errors import ParleyError
from sim.results.formatting import counted
from sim.scenario.diagnostics import escaped, literal

if TYPE_CHECKING:
    import pandas as pd


Runs = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, or a folder of them.")]
FORMS = ("long", "trials")
SUFFIXES = (".csv", ".parquet")

results = typer.Typer(
    help="What runs left: list, export, verify, reproduce.", no_args_is_help=True, rich_markup_mode=None
)


@results.command("list")
def list_kept(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to look.")] = Path("results"),
    as_json: AsJson = False,
) -> None:
    """Runs that are kept, with their state."""
    from sim.results.inventory import kept

    found = kept(folder)
    if as_json:
        print_json([entry._asdict() for entry in found])
        return
    from sim.cli.commands.tables_results import show_kept
    from sim.cli.console import console

    show_kept(found, folder, console())


@results.command()
def export(
    runs: Runs,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .csv or .parquet.")],
    form: Annotated[
        str, typer.Option(metavar="FORM", help="long (one value a row, as scenario hubs have it) or trials.")
    ] = "long",
) -> None:
    """Write results for R, Excel or a scenario hub."""
    from sim.execution import plan
    from sim.results.export import long_form
    from sim.results.export_trials import trials_as_csv, trials_as_parquet
    from sim.results.run import open_run
    from sim.storage.atomic_files import write_file

    if form not in FORMS:
        raise ParleyError(f"--form: {form[:40]!r} came, {' or '.join(FORMS)} is allowed")
    if out.suffix not in SUFFIXES:
        raise ParleyError(f"--out: {out.name[:60]!r} came, a name ending in {' or '.join(SUFFIXES)} is wanted")
    if os.path.lexists(out):
        raise ParleyError(f"{out}: is there already, name another file or delete it")
    opened = [open_run(folder) for given in runs for folder in plan.run_folders(given)]
    if doubled := next((run.name for run in opened if sum(one.name == run.name for one in opened) > 1), None):
        raise ParleyError(
            f"expected runs of different names, got two of `{escaped(doubled)}`: their rows could not be told apart, "
            "so export each to a file of its own"
        )
    if form == "long":
        table = long_form(opened)
        write_file(out, encoded(table, out.suffix))
        n_rows = len(table)
    else:
        write_file(out, (trials_as_csv if out.suffix == ".csv" else trials_as_parquet)(opened))
        n_rows = sum(run.n_trials for run in opened)
    typer.echo(literal(f"Wrote {out}: {counted(n_rows, 'row')}."), err=True)


def encoded(table: pd.DataFrame, suffix: str) -> bytes:
    """CSV in which no text can be taken for a formula, or Parquet."""
    from sim.results.export import harmless

    if suffix != ".csv":
        return bytes(table.to_parquet(index=False))
    texts = table.select_dtypes(exclude="number").columns
    safe = table.assign(**{name: table[name].map(harmless) for name in texts})
    return bytes(safe.rename(columns=harmless).to_csv(index=False, lineterminator="\r\n").encode())


@results.command()
def verify(runs: Runs, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Whether run folders are whole and as they were written (exit 3 if not)."""
    from sim.execution import plan
    from sim.results.inventory import remark
    from sim.results.inventory import verify as verify_run

    found = {str(folder): verify_run(folder) for given in runs for folder in plan.run_folders(given)}
    if as_json:
        print_json([{"folder": folder, "problems": problems} for folder, problems in found.items()])
    for folder, problems in found.items() if not as_json else ():
        if problems:
            typer.echo(literal("\n".join(problems)), err=True)
        elif not quiet:
            said = remark(Path(folder))
            typer.echo(literal(f"{folder}: whole" + (f" ({said})" if said else "")))
    if any(found.values()):
        raise typer.Exit(3)


@results.command()
def reproduce(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run it again from its manifest alone and compare (exit 3 if it differs)."""
    from sim.cli.progress import CountingBar
    from sim.execution.reproduce import reproduce as compute_again

    with CountingBar("blocks", quiet) as bar:
        found = compute_again(run, workers, bar.show)
    if as_json:
        print_json(found.as_dict())
    else:
        from sim.cli.commands.tables_results import show_reproduction
        from sim.cli.console import console

        show_reproduction(found, console())
    if not found.is_same:
        raise typer.Exit(3)
