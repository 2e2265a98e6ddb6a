"""What ``parley replay`` prints: one trial as a dated story."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.analysis.replay.replay import Replay
from sim.cli.console import WIDTH

if TYPE_CHECKING:
    from rich.console import Console

_DATE = 13
CAVEAT = "One trial of many, as the model drew it: an illustration of how it can go, not a forecast of events."


def show_replay(found: Replay, to: Console) -> None:
    """The story, each date once, 100 columns wide."""
    to.print(f"Trial {found.trial} of {found.name}, seed {found.seed}", style="bold")
    to.print(CAVEAT + "\n", style="dim")
    told = None
    for line in found.story:
        day = f"{line.date.day} {line.date:%b %Y}"
        head = "" if day == told else day
        told = day
        style = "bold" if line.kind in ("signature", "outcome", "victory") else None
        wrapped = textwrap.wrap(line.text, WIDTH - _DATE, break_long_words=False) or [""]
        for number, text in enumerate(wrapped):
            to.print(f"{head if number == 0 else '':<{_DATE}}{text}", style=style)
