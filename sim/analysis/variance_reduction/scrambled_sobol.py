"""Parameter draws from scrambled Sobol points: evener than luck, with an error bar that is honest.

Sixteen Sobol point sets are scrambled independently, each by a named stream of its own. One point is one draw of all
uncertain parameters, and each point has four trials whose luck stays Monte Carlo. Every point of a scrambled set is
uniform by itself, so each of the sixteen means is unbiased; being independent, their spread gives the interval
(Student's t, 15 degrees of freedom). Nothing is read off a single point set, which cannot tell its own error. No Latin
hypercube is used: shared out among workers it is no longer even, and a shard's spread says nothing about the whole.

The scrambling is a random linear one and a digital shift (Matousek 1998, Journal of Complexity 14, 527-556), a part of
Owen's (1995): each point is as uniform, the variance is of the same kind, and it costs a few operations a digit.

The seam is the engine's own: ``NegotiationModel(streams=...)`` takes a block whose ``parameter`` answers with the
points. The luck of the first day (unseen cost of war, strain and momentum at the start) was tried in the same points
and rows of the calibration were tried sorted by strain: neither gained anything that could be seen, so both are left
out (docs/decisions/0012-fewer-trials.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.analysis.sensitivity.uncertain_inputs import inputs_whole
from sim.analysis.variance_reduction.engine_pass import (
    ROWS,
    Cell,
    Clock,
    HitsByCell,
    Progress,
    hits_of,
    joined,
    passed,
)
from sim.random_streams import Streams, philox_words, stream_key, to_uniform
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats

N_SCRAMBLES = 16
TRIALS_PER_POINT = 4
"""Two antithetic pairs: making a draw and simulating its trials then cost about the same."""
DIGITS = 52
"""Binary digits of a scrambled point."""


class PointStreams(Streams):
    """A block in which each point takes the place of a parameter draw, with luck of its own.

    ``shares`` by the name under which the engine asks for a parameter, each shape (points,).
    """

    def __init__(
        self, seed: int, first_point: int, n_points: int, shares: Mapping[str, Floats], mirrored: bool, luck: str
    ) -> None:
        super().__init__(seed, first_point * TRIALS_PER_POINT, n_points * TRIALS_PER_POINT, mirrored, luck)
        self._first_point, self._n_points, self._shares = first_point, n_points, shares

    def parameter(self, path: str) -> Floats:
        return self._shares[path]

    @property
    def draws(self) -> NDArray[np.int64]:
        return np.arange(self._first_point, self._first_point + self._n_points)

    @property
    def row_of_trial(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(self._n_points), TRIALS_PER_POINT)


def scrambled(n_columns: int, n_points: int, scramble: int, seed: int) -> Floats:
    """One scrambled Sobol point set, shape (points, columns), strictly between 0 and 1; ``n_points`` a power of two.

    Of the first 2^k points of the sequence only k binary digits are not 0. Each is sent to itself plus random later
    digits (modulo 2), by column, and a random number is added digit by digit.
    """
    from scipy.stats import qmc

    k = int(n_points).bit_length() - 1
    plain = qmc.Sobol(n_columns, scramble=False).random_base2(k)
    digits = np.rint(plain * n_points).astype(np.uint64)
    words = philox_words(seed, stream_key("sobol scramble", str(scramble)), 0, 0, 0, (k + 1) * n_columns)
    luck = (words >> np.uint64(64 - DIGITS)).reshape(k + 1, n_columns)
    found = np.broadcast_to(luck[k], digits.shape).copy()
    for place in range(k):
        leading = np.uint64(1 << (DIGITS - 1 - place))
        image = (luck[place] & (leading - np.uint64(1))) | leading
        is_set = (digits >> np.uint64(k - 1 - place)) & np.uint64(1)
        found ^= is_set * image
    return np.asarray((found + 0.5) * 2.0**-DIGITS)


def scattered(n_columns: int, n_points: int, batch: int, seed: int) -> Floats:
    """The same of independent uniforms, for telling what more draws do from what their evenness does."""
    stream = stream_key("scattered points", str(batch))
    words = philox_words(seed, stream, 0, 0, 0, n_points * n_columns)
    return np.asarray(to_uniform(words).reshape(n_points, n_columns))


def points_for(trials: int) -> int:
    """Points in each of the sixteen sets: the power of two that comes to ``trials`` in all, or the next below."""
    return 1 << (max(1, trials // (N_SCRAMBLES * TRIALS_PER_POINT)).bit_length() - 1)


def point_run(
    scenario: Scenario,
    trials: int,
    seed: int,
    weeks: int,
    clock: Clock,
    progress: Progress | None = None,
    is_even: bool = True,
) -> tuple[dict[Cell, Floats], int]:
    """Shares of trials with the event by cell, one for each of the sixteen sets, and the number of trials run.

    Without ``is_even`` points are independent. A scenario without uncertain numbers has no points and gains nothing.
    """
    names = [one.stream for one in reversed(inputs_whole(scenario))]  # files of joint draws first: they move most
    make, luck = (scrambled, "sobol") if is_even else (scattered, "scattered")
    if is_even:
        import scipy.stats.qmc  # noqa: F401  # before the clock: loading it takes longer than a small run

    n_points = points_for(trials)
    total = N_SCRAMBLES * n_points * TRIALS_PER_POINT
    size = max(1, ROWS // TRIALS_PER_POINT)
    together = max(1, size // n_points)
    parts: list[HitsByCell] = []
    done = 0
    for number in range(0, N_SCRAMBLES, together):
        with clock.runs():
            several = range(number, min(N_SCRAMBLES, number + together))
            points = np.concatenate([make(max(1, len(names)), n_points, one, seed) for one in several])
        for part in (points[first : first + size] for first in range(0, len(points), size)):
            with clock.runs():
                shares = {name: part[:, column] for column, name in enumerate(names)}
                streams = PointStreams(seed, done, len(part), shares, scenario.mirrored, luck)
                parts.append(hits_of(passed(scenario, streams, weeks), scenario))
            done += len(part)
            if progress:
                progress(done * TRIALS_PER_POINT, total)
    shares_of_sets = {cell: hits.reshape(N_SCRAMBLES, -1).mean(axis=1) for cell, hits in joined(parts).items()}
    return shares_of_sets, total
