"""Why a trial failed (model section 10): one tag per trial, and Shapley shares where frictions combine.

Attribution rests on the model's priors; outcomes alone cannot tell these reasons apart. Shares are
taken at the round in which the two sides' needs were least, on the track that came closest, on every
fifth mix of the contract curve and where the two surpluses cross between them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns.outcomes import BestWeek
from sim.columns.packages import IssueTables
from sim.columns.switches import ALL_OFF, IN_TERMS, NONE_OFF, Off, part_of_need
from sim.outcome_columns import FRICTIONS, MOST_SHORTFALL, TAGS
from sim.theory.bargaining import GRID
from sim.theory.contract_curve import contract_curve, value_of
from sim.theory.shapley import shapley
from sim.theory.utility import Array, Column

if TYPE_CHECKING:
    from sim.columns.week import NegotiationModel

EVERY = 5
COARSE = GRID[::EVERY]
"""Mixes on which attribution looks for the best package; on all of them before it says that there is none."""
AT_ONCE = 8_192
"""Trials explained together: their gains with every set of frictions off are the most memory that a block needs."""
TINY = 1e-9
"""Totals below this are not split into shares."""

Trials = NDArray[np.int64]


def explain(model: NegotiationModel) -> None:
    """Fill in tags, shares, shortfall and what bound, for every trial without a durable halt."""
    columns = model.record.columns
    failed = columns["durable_week"] < 0
    tags = np.full(model.n_trials, -1, dtype=np.int8)

    def tag(mask: Array, name: str) -> None:
        tags[failed & (tags < 0) & mask] = TAGS.index(name)

    tag(columns["victory"] > 0, "victory")
    tag(columns["halt_week"] >= 0, "collapsed")
    tag(model.record.was_signed, "ratification")
    tag(columns["n_range_rounds"] > 0, "process")
    tag(columns["n_rounds"] == 0, "not_convened")
    columns["tag"] = tags
    without_range = np.flatnonzero(failed & (tags < 0))
    for first in range(0, len(without_range), AT_ONCE):
        _attribute(model, without_range[first : first + AT_ONCE])


def _attribute(model: NegotiationModel, trials: Trials) -> None:
    """Trials that talked and never had a range: which friction closed it."""
    closest, best = _closest_track(model, trials)
    model.record.columns["best_track"][trials] = closest
    model.record.columns["shortfall"][trials] = np.clip(-best, 0.0, MOST_SHORTFALL)
    for track in model.tracks:
        places = np.flatnonzero(closest == track.index)
        if len(places):
            chosen = trials[places]
            week = model.record.best[track.name]
            model.record.columns["best_week"][chosen] = week.week[chosen]
            _share_out(model, week, chosen)
            _binding(model, week, chosen)
    # No general track was ever on the table in a round of talks.
    nothing = trials[closest < 0]
    model.record.columns["tag"][nothing] = TAGS.index("scope")


def _closest_track(model: NegotiationModel, trials: Trials) -> tuple[NDArray[np.int8], Array]:
    """Track with the largest best max-min surplus, and that surplus."""
    best = np.full(len(trials), -np.inf)
    closest = np.full(len(trials), -1, dtype=np.int8)
    for track in model.tracks:
        if track.name not in model.record.best:
            continue
        week = model.record.best[track.name]
        places = np.flatnonzero(week.week[trials] >= 0)
        found = Surplus(week, trials[places]).best(NONE_OFF)
        better = (found > best[places]) | (closest[places] < 0)
        best[places] = np.where(better, found, best[places])
        closest[places] = np.where(better, track.index, closest[places])
    return closest, best


class Surplus:
    """Best max-min surplus of some trials in their best week, with any set of frictions off."""

    def __init__(self, week: BestWeek, trials: Trials, grid: Array = COARSE) -> None:
        self.week, self.trials, self.track, self.grid = week, trials, week.track, grid
        self.rows, self.place = np.unique(week.rows[trials], return_inverse=True)
        self._tables: dict[Off, Gains] = {}
        self._known: IssueTables = {}
        self._parts: dict[tuple[str, int], Column] = {}

    def best(self, off: Off) -> Array:
        """Max over mixes of min(S_A, S_B), shape (trials,); -inf where no package is possible."""
        gains = self._gains(off & IN_TERMS)
        needed_a, needed_b = (self.needed(side, off) for side in (0, 1))
        return np.asarray(self.track.benefit_share * gains.best_of_the_worse(needed_a, needed_b))

    def needed(self, number: int, off: Off) -> Array:
        """A side's need in its best week less what the frictions that are off added to it."""
        needed = self.week.needed[number][self.trials]
        for friction in FRICTIONS:
            if friction in off:
                needed = needed - self._part(friction, number)
        return needed

    def _part(self, friction: str, number: int) -> Column:
        key = (friction, number)
        if key not in self._parts:
            self._parts[key] = part_of_need(friction, self.week, number, self.trials)
        return self._parts[key]

    def _gains(self, off: Off) -> Gains:
        if off not in self._tables:
            is_tabled = off == NONE_OFF and self.grid is COARSE
            found = self._as_simulated() if is_tabled else self._without(off)
            self._tables[off] = Gains.of(*found)
        return self._tables[off]

    def _as_simulated(self) -> tuple[Array, Array]:
        """Gains with every friction on, which the weeks looked up, shape (trials, mixes)."""
        lines = [self.week.status_quo[moving.issue][self.trials] for moving in self.track.moving]
        return self.track.values_on_grid(self.week.rows[self.trials], lines, EVERY)

    def _without(self, off: Off) -> tuple[Array, Array]:
        """Gains with some frictions off, issues that move with the front at that week's line."""
        fixed_a, fixed_b, moving, _ = self.track.tabulate(self.rows, self.grid, self._known, off)
        gain_a, gain_b = fixed_a[self.place], fixed_b[self.place]
        for issue in moving:
            more_a, more_b = issue.values(self.week.status_quo[issue.issue][self.trials], self.place)
            gain_a, gain_b = gain_a + more_a, gain_b + more_b
        return gain_a, gain_b


