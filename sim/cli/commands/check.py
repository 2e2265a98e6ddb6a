"""``parley check``: whether scenarios are sound."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.console import print_json
from sim.cli.options import AsJson, Many, Quiet
from sim.cli.runs import note_hidden
from sim.scenario.diagnostics import literal


def check(
    scenarios: Many,
    deep: Annotated[bool, typer.Option("--deep", help="Also run 2,000 trials with each of two seeds.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check scenarios; errors and warnings with their lines."""
    from sim.execution.scenario_check import check_scenarios

    note_hidden(scenarios, quiet)
    found = check_scenarios(scenarios, deep)
    if as_json:
        print_json(found)
    for item in found if not as_json else []:
        if item["warnings"] and not quiet:
            typer.echo("\n".join(item["warnings"]), err=True)
        if item["errors"]:
            typer.echo("\n".join(item["errors"]), err=True)
        elif not quiet:
            typer.echo(literal("\n".join([f"{item['scenario']}: ok, {item['words']}", *item["read"]])))
    if any(item["errors"] for item in found):
        raise typer.Exit(2)
