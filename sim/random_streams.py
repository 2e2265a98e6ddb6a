"""Name and draw random numbers: each depends on nothing but what it is for.

A stream is named by the decision that it serves and by the party that decides. Its numbers come from Philox4x64-10, a
counter-based generator (Salmon et al. 2011): a keyed function of a counter. The key is (seed, hash of decision and
party); the counter is (trial // 4, week, draw, 0), and its four words serve four neighbouring trials. So a number does
not depend on blocks, workers, other parties or mechanisms that are switched off.

Here they are defined, in numpy, for parameters and for the tests' own telling of the model; the compiled week draws the
same ones as it needs them (``sim.model.random_numbers``).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

BIT_GENERATOR = "Philox4x64-10"
TRIALS_PER_DRAW = 16
"""Consecutive trials that share one draw of the uncertain parameters (the nested design)."""
TRIALS_PER_CLUSTER = 2 * TRIALS_PER_DRAW
"""A draw and its antithetic partner: the unit of independent replication."""

READING = "reading"
"""Stream of the uniform that picks the reading of a draw, where a scenario has several."""
GOLDEN = (5**0.5 - 1) / 2

Numbers = NDArray[np.float64]
_TO_UNIT = 2.0**-53


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


def to_uniform(words: NDArray[np.uint64]) -> Numbers:
    """Return uniforms strictly between 0 and 1, from the upper 53 bits."""
    uniform = np.add(words >> np.uint64(11), 0.5)
    uniform *= _TO_UNIT
    return uniform


class Streams:
    """Name the trials of a block and their draws of the parameters, and draw their random numbers.

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

    def uniform(self, decision: str, party: str = "", week: int = 0) -> Numbers:
        """Return one uniform per trial, shape (trials,); the same whenever the same decision is asked for."""
        return self._uniforms(decision, party, week, self.first_trial, self.n_trials)

    def normal(self, decision: str, party: str = "", week: int = 0) -> Numbers:
        """Return one standard normal per trial; trials 2i and 2i + 1 are antithetic (same size, other sign)."""
        from scipy.special import ndtri  # .3 s, and simulations draw their own

        first_pair, skip = divmod(self.first_trial, 2)
        n_pairs = (self.first_trial + self.n_trials + 1) // 2 - first_pair
        sizes = ndtri(self._uniforms(decision, party, week, first_pair, n_pairs))
        return np.stack([sizes, -sizes], axis=1).ravel()[skip : skip + self.n_trials]

    def _uniforms(self, decision: str, party: str, week: int, first: int, count: int) -> Numbers:
        return to_uniform(philox_words(self.seed, stream_key(self.prefix + decision, party), week, 0, first, count))

    def between_sides(self, decision: str, party: str = "", week: int = 0) -> Numbers:
        """Return a uniform that chooses between side A (high) and side B (low); a mirrored scenario sees 1 - u."""
        uniforms = self.uniform(decision, party, week)
        return 1.0 - uniforms if self.mirrored else uniforms

    def favouring_b(self, decision: str, week: int = 0) -> Numbers:
        """Return a standard normal whose positive sign favours side B; a mirrored scenario sees the other sign."""
        normals = self.normal(decision, week=week)
        return -normals if self.mirrored else normals

    def parameter(self, path: str) -> Numbers:
        """Return one uniform per parameter draw of the block; draws 2j and 2j + 1 are antithetic (u and 1 - u)."""
        draws = self.draws
        first_pair, last_pair = int(draws[0]) // 2, int(draws[-1]) // 2
        if path == READING:
            return self._evenly_spread(draws // 2)
        words = philox_words(self.seed, stream_key("parameter", path), 0, 0, first_pair, last_pair - first_pair + 1)
        column = np.repeat(to_uniform(words), 2)[int(draws[0]) % 2 :][: len(draws)]
        return np.where(draws % 2 == 0, column, 1.0 - column)

    def _evenly_spread(self, pairs: NDArray[np.int64]) -> Numbers:
        """Return one uniform per pair of draws, of which any run holds nearly equal shares of equal parts of [0, 1].

        Multiples of the golden ratio modulo 1, shifted at random: the least discrepancy of a sequence of one dimension.
        Antithetic draws share theirs, so that a pair compares the same reading with itself.
        """
        shift = to_uniform(philox_words(self.seed, stream_key("parameter", READING), 0, 0, 0, 1))[0]
        return np.asarray((shift + pairs * GOLDEN) % 1.0)

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
