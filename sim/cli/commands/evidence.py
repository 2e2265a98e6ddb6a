"""Commands that ask about the model's record and its rivals: calibrate, backtest, crowd, panel."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import AsJson, One, Quiet, Seed, Trials, Workers, as_trials, print_json, whole
from sim.cli.progress import CountingBar
from sim.cli.runs import print_then
from sim.errors import ParleyError
from sim.scenario.diagnostics import literal

Episodes = Annotated[
    Path | None, typer.Option("--episodes", metavar="CSV", help="Coded episodes [those that came with Parley].")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Read nothing that was settled after this day.")
]
Alone = Annotated[bool, typer.Option("--alone", help="Learn from the rows of --episodes only.")]
AllowOverlap = Annotated[
    bool, typer.Option("--allow-overlap", help="Accept two names for what looks like one war as two wars.")
]
PerEpisode = Annotated[
    int | None,
    typer.Option(
        "--trials", "-n", metavar="N", help="Trials of each episode [32,768].", parser=whole, callback=as_trials
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (calibrate, backtest, crowd, panel):
        app.command()(command)


def calibrate(
    episodes: Episodes = None,
    as_of: AsOf = None,
    alone: Alone = False,
    allow_overlap: AllowOverlap = False,
    trials: PerEpisode = None,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write posterior draws here.")] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """What past wars say of the six structural parameters."""
    from sim.cli.commands.tables_study import show_calibration
    from sim.cli.console import console
    from sim.evidence.backtest.json_output import calibration_as_dict
    from sim.evidence.calibration.calibrate import calibrate as weigh
    from sim.evidence.calibration.calibrate import read_rows
    from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS
    from sim.evidence.calibration.simulation_based_calibration import rank_check

    day = as_date(as_of)
    rows = read_rows(episodes, day, alone=alone, allow_overlap=allow_overlap)
    scored = [episode for episode in rows.all if episode.is_scored]
    with CountingBar("episodes", quiet) as bar:
        record = weigh(scored, trials=trials or DEFAULT_TRIALS, seed=seed, workers=workers, progress=bar.show)
    check = rank_check(record)

    def show() -> None:
        if as_json:
            print_json(calibration_as_dict(record, check, day))
        else:
            show_calibration(record, check, day, console())

    def write(file: Path) -> None:
        from sim.evidence.calibration.posterior_file import write_draws

        beside = write_draws(record, day, file)
        if not quiet:
            typer.echo(literal(f"Wrote {file} and {beside}."), err=True)

    print_then(show, *([lambda: write(out)] if out is not None else []))


def backtest(
    episodes: Episodes = None,
    as_of: AsOf = None,
    alone: Alone = False,
    allow_overlap: AllowOverlap = False,
    trials: PerEpisode = None,
    seed: Seed = 1,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Also draw the record as a page.")] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Forecast past talks from other wars alone; scores."""
    from sim.cli.commands.tables_study import show_backtest
    from sim.cli.console import console
    from sim.evidence.backtest.backtest import backtest as test
    from sim.evidence.backtest.json_output import backtest_as_dict
    from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS

    day = as_date(as_of)
    with CountingBar("episodes", quiet) as bar:
        found = test(
            episodes,
            as_of=day,
            alone=alone,
            allow_overlap=allow_overlap,
            trials=trials or DEFAULT_TRIALS,
            seed=seed,
            workers=workers,
            progress=bar.show,
        )
    as_dict = backtest_as_dict(found)

    def show() -> None:
        if as_json:
            print_json(as_dict)
        else:
            show_backtest(found, console())

    def write(file: Path) -> None:
        from dashboards.report.record import write_record
        from sim.evidence.calibration.posterior_file import about, as_csv

        write_record(as_dict, file, about(found.record, day, as_csv(found.record.posterior)))
        if not quiet:
            typer.echo(literal(f"Wrote {file}"), err=True)

    print_then(show, *([lambda: write(report)] if report is not None else []))


def crowd(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario or run folder.")],
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """The model beside forecasters of the same war."""
    from sim.cli import console
    from sim.evidence.crowd.crowd import crowd_table
    from sim.execution import plan
    from sim.execution.run import run as run_one
    from sim.results.run import open_run

    run = open_run(scenario) if plan.is_run(scenario) else run_one(scenario, trials=trials, seed=seed, workers=workers)
    found = crowd_table(run)
    if found is None:
        raise ParleyError(f"{run.name}: names no crowd (`crowd: {{file: ..., date: ...}}`)")
    if as_json:
        print_json(found.as_dict())
    else:
        console.show_crowd(found, console.console())


def panel(scenario: One, as_json: AsJson = False) -> None:
    """What other schools of models say of a scenario."""
    from sim.cli.console import console
    from sim.evidence.rival_models import panel as rival_panel
    from sim.evidence.rival_models import show_panel
    from sim.scenario.reading.load import load

    found = rival_panel(load(scenario))
    if as_json:
        print_json(found.as_dict())
    else:
        show_panel(found, console())


def as_date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParleyError(f"--as-of: {text[:40]!r} came, a date such as 2025-05-15 is wanted") from None
