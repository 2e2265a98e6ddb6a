"""``parley results``: list, export, verify and reproduce the runs that are kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import console, note, print_json, print_result, print_table
from sim.cli.options import AsJson, Quiet, RunFolders, Workers
from sim.cli.progress import CountingBar
from sim.cli.runs import in_folders
from sim.errors import ParleyError
from sim.results.formatting import counted
from sim.scenario.diagnostics import escaped, literal

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from sim.execution.reproduce import Reproduction
    from sim.results.inventory import Kept

FORMS = ("long", "trials")
SUFFIXES = (".csv", ".parquet")

results = typer.Typer(help="List, export, verify and reproduce kept runs.", no_args_is_help=True, rich_markup_mode=None)


@results.command("list")
def list_kept(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to look.")] = Path("results"),
    as_json: AsJson = False,
) -> None:
    """List the runs that are kept, with their state."""
    from sim.results.inventory import kept

    found = kept(folder)
    if as_json:
        print_json([entry._asdict() for entry in found])
    else:
        show_kept(found, folder, console())


@results.command()
def export(
    runs: RunFolders,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .csv or .parquet.")],
    form: Annotated[
        str, typer.Option(metavar="FORM", help="long (one value a row, as scenario hubs have it) or trials.")
    ] = "long",
) -> None:
    """Write results for R, Excel or a scenario hub."""
    from sim.results.export import long_form
    from sim.results.export_trials import trials_as_csv, trials_as_parquet
    from sim.storage.atomic_files import write_file

    if form not in FORMS:
        raise ParleyError(f"--form: expected {' or '.join(FORMS)}, got {form[:40]!r}")
    if out.suffix not in SUFFIXES:
        raise ParleyError(f"--out: expected a name ending in {' or '.join(SUFFIXES)}, got {out.name[:60]!r}")
    if os.path.lexists(out):
        raise ParleyError(f"{out}: is there already, name another file or delete it")
    opened = in_folders(runs)
    if doubled := next((run.name for run in opened if sum(one.name == run.name for one in opened) > 1), None):
        raise ParleyError(
            f"expected runs of different names, got two of `{escaped(doubled)}`: their rows would look alike, so "
            " export each to a file of its own"
        )
    if form == "long":
        table = long_form(opened)
        write_file(out, encoded(table, out.suffix))
        n_rows = len(table)
    else:
        write_file(out, (trials_as_csv if out.suffix == ".csv" else trials_as_parquet)(opened))
        n_rows = sum(run.n_trials for run in opened)
    note(f"Wrote {out}: {counted(n_rows, 'row')}.")


def encoded(table: pd.DataFrame, suffix: str) -> bytes:
    """Return CSV in which no text can be taken for a formula, or Parquet."""
    from sim.results.export import harmless

    if suffix != ".csv":
        return bytes(table.to_parquet(index=False))
    texts = table.select_dtypes(exclude="number").columns
    safe = table.assign(**{name: table[name].map(harmless) for name in texts})
    return bytes(safe.rename(columns=harmless).to_csv(index=False, lineterminator="\r\n").encode())


@results.command()
def verify(runs: RunFolders, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Check that run folders are whole and as they were written (exit 3 if not)."""
    from sim.execution import plan
    from sim.results.inventory import remark
    from sim.results.inventory import verify as verify_run

    found = {str(folder): verify_run(folder) for given in runs for folder in plan.run_folders(given)}
    if as_json:
        print_json([{"folder": folder, "problems": problems} for folder, problems in found.items()])
    for folder, problems in found.items() if not as_json else ():
        if problems:
            note("\n".join(problems))
        elif not quiet:
            added = remark(Path(folder))
            typer.echo(literal(f"{folder}: whole" + (f" ({added})" if added else "")))
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
    from sim.execution.reproduce import reproduce as compute_again

    with CountingBar("blocks", quiet) as bar:
        found = compute_again(run, workers, bar.show)
    print_result(found, as_json, show_reproduction)
    if not found.is_same:
        raise typer.Exit(3)


def show_kept(found: Sequence[Kept], place: Path, to: Console) -> None:
    """Print one line a run folder."""
    from rich.text import Text

    if not found:
        to.print(Text(f"{place}: no runs are kept here; parley run SCENARIO --out {place}/NAME keeps one."))
        return
    heads = ("run", "scenario", "state", "trials", "seed", "begun (UTC)", "Parley")
    rows = []
    for entry in found:
        begun = entry.started[:16].replace("T", " ")
        seed = "" if entry.seed is None else str(entry.seed)
        words = (str(entry.folder), entry.name, entry.state, f"{entry.trials:,}", seed, begun, entry.version)
        rows.append([Text(escaped(word, 200)) for word in words])
    print_table(to, heads, rows, left=3, words=[-2, -1])
    to.print(Text(f"As recorded: parley results verify {escaped(str(place), 200)} checks files, trials and summaries."))


def show_reproduction(found: Reproduction, to: Console) -> None:
    """Print the verdict first, then what differs, then what changed since."""
    from rich.text import Text

    blocks = counted(found.n_blocks, "block")
    head = f"{found.folder}: {found.name}, {counted(found.trials, 'trial')} in {blocks}"
    if found.is_same:
        to.print(Text(f"{head}: the same, value by value."))
    else:
        to.print(Text(f"{head}: it came out otherwise."))
        to.print(Text("\n".join(f"  {line}" for line in found.unequal[:20])))
    if found.since:
        to.print(Text("Changed since it was run:\n" + "\n".join(f"  {line}" for line in found.since)))
