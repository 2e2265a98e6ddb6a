"""The parties: Mesa agents whose every attribute is a column over trials.

Subclass one to change behaviour and pass it to ``sim.run(..., parties={"Russia": MyRussia})``. Methods
get ``trials``, an array of positions in the block, and return one entry for each of them; numbers that
are the same in every trial may be plain floats (``at(column, trials)`` handles both).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import mesa
import numpy as np

from sim.model.inputs import Kept, at, fill
from sim.theory import bargaining, war, weekly

if TYPE_CHECKING:
    from sim.model.negotiation import NegotiationModel
    from sim.model.packages import TrackPackages
    from sim.theory.utility import Array, Column


class Party(mesa.Agent):  # type: ignore[misc]
    """Anyone who can attend. Fields of its section in the scenario become attributes of the same name."""

    model: NegotiationModel
    usual_level: Any
    level_cap: Any

    def __init__(self, model: NegotiationModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        section = model.inputs.scenario.parties[name]
        for field, value in model.inputs.section(f"parties.{name}", section).items():
            setattr(self, field, value)
        self.level = np.zeros(model.n_trials, dtype=np.int8)

    def attends_at(self, trials: Any) -> Array:
        """Level at which the party would come to this week's round by itself."""
        return np.broadcast_to(at(self.usual_level, trials), trials.shape)


