"""``parley why``: how far trials got and why they failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import chance, print_result, print_table, say, whole
from sim.cli.options import AsJson, One, Quiet, Reading, Seed, Sets, Trials, Workers
from sim.cli.runs import runs_of
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.failure.findings import Change, Share, Why


def why(
    scenario: One,
    base: Annotated[
        str | None,
        typer.Option(metavar="BASE", help="Scenario or run folder to compare with, by common random numbers."),
    ] = None,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Explain how far trials got and why they failed."""
    from sim.analysis.failure.why import explain

    found = explain(*runs_of([scenario, *([base] if base else [])], trials, seed, sets, workers, quiet, reading))
    print_result(found, as_json, show_why)


def show_why(found: Why, to: Console) -> None:
    """Print the stages, the reasons and a paragraph per finding; with a base, changes in points for each share."""
    from sim.results import wording

    to.print(f"Why {found.scenario} fails, up to the first agreed halt and within {found.days} days", style="bold")
    to.print(f"{counted(found.trials, 'trial')}, seed {found.seed}; intervals of 95 % are Monte Carlo error alone\n")
    against = () if found.base is None else ("against\nthe base",)
    rows = [
        (one.name, *_cells(one.passed), *_cells(one.step), *([_change(found, "stage", one.name)] if against else []))
        for one in found.stages
    ]
    print_table(to, ("of 100 trials", "reach it", "95 %", "of those\nbefore", "95 %", *against), rows)
    if found.n_failed:
        to.print(f"\nOf the {counted(found.n_failed, 'trial')} without a durable halt", style="bold")
        rows = [
            (wording.REASONS[tag], *_cells(share), *([_change(found, "tag", tag)] if against else []))
            for tag, share in sorted(found.tags.items(), key=lambda item: -(item[1].p or 0))
            if share.p or (found.base is not None and _find(found, "tag", tag).is_clear)
        ]
        if found.imposed.p:
            places = [number for number, row in enumerate(rows) if row[0] == wording.REASONS["victory"]]
            blank = ("",) if against else ()
            rows.insert(
                places[0] + 1, ("  and imposes a ceasefire, an ending of its own", *_cells(found.imposed), *blank)
            )
        heads = ("per cent", "share", "95 %", *(("of all trials,\nagainst the base",) if against else ()))
        print_table(to, heads, rows)
    if any(wording.is_no_interval(change.lo, change.hi) for change in found.changes):
        to.print(wording.NO_INTERVAL)
    to.print()
    for text in found.sentences:
        say(to, text)


def _cells(share: Share) -> tuple[str, str]:
    if share.p is None:
        return "-", "-"
    return chance(share.p, share.hi), f"{_edge(share.lo)}-{_edge(share.hi)}"


def _edge(p: float) -> str:
    """Return an end of an interval: 0 and 100 only where they are the ends."""
    return f"{p * 100:.0f}" if p in (0.0, 1.0) else whole(p)


def _find(found: Why, kind: str, name: str) -> Change:
    return next(change for change in found.changes if (change.kind, change.name) == (kind, name))


def _change(found: Why, kind: str, name: str) -> str:
    from sim.results.wording import points

    change = _find(found, kind, name)
    return points(change.difference, change.lo, change.hi)
