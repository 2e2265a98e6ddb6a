"""Whether this engine gives a stored run's trials again, so that its draws can be worked out from the seed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import DamagedRunError, ParleyError
from sim.scenario.schema import Scenario
from sim.scenario.sources.contents import content_named
from sim.storage.provenance import engine_digest

if TYPE_CHECKING:
    from sim.results.run import Run

TRIALS_TRIED = 64


def refuse_other_engine(run: Run) -> None:
    """Raise DamagedRunError for a run whose trials this engine does not give: its draws cannot be worked out again.

    A run of this very engine is believed; of any other the first trials are computed again.
    """
    if run.folder is None or run.manifest.get("engine") == engine_digest() or run.manifest.get("parties"):
        return
    from sim.model.compiled import simulate

    refuse_lost_tables(run.scenario, run.folder)
    again = simulate(run.scenario, run.seed, 0, min(TRIALS_TRIED, run.n_trials))
    there = run.part(0, TRIALS_TRIED)
    for name, column in again.items():
        is_there = name in there
        if not (is_there and np.array_equal(there[name][: len(column)], column, equal_nan=column.dtype.kind == "f")):
            version = run.manifest.get("versions", {}).get("parley", "unknown")
            raise DamagedRunError(
                f"{run.folder}: was computed by another engine (Parley {version}), and its trials come out otherwise "
                "now: its odds stand, but to ask what was drawn run it again"
            )


def refuse_lost_tables(scenario: Scenario, folder: Path) -> None:
    """Raise DamagedRunError where the tables that a run drew from are neither in its folder nor found as they were."""
    try:
        for table in scenario.named_tables():
            if table.sha256:
                content_named(table.name, table.sha256)
    except ParleyError as problem:
        raise DamagedRunError(f"{folder}: {problem}") from None
