"""``parley exercise``: for classes. Forecast first, reveal after; exercises with closed-form answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import band_cell, console, note, print_result, print_table, say, show_forecasters, whole
from sim.cli.options import AsJson, Quiet, Seed, Trials, Workers
from sim.cli.runs import run_all
from sim.errors import ParleyError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.schema import Scenario
    from sim.teaching.exercises import Exercise, GradedExercise
    from sim.teaching.forecast_lesson import Lesson, Scored


def exercise(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="Scenario or run folder to forecast.", show_default=False)
    ] = None,
    forecast: Annotated[
        str | None, typer.Option(metavar="P,P,P,P", help="Your odds by 30, 90, 180 and 365 days [asked for].")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--exercise", metavar="NAME", help="Instead: fearon, nash, rubinstein or mirror.")
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
    """Forecast before the model does, or solve an exercise."""
    if name is not None and scenario is None:
        if forecast is not None:
            raise ParleyError("--forecast goes with a scenario; an exercise takes --answer")
        return pose_exercise(name, answer, seed, as_json)
    if scenario is None or name is not None:
        raise ParleyError("exercise: expected a SCENARIO or --exercise NAME, one of the two")
    if answer is not None:
        raise ParleyError("--answer goes with --exercise; a scenario takes --forecast")
    teach(scenario, forecast, trials, seed, workers, quiet, as_json)


def teach(
    name: str, forecast: str | None, trials: int | None, seed: int, workers: int | None, quiet: bool, as_json: bool
) -> None:
    """Show the question, take the forecast, then run the scenario and reveal."""
    from sim.execution import plan
    from sim.results.run import open_run
    from sim.scenario.reading.load import load
    from sim.teaching.forecast_lesson import horizons_asked, lesson, parse_forecast

    run = open_run(name) if plan.is_run(name) else None
    loaded = run.scenario if run else load(name)
    days = horizons_asked(loaded)
    given = parse_forecast(forecast, days) if forecast is not None else None
    if not as_json:
        show_question(run.name if run else name, loaded, console(to_stderr=forecast is None))
    if given is None:
        given = asked_for(days)
    if run is None:
        (run,) = run_all(plan.requests([name], plan.Question(trials, seed)), workers, quiet)
    print_result(lesson(run, given), as_json, show_lesson)


def asked_for(days: tuple[int, ...]) -> tuple[float, ...]:
    """Ask for the student's odds, one horizon after the other; a mistake is named and asked again."""
    from sim.teaching.forecast_lesson import checked_forecast, parse_probability

    chances: list[float] = []
    while len(chances) < len(days):
        typed = line_from_reader(f"Your odds that it has begun by {days[len(chances)]} days (.3, 30% or 1/3): ")
        try:
            given = [*chances, parse_probability(typed)]
            chances = [*checked_forecast(given, days[: len(given)])]
        except ParleyError as mistake:
            note(str(mistake))
    return tuple(chances)


def pose_exercise(name: str, answer: str | None, seed: int, as_json: bool) -> None:
    """Pose an exercise, take the answers, grade them and explain."""
    from sim.execution.blocks import check_counts
    from sim.teaching.exercises import grade, parse_numbers, pose

    check_counts(1, seed, None)
    posed = pose(name, seed)
    if not as_json:
        show_exercise(posed, console(to_stderr=answer is None))
    if answer is None:
        given = [number for asked in posed.asked for number in parse_numbers(line_from_reader(f"{asked}: "))]
    else:
        given = parse_numbers(answer)
    print_result(grade(posed, given), as_json, show_marked)


def line_from_reader(prompt: str) -> str:
    """Return a line typed or piped in; the prompt goes to stderr, so that stdout carries results alone."""
    typer.echo(prompt, err=True, nl=False)
    line = sys.stdin.readline()
    if not line:
        raise ParleyError("\nexpected an answer, got the end of the input: give --forecast or --answer")
    return line


def show_question(name: str, scenario: Scenario, to: Console) -> None:
    """Print what is to be forecast, before any number of the model."""
    to.print(f"{name}: {scenario.title}", style="bold")
    for line in (scenario.question, f"Supposes: {scenario.supposes}", f"Settled by: {scenario.resolution}"):
        _say(to, line)
    to.print()


def show_lesson(found: Lesson, to: Console) -> None:
    """Print the student's odds and the model's, what the record knows, scores or why there are none, forecasters."""
    from sim.results import wording

    to.print(f"Odds of a halt that lasts 30 days or more: {found.scenario}", style="bold")
    columns = [f"{days} days" for days in found.days]
    scored = ("Brier", "log") if found.is_scored else ()
    rows = [(row.who, *map(whole, row.odds), *_scores(row)) for row in found.rows]
    rows.append(("Parley's 90 % band", *(band_cell({"lo": lo, "hi": hi}, found.trials) for lo, hi in found.band)))
    rows.append((f"Parley, {wording.IN_FORCE_180}", *map(whole, found.in_force)))
    if found.outcome:
        ends = {True: "yes", False: "no", None: "not settled"}
        rows.append(("what happened", *(ends[end] for end in found.outcome.happened)))
    else:
        rows.append(("you less Parley, points", *(f"{100 * gap:+.0f}" for gap in found.differences)))
    print_table(to, ("per cent", *columns, *scored), rows)
    to.print()
    if known := found.outcome:
        _say(to, f"The record ({known.episode}, {known.name}): {known.in_words or 'no words'}.")
    if found.is_scored:
        _say(to, "Brier score and log score: 0 is best; one half throughout scores .25 and .69.")
    for text in (*found.notes, wording.in_force_note(found.in_force)):
        _say(to, text)
    if found.forecasters:
        to.print()
        show_forecasters(found.forecasters, to)


def _scores(row: Scored) -> tuple[str, ...]:
    if row.brier is None or row.log is None:
        return ()
    return f"{row.brier:.3f}", f"{row.log:.2f}"


def show_exercise(posed: Exercise, to: Console) -> None:
    """Print the question with its numbers."""
    to.print(f"Exercise: {posed.name}, sheet {posed.seed}", style="bold")
    _say(to, posed.question)
    _say(to, f"Answer: {', '.join(posed.asked)}. Within {posed.tolerance:g} is right.")
    to.print()


def show_marked(found: GradedExercise, to: Console) -> None:
    """Print each answer, then the equation, what it says, and where it comes from."""
    posed = found.exercise
    answers = zip(posed.asked, found.answered, posed.answer, found.is_right, strict=True)
    rows = [(asked, f"{given:.3f}", f"{true:.3f}", "yes" if ok else "no") for asked, given, true, ok in answers]
    print_table(to, ("", "answered", "right", ""), rows, words=[-1])
    to.print()
    _say(to, f"{found.sentence} {posed.equation}")
    _say(to, posed.explanation)
    _say(to, posed.citation + ".")
    _say(to, f"See it in the model: {posed.see}")


def _say(to: Console, text: str) -> None:
    """Print a paragraph; equations are not broken at their minus signs."""
    say(to, text, break_on_hyphens=False)
