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
    """Act as anyone who can attend. Fields of its section in the scenario become attributes of the same name.

    Attributes
    ----------
    model : NegotiationModel
        The model of the block: ``model.week``, ``model.n_trials``, ``model.streams`` (random numbers by name),
        ``model.war``, ``model.sides``, ``model.party`` by name.
    name : str
        Name in the scenario.
    level : array of int, shape (trials,)
        Level of attendance this week: 0 absent, 1 aides, 2 ministers, 3 leaders.
    """

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
        """Return the level at which the party would come to this week's round by itself.

        Parameters
        ----------
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        array of int, shape (n,)
            Level from 0 (absent) to 3 (leaders), before rules and caps of the scenario apply.

        Notes
        -----
        The usual level (docs/odd.md, 3.3, Levels).
        """
        return np.broadcast_to(at(self.usual_level, trials), trials.shape)


class Belligerent(Party):
    """Act as a side of the war.

    Attributes
    ----------
    end : int
        Its end of the contract curve: 1 for side A, -1 for side B.
    strain, fear, optimism : float or array, shape (trials,)
        Cost of a year of war [util], fear of what a pause is used for [util], overestimate of momentum [-], today.
    pressure : array, shape (trials,)
        Cost added by sanctions and cut aid, which fades. [util/year]
    has_seen_collapse : array of bool, shape (trials,)
        Whether a ceasefire has collapsed in the trial.
    """

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
        """Return momentum in the side's own favour as it believes it to be.

        Parameters
        ----------
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        array, shape (n,)
            g, from -1 to 1. [-]

        Notes
        -----
        Momentum in its favour plus its optimism: ``clip(s m + o, -1, 1)``, s = -1 for side A and 1 for side B
        (docs/odd.md, 3.1, Value of war).
        """
        belief = at(self.optimism, trials) - self.end * at(self.model.war.momentum, trials)
        return np.minimum(np.maximum(belief, -1.0), 1.0)

    def cost_of_war(self, trials: Any) -> Column:
        """Return what another year of war would cost the side.

        Parameters
        ----------
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        float or array, shape (n,)
            c + pressure + leverage of engaged mediators + unseen cost. [util]

        Notes
        -----
        A sum of four terms (docs/odd.md, 3.1, Cost of a year of war). The unseen term can make it negative.
        """
        standing = self.model.third_parties.leverage_on(self, trials)
        return at(self.strain, trials) + at(self.pressure, trials) + standing + at(self.unseen, trials)

    def loss_from_peace(self, trials: Any) -> Column:
        """Return what the side must be offered, above the status quo, to stop at once and for good.

        Parameters
        ----------
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        float or array, shape (n,)
            r - u(x0); negative where war costs more than it is expected to gain. [util]

        Notes
        -----
        The expected gain from a year of war less its risk premium and its cost (docs/odd.md, 3.1, Loss from peace).
        """
        gain = war.gain_from_war(self.model.war.stakes(self, trials), self.believed_gain(trials))
        return gain - at(self.model.war.premium(self), trials) - self.cost_of_war(trials)

    # -- what a halt needs -------------------------------------------------------------------------

    def unassured_fear(self, trials: Any) -> Column:
        """Return the fear that monitoring, guarantees and limits on the other's resupply leave.

        Parameters
        ----------
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        float or array, shape (n,)
            ``fear (1 - assurance)``. [util]
        """
        return at(self.fear, trials) * (1.0 - at(self.model.assurances.assurance[self.name], trials))

    def needed_gain(self, track: TrackPackages, trials: Any, loss_from_peace: Column | None = None) -> Column:
        """Return the least gain over the status quo at which the side would sign on a track.

        Parameters
        ----------
        track : TrackPackages
            The track: its length, costs and scope.
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.
        loss_from_peace : float or array, shape (n,), optional
            r - u(x0) where the caller has it already: it is the same for all tracks.

        Returns
        -------
        float or array, shape (n,)
            need. [util]

        Notes
        -----
        ``(r - u(x0)) + audience cost + [fear (1 - assurance) b - image] / phi``, the image only where a backer watches
        and phi < 1; on a track that does not halt fighting the audience cost alone (docs/odd.md, 3.4, Need). The side
        signs where ``phi (gain - need) >= 0``.
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
        """Return the side's first offer as a contract-curve weight.

        Returns
        -------
        array, shape (trials,)
            From 0 (side B's end of the curve) to 1 (side A's), one for each trial of the block. [-]

        Notes
        -----
        ``opening`` of the way from the other's end of the curve to its own (docs/odd.md, 3.4, Offers).
        """
        own_end = self.opening if self.end == 1 else 1.0 - np.asarray(self.opening)
        return fill(own_end, self.model.n_trials)

    def pace(self, other_moved: Array, trials: Any) -> Column:
        """Return the share of the gap between offers that the side closes this round.

        Parameters
        ----------
        other_moved : array of bool, shape (n,)
            Whether the other side conceded last round.
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        float or array, shape (n,)
            Share from 0 to 1. [share]

        Notes
        -----
        ``offer_rate x mandate``, times ``reciprocity`` where the other side did not concede (docs/odd.md, 3.4, Offers).
        """
        mandate = self.model.convening.mandate_of(self, trials)
        reciprocity = np.where(other_moved, 1.0, at(self.reciprocity, trials))
        return at(self.offer_rate, trials) * mandate * reciprocity

    def next_offer(self, own: Array, other: Array, limit: Array, other_moved: Array, trials: Any) -> Array:
        """Return the side's next offer as a contract-curve weight.

        Parameters
        ----------
        own, other : array, shape (n,)
            Last offers of the side and of its enemy. [-]
        limit : array, shape (n,)
            The side's reservation point, which an offer must not pass; infinite where it has none. [-]
        other_moved : array of bool, shape (n,)
            Whether the other side conceded last round.
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        array, shape (n,)
            Offer from 0 to 1. [-]

        Notes
        -----
        ``own + pace (other - own)``, never past the reservation point (docs/odd.md, 3.4, Offers).
        """
        return bargaining.next_offer(own, other, self.pace(other_moved, trials), limit, self.end)

    def accepts(self, mix: Array, limit: Array, trials: Any) -> Array:
        """Return whether a package leaves the side at least as well off as fighting on.

        Parameters
        ----------
        mix : array, shape (n,)
            Contract-curve weight of the package, from 0 to 1. [-]
        limit : array, shape (n,)
            The side's reservation point. [-]
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        array of bool, shape (n,)
            True where the side would sign (docs/odd.md, 3.4, Signature).
        """
        return mix >= limit if self.end == 1 else mix <= limit

    # -- week by week ------------------------------------------------------------------------------

    def revert(self) -> None:
        """Move the cost of war toward its mean in logs and let pressure fade (docs/odd.md, 3.1, 3 and 4)."""
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
        """Raise the side's fear, once in a trial, after the first ceasefire that collapsed.

        Parameters
        ----------
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.
        rise : float or array, shape (trials,)
            Rise as a share of the fear. [share]
        """
        first = trials[~self.has_seen_collapse[trials]]
        self.fear[first] *= 1.0 + at(rise, first)
        self.has_seen_collapse[first] = True


def _log(strain: Column) -> Column:
    """Strain in logs; none at all counts as next to none."""
    return np.log(np.maximum(strain, 1e-9))


class ThirdParty(Party):
    """Act as a mediator or a backer. What a scenario leaves at zero costs nothing and changes nothing.

    Attributes
    ----------
    is_engaged : array of bool, shape (trials,)
        Whether the party takes part in the talks; one that walks away does no longer.
    """

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
        """Return the level at which the party would come by itself: 0 where it is not engaged."""
        return np.where(self.is_engaged[trials], super().attends_at(trials), 0)

    def pull_on_rounds(self) -> Column:
        """Return what the party adds to the rate of rounds.

        Returns
        -------
        float or array, shape (trials,)
            Reach to both sides x persistence x engagement, 0 where not engaged (docs/odd.md, 3.3). [-]
        """
        to_a, to_b = (self.reach.get(side.name, 0.0) for side in self.model.sides)
        weight = self._weight_in_rounds.of(self._reach_to_both.of(to_a, to_b), self.persistence, self.engagement)
        return cast("Column", weight * self.is_engaged)


class Mediator(ThirdParty):
    """Host talks, carry messages and table texts; leverage, if any, is a standing cost of fighting on."""


class Backer(ThirdParty):
    """Support a side, press whom it blames, guarantee ceasefires, and perhaps walk away.

    Attributes
    ----------
    weeks_waited, weeks_since_action : array of int, shape (trials,)
        Weeks since talks last gave hope or the backer pressed, and since it pressed.
    has_cut_aid : array of bool, shape (trials,)
        Whether it has cut its aid.
    own_mix : float or array, shape (trials,)
        Its own position as a contract-curve weight: 1 where it agrees with side A, 0 where with side B. [-]
    """

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
        """Return what the backer adds to the rate of rounds: as a third party, and its own pull as a host."""
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
        """Return how much the backer blames a side for the failure of talks.

        Parameters
        ----------
        side : Belligerent
            The side.
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        array, shape (n,)
            1 or more. [-]

        Notes
        -----
        1, plus the distance of the side's offer beyond the backer's own position, plus its absence: ``1 + blame_offer
        max(0, s (offer - own)) + blame_attendance (1 - last level / 3)`` (docs/odd.md, 3.2, 2).
        """
        talks = self.model.convening
        offer = at(self.model.bargaining.headline_offer(side), trials)
        beyond = np.maximum(side.end * (offer - at(self.own_mix, trials)), 0.0)
        missing = 1.0 - at(talks.last_level[side.name], trials) / 3.0
        return np.asarray(1.0 + at(talks.blame_offer, trials) * beyond + at(talks.blame_attendance, trials) * missing)

    def presses_b(self, luck: Array, trials: Any = slice(None)) -> Array:
        """Return whether a pressing backer presses side B rather than side A.

        Parameters
        ----------
        luck : array, shape (n,)
            Uniform random numbers of those trials. [-]
        trials : array of int, shape (n,)
            Numbers of the trials concerned, within the block.

        Returns
        -------
        array of bool, shape (n,)
            True for side B.

        Notes
        -----
        B with chance ``blame_B tilt / [blame_A (1 - tilt) + blame_B tilt]`` (docs/odd.md, 3.2, 2).
        """
        side_a, side_b = self.model.sides
        tilt = at(self.tilt, trials)
        on_b = tilt * self.blame(side_b, trials)
        on_a = (1.0 - tilt) * self.blame(side_a, trials)
        return np.asarray(luck * (on_a + on_b) < on_b)

    def is_provoked(self) -> Array:
        """Return whether a round failed last week or the backer's patience has run out.

        Returns
        -------
        array of bool, shape (trials,)
            One for each trial of the block (docs/odd.md, 3.2, 2).
        """
        return self.model.convening.failed_last_week | (self.weeks_waited >= self.patience_weeks)

    def wants_to_act(self, luck: Array, followed: Array | None) -> Array:
        """Return whether the backer, once provoked, presses this week.

        Parameters
        ----------
        luck : array, shape (trials,)
            Uniform random numbers of the whole block. [-]
        followed : array of bool, shape (trials,), or None
            Whether the backer that it follows acted less than four weeks ago; None where it follows none.

        Returns
        -------
        array of bool, shape (trials,)
            True where it presses.

        Notes
        -----
        With chance ``1 - exp(-rate unity)``, rate = ``-log(1 - act_prob)``, times ``follow_factor`` after the backer
        that it follows (docs/odd.md, 3.2, 2).
        """
        rate = self._act_rate.of(self.act_prob_per_week)
        chance = self._acts_alone.of(rate, self.unity)
        if followed is not None:
            chance = np.where(followed, self._acts_after.of(rate, self.follow_factor, self.unity), chance)
        return np.asarray(luck < chance)
