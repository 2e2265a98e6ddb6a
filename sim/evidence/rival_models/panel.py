"""From a scenario to the panel: what each school would say of it, in tidy rows and as a printed table.

``MODELS`` is the one list of rivals. No model here has odds, dates or a notion of a halt that fails: the rows say
``none``. They speak of positions on issues, of a point on the contract curve, or of states that nobody would leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.evidence.rival_models.ceasefire_game import CeasefireGame
from sim.evidence.rival_models.expected_utility import challenge, spread_of_readings
from sim.evidence.rival_models.graph_model import Conflict
from sim.evidence.rival_models.opening_position import Curve, FirstDay, first_day
from sim.evidence.rival_models.solutions import kalai_smorodinsky_on_curve, nash_on_curve, rubinstein_on_curve, value_at
from sim.evidence.rival_models.spatial import Actor, columns, weighted_mean, weighted_median
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

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
NOTES = (
    "Central values on the first day, without chance. Capability is our judgement, not the scenario's: SHARES.",
    "The sides' capability follows momentum; a backer has its share of its client's. Salience is points / 100.",
    "The graph model puts the Nash point on the table or, without a range, the package that comes closest.",
)
Actors = dict[str, list[Actor]]  # by issue
Forecast = tuple[str, str, dict[str, Any]]
"""What a model predicts, the same in a sentence, and the numbers."""


class Model(NamedTuple):
    """A rival: ``says`` is its sentence, ``forecast`` the model itself, ``put`` what gives and words its forecast.

    ``put`` takes the model, the first day and a subject: the actors by issue, a curve, or a game.
    """

    name: str
    says: str
    source: str
    put: Callable[[Model, FirstDay, Any], Forecast]
    forecast: Callable[..., Any]


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
    numbers: dict[str, Any]


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
    """Put the same scenario through every school, on its first day and at central values."""
    day = first_day(scenario)
    actors = {issue: found for issue in day.scenario.issues if (found := day.actors(issue))}
    curves = [curve for curve in day.curves if not curve.is_empty]
    rows = _rows(SPATIAL, day, "each issue", actors) + _rows(CHALLENGE, day, "each issue", actors) if actors else []
    for curve in day.curves:
        rows += _rows(BARGAINING, day, curve.label, curve)
    if curves:
        rows += _rows(GRAPH, day, curves[0].label, CeasefireGame(day, curves[0]))
    means = day.capability()
    shares = ", ".join(f"{day.label(name)} {share:.3g}" for name, share in means.items() if share > 0)
    notes = tuple(note.replace("SHARES", shares) for note in NOTES)
    return Panel(scenario.title, scenario.start.isoformat(), tuple(rows), _rounded(means), notes)


def _rows(school: str, day: FirstDay, subject: str, given: Any) -> list[Row]:
    rows = []
    for model in MODELS[school]:
        predicts, says, numbers = model.put(model, day, given)
        said = predicts, NO_ODDS, says, LIMITS[school], model.source, numbers
        rows.append(Row(school, model.name, subject, *said))
    return rows


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    """Six digits: no more than a table of central judgements can carry, and free of the platform's last bits."""
    return {name: round(number, 6) for name, number in numbers.items()}


def _of_sides(day: FirstDay, numbers: tuple[float, float]) -> dict[str, float]:
    return _rounded(dict(zip(day.names, numbers, strict=True)))


def _listed(positions: Mapping[str, float], more: Mapping[str, str] | None = None) -> str:
    return ", ".join(f"{issue} {at:.2f}{(more or {}).get(issue, '')}" for issue, at in positions.items())


# -- issue by issue ------------------------------------------------------------------------------------


def _centre(model: Model, day: FirstDay, actors: Actors) -> Forecast:
    positions = {issue: model.forecast(*columns(found)) for issue, found in actors.items()}
    return _listed(positions), model.says + _leaning(day, positions), {"positions": _rounded(positions)}


