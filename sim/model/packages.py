"""The best packages of a track today, from all that side A can have to all that side B can have (docs/odd.md, 3.4).

A track's *path* makes its trades one after the other, the largest gain per loss first: A's gain falls, B's rises, as a
concave broken line. A point of the path is a number of whole trades and a part of the next; offers and texts name it by
its *contract-curve weight* (mix), 1 at side A's end and 0 at side B's, which weighs both sides' way along it equally.
"""

from __future__ import annotations

import math
from typing import Any

from sim.compiler.decorators import routine, step
from sim.equations.trades import EQUAL_RATES, nash_part
from sim.model.trades import IDLE, IMPOSSIBLE, TRADED, choose_book, is_before, open_book


@step
def lay_path(world: Any, number: int) -> None:
    """Lay out a track's path as it is today, in the book of today's version and regime."""
    choose_book(world)
    lay_path_in(world, number, world.trial.book)


@step
def lay_path_in(world: Any, number: int, book: int) -> None:
    """Lay out a track's path in a book of trades, unless it stands."""
    open_book(world, book)
    path = world.paths[number]
    if path.book != book:
        _put_in_order(world, number, book)
        _sum_up(world, number, book, 0)
    elif path.moved != world.moved.times and _moves(world, number):
        first = _first_moved(world, number, book)
        if first < 0:
            _put_in_order(world, number, book)
        _sum_up(world, number, book, max(first, 0))
    path.book, path.moved = book, world.moved.times


@step
def _moves(world: Any, number: int) -> bool:
    return number == len(world.tracks) or world.tracks[number].n_moving > 0


@routine
def _put_in_order(world: Any, number: int, book: int) -> None:
    """Merge the trades that are possible on a track, and note where those of issues that move come."""
    path, found, places = world.paths[number], world.path_trades[number], world.path_places[number]
    fixed, moved = world.trades[book], world.moved_trades
    n, place, other = 0, 0, 0
    n_fixed, n_moved = world.books[book].n, world.moved.n
    while place < n_fixed or other < n_moved:
        if other == n_moved or (place < n_fixed and not is_before(moved[other], fixed[place])):
            if (fixed[place].tracks >> number) & 1:
                found[n] = place
                n += 1
            place += 1
        else:
            places[other] = -1
            if (moved[other].tracks >> number) & 1:
                places[other], found[n] = n, -1 - other
                n += 1
            other += 1
    path.n, path.n_moved = n, n_moved


@routine
def _first_moved(world: Any, number: int, book: int) -> int:
    """Return the place of the first trade of an issue that moves (n: none), -1 where such trades change places."""
    path, places, moved = world.paths[number], world.path_places[number], world.moved_trades
    found, fixed, n = world.path_trades[number], world.trades[book], path.n
    if path.n_moved != world.moved.n:
        return -1
    first = n
    for other in range(path.n_moved):
        place = places[other]
        if ((moved[other].tracks >> number) & 1 != 0) != (place >= 0):
            return -1
        if place >= 0:
            first = min(first, place)
            if place > 0 and found[place - 1] >= 0 and is_before(moved[other], fixed[found[place - 1]]):
                return -1
            if place + 1 < n and found[place + 1] >= 0 and not is_before(moved[other], fixed[found[place + 1]]):
                return -1
    return first


@routine
def _sum_up(world: Any, number: int, book: int, first: int) -> None:
    """Sum up what the trades of a path cost side A and bring side B, from a place on, and where the path starts."""
    path, losses, gains = world.paths[number], world.path_losses[number], world.path_gains[number]
    found, fixed, moved = world.path_trades[number], world.trades[book], world.moved_trades
    path.is_possible, path.start_a, path.start_b = 1, 0.0, 0.0
    for issue in range(len(world.issues)):
        edge = world.edges[book, number, issue]
        if edge.kind == IMPOSSIBLE:
            path.is_possible = 0
        elif edge.kind == TRADED:
            path.start_a += edge.start_a
            path.start_b += edge.start_b
    loss, gain = (losses[first], gains[first]) if first > 0 else (0.0, 0.0)
    losses[first], gains[first] = loss, gain
    for place in range(first, path.n):
        source = found[place]
        trade = fixed[source] if source >= 0 else moved[-1 - source]
        loss += trade.loss
        gain += trade.gain
        losses[place + 1], gains[place + 1] = loss, gain


@step
def trade_at(world: Any, number: int, place: int) -> Any:
    """Return a trade of a path by its place."""
    source = world.path_trades[number, place]
    return world.trades[world.paths[number].book, source] if source >= 0 else world.moved_trades[-1 - source]


# -- points of the path --------------------------------------------------------------------------------


@step
def mix_at(world: Any, number: int, whole: int, part: float) -> float:
    """Return the contract-curve weight of a point of the path."""
    losses, gains, n = world.path_losses[number], world.path_gains[number], world.paths[number].n
    loss, gain = _between(losses, whole, part, n), _between(gains, whole, part, n)
    if losses[n] > 0.0 and gains[n] > 0.0:
        return 1.0 - 0.5 * (loss / losses[n] + gain / gains[n])
    if losses[n] > 0.0:
        return 1.0 - loss / losses[n]
    return 1.0 - gain / gains[n] if gains[n] > 0.0 else 0.5


