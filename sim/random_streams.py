"""Draw random numbers by name: each is a function of (seed, decision, party, trial, week).

Philox4x64-10 (Salmon et al. 2011) is a counter-based generator: its output is a hash of a key and a
counter. The key is (seed, hash of decision and party); the counter is (trial // 4, week, draw, 0) and
its four words serve four neighbouring trials. So a draw depends on nothing but what it is for: not on
blocks, workers, other parties or mechanisms that are switched off. A draw always fills the whole column
of the block, and reaches its distribution through an inverse CDF; masks come afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.theory.utility import Array

BIT_GENERATOR = "Philox4x64-10"
TRIALS_PER_DRAW = 16
"""Consecutive trials that share one draw of the uncertain parameters (the nested design)."""
TRIALS_PER_CLUSTER = 2 * TRIALS_PER_DRAW
"""A draw and its antithetic partner: the unit of independent replication."""

_TO_UNIT = 2.0**-53
AT_ONCE = 16_384
MOST_WEEKS = 13
"""Weeks of a stream are drawn together up to this many, and up to so many numbers in all."""
MOST_CACHED = 64_000_000
"""Bytes of columns that the cached streams of a block hold at most."""
_NONE = np.empty((0, 0))


@lru_cache(maxsize=4096)
def stream_key(decision: str, party: str) -> int:
    """Return the 64-bit name of a stream, the same on every machine."""
    return int.from_bytes(blake2b(f"{decision}\0{party}".encode(), digest_size=8).digest(), "little")


def philox_words(seed: int, stream: int, week: int, draw: int, first: int, count: int) -> NDArray[np.uint64]:
    """Return words ``first`` to ``first + count`` of a stream. numpy steps the counter before its first output."""
    generator = np.random.Philox(
        key=np.array([seed, stream], dtype=np.uint64),
        counter=np.array([first // 4, week, draw, 0], dtype=np.uint64),
    )
    skip = first % 4
    return generator.random_raw(skip + count)[skip:]


def to_uniform(words: NDArray[np.uint64]) -> Array:
    """Return uniforms strictly between 0 and 1, from the upper 53 bits."""
    uniform = np.add(words >> np.uint64(11), 0.5)
    uniform *= _TO_UNIT
    return uniform


class UniformGenerator:
    """Draw uniforms of any stream from one generator that is set to a counter: a new one costs more than a column."""

    def __init__(self) -> None:
        self._philox = np.random.Philox(key=0)
        self._generator = np.random.Generator(self._philox)
        self._key, self._counter = np.zeros(2, dtype=np.uint64), np.zeros(4, dtype=np.uint64)
        self._state: Any = {
            "bit_generator": "Philox",
            "state": {"counter": self._counter, "key": self._key},
            "buffer": np.zeros(4, dtype=np.uint64),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }

    def uniforms(self, seed: int, stream: int, week: int, n_weeks: int, first: int, count: int) -> Array:
        """Return ``to_uniform(philox_words(seed, stream, week, 0, first, count))`` by week, shape (weeks, count)."""
        skip = first % 4
        found = np.empty((n_weeks, skip + count))
        self._key[:] = seed, stream
        for number in range(n_weeks):
            self._counter[:2] = first // 4, week + number
            self._philox.state = self._state
            self._generator.random(out=found[number])
        # numpy's are (word >> 11) 2^-53; half a step more keeps them from 0, to the same last bit as ``to_uniform``.
        found += 0.5 * _TO_UNIT
        return found[:, skip:]


class Streams:
    """Draw the random numbers of one block of trials.

    ``independent_stream`` names random numbers that no other scenario meets: scenarios that are compared draw common
    random numbers, wars of a record do not. Draws of the parameters are the same either way.
    """

    def __init__(
        self, seed: int, first_trial: int, n_trials: int, mirrored: bool = False, independent_stream: str = ""
    ) -> None:
        self.seed = seed
        self.first_trial = first_trial
        self.n_trials = n_trials
        self.mirrored = mirrored
        self.prefix = f"{independent_stream}\0" if independent_stream else ""
        self._generator = UniformGenerator()
        self._drawn: dict[tuple[str, str, str], tuple[int, Array]] = {}

    def uniform(self, decision: str, party: str = "", week: int = 0) -> Array:
        """Return one uniform per trial, shape (trials,); the same column whenever the same decision is asked for."""
        return self._column("uniform", decision, party, week)

    def normal(self, decision: str, party: str = "", week: int = 0) -> Array:
        """Return one standard normal per trial; trials 2i and 2i + 1 are antithetic (same size, other sign)."""
        return self._column("normal", decision, party, week)

    def _column(self, kind: str, decision: str, party: str, week: int) -> Array:
        """Return a week's column; small blocks draw several weeks at once of what they ask for week after week."""
        name = (kind, decision, party)
        first, columns = self._drawn.get(name, (0, _NONE))
        if not first <= week < first + len(columns):
            is_weekly = len(columns) > 0 and week == first + len(columns)
            n_weeks = max(1, min(MOST_WEEKS, AT_ONCE // self.n_trials)) if is_weekly else 1
            draw = self._uniforms if kind == "uniform" else self._normals
            first, columns = week, draw(stream_key(self.prefix + decision, party), week, n_weeks)
            self._drawn[name] = first, columns
        return np.asarray(columns[week - first])

    def _uniforms(self, stream: int, week: int, n_weeks: int) -> Array:
        """Return uniforms, shape (weeks, trials)."""
        return self._generator.uniforms(self.seed, stream, week, n_weeks, self.first_trial, self.n_trials)

    def _normals(self, stream: int, week: int, n_weeks: int) -> Array:
        """Return normals, shape (weeks, trials), from one uniform for each pair."""
        first_pair, skip = divmod(self.first_trial, 2)
        n_pairs = (self.first_trial + self.n_trials + 1) // 2 - first_pair
        pairs = np.empty((n_weeks, n_pairs, 2))
        ndtri(self._generator.uniforms(self.seed, stream, week, n_weeks, first_pair, n_pairs), out=pairs[:, :, 0])
        np.negative(pairs[:, :, 0], out=pairs[:, :, 1])
        return pairs.reshape(n_weeks, -1)[:, skip : skip + self.n_trials]

    def between_sides(self, decision: str, party: str = "", week: int = 0) -> Array:
        """Return a uniform that chooses between side A (high) and side B (low); a mirrored scenario sees 1 - u."""
        uniforms = self.uniform(decision, party, week)
        return 1.0 - uniforms if self.mirrored else uniforms

    def favouring_b(self, decision: str, week: int = 0) -> Array:
        """Return a standard normal whose positive sign favours side B; a mirrored scenario sees the other sign."""
        normals = self.normal(decision, week=week)
        return -normals if self.mirrored else normals

    def parameter(self, path: str) -> Array:
        """Return one uniform per parameter draw of the block; draws 2j and 2j + 1 are antithetic (u and 1 - u)."""
        draws = self.draws
        first_pair, last_pair = int(draws[0]) // 2, int(draws[-1]) // 2
        words = philox_words(self.seed, stream_key("parameter", path), 0, 0, first_pair, last_pair - first_pair + 1)
        column = np.repeat(to_uniform(words), 2)[int(draws[0]) % 2 :][: len(draws)]
        return np.where(draws % 2 == 0, column, 1.0 - column)

    @property
    def draws(self) -> NDArray[np.int64]:
        """Return the numbers of the parameter draws that this block's trials use, ascending."""
        last = (self.first_trial + self.n_trials - 1) // TRIALS_PER_DRAW
        return np.arange(self.first_trial // TRIALS_PER_DRAW, last + 1)

    def trials_by_draw(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first trial that each parameter draw of the block is used for, and how many use it."""
        first = np.maximum(self.draws * TRIALS_PER_DRAW, self.first_trial)
        beyond = np.minimum((self.draws + 1) * TRIALS_PER_DRAW, self.first_trial + self.n_trials)
        return first, beyond - first

    @property
    def row_of_trial(self) -> NDArray[np.int64]:
        """Return, for each trial of the block, the position of its draw in ``draws``."""
        trials = np.arange(self.first_trial, self.first_trial + self.n_trials)
        return trials // TRIALS_PER_DRAW - self.first_trial // TRIALS_PER_DRAW


class CachedStreams(Streams):
    """Cache what was drawn, for a block that is simulated again and again with common random numbers.

    About 7 kB a trial for a year of weeks; nobody may change a column in place. Scenarios that ask for other streams
    add theirs: beyond ``MOST_CACHED`` bytes all are dropped and drawn again.
    """

    def __init__(
        self, seed: int, first_trial: int, n_trials: int, mirrored: bool = False, independent_stream: str = ""
    ) -> None:
        super().__init__(seed, first_trial, n_trials, mirrored, independent_stream)
        self._columns: dict[tuple[str, str, str, int], Array] = {}
        self._parameters: dict[str, Array] = {}

    def _column(self, kind: str, decision: str, party: str, week: int) -> Array:
        name = (kind, decision, party, week)
        if name not in self._columns:
            if len(self._columns) * self.n_trials * 8 >= MOST_CACHED:
                self._columns.clear()
            self._columns[name] = super()._column(kind, decision, party, week)
        return self._columns[name]

    def parameter(self, path: str) -> Array:
        """Return the same as `Streams.parameter`, drawn once."""
        if path not in self._parameters:
            self._parameters[path] = super().parameter(path)
        return self._parameters[path]
