"""What each party would have to accept: the terms of the ceasefires that come about under a package of levers.

Terms are those of the first agreed ceasefire of each trial, as recorded. For a side, what it gives and gets is counted
on its own 100 points, by the model's utility at the scenario's central positions: from the status quo of the first day
to the agreed term. Gains are before trust: what is promised is counted in full here. The model has no utility for
third parties: each step toward their position counts alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.equations.utility import progress, value
from sim.results.run import Run
from sim.scenario.schema import Issue, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity
from sim.statistics.estimates import Floats
from sim.statistics.horizons import classes

FEWEST_HALTS = 20
LEAST_SCOPE = 0.05
"""Issues that are on the table in fewer ceasefires than this are left out."""


@dataclass(frozen=True)
class Term:
    """One issue: where it is today and where ceasefires put it, as positions and in words of the nearest landmark.

    ``low`` and ``high`` hold eight tenths of the ceasefires that have the issue on the table, ``share`` of all of them.
    """

    issue: str
    today: float
    today_words: str
    agreed: float
    agreed_words: str
    low: float
    high: float
    share: float


@dataclass(frozen=True)
class Accepts:
    """What one party does and accepts.

    ``points`` by issue: what the agreed terms are worth to it on its own 100 points (negative: it gives), on average
    over ceasefires; empty for a party without positions. ``does`` are levers it must pull, ``consents`` sentences about
    the terms that need its consent.
    """

    party: str
    role: str
    points: Mapping[str, float]
    does: tuple[str, ...]
    consents: tuple[str, ...]

    @property
    def balance(self) -> float:
        """Return the sum of points over the issues."""
        return float(sum(self.points.values()))


@dataclass(frozen=True)
class Terms:
    """The agreed terms under a package, how many ceasefires they are from, and by track the share of them."""

    n_halts: int
    tracks: Mapping[str, float]
    terms: tuple[Term, ...]
    parties: tuple[Accepts, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "halts": self.n_halts,
            "tracks": dict(self.tracks),
            "terms": [asdict(term) for term in self.terms],
            "parties": [{**asdict(party), "balance": party.balance} for party in self.parties],
        }


def terms_of(run: Run, use: Mapping[str, float]) -> Terms | None:
    """Return typical terms of a run's ceasefires and who would have to accept what; None with too few to say.

    ``use`` is by lever the share used in the run's scenario.
    """
    scenario = run.scenario
    halts = np.flatnonzero((run.columns["halt_week"] >= 0) & (run.columns["halt_track"] >= 0))
    if len(halts) < FEWEST_HALTS:
        return None
    track = run.columns["halt_track"][halts]
    weights = run.weighing.weights[classes(scenario, {"durable_week": run.columns["durable_week"][halts]})]
    names = list(scenario.tracks)
    tracks = {names[number]: float(np.average(track == number, weights=weights)) for number in np.unique(track)}
    found: list[Term] = []
    positions: dict[str, Floats] = {}
    for name, issue in scenario.issues.items():
        on_table = np.isin(track, [at for at, other in enumerate(names) if name in scenario.tracks[other].scope])
        scope = float(np.average(on_table, weights=weights))
        if scope < LEAST_SCOPE:
            continue
        today = middle(issue.status_quo, scenario)
        position = run.columns[f"x_{name}"][halts].astype(np.float64)
        ends = np.quantile(position[on_table], (0.1, 0.5, 0.9), method="inverted_cdf", weights=weights[on_table])
        low, typical, high = map(float, ends)
        words = (in_words(issue, today), in_words(issue, typical))
        found.append(Term(name, today, words[0], typical, words[1], low, high, scope))
        positions[name] = np.where(on_table, position, today)
    parties = [_accepts(name, scenario, found, positions, tracks, use) for name in scenario.parties]
    said = [one for one in parties if one.points or one.does or one.consents]
    return Terms(len(halts), tracks, tuple(found), tuple(said))


def middle(number: Quantity, scenario: Scenario) -> float:
    """Return the central value, that of another number where it is the same as that."""
    if number.same_as is None:
        return number.middle
    from sim.scenario.sampling.parameter_draws import central, quantities

    known = quantities(scenario)
    return quantities(central(scenario))[next(path for path, one in known.items() if one is number)].middle


def in_words(issue: Issue, position: float) -> str:
    """Return the nearest landmark, or the place on the scale."""
    near = min(issue.landmarks, key=lambda mark: abs(mark.at - position), default=None)
    return near.name if near is not None else f"{position:.2f} of the scale"


def _worth(name: str, scenario: Scenario, term: Term, positions: Floats) -> Floats:
    """Return what positions on an issue are worth to a party per point of it, against the status quo."""
    party, sides = scenario.parties[name], (scenario.sides.A, scenario.sides.B)
    own = middle(party.ideal_point[term.issue], scenario)
    if isinstance(party, ThirdParty):
        side, far, curvature, loss_aversion = sides[0], own, 0.0, 1.0
    else:
        side = party.side if isinstance(party, Veto) else name
        belligerent = scenario.belligerent(side)
        other = scenario.belligerent(sides[0] if side == sides[1] else sides[1])
        curvature, loss_aversion = (middle(one, scenario) for one in (belligerent.curvature, belligerent.loss_aversion))
        far_end = 1.0 if side == sides[0] else 0.0
        far = middle(other.ideal_point[term.issue], scenario) if term.issue in other.ideal_point else far_end
    end, goal, room = 1 if side == sides[0] else -1, abs(own - term.today), abs(far - term.today)
    grid = np.union1d(np.linspace(0.0, 1.0, 501), (term.today, own))  # it bends at these two
    worth = [value(progress(at, term.today, own, end), goal, room, curvature, loss_aversion) for at in grid.tolist()]
    return np.interp(positions, grid, worth)


def _accepts(
    name: str,
    scenario: Scenario,
    found: list[Term],
    positions: Mapping[str, Floats],
    tracks: Mapping[str, float],
    use: Mapping[str, float],
) -> Accepts:
    party = scenario.parties[name]
    points = {}
    for term in found:
        if term.issue in party.ideal_point and term.issue in party.points:
            weight = middle(party.points[term.issue], scenario)
            points[term.issue] = weight * float(_worth(name, scenario, term, positions[term.issue]).mean())
    does = [
        f"{lever.label or key} ({'in full' if use[key] >= 1 else f'{use[key]:.0%} of the way'})"
        for key, lever in scenario.levers.items()
        if key in use and name in lever.who
    ]
    consents: list[str] = []
    if isinstance(party, ThirdParty):
        for term in found:
            if name in scenario.issues[term.issue].controllers:
                end = party.limits.get(term.issue)
                bound = f" (consents to {end[0]:.2f} to {end[1]:.2f})" if end else ""
                consents.append(f"{term.issue} at {term.agreed:.2f}, now {term.today:.2f}{bound}")
    if isinstance(party, Veto):
        asked = sum(share for track, share in tracks.items() if name in scenario.tracks[track].ratified_by)
        if asked > 0:
            consents.append(f"ratifies {asked:.0%} of the halts")

    return Accepts(name, party.role, points, tuple(does), tuple(consents))