def _challenges(model: Model, day: FirstDay, actors: Actors) -> Forecast:
    runs = {issue: model.forecast(found) for issue, found in actors.items()}
    forecasts = {issue: run.forecast for issue, run in runs.items()}
    spreads = {issue: spread_of_readings(found) for issue, found in actors.items()}
    ranges = {issue: f" ({low:.2f} to {high:.2f})" for issue, (low, high) in spreads.items() if high - low > NOTICEABLE}
    more = " In brackets: other readings of the published account." if ranges else ""
    numbers = {
        "positions": _rounded(forecasts),
        "readings": {issue: [round(low, 6), round(high, 6)] for issue, (low, high) in spreads.items()},
        "rounds": {issue: len(run.rounds) - 1 for issue, run in runs.items()},
        "has_settled": {issue: run.has_settled for issue, run in runs.items()},
    }
    return _listed(forecasts, ranges), model.says + more + _leaning(day, forecasts), numbers


def _leaning(day: FirstDay, positions: dict[str, float]) -> str:
    """Which side gains on the status quo, on how many issues."""
    moves = [position - day.status_quo(issue) for issue, position in positions.items()]
    to_a, to_b = sum(move < -NOTICEABLE for move in moves), sum(move > NOTICEABLE for move in moves)
    a, b = (day.label(name) for name in day.names)
    return f" Against the status quo {to_a} of {counted(len(moves), 'issue')} move to {a}'s end, {to_b} to {b}'s."


# -- on the contract curve -----------------------------------------------------------------------------


def _point(model: Model, day: FirstDay, curve: Curve) -> Forecast:
    if nothing := _without_range(day, curve):
        return nothing
    mix = model.forecast(curve.surplus_a, curve.surplus_b)
    numbers = {"track": curve.track, **_at_mix(day, curve, mix)}
    gains = " and ".join(f"{day.label(name)} {gain:.3f}" for name, gain in numbers["surplus"].items())
    predicts = f"{mix:.2f} of the curve: {_listed(numbers['positions'])}"
    return predicts, f"{model.says} Gains in utils: {gains}.", numbers


def _rubinstein(model: Model, day: FirstDay, curve: Curve) -> Forecast:
    if nothing := _without_range(day, curve):
        return nothing
    discounts = _discounts(day, curve)
    offers = model.forecast(curve.surplus_a, curve.surplus_b, *discounts)
    a, b = (day.label(name) for name in day.names)
    patient = f"{a if discounts[0] > discounts[1] else b} can wait better and gets more for it."
    if abs(discounts[0] - discounts[1]) < 1e-9:
        patient = "both can wait equally well."
    numbers = {
        "track": curve.track,
        "discounts": _of_sides(day, discounts),
        "first_offers": _of_sides(day, offers),
        "mix": round(sum(offers) / 2.0, 6),
    }
    predicts = f"{offers[0]:.2f} of the curve if {a} proposes first, {offers[1]:.2f} if {b} does"
    return predicts, f"{model.says} {patient}", numbers


def _without_range(day: FirstDay, curve: Curve) -> Forecast | None:
    """Return what every solution says where no package suits both; else there is a range and each has a forecast."""
    nothing = {"track": curve.track, "mix": None}
    if curve.is_empty:
        return "no package", "Something both need is off the table.", nothing
    if nash_on_curve(curve.surplus_a, curve.surplus_b) is not None:
        return None
    mix = curve.best_for_the_worse_off
    sides = zip(day.names, (value_at(mix, curve.surplus_a), value_at(mix, curve.surplus_b)), strict=True)
    short = " and ".join(f"{day.label(name)} {-found:.3f} utils" for name, found in sides if found < 0)
    costs = f"Where they come closest, signing still costs {short} against fighting on."
    says = costs if short else "The range is narrower than the grid of packages."
    return "no range: no package suits both", says, {**nothing, "closest": _at_mix(day, curve, mix)}


def _at_mix(day: FirstDay, curve: Curve, mix: float) -> dict[str, Any]:
    return {
        "mix": round(mix, 6),
        "surplus": _of_sides(day, (value_at(mix, curve.surplus_a), value_at(mix, curve.surplus_b))),
        "positions": _rounded(day.package(curve.track, mix)),
    }


def _discounts(day: FirstDay, curve: Curve) -> tuple[float, float]:
    """Discount per round of talks (judgement): 1 - cost of war until the next round / the side's best surplus."""
    weeks = 1.0 / max(day.scenario.talks.convening_prob_per_week.middle, 1.0 / 52.0)

    def of(side: int, own: Any, other: Any) -> float:
        best = max(float(own[other >= 0].max()), 1e-9)
        return min(max(1.0 - day.cost_of_war(side) * weeks / 52.0 / best, 0.0), MOST_PATIENT)

    return of(0, curve.surplus_a, curve.surplus_b), of(1, curve.surplus_b, curve.surplus_a)


