"""Prints a panel: what each school says, its odds (none), a reading; below it the limits of each school."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sim.evidence.rival_models.panel import Panel, Row

if TYPE_CHECKING:
    from rich.console import Console


def show_panel(panel: Panel, console: Console) -> None:
    """One table; rows that say the same of the same subject share a line."""
    from rich.padding import Padding
    from rich.table import Table

    console.print(f"What other schools would say of: {panel.title}", style="bold")
    console.print("Scales run from 0, side A's end, to 1, side B's; the curve from 0, side B's end, to 1, side A's.\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("model", overflow="fold", vertical="top", ratio=20)
    table.add_column("what it says", overflow="fold", vertical="top", ratio=40)
    table.add_column("odds", vertical="top", min_width=4)
    table.add_column("in a sentence", overflow="fold", vertical="top", ratio=36)
    heading = None
    for rows in _alike(panel.rows):
        first = rows[0]
        if (first.school, first.subject) != heading:
            heading = first.school, first.subject
            table.add_row(first.school, first.subject, "", "", style="bold")
        table.add_row("\n".join(f"  {row.method}" for row in rows), first.predicts, first.odds, first.reading)
    console.print(table)
    console.print("\nLimits", style="bold")
    for school, limit in {row.school: row.limit for row in panel.rows}.items():
        console.print(Padding(f"{school}: {limit}", (0, 0, 0, 2)))
    console.print()
    for note in panel.notes:
        console.print(note)
    console.print("None of these models has odds or dates; `--json` has the numbers and the source of each.")


def _alike(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Neighbouring rows with one school, subject, prediction and reading."""
    for _, group in groupby(rows, key=lambda row: (row.school, row.subject, row.predicts, row.reading)):
        yield list(group)
