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

END_OF_WAR = {"A stops": 1.0, "B stops": -1.0}
"""Momentum at which a year ends for a side that stops alone (judgement: full momentum against it)."""


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
    payoffs = {name: _side_payoffs(day, curve, mix, backers, states, side) for side, name in enumerate(day.names)}
    payoffs |= {name: _backer_payoffs(day, curve, mix, backers, states, name) for name in backers}
    a, b = (day.label(name) for name in day.names)
    words = {
        "terms": "both accept the terms",
        "halt": "a halt without terms",
        "A stops": f"{a} stops alone",
        "B stops": f"{b} stops alone",
        "war": "fighting goes on",
    }
    outcomes = tuple(words[_end(state)] for state in states)
    in_full = (
        outcome + _press(day, _pressing(backers, state)) for outcome, state in zip(outcomes, states, strict=True)
    )
    conflict = Conflict(options, payoffs, _accepting_is_stopping)
    return CeasefireGame(conflict, curve.track, mix, tuple(in_full), outcomes)


def main_backers(day: FirstDay) -> list[str]:
    """Engaged backers that ever act and have leverage on a side, those with most of it first."""
    leverage = {}
    for name, party in day.scenario.parties.items():
        if party.role == "backer":
            backer = day.scenario.third_party(name)
            if backer.act_prob_per_week.middle > 0 and backer.engagement.middle > 0:
                leverage[name] = sum(size.middle for size in backer.leverage.values())
    ranked = sorted((name for name in leverage if leverage[name] > 0), key=lambda name: -leverage[name])
    return ranked[:MOST_BACKERS]


def _accepting_is_stopping(state: State) -> bool:
    stops_a, accepts_a, stops_b, accepts_b = state[:4]
    return (stops_a or not accepts_a) and (stops_b or not accepts_b)


def _end(state: State) -> str:
    """How it ends: ``terms``, ``halt``, ``A stops``, ``B stops`` or ``war``."""
    stops_a, accepts_a, stops_b, accepts_b = state[:4]
    if stops_a and stops_b:
        return "terms" if accepts_a and accepts_b else "halt"
    return "A stops" if stops_a else "B stops" if stops_b else "war"


def _pressing(backers: list[str], state: State) -> list[str]:
    return [name for name, presses in zip(backers, state[4:], strict=True) if presses]


def _press(day: FirstDay, pressing: list[str]) -> str:
    names = " and ".join(map(day.label, pressing))
    return f", {names} press{'es' if len(pressing) == 1 else ''}" if pressing else ""


def _side_payoffs(
    day: FirstDay, curve: Curve, mix: float, backers: list[str], states: tuple[State, ...], side: int
) -> list[float]:
    """Utils over the status quo. War: as the side believes it. Terms: war plus the surplus that signing leaves.

    A bare halt keeps the status quo and charges all of the side's fear. A side that stops alone loses ground as
    at full momentum, and the other gains it; both still bear the cost of war (judgement). A side that fights on
    is pressed: in full if it alone does, else divided by the backer's tilt.
    """
    own, other = ("A stops", "B stops") if side == 0 else ("B stops", "A stops")
    war = day.value_of_war(side)
    worth = {
        "terms": war + value_at(mix, (curve.surplus_a, curve.surplus_b)[side]),
        "halt": -day.fear_of_bare_halt(side),
        own: day.value_at_full_momentum(side, in_own_favour=False),
        other: day.value_at_full_momentum(side, in_own_favour=True),
        "war": war,
    }

    def pressure(name: str, end: str) -> float:
        backer = day.scenario.third_party(name)
        share = {other: 1.0, "war": (1.0 - backer.tilt.middle, backer.tilt.middle)[side]}.get(end, 0.0)
        size = backer.leverage.get(day.names[side])
        return 0.0 if size is None else size.middle * share

    ends = [(_end(state), _pressing(backers, state)) for state in states]
    return [worth[end] - sum(pressure(name, end) for name in pressing) for end, pressing in ends]


def _backer_payoffs(
    day: FirstDay, curve: Curve, mix: float, backers: list[str], states: tuple[State, ...], name: str
) -> list[float]:
    """How near the issues end to the backer's own positions, by weighted square distance; habit settles ties.

    A scenario has no number for what another people's war costs a backer, so none is counted.
    """
    party, terms = day.scenario.third_party(name), day.package(curve.track, mix)

    def loss(end: str) -> float:
        found = 0.0
        for issue, weight in party.points.items():
            if issue in party.ideal_point:
                at = day.status_quo(issue)
                if end == "terms":
                    at = terms.get(issue, at)
                elif end != "halt":
                    at = day.end_of_war(issue, END_OF_WAR.get(end, day.momentum))
                found += weight.middle / 100.0 * (at - party.ideal_point[issue].middle) ** 2
        return found

    losses = {end: loss(end) for end in ("terms", "halt", "war", *END_OF_WAR)}
    ends = [(_end(state), name in _pressing(backers, state)) for state in states]
    return [-losses[end] + (HABIT if presses == (end not in ("terms", "halt")) else 0.0) for end, presses in ends]
