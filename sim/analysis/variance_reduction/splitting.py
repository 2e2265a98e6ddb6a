"""Odds below one per cent by splitting: trials that got far are split in several, with the past they share.

*Importance function*: a ladder of how near a trial is to a halt. 0 nothing; 1 talks held; 1 + r after r rounds that
found a range; above all of these signed, and in force (also a halt that a victor imposed). It never falls.

*Fixed effort* (Garvels 2000; Rubino and Tuffin 2009, chapter 3): stage 0 runs n trials, and those that reach the first
level within the horizon are its entrants. Stage k draws n trials evenly from the entrants of the level before, plays
their past again up to the week of entry and gives them new luck afterwards; the share that reaches the next level is
p_k. The estimate is the product p_0 p_1 ... p_last, the last level being the event itself. A halt that skips levels
reaches all of them at once, since levels are thresholds of one number.

*Unbiased*: given the entrants, each p_k times any function of the next entrants has the right mean, so the product has
too (Del Moral 2004, section 7.4: the normalising constant of a particle system). That needs levels chosen beforehand:
they are chosen on a pilot with other luck and other draws. Sixteen repetitions with independent luck and draws give
the interval (Student's t).

A draw of the parameters is part of a trial's past. Splitting finds rare luck; a draw never made is never found. Where
the rare thing is the draw, it loses, and worse: where a few draws carry the estimate, repetitions that missed such a
draw agree with each other on too little, and the interval is too narrow. So it is told how many draws carry it (Kish's
effective number over the events' first ancestors), and no gain is claimed below ``FEW_DRAWS``. Starting from draws
tilted by a logistic regression, with exact weights, was tried for that case: it costs more CPU time than it saves
(docs/decisions/0012-fewer-trials.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.variance_reduction.branching_streams import (
    TRIALS_PER_START,
    BranchedStreams,
    Integers,
    Lineage,
    splitting_seed,
)
from sim.analysis.variance_reduction.engine_pass import ROWS, Cell, Clock, Progress, passed, weeks_for
from sim.model.negotiation import NegotiationModel
from sim.random_streams import Streams
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats
from sim.statistics.horizons import event_by, horizons

N_REPETITIONS = 16
PASSING = 0.4
"""A level is chosen as soon as no more than this share of the trials that reached the level before reaches it."""
FEWEST_PASSING = 12
"""Levels that fewer trials of the pilot reach are not used: nobody knows how rare they are."""
FEW_DRAWS = 100
SIGNED = 4
MOST_LEVELS = 12

Score = NDArray[np.int16]


def score(model: NegotiationModel) -> Score:
    """The ladder in every trial, as of this week: see the module's text."""
    columns = model.record.columns
    ladder = np.where(columns["stage"] >= 1, 1 + columns["n_range_rounds"], 0).astype(np.int16)
    last = model.horizon + model.inputs.scenario.follow_up_weeks + 2
    ladder[columns["stage"] >= SIGNED] = last
    ladder[(columns["halt_week"] >= 0) | (columns["imposed"] > 0)] = last + 1
    return ladder


@dataclass(frozen=True)
class Stage:
    """For each trial of a stage the week in which it reached the level (-1 never), and whether the event came."""

    entered: Integers
    came: NDArray[np.bool_]


Play = Callable[[Lineage, int | None], Stage]
"""Plays the trials of a lineage to the week in which they reach a level; without a level to the event."""


@dataclass(frozen=True)
class Split:
    """Sixteen ``estimates``; ``passing``: the share that passed each level, the event last, mean over repetitions.

    ``effective_draws``: how many draws of the parameters carry the estimate. ``trials`` in all, the pilot's included.
    """

    estimates: Floats
    passing: tuple[float, ...]
    effective_draws: float
    levels: tuple[int, ...] = ()
    trials: int = 0


def repeated(play: Play, levels: Sequence[int], weeks: int, n: int, luck: Streams) -> Split:
    """The repetitions: their estimates, the share that passed by stage, and how many draws carry them.

    ``n`` trials a stage in each repetition, all repetitions side by side. ``luck`` draws the parents.
    """
    product, passing, n_draws = np.ones(N_REPETITIONS), list[float](), 0.0
    lineage = Lineage.first(weeks, N_REPETITIONS * n)
    for number, level in enumerate([*levels, None]):
        stage = play(lineage, level)
        reached = (stage.came if level is None else stage.entered >= 0).reshape(N_REPETITIONS, n)
        is_alive = product > 0
        passing.append(float(reached[is_alive].mean()))
        if level is None:
            n_draws = carried_by(lineage, reached * product[:, None])
        product *= reached.mean(axis=1)
        if level is None or not product.any():
            break
        parents = parents_of(reached & is_alive[:, None], luck.uniform("parents", week=number)[:N_REPETITIONS])
        lineage = lineage.branched(parents, stage.entered[parents])
    return Split(product, tuple(passing), n_draws)


