"""One trial's world: every record, trade and random number that a step of the week may read or write."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.model.decisions import CHECK, DECISIONS
from sim.model.inputs import Inputs
from sim.model.random_numbers import streams
from sim.model.state import BOOK, EDGE, ENTITIES, MOVED, PATH, TRADE
from sim.model.trades import MOST_BENDS, most_points


class Workspace(NamedTuple):
    """Hold the workspace in which one trial after the other is simulated.

    ``row`` is the trial as numbers, ``whole_row`` the same memory as whole numbers; the records that follow are parts
    of it (``sim.model.state``). Then come what no trial changes, trades and
    paths, and the random numbers. Compiled steps see it as a ``world`` (``sim.model.world_pointer``).
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
    demands: Any
    happened: Any
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
    when: Any
    below: Any
    present: Any
    conditional: Any
    books: Any
    trades: Any
    edges: Any
    own: Any
    moved: Any
    moved_trades: Any
    points: Any
    n_points: Any
    begin: Any
    on: Any
    bends: Any
    paths: Any
    path_trades: Any
    path_places: Any
    path_losses: Any
    path_gains: Any
    is_kept: Any
    keys: Any
    blocks: Any
    numbers: Any
    central: Any
    own_rules: Any
    own_steps: Any


def workspace_for(inputs: Inputs, prefix: str = "") -> Workspace:
    """Return a workspace for one thread; ``prefix`` goes before the names of its random numbers.

    Every party decides by the model's own rules until ``Rules.bind`` fills in ``own_rules`` and ``own_steps``.
    """
    layout, scenario = inputs.layout, inputs.scenario
    row = np.zeros(layout.size)
    n_tracks, n_issues = layout.counts["tracks"], layout.counts["issues"]
    n_trades, n_comers = n_issues * (most_points(n_tracks) + MOST_BENDS), 2 + layout.counts["third_parties"]
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
        *inputs.conditions,
        np.zeros(inputs.n_books, BOOK),
        np.zeros((inputs.n_books, n_trades), TRADE),
        np.zeros((inputs.n_books, n_tracks + 1, n_issues), EDGE),
        np.zeros((inputs.n_books, layout.counts["vetoes"], n_trades)),
        np.zeros(1, MOVED),
        np.zeros(n_trades, TRADE),
        np.zeros((inputs.n_books, n_issues, most_points(n_tracks))),
        np.zeros((inputs.n_books, n_issues), np.int64),
        np.zeros((inputs.n_books, n_issues, most_points(n_tracks)), np.int64),
        np.zeros((inputs.n_books, n_issues, most_points(n_tracks)), np.int64),
        np.zeros(MOST_BENDS),
        np.zeros(n_tracks + 1, PATH),
        np.zeros((n_tracks + 1, n_trades), np.int64),
        np.zeros((n_tracks + 1, n_trades), np.int64),
        np.zeros((n_tracks + 1, n_trades + 1)),
        np.zeros((n_tracks + 1, n_trades + 1)),
        np.zeros(len(inputs.attendance.rules), np.int64),
        *streams(
            (scenario.sides.A, scenario.sides.B), list(inputs.third_parties), list(inputs.vetoes), inputs.weeks, prefix
        ),
        np.zeros((n_comers, len(DECISIONS), CHECK + 1), np.int64),
        np.full(n_comers, -1, np.int64),
    )
