"""Needs, reservation points and the range of a track; the Nash point (docs/odd.md, 3.4)."""

from __future__ import annotations

from math import exp, inf
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from tests.oracle.packages import Path, path_of
from tests.oracle.third_parties import assurance
from tests.oracle.utility import stake_of
from tests.oracle.war import clip, cost_of_war, loss_from_peace, value_of_war

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial


TOUCHING = 1e-12  # of the mix: limits that cross by less meet


def length_in_weeks(terms: SimpleNamespace) -> float:
    return inf if terms.length_days == "open" else terms.length_days / 7.0


def benefit_share(terms: SimpleNamespace) -> float:
    """phi: the share of a year's peace that the ceasefire brings; 1 on a track that does not halt."""
    return min(1.0, length_in_weeks(terms) / 52.0) if terms.halts else 1.0


def need(trial: Trial, track: str, side: int) -> float:
    """The gain that ``side`` must be given before it prefers the track's deal to fighting on."""
    terms, party = trial.world.tracks[track], trial.party(side)
    cost = terms.audience_cost.get(trial.sides[side], 0.0)
    if not terms.halts:
        return cost
    cost += party.signature_cost + (party.meeting_cost if trial.leaders_met else 0.0)
    phi = benefit_share(terms)
    exposed = 1.0 - exp(-length_in_weeks(terms) / 8.0)
    afraid = trial.fear[side] * (1.0 - assurance(trial, side)) * exposed
    is_watched = any(trial.engagement[name] > 0.0 for name in trial.world.backers)
    shown = party.image if is_watched and phi < 1.0 else 0.0
    return loss_from_peace(trial, side) + cost + (afraid - shown) / phi


class Look(NamedTuple):
    """A track as the sides see it today."""

    path: Path | None
    needs: tuple[float, float]
    lower: float  # mix of A's limit
    upper: float  # mix of B's

    @property
    def has_range(self) -> bool:
        return self.lower <= self.upper + TOUCHING


def look_at(trial: Trial, track: str) -> Look:
    """Both reservation points; where they leave a range, veto players that ratify make their side's the tighter."""
    path = path_of(trial, track)
    needs = (need(trial, track, 0), need(trial, track, 1))
    if path is None:
        return Look(path, needs, inf, -inf)
    limits = [path.limit(side, path.gains[side], needs[side]) for side in (0, 1)]
    asked = trial.world.tracks[track].ratified_by if limits[0] <= limits[1] + TOUCHING else ()
    for name in asked:
        side = trial.side_of(name)
        known = trial.misperception[name] if name in trial.has_refused else 0.0
        own = path.limit(side, gains_of_veto(trial, name, path), need_of_veto(trial, name) + known)
        limits[side] = max(limits[side], own) if side == 0 else min(limits[side], own)
    return Look(path, needs, limits[0], limits[1])


def need_of_veto(trial: Trial, name: str) -> float:
    """What a veto player expects of its side's war, by its own weights and ideals, less what that costs the side."""
    side = trial.side_of(name)
    return value_of_war(trial, name, side) - cost_of_war(trial, side)


def gains_of_veto(trial: Trial, name: str, path: Path) -> list[float]:
    """Its own gain after each whole trade of the path: promises in full, no line."""
    own = {issue: stake_of(trial, name, trial.side_of(name), issue) for issue in path.start}
    start = sum(own[issue].gain(x) for issue, x in path.start.items())
    changes = [own[trade.issue].gain(trade.there) - own[trade.issue].gain(trade.here) for trade in path.trades]
    return path.along(start, changes)


def nash_mix(look: Look) -> float:
    """Where on the path the product of both surpluses stops rising, cut to the range."""
    path = look.path
    assert path is not None  # there is a range
    place = float(len(path.trades))
    for number, trade in enumerate(path.trades):
        surplus_a = path.gains[0][number] - look.needs[0]
        surplus_b = path.gains[1][number] - look.needs[1]
        if trade.loss <= 0.0:
            continue
        part = clip((trade.rate * surplus_a - surplus_b) / (2.0 * trade.gain), 0.0, 1.0) if trade.gain > 0.0 else 0.0
        if part < 1.0:
            place = number + part
            break
    return clip(path.mix_at(place), look.lower, look.upper)
