"""Cutting trials into blocks. A block is what one worker computes and one file holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.errors import ParleyError
from sim.statistics.estimates import TRIALS_PER_CLUSTER

DEFAULT_BLOCK = 32_768
"""Trials in a block: larger ones are faster per trial and take memory, about 400 MB a worker at this size."""
DEFAULT_TRIALS = 20_000
MOST_TRIALS = 5_000_000
MOST_TRIALS_STORED = 50_000_000
MOST_STREAMED = 10**10
"""Trials that can be counted without being kept."""
PRECISION_CAP = 1_000_000
MOST_SEED = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Block:
    """Hold trials ``first`` to ``first + n - 1``; ``index`` counts blocks from 0."""

    index: int
    first: int
    n: int


def blocks(trials: int, size: int = DEFAULT_BLOCK) -> Iterator[Block]:
    """Yield blocks in order; all but the last hold ``size`` trials, a multiple of the cluster size."""
    if size <= 0 or size % TRIALS_PER_CLUSTER:
        raise ParleyError(f"block: expected a multiple of {TRIALS_PER_CLUSTER}, got {size}")
    for index, first in enumerate(range(0, trials, size)):
        yield Block(index, first, min(size, trials - first))


def n_blocks(trials: int, size: int = DEFAULT_BLOCK) -> int:
    """Return how many blocks hold so many trials."""
    return -(-trials // size)


def check_counts(trials: int, seed: int, store: bool | None) -> None:
    """Refuse numbers of trials and seeds that cannot be run, saying what can."""
    most = MOST_TRIALS_STORED if store else MOST_TRIALS
    if not 1 <= trials <= most:
        more = "" if store else f" (with --store up to {MOST_TRIALS_STORED:,}; `run` without --out only counts more)"
        raise ParleyError(f"trials: expected 1 to {most:,}{more}, got {shortened(trials)}")
    if not 0 <= seed <= MOST_SEED:
        raise ParleyError(f"seed: expected 0 to {MOST_SEED}, got {shortened(seed)}")


def shortened(number: int) -> str:
    """Return a number for a message, or how many digits it has."""
    return str(number) if abs(number) < 10**30 else f"a number of {len(str(abs(number)))} digits"
