"""Why a trial failed (docs/odd.md, 3.6): one reason, and Shapley shares where frictions combine.

Attribution rests on the model's priors; outcomes alone cannot tell these reasons apart. Shares are taken at the round
in which the two sides' needs were least, on the track that came closest, on every fifth mix of the contract curve and
where the two surpluses cross between them.

``world.gains_off`` has shape (regimes, sets of frictions that are off, rows, 21): tables as ``curves`` has them, worked
out when a trial of the draw first asks for them (``world.is_known``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiler.decorators import part, routine, step
from sim.equations.bargaining import GRID_STEPS
from sim.equations.contract_curve import contract_curve, value_of
from sim.equations.shapley import shapley_weights
from sim.model.packages import choose_tables, gain_on, tabulate
from sim.model.switches import (
    ALL_OFF,
    AUDIENCE,
    IN_TERMS,
    NONE_OFF,
    counted,
    is_blocked,
    part_of_need,
    terms_with,
)
from sim.outcome_columns import FRICTIONS, MOST_SHORTFALL, TAGS

COARSE_STEPS = GRID_STEPS // 5
"""Mixes on which the best package is looked for; on all of them before it is said that there is none."""
TINY = 1e-9
"""Totals below this are not split into shares."""
N_SETS = 1 << len(FRICTIONS)
WEIGHTS = shapley_weights(len(FRICTIONS))
REASON_OF_FRICTION = np.array([TAGS.index(friction) for friction in FRICTIONS])
NOT_CONVENED, FIGHTING_PAYS, SCOPE = (TAGS.index(name) for name in ("not_convened", "fighting_pays", "scope"))
COMBINED, RATIFICATION, PROCESS = (TAGS.index(name) for name in ("combined", "ratification", "process"))
COLLAPSED, VICTORY = TAGS.index("collapsed"), TAGS.index("victory")


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
    trial, tracks, outcome = world.trial, world.tracks, world.outcome
    closest, least = -1, -np.inf
    for number in range(len(tracks)):
        if tracks[number].takes_force and tracks[number].best_week >= 0:
            trial.regime = tracks[number].best_regime
            choose_tables(world)
            surplus = best_surplus(world, NONE_OFF, number)
            if closest < 0 or surplus > least:
                closest, least = number, surplus
    outcome.best_track = closest
    outcome.shortfall = min(max(-least, 0.0), MOST_SHORTFALL)
    if closest < 0:  # no general track was ever on the table in a round of talks
        outcome.tag = SCOPE
        return
    outcome.best_week = tracks[closest].best_week
    trial.regime = tracks[closest].best_regime
    choose_tables(world)
    _share_out(world, closest)
    _find_binding(world, closest)


@part
def _share_out(world: Any, number: int) -> None:
    """Shapley shares and the reason they imply; where no package is possible, surplus is floored to stay finite."""
    outcome, shares = world.outcome, world.shares
    worth = np.empty(N_SETS)
    for off in range(N_SETS):
        worth[off] = best_surplus(world, off, number)
    if worth[ALL_OFF] < 0.0 and _is_hopeless(world, number):
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

    The tables of the trial's regime, which is that of the best round, are in use (``choose_tables``).
    """
    trial, regime = world.trial, world.regimes[world.trial.slot]
    place = off & IN_TERMS
    table = world.gains_off[trial.regime, place]
    if not world.is_known[trial.regime, place]:
        tabulate(world, table, place, trial.regime, regime.trust_a, regime.trust_b)
        world.is_known[trial.regime, place] = 1
    return _surplus_in(world, table, off, number)


@routine
def _is_hopeless(world: Any, number: int) -> bool:
    """Whether nothing can be signed with every friction off, looking at all 101 mixes."""
    table = np.empty((world.curves.shape[1], GRID_STEPS + 1))
    tabulate(world, table, ALL_OFF, world.trial.regime, 1.0, 1.0)
    return _surplus_in(world, table, ALL_OFF, number) < 0.0


