"""A scenario as a graph model: who fights on, who stops, who signs, which backers press.

Each side may stop fighting, and may accept the terms on the table as well (accepting means stopping).
Up to two backers may press whoever still fights. Payoffs come from the scenario's own utilities where
it has any; the rest is stated here and in docs/panel.md.
"""

from __future__ import annotations

from sim.evidence.rival_models.graph_model import Conflict, Option, State, feasible_states
from sim.evidence.rival_models.opening_position import Curve, FirstDay
from sim.evidence.rival_models.solutions import nash_on_curve, value_at

MOST_BACKERS = 2
HABIT = 1e-6
"""Settles ties only: a backer that acts at all would rather press than not while a side fights on, and not after."""

ENDS = {
    "terms": "both accept the terms",
    "halt": "a halt without terms",
    "A stops": "{0} stops alone",
    "B stops": "{1} stops alone",
    "war": "fighting goes on",
}
END_OF_WAR = {"A stops": 1.0, "B stops": -1.0}
"""Momentum at which a year ends for a side that stops alone (judgement: full momentum against it)."""


class CeasefireGame:
    """The game over one track's package: the Nash point, or where there is none what comes closest to suiting both.

    ``words`` says each state in full, ``outcomes`` without who presses: ``fighting goes on``, ``X stops alone``, ...
    """

    def __init__(self, day: FirstDay, curve: Curve) -> None:
        nash = nash_on_curve(curve.surplus_a, curve.surplus_b)
        self.day, self.curve, self.track = day, curve, curve.track
        self.mix = curve.best_for_the_worse_off if nash is None else nash
        backers = main_backers(day)
        options = [Option(name, act) for name in day.names for act in ("stop fighting", "accept the terms")]
        options += [Option(name, "press") for name in backers]
        states = feasible_states(options, _accepting_is_stopping)
        self.ends = [_end(state) for state in states]
        self.pressing = [[name for name, does in zip(backers, state[4:], strict=True) if does] for state in states]
        payoffs = {name: self._side_payoffs(side) for side, name in enumerate(day.names)}
        payoffs |= {name: self._backer_payoffs(name) for name in backers}
        self.conflict = Conflict(options, payoffs, _accepting_is_stopping)
        words = {end: said.format(*map(day.label, day.names)) for end, said in ENDS.items()}
        self.outcomes = tuple(words[end] for end in self.ends)
        self.words = tuple(words[end] + self._press(names) for end, names in zip(self.ends, self.pressing, strict=True))

    def _press(self, pressing: list[str]) -> str:
        names = " and ".join(map(self.day.label, pressing))
        return f", {names} press{'es' if len(pressing) == 1 else ''}" if pressing else ""

    def _side_payoffs(self, side: int) -> list[float]:
        """Utils over the status quo. War: as the side believes it. Terms: war plus the surplus that signing leaves.

        A bare halt keeps the status quo and charges all of the side's fear. A side that stops alone loses ground as
        at full momentum, and the other gains it; both still bear the cost of war (judgement). A side that fights on
        is pressed: in full if it alone does, else divided by the backer's tilt.
        """
        day, war = self.day, self.day.value_of_war(side)
        own, other = ("A stops", "B stops") if side == 0 else ("B stops", "A stops")
        worth = {
            "terms": war + value_at(self.mix, (self.curve.surplus_a, self.curve.surplus_b)[side]),
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

        found = zip(self.ends, self.pressing, strict=True)
        return [worth[end] - sum(pressure(name, end) for name in names) for end, names in found]

    def _backer_payoffs(self, name: str) -> list[float]:
        """How near the issues end to the backer's own positions, by weighted square distance; habit settles ties.

        A scenario has no number for what another people's war costs a backer, so none is counted.
        """
        day, party = self.day, self.day.scenario.third_party(name)
        terms = day.package(self.track, self.mix)

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

        losses = {end: loss(end) for end in ENDS}
        habits = [
            HABIT if (name in names) == (end not in ("terms", "halt")) else 0.0
            for end, names in zip(self.ends, self.pressing, strict=True)
        ]
        return [-losses[end] + habit for end, habit in zip(self.ends, habits, strict=True)]


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