def carried_by(lineage: Lineage, weights: Floats) -> float:
    """Kish's effective number of the draws from which the trials with ``weights`` descend; 0 without any."""
    by_draw = np.bincount(lineage.place[0] // TRIALS_PER_START, weights=weights.ravel())
    return float(by_draw.sum() ** 2 / (by_draw @ by_draw)) if by_draw.any() else 0.0


def parents_of(reached: NDArray[np.bool_], luck: Floats) -> Integers:
    """Parents of the next stage, shape (repetitions x n,): entrants evenly, at a random offset (systematic resampling).

    Where a repetition has died out its trials go on with themselves, counting for nothing.
    """
    n = reached.shape[1]
    parents = np.arange(reached.size).reshape(reached.shape)
    for number in np.flatnonzero(reached.any(axis=1)):
        entrants = np.flatnonzero(reached[number])
        which = ((np.arange(n) + luck[number]) / n * len(entrants)).astype(np.int64)
        parents[number] = number * n + entrants[np.minimum(which, len(entrants) - 1)]
    return parents.ravel()


def chosen_levels(best: Score, came: NDArray[np.bool_]) -> list[int]:
    """Levels from a pilot: ``best`` score of each trial within the horizon, and whether the event came.

    Each is the lowest that at most ``PASSING`` of those at the level before reach; the event is no level.
    """
    levels: list[int] = []
    here = len(best)
    for level in (int(one) for one in np.unique(best[best > 0])):
        above = int(np.count_nonzero(best >= level))
        if above <= max(FEWEST_PASSING - 1, int(np.count_nonzero(came))) or len(levels) == MOST_LEVELS:
            break
        if above <= PASSING * here:
            levels.append(level)
            here = above
    return levels


def pilot(scenario: Scenario, cell: Cell, trials: int, seed: int) -> list[int]:
    """Levels for a cell, from plain trials with other luck and other draws than the estimate."""
    weeks, within = weeks_for(scenario, cell[1]), horizons(scenario)[cell[1]]
    best = np.zeros(trials, dtype=np.int16)

    def watch(model: NegotiationModel) -> None:
        if model.week <= within:
            np.maximum(best, score(model), out=best)

    streams = Streams(splitting_seed(splitting_seed(seed)), 0, trials, scenario.mirrored)
    columns = passed(scenario, streams, weeks, watch)
    return chosen_levels(best, event_by(columns, scenario, *cell))


def played(scenario: Scenario, cell: Cell, streams: Streams, level: int | None, weeks: int) -> Stage:
    """Trials of the engine for so many weeks: when each reached the level, and whether the event came."""
    entered = np.full(streams.n_trials, -1, dtype=np.int64)

    def watch(model: NegotiationModel) -> None:
        if level is not None:
            entered[(entered < 0) & (score(model) >= level)] = model.week - 1

    columns = passed(scenario, streams, weeks, watch)
    return Stage(entered, event_by(columns, scenario, *cell))


def split_run(
    scenario: Scenario, cell: Cell, trials: int, seed: int, clock: Clock, progress: Progress | None = None
) -> Split:
    """Splitting for one cell: ``trials`` in all, a quarter for the pilot, the rest shared out among the stages."""
    unit = 2 * TRIALS_PER_START
    n_pilot = min(ROWS, trials // 4 // unit * unit)
    with clock.runs():
        levels = pilot(scenario, cell, n_pilot, seed)
    n = max(unit, (trials - n_pilot) // ((len(levels) + 1) * N_REPETITIONS) // unit * unit)
    weeks, within = weeks_for(scenario, cell[1]), horizons(scenario)[cell[1]]
    own, done = splitting_seed(seed), n_pilot

    def play(lineage: Lineage, level: int | None) -> Stage:
        nonlocal done
        found = []
        size = max(1, ROWS // n) * n
        for first in range(0, lineage.n_trials, size):
            with clock.runs():
                streams = BranchedStreams(own, lineage.part(first, first + size), scenario.mirrored)
                found.append(played(scenario, cell, streams, level, within if level else weeks))
            done += streams.n_trials
            if progress:
                progress(min(done, trials), trials)
        return Stage(np.concatenate([one.entered for one in found]), np.concatenate([one.came for one in found]))

    luck = Streams(own, 0, N_REPETITIONS, own_luck="splitting")
    found = repeated(play, levels, weeks, n, luck)
    return replace(found, levels=tuple(levels), trials=done)