@routine
def _surplus_in(world: Any, table: Any, off: int, number: int) -> float:
    """max over mixes of the smaller of the two surpluses, times phi; minus infinity where no package is possible.

    Along the curve side A's surplus rises and side B's falls, so the best is where they cross, or at an end.
    """
    track, steps = world.tracks[number], table.shape[1] - 1
    need_a = track.best_need_a - part_of_need(world, off, number, world.sides[0])
    need_b = track.best_need_b - part_of_need(world, off, number, world.sides[1])
    # The first mix at which A does better.
    low, high = 0, steps + 1
    while low < high:
        middle = (low + high) // 2
        lead = _gain(world, table, off, number, 0, middle) - _gain(world, table, off, number, 1, middle)
        if lead < need_a - need_b:
            low = middle + 1
        else:
            high = middle
    before, after = max(low - 1, 0), min(low, steps)
    a_before = _gain(world, table, off, number, 0, before) - need_a
    b_before = _gain(world, table, off, number, 1, before) - need_b
    if low == 0 or low > steps:
        return track.benefit_share * min(a_before, b_before)
    a_after = _gain(world, table, off, number, 0, after) - need_a
    b_after = _gain(world, table, off, number, 1, after) - need_b
    return track.benefit_share * _crossing(a_before, b_before, a_after, b_after)


@step
def _crossing(a_before: float, b_before: float, a_after: float, b_after: float) -> float:
    """Surplus where a line that rises and one that falls cross."""
    behind, ahead = b_before - a_before, a_after - b_after
    return a_before + (a_after - a_before) * (behind / (behind + ahead))


@step
def _gain(world: Any, table: Any, off: int, number: int, side: int, step: int) -> float:
    """A side's gain at a mix with frictions off, issues that move where they stood in the best round."""
    gain = table[2 * number + side, step]
    tracks, issues, scopes = world.tracks, world.issues, world.scopes
    if tracks[number].n_moving:
        regime = world.regimes[world.trial.slot]
        trust = counted(world, off, side, regime.trust_a if side == 0 else regime.trust_b)
        for place in range(scopes.shape[1]):
            issue = scopes[number, place]
            if issue >= 0 and issues[issue].moves:
                row, line = 2 * len(tracks) + 2 * issue, world.best_lines[number * len(issues) + issue].status_quo
                position = min(max(line, table[row, step]), table[row + 1, step])
                gain += gain_on(issues[issue], side, position, line, trust, not off & AUDIENCE)
    return gain


@routine
def _opens_at_full_scope(world: Any, number: int) -> bool:
    """Whether all issues together, with frictions as they are, would have opened a range in that round."""
    track = world.tracks[number]
    surplus_a, surplus_b = np.empty(GRID_STEPS + 1), np.empty(GRID_STEPS + 1)
    for point in range(GRID_STEPS + 1):
        surplus_a[point], surplus_b[point] = -track.best_need_a, -track.best_need_b
    for issue in range(len(world.issues)):
        terms = _terms_as_they_were(world, issue)
        for point in range(GRID_STEPS + 1):
            gain_a, gain_b = value_of(contract_curve(point / GRID_STEPS, terms), terms)
            surplus_a[point] += gain_a
            surplus_b[point] += gain_b
    for point in range(GRID_STEPS + 1):
        if surplus_a[point] >= surplus_b[point]:
            if point == 0:
                return surplus_b[0] >= 0.0
            return _crossing(surplus_a[point - 1], surplus_b[point - 1], surplus_a[point], surplus_b[point]) >= 0.0
    return surplus_a[GRID_STEPS] >= 0.0


@step
def _terms_as_they_were(world: Any, issue: int) -> Any:
    """Terms of an issue in the regime of the best round, with every friction on and the status quo as given."""
    trial, issues, regime = world.trial, world.issues, world.regimes[world.trial.slot]
    blocked = is_blocked(world, issue, trial.regime)
    return terms_with(world, NONE_OFF, issues[issue], regime.trust_a, regime.trust_b, blocked)


@routine
def _find_binding(world: Any, number: int) -> None:
    """The side that was missing more at the status quo, and the issue on which it would have to give most."""
    track, outcome, scopes = world.tracks[number], world.outcome, world.scopes
    outcome.binding_party = 0 if track.best_need_a >= track.best_need_b else 1
    worst = -np.inf
    for issue in range(len(world.issues)):
        is_in_scope = False
        for place in range(scopes.shape[1]):
            is_in_scope |= scopes[number, place] == issue
        if is_in_scope:
            terms = _terms_as_they_were(world, issue)
            at_b, at_a = value_of(contract_curve(0.0, terms), terms), value_of(contract_curve(1.0, terms), terms)
            at_stake = abs(at_a[0] - at_b[0]) if outcome.binding_party == 0 else abs(at_a[1] - at_b[1])
            if at_stake > worst:
                worst, outcome.binding_issue = at_stake, issue
