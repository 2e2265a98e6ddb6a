"""What can be signed on a track: trades, and the path that they make (docs/odd.md, 3.4).

The path begins with the best package for A and ends with the best for B. On the way A gives a little of one issue
after the other, what is worth most to B for each util that it costs A first. A place on the path is a number: so
many whole trades, and part of the next. Its mix runs from 1 at A's end to 0 at B's.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from tests.oracle.third_parties import trust
from tests.oracle.utility import Stake, stake
from tests.oracle.war import clip

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

SAME_RATE = 1e-12  # rates that differ by less, relatively, are the same


class Trade(NamedTuple):
    """A stretch of an issue that A gives up, from ``here`` to ``there``."""

    issue: str
    here: float
    there: float
    loss: float  # of A
    gain: float  # of B

    @property
    def rate(self) -> float:
        return self.gain / self.loss if self.loss > 0.0 else inf


class Path:
    """Packages from A's end to B's, given the terms and gains of A's end."""

    def __init__(self, start: dict[str, float], gains: tuple[float, float], trades: list[Trade]) -> None:
        self.start = start
        self.trades = sorted(trades, key=lambda trade: -trade.rate)
        given, got = [0.0], [0.0]
        for trade in self.trades:
            given.append(given[-1] + trade.loss)
            got.append(got[-1] + trade.gain)
        self.gains = ([gains[0] - loss for loss in given], [gains[1] + gain for gain in got])
        self.mixes = [mix_of(loss, gain, given[-1], got[-1]) for loss, gain in zip(given, got, strict=True)]
        self.shares = self._shares([loss + gain for loss, gain in zip(given, got, strict=True)])

    def _shares(self, passed: list[float]) -> list[tuple[int, int, float]]:
        """Of each trade: the first and last of its group of equal rates, and how full that is after the trade."""
        groups: list[list[int]] = []
        for number, trade in enumerate(self.trades):
            if groups and is_same_rate(self.trades[number - 1].rate, trade.rate):
                groups[-1].append(number)
            else:
                groups.append([number])
        found = []
        for group in groups:
            first, last = group[0], group[-1]
            total = passed[last + 1] - passed[first]
            for number in group:
                full = (passed[number + 1] - passed[first]) / total if total > 0.0 else 1.0
                found.append((first, last, full))
        return found

    def along(self, start: float, changes: list[float]) -> list[float]:
        """After each whole trade: what starts as ``start`` and changes with the trades, equal rates together."""
        values, before = [start], start
        for number, (first, last, full) in enumerate(self.shares):
            if number == first:
                before = values[-1]
            values.append(before + full * sum(changes[first : last + 1]))
        return values

    def terms(self, place: float) -> dict[str, float]:
        """Terms of the issues in scope."""
        found = {}
        for issue, x in self.start.items():
            moves = [trade.there - trade.here if trade.issue == issue else 0.0 for trade in self.trades]
            found[issue] = at(self.along(x, moves), place)
        return found

    def place(self, mix: float) -> float:
        """Where on the path a mix is; at its end if nothing is at stake."""
        for number, (before, after) in enumerate(pairwise(self.mixes)):
            if mix >= after and before > after:
                return number + clip((before - mix) / (before - after), 0.0, 1.0)
        return float(len(self.trades))

    def gain(self, side: int, mix: float) -> float:
        return at(self.gains[side], self.place(mix))

    def package(self, trial: Trial, mix: float) -> dict[str, float]:
        """Terms of every issue; those out of scope stay at today's status quo."""
        return trial.status_quo | self.terms(self.place(mix))

    def limit(self, side: int, values: list[float], need: float) -> float:
        """Mix of the last place, for A, or the first, for B, where ``values`` reach ``need``; infinite if none."""
        place = last_place(values, need) if side == 0 else first_place(values, need)
        if place is None:
            return (inf, -inf)[side]
        return self.mix_at(place)

    def mix_at(self, place: float) -> float:
        return at(self.mixes, place)


def mix_of(given: float, got: float, all_given: float, all_got: float) -> float:
    """1 less the mean share of what A can give and of what B can get."""
    parts = [part / whole for part, whole in ((given, all_given), (got, all_got)) if whole > 0.0]
    return 1.0 - sum(parts) / len(parts) if parts else 0.5


