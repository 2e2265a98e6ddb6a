"""Runs made by hand: a few trials whose outcomes are written down, so that every share is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.outcome_columns import COLUMNS, FRICTIONS, TAGS
from sim.results.run import Run
from sim.scenario.schema import Scenario
from tests.factories import minimal_scenario

NEVER = {name: -1 for name in COLUMNS if name.endswith("_week")} | {"tag": -1, "halt_track": -1, "best_track": -1}
REFERENCE = {"ties": 3.0, "months_at_risk": 267.9, "source": "a list of wars"}


def made_run(
    trials: Sequence[Mapping[str, Any]], *, name: str = "made", scenario: Scenario | None = None, **changes: Any
) -> Run:
    """A run of ``trials``, each a mapping of the columns that are not "never" or 0."""
    scenario = scenario or minimal_scenario(**{"reference_class": REFERENCE, **changes})
    columns: dict[str, Any] = {}
    for column, known in COLUMNS.items():
        columns[column] = np.array([trial.get(column, NEVER.get(column, 0)) for trial in trials], dtype=known.dtype)
    columns["trial"] = np.arange(len(trials))
    columns["draw"] = (columns["trial"] // 16).astype(np.int32)
    for issue in scenario.issues:
        columns[f"x_{issue}"] = np.full(len(trials), np.nan, dtype=np.float32)
    for friction in FRICTIONS:
        columns[f"share_{friction}"] = np.zeros(len(trials), dtype=np.float32)
    return Run(scenario, name, 1, columns)


def ceasefire(week: int) -> dict[str, Any]:
    """A trial with a lasting, agreed halt from ``week`` on."""
    return {
        "durable_week": week,
        "in_force_180_week": week,
        "mutual_week": week,
        "broad_week": week,
        "halt_week": week,
        "stage": 9,
    }


def failure(tag: str = "trust", **columns: Any) -> dict[str, Any]:
    return {"tag": TAGS.index(tag), "stage": 2, **columns}


def mixed(n_ceasefires: int, n_failures: int = 32, *, name: str = "made", **changes: Any) -> Run:
    """A run with so many lasting halts (in week 10) and failures."""
    return made_run([ceasefire(10)] * n_ceasefires + [failure()] * n_failures, name=name, **changes)
