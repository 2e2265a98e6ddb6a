"""What runs left, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results.formatting import counted
from sim.scenario.diagnostics import escaped

if TYPE_CHECKING:
    from rich.console import Console

    from sim.execution.reproduce import Reproduction
    from sim.results.inventory import Kept


def show_kept(found: Sequence[Kept], place: Path, to: Console) -> None:
    """One line a run folder."""
    from rich.table import Table
    from rich.text import Text

    if not found:
        to.print(Text(f"{place}: no runs are kept here; parley run SCENARIO --out {place}/NAME keeps one."))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("run", "scenario", "state", "trials", "seed", "begun (UTC)", "Parley"):
        table.add_column(name, justify="right" if name in ("trials", "seed") else "left", overflow="fold")
    for entry in found:
        begun = entry.started[:16].replace("T", " ")
        seed = "" if entry.seed is None else str(entry.seed)
        words = (str(entry.folder), entry.name, entry.state, f"{entry.trials:,}", seed, begun, entry.version)
        table.add_row(*(Text(escaped(word, 200)) for word in words))
    to.print(table)
    to.print(Text(f"As recorded: parley results verify {escaped(str(place), 200)} checks files, trials and summaries."))


def show_reproduction(found: Reproduction, to: Console) -> None:
    """The verdict first, then what differs, then what changed since."""
    from rich.text import Text

    blocks = "1 block" if found.n_blocks == 1 else f"{found.n_blocks} blocks"
    head = f"{found.folder}: {found.name}, {counted(found.trials, 'trial')} in {blocks}"
    if found.is_same:
        to.print(Text(f"{head}: the same, value by value."))
    else:
        to.print(Text(f"{head}: it came out otherwise."))
        to.print(Text("\n".join(f"  {line}" for line in found.unequal[:20])))
    if found.since:
        to.print(Text("Changed since it was run:\n" + "\n".join(f"  {line}" for line in found.since)))