class Belligerent(Party):
    """A side of the war. ``end`` is 1 for side A and -1 for side B: its end of the contract curve."""

    strain: Column
    strain_reversion: Column
    strain_volatility: Column
    optimism: Array
    optimism_rest: Column
    fear: Array
    unseen_spread: Column
    image: Column
    opening: Column
    offer_rate: Column
    reciprocity: Column
    linkage_tolerance: Column

    def __init__(self, model: NegotiationModel, name: str, end: int) -> None:
        super().__init__(model, name)
        self.end = end
        n = model.n_trials
        self.strain_mean: Column = self.strain
        self._log_mean = Kept(_log)
        self.is_strain_noisy = bool(np.any(np.asarray(self.strain_volatility) > 0))
        self.strain_moves = self.is_strain_noisy
        if self.is_strain_noisy:
            spread = weekly.long_run_spread(self.strain_volatility, self.strain_reversion)
            self.strain = self.strain * np.exp(spread * model.streams.normal("strain at start", name))
        self.pressure = np.zeros(n)
        self.optimism = fill(self.optimism, n)
        if model.inputs.scenario.war.optimism_ages:
            self.optimism *= weekly.optimism_left(model.years_at_start)
        self.has_optimism = bool(np.any(self.optimism != 0) or np.any(np.asarray(self.optimism_rest) != 0))
        self.fear = fill(self.fear, n)
        self.unseen: Column = 0.0
        """What the scenario does not see of the side's cost of war, drawn once for a trial."""
        if np.any(np.asarray(self.unseen_spread) > 0):
            self.unseen = self.unseen_spread * model.streams.normal("unseen cost of war", name)
        self.has_seen_collapse = np.zeros(n, dtype=bool)

    # -- what a year of war is worth -------------------------------------------------------------

    def believed_gain(self, trials: Any) -> Array:
        """Believed momentum in the own favour, optimism included, within [-1, 1]."""
        belief = at(self.optimism, trials) - self.end * at(self.model.war.momentum, trials)
        return np.minimum(np.maximum(belief, -1.0), 1.0)

    def cost_of_war(self, trials: Any) -> Column:
        """c: what another year of war would cost, pressure, mediators' leverage and what is not seen included."""
        standing = self.model.third_parties.leverage_on(self, trials)
        return at(self.strain, trials) + at(self.pressure, trials) + standing + at(self.unseen, trials)

    def loss_from_peace(self, trials: Any) -> Column:
        """r - u(x0): what the side must be offered, above the status quo, to stop at once and for good."""
        gain = war.gain_from_war(self.model.war.stakes(self, trials), self.believed_gain(trials))
        return gain - at(self.model.war.premium(self), trials) - self.cost_of_war(trials)

    # -- what a halt needs -------------------------------------------------------------------------

    def unassured_fear(self, trials: Any) -> Column:
        """Fear left after monitoring, guarantees and limits on the other's resupply."""
        return at(self.fear, trials) * (1.0 - at(self.model.assurances.assurance[self.name], trials))

    def needed_gain(self, track: TrackPackages, trials: Any, loss_from_peace: Column | None = None) -> Column:
        """Least gain over the status quo, in utils, at which the side would sign on this track.

        It signs if S = phi (gain - audience - (r - u(x0))) - fear b + image >= 0 (model section 5).
        ``loss_from_peace`` is r - u(x0) where the caller has it already: it is the same for all tracks.
        """
        audience = at(track.audience_cost[self.name], trials)
        if not track.halts:
            return audience
        fear = self.unassured_fear(trials) * track.exposure
        if track.is_short:
            fear = fear - at(self.image, trials) * at(self.model.third_parties.is_watched, trials)
        if loss_from_peace is None:
            loss_from_peace = self.loss_from_peace(trials)
        return loss_from_peace + audience + fear / track.benefit_share

    # -- how it bargains ---------------------------------------------------------------------------

    def opening_offer(self) -> Array:
        """First offer as a mix: ``opening`` of the way from the other's end of the curve to its own."""
        own_end = self.opening if self.end == 1 else 1.0 - np.asarray(self.opening)
        return fill(own_end, self.model.n_trials)

    def pace(self, other_moved: Array, trials: Any) -> Column:
        """Share of the gap closed this round: rate x mandate x reciprocity."""
        mandate = self.model.convening.mandate_of(self, trials)
        reciprocity = np.where(other_moved, 1.0, at(self.reciprocity, trials))
        return at(self.offer_rate, trials) * mandate * reciprocity

    def next_offer(self, own: Array, other: Array, limit: Array, other_moved: Array, trials: Any) -> Array:
        """Next offer as a mix, never past the side's reservation point ``limit``."""
        return bargaining.next_offer(own, other, self.pace(other_moved, trials), limit, self.end)

    def accepts(self, mix: Array, limit: Array, trials: Any) -> Array:
        """Whether a package at ``mix`` leaves the side at least as well off as fighting on."""
        return mix >= limit if self.end == 1 else mix <= limit

    # -- week by week ------------------------------------------------------------------------------

    def revert(self) -> None:
        """Strain moves toward its mean in logs; pressure fades."""
        self.pressure *= self.model.war.pressure_decay
        if self.strain_moves:
            self._drift_strain()

    def _drift_strain(self) -> None:
        log_strain = _log(self.strain)
        shock: Column = 0.0
        if self.is_strain_noisy:
            shock = self.strain_volatility * self.model.streams.normal("strain", self.name, self.model.week)
        moved = log_strain + self.strain_reversion * (self._log_mean.of(self.strain_mean) - log_strain) + shock
        self.strain = np.exp(moved)

    def remember_collapse(self, trials: Any, rise: Column) -> None:
        """Fear rises once, after the first halt that collapsed."""
        first = trials[~self.has_seen_collapse[trials]]
        self.fear[first] *= 1.0 + at(rise, first)
        self.has_seen_collapse[first] = True


def _log(strain: Column) -> Column:
    """Strain in logs; none at all counts as next to none."""
    return np.log(np.maximum(strain, 1e-9))


class ThirdParty(Party):
    """A mediator or a backer. What a scenario leaves at zero costs nothing and changes nothing."""

    engagement: Column
    persistence: Column
    skill: Column
    bias: Column
    reach: dict[str, Column]
    leverage: dict[str, Column]

    def __init__(self, model: NegotiationModel, name: str) -> None:
        super().__init__(model, name)
        self.is_engaged = fill(self.engagement, model.n_trials) > 0
        self._weight_in_rounds = Kept(lambda reach, persistence, engagement: reach * persistence * engagement)
        self._reach_to_both = Kept(np.minimum)

    def attends_at(self, trials: Any) -> Array:
        return np.where(self.is_engaged[trials], super().attends_at(trials), 0)

    def pull_on_rounds(self) -> Column:
        """What the party adds to the rate of rounds: reach to both sides x persistence, as far as engaged."""
        to_a, to_b = (self.reach.get(side.name, 0.0) for side in self.model.sides)
        weight = self._weight_in_rounds.of(self._reach_to_both.of(to_a, to_b), self.persistence, self.engagement)
        return cast("Column", weight * self.is_engaged)


