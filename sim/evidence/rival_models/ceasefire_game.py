"""A scenario as a graph model: who fights on, who stops, who signs, which backers press.

Each side may stop fighting, and may accept the terms on the table as well (accepting means stopping).
Up to two backers may press whoever still fights. Payoffs come from the scenario's own utilities where
it has any; the rest is stated here and in docs/panel.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.evidence.rival_models.graph_model import Conflict, Option, State, feasible_states
from sim.evidence.rival_models.opening_position import Curve, FirstDay
from sim.evidence.rival_models.solutions import nash_on_curve, value_at

MOST_BACKERS = 2
HABIT = 1e-6
"""Settles ties only: a backer that acts at all would rather press than not while a side fights on, and not after."""


@dataclass(frozen=True)
class CeasefireGame:
    """The conflict, the mix that is on the table and each state in words."""

    conflict: Conflict
    track: str
    mix: float
    words: tuple[str, ...]
    outcomes: tuple[str, ...]
    """Each state's outcome without who presses: ``fighting goes on``, ``X stops alone``, ..."""


def ceasefire_game(day: FirstDay, curve: Curve) -> CeasefireGame:
    """The game over one track's package: the Nash point, or where there is none what comes closest to suiting both."""
    nash = nash_on_curve(curve.surplus_a, curve.surplus_b)
    mix = curve.best_for_the_worse_off if nash is None else nash
    backers = main_backers(day)
    options = [Option(name, act) for name in day.names for act in ("stop fighting", "accept the terms")]
    options += [Option(name, "press") for name in backers]
    states = feasible_states(options, _accepting_is_stopping)
    side_payoffs = [_side_payoffs(day, curve, mix, backers, states, side) for side in (0, 1)]
    payoffs = dict(zip(day.names, side_payoffs, strict=True))
    for place, name in enumerate(backers):
        payoffs[name] = _backer_payoffs(day, curve, mix, name, place, states)
    conflict = Conflict(options, payoffs, _accepting_is_stopping)
    outcomes = tuple(_outcome(day, state) for state in states)
    words = tuple(outcome + _pressers(day, backers, state) for outcome, state in zip(outcomes, states, strict=True))
    return CeasefireGame(conflict, curve.track, mix, words, outcomes)


def main_backers(day: FirstDay) -> list[str]:
    """Engaged backers that ever act and have leverage on a side, those with most of it first."""
    leverage = {}
    for name, party in day.scenario.parties.items():
        if party.role == "backer":
            backer = day.scenario.third_party(name)
            acts = backer.act_prob_per_week.middle > 0 and backer.engagement.middle > 0
            leverage[name] = sum(size.middle for size in backer.leverage.values()) if acts else 0.0
    ranked = sorted((name for name in leverage if leverage[name] > 0), key=lambda name: -leverage[name])
    return ranked[:MOST_BACKERS]


def _accepting_is_stopping(state: State) -> bool:
    stops_a, accepts_a, stops_b, accepts_b = state[:4]
    return (stops_a or not accepts_a) and (stops_b or not accepts_b)


def _side_payoffs(
    day: FirstDay, curve: Curve, mix: float, backers: list[str], states: tuple[State, ...], side: int
) -> list[float]:
    """Utils over the status quo. War: as the side believes it. Terms: war plus the surplus that signing leaves.

    A bare halt keeps the status quo and charges all of the side's fear. A side that stops alone loses ground as
    at full momentum, and the other gains it; both still bear the cost of war (judgement).
    """
    war = day.value_of_war(side)
    terms = war + value_at(mix, (curve.surplus_a, curve.surplus_b)[side])
    found = []
    for state in states:
        stops_own, stops_other = state[2 * side], state[2 * (1 - side)]
        if state[1] and state[3]:
            found.append(terms)
        elif stops_own and stops_other:
            found.append(-day.fear_of_bare_halt(side))
        elif stops_own:
            found.append(day.value_at_full_momentum(side, in_own_favour=False))
        else:
            pressing = [name for name, presses in zip(backers, state[4:], strict=True) if presses]
            pressed = sum(_pressure(day, name, side, stops_other) for name in pressing)
            worth = day.value_at_full_momentum(side, in_own_favour=True) if stops_other else war
            found.append(worth - pressed)
    return found


def _pressure(day: FirstDay, backer: str, side: int, other_stops: bool) -> float:
    """One act of pressure on a side that fights on: in full if it alone does, else divided by the backer's tilt."""
    party = day.scenario.third_party(backer)
    leverage = party.leverage.get(day.names[side])
    share = (1.0 - party.tilt.middle, party.tilt.middle)[side]
    return 0.0 if leverage is None else leverage.middle * (1.0 if other_stops else share)


def _backer_payoffs(
    day: FirstDay, curve: Curve, mix: float, name: str, place: int, states: tuple[State, ...]
) -> list[float]:
    """How near the issues end to the backer's own positions; pressing settles ties by habit.

    A scenario has no number for what another people's war costs a backer, so none is counted.
    """
    terms = day.package(curve.track, mix)
    ends = {
        "terms": _loss(day, name, {issue: terms.get(issue, day.status_quo(issue)) for issue in day.scenario.issues}),
        "halt": _loss(day, name, {issue: day.status_quo(issue) for issue in day.scenario.issues}),
        "war": _loss(day, name, {issue: day.end_of_war(issue, day.momentum) for issue in day.scenario.issues}),
        "a gives way": _loss(day, name, {issue: day.end_of_war(issue, 1.0) for issue in day.scenario.issues}),
        "b gives way": _loss(day, name, {issue: day.end_of_war(issue, -1.0) for issue in day.scenario.issues}),
    }
    found = []
    for state in states:
        stops_a, accepts_a, stops_b, accepts_b = state[:4]
        if stops_a and stops_b:
            end, is_fighting = ("terms" if accepts_a and accepts_b else "halt"), False
        else:
            end, is_fighting = ("a gives way" if stops_a else "b gives way" if stops_b else "war"), True
        found.append(-ends[end] + (HABIT if state[4 + place] == is_fighting else 0.0))
    return found


def _loss(day: FirstDay, name: str, positions: dict[str, float]) -> float:
    """Weighted square distance from a party's own positions, over the issues on which it has one."""
    party = day.scenario.third_party(name)
    return sum(
        weight.middle / 100.0 * (positions[issue] - party.ideal_point[issue].middle) ** 2
        for issue, weight in party.points.items()
        if issue in party.ideal_point
    )


def _outcome(day: FirstDay, state: State) -> str:
    stops_a, accepts_a, stops_b, accepts_b = state[:4]
    if accepts_a and accepts_b:
        return "both accept the terms"
    if stops_a and stops_b:
        return "a halt without terms"
    if stops_a or stops_b:
        return f"{day.label(day.names[0 if stops_a else 1])} stops alone"
    return "fighting goes on"


def _pressers(day: FirstDay, backers: list[str], state: State) -> str:
    pressing = [day.label(name) for name, presses in zip(backers, state[4:], strict=True) if presses]
    return f", {' and '.join(pressing)} press{'es' if len(pressing) == 1 else ''}" if pressing else ""
