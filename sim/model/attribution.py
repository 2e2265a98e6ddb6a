"""Why a trial failed (docs/odd.md, 3.6): one reason, and Shapley shares where frictions combine.

Attribution rests on the model's priors; outcomes alone cannot tell these reasons apart. Shares are taken at the round in
which the two sides' needs were least, on the track that came closest, on every fifth mix of the contract curve and where
the two surpluses cross between them.

``gains_off`` has shape (regimes, sets of frictions that are off, rows, 21): gains over what does not move, or the branches
of what moves, as ``curves`` has them; ``is_known`` says which are worked out for the draw.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.equations.bargaining import GRID_STEPS
from sim.equations.compiled import equation, routine
from sim.equations.contract_curve import contract_curve, value_of
from sim.equations.shapley import shapley_weights
from sim.model.packages import choose_tables, gain_on, tabulate
from sim.model.switches import ALL_OFF, AUDIENCE, IN_TERMS, NONE_OFF, TRUST, is_blocked, part_of_need, terms_with
from sim.outcome_columns import FRICTIONS, MOST_SHORTFALL, TAGS

EVERY = 5
COARSE_STEPS = GRID_STEPS // EVERY
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
def explain(
    trial: Any, war: Any, assurances: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any, limits: Any,
    best_lines: Any, scopes: Any, curves: Any, regimes: Any, outcome: Any, shares: Any, gains_off: Any, is_known: Any,
) -> None:  # fmt: skip
    """Fill in the reason, shares, shortfall and what bound, for a trial without a durable ceasefire."""
    if outcome.durable_week >= 0:
        return
    if outcome.victory > 0:
        outcome.tag = VICTORY
    elif outcome.halt_week >= 0:
        outcome.tag = COLLAPSED
    elif trial.was_signed:
        outcome.tag = RATIFICATION
    elif outcome.n_range_rounds > 0:
        outcome.tag = PROCESS
    elif outcome.n_rounds == 0:
        outcome.tag = NOT_CONVENED
    else:
        _attribute(
            trial, war, assurances, sides, third_parties, tracks, issues, limits, best_lines, scopes, curves, regimes,
            outcome, shares, gains_off, is_known,
        )  # fmt: skip


@routine
def _attribute(
    trial: Any, war: Any, assurances: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any, limits: Any,
    best_lines: Any, scopes: Any, curves: Any, regimes: Any, outcome: Any, shares: Any, gains_off: Any, is_known: Any,
) -> None:  # fmt: skip
    """A trial that talked and never had a range: which friction closed it, on the track that came closest."""
    closest, least = -1, -np.inf
    for number in range(len(tracks)):
        if tracks[number].takes_force and tracks[number].best_week >= 0:
            trial.regime = tracks[number].best_regime
            choose_tables(trial, assurances, sides, third_parties, tracks, issues, limits, scopes, curves, regimes)
            surplus = best_surplus(
                NONE_OFF, number, COARSE_STEPS, trial, war, sides, third_parties, tracks, issues, limits, best_lines,
                scopes, regimes, gains_off, is_known,
            )  # fmt: skip
            if closest < 0 or surplus > least:
                closest, least = number, surplus
    outcome.best_track = closest
    outcome.shortfall = min(max(-least, 0.0), MOST_SHORTFALL)
    if closest < 0:  # no general track was ever on the table in a round of talks
        outcome.tag = SCOPE
        return
    outcome.best_week = tracks[closest].best_week
    _share_out(
        closest, trial, war, sides, third_parties, tracks, issues, limits, best_lines, scopes, regimes, outcome, shares,
        gains_off, is_known,
    )  # fmt: skip
    _find_binding(tracks[closest], closest, third_parties, tracks, issues, limits, scopes, regimes, trial, outcome)


@routine
def _share_out(
    number: int, trial: Any, war: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any, limits: Any,
    best_lines: Any, scopes: Any, regimes: Any, outcome: Any, shares: Any, gains_off: Any, is_known: Any,
) -> None:  # fmt: skip
    """Shapley shares and the reason they imply; where no package is possible, surplus is floored to stay finite."""
    worth = np.empty(N_SETS)
    for off in range(N_SETS):
        worth[off] = best_surplus(
            off, number, COARSE_STEPS, trial, war, sides, third_parties, tracks, issues, limits, best_lines, scopes,
            regimes, gains_off, is_known,
        )  # fmt: skip
    if worth[ALL_OFF] < 0.0 and _is_hopeless(
        number, trial, war, sides, third_parties, tracks, issues, limits, best_lines, scopes, regimes, gains_off, is_known
    ):
        opens = _opens_at_full_scope(tracks[number], sides, third_parties, issues, limits, regimes, trial)
        outcome.tag = SCOPE if opens else FIGHTING_PAYS
        return
    total = 0.0
    for friction in range(len(FRICTIONS)):
        share = 0.0
        for off in range(N_SETS):
            share += WEIGHTS[friction, off] * max(worth[off], -MOST_SHORTFALL)
        shares[friction].share = share
        total += share
    largest = 0
    for friction in range(len(FRICTIONS)):
        shares[friction].share = shares[friction].share / total if total > TINY else 0.0
        if shares[friction].share > shares[largest].share:
            largest = friction
    outcome.tag = REASON_OF_FRICTION[largest] if shares[largest].share > 0.5 else COMBINED


@routine
def _is_hopeless(
    number: int, trial: Any, war: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any, limits: Any,
    best_lines: Any, scopes: Any, regimes: Any, gains_off: Any, is_known: Any,
) -> bool:  # fmt: skip
    """Whether nothing can be signed with every friction off, looking at all 101 mixes."""
    # One set of one regime, on the fine grid: worked out anew, as it is seldom asked for.
    fine = np.zeros((1, 1, gains_off.shape[2], GRID_STEPS + 1))
    unknown = np.zeros((1, 1), np.int64)
    surplus = _surplus_in(
        fine, unknown, 0, 0, ALL_OFF, number, GRID_STEPS, trial, war, sides, third_parties, tracks, issues, limits,
        best_lines, scopes, regimes,
    )  # fmt: skip
    return surplus < 0.0


@routine
def best_surplus(
    off: int, number: int, steps: int, trial: Any, war: Any, sides: Any, third_parties: Any, tracks: Any, issues: Any,
    limits: Any, best_lines: Any, scopes: Any, regimes: Any, gains_off: Any, is_known: Any,
) -> float:  # fmt: skip
    """Return the best max-min surplus on a track in its best round, with a set of frictions off. [util]"""
    return _surplus_in(
        gains_off, is_known, tracks[number].best_regime, off & IN_TERMS, off, number, steps, trial, war, sides,
        third_parties, tracks, issues, limits, best_lines, scopes, regimes,
    )  # fmt: skip


@routine
def _surplus_in(
    gains: Any, is_known: Any, regime: int, place: int, off: int, number: int, steps: int, trial: Any, war: Any,
    sides: Any, third_parties: Any, tracks: Any, issues: Any, limits: Any, best_lines: Any, scopes: Any, regimes: Any,
) -> float:  # fmt: skip
    """max over mixes of the smaller of the two surpluses, times phi; minus infinity where no package is possible.

    Along the curve side A's surplus rises and side B's falls, so the best is where they cross, or at an end.
    """
    track, first_line = tracks[number], number * len(issues)
    trusts = regimes[(trial.version << trial.regime_bits) + track.best_regime]
    if not is_known[regime, place]:
        tabulate(
            gains[regime, place], off & IN_TERMS, track.best_regime, trusts.trust_a, trusts.trust_b, third_parties,
            tracks, issues, limits, scopes,
        )  # fmt: skip
        is_known[regime, place] = 1
    table = gains[regime, place]
    lines = best_lines[first_line : first_line + len(issues)]
    need_a = track.best_need_a - part_of_need(off, track, sides[0], war, issues, lines)
    need_b = track.best_need_b - part_of_need(off, track, sides[1], war, issues, lines)
    trust_a, trust_b = (1.0, 1.0) if off & TRUST else (trusts.trust_a, trusts.trust_b)
    # The first mix at which A does better.
    low, high = 0, steps + 1
    while low < high:
        middle = (low + high) // 2
        of_a = _gain(number, 0, middle, track, tracks, issues, scopes, table, lines, trust_a, off)
        of_b = _gain(number, 1, middle, track, tracks, issues, scopes, table, lines, trust_b, off)
        if of_a - of_b < need_a - need_b:
            low = middle + 1
        else:
            high = middle
    before, after = max(low - 1, 0), min(low, steps)
    a_low = _gain(number, 0, before, track, tracks, issues, scopes, table, lines, trust_a, off) - need_a
    b_low = _gain(number, 1, before, track, tracks, issues, scopes, table, lines, trust_b, off) - need_b
    if before == after or low == 0 or low > steps:
        return track.benefit_share * min(a_low, b_low)
    a_high = _gain(number, 0, after, track, tracks, issues, scopes, table, lines, trust_a, off) - need_a
    b_high = _gain(number, 1, after, track, tracks, issues, scopes, table, lines, trust_b, off) - need_b
    behind, ahead = b_low - a_low, a_high - b_high
    return track.benefit_share * (a_low + (a_high - a_low) * (behind / (behind + ahead)))


@equation
def _gain(
    number: int, side: int, step: int, track: Any, tracks: Any, issues: Any, scopes: Any, table: Any, lines: Any,
    trust: float, off: int,
) -> float:  # fmt: skip
    """A side's gain at a mix with frictions off, issues that move where they stood in the best round."""
    gain = table[2 * number + side, step]
    if track.n_moving:
        for place in range(scopes.shape[1]):
            issue = scopes[number, place]
            if issue >= 0 and issues[issue].moves:
                row, line = 2 * len(tracks) + 2 * issue, lines[issue].status_quo
                position = min(max(line, table[row, step]), table[row + 1, step])
                gain += gain_on(issues[issue], side, position, line, trust, not off & AUDIENCE)
    return gain


