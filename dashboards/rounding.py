"""Numbers as a reader would write them: digits end where the width of what is uncertain makes the next one idle."""

from __future__ import annotations

from sim.analysis.surrogate.surrogate import decimals

NOT_SAID = ("momentum", "scale", "share", "utils")
"""Units that are no words of a reader's: what such a number means is said beside it."""


def said(value: float, low: float, high: float) -> str:
    """``0.060``: a value of something that lies between ``low`` and ``high``."""
    return f"{value:.{decimals(low, high)}f}"


def span(low: float, high: float) -> str:
    """``0.040 to 0.088``."""
    return f"{said(low, low, high)} to {said(high, low, high)}"


def unit_after(unit: str) -> str:
    """What is put behind a number: `` a week``, or nothing for a scale of the model's own."""
    if not unit or unit in NOT_SAID:
        return ""
    return f" {unit.replace('per week', 'a week').replace('per month', 'a month')}"
