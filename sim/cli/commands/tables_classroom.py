"""What ``parley class`` prints: the question, then the reveal; an exercise, then its answer."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.cli.console import band_cell, plain_table, show_crowd, whole
from sim.teaching.exercises import Exercise, Marked
from sim.teaching.forecast_lesson import Lesson, Scored

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.schema import Scenario


def show_question(name: str, scenario: Scenario, to: Console) -> None:
    """What is to be forecast, before any number of the model."""
    to.print(f"{name}: {scenario.title}", style="bold")
    for line in (scenario.question, f"Supposes: {scenario.supposes}", f"Settled by: {scenario.resolution}"):
        _say(to, line)
    to.print()


def show_lesson(found: Lesson, to: Console) -> None:
    """The student's odds beside the model's, what the record knows, scores or why there are none, the crowd."""
    to.print(f"Odds of a halt that lasts 30 days or more: {found.scenario}", style="bold")
    columns = [f"{days} days" for days in found.days]
    scored = ("Brier", "log") if found.is_scored else ()
    table = plain_table("per cent", *columns, *scored)
    for row in found.rows:
        table.add_row(row.who, *map(whole, row.odds), *_scores(row))
    table.add_row("Parley's 90 % band", *(band_cell({"lo": lo, "hi": hi}, found.trials) for lo, hi in found.band))
    if found.outcome:
        ends = {True: "yes", False: "no", None: "not settled"}
        table.add_row("what happened", *(ends[end] for end in found.outcome.happened))
    else:
        table.add_row("you less Parley, points", *(f"{100 * gap:+.0f}" for gap in found.apart))
    to.print(table)
    to.print()
    if found.outcome:
        known = found.outcome
        _say(to, f"The record ({known.episode}, {known.name}): {known.in_words or 'no words'}.")
    if found.is_scored:
        _say(to, "Brier score and log score: 0 is best; one half throughout scores .25 and .69.")
    for note in found.notes:
        _say(to, note)
    if found.crowd:
        to.print()
        show_crowd(found.crowd, to)


def _scores(row: Scored) -> tuple[str, ...]:
    if row.brier is None or row.log is None:
        return ()
    return f"{row.brier:.3f}", f"{row.log:.2f}"


def show_exercise(exercise: Exercise, to: Console) -> None:
    """The question with its numbers."""
    to.print(f"Exercise: {exercise.name}, sheet {exercise.seed}", style="bold")
    _say(to, exercise.question)
    _say(to, f"Answer: {', '.join(exercise.asked)}. Within {exercise.tolerance:g} is right.")
    to.print()


def show_marked(found: Marked, to: Console) -> None:
    """Each answer, then the equation, what it says, and where it comes from."""
    exercise = found.exercise
    table = plain_table("", "answered", "right")
    table.add_column("", justify="left")
    for asked, said, true, ok in zip(exercise.asked, found.answered, exercise.answer, found.is_right, strict=True):
        table.add_row(asked, f"{said:.3f}", f"{true:.3f}", "yes" if ok else "no")
    to.print(table)
    to.print()
    _say(to, f"{found.sentence} {exercise.equation}")
    _say(to, exercise.explanation)
    _say(to, exercise.citation + ".")
    _say(to, f"See it in the model: {exercise.see}")


def _say(to: Console, text: str) -> None:
    to.print(textwrap.fill(text, to.width - 1, break_on_hyphens=False), soft_wrap=True)
