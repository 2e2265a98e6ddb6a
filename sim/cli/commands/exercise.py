"""The command for classes: ``parley class``. Forecast first, reveal after; exercises with closed-form answers."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sim.cli.options import AsJson, Quiet, Seed, Trials, Workers, print_json
from sim.errors import ParleyError


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command("class")(classroom)


def classroom(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="Scenario or run folder to forecast.", show_default=False)
    ] = None,
    forecast: Annotated[
        str | None, typer.Option(metavar="P,P,P,P", help="Your odds by 30, 90, 180 and 365 days [asked for].")
    ] = None,
    exercise: Annotated[
        str | None, typer.Option(metavar="NAME", help="Instead: fearon, nash, rubinstein or mirror.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option(metavar="X,...", help="Your answers to the exercise [asked for].")
    ] = None,
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """For classes: your forecast first, then the model's."""
    if (scenario is None) == (exercise is None):
        raise ParleyError("class: a SCENARIO or --exercise NAME is wanted, one of the two")
    if exercise is not None:
        if forecast is not None:
            raise ParleyError("--forecast goes with a scenario; an exercise takes --answer")
        return pose_exercise(exercise, answer, seed, as_json)
    if answer is not None:
        raise ParleyError("--answer goes with --exercise; a scenario takes --forecast")
    assert scenario is not None
    teach(scenario, forecast, trials, seed, workers, quiet, as_json)


def teach(
    name: str, forecast: str | None, trials: int | None, seed: int, workers: int | None, quiet: bool, as_json: bool
) -> None:
    """Show the question, take the forecast, then run the scenario and reveal."""
    from sim.cli.commands.tables_classroom import show_lesson, show_question
    from sim.cli.console import console
    from sim.cli.progress import ProgressBar
    from sim.execution import plan
    from sim.execution.run import run_many
    from sim.results.run import open_run
    from sim.scenario.reading.load import load
    from sim.teaching.forecast_lesson import as_forecast, horizons_asked, lesson

    folder = open_run(name) if plan.is_run(name) else None
    loaded = folder.scenario if folder else load(name)
    days = horizons_asked(loaded)
    given = as_forecast(forecast, days) if forecast is not None else None
    if not as_json:
        show_question(folder.name if folder else name, loaded, console(to_stderr=forecast is None))
    if given is None:
        given = asked_for(days)
    if folder is None:
        wanted = plan.requests([name], plan.Question(trials, seed))
        with ProgressBar(wanted, quiet) as bar:
            (folder,) = run_many(wanted, workers=workers, progress=bar.show)
    found = lesson(folder, given)
    if as_json:
        print_json(found.as_dict())
    else:
        show_lesson(found, console())


def asked_for(days: tuple[int, ...]) -> tuple[float, ...]:
    """The student's odds, one question for each horizon; a mistake is told and asked again."""
    from sim.teaching.forecast_lesson import as_chance, in_order

    chances: list[float] = []
    while len(chances) < len(days):
        said = line_from_reader(f"Your odds that it has begun by {days[len(chances)]} days (.3, 30% or 1/3): ")
        try:
            in_order([*chances, as_chance(said)], days)
        except ParleyError as mistake:
            typer.echo(str(mistake), err=True)
            continue
        chances.append(as_chance(said))
    return tuple(chances)


def pose_exercise(name: str, answer: str | None, seed: int, as_json: bool) -> None:
    """Pose an exercise, take the answers, mark them and explain."""
    from sim.cli.commands.tables_classroom import show_exercise, show_marked
    from sim.cli.console import console
    from sim.execution.blocks import check_counts
    from sim.teaching.exercises import as_numbers, mark, pose

    check_counts(1, seed, None)
    posed = pose(name, seed)
    if not as_json:
        show_exercise(posed, console(to_stderr=answer is None))
    if answer is None:
        given = [number for asked in posed.asked for number in as_numbers(line_from_reader(f"{asked}: "))]
    else:
        given = as_numbers(answer)
    found = mark(posed, given)
    if as_json:
        print_json(found.as_dict())
    else:
        show_marked(found, console())


def line_from_reader(prompt: str) -> str:
    """A line typed or piped in; the prompt goes to stderr, so that stdout carries results alone."""
    typer.echo(prompt, err=True, nl=False)
    line = sys.stdin.readline()
    if not line:
        raise ParleyError("\nan answer was wanted and no more came: give --forecast or --answer")
    return line
