"""What each track's packages are worth to both sides, tabulated per parameter draw.

Gains along the contract curve depend on a draw's positions and weights, and on which third parties
take part (their consent, their guarantees) - not on the week. So they are tabulated once per draw and
per *regime* (which of the third parties that matter are engaged), and the weekly work is a look-up.
Only an issue whose status quo moves with the front is worked out when asked (``moving_issue.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns.moving_issue import Moving
from sim.columns.switches import NONE_OFF, Bargain, Off, Place, felt, terms_with
from sim.theory.bargaining import GRID, GRID_STEPS
from sim.theory.contract_curve import Terms, contract_curve, value_of
from sim.theory.utility import Array, Column

if TYPE_CHECKING:
    from sim.columns.parties import Belligerent
    from sim.columns.week import NegotiationModel

Rows = NDArray[np.int64]
CHUNK = 128
"""Rows tabulated at a time, so that a table being worked on stays in the processor's cache."""


IssueTables = dict[tuple[str, Off, int], "Moving | tuple[Array, Array, Array]"]
"""Tables of single issues by issue, frictions that are off and first row: tracks and sets of frictions share them."""


class TrackPackages:
    """One track: what may be signed on it and what that is worth. Rows are draw x regime."""

    def __init__(self, model: NegotiationModel, index: int, name: str) -> None:
        track = model.inputs.scenario.tracks[name]
        self.model, self.index, self.name = model, index, name
        self.track = track
        self.is_general, self.halts, self.settles = track.general, track.halts, track.settles
        self.takes_force = track.general and track.halts
        self.scope = track.scope
        self.term_weeks = None if track.length_days == "open" else max(1, round(int(track.length_days) / 7))
        weeks = None if track.length_days == "open" else int(track.length_days) / 7.0
        self.benefit_share, self.exposure = model.assurances.weight_of_length(weeks)
        self.is_short = self.benefit_share < 1.0
        self.signing_rate: Column | None = None
        if track.signing == "hazard":
            self.signing_rate = model.inputs.per_trial(f"tracks.{name}.signing_rate")
        path = f"tracks.{name}.audience_cost"
        self.audience_cost = {
            side.name: model.inputs.per_trial(f"{path}.{side.name}") if side.name in track.audience_cost else 0.0
            for side in model.sides
        }
        self.moving: list[Moving] = []

    def tabulate(
        self, rows: Rows, grid: Array, known: IssueTables, off: Off = NONE_OFF
    ) -> tuple[Array, Array, list[Moving], dict[str, Array]]:
        """Gains of both sides over the static issues of the scope, shape (rows, mixes); moving issues; positions."""
        total_a, total_b = (np.zeros((len(rows), len(grid))) for _ in range(2))
        moving, positions = [], {}
        for issue in self.scope:
            without = felt(off, self.model, issue)
            key = (issue, without, int(rows[0]))
            if key not in known:
                known[key] = self._tabulate_issue(issue, rows, grid, without)
            entry = known[key]
            if isinstance(entry, Moving):
                moving.append(entry)
                continue
            positions[issue], gain_a, gain_b = entry
            total_a += gain_a
            total_b += gain_b
        return total_a, total_b, moving, positions

    def _tabulate_issue(self, issue: str, rows: Rows, grid: Array, off: Off) -> Moving | tuple[Array, Array, Array]:
        """Position and both gains on one issue, shape (rows, mixes); both branches of the curve where it moves."""
        shape = (len(rows), len(grid))
        terms, is_blocked = self.terms_of(issue, rows, off)
        if issue in self.model.war.moving_issues:
            ends = [contract_curve(grid, terms._replace(status_quo=end)) for end in (terms.ideal_a, terms.ideal_b)]
            ends = [np.ascontiguousarray(np.broadcast_to(end, shape)) for end in ends]
            return Moving(issue, terms, ends[0], ends[1], is_blocked)
        position = np.broadcast_to(contract_curve(grid, terms), shape)
        gain_a, gain_b = value_of(position, terms)
        impossible = np.asarray(terms.low) > np.asarray(terms.high)
        if impossible.any():
            gain_a, gain_b = np.where(impossible, -np.inf, gain_a), np.where(impossible, -np.inf, gain_b)
        return position, gain_a, gain_b

    def terms_of(self, issue: str, rows: Rows, off: Off = NONE_OFF) -> Bargain:
        """One issue as both sides see it, every entry a number or shape (rows, 1); and where it is off the table."""
        model = self.model
        n_regimes = model.regimes.count
        place = Place(model, issue, rows // n_regimes, rows % n_regimes)
        a, b = place.sides
        terms = Terms(
            status_quo=place.given(f"issues.{issue}.status_quo"),
            ideal_a=place.by_issue(a, "ideal_point", 0.0),
            ideal_b=place.by_issue(b, "ideal_point", 1.0),
            weight_a=place.column(model.weights[a][issue]),
            weight_b=place.column(model.weights[b][issue]),
            trust_a=1.0,
            trust_b=1.0,
            slope_a=0.0,
            slope_b=0.0,
            public_a=place.by_issue(a, "public_lines", 1.0),
            public_b=place.by_issue(b, "public_lines", 0.0),
            low=np.zeros((len(rows), 1)),
            high=np.ones((len(rows), 1)),
        )
        return terms_with(place, Bargain(terms, np.zeros((len(rows), 1), dtype=bool)), off)

    # -- what frictions add to a side's need ---------------------------------------------------------

    def fear_in_need(self, side: Belligerent, trials: Rows) -> Column:
        """Part of a side's need on this track that is fear."""
        return side.unassured_fear(trials) * self.exposure / self.benefit_share

    # -- look-ups ------------------------------------------------------------------------------------

    def rows_of(self, trials: Rows) -> Rows:
        """Table row of each trial: its draw and the regime it is in this week."""
        n_regimes = self.model.regimes.count
        return self.model.inputs.row_of_trial[trials] * n_regimes + self.model.regimes.of_trials(trials)

    def status_quo_of(self, trials: Rows) -> list[Array]:
        """Today's status quo of the scope's moving issues, in the order of ``moving``."""
        return [self.model.war.status_quo[moving.issue][trials] for moving in self.moving]

    def gains(self, mix: Array, rows: Rows, status_quo: Sequence[Array]) -> tuple[Array, Array]:
        """Both sides' gains at a mix between grid points, by linear interpolation."""
        return self.model.gain_tables.gains(self.index, mix, rows, status_quo)

    def values_on_grid(self, rows: Rows, status_quo: Sequence[Array], every: int = 1) -> tuple[Array, Array]:
        """Both sides' gains on the 101 mixes, or on every so many, shape (rows, mixes), in ascending mix."""
        found = self.model.gain_tables.static(self.index, rows, every)
        for moving, line in zip(self.moving, status_quo, strict=True):
            found = [gain + more for gain, more in zip(found, moving.values(line, rows, every), strict=True)]
        return found[0], found[1]

    def package(self, mix: Array, rows: Rows, trials: Rows) -> dict[str, Array]:
        """Terms x_k at a mix for every issue; those out of scope stay at their status quo."""
        step = np.clip((mix * GRID_STEPS).astype(np.int64), 0, GRID_STEPS - 1)
        part, cell = mix * GRID_STEPS - step, rows * (GRID_STEPS + 1) + step

        def between(table: Array) -> Array:
            """Linear between grid points, as the gains are; mixes are the last axis."""
            start = table.take(cell, axis=-1)
            return start + part * (table.take(cell + 1, axis=-1) - start)

        found = {}
        tables = self.model.gain_tables
        tabled = between(tables.positions)
        lines = {moving.issue: moving for moving in self.moving}
        for issue in self.model.inputs.scenario.issues:
            if issue in self.scope and issue in tables.place:
                found[issue] = tabled[tables.place[issue]]
                continue
            line = np.broadcast_to(np.asarray(self.model.war.status_quo_at(issue, trials)), mix.shape)
            found[issue] = line
            if issue in lines:
                moving = lines[issue]
                ends = (between(moving.toward_b.ravel())[:, None], between(moving.toward_a.ravel())[:, None])
                found[issue] = moving.position(line[:, None], *ends, rows)[:, 0]
        return found


def tabulate_all(model: NegotiationModel) -> None:
    """Both sides' gains and the terms on every track over all draws and regimes, some rows at a time."""
    rows = np.arange(model.inputs.n_draws * model.regimes.count)
    moving: list[list[list[Moving]]] = [[] for _ in model.tracks]
    for part in np.array_split(rows, -(-len(rows) // CHUNK)):
        known: IssueTables = {}
        for track in model.tracks:
            gain_a, gain_b, found, _ = track.tabulate(part, GRID, known)
            model.gain_tables.store(track.index, part, gain_a, gain_b)
            moving[track.index].append(found)
        for (issue, _, _), entry in known.items():
            if not isinstance(entry, Moving):
                model.gain_tables.store_position(issue, part, entry[0])
    for track in model.tracks:
        track.moving = [Moving.joined(parts) for parts in zip(*moving[track.index], strict=True)]
    model.gain_tables.complete([track.moving for track in model.tracks])
