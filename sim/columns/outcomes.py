"""Step 6 of the week: what is recorded of each trial, as columns (model sections 1 and 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.columns.switches import KEPT
from sim.outcome_columns import HALT_ENDS, empty
from sim.theory.utility import Array

if TYPE_CHECKING:
    from sim.columns.lanes import Look
    from sim.columns.packages import TrackPackages
    from sim.columns.week import NegotiationModel

Trials = NDArray[np.int64]

HORIZON_WEEKS = {30: 4, 90: 13, 180: 26, 365: 52}
"""Horizons in days and in weeks; an event counts by its start week."""

STAGE_DRAWS = {7: 4, 8: 13, 9: 26}
"""Weekly draws that a halt must get through for the last three stages."""
DURABLE_DRAWS = 4
"""An agreed halt is durable once it has been in force through four weekly draws (about 30 days)."""
DRAWS_IN_180_DAYS = 26
"""... and still in force after 180 days once it has been so through 26."""
COUNTED_AFTER = {"durable_week": DURABLE_DRAWS, "in_force_180_week": DRAWS_IN_180_DAYS}


class Record:
    """Columns of outcomes, filled in as things happen."""

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        n = model.n_trials
        self.columns = empty(n, tuple(model.inputs.scenario.issues))
        self.columns["trial"] = np.arange(model.streams.first_trial, model.streams.first_trial + n)
        self.columns["draw"] = model.streams.draws[model.inputs.row_of_trial].astype(np.int32)
        self.was_signed = np.zeros(n, dtype=bool)
        self.best: dict[str, BestWeek] = {}
        if model.explains:
            self.best = {track.name: BestWeek(model, track) for track in model.tracks if track.takes_force}

    def _first(self, name: str, trials: Trials) -> None:
        column = self.columns[name]
        column[trials] = np.where(column[trials] < 0, self.model.week, column[trials])

    def _reach(self, stage: int, trials: Trials) -> None:
        column = self.columns["stage"]
        column[trials] = np.maximum(column[trials], stage)

    # -- talks -----------------------------------------------------------------------------------------

    def rounds_held(self, trials: Trials) -> None:
        self.columns["n_rounds"][trials] += 1
        self._reach(1, trials)

    def round_on(self, track: TrackPackages, trials: Trials, look: Look, conceded: NDArray[np.bool_]) -> None:
        """One track of a round: offers, a range, and the week in which the sides were closest."""
        if not track.takes_force:
            return
        stage = self.columns["stage"]
        reached = np.where(look.has_range, np.int8(3), conceded.view(np.int8) * np.int8(2))
        stage[trials] = np.maximum(stage.take(trials), reached)
        if self.model.explains:
            self.best[track.name].compare(trials, look)

    def ranges_seen(self, trials: Trials) -> None:
        """Rounds in which a general track had a range."""
        self.columns["n_range_rounds"][trials] += 1

    def signed(self, track: TrackPackages, trials: Trials) -> None:
        if track.is_general:
            self._reach(4, trials)
            self.was_signed[trials] = True

    def ratified(self, track: TrackPackages, trials: Trials) -> None:
        if track.is_general:
            self._reach(5, trials)

    # -- halts -----------------------------------------------------------------------------------------

    def exchanged(self, track: TrackPackages, trials: Trials) -> None:
        """A humanitarian exchange or a sector truce: counts in no tier."""
        self._first(_exchange_column(track), trials)

    def has_exchanged(self, track: TrackPackages, trials: Trials) -> NDArray[np.bool_]:
        return self.columns[_exchange_column(track)].take(trials) >= 0

    def in_force(self, track: TrackPackages, trials: Trials, mix: Array, package: dict[str, Array]) -> None:
        """A general halt agreed by both begins."""
        if self.model.is_counting:
            self._first("mutual_week", trials)
            self._first("broad_week", trials)
            if track.settles:
                self._first("settlement_week", trials)
        self._reach(6, trials)
        places = np.flatnonzero(self.columns["halt_week"].take(trials) < 0)
        if len(places) == 0:
            return
        first = trials.take(places)
        self.columns["halt_week"][first] = self.model.week
        self.columns["halt_track"][first] = track.index
        self.columns["halt_mix"][first] = mix[places]
        for issue, terms in package.items():
            self.columns[f"x_{issue}"][first] = terms[places]

    def still_in_force(self, trials: Trials, draws_survived: NDArray[Any]) -> None:
        """Ceasefires that got through this week's draw: those that count are counted by their start week.

        None that a victor imposed is among them: a victory is an ending of its own.
        """
        truces = self.model.truces
        start = truces.start_week[trials]
        columns = self.columns
        for name, draws in COUNTED_AFTER.items():
            proven = np.flatnonzero(draws_survived == draws)
            if len(proven):
                found, begun = trials[proven], start[proven]
                counts = (truces.track[found] >= 0) & (columns[name][found] < 0) & (begun < self.model.horizon)
                columns[name][found[counts]] = begun[counts]
        is_first = columns["halt_week"][trials] == start
        tracked = trials[is_first]
        columns["halt_weeks"][tracked] = draws_survived[is_first]
        for stage, draws in STAGE_DRAWS.items():
            # A halt passes each mark in the week it has got through so many draws.
            self._reach(stage, tracked[draws_survived[is_first] == draws])

    def halt_over(self, trials: Trials, reason: str) -> None:
        """The halt in force ends and war resumes."""
        truces = self.model.truces
        columns = self.columns
        ended = trials[columns["halt_week"][trials] == truces.start_week[trials]]
        columns["halt_weeks"][ended] = self.model.week - truces.start_week[ended]
        columns["halt_end"][ended] = HALT_ENDS.index(reason)

    def holiday(self, joined: NDArray[np.bool_], agreed: NDArray[np.bool_]) -> None:
        """A short halt on a holiday: broad tier, and mutual where jointly agreed."""
        if self.model.is_counting:
            self._first("broad_week", np.flatnonzero(joined))
            self._first("mutual_week", np.flatnonzero(joined & agreed))

    def victory(self, trials: Trials, winner: NDArray[Any]) -> None:
        self.columns["victory"][trials] = winner
        self.columns["victory_week"][trials] = self.model.week

    def imposed_halt(self, trials: Trials) -> None:
        self.columns["imposed"][trials] = 1
        self._first("broad_week", trials)


def _exchange_column(track: TrackPackages) -> str:
    """A track with a term is a sector truce, one without an exchange."""
    return "limited_week" if track.term_weeks is not None else "humanitarian_week"


class BestWeek:
    """Per trial, the round at which the two sides' needs on a track were least, with all that set them."""

    def __init__(self, model: NegotiationModel, track: TrackPackages) -> None:
        self.model, self.track = model, track
        n = model.n_trials
        self.joint_need = np.full(n, np.inf)
        self.week = np.full(n, -1, dtype=np.int16)
        self.rows = np.zeros(n, dtype=np.int64)
        self.needed = (np.zeros(n), np.zeros(n))
        self.momentum = np.zeros(n)
        self.kept = {friction: (np.zeros(n), np.zeros(n)) for friction in KEPT}
        """What frictions added to needs, or what that is computed from, by friction and side."""
        self.status_quo = {issue: np.zeros(n) for issue in model.war.moving_issues}

    def compare(self, trials: Trials, look: Look) -> None:
        """Keep this round where it is the closest so far."""
        joint = look.needed[0] + look.needed[1]
        places = np.flatnonzero(joint < self.joint_need.take(trials))
        if len(places) == 0:
            return
        better = trials[places]
        self.joint_need[better] = joint[places]
        self.week[better] = self.model.week
        self.rows[better] = look.rows[places]
        war = self.model.war
        self.momentum[better] = war.momentum.take(better)
        for issue, line in self.status_quo.items():
            line[better] = war.status_quo[issue].take(better)
        for number, side in enumerate(self.model.sides):
            self.needed[number][better] = look.needed[number][places]
            for friction, keeps in KEPT.items():
                self.kept[friction][number][better] = keeps(self.track, side, better)