# -- states that nobody would leave --------------------------------------------------------------------


def _stable(model: Model, day: FirstDay, game: CeasefireGame) -> Forecast:
    stable = model.forecast(game.conflict)
    outcomes = list(dict.fromkeys(game.outcomes[state] for state in stable))
    words = list(dict.fromkeys(game.words[state] for state in stable))
    numbers = {
        "track": game.track,
        "mix": round(game.mix, 6),
        "outcomes": outcomes,
        "states": words,
        "n_stable": len(stable),
        "n_states": len(game.conflict.states),
    }
    return "; ".join(words if len(words) <= 2 else outcomes) or "no stable state", model.says, numbers


BLACK, NASH, HOWARD = "Black 1948", "Nash 1950", "Howard 1971; Fang, Hipel and Kilgour 1993"
ACHEN, KALAI, FRASER = "Van den Bos 1991; Achen 2006", "Kalai and Smorodinsky 1975", "Fraser and Hipel 1979"
SCHOLZ = "Bueno de Mesquita 1994, 1997; Scholz, Calbert and Smith 2011"
MODELS = {
    SPATIAL: (
        Model("weighted median", "Where a vote by power times salience would stop.", BLACK, _centre, weighted_median),
        Model("weighted mean", "A compromise weighted by power times salience.", ACHEN, _centre, weighted_mean),
    ),
    CHALLENGE: (Model("challenges", "Where challenges among the parties settle.", SCHOLZ, _challenges, challenge),),
    BARGAINING: (
        Model("Nash point", "The largest product of what both gain over fighting on.", NASH, _point, nash_on_curve),
        Model("Kalai-Smorodinsky", "Both get an equal share of their best.", KALAI, _point, kalai_smorodinsky_on_curve),
        Model("Rubinstein offers", "The first offer is taken;", "Rubinstein 1982", _rubinstein, rubinstein_on_curve),
    ),
    GRAPH: tuple(
        Model(concept, says, source, _stable, partial(Conflict.equilibria, concept=concept))
        for concept, source, says in (
            ("Nash", NASH, "Nobody can do better by moving alone."),
            ("GMR", HOWARD, "Whoever could do better fears an answer, even one that hurts those who give it."),
            ("SEQ", FRASER, "Whoever could do better expects an answer that pays those who give it."),
            ("SIM", FRASER, "Whoever could do better would be spoiled by what others do at the same moment."),
            ("SMR", HOWARD, "Whoever could do better fears an answer that no second move of its own would mend."),
        )
    ),
}


# -- as people read it ---------------------------------------------------------------------------------


def show_panel(found: Panel, console: Console) -> None:
    """One table; rows that say the same of the same subject share a line."""
    from rich.padding import Padding
    from rich.table import Table

    console.print(f"What other schools would say of: {found.title}", style="bold")
    console.print("Scales run from 0, side A's end, to 1, side B's; the curve from 0, side B's end, to 1, side A's.\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("model", overflow="fold", vertical="top", ratio=20)
    table.add_column("what it says", overflow="fold", vertical="top", ratio=40)
    table.add_column("odds", vertical="top", min_width=4)
    table.add_column("in a sentence", overflow="fold", vertical="top", ratio=36)
    heading = None
    for _, alike in groupby(found.rows, key=lambda row: (row.school, row.subject, row.predicts, row.reading)):
        first, *others = alike
        if (first.school, first.subject) != heading:
            heading = first.school, first.subject
            table.add_row(first.school, first.subject, "", "", style="bold")
        methods = "\n".join(f"  {row.method}" for row in (first, *others))
        table.add_row(methods, first.predicts, first.odds, first.reading)
    console.print(table)
    console.print("\nLimits", style="bold")
    for school, limit in {row.school: row.limit for row in found.rows}.items():
        console.print(Padding(f"{school}: {limit}", (0, 0, 0, 2)))
    console.print("", *found.notes, sep="\n")
    console.print("None of these models has odds or dates; `--json` has the numbers and the source of each.")
