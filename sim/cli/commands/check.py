"""``parley check``: whether scenarios are sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import print_json
from sim.cli.options import AsJson, Many, Quiet
from sim.cli.progress import CountingBar
from sim.cli.runs import note_hidden
from sim.scenario.diagnostics import literal

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


def check(
    scenarios: Many,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep", help="Also run trials: are the odds open, which inputs move nothing, does one alone decide."
        ),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check scenarios; errors and warnings with their lines."""
    from sim.execution.scenario_check import check_scenarios

    note_hidden(scenarios, quiet)
    with CountingBar("draws", quiet or not deep) as bar:
        found = check_scenarios(scenarios, deep, lambda scenario: _influence(scenario, bar))
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


def _influence(scenario: Scenario, bar: CountingBar) -> Sequence[str]:
    """Return a warning for each input that moves nothing, and for one that alone decides."""
    from sim.analysis.sensitivity.influence import influence

    return influence(scenario, progress=bar.show).warnings
