"""A scenario on its first day, at central values and without chance: what the rival models are given.

Gains along the contract curve, what each side needs, red lines, controllers, trust and fear are the
engine's own, from a model of one trial; so a rival bargains over exactly the packages that Parley does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.equations.war import expected_end
from sim.evidence.rival_models.solutions import GRID, Surplus
from sim.evidence.rival_models.spatial import Actor
from sim.scenario.sampling.parameter_draws import central
from sim.scenario.schema.quantity import Quantity
from sim.single_trial import questions
from sim.single_trial.one_trial import OneTrial

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

SPREADS = {"momentum_spread", "strain_volatility", "unseen_spread"}
"""Keys that spread trials around central values on the first day; at 0 one trial is the central one."""


class Curve(NamedTuple):
    """A track that would stop the fighting everywhere: surplus of both sides over fighting on, on the 101 mixes.

    Surplus is in utils of a halt that lasts; a halt of limited length scales both sides' by one factor.
    """

    track: str
    label: str
    surplus_a: Surplus
    surplus_b: Surplus

    @property
    def is_empty(self) -> bool:
        """Something that both sides need is off the table: no package at all."""
        return not bool(np.any(np.isfinite(self.surplus_a) & np.isfinite(self.surplus_b)))

    @property
    def best_for_the_worse_off(self) -> float:
        """Mix with the largest smaller surplus: the package that comes closest to suiting both."""
        return float(GRID[int(np.argmax(np.minimum(self.surplus_a, self.surplus_b)))])


def first_day(scenario: Scenario) -> FirstDay:
    """Return the first day of a scenario."""
    return FirstDay(_without_spread(central(scenario)))


class FirstDay:
    """What the engine sees in week 0, events of that week included."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self._trial = scenario, OneTrial(scenario, 1, 0)
        self._war = questions.first_day(self._trial)
        self.names = self.scenario.sides.A, self.scenario.sides.B
        self.momentum = float(self._trial.workspace.war["momentum"][0])
        self.curves = tuple(
            self._curve(number, name)
            for number, (name, track) in enumerate(scenario.tracks.items())
            if track.general and track.halts
        )

    def label(self, party: str) -> str:
        """Return what a party is called."""
        return self.scenario.parties[party].label or party

    # -- bargaining ----------------------------------------------------------------------------------

    def _curve(self, number: int, name: str) -> Curve:
        track = self._trial.workspace.tracks[number]
        gains = questions.on_offer(self._trial, number, 0.0, 0.0).gains
        surplus_a, surplus_b = (gain - track[f"need_{end}"] for end, gain in zip("ab", gains, strict=True))
        return Curve(name, self.scenario.tracks[name].label or name, surplus_a, surplus_b)

    def package(self, track: str, mix: float) -> dict[str, float]:
        """Where a package puts each issue of its track's scope; the rest stay at their status quo."""
        number = list(self.scenario.tracks).index(track)
        terms = questions.on_offer(self._trial, number, mix, mix).terms[0]
        found = dict(zip(self.scenario.issues, terms.tolist(), strict=True))
        return {issue: found[issue] for issue in self.scenario.tracks[track].scope}

    def cost_of_war(self, side: int) -> float:
        """Cost of a year of war to side 0 (A) or 1 (B): strain, pressure so far and mediators' leverage, in utils."""
        return float(self._war.cost_of_war[side])

    def value_of_war(self, side: int) -> float:
        """Return what a side believes a year of war to be worth, over the status quo."""
        return float(self._war.loss_from_peace[side])

    def value_at_full_momentum(self, side: int, in_own_favour: bool) -> float:
        """Return what a year would bring if one side alone had stopped: full momentum, no lottery, the cost of war."""
        gain = self._war.if_won if in_own_favour else self._war.if_lost
        return float(gain[side]) - self.cost_of_war(side)

    def fear_of_bare_halt(self, side: int) -> float:
        """Fear that the other rearms in a halt without monitoring or guarantees."""
        return float(self._trial.workspace.sides["fear"][side])

    # -- positions -----------------------------------------------------------------------------------

    def end_of_war(self, issue: str, momentum: float) -> float:
        """Where a year of war would leave an issue; momentum favours side B where positive."""
        a, b = (self.scenario.parties[name].ideal_point.get(issue) for name in self.names)
        ideals = 1.0 if b is None else b.middle, 0.0 if a is None else a.middle
        share = self.scenario.issues[issue].war_share.middle
        return float(expected_end(self.status_quo(issue), *ideals, share, momentum))

    def status_quo(self, issue: str) -> float:
        """Return where an issue stands, from 0 (side A's end) to 1."""
        return float(self._trial.workspace.issues["status_quo"][list(self.scenario.issues).index(issue)])

    def capability(self) -> dict[str, float]:
        """Share of the means that each party brings (judgement: no scenario states capability).

        The sides share the means of war as momentum has it, (1 - m) / 2 to (1 + m) / 2. A third party has the
        share of its client's means that is the share of outside support it gives, as far as it is engaged. One
        that supports nobody has none; who only ratifies is left out.
        """
        of_side = dict(zip(self.names, ((1.0 - self.momentum) / 2.0, (1.0 + self.momentum) / 2.0), strict=True))
        found = dict(of_side)
        for name, party in self.scenario.parties.items():
            if party.role in ("backer", "mediator"):
                third = self.scenario.third_party(name)
                means = sum(share.middle * of_side.get(side, 0.0) for side, share in third.supports.items())
                found[name] = means * third.engagement.middle
        return found

    def actors(self, issue: str) -> list[Actor]:
        """Parties with a position on an issue and some weight there."""
        found = []
        for name, capability in self.capability().items():
            party = self.scenario.parties[name]
            if issue in party.ideal_point and issue in party.points:
                salience = min(1.0, party.points[issue].middle / 100.0)
                found.append(Actor(name, party.ideal_point[issue].middle, capability, salience))
        return [actor for actor in found if actor.weight > 0]


def _without_spread(scenario: Scenario) -> Scenario:
    from sim.scenario.key_paths import with_scalars

    def still(path: Any, quantity: Quantity) -> Quantity:
        return Quantity(value=0.0, kind="judgement") if path[-1] in SPREADS else quantity

    result: Scenario = with_scalars(scenario, still)
    return result
