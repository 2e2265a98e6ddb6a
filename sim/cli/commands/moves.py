"""Commands about what moves the odds: timeline (what did), levers (what would)."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import AsJson, Days, One, Quiet, Seed, Sets, Trials, Workers, number, print_json, whole
from sim.cli.runs import runs_of, tell_hidden


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (timeline, levers):
        app.command()(command)


def timeline(
    name: Annotated[str, typer.Argument(metavar="TIMELINE", help="Name or file of a timeline.")],
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Odds after each of several dated events."""
    from sim.analysis.event_timeline import from_runs, requests
    from sim.cli.commands.tables_timeline import show_timeline
    from sim.cli.console import console
    from sim.cli.progress import ProgressBar
    from sim.execution.request import wanted_trials
    from sim.execution.run import run_many
    from sim.scenario.timeline import open_timeline

    tell_hidden([f"timelines/{name.removeprefix('timelines/')}"], quiet)
    told = open_timeline(name)
    wanted = requests(told, wanted_trials(trials, None), seed)
    with ProgressBar(wanted, quiet) as bar:
        found = from_runs(told, list(run_many(wanted, workers=workers, progress=bar.show)))
    if as_json:
        print_json(found.as_dict())
    else:
        show_timeline(found, console())


def levers(
    scenario: One,
    target: Annotated[
        float | None,
        typer.Option(metavar="P", help="Least package that lifts the odds to this, as .5.", parser=number(".5")),
    ] = None,
    use_unknowns: Annotated[
        bool, typer.Option("--unknowns", help="Instead: which unknown, once known, would move the odds most.")
    ] = False,
    tier: Annotated[str, typer.Option(metavar="TIER", help="durable, mutual or broad.")] = "durable",
    days: Days = None,
    trials: Annotated[
        int | None,
        typer.Option("--trials", "-n", metavar="N", help="Trials of each package shown [8,192].", parser=whole),
    ] = None,
    seed: Seed = 1,
    sets: Sets = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """What would lift the odds, and with what effort."""
    from sim.analysis.levers.levers import levers as search
    from sim.cli.commands.tables_levers import show_levers
    from sim.cli.console import console
    from sim.cli.progress import CountingBar
    from sim.scenario.reading.load import open_scenario
    from sim.scenario.reading.overrides import parse_set

    if use_unknowns:
        return unknowns(scenario, tier, days, trials, seed, sets, workers, quiet, as_json)
    tell_hidden([scenario], quiet)
    loaded = open_scenario(scenario, [parse_set(text) for text in sets or []])
    options = {} if trials is None else {"trials": trials}
    with CountingBar("trials", quiet) as bar:
        found = search(
            loaded.scenario,
            target,
            tier,
            days,
            seed=seed,
            workers=workers,
            progress=bar.show,
            name=loaded.name,
            **options,
        )
    if as_json:
        print_json(found.as_dict())
    else:
        show_levers(found, console())


def unknowns(
    scenario: str,
    tier: str,
    days: int | None,
    trials: int | None,
    seed: int,
    sets: list[str] | None,
    workers: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """The value of information, from an ordinary run of the scenario."""
    from sim.analysis.sensitivity.value_of_information import value_of_information
    from sim.cli.commands.tables_levers import show_information
    from sim.cli.console import console

    (run,) = runs_of([scenario], trials, seed, sets, workers, quiet)
    found = value_of_information(run, tier, days)
    if as_json:
        print_json(found.as_dict())
    else:
        show_information(found, console())