@step
def _between(sums: Any, whole: int, part: float, n: int) -> float:
    return sums[whole] + part * (sums[whole + 1] - sums[whole]) if whole < n else sums[n]


@routine
def point_at(world: Any, number: int, mix: float) -> tuple[int, float]:
    """Return the point of the path with a contract-curve weight: whole trades, and a part of the next."""
    low, high = 0, world.paths[number].n
    while low < high:
        middle = (low + high + 1) // 2
        if mix_at(world, number, middle, 0.0) >= mix:
            low = middle
        else:
            high = middle - 1
    if low == world.paths[number].n:
        return low, 0.0
    before, after = mix_at(world, number, low, 0.0), mix_at(world, number, low + 1, 0.0)
    return low, min(max((before - mix) / (before - after), 0.0), 1.0)


@step
def gain_between(world: Any, number: int, side: int, mix: float) -> float:
    """Return a side's gain in the package of a contract-curve weight. [util]"""
    whole, part = point_at(world, number, mix)
    path = world.paths[number]
    if side == 0:
        return path.start_a - _between(world.path_losses[number], whole, part, path.n)
    return path.start_b + _between(world.path_gains[number], whole, part, path.n)


@routine
def limit_of_a(world: Any, number: int, need: float) -> float:
    """Return the least weight that gives side A what it needs: the last point of the path; infinity where none does."""
    path, losses = world.paths[number], world.path_losses[number]
    left = path.start_a - need
    if not path.is_possible or not left >= 0.0:
        return math.inf
    low, high = 0, path.n
    while low < high:
        middle = (low + high + 1) // 2
        if losses[middle] <= left:
            low = middle
        else:
            high = middle - 1
    part = 0.0 if low == path.n else (left - losses[low]) / (losses[low + 1] - losses[low])
    return mix_at(world, number, low, part)


@routine
def limit_of_b(world: Any, number: int, need: float) -> float:
    """Return the largest weight that gives side B what it needs: the first point; minus infinity where none does."""
    path, gains = world.paths[number], world.path_gains[number]
    missing = need - path.start_b
    if not path.is_possible or not missing <= gains[path.n]:
        return -math.inf
    low, high = 0, path.n
    while low < high:
        middle = (low + high) // 2
        if gains[middle] >= missing:
            high = middle
        else:
            low = middle + 1
    if low == 0:
        return mix_at(world, number, 0, 0.0)
    return mix_at(world, number, low - 1, (missing - gains[low - 1]) / (gains[low] - gains[low - 1]))


@routine
def nash_mix(world: Any, number: int) -> float:
    """Return the weight with the largest product of surpluses, within the range (docs/odd.md, 3.4, Texts)."""
    track, path = world.tracks[number], world.paths[number]
    losses, gains = world.path_losses[number], world.path_gains[number]
    over_a, over_b = path.start_a - track.need_a, path.start_b - track.need_b
    whole, part = 0, 0.0
    while whole < path.n:
        trade = trade_at(world, number, whole)
        part = nash_part(trade.rate, trade.gain, over_a - losses[whole], over_b + gains[whole])
        if part < 1.0:
            break
        whole, part = whole + 1, 0.0
    return min(max(mix_at(world, number, whole, part), track.lower), track.upper)


@routine
def write_terms(world: Any, number: int, mix: float) -> None:
    """Write the terms of a package into ``issue.terms``, those out of scope at their status quo."""
    path, issues = world.paths[number], world.issues
    for issue in range(len(issues)):
        edge, line = world.edges[path.book, number, issue], issues[issue].status_quo
        issues[issue].terms = edge.low if edge.kind == TRADED else line
        if edge.kind == IDLE:
            issues[issue].terms = min(max(line, edge.low), edge.high)
    whole, part = point_at(world, number, mix)
    first, last = whole, whole
    if whole < path.n:
        # Trades of the same rate are made together.
        rate = trade_at(world, number, whole).rate
        while first > 0 and is_same(trade_at(world, number, first - 1).rate, rate):
            first -= 1
        while last < path.n and is_same(trade_at(world, number, last).rate, rate):
            last += 1
    for place in range(first):
        trade = trade_at(world, number, place)
        issues[trade.issue].terms += trade.width
    if last > first:
        share = share_made(world, number, first, last, whole, part)
        for place in range(first, last):
            trade = trade_at(world, number, place)
            issues[trade.issue].terms += share * trade.width


@step
def is_same(rate: float, other: float) -> bool:
    """Return whether trades of two rates are made together."""
    return rate == other or abs(rate - other) <= EQUAL_RATES * min(rate, other)  # an infinite rate equals no finite one


@step
def share_made(world: Any, number: int, first: int, last: int, whole: int, part: float) -> float:
    """Return the share of the trades from first to last that is made at a point among them."""
    losses, gains, n = world.path_losses[number], world.path_gains[number], world.paths[number].n
    made = _between(losses, whole, part, n) - losses[first] + _between(gains, whole, part, n) - gains[first]
    total = losses[last] - losses[first] + gains[last] - gains[first]
    return made / total if total > 0.0 else 0.0
