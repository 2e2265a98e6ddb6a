"""Step 2 of the week: support, pressure, walking away; and what third parties assure (model section 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sim.columns.inputs import at
from sim.columns.regimes import trust_by_regime
from sim.columns.third_party_agents import Backer
from sim.theory.utility import Array, Column, assurance_with, benefit_share, exposure

if TYPE_CHECKING:
    from sim.columns.parties import Belligerent
    from sim.columns.third_party_agents import ThirdParty
    from sim.columns.week import NegotiationModel


class ThirdParties:
    """Everyone who is not a side, in the order of the scenario file."""

    def __init__(self, model: NegotiationModel, members: list[ThirdParty], backers: list[Backer]) -> None:
        self.model, self.members, self.backers = model, members, backers
        self.present = [party for party in members if party.is_engaged.any() or self._may_come(party)]
        """Those who take part in some trial, some day: the others cost nothing."""
        self.acting = [backer for backer in backers if self._may_act(backer)]
        """Backers that may ever press somebody or walk away."""
        self.is_watched = np.zeros(model.n_trials, dtype=bool)
        self.refresh()

    def refresh(self) -> None:
        """After an event changed engagement: who watches, and mediators' standing leverage."""
        self.is_watched = np.zeros(self.model.n_trials, dtype=bool)
        for backer in self.backers:
            self.is_watched |= backer.is_engaged
        self._leverage = {side.name: self._sum_leverage(side) for side in self.model.sides}

    def _watch_again(self, trials: Any) -> None:
        """After a backer left in some trials: whether any is left to watch. Backers have no standing leverage."""
        self.is_watched[trials] = np.logical_or.reduce([backer.is_engaged.take(trials) for backer in self.backers])

    def _sum_leverage(self, side: Belligerent) -> Column:
        total: Column = 0.0
        for party in self.members:
            size = party.leverage.get(side.name, 0.0)
            if party not in self.backers and np.any(np.asarray(size) > 0):
                total = total + size * party.is_engaged
        return total

    def leverage_on(self, side: Belligerent, trials: Any) -> Column:
        """Standing cost to a side of fighting on against engaged mediators."""
        return at(self._leverage[side.name], trials)

    def can_leave(self, party: ThirdParty) -> bool:
        """Whether a party's engagement can differ between trials or change during the run."""
        by_chance = party in self.backers and bool(np.any(np.asarray(party.quit_prob_per_week) > 0))
        return by_chance or self._may_come(party) or not (party.is_engaged.all() or not party.is_engaged.any())

    def _may_come(self, party: ThirdParty) -> bool:
        """Whether an event sets a party's engagement."""
        return self._is_set(party, "engagement")

    def _may_act(self, backer: Backer) -> bool:
        chances = ("act_prob_per_week", "quit_prob_per_week")
        by_itself = any(np.any(np.asarray(getattr(backer, name)) > 0) for name in chances)
        is_custom = type(backer) is not Backer  # a class of somebody's own may set its chances as it likes
        return by_itself or is_custom or any(self._is_set(backer, name) for name in chances)

    def _is_set(self, party: ThirdParty, field: str) -> bool:
        return any(f"parties.{party.name}.{field}" in event.set for event in self.model.inputs.scenario.events)

    def step(self) -> None:
        """Each backer may walk away, or press the side it blames."""
        acted_recently: dict[str, Array] = {}
        for backer in self.acting:
            backer.weeks_waited += 1
            backer.weeks_since_action += 1
            if np.any(np.asarray(backer.quit_prob_per_week) > 0):
                self._may_quit(backer)
            if np.any(np.asarray(backer.act_prob_per_week) > 0):
                self._may_press(backer, acted_recently.get(backer.follows or ""))
            acted_recently[backer.name] = backer.weeks_since_action < 4

    def _may_quit(self, backer: Backer) -> None:
        luck = self.model.streams.uniform("quit", backer.name, self.model.week)
        leaves = np.flatnonzero(luck < backer.quit_prob_per_week)
        leaves = leaves[self.model.is_live.take(leaves) & backer.is_engaged.take(leaves)]
        if len(leaves) == 0:
            return
        backer.is_engaged[leaves] = False
        luck = self.model.streams.uniform("end aid", backer.name, self.model.week).take(leaves)
        cuts = leaves[luck < at(backer.ends_aid_on_quit, leaves)]
        for side in self.model.sides:
            side.pressure[cuts] += at(backer.supports.get(side.name, 0.0), cuts) * at(
                backer.leverage.get(side.name, 0.0), cuts
            )
        self._cut_aid(backer, self.model.sides, cuts)
        self._watch_again(leaves)
        self.model.assurances.refresh_after_leaving(leaves)

    def _may_press(self, backer: Backer, followed: Array | None) -> None:
        streams, week = self.model.streams, self.model.week
        acts = backer.wants_to_act(streams.uniform("press", backer.name, week), followed)
        acts = np.flatnonzero(acts & self.model.is_at_war & backer.is_engaged & backer.is_provoked())
        if len(acts) == 0:
            return
        on_b = backer.presses_b(streams.between_sides("blame", backer.name, week).take(acts), acts)
        backer.weeks_waited[acts] = 0
        backer.weeks_since_action[acts] = 0
        for side, pressed in zip(self.model.sides, (acts[~on_b], acts[on_b]), strict=True):
            side.pressure[pressed] += at(backer.leverage.get(side.name, 0.0), pressed)
            self._cut_aid(backer, (side,), pressed)

    def _cut_aid(self, backer: Backer, sides: Iterable[Belligerent], trials: Any) -> None:
        """Cutting its clients' aid moves mean momentum against them, once."""
        clients = [side for side in sides if side.name in backer.clients]
        if len(trials) == 0 or not clients:
            return
        first = trials[~backer.has_cut_aid.take(trials)]
        for side in clients:
            shift = at(backer.supports[side.name], first) * at(backer.aid_cut_momentum, first)
            self.model.war.support_shift[first] += side.end * shift
        backer.has_cut_aid[first] = True


