"""How each friction of ``sim.frictions`` bears on a deal, and so what goes when it is off (docs/odd.md, 3.6).

A friction adds to what a side needs, changes the terms of an issue, or both. Terms are made without any friction; those
that are on are then put on one after the other, in whatever order. What a friction adds to a need is a term of
``Belligerent.needed_gain``, and is taken off again here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns.inputs import at
from sim.outcome_columns import FRICTIONS
from sim.theory.contract_curve import Terms
from sim.theory.utility import Array, Column
from sim.theory.war import gain_from_war

if TYPE_CHECKING:
    from sim.columns.outcomes import BestWeek
    from sim.columns.packages import TrackPackages
    from sim.columns.parties import Belligerent
    from sim.columns.week import NegotiationModel

Off = frozenset[str]
"""Names of the frictions that are off, on both sides."""
NONE_OFF: Off = frozenset()
ALL_OFF: Off = frozenset(FRICTIONS)


class Place(NamedTuple):
    """Hold whose terms are asked for: an issue in some rows of the tables, by parameter draw and regime."""

    model: NegotiationModel
    issue: str
    draw: NDArray[np.int64]
    regime: NDArray[np.int64]

    def column(self, values: Column) -> Column:
        """Return values by draw as values by row, shape (rows, 1); a plain number stays one."""
        return values[self.draw][:, None] if isinstance(values, np.ndarray) else values

    def given(self, path: str) -> Column:
        """Return a number of the scenario by row."""
        return self.column(self.model.inputs.per_draw(path))

    def by_issue(self, side: str, field: str, otherwise: float) -> Column:
        """Return what a side says of the issue by row, ``otherwise`` where it says nothing."""
        found = getattr(self.model.inputs.scenario.parties[side], field)
        return self.given(f"parties.{side}.{field}.{self.issue}") if self.issue in found else otherwise

    @property
    def sides(self) -> tuple[str, str]:
        """Return the names of both sides."""
        return self.model.sides[0].name, self.model.sides[1].name


class Bargain(NamedTuple):
    """Hold an issue's terms, and where it is off the table: shape (rows, 1)."""

    terms: Terms
    is_blocked: NDArray[np.bool_]


class Switch(NamedTuple):
    """Say where a friction bears. Each part is None where it does not.

    ``in_need``: what it adds to the need of side 0 or 1 in the best week. [util] ``keeps``: what that is computed from,
    of a side in trials, where it changes from week to week; kept under the friction's name in ``BestWeek.kept``.
    ``in_terms``: an issue's terms with the friction put on. ``bears_on``: whether it changes those of an issue at all.
    """

    in_need: Callable[[BestWeek, int, Any], Column] | None = None
    keeps: Callable[[TrackPackages, Belligerent, Any], Column] | None = None
    in_terms: Callable[[Place, Bargain], Bargain] | None = None
    bears_on: Callable[[NegotiationModel, str], bool] = lambda model, issue: True


def part_of_need(friction: str, week: BestWeek, number: int, trials: Any) -> Column:
    """Part of a side's need in its best week that goes once a friction is off; 0 where it adds none."""
    in_need = SWITCHES[friction].in_need
    return 0.0 if in_need is None else in_need(week, number, trials)


def terms_with(place: Place, bargain: Bargain, off: Off) -> Bargain:
    """Terms with every friction put on that is not off."""
    for name, switch in SWITCHES.items():
        if switch.in_terms is not None and name not in off:
            bargain = switch.in_terms(place, bargain)
    return bargain


def believed_less(bargain: Bargain, share_a: Column, share_b: Column) -> Bargain:
    """Terms with the gains that are promised to A and to B counted with a share of what they were."""
    terms = bargain.terms
    return bargain._replace(terms=terms._replace(trust_a=terms.trust_a * share_a, trust_b=terms.trust_b * share_b))


def felt(off: Off, model: NegotiationModel, issue: str) -> Off:
    """Frictions that are off and would change an issue's terms, so that a table is built once for all sets alike."""
    return frozenset(name for name in off & IN_TERMS if SWITCHES[name].bears_on(model, issue))


# -- information, commitment ---------------------------------------------------------------------------


