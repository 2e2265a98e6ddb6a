"""``parley run``: the odds of a ceasefire, as a table and in words, with what a reader would want next."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.commands.report import write_report
from sim.cli.console import (
    band_cell,
    chance,
    common_folder,
    console,
    hanging,
    in_force_cell,
    note,
    odds_cell,
    plain_table,
    print_json,
)
from sim.cli.options import AsJson, Many, Quiet, Reading, Seed, Sets, Trials, Workers, number
from sim.cli.progress import ProgressBar
from sim.cli.runs import Machines, computed, keeps_no_trials, note_names, print_then
from sim.errors import ParleyError
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.results.run import Run

LEAST_IMPOSED = 0.005
"""Imposed ceasefires below half a per cent are left out of the cell of wins."""
MOST_DATES = 2
"""Of more days from which scenarios count, the line above the table names none."""


def run(
    scenarios: Many,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    sweeps: Annotated[
        list[str] | None,
        typer.Option("--sweep", metavar="PATH=LO:HI:N", help="N values from LO to HI, or v1,v2,...; repeatable."),
    ] = None,
    reading: Reading = "pool",
    central: Annotated[bool, typer.Option("--central", help="Every uncertain number at its central value.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="The model alone: trials unweighted, at no other level.")] = False,
    workers: Workers = None,
    precision: Annotated[
        float | None,
        typer.Option(
            metavar="HALFWIDTH",
            help="Stop once the last durable odds are this well known, as .005.",
            parser=number(".005"),
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the run in this folder.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out or in SCENARIO, or show it.")
    ] = False,
    use_numbered: Annotated[
        bool, typer.Option("--numbered", help="If --out holds another run, use DIR-2, DIR-3 and so on.")
    ] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Keep more than five million trials, in memory or --out.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Many machines: a Dask scheduler, tcp://host:port or tls://host:port."),
    ] = None,
    tls: Annotated[Path | None, typer.Option(metavar="DIR", help="ca.pem, cert.pem and key.pem for tls://.")] = None,
    insecure_scheduler: Annotated[
        bool, typer.Option("--insecure-scheduler", help="Allow plain tcp:// beyond this computer.")
    ] = False,
    with_report: Annotated[bool, typer.Option("--report", help="Also write report.html into --out.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run scenarios and print the odds of a ceasefire."""
    from sim.execution import plan

    if out is None and resume and len(scenarios) == 1 and plan.is_run(scenarios[0]):
        out, trials, seed, precision = plan.as_begun(Path(scenarios[0]), trials, seed, precision)
    if out is None and (resume or use_numbered or with_report):
        raise ParleyError("--resume, --numbered and --report need --out DIR")
    machines = Machines(workers, scheduler, tls, insecure_scheduler)
    is_streamed = keeps_no_trials(trials, precision, seed, store, out)
    question = plan.Question(
        trials, seed, precision, tuple(sets or ()), tuple(sweeps or ()), central, resume, raw, reading
    )
    names = plan.expand(scenarios)
    note_names(names, quiet)
    wanted = plan.requests(names, question)
    place = out
    if out is not None:
        wanted, place = plan.into(wanted, out, use_numbered)
    with ProgressBar(wanted, quiet) as bar:
        runs = computed(wanted, machines, bar.show, store, is_streamed)
    if place != out:
        note(f"{out} holds other runs, so these are in {place}.", quiet)
    if not bar.n_blocks:
        note(f"Nothing had to be computed: {place} already holds these runs.", quiet)
    page = place / "report.html" if with_report and place else None

    def show() -> None:
        if as_json:
            print_json(runs[0].summary if len(runs) == 1 else [one.summary for one in runs])
        else:
            show_runs(runs, console(), is_sweep=bool(sweeps))

    print_then(show, *([lambda: write_report(runs, page, quiet=quiet)] if page else []))
    if not quiet and not as_json:
        show_next(names, place, page, console(to_stderr=True))


def odds_table(runs: Sequence[Run]) -> Table:
    """Return a row per scenario in per cent: the odds by day, all else by the last day."""
    from sim.results import wording
    from sim.scenario.schema.labels import sides_called
    from sim.statistics.estimates import effective_trials, wilson

    first = runs[0]
    prefix = common_folder([one.name for one in runs])
    days = list(first.summary["tiers"]["durable"])
    sides = sides_called(first.scenario)
    if any(sides_called(one.scenario) != sides for one in runs):
        sides = {"A": "side A", "B": "side B"}
    wins = f"wins (and\nimposes a\nceasefire):\n{sides['A']} /\n{sides['B']}"
    table = plain_table("per cent, by day", *days, "90 %\nband", "agreed,\nof any\nlength", "any", wins)
    table.add_column("main reason\nfor failure", justify="left", overflow="fold")
    for one in runs:
        tiers = one.summary["tiers"]
        last = list(tiers["durable"])[-1]
        unseen = wilson(0.0, effective_trials(one.n_trials, 1.0))[1]
        table.add_row(
            one.name.removeprefix(prefix),
            *(odds_cell(tiers["durable"][day]) if day in tiers["durable"] else "-" for day in days),
            band_cell(tiers["durable"][last], one.n_trials),
            *(odds_cell(tiers[tier][last]) for tier in ("mutual", "broad")),
            " / ".join(wins_cell(one.summary, side, unseen) for side in ("A", "B")),
            wording.reason(one.summary, short=True),
        )
        kept = one.summary["in_force_180"]
        table.add_row(
            hanging(f"  {wording.IN_FORCE_180}"),
            *(in_force_cell(kept.get(day)) for day in days),
            band_cell(kept[last], one.n_trials) if kept[last] is not None else "-",
        )
    return table


