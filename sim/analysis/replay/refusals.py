"""Packages in words, and what a side would be missing in one: whose need is not met, on which issue, by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.columns.attribution import Gains
from sim.results.formatting import finite
from sim.scenario.schema import Issue
from sim.theory.bargaining import GRID
from sim.theory.contract_curve import contract_curve, gain_of

if TYPE_CHECKING:
    from sim.columns import NegotiationModel
    from sim.columns.lanes import Look
    from sim.columns.packages import TrackPackages

_ONE = np.array([0])


def landmark(issue: Issue, position: float) -> str | None:
    """Return the name of the nearest landmark of an issue; None where it has none."""
    near = min(issue.landmarks, key=lambda mark: abs(mark.at - position), default=None)
    return near.name if near is not None else None


def terms_at(track: TrackPackages, weight: float, look: Look | None) -> dict[str, dict[str, Any]]:
    """Return the terms of the track's issues at a contract-curve weight: position and nearest landmark."""
    issues = track.model.inputs.scenario.issues
    rows = track.rows_of(_ONE) if look is None else look.rows
    package = track.package(np.array([weight]), rows, _ONE)
    return {
        issue: {"at": float(package[issue][0]), "landmark": landmark(issues[issue], float(package[issue][0]))}
        for issue in track.scope
    }


def refusals(
    model: NegotiationModel, track: TrackPackages, look: Look, offered: tuple[float, float] | None
) -> dict[str, Any]:
    """Return what sides A and B miss in what each is offered, in utils, and the best that any package leaves both.

    ``offered`` are the contract-curve weights offered *to* A and to B; without offers (None) the best package for both
    stands for them. ``short`` is need less gain, negative where the offer is good enough; ``issue`` is the one whose
    term costs the side most against the best it could have there, ``issue_short`` how much; None and 0 on a track that
    settles no issue.
    """
    gains = track.values_on_grid(look.rows, look.status_quo)
    surplus = np.minimum(*(gain[0] - need[0] for gain, need in zip(gains, look.needed, strict=True)))
    nearest = float(GRID[int(np.argmax(surplus))])
    weights = offered or (nearest, nearest)
    # Between grid points too, as the stored shortfall is: the best package is where the two surpluses cross.
    best = Gains.of(*gains).best_of_the_worse(*look.needed)[0]
    found: dict[str, Any] = {"best": finite(track.benefit_share * best)}
    for number, (side, weight) in enumerate(zip(model.sides, weights, strict=True)):
        gain = track.gains(np.array([weight]), look.rows, look.status_quo)[number][0]
        issue, missing = _furthest(track, look, number, weight)
        found[side.name] = {
            "short": finite(track.benefit_share * (look.needed[number][0] - gain)),
            "issue": issue,
            "issue_short": missing,
        }
    return found


def _furthest(track: TrackPackages, look: Look, side: int, weight: float) -> tuple[str | None, float]:
    """Return the issue on which a side gives up most utils against its own wish; None on a track without issues."""
    package = track.package(np.array([weight]), look.rows, _ONE)
    lines = {moving.issue: line for moving, line in zip(track.moving, look.status_quo, strict=True)}
    missing = {}
    for issue in track.scope:
        terms, is_blocked = track.terms_of(issue, look.rows)
        if issue in lines:
            line = lines[issue][:, None]
            # A blocked issue stays where the line is.
            low, high = (np.where(is_blocked, line, end) for end in (terms.low, terms.high))
            terms = terms._replace(status_quo=line, low=low, high=high)
        own_end = contract_curve(1.0 if side == 0 else 0.0, terms)
        wish = gain_of(side, own_end, terms)
        given = gain_of(side, package[issue][:, None], terms)
        missing[issue] = float(np.ravel(wish - given)[0])
    if not missing:
        return None, 0.0
    worst = max(missing, key=lambda name: missing[name])
    return worst, missing[worst]
