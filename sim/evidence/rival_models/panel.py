"""From a scenario to the panel: what each school would say of it, in tidy rows.

No model here has odds, dates or a notion of a halt that fails: the rows say ``none``. They speak of
positions on issues, of a point on the contract curve, or of states that nobody would leave.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sim.evidence.rival_models.ceasefire_game import CeasefireGame, ceasefire_game
from sim.evidence.rival_models.expected_utility import challenge, spread_of_readings
from sim.evidence.rival_models.graph_model import CONCEPTS
from sim.evidence.rival_models.opening_position import Curve, FirstDay, first_day
from sim.evidence.rival_models.solutions import (
    kalai_smorodinsky_on_curve,
    nash_on_curve,
    rubinstein_on_curve,
    value_at,
)
from sim.evidence.rival_models.spatial import Actor, columns, weighted_mean, weighted_median

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

NO_ODDS = "none"
SPATIAL, CHALLENGE, BARGAINING, GRAPH = "spatial", "expected utility", "bargaining", "graph model"
NOTICEABLE = 0.005
"""Positions closer than this print alike."""
MOST_PATIENT = 1.0 - 1e-6

LIMITS = {
    SPATIAL: "One issue at a time: no war to fall back on, no trade between issues, no time.",
    CHALLENGE: "One issue at a time; the published account leaves steps open and other readings forecast otherwise.",
    BARGAINING: "All is known, signatures hold and somebody meets: what usually stops a ceasefire is assumed away.",
    GRAPH: "Only the order of payoffs counts, moves take no time; stable means nobody leaves, not that it comes about.",
}
SOURCES = {
    "weighted median": "Black 1948",
    "weighted mean": "Van den Bos 1991; Achen 2006",
    "challenges": "Bueno de Mesquita 1994, 1997; Scholz, Calbert and Smith 2011",
    "Nash point": "Nash 1950",
    "Kalai-Smorodinsky": "Kalai and Smorodinsky 1975",
    "Rubinstein offers": "Rubinstein 1982",
    "Nash": "Nash 1950",
    "GMR": "Howard 1971; Fang, Hipel and Kilgour 1993",
    "SEQ": "Fraser and Hipel 1979",
    "SIM": "Fraser and Hipel 1979",
    "SMR": "Howard 1971; Fang, Hipel and Kilgour 1993",
}
STAYS = {
    "Nash": "Nobody can do better by moving alone.",
    "GMR": "Whoever could do better fears an answer, even one that hurts those who give it.",
    "SEQ": "Whoever could do better expects an answer that pays those who give it.",
    "SIM": "Whoever could do better would be spoiled by what others do at the same moment.",
    "SMR": "Whoever could do better fears an answer that no second move of its own would mend.",
}


@dataclass(frozen=True)
class Row:
    """One model on one subject. ``numbers`` holds what the words of ``predicts`` say: positions, a mix, or states."""

    school: str
    method: str
    subject: str
    predicts: str
    odds: str
    reading: str
    limit: str
    source: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """What rival schools say of one scenario. ``capability``: what each party was given (a judgement)."""

    title: str
    start: str
    rows: tuple[Row, ...]
    capability: dict[str, float]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**asdict(self), "rows": [asdict(row) for row in self.rows], "notes": list(self.notes)}


def panel(scenario: Scenario) -> Panel:
    """The same scenario through every school, on its first day and at central values."""
    with first_day(scenario) as day:
        curves = [curve for curve in day.curves if not curve.is_empty]
        rows = [*_issue_rows(day)]
        for curve in day.curves:
            rows += _bargaining_rows(day, curve)
        if curves:
            rows += _graph_rows(day, ceasefire_game(day, curves[0]), curves[0])
        return Panel(scenario.title, scenario.start.isoformat(), tuple(rows), _rounded(day.capability()), _notes(day))


def _row(school: str, method: str, subject: str, predicts: str, reading: str, numbers: dict[str, Any]) -> Row:
    return Row(school, method, subject, predicts, NO_ODDS, reading, LIMITS[school], SOURCES[method], numbers)


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    """Six digits: no more than a table of central judgements can carry, and free of the platform's last bits."""
    return {name: round(number, 6) for name, number in numbers.items()}