def is_same_rate(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= SAME_RATE * max(one, other) < inf


def at(values: list[float], place: float) -> float:
    """The value at a place, linear between whole trades."""
    whole = min(int(place), len(values) - 1)
    part = place - whole
    return values[whole] + part * (values[whole + 1] - values[whole]) if part > 0.0 else values[whole]


def last_place(values: list[float], need: float) -> float | None:
    for number in reversed(range(len(values))):
        if values[number] >= need:
            if number == len(values) - 1:
                return float(number)
            return number + (values[number] - need) / (values[number] - values[number + 1])
    return None


def first_place(values: list[float], need: float) -> float | None:
    for number, value in enumerate(values):
        if value >= need:
            if number == 0:
                return 0.0
            return number - (value - need) / (value - values[number - 1])
    return None


# -- the trades of an issue and a track ---------------------------------------------------------------------


def stakes(trial: Trial, issue: str) -> tuple[Stake, Stake]:
    """Both sides on an issue: with what they expect to be delivered and what their audiences make of it."""
    delivered, found = trial.world.issues[issue].delivered, []
    for side in (0, 1):
        party, expected = trial.party(side), delivered + (1.0 - delivered) * trust(trial, side)
        full = stake(trial, side, issue)
        line = party.public_lines.get(issue)
        found.append(full._replace(delivery=expected, line=line, slope=party.audience_slope))
    return found[0], found[1]


def is_off_table(trial: Trial, issue: str) -> bool:
    """Whoever controls the issue has walked away."""
    return any(trial.engagement[name] <= 0.0 for name in trial.world.issues[issue].controllers)


def bounds(trial: Trial, track: str, issue: str) -> tuple[float, float]:
    """What red lines, demands and controllers leave of an issue on a track; low > high if nothing."""
    terms, low, high = trial.world.tracks[track], 0.0, 1.0
    for name in trial.world.issues[issue].controllers:
        least, most = trial.world.parties[name].limits.get(issue, (0.0, 1.0))
        low, high = max(low, least), min(high, most)
    lines = [(side, trial.party(side).red_lines.get(issue)) for side in (0, 1)]
    lines += [(side, terms.demands.get(trial.sides[side], {}).get(issue)) for side in (0, 1)]
    lines += [tolerated(trial, name, issue) for name in terms.ratified_by]
    for side, line in lines:
        if line is not None:
            low, high = (low, min(high, line)) if side == 0 else (max(low, line), high)
    return low, high


def tolerated(trial: Trial, name: str, issue: str) -> tuple[int, float | None]:
    """Side and red line of a veto player, moved to where things stood on the first day if that was beyond it."""
    veto, first_day = trial.world.parties[name], trial.world.issues[issue].status_quo
    side = trial.sides.index(veto.side)
    line = veto.red_lines.get(issue)
    if line is None:
        return side, None
    return side, max(line, first_day) if side == 0 else min(line, first_day)


def ends(trial: Trial, track: str, issue: str) -> tuple[float, float]:
    """The best that A can get on an issue of a track, and the best that B can get."""
    low, high = bounds(trial, track, issue)
    return min(max(trial.ideal(0, issue), low), high), max(min(trial.ideal(1, issue), high), low)


def trades_of_issue(trial: Trial, issue: str) -> list[Trade]:
    """Those that all tracks share; kept as long as what both sides make of the issue is the same."""
    key, cache = stakes(trial, issue), trial.world.paths
    if (issue, key) not in cache:
        cache[issue, key] = cut(trial, issue, *key)
    found: list[Trade] = cache[issue, key]
    return found


def cut(trial: Trial, issue: str, a: Stake, b: Stake) -> list[Trade]:
    """The issue between both ideals, cut where a gain bends, where a track ends, and half way to either ideal."""
    bends = [a.status_quo, a.as_good_as_now, b.as_good_as_now]
    bends += [side.line for side in (a, b) if side.line is not None and side.slope > 0.0]
    if a.ideal < a.status_quo < b.ideal:
        bends += [(a.status_quo + ideal) / 2.0 for ideal in (a.ideal, b.ideal)]
    else:
        bends += [a.ideal + (b.ideal - a.ideal) * quarter / 4.0 for quarter in (1, 2, 3)]
    cuts = {x for x in bends if a.ideal < x < b.ideal}
    for track, terms in trial.world.tracks.items():
        if issue in terms.scope:
            cuts.update(ends(trial, track, issue))
    return [
        Trade(issue, x, y, max(0.0, a.gain(x) - a.gain(y)), max(0.0, b.gain(y) - b.gain(x)))
        for x, y in pairwise(sorted(cuts))
    ]


class Part(NamedTuple):
    """What one issue brings to a track: terms and gains of A's end, and trades from there to B's."""

    start: float
    gains: tuple[float, float]
    trades: list[Trade]


def part_of(trial: Trial, track: str, issue: str) -> Part | None:
    """None if red lines and demands leave nothing of the issue, and so of the track."""
    status_quo = trial.status_quo[issue]
    if is_off_table(trial, issue):
        return Part(status_quo, (0.0, 0.0), [])
    low, high = bounds(trial, track, issue)
    if low > high:
        return None
    first, last = ends(trial, track, issue)
    a, b = stakes(trial, issue)
    if a.weight == 0.0 and b.weight == 0.0:
        return Part(min(max(status_quo, first), last), (0.0, 0.0), [])
    trades = [trade for trade in trades_of_issue(trial, issue) if first <= trade.here and trade.there <= last]
    return Part(first, (a.gain(first), b.gain(first)), trades)


def path_of(trial: Trial, track: str) -> Path | None:
    """The packages of a track today, None if there are none; kept as long as nothing that they depend on changes."""
    scope = [issue for issue in trial.world.issues if issue in trial.world.tracks[track].scope]
    absent = tuple(name for name in trial.world.third_parties if trial.engagement[name] <= 0.0)
    today = (track, trust(trial, 0), trust(trial, 1), absent)
    cache = trial.world.paths
    keys = [(issue, trial.status_quo[issue], today) for issue in scope]
    if tuple(keys) not in cache:
        for key in keys:
            if key not in cache:
                cache[key] = part_of(trial, track, key[0])
        cache[tuple(keys)] = path_through({issue: cache[key] for issue, key in zip(scope, keys, strict=True)})
    found: Path | None = cache[tuple(keys)]
    return found


def path_through(parts: dict[str, Part | None]) -> Path | None:
    start, gains, trades = {}, (0.0, 0.0), list[Trade]()
    for issue, part in parts.items():
        if part is None:
            return None
        start[issue] = part.start
        gains = (gains[0] + part.gains[0], gains[1] + part.gains[1])
        trades += part.trades
    return Path(start, gains, trades)
