"""``parley timeline``: the odds after each of several dated events, how far each moved them, and what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import band_cell, in_force_cell, odds_cell, print_result, print_table, say
from sim.cli.options import AsJson, Quiet, Seed, Trials, Workers
from sim.cli.runs import note_hidden, run_all
from sim.results.formatting import DASH, counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.event_timeline import Moved, Step, Timeline

LONGEST_LIST = 3


def timeline(
    name: Annotated[str, typer.Argument(metavar="TIMELINE", help="Name or file of a timeline.")],
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show the odds after each of several dated events."""
    from sim.analysis.event_timeline import from_runs, requests
    from sim.execution.request import wanted_trials
    from sim.scenario.timeline import open_timeline

    note_hidden([f"timelines/{name.removeprefix('timelines/')}"], quiet)
    opened = open_timeline(name)
    wanted = requests(opened, wanted_trials(trials, None), seed)
    print_result(from_runs(opened, run_all(wanted, workers, quiet)), as_json, show_timeline)


def show_timeline(found: Timeline, to: Console) -> None:
    """Print a row per event, what each changed, and the event that moved the odds."""
    from sim.results.wording import IN_FORCE_180, in_force_note

    to.print(f"{found.title} ({found.name})", style="bold")
    to.print(f"a halt that lasts 30 days or more, per cent by day from {found.start} in every row")
    to.print(f"{counted(found.trials, 'trial')}, seed {found.seed}\n")
    last = found.days
    days = [str(day) for day in found.steps[0].odds]
    rows: list[tuple[str, ...]] = []
    for step in found.steps:
        cells = [odds.as_dict() for odds in step.odds.values()]
        is_clear = bool(step.moved) and step.moved[last].is_clear
        own = band_cell(cells[-1], found.trials), _moved(step, last), "clear" if is_clear else ""
        rows.append((f"{step.date.day} {step.date:%b}", step.name, *map(odds_cell, cells), *own))
        rows.append(("", f"  {IN_FORCE_180}", *_in_force(found, step)))
    heads = ("after", "", *days, "90 %\nband", f"moved by {last} d,\npoints", "")
    print_table(to, heads, rows, left=2, words=[-1])
    to.print()
    for step in found.events:
        say(to, f"{step.name}: {_changed(step)}.", "  ", initial_indent="")
    to.print()
    reason = found.steps[0].reason
    is_one = bool(reason) and {step.reason for step in found.steps} == {reason}
    same = f"Throughout, where it fails the main reason is that {reason}." if is_one else ""
    known = in_force_note(odds for step in found.steps for odds in step.in_force.values())
    for text in (found.sentence, *found.notes, known, same):
        say(to, text)


def _moved(step: Step, days: int) -> str:
    """Return ``+4.2 ±1.1``, or 0 where nothing that is simulated changed."""
    return _points(step, step.moved.get(days))


def _in_force(found: Timeline, step: Step) -> tuple[str, ...]:
    """Return the odds by day of a ceasefire still in force after 180 days, their band and movement."""
    cells = [None if odds is None else odds.as_dict() for odds in step.in_force.values()]
    if (last := cells[-1]) is None:
        return (*map(in_force_cell, cells), DASH)
    moved = _points(step, step.in_force_moved.get(found.days))
    return (*map(in_force_cell, cells), band_cell(last, found.trials), moved)


def _points(step: Step, moved: Moved | None) -> str:
    from sim.results.wording import points

    if moved is None:
        return ""
    return points(moved.difference, moved.lo, moved.hi) if step.changed else "0"


def _changed(step: Step) -> str:
    if not step.changed:
        return "nothing that is simulated"
    more = len(step.changed) - LONGEST_LIST
    return "; ".join(step.changed[:LONGEST_LIST]) + (f"; and {more} more (--json)" if more > 0 else "")
