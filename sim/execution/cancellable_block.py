"""Simulate a live block of trials: the odds alone if that is enough, and given up when nobody waits.

The trials are those of ``run``, with the same random numbers. Only less is kept of them, and ceasefires are followed
less far after the horizon.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.execution.blocks import Block
from sim.outcome_columns import DURABLE_DRAWS, Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario
from sim.statistics.horizons import TIERS

ODDS = ("trial", *(f"{tier}_week" for tier in TIERS), "victory", "victory_week", "imposed")
"""Columns of a block that is not explained: what odds and their differences are made of.

Not ``in_force_180_week``: these trials are not followed so far."""


class GivenUp(ParleyError):
    """Report that nobody waits for this simulation any more."""


class LiveBlock(NamedTuple):
    """Describe a block; ``is_given_up`` (one truth, shared with whoever asked) ends it at the next draw."""

    scenario: Scenario
    seed: int
    block: Block
    is_explained: bool
    is_given_up: NDArray[np.bool_]


def simulate_live_block(work: LiveBlock) -> Columns:
    """Return the columns of a block: all of them if it is explained, else ``ODDS``. Raises GivenUp once given up."""
    from sim.model.compiled import simulate_streams  # with the compiler, .5 s

    scenario, block = work.scenario, work.block
    streams = Streams(work.seed, block.first, block.n, scenario.mirrored)
    # One that began before the horizon is durable, or not, after so many weekly draws: odds need no further week.
    followed = scenario.follow_up_weeks if work.is_explained else min(scenario.follow_up_weeks, DURABLE_DRAWS + 1)
    columns = simulate_streams(
        scenario,
        streams,
        explains=work.is_explained,
        weeks=scenario.horizon_weeks + followed,
        is_given_up=work.is_given_up,
    )
    if work.is_given_up[0]:
        raise GivenUp("nobody waits for it any more")
    return columns if work.is_explained else {name: columns[name] for name in ODDS}
