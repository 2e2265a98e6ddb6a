"""The trades of which packages are made, in the order in which the best packages make them (docs/odd.md, 3.4).

A *book* holds the trades of issues that do not move, for one draw of the parameters: they hang on which third parties
take part (the regime), on what promises are worth (the version), and on the frictions that are off when it is asked
why a trial failed. Trades of issues that move with the front (``world.moved_trades``) are made anew where it has moved.
Both lists are in order, the largest gain per loss first; ``sim.model.packages`` merges them for each track.
"""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import routine, step
from sim.equations.trades import SAME_POINT, gain_at, no_gain_beyond, rate_of
from sim.equations.utility import progress, trust_with, value
from sim.model.engagement import guarantee_share
from sim.model.switches import AUDIENCE, CONTROLLERS, N_SETS_OF_TERMS, bounds, is_blocked, off_in, stake_of

OUT, TRADED, OFF_TABLE, IMPOSSIBLE, IDLE = range(5)
"""An issue on a track: not in its scope; traded; off the table as a controller is absent; no point left for it; of no
weight to either side, so that it stays where it is as far as it may."""
STEPS = 2
"""Equal steps into which an issue is cut on either side of the status quo, beside the points at which a gain bends."""


MOST_BENDS = 2 * STEPS - 1 + 2
"""Points of an issue that move with its status quo."""


def most_points(n_tracks: int) -> int:
    """Return the most points of an issue that stay: public lines, and the ends of every track and of all issues."""
    return 2 + 2 * (n_tracks + 1)


@step
def choose_book(world: Any) -> None:
    """Choose the book of today's version and regime."""
    trial = world.trial
    trial.book = ((trial.version << trial.regime_bits) + trial.regime) * N_SETS_OF_TERMS


@step
def open_book(world: Any, book: int) -> None:
    """Open a book of trades, and make the trades of issues that move anew where they stand elsewhere than before."""
    if not world.books[book].is_open:
        _open_book(world, book)
    issues, moved = world.issues, world.moved
    is_due = moved.book != book
    for number in range(len(issues)):
        if issues[number].moves and issues[number].moved_at != issues[number].status_quo:
            is_due = True
    if is_due:
        _move_trades(world, book)


@routine
def _move_trades(world: Any, book: int) -> None:
    """Put the trades of issues that move in order as they are today."""
    issues, moved = world.issues, world.moved
    moved.book, moved.n, moved.times = book, 0, moved.times + 1
    for number in range(len(issues)):
        if issues[number].moves:
            issues[number].moved_at = issues[number].status_quo
            moved.n = _add_trades(world, book, number, world.moved_trades, moved.n)


