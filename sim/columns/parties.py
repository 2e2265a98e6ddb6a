"""The parties: Mesa agents whose every attribute is a column over trials.

Subclass one to change behaviour and pass it to ``sim.run(..., parties={"Russia": MyRussia})``. Methods get ``trials``,
positions in the block, and return an entry for each; what is the same in all may be a float (``at`` handles both).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.columns.inputs import Kept, at, fill
from sim.theory import bargaining, war, weekly

if TYPE_CHECKING:
    from sim.columns.packages import TrackPackages
    from sim.columns.week import NegotiationModel
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
    """Return the cost of war in logs; none at all counts as next to none."""
    return np.log(np.maximum(strain, 1e-9))
