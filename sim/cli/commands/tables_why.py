"""What ``parley why`` prints: the funnel, the reasons, the sentences."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.cli.console import chance, plain_table, whole
from sim.results import wording
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.failure.findings import Change, Share, Why


def show_why(found: Why, to: Console) -> None:
    """Two tables and a paragraph per finding; with a base, changes in points beside every share."""
    to.print(f"Why {found.scenario} fails, up to the first agreed halt and within {found.days} days", style="bold")
    to.print(f"{counted(found.trials, 'trial')}, seed {found.seed}; intervals of 95 % are Monte Carlo error alone\n")
    against = () if found.base is None else ("against\nthe base",)
    funnel = plain_table("of 100 trials", "reach it", "95 %", "of those\nbefore", "95 %", *against)
    for stage in found.stages:
        change = [_change(found, "stage", stage.name)] if against else []
        funnel.add_row(stage.name, *_cells(stage.passed), *_cells(stage.step), *change)
    to.print(funnel)
    if found.n_failed:
        to.print(f"\nOf the {counted(found.n_failed, 'trial')} without a durable halt", style="bold")
        reasons = plain_table("per cent", "share", "95 %", *(("of all trials,\nagainst the base",) if against else ()))
        for tag, share in sorted(found.tags.items(), key=lambda item: -(item[1].p or 0)):
            if share.p or (found.base is not None and _find(found, "tag", tag).is_clear):
                reasons.add_row(
                    wording.REASONS[tag], *_cells(share), *([_change(found, "tag", tag)] if against else [])
                )
        to.print(reasons)
    if any(wording.is_no_interval(change.lo, change.hi) for change in found.changes):
        to.print(wording.NO_INTERVAL)
    to.print()
    for text in found.sentences:
        to.print(textwrap.fill(text, to.width - 1), soft_wrap=True)


def _cells(share: Share) -> tuple[str, str]:
    if share.p is None:
        return "-", "-"
    return chance(share.p, share.hi), f"{_edge(share.lo)}-{_edge(share.hi)}"


def _edge(p: float) -> str:
    """An end of an interval: 0 and 100 only where they are the ends."""
    return f"{p * 100:.0f}" if p in (0.0, 1.0) else whole(p)


def _find(found: Why, kind: str, name: str) -> Change:
    return next(change for change in found.changes if (change.kind, change.name) == (kind, name))


def _change(found: Why, kind: str, name: str) -> str:
    change = _find(found, kind, name)
    return wording.points(change.difference, change.lo, change.hi)
