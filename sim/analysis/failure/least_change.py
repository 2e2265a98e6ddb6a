"""The smallest change that would have opened a range, in trials that talked and never had one.

The stored shortfall is what *both* sides lacked at once. What one side alone lacked is not stored: the trials are run
again, to the last bit, and asked in the round in which the sides were closest, on the track that was closest, at every
fifth weight of the contract curve, as attribution (``sim.columns.attribution``) is. Answers are enough, and seldom
much more than enough: a finer curve or another round might do with a little less.

A change is measured as the cost of another year of war, in utils: what would be added to a side's cost of war. A range
is not yet a signature, which takes levels, mandates, offers and time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns.attribution import Surplus
from sim.columns.outcomes import BestWeek
from sim.columns.switches import NONE_OFF, Off, part_of_need
from sim.outcome_columns import FRICTIONS, Columns
from sim.statistics.estimates import Floats, Hits

if TYPE_CHECKING:
    from sim.columns import NegotiationModel
    from sim.results.run import Run

MOST_TRIALS = 4096
"""Trials that are run again: enough for shares within two points, in a few seconds."""
TOO_MUCH = 100.0
"""Utils that no war costs: what does not open a range by then never does."""
HALVINGS = 50
CHECKED = ("stage", "tag", "best_week", "best_track", "shortfall")
"""Stored columns that must come out the same again."""


@dataclass(frozen=True)
class Nearness:
    """Per trial without a range, what would have opened one: arrays of equal length, in the order of the trials.

    ``both``: utils on each side at once, shape (trials,). ``alone``: on side A, or on B, alone, shape (trials, 2);
    infinite where the other side gets too little wherever they meet. ``fear``, ``optimism``: what each side's own adds
    to what it needs, in the same utils. ``without``: by friction, whether a range opens once it is gone on both sides.
    """

    n_run: int
    trial: NDArray[np.int64]
    both: Floats
    alone: Floats
    fear: Floats
    optimism: Floats
    without: Mapping[str, Hits]


def nearness(run: Run, most: int = MOST_TRIALS) -> Nearness | None:
    """Run the first ``most`` trials again and ask; None where they do not come out the same.

    They do not with parties of one's own making, which a run does not keep, or in a run of another version.
    """
    from sim.columns import NegotiationModel  # with Mesa, only when it is wanted

    n = min(most, run.n_trials)
    if n == 0:
        return None
    stored = run.part(0, n, "trial", *CHECKED)
    with NegotiationModel(run.scenario, run.seed, int(stored["trial"][0]), n) as model:
        again = model.run()
        is_same = all(np.array_equal(again[name], stored[name]) for name in CHECKED)
        return _ask(model, again) if is_same else None


def _ask(model: NegotiationModel, columns: Columns) -> Nearness:
    trial = np.flatnonzero(columns["best_track"] >= 0)
    k = len(trial)
    both, alone, fear, optimism = np.zeros(k), np.zeros((k, 2)), np.zeros((k, 2)), np.zeros((k, 2))
    without = {friction: np.zeros(k, dtype=np.bool_) for friction in FRICTIONS}
    for track in model.tracks:
        places = np.flatnonzero(columns["best_track"][trial] == track.index)
        if len(places) == 0:
            continue
        week, trials = model.record.best[track.name], trial[places]
        both[places] = least(week, trials, (True, True))
        for number in (0, 1):
            alone[places, number] = least(week, trials, (number == 0, number == 1))
            fear[places, number] = part_of_need("commitment", week, number, trials)
            optimism[places, number] = part_of_need("information", week, number, trials)
        for friction, is_open in _without_each(week, trials).items():
            without[friction][places] = is_open
    return Nearness(model.n_trials, trial, both, alone, fear, optimism, without)


def _without_each(week: BestWeek, trials: NDArray[np.int64]) -> dict[str, Hits]:
    """Return whether a range opens with one friction switched off on both sides, the others as they are."""
    surplus = Surplus(week, trials)
    return {name: np.asarray(surplus.best(frozenset({name})) >= 0) for name in FRICTIONS}


def least(week: BestWeek, trials: NDArray[np.int64], moves: tuple[bool, bool]) -> Floats:
    """Return the least extra cost of a year of war, to the sides in ``moves``, at which a range opens, shape (trials,).

    By bisection on the best max-min surplus, which rises with that cost; infinite where ``TOO_MUCH`` opens none.
    """
    surplus = Costlier(week, trials, moves)
    never = ~surplus.opens_at(np.full(len(trials), TOO_MUCH))
    low, high = np.zeros(len(trials)), np.full(len(trials), TOO_MUCH)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_enough = surplus.opens_at(middle)
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    return np.where(never, np.inf, high)


class Costlier(Surplus):
    """The week in which the sides were closest, had another year of war cost some of them more."""

    def __init__(self, week: BestWeek, trials: NDArray[np.int64], moves: tuple[bool, bool]) -> None:
        super().__init__(week, trials)
        self.moves = moves
        self.more: Floats = np.zeros(len(trials))

    def needed(self, number: int, off: Off) -> Floats:
        """Return what side ``number`` needs, less the extra cost of war."""
        need: Floats = super().needed(number, off)
        return need - self.more if self.moves[number] else need

    def opens_at(self, more: Floats) -> Hits:
        """Return whether a range opens at so much more, shape (trials,), with every friction as it is."""
        self.more = more
        return np.asarray(self.best(NONE_OFF) >= 0)


def quantiles(values: Floats, levels: Mapping[str, float]) -> dict[str, float | None]:
    """Return quantiles of values that may be infinite, each that of some trial; None where infinite or without any."""
    if len(values) == 0:
        return dict.fromkeys(levels)
    picked = np.quantile(values, list(levels.values()), method="inverted_cdf")
    return {name: float(value) if np.isfinite(value) else None for name, value in zip(levels, picked, strict=True)}
