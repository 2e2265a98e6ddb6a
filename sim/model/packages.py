"""What each track's packages are worth to both sides, tabulated per parameter draw.

Gains along the contract curve depend on a draw's positions and weights, and on which third parties
take part (their consent, their guarantees) - not on the week. So they are tabulated once per draw and
per *regime* (which of the third parties that matter are engaged), and the weekly work is a look-up.
Only an issue whose status quo moves with the front is worked out when asked (``moving_issue.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.moving_issue import Moving
from sim.theory.bargaining import GRID, GRID_STEPS
from sim.theory.contract_curve import Terms, contract_curve, value_of
from sim.theory.utility import Array, Column

if TYPE_CHECKING:
    from sim.model.parties import Belligerent
    from sim.model.week import NegotiationModel

Rows = NDArray[np.int64]
CHUNK = 128
"""Rows tabulated at a time, so that a table being worked on stays in the processor's cache."""


class Frictions(NamedTuple):
    """Which frictions are switched off, for attribution; all on in the simulation itself."""

    trust_off: bool = False
    audience_off: bool = False
    controllers_off: bool = False


ALL_ON = Frictions()


IssueTables = dict[tuple[str, Frictions, int], "Moving | tuple[Array, Array, Array]"]
"""Tables of single issues by issue, frictions and first row: tracks and sets of frictions share them."""


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
        self, rows: Rows, grid: Array, known: IssueTables, frictions: Frictions = ALL_ON
    ) -> tuple[Array, Array, list[Moving], dict[str, Array]]:
        """Gains of both sides over the static issues of the scope, shape (rows, mixes); moving issues; positions."""
        total_a, total_b = (np.zeros((len(rows), len(grid))) for _ in range(2))
        moving, positions = [], {}
        for issue in self.scope:
            felt = self._felt(issue, frictions)
            key = (issue, felt, int(rows[0]))
            if key not in known:
                known[key] = self._tabulate_issue(issue, rows, grid, felt)
            entry = known[key]
            if isinstance(entry, Moving):
                moving.append(entry)
                continue
            positions[issue], gain_a, gain_b = entry
            total_a += gain_a
            total_b += gain_b
        return total_a, total_b, moving, positions

    def _felt(self, issue: str, frictions: Frictions) -> Frictions:
        """Frictions that are off and matter to an issue, so that its table is built once for all sets alike."""
        parties = self.model.inputs.scenario.parties
        sides = [self.model.inputs.scenario.belligerent(side.name) for side in self.model.sides]
        has_lines = any(issue in side.public_lines or issue in side.red_lines for side in sides)
        has_controllers = any(name in parties for name in self.model.inputs.scenario.issues[issue].controllers)
        return Frictions(
            frictions.trust_off, frictions.audience_off and has_lines, frictions.controllers_off and has_controllers
        )

    def _tabulate_issue(
        self, issue: str, rows: Rows, grid: Array, frictions: Frictions
    ) -> Moving | tuple[Array, Array, Array]:
        """Position and both gains on one issue, shape (rows, mixes); both branches of the curve where it moves."""
        shape = (len(rows), len(grid))
        terms, is_blocked = self.terms_of(issue, rows, frictions)
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

    def terms_of(self, issue: str, rows: Rows, frictions: Frictions = ALL_ON) -> tuple[Terms, NDArray[np.bool_]]:
        """One issue as both sides see it, every entry a number or shape (rows, 1); and where it is off the table."""
        model = self.model
        side_a, side_b = (side.name for side in model.sides)
        n_regimes = model.regimes.count
        draw, regime = rows // n_regimes, rows % n_regimes

        def column(values: Column) -> Column:
            return values[draw][:, None] if isinstance(values, np.ndarray) else values

        def of(side: str, field: str, otherwise: float) -> Column:
            found = getattr(model.inputs.scenario.parties[side], field)
            return column(model.inputs.per_draw(f"parties.{side}.{field}.{issue}")) if issue in found else otherwise

        def slope(side: str) -> Column:
            has_line = issue in model.inputs.scenario.belligerent(side).public_lines
            if frictions.audience_off or not has_line:
                return 0.0
            return column(model.inputs.per_draw(f"parties.{side}.audience_slope"))

        status_quo = column(model.inputs.per_draw(f"issues.{issue}.status_quo"))
        low, high, is_blocked = self._limits(issue, rows, frictions)
        low = np.where(is_blocked, status_quo, low)
        high = np.where(is_blocked, status_quo, high)
        if not frictions.audience_off:
            high = np.minimum(high, np.where(is_blocked, 1.0, of(side_a, "red_lines", 1.0)))
            low = np.maximum(low, np.where(is_blocked, 0.0, of(side_b, "red_lines", 0.0)))
        trusts = [1.0 if frictions.trust_off else self._trust(side, draw, regime) for side in (side_a, side_b)]
        terms = Terms(
            status_quo=status_quo,
            ideal_a=of(side_a, "ideal_point", 0.0),
            ideal_b=of(side_b, "ideal_point", 1.0),
            weight_a=column(model.weights[side_a][issue]),
            weight_b=column(model.weights[side_b][issue]),
            trust_a=trusts[0],
            trust_b=trusts[1],
            slope_a=slope(side_a),
            slope_b=slope(side_b),
            public_a=of(side_a, "public_lines", 1.0),
            public_b=of(side_b, "public_lines", 0.0),
            low=low,
            high=high,
        )
        return terms, is_blocked

    def _trust(self, side: str, draw: Rows, regime: Rows) -> Column:
        by_regime = self.model.assurances.trust_by_regime[side]
        if isinstance(by_regime, float):
            return by_regime
        return by_regime[draw, regime][:, None]

    def _limits(self, issue: str, rows: Rows, frictions: Frictions) -> tuple[Array, Array, NDArray[np.bool_]]:
        """What the engaged controllers consent to; the issue is off the table where one of them has left."""
        model = self.model
        regime = rows % model.regimes.count
        low, high = np.zeros((len(rows), 1)), np.ones((len(rows), 1))
        is_blocked = np.zeros((len(rows), 1), dtype=bool)
        if frictions.controllers_off:
            return low, high, is_blocked
        for name in model.inputs.scenario.issues[issue].controllers:
            engaged = np.array([model.regimes.engaged(name, number) for number in range(model.regimes.count)])
            is_blocked |= ~engaged[regime][:, None]
            least, greatest = model.inputs.scenario.third_party(name).limits.get(issue, (0.0, 1.0))
            low, high = np.maximum(low, least), np.minimum(high, greatest)
        return low, high, is_blocked

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
