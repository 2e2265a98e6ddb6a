"""What ``parley sensitivity`` prints: the inputs that move the odds, the weightiest first."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.analysis.sensitivity.morris import Morris
from sim.analysis.sensitivity.sobol import Sobol
from sim.analysis.sensitivity.tornado import Bar, Tornado
from sim.cli.console import chance, plain_table
from sim.results.formatting import as_number
from sim.statistics.estimates import wilson

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

DEFAULT_ROWS = 20
BAR_WIDTH = 17
NAME_WIDTH = 34


def show_sensitivity(found: Tornado | Sobol | Morris, name: str, to: Console, most: int = DEFAULT_ROWS) -> None:
    """A title, the ``most`` weightiest inputs, what to make of them, and what to know. ``name`` is the scenario's."""
    match found:
        case Tornado():
            what, days = "one input at a time, low and high", found.days[found.at]
            table, n_all = _tornado_table(found, most), len(found.bars)
        case Sobol():
            what, days = "all inputs at once (Sobol): shares of the variance of the odds", found.days
            table, n_all = _sobol_table(found, most), len(found.indices)
        case Morris():
            what, days = "screening along trajectories (Morris)", found.days
            table, n_all = _morris_table(found, most), len(found.effects)
    to.print(f"{name}: {what}", style="bold")
    to.print(f"{found.tier} halt by {days} days, the model alone\n")
    if found.varies or (isinstance(found, Tornado) and found.bars):
        to.print(table)
        if n_all > most:
            to.print(f"... and {n_all - most} more (--json)", style="dim")
        to.print()
    _say(to, found.sentence)
    for note in found.notes:
        _say(to, note)


def _tornado_table(found: Tornado, most: int) -> Table:
    table = plain_table("input", "low to high", "odds\nat low", "odds\nat high", "high - low,\npoints", left=2)
    table.add_column("least to\ngreatest,\n| central", justify="left", no_wrap=True)
    shown = found.bars[:most]
    ends = [p[found.at] for bar in shown for p in bar.odds] or [0.0]
    least, greatest = min(ends), max(ends)
    unseen = wilson(0.0, found.trials)[1]
    for bar in shown:
        at = found.at
        reach = 50 * (bar.hi[at] - bar.lo[at])
        table.add_row(
            _short(bar.name),
            bar.in_words,
            chance(bar.odds[0][at], unseen),
            chance(bar.odds[2][at], unseen),
            f"{_points(bar.difference[at])} ±{max(1, round(reach))}",
            _drawn(bar, least, greatest, found.varies),
        )
    return table


def _drawn(bar: Bar, least: float, greatest: float, varies: bool) -> str:
    """A bar from the least to the greatest of the three odds, with a mark where all is central."""
    if greatest <= least or not varies:
        return "|"
    odds = [by_horizon[bar.at] for by_horizon in bar.odds]

    def place(p: float) -> int:
        return round((BAR_WIDTH - 1) * (p - least) / (greatest - least))

    first, last, centre = place(min(odds)), place(max(odds)), place(odds[1])
    marks = ["=" if first <= column <= last else " " for column in range(BAR_WIDTH)]
    marks[centre] = "|"
    return "".join(marks).rstrip()


def _sobol_table(found: Sobol, most: int) -> Table:
    table = plain_table("input", "first", "95 %", "total", "95 %")
    for one in found.indices[:most]:
        first = f"{as_number(one.first_lo, '.2f')} to {as_number(one.first_hi, '.2f')}"
        total = f"{as_number(one.total_lo, '.2f')} to {as_number(one.total_hi, '.2f')}"
        table.add_row(one.name, _two(one.first), first, _two(one.total), total)
    return table


def _morris_table(found: Morris, most: int) -> Table:
    table = plain_table("points of odds, over the whole distribution", "mu*", "95 %", "mu", "sigma")
    for one in found.effects[:most]:
        interval = f"{100 * one.lo:.0f} to {100 * one.hi:.0f}"
        sizes = (f"{100 * one.mu_star:.0f}", interval, _points(one.mu), f"{100 * one.sigma:.0f}")
        table.add_row(one.name, *sizes)
    return table


def _points(difference: float) -> str:
    """A difference of odds in whole points, with its sign unless that is 0."""
    near = round(100 * difference)
    return f"{near:+d}" if near else "0"


def _two(value: float | None) -> str:
    return as_number(None if value is None else max(0.0, value), ".2f")


def _short(name: str) -> str:
    """A long key path by its end: ``..tracks.settlement.audience_cost.Ukraine`` fits its column."""
    return name if len(name) <= NAME_WIDTH else f"..{name[2 - NAME_WIDTH :]}"


def _say(to: Console, text: str) -> None:
    to.print(textwrap.fill(text, to.width - 1), soft_wrap=True)