class Assurances:
    """Monitoring, guarantees and resupply limits: one set of levels drives trust, fear and lasting.

    ``guarantee`` (trials,) is today's credibility, ``assurance`` by side the share of fear removed,
    ``trust_by_regime`` by side the trust that the tables of packages use.
    """

    guarantee: Column
    monitoring: Column
    monitoring_ratio: Column

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        self._overrides: dict[str, Column] = {}
        shares = [model.regimes.guarantee_share(model, regime) for regime in range(model.regimes.count)]
        columns = [np.broadcast_to(np.asarray(share, dtype=float), (model.inputs.n_draws,)) for share in shares]
        self._share_by_regime = np.stack(columns)
        """Share of the guarantees still carried, shape (regimes, draws)."""
        self.base_trust = {side.name: model.inputs.per_draw(f"parties.{side.name}.trust") for side in model.sides}

    @staticmethod
    def weight_of_length(weeks: float | None) -> tuple[float, float]:
        """Phi and b of a halt's length."""
        return benefit_share(weeks), exposure(weeks)

    def per_draw(self, key: str, otherwise: float | None = None) -> Column:
        """A number of the ``assurances`` section by draw, as set by the last event that changed it."""
        if key in self._overrides:
            return self._overrides[key]
        path = f"assurances.{key}"
        if otherwise is not None and not self.model.inputs.has(path):
            return otherwise
        return self.model.inputs.per_draw(path)

    def override(self, key: str, value: Column) -> None:
        """An event sets a level from this week on; the tables of packages follow."""
        self._overrides[key] = value

    def rebuild(self) -> None:
        """Recompute trust, assurance and every track's tables."""
        self.trust_by_regime = {side.name: trust_by_regime(self.model, side.name) for side in self.model.sides}
        self.refresh()

    def refresh(self) -> None:
        """Today's credibility and assurance of every trial."""
        self.monitoring = self.model.inputs.expand(self.per_draw("monitoring"))
        self.guarantee, self.assurance = self._today(slice(None))

    def refresh_after_leaving(self, trials: Any) -> None:
        """The same in the trials in which somebody left."""
        if not isinstance(self.guarantee, np.ndarray):
            return  # the same in every trial, whoever is there
        guarantee, assurance = self._today(trials)
        self.guarantee[trials] = guarantee
        for side, removed in assurance.items():
            cast(Array, self.assurance[side])[trials] = removed

    def _today(self, trials: Any) -> tuple[Column, dict[str, Column]]:
        """Credibility, and by side the share of fear removed, in some trials."""
        rows = self.model.inputs.row_of_trial[trials]

        def level(key: str, otherwise: float | None = None) -> Column:
            return cast(Column, at(self.per_draw(key, otherwise), rows))

        monitoring = level("monitoring")
        guarantee = level("guarantee_credibility") * self._share_today(trials)
        calm = (level("calm_from_monitoring"), level("calm_from_guarantee"), level("calm_from_resupply_limit"))
        side_a, side_b = (side.name for side in self.model.sides)
        assurance = {
            own: assurance_with(
                monitoring,
                guarantee * level(f"guaranteed.{own}", 0.0),
                level(f"resupply_limits.{other}", 0.0),
                calm,
            )
            for own, other in ((side_a, side_b), (side_b, side_a))
        }
        return guarantee, assurance

    def _share_today(self, trials: Any) -> Column:
        """Share of the guarantees carried today, by trial."""
        model = self.model
        rows = model.inputs.row_of_trial[trials]
        if model.regimes.count == 1:
            return cast(Column, at(self._share_by_regime[0], rows))
        return cast(Array, self._share_by_regime[model.regimes.of_trials(trials), rows])
