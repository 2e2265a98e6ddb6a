"""Running coded episodes through the engine, over the prior of the structural parameters.

Every episode meets the same draws of the six parameters, so what distinguishes two of them is their coding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.evidence.calibration.episode_scenario import scenario_of
from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode
from sim.evidence.calibration.structural_parameters import FIXED, NAMES, Fixed
from sim.execution import worker_pool
from sim.statistics.estimates import TRIALS_PER_CLUSTER, TRIALS_PER_DRAW, Floats

DEFAULT_TRIALS = 32_768
MOST_TRIALS = 1_048_576
WEEKS = (4, 13, 26, 52)
"""Horizons in weeks; an event counts by its start week."""

Progress = Callable[[int, int], None]


class Work(NamedTuple):
    """One episode, as it travels to a worker."""

    episode: Episode
    trials: int
    seed: int
    fixed: Fixed


@dataclass(frozen=True)
class SimulatedEpisode:
    """What the engine said of one episode, counted over the trials of each draw.

    ``counts`` by tier, shape (draws, horizons + 1): trials by the first horizon at which it had happened, never last.
    ``failure_reasons`` (draws, reasons): trials without a durable ceasefire by their main reason. ``first`` by tier
    (draws,): the class
    of each draw's first trial, which serves as a synthetic outcome.
    """

    counts: Mapping[str, NDArray[np.uint8]]
    failure_reasons: NDArray[np.uint8]
    first: Mapping[str, NDArray[np.int8]]


def check_trials(trials: int) -> None:
    least = TRIALS_PER_CLUSTER * 64
    if not least <= trials <= MOST_TRIALS or trials % TRIALS_PER_CLUSTER:
        wanted = f"a multiple of {TRIALS_PER_CLUSTER} from {least:,} to {MOST_TRIALS:,}"
        raise ParleyError(f"trials: {trials} came, {wanted} is wanted")


def simulate_all(
    episodes: Sequence[Episode],
    *,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    fixed: Fixed = FIXED,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[SimulatedEpisode]:
    """What the engine says of each episode, in order; the same whatever the number of workers."""
    check_trials(trials)
    workers = worker_pool.default_workers() if workers is None else workers
    wanted = [Work(episode, trials, seed, fixed) for episode in episodes]
    results: Iterator[tuple[Work, SimulatedEpisode]] = worker_pool.in_order(
        simulate_episode, wanted, workers, worker_pool.choose(workers, len(wanted))
    )
    found = []
    for _, one in results:
        found.append(one)
        if progress:
            progress(len(found), len(wanted))
    return found


def simulate_episode(work: Work) -> SimulatedEpisode:
    """One episode through the engine, with luck of its own: wars of a record are independent of each other."""
    from sim.model import simulate
    from sim.outcome_columns import TAGS

    columns = simulate(
        scenario_of(work.episode, None, fixed=work.fixed),
        work.seed,
        0,
        work.trials,
        independent_stream=work.episode.episode_id,
    )
    classes = {tier: _classes(columns[f"{tier}_week"]) for tier in TIERS}
    n_classes = len(HORIZONS) + 1
    return SimulatedEpisode(
        counts={tier: _counted(classes[tier], n_classes) for tier in TIERS},
        failure_reasons=_counted(columns["tag"], len(TAGS)),
        first={tier: classes[tier][::TRIALS_PER_DRAW] for tier in TIERS},
    )


def _classes(week: NDArray[np.integer]) -> NDArray[np.int8]:
    """First horizon by which it had happened, by number; the last class is never."""
    classes = np.searchsorted(WEEKS, week, side="right").astype(np.int8)
    classes[week < 0] = len(WEEKS)
    return classes


def _counted(values: NDArray[np.integer], n_values: int) -> NDArray[np.uint8]:
    by_draw = values.reshape(-1, TRIALS_PER_DRAW)
    return np.stack([(by_draw == value).sum(axis=1) for value in range(n_values)], axis=1).astype(np.uint8)


@lru_cache(maxsize=4)
def prior_draws(trials: int, seed: int = 1) -> Floats:
    """The draws that ``trials`` trials use, as points of the unit cube, shape (draws, parameters).

    The same uniforms as the engine's own, by their names (sim/random_streams.py).
    """
    from sim.random_streams import Streams

    streams = Streams(seed, 0, trials)
    return np.column_stack([streams.parameter(f"joint.0.factors.{name}") for name in NAMES])
