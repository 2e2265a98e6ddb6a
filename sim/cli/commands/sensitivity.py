"""``parley sensitivity``: the inputs that move the odds, the weightiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import chance, plain_table, print_result, say
from sim.cli.options import AsJson, Days, Keep, One, Quiet, Reading, Seed, Sets, Tier, Workers, count_of
from sim.cli.progress import CountingBar
from sim.cli.runs import keep_for_pages, opened
from sim.errors import ParleyError
from sim.results.formatting import as_number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.analysis.sensitivity.morris import Morris
    from sim.analysis.sensitivity.sobol import Sobol
    from sim.analysis.sensitivity.tornado import Bar, Tornado

DEFAULT_ROWS = 20
BAR_WIDTH = 17
NAME_WIDTH = 34


def sensitivity(
    scenario: One,
    method: Annotated[
        str, typer.Option(metavar="METHOD", help="tornado (one at a time), sobol (shares of variance) or morris.")
    ] = "tornado",
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="PATH", help="Only this input; repeatable.")
    ] = None,
    tier: Tier = "durable",
    days: Days = None,
    trials: Annotated[int | None, count_of("each point")] = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    workers: Workers = None,
    keep: Keep = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find which uncertain inputs move the odds, and how far."""
    from sim.analysis.sensitivity.morris import morris
    from sim.analysis.sensitivity.sobol import sobol
    from sim.analysis.sensitivity.tornado import tornado

    methods: dict[str, Any] = {"tornado": tornado, "sobol": sobol, "morris": morris}
    if method not in methods:
        raise ParleyError(f"--method: expected {', '.join(methods)}, got {method[:40]!r}")
    if keep and (method == "morris" or inputs or tier != "durable" or days is not None):
        raise ParleyError(
            "--keep: the dashboard shows tornado and sobol of all inputs, for durable halts by the last horizon"
        )
    loaded = opened(scenario, sets, quiet, reading)
    wanted: dict[str, Any] = {"tier": tier, "days": days, "seed": seed, "workers": workers}
    wanted |= {"inputs": inputs} if inputs else {}
    wanted |= {"trials": trials} if trials is not None else {}
    with CountingBar("trials", quiet) as bar:
        found = methods[method](loaded.scenario, progress=bar.show, **wanted)
    problem = None
    if keep:
        from dashboards.study_cache import about_scenario

        options = {"trials": found.trials} if method == "tornado" else {"rows": found.rows}
        problem = keep_for_pages(about_scenario(method, loaded.scenario, loaded.name, seed), options, found, quiet)
    print_result(found, as_json, lambda found, to: show_sensitivity(found, loaded.name, to))
    if problem:
        raise problem


def show_sensitivity(found: Tornado | Sobol | Morris, name: str, to: Console, most: int = DEFAULT_ROWS) -> None:
    """Print the ``most`` weightiest inputs, what to make of them, and what to know. ``name`` is the scenario's."""
    from sim.analysis.sensitivity.morris import Morris
    from sim.analysis.sensitivity.sobol import Sobol
    from sim.analysis.sensitivity.tornado import Tornado

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
    to.print(f"{found.tier} ceasefire by {days} days\n")
    if found.varies or (isinstance(found, Tornado) and found.bars):
        to.print(table)
        if n_all > most:
            to.print(f"... and {n_all - most} more (--json)", style="dim")
        to.print()
    for text in (found.sentence, *found.notes):
        say(to, text)


def _tornado_table(found: Tornado, most: int) -> Table:
    from sim.statistics.estimates import wilson

    table = plain_table("input", "low to high", "odds\nat low", "odds\nat high", "high - low,\npoints", left=2)
    table.add_column("least to\ngreatest,\n| central", justify="left", no_wrap=True)
    shown, at = found.bars[:most], found.at
    ends = [p[at] for bar in shown for p in bar.odds] or [0.0]
    unseen = wilson(0.0, found.trials)[1]
    for bar in shown:
        reach = 50 * (bar.hi[at] - bar.lo[at])
        table.add_row(
            _short(bar.name),
            bar.in_words,
            chance(bar.odds[0][at], unseen),
            chance(bar.odds[2][at], unseen),
            f"{_points(bar.difference[at])} ±{max(1, round(reach))}",
            _drawn(bar, min(ends), max(ends), found.varies),
        )
    return table


def _drawn(bar: Bar, least: float, greatest: float, varies: bool) -> str:
    """Return a bar from the least to the greatest of the three odds, with a mark where all is central."""
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
        table.add_row(one.name, f"{100 * one.mu_star:.0f}", interval, _points(one.mu), f"{100 * one.sigma:.0f}")
    return table


def _points(difference: float) -> str:
    """Return a difference of odds in whole points, with its sign unless that is 0."""
    near = round(100 * difference)
    return f"{near:+d}" if near else "0"


def _two(value: float | None) -> str:
    return as_number(None if value is None else max(0.0, value), ".2f")


def _short(name: str) -> str:
    """Return a long key path by its end: ``..tracks.settlement.audience_cost.Ukraine`` fits its column."""
    return name if len(name) <= NAME_WIDTH else f"..{name[2 - NAME_WIDTH :]}"
