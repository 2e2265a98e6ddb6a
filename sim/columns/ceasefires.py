"""Step 5 of the week: halts in force - holidays, collapse, expiry, renewal, upgrade (model section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns.inputs import at
from sim.theory.ceasefire import collapse_rate, hazard_multiplier
from sim.theory.utility import Array, Column
from sim.theory.weekly import weekly_probability

if TYPE_CHECKING:
    from sim.columns.packages import TrackPackages
    from sim.columns.week import NegotiationModel

Trials = NDArray[np.int64]
IMPOSED = -2
"""Track number of a halt that a victor imposed."""
NO_HALT = -1


class Truces:
    """The halt in force in each trial. Numbers of the scenario's ``truces`` section are attributes."""

    early_hazard: Column
    early_decay_weeks: Column
    slow_hazard: Column
    monitoring_ratio: Column
    guarantee_ratio: Column
    settlement_ratio: Column
    shortfall_slope: Column
    spoilers: Column
    fear_rise: Column
    upgrade_prob: Column

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        for name, value in model.inputs.section("truces", model.inputs.scenario.truces).items():
            setattr(self, name, value)
        n = model.n_trials
        self.track = np.full(n, NO_HALT, dtype=np.int8)
        self.start_week = np.full(n, -1, dtype=np.int16)
        self.expiry_week = np.full(n, -1, dtype=np.int16)
        self.mix = np.full(n, np.nan)
        self.gains = (np.zeros(n), np.zeros(n))
        self.withheld = np.zeros(n)
        self._last_general = max(track.index for track in model.tracks if track.is_general)
        windows = model.inputs.scenario.windows
        self._windows = {model.week_of(window.date): number for number, window in enumerate(windows)}

    # -- what is open ----------------------------------------------------------------------------------

    def may_be_upgraded(self) -> NDArray[np.bool_]:
        """Trials in an agreed halt for which a farther-reaching general track is left to talk about."""
        return (self.track >= 0) & (self.track < self._last_general) & self.model.is_in_halt

    def is_open_to(self, track: TrackPackages, trials: Trials) -> NDArray[np.bool_]:
        """Whether a track can still be signed: any in war, only farther-reaching general ones in a halt.

        An exchange or sector truce is signed once: only its first week is recorded, and it moves nothing else.
        """
        in_force = self.track.take(trials)
        in_halt = in_force >= 0
        if not track.takes_force:
            return ~in_halt & ~self.model.record.has_exchanged(track, trials)
        return ~in_halt | (in_force < track.index)

    # -- entering force --------------------------------------------------------------------------------

    def take_force(
        self, track: TrackPackages, trials: Trials, mix: Array, package: dict[str, Array], rows: Trials
    ) -> None:
        """A signed (and ratified) general halt takes force."""
        model = self.model
        # An upgrade goes on with the halt in force: same start, new terms.
        self.start_week[trials] = np.where(self.track[trials] >= 0, self.start_week[trials], model.week)
        self.track[trials] = track.index
        self.expiry_week[trials] = -1 if track.term_weeks is None else model.week + track.term_weeks
        self.mix[trials] = mix
        for stored, gain in zip(self.gains, track.gains(mix, rows, track.status_quo_of(trials)), strict=True):
            stored[trials] = gain
        self.withheld[trials] = self._withheld(package, trials)
        model.begin_halt(trials)
        model.record.in_force(track, trials, mix, package)

    def _withheld(self, package: dict[str, Array], trials: Trials) -> Array:
        """Share of the guarantees that guarantors withhold because the package breaks their own limits."""
        withheld = np.zeros(len(trials))
        total: Column = 1e-12
        for backer in self.model.backers:
            share = at(backer.guarantor_share, trials)
            total = total + share
            breaks = np.zeros(len(trials), dtype=bool)
            for issue, (least, greatest) in backer.limits.items():
                breaks |= (package[issue] < least - 1e-9) | (package[issue] > greatest + 1e-9)
            withheld += share * (breaks & backer.is_engaged[trials])
        return np.asarray(withheld / total)

    def impose(self, trials: Trials) -> None:
        """A victor imposes a halt: open-ended, no terms, no guarantees."""
        self.track[trials] = IMPOSED
        self.start_week[trials] = self.model.week
        self.expiry_week[trials] = -1
        self.model.record.imposed_halt(trials)

    # -- the week --------------------------------------------------------------------------------------

    def step(self) -> None:
        """Holiday windows; then halts begun before this week may collapse, prove durable, or expire."""
        number = self._windows.get(self.model.week)
        if number is not None:
            self._holiday(number)
        trials = np.flatnonzero((self.track != NO_HALT) & (self.start_week < self.model.week))
        if len(trials) == 0:
            return
        survives = self._survives(trials)
        self._collapse(trials[~survives])
        lasting = trials[survives]
        self.model.record.still_in_force(lasting, self.model.week - self.start_week[lasting])
        self._expire(lasting[self.expiry_week[lasting] == self.model.week])

    def _holiday(self, number: int) -> None:
        """A short halt on a holiday: reciprocated with a chance, a share of those jointly agreed; war resumes."""
        model = self.model
        path = f"windows.{number}"
        week = model.week
        joined = model.streams.uniform("holiday", week=week) < model.inputs.per_trial(f"{path}.reciprocated_prob")
        agreed = model.streams.uniform("holiday agreed", week=week) < model.inputs.per_trial(f"{path}.agreed_share")
        model.record.holiday(joined & model.is_at_war, agreed)

    def _survives(self, trials: Trials) -> NDArray[np.bool_]:
        age = self.model.week - self.start_week.take(trials) - 1
        luck = self.model.streams.uniform("violation", week=self.model.week)
        rate = collapse_rate(
            age,
            at(self.early_hazard, trials),
            at(self.early_decay_weeks, trials),
            at(self.slow_hazard, trials),
            self.multiplier(trials),
        )
        return luck.take(trials) >= weekly_probability(rate)

    def multiplier(self, trials: Trials) -> Array:
        """M: assurances, settlement, lost surplus and spoilers together; 1 for an imposed halt but for spoilers."""
        levels = self.model.assurances
        agreed = self.track.take(trials) >= 0
        credible = at(levels.guarantee, trials) * (1.0 - self.withheld.take(trials))
        ratios = (at(self.monitoring_ratio, trials), at(self.guarantee_ratio, trials))
        lasting = hazard_multiplier(
            np.where(agreed, at(levels.monitoring, trials), 0.0),
            np.where(agreed, credible, 0.0),
            self.shortfall(trials),
            ratios,
            at(self.shortfall_slope, trials),
            at(self.spoilers, trials),
        )
        for track in self.model.tracks:
            if track.settles:
                settled = self.track.take(trials) == track.index
                lasting = np.where(settled, lasting * at(self.settlement_ratio, trials), lasting)
        return lasting

    def least_surplus(self, trials: Trials) -> Array:
        """Min over sides of today's surplus of the halt in force; bargains signed under pressure rot as it fades."""
        least = np.full(len(trials), np.inf)
        in_force = self.track.take(trials)
        losses = [side.loss_from_peace(trials) for side in self.model.sides]
        for track in self.model.tracks:
            if not track.takes_force:
                continue
            places = np.flatnonzero(in_force == track.index)
            if len(places) == 0:
                continue
            chosen = trials[places]
            surplus = [
                track.benefit_share * (gain.take(chosen) - side.needed_gain(track, chosen, at(loss, places)))
                for side, gain, loss in zip(self.model.sides, self.gains, losses, strict=True)
            ]
            least[places] = np.minimum(*surplus)
        return least

    def shortfall(self, trials: Trials) -> Array:
        """max(0, -min S): what the less content side has lost since signing."""
        return np.maximum(0.0, -self.least_surplus(trials))

    # -- the end of a halt -----------------------------------------------------------------------------

    def _collapse(self, trials: Trials) -> None:
        if len(trials):
            self.model.record.halt_over(trials, "collapse")
            self._resume_war(trials)
            for side in self.model.sides:
                side.remember_collapse(trials, self.fear_rise)

    def _expire(self, trials: Trials) -> None:
        """At the end of a term: upgraded with a chance, else renewed if both still gain, else lapsed."""
        if len(trials) == 0:
            return
        remaining = trials[~self._upgrade(trials)]
        renews = self.least_surplus(remaining) >= 0
        renewed = remaining[renews]
        for track in self.model.tracks:
            if track.term_weeks is not None:
                self.expiry_week[renewed[self.track[renewed] == track.index]] = self.model.week + track.term_weeks
        lapsed = remaining[~renews]
        self.model.record.halt_over(lapsed, "lapse")
        self._resume_war(lapsed)

    def _upgrade(self, trials: Trials) -> NDArray[np.bool_]:
        """Farther-reaching general tracks with a range take over, at its middle, with a chance."""
        luck = self.model.streams.uniform("upgrade", week=self.model.week)[trials]
        willing = luck < at(self.upgrade_prob, trials)
        done = np.zeros(len(trials), dtype=bool)
        for track in reversed(self.model.tracks):
            if not track.takes_force or track.track.ratified_by:
                continue
            places = np.flatnonzero(willing & ~done & (self.track[trials] < track.index))
            if len(places) == 0:
                continue
            look = self.model.bargaining.look(track, trials[places])
            found = np.flatnonzero(look.has_range)
            if len(found):
                chosen, rows = trials[places[found]], look.rows[found]
                middle = (look.lower[found] + look.upper[found]) / 2.0
                self.take_force(track, chosen, middle, track.package(middle, rows, chosen), rows)
                done[places[found]] = True
        return done

    def _resume_war(self, trials: Trials) -> None:
        imposed = self.track[trials] == IMPOSED
        self.track[trials] = NO_HALT
        self.start_week[trials] = -1
        self.expiry_week[trials] = -1
        self.model.resume_war(trials[~imposed])
        self.model.bargaining.reopen(self.model.bargaining.offers, trials)
