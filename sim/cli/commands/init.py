"""``parley init``: a small scenario to edit."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from sim.cli.console import print_json
from sim.cli.options import AsJson


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or path of the new file.")],
    as_json: AsJson = False,
) -> None:
    """Write a small commented scenario to edit."""
    from sim.execution.scenario_check import write_template

    path = write_template(name)
    if as_json:
        return print_json({"path": path})
    typer.echo(f"Wrote {path}. Edit it, then: parley check {shlex.quote(path)} && parley run {shlex.quote(path)}")
