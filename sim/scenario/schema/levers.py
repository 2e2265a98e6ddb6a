"""Levers: numbers of a scenario that parties could move, how far, and with what effort (``levers:``).

They are not simulated: a scenario with levers has the odds of the same scenario without them. ``parley levers`` gives
the odds with levers in use. ``apply_levers`` moves the numbers, ``checks.levers`` holds the rules.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.schema.quantity import Strict

MOST_STEPS = 8


class Lever(Strict):
    """An action open to ``who``: at full use the numbers in ``to`` take the values given there."""

    label: str = Field(default="", description="name in words")
    who: tuple[str, ...] = Field(default=(), description="parties that must act; none if no party of the scenario can")
    to: dict[str, float] = Field(
        min_length=1,
        description="key path of a number -> its central value at full use; its range moves along. "
        "At part use it is that part of the way from the scenario's value",
    )
    effort: float = Field(
        gt=0, le=10_000, description="effort at full use, in points of 100 that those who must act could bring up"
    )
    steps: int = Field(default=2, ge=1, le=MOST_STEPS, description="in how many equal steps it is used; 1 is on or off")
    note: str = Field(min_length=1, description="why this far and with this effort")
    source: str | None = None
    kind: Literal["sourced", "judgement"] = "judgement"