def wins_cell(summary: Mapping[str, Any], side: str, unseen: float) -> str:
    """Return ``19 (8)``: how often a side wins, and with an imposed ceasefire, from half a per cent."""
    won, imposed = summary["victory"][side], summary["victory_imposed"][side]
    return f"{chance(won, unseen)} ({chance(imposed, unseen)})" if imposed >= LEAST_IMPOSED else chance(won, unseen)


def starts(runs: Sequence[Run]) -> str:
    """Return the day from which the runs count, or that each has its own."""
    from sim.results import wording

    dates = list(dict.fromkeys(wording.long_date(one.scenario) for one in runs))
    if len(dates) > MOST_DATES:
        return "the day on which each begins"
    return " and ".join(dates)


def show_runs(runs: Sequence[Run], to: Console, is_sweep: bool = False) -> None:
    """Print the table with its headline above; below it the sentence and the reasons, or the trend of a sweep."""
    from sim.results import by_reading, wording
    from sim.scenario.provenance import evidence_of_all

    first = runs[0]
    last = list(first.summary["tiers"]["durable"])[-1]
    to.print(f"Odds of {wording.HALTED}, from {starts(runs)}", style="bold")
    n_trials = counted(first.n_trials, "trial") + (" each" if len(runs) > 1 else "")
    to.print(f"{n_trials}, seed {first.seed}. By day: begun by then; band and columns after it: by day {last}.")
    to.print()
    to.print(odds_table(runs))
    to.print()
    for one in runs:
        if readings := one.summary["readings"]:
            name = f"{one.name}: " if len(runs) > 1 else ""
            to.print(f"{name}By reading of the sources, by day {last}: {by_reading.words(readings, last)}.")
    known = [cell for one in runs for cell in one.summary["in_force_180"].values()]
    is_trend = is_sweep and len(runs) > 1
    if is_trend:
        odds = [wording.percent(one.summary["tiers"]["durable"][last]["p"]) for one in (first, runs[-1])]
        to.print(f"Durable odds within {last} days: {odds[0]} at {first.name}, {odds[1]} at {runs[-1].name}.")
    else:
        to.print((f"{first.name}: " if len(runs) > 1 else "") + wording.sentence(first.summary, first.scenario))
        to.print(wording.still_in_force(first.summary, first.scenario))
    if is_trend or None in known[len(first.summary["in_force_180"]) :]:
        to.print(wording.in_force_note(known))
    caveat = wording.caveat(first.summary["tiers"]["durable"][last], first.n_trials)
    to.print(f"{caveat} Odds of a supposed scenario are not odds that it comes about.")
    to.print(evidence_of_all([one.scenario for one in runs]))
    if not is_trend:
        to.print("\nWhy", style="bold")
        for line in wording.why(first.summary):
            to.print(line)


def program() -> str:
    """Return how to call the command from here: its name if it is on the path, else where this one lies."""
    if shutil.which("parley"):
        return "parley"
    called = Path(sys.argv[0])
    inside = called.is_absolute() and called.is_relative_to(Path.cwd())
    return str(called.relative_to(Path.cwd()) if inside else called) if called.name == "parley" else "python -m sim"


def show_next(names: Sequence[str], folder: Path | None, page: Path | None, to: Console) -> None:
    """Print the commands that a reader would want next; ``names`` are the scenarios as they were typed."""
    parley, base = program(), shlex.quote(names[0])
    lines = [f"{parley} show {base}        every number with its source"]
    if len(names) > 1:
        what = "the difference, with common random numbers"
        lines.insert(0, f"{parley} compare {base} {shlex.quote(names[1])}        {what}")
    lines.append(f"{parley} run {base} --set war.momentum=0.3        change one and see")
    if page:
        lines.insert(0, f"open {shlex.quote(str(page))}")
    elif folder:
        what = "the curves and the funnel as a page"
        lines.insert(0, f"{parley} report {shlex.quote(str(folder))} -o report.html        {what}")
    to.print("\nNext:", style="bold")
    for line in lines:
        to.print(f"  {line}", soft_wrap=True)
