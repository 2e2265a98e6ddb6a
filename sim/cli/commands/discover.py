"""``parley discover``: boxes of the uncertain inputs as sentences, what a smaller box gains, and a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import print_result, print_table, say, whole
from sim.cli.options import AsJson, Days, Keep, One, Quiet, Reading, Seed, Sets, Trials, Workers, number
from sim.cli.progress import CountingBar
from sim.cli.runs import keep_for_pages, runs_of
from sim.errors import ParleyError
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.discovery.discover import Discovery, FoundBox, TradeOff

UNSURE = 0.05
"""A limit with a larger p-value in the held-out half is said not to be confirmed."""
MASSES = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.10, 0.05)
"""Rows of the trade-off: the box nearest to each share of futures."""
HEADINGS = {"halt": "Where it comes", "failure": "Where it does not"}


def discover(
    scenario: One,
    outcome: Annotated[str, typer.Option(metavar="TIER", help="durable or mutual.")] = "durable",
    days: Days = None,
    density: Annotated[
        float | None, typer.Option(metavar="P", help="Least restricted box this dense, as .6.", parser=number(".6"))
    ] = None,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    workers: Workers = None,
    keep: Keep = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find which regions of the inputs lead to a ceasefire."""
    from sim.analysis.discovery.discover import discover as search
    from sim.statistics.horizons import horizons

    if keep and (outcome != "durable" or days is not None):
        raise ParleyError("--keep: the dashboard shows boxes for durable halts by the last horizon")
    (run,) = runs_of([scenario], trials, seed, sets, workers, quiet, reading)
    with CountingBar("searches", quiet) as bar:
        found = search(run, outcome, max(horizons(run.scenario)) if days is None else days, density, bar.show)
    problem = None
    if keep:
        from dashboards.study_cache import about

        options = {"trials": run.n_trials, "days": found.days, "density": density}
        problem = keep_for_pages(about("boxes", run), options, found, quiet)
    print_result(found, as_json, show_discovery)
    if problem:
        raise problem


def show_discovery(found: Discovery, to: Console) -> None:
    """Print boxes of both kinds, each with its limits and trade-off, then the tree as a second opinion."""
    from sim.analysis.discovery.discover import KINDS

    to.print(f"{found.name}: what {found.outcome} within {found.days} days depends on", style="bold")
    say(
        to,
        f"{found.n_draws:,} draws of {counted(len(found.inputs), 'uncertain input')}, {found.n_trials:,} trials; "
        f"{whole(found.p)} of 100 futures have {found.outcome}. Boxes are found on one half of "
        "the draws; every number in a sentence is from the other half.",
    )
    if not found.varies and not found.boxes and not found.rules:
        to.print()
        return say(to, found.no_variation)
    for kind in KINDS:
        to.print(f"\n{HEADINGS[kind]}", style="bold")
        boxes = [box for box in found.boxes if box.kind == kind]
        if not boxes:
            say(to, _nothing(found, kind))
        for box in boxes:
            _show_box(box, to)
        if boxes:
            _show_trade_off([one for one in found.trade_off if one.kind == kind], to)
    _show_tree(found, to)
    to.print()
    for text in found.notes[1:]:
        say(to, text)


def _nothing(found: Discovery, kind: str) -> str:
    if found.wanted_density is not None and any(one.kind == kind and one.n_limits for one in found.trade_off):
        return f"No box with {whole(found.wanted_density)} of 100 that the other half of the draws confirms."
    return "No box that is more than chance: within these ranges no single input decides, or too few trials were run."


def _show_box(box: FoundBox, to: Console) -> None:
    say(to, f"{box.number}. {box.sentence}")
    interval = f"{whole(box.density_lo)} to {whole(box.density_hi)}"
    say(to, f"Inside: {interval} of 100 (95 %); by chance: {_p(box.p)}.", "   ")
    rows = []
    for limit in box.limits:
        notes = [limit.unit] if limit.unit else []
        if limit.p > UNSURE:
            notes.append("not confirmed")
        if limit.moves_with:
            notes.append("drawn together with " + ", ".join(limit.moves_with[:2]))
        ends = ("-" if end is None else f"{end:.2g}" for end in (limit.low, limit.high))
        rows.append((f"   {limit.name}", *ends, f"{whole(limit.met_by)} %", _p(limit.p), "; ".join(notes)))
    print_table(to, ("   input", "from", "to", "met by", "by chance", "unit, note"), rows, words=[-1])


def _show_trade_off(steps: list[TradeOff], to: Console) -> None:
    to.print("\n   what a smaller box buys, per cent; in brackets where it was found", style="dim")
    rows = []
    for step in dict.fromkeys(min(steps, key=lambda one: abs(one.found.mass - mass)) for mass in MASSES):
        pairs = ((getattr(step.held_out, name), getattr(step.found, name)) for name in ("mass", "density", "coverage"))
        first, *others = (f"{whole(held_out)} ({whole(found)})" for held_out, found in pairs)
        rows.append((f"   {first}", *others, str(step.n_limits)))
    print_table(to, ("   futures inside", "with outcome", "of all such", "limits"), rows)


def _show_tree(found: Discovery, to: Console) -> None:
    to.print("\nA second opinion: a tree", style="bold")
    if not found.rules:
        return say(to, "No split that the other half of the draws confirms.")
    for line in found.rules:
        to.print(f"  {line}")
    share = whole(max(0.0, found.tree_explains))
    say(to, f"It explains {share} % of what differs between draws of the other half, chance within draws included.")


def _p(p: float) -> str:
    return "<.001" if p < 0.001 else f"{p:.3f}".replace("0.", ".", 1)
