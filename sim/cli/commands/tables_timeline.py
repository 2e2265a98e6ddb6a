"""What ``parley timeline`` prints: odds after each event, how far it moved them, and what it changed."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.cli.console import band_cell, odds_cell, plain_table
from sim.results import wording
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.event_timeline import Step, Timeline

LONGEST_LIST = 3


def show_timeline(found: Timeline, to: Console) -> None:
    """A table with a row per event, what each changed, and the event that moved the odds."""
    to.print(f"{found.title} ({found.name})", style="bold")
    to.print(f"a halt that lasts 30 days or more, per cent by day from {found.start} in every row")
    to.print(f"{counted(found.trials, 'trial')}, seed {found.seed}\n")
    last = found.days
    days = [str(day) for day in found.steps[0].odds]
    table = plain_table("after", "", *days, "90 %\nband", "model\nalone", f"moved by {last} d,\npoints", left=2)
    table.add_column("", justify="left")
    for step in found.steps:
        cells = [odds.as_dict() for odds in step.odds.values()]
        model = odds_cell({"p": step.odds[last].model, "mc_hi": step.odds[last].model_hi})
        band = band_cell(cells[-1], found.trials)
        table.add_row(
            f"{step.date.day} {step.date:%b}", step.name, *map(odds_cell, cells), band, model,
            _moved(step, last), "clear" if step.moved and step.moved[last].is_clear else "",
        )  # fmt: skip
    to.print(table)
    to.print()
    for step in found.events:
        _say(to, f"{step.name}: {_changed(step)}.", "  ")
    to.print()
    reasons = {step.reason for step in found.steps}
    same = f"Throughout, where it fails the main reason is that {found.steps[0].reason}." if len(reasons) == 1 else ""
    for text in (found.sentence, *found.notes, same if found.steps[0].reason else ""):
        if text:
            _say(to, text)


def _moved(step: Step, days: int) -> str:
    """``+4.2 ±1.1``, or 0 where nothing that is simulated changed."""
    moved = step.moved.get(days)
    if moved is None:
        return ""
    if not step.changed:
        return "0"
    return wording.points(moved.difference, moved.lo, moved.hi)


def _changed(step: Step) -> str:
    if not step.changed:
        return "nothing that is simulated"
    more = len(step.changed) - LONGEST_LIST
    return "; ".join(step.changed[:LONGEST_LIST]) + (f"; and {more} more (--json)" if more > 0 else "")


def _say(to: Console, text: str, indent: str = "") -> None:
    to.print(textwrap.fill(text, to.width - 1, subsequent_indent=indent), soft_wrap=True)
