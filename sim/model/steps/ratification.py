"""Ratification: what is left of a vote is what a side misjudged of its veto players (docs/odd.md, 3.4, Ratification).

Their red lines and needs bound what is signed at all (``sim.model.ranges``).
"""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine, step
from sim.model.veto_players import own_gain_in, own_need

TOLERANCE = 1e-9
"""A gain may fall short of a need by so much: rounding decides nothing. [util]"""
NOBODY = 0


@routine
def refusals(world: Any, number: int, mix: float) -> int:
    """Return which veto players of a track refuse the terms signed on it: a bit each, in the order of the track."""
    ratifiers = world.ratifiers
    refused = NOBODY
    for place in range(ratifiers.shape[1]):
        veto = ratifiers[number, place]
        if veto >= 0 and not _ratifies(world, number, veto, mix):
            refused |= 1 << place
    return refused


@step
def _ratifies(world: Any, number: int, veto: int, mix: float) -> bool:
    """Whether a veto player's own gain meets its need, as it is rather than as its side knows it."""
    record = world.vetoes[veto]
    was_known = record.is_known
    record.is_known = 1
    accepts = own_gain_in(world, number, veto, mix) >= own_need(world, veto) - TOLERANCE
    record.is_known = was_known or not accepts
    return accepts
