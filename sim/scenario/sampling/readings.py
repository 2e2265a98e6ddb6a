"""Readings of a scenario: which one each draw takes, and the scenario as one of them has it alone.

The linear opinion pool: a draw takes the numbers of one coder, all of them, so that what a coder means together stays
together. The file's own numbers are the reading ``file``.

References: Stone (1961), Annals of Mathematical Statistics 32, 1339-1342; Clemen and Winkler (1999), Risk Analysis 19,
187-203.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.errors import ParleyError
from sim.scenario.diagnostics import KeyPath, did_you_mean, escaped
from sim.scenario.key_paths import quantities, resolved, with_scalars
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity

FILE, POOL = "file", "pool"


def readings_of(scenario: Scenario) -> list[str]:
    """Return the names of a scenario's readings in the order of their codes, ``file`` first."""
    return [FILE, *(str(one.name) for one in scenario.readings if one.name != FILE)]


def weights_of(scenario: Scenario) -> npt.NDArray[np.float64]:
    """Return the share of draws that takes each reading, in the order of ``readings_of``."""
    given = {one.name: one.weight for one in scenario.readings}
    weights = np.array([given.get(name, 1.0) for name in readings_of(scenario)])
    return np.asarray(weights / weights.sum())


def reading_at(scenario: Scenario, u: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the code of the reading at each uniform: readings take shares of [0, 1] by their weights."""
    ends = np.cumsum(weights_of(scenario))
    return np.minimum(np.searchsorted(ends, np.asarray(u), side="right"), len(ends) - 1)


def read_above_zero(scenario: Scenario) -> set[str]:
    """Return the key paths of numbers that readings give and at least one of them, or the file, allows above 0."""
    if not scenario.readings:
        return set()
    known = quantities(resolved(scenario)).items()
    return {path for path, q in known if q.readings and max(q.bounds[1], *(p[2] for p in q.readings.values())) > 0}


def as_read(scenario: Scenario, reading: str = POOL) -> Scenario:
    """Return the scenario as one reading has it.

    Parameters
    ----------
    scenario
        A scenario that may list readings.
    reading
        ``file`` for the file's own numbers alone, the name of a reading for the numbers of that coder (the file's where
        the sheet gives none), or ``pool`` for all of them as listed.

    Returns
    -------
    Scenario
        With ``pool`` the scenario itself, else one without further readings.

    Raises
    ------
    ParleyError
        The scenario has no reading of that name.
    """
    known = readings_of(scenario)
    if reading == POOL or (reading == FILE and not scenario.readings):
        return scenario
    if reading not in known:
        has = f"it has {', '.join(known)} and {POOL}" if scenario.readings else "it lists no readings"
        hint = did_you_mean(reading, [*known, POOL]) if scenario.readings else ""
        raise ParleyError(f"reading: expected one of the scenario, got `{escaped(reading, 40)}`{hint} ({has})")

    def read(path: KeyPath, quantity: Quantity) -> Quantity:
        return quantity.as_read(reading)

    alone: Scenario = with_scalars(scenario, read)
    return alone.model_copy(update={"readings": ()})