@routine
def _opens_at_full_scope(
    track: Any, sides: Any, third_parties: Any, issues: Any, limits: Any, regimes: Any, trial: Any
) -> bool:
    """Whether all issues together, with frictions as they are, would have opened a range in that round."""
    trusts = regimes[(trial.version << trial.regime_bits) + track.best_regime]
    gains_a, gains_b = np.zeros(GRID_STEPS + 1), np.zeros(GRID_STEPS + 1)
    for number in range(len(issues)):
        blocked = is_blocked(number, len(issues), third_parties, limits, track.best_regime)
        terms = terms_with(NONE_OFF, issues[number], trusts.trust_a, trusts.trust_b, blocked)
        for step in range(GRID_STEPS + 1):
            gain_a, gain_b = value_of(contract_curve(step / GRID_STEPS, terms), terms)
            gains_a[step] += gain_a
            gains_b[step] += gain_b
    difference = track.best_need_a - track.best_need_b
    after = GRID_STEPS + 1
    for step in range(GRID_STEPS + 1):
        if not gains_a[step] - gains_b[step] < difference:
            after = step
            break
    low, high = max(after - 1, 0), min(after, GRID_STEPS)
    a_low, b_low = gains_a[low] - track.best_need_a, gains_b[low] - track.best_need_b
    if after == 0 or after > GRID_STEPS:
        return min(a_low, b_low) >= 0.0
    behind, ahead = b_low - a_low, gains_a[high] - track.best_need_a - (gains_b[high] - track.best_need_b)
    return a_low + (gains_a[high] - gains_a[low]) * (behind / (behind + ahead)) >= 0.0


@routine
def _find_binding(
    track: Any, number: int, third_parties: Any, tracks: Any, issues: Any, limits: Any, scopes: Any, regimes: Any,
    trial: Any, outcome: Any,
) -> None:  # fmt: skip
    """The side that was missing more at the status quo, and the issue on which it would have to give most."""
    outcome.binding_party = 0 if track.best_need_a >= track.best_need_b else 1
    trusts = regimes[(trial.version << trial.regime_bits) + track.best_regime]
    worst = -np.inf
    for issue in range(len(issues)):
        is_in_scope = False
        for place in range(scopes.shape[1]):
            is_in_scope |= scopes[number, place] == issue
        if not is_in_scope:
            continue
        blocked = is_blocked(issue, len(issues), third_parties, limits, track.best_regime)
        terms = terms_with(NONE_OFF, issues[issue], trusts.trust_a, trusts.trust_b, blocked)
        at_b, at_a = value_of(contract_curve(0.0, terms), terms), value_of(contract_curve(1.0, terms), terms)
        side = outcome.binding_party
        at_stake = abs((at_a[0] - at_b[0]) if side == 0 else (at_b[1] - at_a[1]))
        if at_stake > worst:
            worst, outcome.binding_issue = at_stake, issue
