"""What a package is worth: the contract curve, needs, and the range (docs/odd.md, 3.4).

A package is one number, the mix l: 1 is best for A, 0 for B. On each issue the terms x(l) maximise
l gain_A + (1 - l) gain_B. Both gains are parabolas pieced together, falling ever faster away from the ideal, so
the best point is found by walking along the pieces until the sum no longer rises.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from tests.oracle.third_parties import assurance, trust
from tests.oracle.war import clip, loss_from_peace

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

STEPS = 100  # gains are tabulated at l = 0, .01, ..., 1
INSIDE = 1e-12  # the ends of the curve are limits from inside: B's best for A at l = 0, and the other way round

EQUALLY_GOOD = 1e-9  # products of surpluses that differ by less, relatively, are the same


class Piece(NamedTuple):
    """A stretch of an issue on which A loses ``a`` and B ``b`` per squared distance from the own ideal."""

    low: float
    high: float
    a: float
    b: float


class IssueCurve:
    """Terms of one issue along the contract curve, with both sides' gains, for one status quo and one trust."""

    def __init__(self, trial: Trial, issue: str, trusts: tuple[float, float], status_quo: float) -> None:
        self.status_quo = status_quo
        self.ideals = (trial.ideal(0, issue), trial.ideal(1, issue))
        self.weights = tuple(trial.world.weights[name][issue] for name in trial.sides)
        self.trusts = trusts
        self.lines = tuple(trial.party(side).public_lines.get(issue) for side in (0, 1))
        self.slopes = tuple(trial.party(side).audience_slope for side in (0, 1))
        self.low, self.high = allowed_interval(trial, issue, status_quo)
        self.pieces = self._pieces()
        self._points: list[tuple[float, float, float] | None] = [None] * (STEPS + 1)

    def at(self, step: int) -> tuple[float, float, float]:
        """Terms, A's gain and B's gain at l = step / 100."""
        point = self._points[step]
        if point is None:
            x = self.best_terms(step / STEPS)
            point = self._points[step] = (x, self.gain(0, x), self.gain(1, x))
        return point

    def terms(self, mix: float) -> float:
        """Terms at any mix: linear between the tabulated ones."""
        return between([self.at(step)[0] for step in neighbours(mix)], mix)

    def is_beyond_line(self, side: int, x: float) -> bool:
        line = self.lines[side]
        return line is not None and (x > line if side == 0 else x < line)

    def gain(self, side: int, x: float) -> float:
        ideal, line = self.ideals[side], self.lines[side]
        closer = (self.status_quo - ideal) ** 2 - (x - ideal) ** 2
        gain = closer if closer <= 0.0 else self.trusts[side] * closer
        if line is not None and self.is_beyond_line(side, x):
            gain -= self.slopes[side] * max(0.0, (x - ideal) ** 2 - (line - ideal) ** 2)
        return self.weights[side] * gain

    def _pieces(self) -> list[Piece]:
        turns = [self.status_quo, *(2.0 * ideal - self.status_quo for ideal in self.ideals)]
        turns += [line for line in self.lines if line is not None]
        ends = sorted({self.low, self.high, *(turn for turn in turns if self.low < turn < self.high)})
        curved = self._curvature
        return [Piece(low, high, curved(0, low, high), curved(1, low, high)) for low, high in pairwise(ends)]

    def _curvature(self, side: int, low: float, high: float) -> float:
        middle, ideal = (low + high) / 2.0, self.ideals[side]
        is_gain = abs(middle - ideal) < abs(self.status_quo - ideal)
        factor = self.trusts[side] if is_gain else 1.0
        return self.weights[side] * (factor + (self.slopes[side] if self.is_beyond_line(side, middle) else 0.0))

    def best_terms(self, mix: float) -> float:
        """x(l): where l gain_A + (1 - l) gain_B is greatest; of equally good points the nearest to the status quo."""
        mix = clip(mix, INSIDE, 1.0 - INSIDE)
        for piece in self.pieces:
            a, b = mix * piece.a, (1.0 - mix) * piece.b
            top = (a * self.ideals[0] + b * self.ideals[1]) / (a + b) if a + b > 0.0 else self.status_quo
            if top <= piece.high:
                return max(top, piece.low)
        return self.high


class MovingIssueCurve(IssueCurve):
    """An issue that the front moves. Its terms are interpolated on two branches that do not depend on the front:
    one as if every point lay above the status quo, one as if every point lay below; the status quo lies between."""

    def __init__(self, trial: Trial, issue: str, trusts: tuple[float, float], status_quo: float) -> None:
        super().__init__(trial, issue, trusts, status_quo)
        self.above, self.below = (IssueCurve(trial, issue, trusts, trial.ideal(side, issue)) for side in (0, 1))

    def terms(self, mix: float) -> float:
        free = clip(self.status_quo, self.above.terms(mix), self.below.terms(mix))
        return clip(free, self.low, self.high)


def neighbours(mix: float) -> tuple[int, int]:
    """The tabulated mixes on either side."""
    step = min(int(mix * STEPS), STEPS - 1)
    return step, step + 1


def between(values: Sequence[float], mix: float) -> float:
    """The value at ``mix``, given those at its two neighbours."""
    share = mix * STEPS - neighbours(mix)[0]
    return values[0] + share * (values[1] - values[0])