class Mediator(ThirdParty):
    """Hosts, carries messages and tables texts; its leverage, if any, is a standing cost of fighting on."""


class Backer(ThirdParty):
    """Supports a side, presses whom it blames, guarantees halts, and may walk away."""

    supports: dict[str, Column]
    act_prob_per_week: Column
    tilt: Column
    patience_weeks: int
    unity: Column
    follows: str | None
    follow_factor: Column
    quit_prob_per_week: Column
    ends_aid_on_quit: Column
    aid_cut_momentum: Column
    convening_pull: Column
    guarantor_share: Column

    def __init__(self, model: NegotiationModel, name: str) -> None:
        super().__init__(model, name)
        n = model.n_trials
        self.weeks_waited = np.zeros(n, dtype=np.int16)
        self.weeks_since_action = np.full(n, 999, dtype=np.int16)
        self.has_cut_aid = np.zeros(n, dtype=bool)
        self.own_mix = self._own_mix()
        self.clients = {side for side, share in self.supports.items() if np.any(np.asarray(share) > 0)}
        self._act_rate = Kept(weekly.weekly_rate)
        self._acts_alone = Kept(lambda rate, unity: weekly.weekly_probability(rate * unity))
        self._acts_after = Kept(lambda rate, factor, unity: weekly.weekly_probability(rate * factor * unity))
        self._weight_as_host = Kept(lambda pull, engagement: pull * engagement)

    def pull_on_rounds(self) -> Column:
        weight = self._weight_as_host.of(self.convening_pull, self.engagement)
        return super().pull_on_rounds() + cast("Column", weight * self.is_engaged)

    def _own_mix(self) -> Column:
        """The backer's own position as a mix: 1 where it agrees with side A, 0 where with side B."""
        side_a, side_b = self.model.sides
        inputs = self.model.inputs
        weights = inputs.weights(self.name)
        if not weights:
            return 0.5
        mix: Column = 0.0
        for issue, weight in weights.items():
            ends = [inputs.per_draw(f"parties.{side.name}.ideal_point.{issue}") for side in (side_a, side_b)]
            span = np.maximum(ends[1] - np.asarray(ends[0]), 1e-9)
            own = inputs.per_draw(f"parties.{self.name}.ideal_point.{issue}")
            mix = mix + weight * np.clip((ends[1] - np.asarray(own)) / span, 0.0, 1.0)
        return inputs.expand(np.asarray(mix) if np.ndim(mix) else float(mix))

    def blame(self, side: Belligerent, trials: Any = slice(None)) -> Array:
        """How much the backer blames a side: distance of its offer beyond the backer's own mix, and absence."""
        talks = self.model.convening
        offer = at(self.model.bargaining.headline_offer(side), trials)
        beyond = np.maximum(side.end * (offer - at(self.own_mix, trials)), 0.0)
        missing = 1.0 - at(talks.last_level[side.name], trials) / 3.0
        return np.asarray(1.0 + at(talks.blame_offer, trials) * beyond + at(talks.blame_attendance, trials) * missing)

    def presses_b(self, luck: Array, trials: Any = slice(None)) -> Array:
        """Whether a pressing backer presses side B rather than side A; ``luck`` is that of the trials."""
        side_a, side_b = self.model.sides
        tilt = at(self.tilt, trials)
        on_b = tilt * self.blame(side_b, trials)
        on_a = (1.0 - tilt) * self.blame(side_a, trials)
        return np.asarray(luck * (on_a + on_b) < on_b)

    def is_provoked(self) -> Array:
        """A round failed last week, or patience has run out."""
        return self.model.convening.failed_last_week | (self.weeks_waited >= self.patience_weeks)

    def wants_to_act(self, luck: Array, followed: Array | None) -> Array:
        """Chance to press: its rate, more likely after the backer it follows, as far as it is of one mind."""
        rate = self._act_rate.of(self.act_prob_per_week)
        chance = self._acts_alone.of(rate, self.unity)
        if followed is not None:
            chance = np.where(followed, self._acts_after.of(rate, self.follow_factor, self.unity), chance)
        return np.asarray(luck < chance)
