"""What the packages of each track are worth to both sides, tabulated for a draw of the parameters.

Gains along the contract curve hang on positions and weights, on which third parties take part (their regime) and on
what promises are worth; not on the week. So they are tabulated when a trial first needs them, for all trials that share
the draw, on the 101 mixes of the curve. An issue that moves with the front adds a kink at its status quo: both branches
of its curve are tabulated, ``x(l) = clip(status quo, x(l; ideal A), x(l; ideal B))``, and today's status quo put in.

``curves`` has shape (slots, rows, 101), a slot for each version and regime. Its rows: gains of both sides on each
track, over what does not move; then for each issue its terms, or the branch toward B, then the branch toward A.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiler.decorators import routine, step
from sim.equations.bargaining import GRID_STEPS
from sim.equations.contract_curve import Terms, contract_curve, value_of
from sim.equations.utility import audience_loss, change_in_value, discounted, trust_with
from sim.model.engagement import guarantee_share
from sim.model.switches import CONTROLLERS, NONE_OFF, counted, is_blocked, terms_with


def n_rows(n_tracks: int, n_issues: int) -> int:
    """Return the number of rows of ``curves``; the last ones are of use only while they are made."""
    return 2 * n_tracks + 4 * n_issues


@step
def choose_tables(world: Any) -> None:
    """Choose the tables of today's version and regime; tabulate them if no trial of the draw has needed them yet."""
    trial = world.trial
    trial.slot = (trial.version << trial.regime_bits) + trial.regime
    if not world.regimes[trial.slot].is_tabulated:
        _tabulate_regime(world)


@routine
def _tabulate_regime(world: Any) -> None:
    trial, assurances, sides, regime = world.trial, world.assurances, world.sides, world.regimes[world.trial.slot]
    share = guarantee_share(world, trial.regime)
    credibility = assurances.guarantee_credibility * share
    regime.trust_a = _trust(assurances, sides[0], credibility * assurances.guaranteed_a)
    regime.trust_b = _trust(assurances, sides[1], credibility * assurances.guaranteed_b)
    tabulate(world, world.curves[trial.slot], NONE_OFF, trial.regime, regime.trust_a, regime.trust_b)
    regime.is_tabulated = 1


@step
def _trust(assurances: Any, side: Any, guarantee: float) -> float:
    """Share of promised gains that a side expects to be delivered."""
    return trust_with(
        side.trust, assurances.monitoring, guarantee, assurances.trust_from_monitoring, assurances.trust_from_guarantee
    )


@routine
def tabulate(world: Any, table: Any, off: int, regime: int, trust_a: float, trust_b: float) -> None:
    """Fill a table, shape (rows, mixes), as it is in a regime with a set of frictions off."""
    tracks, issues, scopes = world.tracks, world.issues, world.scopes
    first_issue, first_gain = 2 * len(tracks), 2 * len(tracks) + 2 * len(issues)
    for number in range(len(issues)):
        issue, row, gains = issues[number], first_issue + 2 * number, first_gain + 2 * number
        blocked = is_blocked(world, number, regime)
        terms = terms_with(world, off, issue, trust_a, trust_b, blocked)
        if issue.moves:
            _tabulate_branches(table, row, terms, blocked and not off & CONTROLLERS)
        else:
            _tabulate_terms(table, row, gains, terms)
    for track in range(len(tracks)):
        for side in range(2):
            row = 2 * track + side
            for place in range(table.shape[1]):
                table[row, place] = 0.0
            for place in range(scopes.shape[1]):
                number = scopes[track, place]
                if number >= 0 and not issues[number].moves:
                    for point in range(table.shape[1]):
                        table[row, point] += table[first_gain + 2 * number + side, point]


@step
def _tabulate_branches(table: Any, row: int, terms: Any, is_left: bool) -> None:
    """Both branches of the curve of an issue that moves; boundless where it is left as it is."""
    at_a, at_b = _at_status_quo(terms, terms.ideal_a), _at_status_quo(terms, terms.ideal_b)
    steps = table.shape[1] - 1
    for point in range(steps + 1):
        table[row, point] = -np.inf if is_left else contract_curve(point / steps, at_a)
        table[row + 1, point] = np.inf if is_left else contract_curve(point / steps, at_b)


@step
def _at_status_quo(terms: Any, status_quo: float) -> Any:
    return Terms(
        status_quo, terms.ideal_a, terms.ideal_b, terms.weight_a, terms.weight_b, terms.trust_a, terms.trust_b,
        terms.slope_a, terms.slope_b, terms.public_a, terms.public_b, terms.low, terms.high,
    )  # fmt: skip


@step
def _tabulate_terms(table: Any, row: int, gains: int, terms: Any) -> None:
    """Terms on an issue and what they are worth; nothing can be signed where red lines and limits leave no room."""
    steps = table.shape[1] - 1
    for point in range(steps + 1):
        position = contract_curve(point / steps, terms)
        table[row, point] = position
        table[gains, point], table[gains + 1, point] = value_of(position, terms)
        if terms.low > terms.high:
            table[gains, point] = table[gains + 1, point] = -np.inf


