"""Odds that do not vary: one answer for every study that ranks inputs or shares their variance out.

Where there is no variance to explain, or no more than chance would make, influence is not small but unknown: no input
leads, no share is 0 or 100 per cent, and JSON has null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.statistics.estimates import parameter_band, student_quantile
from sim.statistics.horizons import event_by

if TYPE_CHECKING:
    from sim.results.run import Run

DO_NOT_VARY = "The odds do not vary over these inputs"
EXACTLY = f"{DO_NOT_VARY}: they are the same at every point, so no input can be said to matter more than another."
NOT_SIGNIFICANT = (
    f"{DO_NOT_VARY} by more than chance would make them (95 %), so no input can be said to matter more than another. "
    "More trials may show a small difference."
)
NO_INPUT = "The scenario has no uncertain number, so there is nothing to vary."


def no_variation(is_exact: bool, n_inputs: int = 1) -> str:
    """Return why nothing is ranked: no input, odds the same everywhere, or differences that are not significant."""
    if not n_inputs:
        return NO_INPUT
    return EXACTLY if is_exact else NOT_SIGNIFICANT


def is_significant(estimate: float, reach: float, freedom: int, n_compared: int) -> bool:
    """Return whether an estimate differs from 0 significantly, ``n_compared`` like it considered.

    ``reach`` is half of its 95 % interval by Student's t with ``freedom``; widened after Bonferroni.
    """
    if n_compared <= 1 or freedom < 1:
        return abs(estimate) > reach
    return abs(estimate) > reach * student_quantile(1 - 0.05 / n_compared, freedom) / student_quantile(0.95, freedom)


def varies(run: Run, tier: str, days: int) -> bool:
    """Return whether the odds of a run differ significantly between its draws of the inputs."""
    low, high = parameter_band(event_by(run.columns, run.scenario, tier, days))
    return low < high