def _listed(positions: dict[str, float]) -> str:
    return ", ".join(f"{issue} {position:.2f}" for issue, position in positions.items())


# -- issue by issue ------------------------------------------------------------------------------------


def _issue_rows(day: FirstDay) -> list[Row]:
    actors = {issue: found for issue in day.scenario.issues if (found := day.actors(issue))}
    if not actors:
        return []
    medians = {issue: weighted_median(*columns(found)) for issue, found in actors.items()}
    means = {issue: weighted_mean(*columns(found)) for issue, found in actors.items()}
    return [
        _position_row(day, SPATIAL, "weighted median", medians, "Where a vote by power times salience would stop."),
        _position_row(day, SPATIAL, "weighted mean", means, "A compromise weighted by power times salience."),
        _challenge_row(day, actors),
    ]


def _position_row(
    day: FirstDay, school: str, method: str, positions: dict[str, float], reading: str, **more: Any
) -> Row:
    toward = _leaning(day, positions)
    numbers = {"positions": _rounded(positions), **more}
    return _row(school, method, "each issue", _listed(positions), f"{reading} {toward}", numbers)


def _leaning(day: FirstDay, positions: dict[str, float]) -> str:
    """Which side gains on the status quo, on how many issues."""
    moves = [position - day.status_quo(issue) for issue, position in positions.items()]
    to_a, to_b = sum(move < -NOTICEABLE for move in moves), sum(move > NOTICEABLE for move in moves)
    issues = "issue" if len(moves) == 1 else "issues"
    a, b = (day.label(name) for name in day.names)
    return f"Against the status quo {to_a} of {len(moves)} {issues} move to {a}'s end, {to_b} to {b}'s."


def _challenge_row(day: FirstDay, actors: dict[str, list[Actor]]) -> Row:
    runs = {issue: challenge(found) for issue, found in actors.items()}
    forecasts = {issue: run.forecast for issue, run in runs.items()}
    spreads = {issue: spread_of_readings(found) for issue, found in actors.items()}
    open_ones = [issue for issue, (low, high) in spreads.items() if high - low > NOTICEABLE]
    reading = "Where challenges among the parties settle."
    if open_ones:
        reading += " In brackets: other readings of the published account."
    row = _position_row(
        day,
        CHALLENGE,
        "challenges",
        forecasts,
        reading,
        readings={issue: [round(low, 6), round(high, 6)] for issue, (low, high) in spreads.items()},
        rounds={issue: len(run.rounds) - 1 for issue, run in runs.items()},
        has_settled={issue: run.has_settled for issue, run in runs.items()},
    )
    ranges = {issue: " ({:.2f} to {:.2f})".format(*spreads[issue]) for issue in open_ones}
    said = (f"{issue} {position:.2f}{ranges.get(issue, '')}" for issue, position in forecasts.items())
    return replace(row, predicts=", ".join(said))


# -- on the contract curve -----------------------------------------------------------------------------


def _bargaining_rows(day: FirstDay, curve: Curve) -> list[Row]:
    methods = ("Nash point", "Kalai-Smorodinsky", "Rubinstein offers")
    nash = None if curve.is_empty else nash_on_curve(curve.surplus_a, curve.surplus_b)
    if nash is None:
        predicts, reading, numbers = _no_range(day, curve)
        return [_row(BARGAINING, method, curve.label, predicts, reading, numbers) for method in methods]
    kalai = kalai_smorodinsky_on_curve(curve.surplus_a, curve.surplus_b)
    assert kalai is not None  # a Nash point on the grid implies a range
    return [
        _mix_row(day, curve, "Nash point", nash, "The largest product of what both gain over fighting on."),
        _mix_row(day, curve, "Kalai-Smorodinsky", kalai, "Both get an equal share of their best."),
        _rubinstein_row(day, curve),
    ]


def _no_range(day: FirstDay, curve: Curve) -> tuple[str, str, dict[str, Any]]:
    if curve.is_empty:
        return "no package", "Something both need is off the table.", {"track": curve.track, "mix": None}
    mix = curve.best_for_the_worse_off
    surplus = value_at(mix, curve.surplus_a), value_at(mix, curve.surplus_b)
    sides = zip(day.names, surplus, strict=True)
    short = [f"{day.label(name)} {-found:.3f} utils" for name, found in sides if found < 0]
    reading = (
        f"Where they come closest, signing still costs {' and '.join(short)} against fighting on."
        if short
        else "The range is narrower than the grid of packages."
    )
    numbers = {"track": curve.track, "mix": None, "closest": _mix_numbers(day, curve, mix)}
    return "no range: no package suits both", reading, numbers


