"""One trial's world: every record, table and random number that a step of the week may read or write."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.equations.bargaining import GRID_STEPS
from sim.model.attribution import COARSE_STEPS
from sim.model.decisions import CHECK, DECISIONS
from sim.model.inputs import Inputs
from sim.model.random_numbers import streams
from sim.model.state import ENTITIES, REGIME
from sim.model.switches import N_SETS_OF_TERMS


class Workspace(NamedTuple):
    """Hold the workspace in which one trial after the other is simulated.

    ``row`` is the trial as numbers, ``whole_row`` the same memory as whole numbers; the records that follow are parts
    of it (``sim.model.state``). Then come what is the same in all trials, the tables of packages and the random
    numbers. Compiled steps see it as a ``world`` (``sim.model.world_pointer``).
    """

    row: Any
    whole_row: Any
    trial: Any
    war: Any
    talks: Any
    assurances: Any
    ceasefire: Any
    sides: Any
    third_parties: Any
    tracks: Any
    issues: Any
    vetoes: Any
    veto_issues: Any
    limits: Any
    windows: Any
    best_lines: Any
    outcome: Any
    agreed: Any
    shares: Any
    scopes: Any
    ratifiers: Any
    is_forced: Any
    dated_levels: Any
    rules: Any
    conditions: Any
    holidays: Any
    changes: Any
    changed: Any
    curves: Any
    regimes: Any
    gains_off: Any
    is_known: Any
    random: Any
    own_rules: Any
    own_steps: Any


def workspace_for(inputs: Inputs, prefix: str = "") -> Workspace:
    """Return a workspace for one thread; ``prefix`` goes before the names of its random numbers.

    Every party decides by the model's own rules until ``Rules.bind`` fills in ``own_rules`` and ``own_steps``.
    """
    layout, scenario = inputs.layout, inputs.scenario
    row = np.zeros(layout.size)
    slots, n_rows = inputs.shape_of_curves
    n_comers = 2 + layout.counts["third_parties"]
    n_regimes = 1 << inputs.regime_bits
    return Workspace(  # type: ignore[call-arg]  # records and attendance are unpacked
        row,
        row.view(np.int64),
        *(layout.records(row, name) for name in ENTITIES),
        inputs.scopes,
        inputs.ratifiers,
        *inputs.attendance,
        inputs.holidays,
        inputs.changes,
        inputs.changed,
        np.zeros((slots, n_rows, GRID_STEPS + 1)),
        np.zeros(slots, REGIME),
        np.zeros((n_regimes, N_SETS_OF_TERMS, n_rows, COARSE_STEPS + 1)),
        np.zeros((n_regimes, N_SETS_OF_TERMS), np.int64),
        streams((scenario.sides.A, scenario.sides.B), list(inputs.third_parties), inputs.weeks, prefix),
        np.zeros((n_comers, len(DECISIONS), CHECK + 1), np.int64),
        np.full(n_comers, -1, np.int64),
    )
