"""Why a trial failed (docs/odd.md, 3.6): one reason, and Shapley shares where frictions combine.

Attribution rests on the model's priors; outcomes alone cannot tell these reasons apart. Shares are taken at the round
in which the two sides' needs were least, on the track that came closest: with the promises and third parties of that
round, and with issues that move where they stood in it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiler.decorators import part, routine, step
from sim.equations.shapley import shapley_weights
from sim.model.packages import lay_path_in, trade_at
from sim.model.switches import ALL_OFF, NONE_OFF, part_of_need, with_off
from sim.outcome_columns import FRICTIONS, MOST_SHORTFALL, TAGS

TINY = 1e-9
"""Totals below this are not split into shares."""
N_SETS = 1 << len(FRICTIONS)
WEIGHTS = shapley_weights(len(FRICTIONS))
REASON_OF_FRICTION = np.array([TAGS.index(friction) for friction in FRICTIONS])
NOT_CONVENED, FIGHTING_PAYS, SCOPE = (TAGS.index(name) for name in ("not_convened", "fighting_pays", "scope"))
COMBINED, RATIFICATION, PROCESS = (TAGS.index(name) for name in ("combined", "ratification", "process"))
COLLAPSED, VICTORY = TAGS.index("collapsed"), TAGS.index("victory")
AUDIENCE_SHARE = FRICTIONS.index("audience")


@routine
def explain(world: Any) -> None:
    """Fill in the reason, shares, shortfall and what bound, for a trial without a durable ceasefire."""
    outcome = world.outcome
    if outcome.durable_week >= 0:
        return
    if outcome.victory > 0:
        outcome.tag = VICTORY
    elif outcome.halt_week >= 0:
        outcome.tag = COLLAPSED
    elif world.trial.was_signed:
        outcome.tag = RATIFICATION
    elif outcome.n_range_rounds > 0:
        outcome.tag = PROCESS
    elif outcome.n_rounds == 0:
        outcome.tag = NOT_CONVENED
    else:
        _attribute(world)


@part
def _attribute(world: Any) -> None:
    """A trial that talked and never had a range: which friction closed it, on the track that came closest."""
    tracks, outcome = world.tracks, world.outcome
    closest, least = -1, -np.inf
    for number in range(len(tracks)):
        if tracks[number].takes_force and tracks[number].best_week >= 0:
            _go_back(world, number)
            surplus = best_surplus(world, NONE_OFF, number)
            if closest < 0 or surplus > least:
                closest, least = number, surplus
    outcome.best_track = closest
    outcome.shortfall = min(max(-least, 0.0), MOST_SHORTFALL)
    if closest < 0:  # no general track was ever on the table in a round of talks
        outcome.tag = SCOPE
        return
    outcome.best_week = tracks[closest].best_week
    _go_back(world, closest)
    _share_out(world, closest)
    _find_binding(world, closest)


@step
def _go_back(world: Any, number: int) -> None:
    """Put issues that move where they stood in a track's best round."""
    issues = world.issues
    for issue in range(len(issues)):
        if issues[issue].moves:
            issues[issue].status_quo = world.best_lines[number * len(issues) + issue].status_quo


@part
def _share_out(world: Any, number: int) -> None:
    """Shapley shares and the reason they imply; where no package is possible, surplus is floored to stay finite."""
    outcome, shares = world.outcome, world.shares
    worth = np.empty(N_SETS)
    for off in range(N_SETS):
        worth[off] = best_surplus(world, off, number)
    if worth[NONE_OFF] >= 0.0:  # both sides would have signed: a veto player's need closed the range
        shares[AUDIENCE_SHARE].share = 1.0
        outcome.tag = REASON_OF_FRICTION[AUDIENCE_SHARE]
        return
    if worth[ALL_OFF] < 0.0:
        outcome.tag = SCOPE if _opens_at_full_scope(world, number) else FIGHTING_PAYS
        return
    total = 0.0
    for friction in range(len(FRICTIONS)):
        share = 0.0
        for off in range(N_SETS):
            if (off >> friction) & 1:  # set by set with it on and off: one that changes nothing gets exactly nothing
                on = off - (1 << friction)
                share += WEIGHTS[friction, off] * (max(worth[off], -MOST_SHORTFALL) - max(worth[on], -MOST_SHORTFALL))
        shares[friction].share = share
        total += share
    largest = 0
    for friction in range(len(FRICTIONS)):
        shares[friction].share = shares[friction].share / total if total > TINY else 0.0
        if shares[friction].share > shares[largest].share:
            largest = friction
    outcome.tag = REASON_OF_FRICTION[largest] if shares[largest].share > 0.5 else COMBINED


@routine
def best_surplus(world: Any, off: int, number: int) -> float:
    """Return the best max-min surplus on a track in its best round, with a set of frictions off. [util]

    Issues that move stand where they stood in that round (`explain` leaves them there).
    """
    track = world.tracks[number]
    need_a = track.best_need_a - part_of_need(world, off, number, world.sides[0])
    need_b = track.best_need_b - part_of_need(world, off, number, world.sides[1])
    return track.benefit_share * _surplus_on(world, with_off(track.best_book, off), number, need_a, need_b)


@routine
def _opens_at_full_scope(world: Any, number: int) -> bool:
    """Whether all issues together, with frictions as they are, would have opened a range in that round."""
    track = world.tracks[number]
    return _surplus_on(world, track.best_book, len(world.tracks), track.best_need_a, track.best_need_b) >= 0.0


@routine
def _surplus_on(world: Any, book: int, number: int, need_a: float, need_b: float) -> float:
    """max over packages of the smaller of the two surpluses; minus infinity where no package is possible.

    Along the path side A's surplus falls and side B's rises, so the best is where they cross, or at an end. The number
    after the last track's stands for all issues together.
    """
    lay_path_in(world, number, book)
    path, losses, gains = world.paths[number], world.path_losses[number], world.path_gains[number]
    if not path.is_possible:
        return -np.inf
    lead = (path.start_a - need_a) - (path.start_b - need_b)
    low, high = 0, path.n
    while low < high:  # the first point at which B does as well
        middle = (low + high) // 2
        if losses[middle] + gains[middle] < lead:
            low = middle + 1
        else:
            high = middle
    over_a, over_b = path.start_a - need_a - losses[low], path.start_b - need_b + gains[low]
    if low == 0 or over_a > over_b:
        return min(over_a, over_b)
    before_a, before_b = path.start_a - need_a - losses[low - 1], path.start_b - need_b + gains[low - 1]
    return _crossing(before_a, before_b, over_a, over_b)


@step
def _crossing(a_before: float, b_before: float, a_after: float, b_after: float) -> float:
    """Surplus where a line that falls and one that rises cross."""
    ahead, behind = a_before - b_before, b_after - a_after
    return a_before + (a_after - a_before) * (ahead / (ahead + behind))


@routine
def _find_binding(world: Any, number: int) -> None:
    """The side that was missing more at the status quo, and the issue on which it would have to give most."""
    track, outcome = world.tracks[number], world.outcome
    outcome.binding_party = 0 if track.best_need_a >= track.best_need_b else 1
    lay_path_in(world, number, track.best_book)
    worst = -np.inf
    for place in range(world.scopes.shape[1]):
        issue, at_stake = world.scopes[number, place], 0.0
        if issue >= 0:
            for at in range(world.paths[number].n):
                trade = trade_at(world, number, at)
                if trade.issue == issue:
                    at_stake += trade.loss if outcome.binding_party == 0 else trade.gain
            if at_stake > worst or (at_stake == worst and issue < outcome.binding_issue):
                worst, outcome.binding_issue = at_stake, issue