class Gains(NamedTuple):
    """Gains of both sides along the contract curve, shape (trials, mixes), linear between mixes."""

    of_a: Array
    of_b: Array
    lead: Array
    """A's gain less B's, which rises with the mix."""

    @classmethod
    def of(cls, of_a: Array, of_b: Array) -> Gains:
        with np.errstate(invalid="ignore"):  # nothing is possible: minus infinity for both
            return cls(of_a, of_b, of_a - of_b)

    def best_of_the_worse(self, needed_a: Array, needed_b: Array) -> Array:
        """Max over mixes of the smaller of the two surpluses, gain less need, shape (trials,).

        Along the curve side A's surplus rises and side B's falls, so the best is where they cross, or at an end.
        """
        n_trials, n_mixes = self.lead.shape
        falls_short = self.lead < (needed_a - needed_b)[:, None]
        # The first mix at which A does better; the least truth value is the first False.
        after = np.where(falls_short[:, -1], n_mixes, falls_short.argmin(axis=1))
        first = np.arange(n_trials) * n_mixes
        low, high = first + np.maximum(after - 1, 0), first + np.minimum(after, n_mixes - 1)
        a_low, a_high = (self.of_a.take(place) - needed_a for place in (low, high))
        b_low, b_high = (self.of_b.take(place) - needed_b for place in (low, high))
        with np.errstate(invalid="ignore", divide="ignore"):
            behind, ahead = b_low - a_low, a_high - b_high
            crossing = a_low + (a_high - a_low) * (behind / (behind + ahead))
        is_inside = (after > 0) & (after < n_mixes)
        return np.where(is_inside, crossing, np.minimum(a_low, b_low))


