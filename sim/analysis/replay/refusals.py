"""Packages in words, and what a side would be missing in one: whose need is not met, on which issue, by how much."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results.formatting import finite
from sim.scenario.schema import Issue
from sim.single_trial.happenings import Bargained
from sim.single_trial.one_trial import OneTrial
from sim.single_trial.questions import POINTS, on_offer

GRID = np.linspace(0.0, 1.0, POINTS)


def landmark(issue: Issue, position: float) -> str | None:
    """Return the name of the nearest landmark of an issue; None where it has none."""
    near = min(issue.landmarks, key=lambda mark: abs(mark.at - position), default=None)
    return near.name if near is not None else None


def terms_at(trial: OneTrial, number: int, weight: float) -> dict[str, dict[str, Any]]:
    """Return the terms of a track's issues at a contract-curve weight: position and nearest landmark."""
    return worded(trial, number, on_offer(trial, number, weight, weight).terms[0])


def worded(trial: OneTrial, number: int, terms: NDArray[np.float64]) -> dict[str, dict[str, Any]]:
    """Return terms, shape (issues,), of the issues of a track: position and nearest landmark."""
    issues = trial.scenario.issues
    at = dict(zip(issues, terms.tolist(), strict=True))
    scope = list(trial.scenario.tracks.values())[number].scope
    return {issue: {"at": at[issue], "landmark": landmark(issues[issue], at[issue])} for issue in scope}


def on_the_table(trial: OneTrial, found: Bargained) -> dict[str, Any]:
    """Return offers with their terms, and what sides A and B miss in what each is offered.

    ``refusals`` hold the best that any package leaves both, in utils, and by side: ``short``, need less gain, negative
    where the offer is good enough; ``issue``, the one whose term costs the side most against the best it could have
    there, and ``issue_short``, how much; None and 0 where no issue is on the table. Without offers the best package
    for both stands for them.
    """
    sides, scope = (trial.scenario.sides.A, trial.scenario.sides.B), trial.scenario.tracks[found.track].scope
    share = float(trial.workspace.tracks["benefit_share"][found.number])
    seen = on_offer(trial, found.number, *reversed(found.offers))
    surplus = [gain - need for gain, need in zip(seen.gains, found.needs, strict=True)]
    to_sides = found.offers[::-1]
    if found.by_hazard:
        nearest = float(GRID[int(np.argmax(np.minimum(*surplus)))])
        to_sides = (nearest, nearest)
        seen = on_offer(trial, found.number, *to_sides)
    refusals: dict[str, Any] = {"best": finite(share * best_of_the_worse(*surplus))}
    forgone = dict(zip(trial.scenario.issues, seen.forgone.T, strict=True))
    for side, name in enumerate(sides):
        gain = float(np.interp(to_sides[side], GRID, seen.gains[side]))
        traded = [issue for issue in scope if np.isfinite(forgone[issue][side])]  # not what is off the table
        worst = max(traded, key=lambda issue: forgone[issue][side], default=None)
        refusals[name] = {
            "short": finite(share * (found.needs[side] - gain)),
            "issue": worst,
            "issue_short": 0.0 if worst is None else float(forgone[worst][side]),
        }
    if found.by_hazard:
        return {"refusals": refusals}
    offered = zip(sides, found.offers, reversed(seen.terms), strict=True)
    offers = {name: {"mix": mix, "terms": worded(trial, found.number, terms)} for name, mix, terms in offered}
    return {"offers": offers, "close_enough": found.close_enough, "refusals": refusals}


def best_of_the_worse(of_a: NDArray[np.float64], of_b: NDArray[np.float64]) -> float:
    """Return the largest smaller surplus along the curve, between grid points too, as the stored shortfall is.

    A's rises and B's falls, so it is where they cross, or at an end.
    """
    ahead = np.flatnonzero(~(of_a < of_b))
    after = int(ahead[0]) if len(ahead) else len(of_a)
    if after in (0, len(of_a)):
        place = min(after, len(of_a) - 1)
        return float(min(of_a[place], of_b[place]))
    behind, lead = of_b[after - 1] - of_a[after - 1], of_a[after] - of_b[after]
    return float(of_a[after - 1] + (of_a[after] - of_a[after - 1]) * (behind / (behind + lead)))