def _mix_numbers(day: FirstDay, curve: Curve, mix: float) -> dict[str, Any]:
    surplus = (value_at(mix, curve.surplus_a), value_at(mix, curve.surplus_b))
    return {
        "mix": round(mix, 6),
        "surplus": _rounded(dict(zip(day.names, surplus, strict=True))),
        "positions": _rounded(day.package(curve.track, mix)),
    }


def _mix_row(day: FirstDay, curve: Curve, method: str, mix: float, reading: str) -> Row:
    numbers = {"track": curve.track, **_mix_numbers(day, curve, mix)}
    gains = " and ".join(f"{day.label(name)} {gain:.3f}" for name, gain in numbers["surplus"].items())
    predicts = f"{mix:.2f} of the curve: {_listed(numbers['positions'])}"
    return _row(BARGAINING, method, curve.label, predicts, f"{reading} Gains in utils: {gains}.", numbers)


def _rubinstein_row(day: FirstDay, curve: Curve) -> Row:
    discounts = _discounts(day, curve)
    offers = rubinstein_on_curve(curve.surplus_a, curve.surplus_b, *discounts)
    assert offers is not None  # a Nash point on the grid implies a range
    a, b = (day.label(name) for name in day.names)
    numbers = {
        "track": curve.track,
        "discounts": _rounded(dict(zip(day.names, discounts, strict=True))),
        "first_offers": _rounded(dict(zip(day.names, offers, strict=True))),
        "mix": round(sum(offers) / 2.0, 6),
    }
    predicts = f"{offers[0]:.2f} of the curve if {a} proposes first, {offers[1]:.2f} if {b} does"
    patient = a if discounts[0] > discounts[1] else b
    reading = f"The first offer is taken; {patient} can wait better and gets more for it."
    if abs(discounts[0] - discounts[1]) < 1e-9:
        reading = "The first offer is taken; both can wait equally well."
    return _row(BARGAINING, "Rubinstein offers", curve.label, predicts, reading, numbers)


def _discounts(day: FirstDay, curve: Curve) -> tuple[float, float]:
    """Discount per round of talks (judgement): 1 - cost of war until the next round / the side's best surplus."""
    weeks = 1.0 / max(day.scenario.talks.convening_prob_per_week.middle, 1.0 / 52.0)
    own, other = (curve.surplus_a, curve.surplus_b), (curve.surplus_b, curve.surplus_a)
    found = []
    for side in (0, 1):
        best = max(float(own[side][other[side] >= 0].max()), 1e-9)
        found.append(min(max(1.0 - day.cost_of_war(side) * weeks / 52.0 / best, 0.0), MOST_PATIENT))
    return found[0], found[1]


# -- states that nobody would leave --------------------------------------------------------------------


def _graph_rows(day: FirstDay, game: CeasefireGame, curve: Curve) -> list[Row]:
    rows = []
    for concept in CONCEPTS:
        stable = game.conflict.equilibria(concept)
        outcomes = list(dict.fromkeys(game.outcomes[state] for state in stable))
        words = list(dict.fromkeys(game.words[state] for state in stable))
        predicts = "; ".join(words if len(words) <= 2 else outcomes) or "no stable state"
        numbers = {
            "track": game.track,
            "mix": round(game.mix, 6),
            "outcomes": outcomes,
            "states": words,
            "n_stable": len(stable),
            "n_states": len(game.conflict.states),
        }
        rows.append(_row(GRAPH, concept, curve.label, predicts, STAYS[concept], numbers))
    return rows


def _notes(day: FirstDay) -> tuple[str, ...]:
    shares = ", ".join(f"{day.label(name)} {share:.3g}" for name, share in day.capability().items() if share > 0)
    return (
        f"Central values on the first day, without luck. Capability is our judgement, not the scenario's: {shares}.",
        "The sides' capability follows momentum; a backer has its share of its client's. Salience is points / 100.",
        "The graph model puts the Nash point on the table or, without a range, the package that comes closest.",
    )
