"""Third parties as Mesa agents: mediators and backers, what they see and whom they press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sim.columns.inputs import Kept, at, fill
from sim.columns.parties import Belligerent, Party
from sim.theory import weekly

if TYPE_CHECKING:
    from sim.columns.week import NegotiationModel
    from sim.theory.utility import Array, Column


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
