"""The decisions that a party of somebody's own may take otherwise, as the compiled week asks for them."""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.equations.compiler import numba

OPENING, PACE, ACCEPTS, ATTENDS, PRESSES = 1, 2, 4, 8, 16
"""Bits of ``own_decisions``: what is not set is decided by the model's own rule, without a call."""
SIGNATURE = types.float64(types.int64, types.float64, types.float64)
"""Where the party's record stands in memory, and two circumstances of the decision."""


class Decisions(NamedTuple):
    """Hold a function of that signature for each decision; the circumstances are those of ``sim.model.parties``."""

    opening: Any
    pace: Any
    accepts: Any
    attends: Any
    presses: Any


@numba.cfunc(SIGNATURE, cache=True)  # type: ignore[untyped-decorator]
def _never_asked(address: int, first: float, second: float) -> float:
    return 0.0


OF_THE_MODEL = Decisions(*[_never_asked] * len(Decisions._fields))
"""Every decision by the model's own rules."""


@intrinsic  # type: ignore[untyped-decorator]
def address_of(typing: Any, record: Any) -> Any:
    """Return where a record stands in memory."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ptrtoint(arguments[0], ir.IntType(64))

    return types.int64(record), generate


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def record_at(typing: Any, address: Any, like: Any) -> Any:
    """Return the record that stands at an address, of the type of the records of the array ``like``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return like.dtype(types.int64, like), generate
