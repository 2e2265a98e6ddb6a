"""``parley show``: every number of a scenario, as a table, as one file, or as changes of what it extends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import console, print_json
from sim.cli.options import AsJson, One, Reading, Sets
from sim.cli.runs import opened
from sim.errors import ParleyError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.reading.load import Loaded
    from sim.scenario.schema import Scenario

MARKS = {"sourced": "", "judgement": "judgement: ", "default": "default: ", "unstated": "not stated: "}


def show(
    scenario: One,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print it as one YAML file.")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Only what differs from the scenario it extends.")] = False,
    sets: Sets = None,
    reading: Reading = "pool",
    as_json: AsJson = False,
) -> None:
    """Show every number of a scenario with unit and source."""
    loaded = opened(scenario, sets, quiet=False, reading=reading)
    if resolved:
        from sim.scenario.reading.load import named_from_here
        from sim.scenario.to_yaml import as_yaml

        typer.echo(as_yaml(named_from_here(loaded.scenario)), nl=False)
    elif changes:
        show_changes(scenario, loaded, as_json)
    elif as_json:
        from sim.scenario.describe import delegation_rows, parameter_rows

        files = [one._asdict() for one in loaded.scenario.origin]
        found = {"parameters": parameter_rows(loaded.scenario), "delegations": delegation_rows(loaded.scenario)}
        print_json({"scenario": loaded.name, **found, "files": files})
    else:
        show_parameters(loaded.name, loaded.scenario, console())


def show_changes(scenario: str, loaded: Loaded, as_json: bool) -> None:
    """Print what differs from the scenario that this one extends."""
    from sim.scenario.differences import changes
    from sim.scenario.reading.load import base_of, load, name_of

    parent = base_of(scenario)
    if parent is None:
        raise ParleyError(f"{loaded.name}: extends no other scenario")
    found = changes(load(parent), loaded.scenario)
    if as_json:
        return print_json([{**change._asdict(), "sentence": change.sentence} for change in found])
    typer.echo(f"{loaded.name} against {name_of(parent)}: {loaded.scenario.supposes}")
    typer.echo("\n".join(f"  {change.sentence}" for change in found) or "  nothing that is simulated differs")


def show_parameters(name: str, scenario: Scenario, to: Console) -> None:
    """Print every number by section, with its unit and where it comes from; three points are low, central, high."""
    from rich.table import Table

    from sim.scenario.describe import delegation_rows, labelled, parameter_rows
    from sim.scenario.provenance import read_in_words

    rows = parameter_rows(scenario)
    to.print(scenario.title, style="bold")
    to.print(scenario.question)
    to.print(f"Supposes: {scenario.supposes}")
    to.print(f"Settled by: {scenario.resolution}")
    for row in delegation_rows(scenario):
        to.print(f"Delegation: {row['sentence']}", markup=False)
    to.print()
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        sections.setdefault(row["path"].rpartition(".")[0], []).append(row)
    for section, below in sections.items():
        label = labelled(scenario, section)
        to.print(f"{section} ({label})" if label else section, style="bold", soft_wrap=True)
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
        for width in (28, 24, 15):
            table.add_column(overflow="fold", vertical="top", width=width)
        table.add_column(overflow="fold", vertical="top", ratio=1)
        for row in below:
            source = (MARKS[row["standing"]] + row["source"]).removesuffix(": ")
            table.add_row(f"  {row['path'].rpartition('.')[2]}", row["value"], row["unit"], source)
        to.print(table)
    to.print("\nFiles, with the first digits of their SHA-256", style="bold")
    for line in read_in_words(scenario):
        to.print(line, soft_wrap=True, markup=False)
    counted = [sum(row["standing"] == kind for row in rows) for kind in MARKS]
    to.print("\n{} numbers: {} with a source, {} judgements, {} defaults, {} unstated.".format(len(rows), *counted))