def allowed_interval(trial: Trial, issue: str, status_quo: float) -> tuple[float, float]:
    """What red lines and controllers leave of an issue; low > high if nothing."""
    controllers = trial.world.issues[issue].controllers
    if any(trial.engagement[name] <= 0.0 for name in controllers):
        return status_quo, status_quo
    low = max(0.0, trial.party(1).red_lines.get(issue, 0.0))
    high = min(1.0, trial.party(0).red_lines.get(issue, 1.0))
    for name in controllers:
        least, most = trial.world.parties[name].limits.get(issue, (0.0, 1.0))
        low, high = max(low, least), min(high, most)
    return low, high


class TrackCurve:
    """The packages of a track: sums over the issues in its scope."""

    def __init__(self, curves: dict[str, IssueCurve]) -> None:
        self.curves = curves
        self.exists = all(curve.low <= curve.high for curve in curves.values())
        self._gains: list[tuple[float, float] | None] = [None] * (STEPS + 1)

    def gains_at(self, step: int) -> tuple[float, float]:
        gains = self._gains[step]
        if gains is None:
            a = b = 0.0
            for curve in self.curves.values():
                _, gain_a, gain_b = curve.at(step)
                a, b = a + gain_a, b + gain_b
            gains = self._gains[step] = (a, b)
        return gains

    def gain(self, side: int, mix: float) -> float:
        """Gain at any mix: linear between the tabulated ones."""
        return between([self.gains_at(step)[side] for step in neighbours(mix)], mix)

    def package(self, trial: Trial, mix: float) -> dict[str, float]:
        """Terms of every issue; those out of scope stay at today's status quo."""
        return trial.status_quo | {issue: curve.terms(mix) for issue, curve in self.curves.items()}

    def reservation_point(self, side: int, need: float) -> float:
        """A: the least mix that gives it ``need``; B: the greatest. Infinite where there is none."""
        best = STEPS if side == 0 else 0
        worst = STEPS - best
        if not self.exists or self.gains_at(best)[side] < need:
            return inf if side == 0 else -inf
        if self.gains_at(worst)[side] >= need:
            return worst / STEPS
        short, enough = worst, best
        while abs(enough - short) > 1:  # gains rise toward the own end
            middle = (short + enough) // 2
            if self.gains_at(middle)[side] >= need:
                enough = middle
            else:
                short = middle
        missing, found = self.gains_at(short)[side], self.gains_at(enough)[side]
        return (short + (enough - short) * (need - missing) / (found - missing)) / STEPS


def track_curve(trial: Trial, track: str) -> TrackCurve:
    """The packages of ``track`` today; tables are kept as long as the status quo, trust and controllers stay."""
    cache, scope = trial.world.curves, trial.world.tracks[track].scope
    trusts = (trust(trial, 0), trust(trial, 1))
    absent = tuple(name for name in trial.world.third_parties if trial.engagement[name] <= 0.0)
    keys = tuple((issue, trial.status_quo[issue], trusts, absent) for issue in scope)
    if (track, keys) not in cache:
        for key in keys:
            if key not in cache:
                is_moving = trial.world.issues[key[0]].front_per_week > 0.0
                cache[key] = (MovingIssueCurve if is_moving else IssueCurve)(trial, key[0], trusts, key[1])
        cache[track, keys] = TrackCurve({key[0]: cache[key] for key in keys})
    return cache[track, keys]


def length_in_weeks(terms: SimpleNamespace) -> float:
    return inf if terms.length_days == "open" else terms.length_days / 7.0


def benefit_share(terms: SimpleNamespace) -> float:
    """phi: the share of a year's peace that the halt brings; 1 on a track that does not halt."""
    return min(1.0, length_in_weeks(terms) / 52.0) if terms.halts else 1.0


def need(trial: Trial, track: str, side: int) -> float:
    """The gain that ``side`` must be given before it prefers the track's deal to fighting on."""
    terms, party = trial.world.tracks[track], trial.party(side)
    cost = terms.audience_cost.get(trial.sides[side], 0.0)
    if not terms.halts:
        return cost
    phi = benefit_share(terms)
    exposed = 1.0 - exp(-length_in_weeks(terms) / 8.0)
    afraid = trial.fear[side] * (1.0 - assurance(trial, side)) * exposed
    is_watched = any(trial.engagement[name] > 0.0 for name in trial.world.backers)
    shown = party.image if is_watched and phi < 1.0 else 0.0
    return loss_from_peace(trial, side) + cost + (afraid - shown) / phi


class Look(NamedTuple):
    """A track as the sides see it today."""

    curve: TrackCurve
    needs: tuple[float, float]
    lower: float  # lA*
    upper: float  # lB*

    @property
    def has_range(self) -> bool:
        return self.lower <= self.upper


def look_at(trial: Trial, track: str) -> Look:
    curve = track_curve(trial, track)
    needs = (need(trial, track, 0), need(trial, track, 1))
    return Look(curve, needs, curve.reservation_point(0, needs[0]), curve.reservation_point(1, needs[1]))


def nash_mix(look: Look) -> float:
    """Where in the range the product of surpluses is largest, among tabulated mixes.

    Midway between the first and the last of equally good ones; the middle of the range if none lies inside.
    """
    products: dict[int, float] = {}
    for step in range(STEPS + 1):
        if look.lower <= step / STEPS <= look.upper:
            gain_a, gain_b = look.curve.gains_at(step)
            products[step] = (gain_a - look.needs[0]) * (gain_b - look.needs[1])
    if not products:
        return (look.lower + look.upper) / 2.0
    enough = max(products.values()) * (1.0 - EQUALLY_GOOD)
    best = [step for step, product in products.items() if product >= enough]
    return (best[0] + best[-1]) / 2.0 / STEPS