def _share_out(model: NegotiationModel, week: BestWeek, trials: Trials) -> None:
    """Shapley shares and the tag they imply."""
    columns = model.record.columns
    surplus = Surplus(week, trials)
    hopeless = _has_no_package(surplus)
    shares = _shares(surplus.best)
    total = shares.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        fractions = np.where(total > TINY, shares / total, 0.0)
    largest = np.argmax(fractions, axis=0)
    names = np.array([TAGS.index(friction) for friction in FRICTIONS])
    tags = np.where(fractions.max(axis=0) > 0.5, names[largest], TAGS.index("combined"))
    if hopeless.any():
        tags[hopeless] = np.where(
            _opens_at_full_scope(model, week, trials[hopeless]), TAGS.index("scope"), TAGS.index("fighting_pays")
        )
    columns["tag"][trials] = tags
    for friction, share in zip(FRICTIONS, np.where(hopeless, 0.0, fractions), strict=True):
        columns[f"share_{friction}"][trials] = share


def _has_no_package(surplus: Surplus) -> NDArray[np.bool_]:
    """Whether nothing can be signed with every friction off; where it seems so, all mixes are looked at."""
    hopeless = surplus.best(ALL_OFF) < 0
    if hopeless.any():
        hopeless[hopeless] = Surplus(surplus.week, surplus.trials[hopeless], GRID).best(ALL_OFF) < 0
    return np.asarray(hopeless)


def _shares(best: Callable[[Off], Array]) -> Array:
    """Shapley shares; where no package is possible at all, surplus is floored so that they stay finite."""

    def worth(flags: tuple[bool, ...]) -> Array:
        off = frozenset(friction for friction, is_off in zip(FRICTIONS, flags, strict=True) if is_off)
        return np.maximum(best(off), -MOST_SHORTFALL)

    return shapley(worth, len(FRICTIONS))


def _opens_at_full_scope(model: NegotiationModel, week: BestWeek, trials: Trials) -> NDArray[np.bool_]:
    """Whether all issues together, with frictions as they are, would have opened a range in that week."""
    needs = [week.needed[number][trials] for number in (0, 1)]
    total_a, total_b = np.zeros((len(trials), len(GRID))), np.zeros((len(trials), len(GRID)))
    rows, place = np.unique(week.rows[trials], return_inverse=True)
    for issue in model.inputs.scenario.issues:
        terms, _ = week.track.terms_of(issue, rows)
        gain_a, gain_b = value_of(contract_curve(GRID, terms), terms)
        total_a, total_b = total_a + gain_a[place], total_b + gain_b[place]
    return np.asarray(Gains.of(total_a, total_b).best_of_the_worse(needs[0], needs[1]) >= 0)


def _binding(model: NegotiationModel, week: BestWeek, trials: Trials) -> None:
    """The side that was missing more at the status quo, and the issue on which it would have to give most."""
    columns = model.record.columns
    party = np.where(week.needed[0][trials] >= week.needed[1][trials], 0, 1)
    columns["binding_party"][trials] = party
    rows, place = np.unique(week.rows[trials], return_inverse=True)
    worst = np.full(len(trials), -np.inf)
    for number, issue in enumerate(model.inputs.scenario.issues):
        if issue not in week.track.scope:
            continue
        terms, _ = week.track.terms_of(issue, rows)
        spans = []
        for end_b, end_a in ((0, 1), (1, 0)):
            gains = [value_of(contract_curve(float(mix), terms), terms) for mix in (end_b, end_a)]
            spans.append(np.abs(gains[1][1 - end_a] - gains[0][1 - end_a]).ravel())
        at_stake = np.where(party == 0, spans[0][place], spans[1][place])
        columns["binding_issue"][trials] = np.where(at_stake > worst, number, columns["binding_issue"][trials])
        worst = np.maximum(worst, at_stake)
