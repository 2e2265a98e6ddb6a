"""Simulated episodes: coded episodes run through the model over the prior of structural parameters and terms.

Every episode meets the same draws, so what distinguishes two of them is their coding. Where several coders coded a
row each draw takes one of them, so that what they disagree on is in the outcomes, at the cost of one coder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.evidence.calibration.episode_scenario import scenario_of
from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode
from sim.evidence.calibration.optional_terms import INPUTS
from sim.evidence.calibration.prior import RowInputs, prior_draws
from sim.execution import worker_pool
from sim.random_streams import Streams, stream_key
from sim.statistics.estimates import TRIALS_PER_CLUSTER, TRIALS_PER_DRAW, Floats

DEFAULT_TRIALS = 32_768
LEAST_TRIALS, MOST_TRIALS = 64 * TRIALS_PER_CLUSTER, 1_048_576
DRAWS_PER_CLUSTER = TRIALS_PER_CLUSTER // TRIALS_PER_DRAW
WEEKS = (4, 13, 26, 52)
"""Horizons in weeks; an event counts by its start week."""

Progress = Callable[[int, int], None]


class Work(NamedTuple):
    """One episode, as it travels to a worker."""

    episode: Episode
    trials: int
    seed: int


@dataclass(frozen=True)
class SimulatedEpisode:
    """Outcomes of one episode in the model, counted over the trials of each draw.

    ``counts`` by tier, shape (draws, horizons + 1): trials by the first horizon at which it had happened, never last.
    ``failure_reasons`` (draws, reasons): trials without a durable ceasefire by their main reason. ``first`` by tier
    (draws,): the class of each draw's first trial, which serves as a synthetic outcome.
    """

    counts: Mapping[str, NDArray[np.uint8]]
    failure_reasons: NDArray[np.uint8]
    first: Mapping[str, NDArray[np.int8]]


def check_trials(trials: int) -> None:
    """Raise ParleyError for a number of trials that is no multiple of a cluster or out of range."""
    if not LEAST_TRIALS <= trials <= MOST_TRIALS or trials % TRIALS_PER_CLUSTER:
        wanted = f"a multiple of {TRIALS_PER_CLUSTER} from {LEAST_TRIALS:,} to {MOST_TRIALS:,}"
        raise ParleyError(f"trials: expected {wanted}, got {trials}")


def simulate_all(
    episodes: Sequence[Episode],
    *,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[SimulatedEpisode]:
    """Simulate each episode, in order; the same whatever the number of workers."""
    check_trials(trials)
    workers = worker_pool.default_workers() if workers is None else workers
    wanted = [Work(episode, trials, seed) for episode in episodes]
    results: Iterator[tuple[Work, SimulatedEpisode]] = worker_pool.in_order(
        simulate_episode, wanted, workers, worker_pool.choose(workers, len(wanted), releases_gil=True)
    )
    found = []
    for _, one in results:
        found.append(one)
        if progress:
            progress(len(found), len(wanted))
    return found


def simulate_episode(work: Work) -> SimulatedEpisode:
    """Simulate one episode over the draws of the prior."""
    return simulate_at(work.episode, prior_draws(work.trials, work.seed), work.seed)


def simulate_at(episode: Episode, points: Floats, seed: int) -> SimulatedEpisode:
    """Simulate one episode at points of the prior, shape (draws, coordinates), sixteen trials at each.

    The stream of random numbers is the episode's own, and each coder's: wars of a record are independent.
    """
    parts = codings(episode, len(points))
    if len(parts) == 1:
        return _simulate(parts[0], points, seed)
    simulated = [_simulate(one, points[one.draws], seed) for one in parts]
    back = np.argsort(np.concatenate([np.flatnonzero(one.draws) for one in parts]), kind="stable")
    return SimulatedEpisode(
        counts={tier: np.concatenate([one.counts[tier] for one in simulated])[back] for tier in TIERS},
        failure_reasons=np.concatenate([one.failure_reasons for one in simulated])[back],
        first={tier: np.concatenate([one.first[tier] for one in simulated])[back] for tier in TIERS},
    )


class CodedDraws(NamedTuple):
    """A coding of a row: by how large a ``share`` of its coders, and which ``draws`` (a mask) take it."""

    episode: Episode
    stream: str
    share: float
    draws: NDArray[np.bool_]


def codings(episode: Episode, n_draws: int) -> list[CodedDraws]:
    """Return the codings of a row with the draws that take each; coders who agree on every scale are one coding.

    A draw and its antithetic partner take one coder, and coders take turns, beginning with another in each row: one
    who codes everything high does not coincide with the same draws throughout the record.
    """
    coded = episode.by_coder
    names, rows = list(coded), list(coded.values())
    turn = stream_key("coder", episode.episode_id) % len(rows)
    whose = (np.arange(n_draws) // DRAWS_PER_CLUSTER + turn) % len(rows)
    first = np.array([rows.index(row) for row in rows])
    return [
        CodedDraws(
            rows[number],
            f"{episode.episode_id}\0{names[number]}" if names[number] else episode.episode_id,
            float(np.mean(first == number)),
            first[whose] == number,
        )
        for number in np.unique(first)
    ]


def _simulate(coding: CodedDraws, points: Floats, seed: int) -> SimulatedEpisode:
    """Simulate one coding at points of the prior."""
    from sim.model.compiled import simulate_streams
    from sim.outcome_columns import TAGS

    trials = len(points) * TRIALS_PER_DRAW
    places = dict(zip(INPUTS, RowInputs.of(coding.episode).places(points).T, strict=True))
    streams = GivenDraws(seed, trials, coding.stream, {f"joint.0.factors.{k}": v for k, v in places.items()})
    columns = simulate_streams(scenario_of(coding.episode), streams)
    classes = {tier: _classes(columns[f"{tier}_week"]) for tier in TIERS}
    return SimulatedEpisode(
        counts={tier: _counted(classes[tier], len(HORIZONS) + 1) for tier in TIERS},
        failure_reasons=_counted(columns["tag"], len(TAGS)),
        first={tier: classes[tier][::TRIALS_PER_DRAW] for tier in TIERS},
    )


class GivenDraws(Streams):
    """Draw parameters from given uniforms, and everything else from the streams of one episode."""

    def __init__(self, seed: int, trials: int, episode: str, given: Mapping[str, Floats]) -> None:
        super().__init__(seed, 0, trials, independent_stream=episode)
        self._given = given

    def parameter(self, path: str) -> Floats:
        """Return the given uniforms of a parameter, shape (draws,)."""
        return self._given[path]


def _classes(week: NDArray[np.integer]) -> NDArray[np.int8]:
    """Return the number of the first horizon by which it had happened; the last class is never."""
    return np.where(week < 0, len(WEEKS), np.searchsorted(WEEKS, week, side="right")).astype(np.int8)


def _counted(values: NDArray[np.integer], n_values: int) -> NDArray[np.uint8]:
    """Count each of ``n_values`` values by draw, shape (draws, values)."""
    by_draw = values.reshape(-1, TRIALS_PER_DRAW)
    return np.stack([(by_draw == value).sum(axis=1) for value in range(n_values)], axis=1).astype(np.uint8)