@routine
def _open_book(world: Any, book: int) -> None:
    """Work out trust, where every track begins and ends, and the trades of issues that do not move."""
    trial, sides, assurances, head = world.trial, world.sides, world.assurances, world.books[book]
    off, regime = off_in(book), (book // N_SETS_OF_TERMS) & ((1 << trial.regime_bits) - 1)
    if off:
        # Whoever asks why has the book without frictions off open: its trust is that of the round asked about.
        usual = world.books[book - book % N_SETS_OF_TERMS]
        head.trust_a, head.trust_b = usual.trust_a, usual.trust_b
    else:
        credibility = assurances.guarantee_credibility * guarantee_share(world, regime)
        head.trust_a = _trust(assurances, sides[0], credibility * assurances.guaranteed_a)
        head.trust_b = _trust(assurances, sides[1], credibility * assurances.guaranteed_b)
    head.n = 0
    for number in range(len(world.issues)):
        _set_edges(world, book, number, off, regime)
        _set_points(world, book, number)
        if not world.issues[number].moves:
            head.n = _add_trades(world, book, number, world.trades[book], head.n)
    for veto in range(len(world.vetoes)):
        for place in range(head.n):
            world.own[book, veto, place] = own_change(world, veto, world.trades[book, place])
    head.is_open = 1


@step
def _trust(assurances: Any, side: Any, guarantee: float) -> float:
    """Share of promised gains that a side expects to be delivered."""
    return trust_with(
        side.trust, assurances.monitoring, guarantee, assurances.trust_from_monitoring, assurances.trust_from_guarantee
    )


@routine
def _set_edges(world: Any, book: int, number: int, off: int, regime: int) -> None:
    """Where an issue begins and ends on each track: the efficient part of what lines, limits and demands leave."""
    issue = world.issues[number]
    is_left = is_blocked(world, number, regime) and not off & CONTROLLERS
    is_idle = issue.weight_a <= 0.0 and issue.weight_b <= 0.0
    for track in range(len(world.tracks) + 1):
        edge = world.edges[book, track, number]
        edge.kind, edge.start_a, edge.start_b = OUT, 0.0, 0.0
        if is_in_scope(world, track, number):
            edge.kind = OFF_TABLE if is_left else TRADED
        if edge.kind == TRADED:
            low, high = bounds(world, off, track, number)
            if low > high:
                edge.kind = IMPOSSIBLE
            elif is_idle:
                edge.kind = IDLE
            edge.low = min(max(issue.ideal_a, low), high)
            edge.high = max(min(issue.ideal_b, high), low)


@step
def is_in_scope(world: Any, track: int, number: int) -> bool:
    """Return whether an issue is on the table of a track; the number after the last track's stands for all issues."""
    for place in range(world.scopes.shape[1]):
        if track < len(world.tracks) and world.scopes[track, place] == number:
            return True
    return track == len(world.tracks)


@routine
def _set_points(world: Any, book: int, number: int) -> None:
    """Note the points of an issue that do not move with its status quo: ends of tracks, and public lines that cost."""
    issue, points, n = world.issues[number], world.points[book, number], 0
    for track in range(len(world.tracks) + 1):
        edge = world.edges[book, track, number]
        if edge.kind == TRADED:
            n = _add_point(points, n, edge.low)
            n = _add_point(points, n, edge.high)
    if n > 0 and not off_in(book) & AUDIENCE:
        if issue.slope_a > 0.0 and issue.ideal_a < issue.public_a < issue.ideal_b:
            n = _add_point(points, n, issue.public_a)
        if issue.slope_b > 0.0 and issue.ideal_a < issue.public_b < issue.ideal_b:
            n = _add_point(points, n, issue.public_b)
    world.n_points[book, number] = n
    for place in range(n):
        begin, on = 0, 0
        for track in range(len(world.tracks) + 1):
            edge = world.edges[book, track, number]
            if edge.kind == TRADED:
                if abs(edge.low - points[place]) < SAME_POINT:
                    begin |= 1 << track
                is_within = edge.low - SAME_POINT < points[place]
                if is_within and place + 1 < n and points[place + 1] < edge.high + SAME_POINT:
                    on |= 1 << track
        world.begin[book, number, place], world.on[book, number, place] = begin, on


@routine
def _set_bends(issue: Any, stake_a: Any, stake_b: Any, bends: Any) -> int:
    """Note the points between the ideals that move with the status quo; return how many there are."""
    low, high, line, n = issue.ideal_a, issue.ideal_b, issue.status_quo, 0
    if low < line < high:  # steps on one side do not move with the ideal of the other
        n = _add_point(bends, n, line)
        for step in range(1, STEPS):
            n = _add_point(bends, n, line + (low - line) * step / STEPS)
            n = _add_point(bends, n, line + (high - line) * step / STEPS)
    else:
        for step in range(1, 2 * STEPS):
            n = _add_point(bends, n, low + (high - low) * step / (2 * STEPS))
    as_good_a, as_good_b = no_gain_beyond(stake_a), no_gain_beyond(stake_b)
    if low < as_good_a < high:
        n = _add_point(bends, n, as_good_a)
    if low < as_good_b < high:
        n = _add_point(bends, n, as_good_b)
    return n


@routine
def _add_trades(world: Any, book: int, number: int, trades: Any, n: int) -> int:
    """Put the trades of an issue as it stands today into their places among ``n`` others; return how many there are."""
    head, off, n_points = world.books[book], off_in(book), world.n_points[book, number]
    if n_points == 0:
        return n
    stake_a = stake_of(world.issues[number], world.sides[0], off, head.trust_a)
    stake_b = stake_of(world.issues[number], world.sides[1], off, head.trust_b)
    points, bends, begin, on = world.points[book, number], world.bends, world.begin, world.on
    n_bends = _set_bends(world.issues[number], stake_a, stake_b, bends)
    place, other, before, gain_a, gain_b = 0, 0, -math.inf, 0.0, 0.0
    while place < n_points or other < n_bends:
        allowed = on[book, number, place - 1] if place > 0 else 0
        is_bend = other < n_bends and (place == n_points or bends[other] < points[place])
        point = bends[other] if is_bend else points[place]
        other, place = (other + 1, place) if is_bend else (other, place + 1)
        if point - before >= SAME_POINT:
            last_a, last_b = gain_a, gain_b
            gain_a, gain_b = gain_at(point, stake_a), gain_at(point, stake_b)
            if allowed:
                loss, gain = max(last_a - gain_a, 0.0), max(gain_b - last_b, 0.0)
                n = _insert(trades, n, loss, gain, before, point - before, number, allowed)
            before = point
        if not is_bend and begin[book, number, place - 1]:
            _note_start(world, book, number, begin[book, number, place - 1], gain_a, gain_b)
    return n


@step
def _note_start(world: Any, book: int, number: int, begin: int, gain_a: float, gain_b: float) -> None:
    """Note what the end of an issue that is best for side A is worth, on the tracks that begin there."""
    for track in range(len(world.tracks) + 1):
        if (begin >> track) & 1:
            world.edges[book, track, number].start_a = gain_a
            world.edges[book, track, number].start_b = gain_b


@routine
def _add_point(points: Any, n: int, point: float) -> int:
    """Put a point into its place among ``n`` ascending ones, unless it is there."""
    place = n
    while place > 0 and points[place - 1] > point:
        place -= 1
    if (place > 0 and point - points[place - 1] < SAME_POINT) or (place < n and points[place] - point < SAME_POINT):
        return n
    for other in range(n, place, -1):
        points[other] = points[other - 1]
    points[place] = point
    return n + 1


@routine
def _insert(
    trades: Any, n: int, loss: float, gain: float, start: float, width: float, issue: int, tracks: int
) -> int:  # fmt: skip
    """Put a trade behind all of larger rate, and of the same rate and an earlier issue."""
    rate, place = rate_of(loss, gain), n
    while place > 0 and (
        trades[place - 1].rate < rate or (trades[place - 1].rate == rate and trades[place - 1].issue > issue)
    ):
        _copy_trade(trades[place - 1], trades[place])
        place -= 1
    new = trades[place]
    new.rate, new.loss, new.gain, new.start, new.width, new.issue, new.tracks = (
        rate, loss, gain, start, width, issue, tracks,
    )  # fmt: skip
    return n + 1


@step
def own_change(world: Any, veto: int, trade: Any) -> float:
    """Return what a trade changes in a veto player's own gain. [util]"""
    there = own_gain(world, veto, trade.issue, trade.start + trade.width)
    return there - own_gain(world, veto, trade.issue, trade.start)


@step
def own_gain(world: Any, veto: int, issue: int, position: float) -> float:
    """Return what a position is worth to a veto player, promises in full. [util]"""
    record, own = world.issues[issue], world.veto_issues[veto * len(world.issues) + issue]
    side = world.sides[world.vetoes[veto].side]
    far = record.ideal_b if side.end == 1 else record.ideal_a
    goal, room = abs(own.ideal_point - record.status_quo), abs(far - record.status_quo)
    made = progress(position, record.status_quo, own.ideal_point, side.end)
    return own.weight * value(made, goal, room, side.curvature, side.loss_aversion)


@step
def is_before(trade: Any, other: Any) -> bool:
    """Return whether a trade comes before another: at the larger rate, and at the same one on the earlier issue."""
    return trade.rate > other.rate or (trade.rate == other.rate and trade.issue < other.issue)


@step
def _copy_trade(source: Any, target: Any) -> None:
    target.rate, target.loss, target.gain = source.rate, source.loss, source.gain
    target.start, target.width, target.issue, target.tracks = source.start, source.width, source.issue, source.tracks