@step
def gain_on(issue: Any, side: int, position: float, status_quo: float, trust: float, has_audience: bool) -> float:
    """Return a side's gain on one issue: promises discounted, losses and audience in full (docs/odd.md, 3.4). [util]"""
    if side == 0:
        ideal, weight, slope, line, end = issue.ideal_a, issue.weight_a, issue.slope_a, issue.public_a, -1
    else:
        ideal, weight, slope, line, end = issue.ideal_b, issue.weight_b, issue.slope_b, issue.public_b, 1
    worth = discounted(change_in_value(position, status_quo, ideal), trust)
    if has_audience and slope > 0.0:
        worth -= slope * audience_loss(position, line, ideal, end)
    return weight * worth


# -- look-ups ----------------------------------------------------------------------------------------


@step
def gain_at(world: Any, track: int, side: int, step: int) -> float:
    """Return a side's gain on one of the 101 mixes of a track, issues that move at today's status quo. [util]"""
    tracks, issues, scopes, curves, slot = world.tracks, world.issues, world.scopes, world.curves, world.trial.slot
    gain = curves[slot, 2 * track + side, step]
    if tracks[track].n_moving:
        regime = world.regimes[slot]
        trust = counted(world, NONE_OFF, side, regime.trust_a if side == 0 else regime.trust_b)
        for place in range(scopes.shape[1]):
            number = scopes[track, place]
            if number >= 0 and issues[number].moves:
                row = 2 * len(tracks) + 2 * number
                line = issues[number].status_quo
                position = min(max(line, curves[slot, row, step]), curves[slot, row + 1, step])
                gain += gain_on(issues[number], side, position, line, trust, True)
    return gain


@step
def gain_between(world: Any, track: int, side: int, mix: float) -> float:
    """Return a side's gain at a mix between two of the 101, by linear interpolation from its own end. [util]"""
    place = mix if side == 0 else 1.0 - mix
    step = min(max(int(place * GRID_STEPS), 0), GRID_STEPS - 1)
    part = place * GRID_STEPS - step
    low = gain_at(world, track, side, _from_own_end(side, step))
    high = gain_at(world, track, side, _from_own_end(side, step + 1))
    return low + part * (high - low)


@step
def _from_own_end(side: int, step: int) -> int:
    """Return a step of the grid counted from the end at which a side gains least."""
    return step if side == 0 else GRID_STEPS - step


@step
def least_mix(world: Any, track: int, side: int, need: float) -> float:
    """Return the least mix, from the other side's end, that gives a side what it needs; infinity where none does.

    Bisection over the 101 mixes, along which its gain rises, then linear interpolation between two of them.
    """
    if not gain_at(world, track, side, _from_own_end(side, GRID_STEPS)) >= need:
        return np.inf
    reached, stride = 0, 64
    while stride:
        step = reached + stride - 1
        if step <= GRID_STEPS:
            at = _from_own_end(side, step)
            if gain_at(world, track, side, at) < need:
                reached += stride
        stride >>= 1
    if reached == 0:
        return 0.0
    low = gain_at(world, track, side, _from_own_end(side, reached - 1))
    high = gain_at(world, track, side, _from_own_end(side, reached))
    return (reached - 1 + (need - low) / (high - low)) / GRID_STEPS


@routine
def nash_mix(world: Any, track: int) -> float:
    """Return the mix with the largest product of surpluses on the grid; the middle of the range where it has none.

    Where the curve rests at a kink or a limit several mixes name one package: the middle of them (docs/odd.md, 3.4).

    References
    ----------
    Nash (1950). The bargaining problem. Econometrica 18, 155-162.
    """
    track_record, best, first, last = world.tracks[track], -1.0, -1, -1
    for point in range(GRID_STEPS + 1):
        best = max(best, _product(world, track, point))
    if best < 0.0:
        return (track_record.lower + track_record.upper) / 2.0
    for point in range(GRID_STEPS + 1):
        if _product(world, track, point) >= best * (1.0 - 1e-9):
            first = point if first < 0 else first
            last = point
    return (first + last) / (2 * GRID_STEPS)


@routine
def _product(world: Any, track: int, step: int) -> float:
    """Product of both surpluses on a track; -1 where one of them is negative."""
    over_a = gain_at(world, track, 0, step) - world.tracks[track].need_a
    over_b = gain_at(world, track, 1, step) - world.tracks[track].need_b
    return over_a * over_b if over_a >= 0.0 and over_b >= 0.0 else -1.0


@routine
def write_terms(world: Any, track: int, mix: float) -> None:
    """Write the terms of a package into ``issue.terms``, those out of scope at their status quo."""
    tracks, issues, scopes, curves, slot = world.tracks, world.issues, world.scopes, world.curves, world.trial.slot
    step = min(max(int(mix * GRID_STEPS), 0), GRID_STEPS - 1)
    part = mix * GRID_STEPS - step
    for number in range(len(issues)):
        issues[number].terms = issues[number].status_quo
    for place in range(scopes.shape[1]):
        number = scopes[track, place]
        if number < 0:
            continue
        issue, row = issues[number], 2 * len(tracks) + 2 * number
        start = curves[slot, row, step]
        if not issue.moves:
            issue.terms = start + part * (curves[slot, row, step + 1] - start)
        elif start != -np.inf:  # on the table
            toward_b = start + part * (curves[slot, row, step + 1] - start)
            start = curves[slot, row + 1, step]
            toward_a = start + part * (curves[slot, row + 1, step + 1] - start)
            issue.terms = min(max(issue.status_quo, toward_b), toward_a)
