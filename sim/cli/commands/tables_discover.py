"""What ``parley discover`` prints: boxes as sentences, what was given up for what, and the tree."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.analysis.discovery.discover import KINDS, Discovery, FoundBox, TradeOff
from sim.cli.console import plain_table, whole
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

UNSURE = 0.05
"""A limit with a larger p-value in the held-out half is said not to be confirmed."""
MASSES = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.10, 0.05)
"""Rows of the trade-off: the box nearest to each share of futures."""
HEADINGS = {"halt": "Where it comes", "failure": "Where it does not"}


def show_discovery(found: Discovery, to: Console) -> None:
    """Boxes of both kinds, each with its limits and trade-off, then the tree as a second opinion."""
    to.print(f"{found.name}: what {found.outcome} within {found.days} days depends on", style="bold")
    _say(
        to,
        f"{found.n_draws:,} draws of {counted(len(found.inputs), 'uncertain input')}, {found.n_trials:,} trials; "
        f"the model alone: {whole(found.density)} of 100 futures have {found.outcome}. Boxes are found on one half of "
        "the draws; every number in a sentence is from the other half.",
    )
    if not found.varies and not found.boxes and not found.rules:
        to.print()
        _say(to, found.no_variation)
        return
    for kind in KINDS:
        to.print(f"\n{HEADINGS[kind]}", style="bold")
        boxes = [box for box in found.boxes if box.kind == kind]
        if not boxes:
            _say(to, _nothing(found, kind))
        for box in boxes:
            _show_box(box, to)
        if boxes:
            _show_trade_off([one for one in found.trade_off if one.kind == kind], to)
    _show_tree(found, to)
    to.print()
    _say(to, "A box says where in the model's own inputs its halts lie. It does not say that its inputs are right.")


def _nothing(found: Discovery, kind: str) -> str:
    if found.wanted_density is not None and any(one.kind == kind and one.n_limits for one in found.trade_off):
        return f"No box with {whole(found.wanted_density)} of 100 that the other half of the draws confirms."
    return "No box that is more than luck: within these ranges no input tells alone, or too few trials were run."


def _show_box(box: FoundBox, to: Console) -> None:
    _say(to, f"{box.number}. {box.sentence}")
    luck = f"{whole(box.density_lo)} to {whole(box.density_hi)}"
    _say(to, f"Inside: {luck} of 100 (95 %); by luck: {_p(box.p)}.", indent="   ")
    table = plain_table("   input", "from", "to", "met by", "by luck", "unit, note")
    table.columns[-1].justify = "left"
    for limit in box.limits:
        notes = [limit.unit] if limit.unit else []
        if limit.p > UNSURE:
            notes.append("not confirmed")
        if limit.moves_with:
            notes.append("drawn together with " + ", ".join(limit.moves_with[:2]))
        ends = ("-" if end is None else f"{end:.2g}" for end in (limit.low, limit.high))
        table.add_row(f"   {limit.name}", *ends, f"{whole(limit.met_by)} %", _p(limit.p), "; ".join(notes))
    to.print(table)


def _show_trade_off(steps: list[TradeOff], to: Console) -> None:
    to.print("\n   what a smaller box buys, per cent; in brackets where it was found", style="dim")
    table = plain_table("   futures inside", "with outcome", "of all such", "limits")
    table.columns[-1].justify = "right"
    shown = dict.fromkeys(min(steps, key=lambda one: abs(one.found.mass - mass)) for mass in MASSES)
    for step in shown:
        cells = [
            f"{whole(getattr(step.held_out, name))} ({whole(getattr(step.found, name))})"
            for name in ("mass", "density", "coverage")
        ]
        table.add_row(f"   {cells[0]}", *cells[1:], str(step.n_limits))
    to.print(table)


def _show_tree(found: Discovery, to: Console) -> None:
    to.print("\nA second opinion: a tree", style="bold")
    if not found.rules:
        _say(to, "No split that the other half of the draws confirms.")
        return
    for line in found.rules:
        to.print(f"  {line}")
    told = whole(max(0.0, found.tree_explains))
    _say(to, f"It explains {told} % of what differs between draws of the other half, luck within draws included.")


def _p(p: float) -> str:
    return "<.001" if p < 0.001 else f"{p:.3f}".replace("0.", ".", 1)


def _say(to: Console, text: str, indent: str = "") -> None:
    to.print(textwrap.fill(text, to.width - 1, initial_indent=indent, subsequent_indent=indent), soft_wrap=True)
