"""A scenario with a second coder's numbers in place of the file's, or with the two pooled.

Where the coding sheet is blank the file's number stays. A second coder codes number by number, so the numbers together
may break a rule of scenarios (points that do not sum to 100, a red line beyond the status quo). Such numbers are
adjusted, by the least that makes the scenario sound, and every adjustment is reported.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sim.errors import ParleyError
from sim.evidence.intercoder.agreement import pooled
from sim.evidence.intercoder.second_coding import Difference, compare_codings
from sim.scenario.diagnostics import did_you_mean
from sim.scenario.reading.load import load
from sim.scenario.reading.mending import Adjustment, Numbers
from sim.scenario.sampling.calibrated_keys import calibrated
from sim.scenario.sampling.readings import FILE, as_read
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import ThreePoints

How = Literal["second", "pool"]


@dataclass(frozen=True)
class MergedReading:
    """``scenario`` with the numbers ``read`` taken from the sheet, and ``mended`` those adjusted to keep the rules.

    ``kept`` were left as the file has them, although the sheet gives them.
    """

    scenario: Scenario
    read: tuple[str, ...]
    kept: tuple[str, ...]
    mended: tuple[Adjustment, ...]


def merge_readings(
    name: str,
    sheet: str | os.PathLike[str],
    *,
    how: How = "second",
    keeps_calibrated: bool = False,
    only: Collection[str] | None = None,
) -> MergedReading:
    """Build the scenario called ``name`` as the second coder would have it, or with both readings pooled.

    Parameters
    ----------
    name, sheet
        A scenario and a filled coding sheet of it.
    how
        ``second`` or ``pool``. Each number becomes a triangle (a plain number where its ends meet), marked as a
        judgement with the coder's ground.
    keeps_calibrated
        Whether the file's number stays wherever the record's draws move it (strain, fear, leverage, audience costs,
        the rate of rounds): those draws multiply the number, over their median, and were computed for the file's own.
        Else the coder's numbers are multiplied by the same draws.
    only
        Paths of the sheet to take; all without it.

    Returns
    -------
    MergedReading
        The scenario, and which numbers were taken, kept and adjusted.

    Raises
    ------
    ParleyError
        For a sheet that ``compare_codings`` refuses, and for a path that the sheet does not fill.
    """
    scenario = as_read(load(name), FILE)
    differences = {one.path: one for one in compare_codings(name, sheet).differences}
    if unknown := [path for path in only or () if path not in differences]:
        hint = did_you_mean(unknown[0], list(differences))
        raise ParleyError(f"{sheet}: expected a number that the sheet fills, got `{unknown[0][:80]}`{hint}")
    covered = calibrated(scenario) if keeps_calibrated else {}
    wanted = {path: one for path, one in differences.items() if only is None or path in only}
    taken = {path: one for path, one in wanted.items() if path not in covered}
    merged = Numbers(scenario, {path: _taken(one, how) for path, one in taken.items()})
    merged.adjust_all()
    label = "second reading" if how == "second" else "two readings pooled"
    result = merged.as_scenario(label, {path: one.ground for path, one in taken.items()})
    return MergedReading(result, tuple(taken), tuple(path for path in wanted if path in covered), merged.adjustments)


def _taken(one: Difference, how: How) -> ThreePoints:
    return ThreePoints(*one.second) if how == "second" else pooled([one.file, one.second])
