"""What a side knows of packages: their terms in words, and what they are worth to it by its own reckoning.

Points are hundredths of a util: 100 is what the issues on the table are worth to the side from end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.play.engine import own_share, weight_of
from sim.scenario.schema import Issue, Scenario
from sim.scenario.schema.labels import called
from sim.single_trial.questions import POINTS, needs_today, on_offer

GRID = np.linspace(0.0, 1.0, POINTS)
MOST_SHOWN = 4
"""Issues on which two packages are compared in words."""
EVEN = 0.05


def track_called(scenario: Scenario, name: str) -> str:
    """Return a track in words."""
    return scenario.tracks[name].label or name.replace("_", " ").capitalize()


def term(issue: Issue, at: float) -> str:
    """Return the nearest landmark of an issue, or the place on its scale."""
    near = min(issue.landmarks, key=lambda mark: abs(mark.at - at), default=None)
    return near.name if near is not None else f"{at:.2f} of the scale"


class Table:
    """Packages of one track as a side sees them today: both standing offers, its own need and limit.

    Attributes
    ----------
    own, other
        Standing offers, from 0 to 100; 100 is the side's own end of what can be agreed.
    need
        Least gain over the status quo at which the side would stop. [util]
    """

    def __init__(self, model: Any, side: str, track: str) -> None:
        self.scenario: Scenario = model.inputs.scenario
        self.model, self.trial, self.name = model, model.followed, track
        self.place = list(self.scenario.tracks).index(track)
        self.side = (self.scenario.sides.A, self.scenario.sides.B).index(side)
        self.end = 1 if self.side == 0 else -1
        view = model.tracks[track]
        offers = (view.offer_a, view.offer_b)
        self.own, self.other = own_share(self.end, offers[self.side]), own_share(self.end, offers[1 - self.side])
        self.need = float(needs_today(self.trial)[self.place, self.side])
        weight = weight_of(self.end, self.own)
        self._gains: NDArray[np.float64] = on_offer(self.trial, self.place, weight, weight).gains[self.side]

    @property
    def label(self) -> str:
        """Return the track in words."""
        return track_called(self.scenario, self.name)

    def surplus(self, own: float) -> float:
        """Return what an offer of ``own`` of 100 would bring the side beyond fighting on, by its own reckoning."""
        return 100.0 * (float(np.interp(weight_of(self.end, own), GRID, self._gains)) - self.need)

    @property
    def limit(self) -> float | None:
        """Return the least of 100 at which it is as well off as fighting on; None where it is nowhere."""
        enough = GRID[self._gains >= self.need]
        return min((own_share(self.end, float(weight)) for weight in enough), default=None)

    def worth(self, own: float) -> str:
        """Return what an offer of ``own`` of 100 is worth to the side, in words."""
        halts = self.scenario.tracks[self.name].halts
        return worth(self.surplus(own), "fighting on" if halts else "going without it")

    def after(self, share: float) -> float:
        """Return the offer after closing a share of the gap; never beyond the side's limit."""
        limit = 100.0 if self.limit is None else self.limit
        return max(self.own + share * (self.other - self.own), limit)

    def terms(self, own: float) -> dict[str, str]:
        """Return the terms of an offer in words, by issue of the track."""
        weight = weight_of(self.end, own)
        at = dict(zip(self.scenario.issues, on_offer(self.trial, self.place, weight, weight).terms[0], strict=True))
        return {name: term(self.scenario.issues[name], at[name]) for name in self.scenario.tracks[self.name].scope}

    def listed(self, terms: dict[str, str]) -> str:
        """Return terms as one sentence."""
        return "; ".join(f"{called(self.scenario, name)}: {words}" for name, words in terms.items()) or "no terms"

    def apart(self) -> list[str]:
        """Return on what the two offers differ in words, the issue that matters most to the side first."""
        own, other = self.terms(self.own), self.terms(self.other)
        weigh = {name: getattr(self.model.issues[name], f"weight_{'ab'[self.side]}") for name in own}
        names = sorted((name for name in own if own[name] != other[name]), key=lambda name: -weigh[name])
        return [
            f"{called(self.scenario, name).capitalize()}. You: {own[name]}; they: {other[name]}"
            for name in names[:MOST_SHOWN]
        ]

    def moved(self, own: float) -> str:
        """Return what an offer of ``own`` of 100 would say otherwise than the standing one."""
        before, after = self.terms(self.own), self.terms(own)
        new = [f"{called(self.scenario, name)}: {after[name]}" for name in after if after[name] != before[name]]
        return "; ".join(new[:2])


def open_tracks(model: Any) -> list[str]:
    """Return the tracks on which a round would bargain by offers today, the farthest-reaching first."""
    names = list(model.tracks)
    is_war = model.phase == "war"
    found = []
    for name in reversed(names):
        track = model.tracks[name]
        is_open = track.takes_force or not track.was_exchanged
        if not is_war:
            is_open = bool(track.takes_force) and model.ceasefire.track < names.index(name)
        if is_open and not track.by_hazard:
            found.append(name)
    return found


def expected_front(model: Any, side: str) -> float:
    """Return what a side believes that next year's momentum in its own favour will be, from -1 to 1."""
    player, war = model.party[side], model.war
    mean = war.momentum_mean + war.support_shift
    ahead = mean + war.momentum_ahead * (war.momentum - mean)
    return float(min(max(player.optimism - player.end * ahead, -1.0), 1.0))


def reckoning(model: Any, side: str) -> str:
    """Return what a side thinks of the war, whatever the truth: the front and its own cost."""
    player, expects = model.party[side], expected_front(model, side)
    size = f"{abs(expects):.2f}, where 1 is a rout"
    front = (
        f"to gain ground ({size})" if expects > EVEN else f"to lose ground ({size})" if expects < -EVEN else "no change"
    )
    text = f"Your general staff expects {front} over the coming year."
    if player.pressure > 0.0005:
        text += f" Sanctions and cut aid add {points(100 * player.pressure)} to what a year of war costs you."
    return text


def worth(surplus: float, than: str) -> str:
    """Return what a package is worth against what happens without it, in words."""
    if abs(surplus) < 0.5:
        return f"as good as {than}, by your own reckoning"
    return f"{'better' if surplus > 0 else 'worse'} than {than} by {points(abs(surplus))}, by your own reckoning"


def points(size: float) -> str:
    """Return points in words, never a false 0."""
    shown = f"{size:.1f}" if abs(size) < 10 else f"{size:.0f}"
    return f"{shown} {'point' if shown == '1.0' else 'points'}"


def joined(words: Sequence[str]) -> str:
    """Return words as ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