def _mistaken(week: BestWeek, number: int, trials: Any) -> Array:
    """Part of a side's need that rested on optimism: what it believed of war less what war would bring."""
    war, side = week.model.war, week.model.sides[number]
    lines = {issue: line.take(trials) for issue, line in week.status_quo.items()}
    stakes = war.stakes(side, trials, lines)
    true_gain = -side.end * week.momentum.take(trials)
    return gain_from_war(stakes, week.kept["information"][number].take(trials)) - gain_from_war(stakes, true_gain)


def _feared(week: BestWeek, number: int, trials: Any) -> Array:
    return week.kept["commitment"][number][trials]


# -- trust ---------------------------------------------------------------------------------------------


def _with_distrust(place: Place, bargain: Bargain) -> Bargain:
    a, b = (_trust(place, side) for side in place.sides)
    return believed_less(bargain, a, b)


def _trust(place: Place, side: str) -> Column:
    by_regime = place.model.assurances.trust_by_regime[side]
    return by_regime if isinstance(by_regime, float) else by_regime[place.draw, place.regime][:, None]


# -- audience ------------------------------------------------------------------------------------------


def _audience_cost(week: BestWeek, number: int, trials: Any) -> Column:
    cost: Column = at(week.track.audience_cost[week.model.sides[number].name], trials)
    return cost


def _with_audiences(place: Place, bargain: Bargain) -> Bargain:
    """Losses beyond public lines, and no package beyond red lines, which an issue off the table cannot cross."""
    terms, is_blocked = bargain
    a, b = place.sides
    high = np.minimum(terms.high, np.where(is_blocked, 1.0, place.by_issue(a, "red_lines", 1.0)))
    low = np.maximum(terms.low, np.where(is_blocked, 0.0, place.by_issue(b, "red_lines", 0.0)))
    slope_a, slope_b = (_slope(place, side) for side in (a, b))
    return bargain._replace(terms=terms._replace(slope_a=slope_a, slope_b=slope_b, low=low, high=high))


def _slope(place: Place, side: str) -> Column:
    has_line = place.issue in place.model.inputs.scenario.belligerent(side).public_lines
    return place.given(f"parties.{side}.audience_slope") if has_line else 0.0


def _has_lines(model: NegotiationModel, issue: str) -> bool:
    sides = [model.inputs.scenario.belligerent(side.name) for side in model.sides]
    return any(issue in side.public_lines or issue in side.red_lines for side in sides)


# -- controllers ---------------------------------------------------------------------------------------


def _with_controllers(place: Place, bargain: Bargain) -> Bargain:
    """What the engaged controllers consent to; the issue is off the table where one of them has left."""
    terms, is_blocked = bargain
    scenario, regimes = place.model.inputs.scenario, place.model.regimes
    low, high = terms.low, terms.high
    for name in scenario.issues[place.issue].controllers:
        engaged = np.array([regimes.engaged(name, number) for number in range(regimes.count)])
        is_blocked = is_blocked | ~engaged[place.regime][:, None]
        least, greatest = scenario.third_party(name).limits.get(place.issue, (0.0, 1.0))
        low, high = np.maximum(low, least), np.minimum(high, greatest)
    low, high = (np.where(is_blocked, terms.status_quo, end) for end in (low, high))
    return Bargain(terms._replace(low=low, high=high), is_blocked)


def _has_controllers(model: NegotiationModel, issue: str) -> bool:
    scenario = model.inputs.scenario
    return any(name in scenario.parties for name in scenario.issues[issue].controllers)


SWITCHES: dict[str, Switch] = {
    "information": Switch(in_need=_mistaken, keeps=lambda track, side, trials: side.believed_gain(trials)),
    "commitment": Switch(in_need=_feared, keeps=lambda track, side, trials: track.fear_in_need(side, trials)),
    "trust": Switch(in_terms=_with_distrust),
    "audience": Switch(in_need=_audience_cost, in_terms=_with_audiences, bears_on=_has_lines),
    "controllers": Switch(in_terms=_with_controllers, bears_on=_has_controllers),
}
"""By friction, in the order of ``sim.frictions``: a test holds both alike."""
IN_TERMS: Off = frozenset(name for name, switch in SWITCHES.items() if switch.in_terms is not None)
KEPT = {name: switch.keeps for name, switch in SWITCHES.items() if switch.keeps is not None}
