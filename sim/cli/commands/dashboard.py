"""``parley dashboard``: the live pages."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Seed, Trials, whole


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
    """Explore in a browser, on this computer only."""
    from dashboards.app.server import serve
    from sim.execution.blocks import DEFAULT_TRIALS

    serve(names or ["istanbul_2025"], port, DEFAULT_TRIALS if trials is None else trials, seed, not no_browser)
