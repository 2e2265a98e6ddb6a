"""``parley list``: the scenarios that can be named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.cli.console import console, print_json
from sim.cli.options import AsJson

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.catalogue import Entry

FIELDS = ("name", "title", "question", "supposes", "problem")


def list_scenarios(as_json: AsJson = False) -> None:
    """List scenarios with their date and what they suppose."""
    from sim.scenario.catalogue import catalogue

    entries = catalogue()
    if as_json:
        print_json([{**{key: getattr(one, key) for key in FIELDS}, "start": str(one.start or "")} for one in entries])
    else:
        show_catalogue(entries, console())


def show_catalogue(entries: Sequence[Entry], to: Console) -> None:
    """Print scenarios by folder: name, start date, what is supposed."""
    from rich.padding import Padding

    folder = None
    for entry in entries:
        if entry.name.rpartition("/")[0] != folder:
            folder = entry.name.rpartition("/")[0]
            to.print(f"\n{folder}", style="bold")
        date = entry.start.isoformat() if entry.start else " " * 10
        to.print(f"  {entry.name}  ({date})")
        to.print(Padding(entry.problem or entry.supposes, (0, 0, 0, 6)), style="red" if entry.problem else None)
