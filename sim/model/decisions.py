"""The decisions of a party: the model's own rules, and how the compiled week asks a class of somebody's own.

A rule here is plain Python on numbers. It takes a side's or third party's record where the week calls it, and an agent
where a subclass does: ``return 0.5 * usual_pace(self, other_moved, mandate)``.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

from sim.compiler.decorators import OPTIONS, part, routine, step
from sim.equations.weekly import happens

DECISIONS = ("opening_offer", "pace", "accepts", "attends", "presses", "start", "step")
"""Methods that a class of somebody's own may have; the last two decide nothing and may change the party."""
OPENING, PACE, ACCEPTS, ATTENDS, PRESSES, START, STEP = range(len(DECISIONS))
MOST = (1.0, 1.0, 1.0, 3.0, 1.0, 0.0, 0.0)
"""Largest answer to each; the least is 0."""
RULE, CHECK = 0, 1
"""What ``own_rules`` holds of a decision: the function asked, and the one that is asked again after a wrong answer."""

# -- the model's own rules -----------------------------------------------------------------------------

_rule = register_jitable(forceinline=True, **OPTIONS)
"""Callable from Python as it stands, and compiled into whatever compiled function calls it."""


@_rule  # type: ignore[untyped-decorator]
def usual_opening(side: Any) -> float:
    """Return a side's first offer: ``opening`` of the way to its own end of the curve (docs/odd.md, 3.4, Offers)."""
    return side.opening if side.end == 1 else 1.0 - side.opening


@_rule  # type: ignore[untyped-decorator]
def usual_pace(side: Any, other_moved: bool, mandate: float) -> float:
    """Return ``offer_rate x mandate``, times ``reciprocity`` where the other stood still (docs/odd.md, 3.4, Offers)."""
    return side.offer_rate * mandate * (1.0 if other_moved else side.reciprocity)


@_rule  # type: ignore[untyped-decorator]
def usual_accepts(side: Any, mix: float, limit: float) -> bool:
    """Return whether a text is not beyond a side's limit (docs/odd.md, 3.4, Texts)."""
    return mix >= limit if side.end == 1 else mix <= limit


@_rule  # type: ignore[untyped-decorator]
def usual_attends(party: Any) -> int:
    """Return a party's usual level (docs/odd.md, 3.3, Levels)."""
    return party.usual_level


@_rule  # type: ignore[untyped-decorator]
def usual_presses(backer: Any, uniform: float, rate: float) -> bool:
    """Return whether a provoked backer presses, with chance ``1 - exp(-rate)`` (docs/odd.md, 3.2, 2)."""
    return happens(uniform, rate)


# -- a class of somebody's own ---------------------------------------------------------------------------

SIGNATURE = types.float64(types.int64, types.float64, types.float64)
"""What a rule of somebody's own takes: where the party's record stands, and two circumstances of the decision."""


@step
def has_own(world: Any, comer: int, decision: int) -> bool:
    """Return whether a side (0 and 1) or third party (from 2 on) decides by a rule of its own."""
    return world.own_rules[comer, decision, RULE] != 0


@routine
def own_answer(world: Any, comer: int, decision: int, first: float, second: float) -> float:
    """Ask a party's own rule; a wrong answer is asked for again where it can be told in words."""
    if comer < 2:
        address = address_of(world.sides[comer])
    else:
        address = address_of(world.third_parties[comer - 2])
    answer = _call(world.own_rules[comer, decision, RULE], address, first, second)
    if 0.0 <= answer <= MOST[decision]:  # not where it is NaN, which stands for an error as well
        return answer
    return _call(world.own_rules[comer, decision, CHECK], address, first, second)


@part
def take_own_steps(world: Any) -> None:
    """Each party whose class has a ``step`` of its own takes it, before anything else of the week but its events."""
    for place in range(len(world.own_steps)):
        if world.own_steps[place] < 0:
            return
        own_answer(world, world.own_steps[place], STEP, 0.0, 0.0)


@intrinsic  # type: ignore[untyped-decorator]
def address_of(typing: Any, record: Any) -> Any:
    """Return where a record stands in memory."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ptrtoint(arguments[0], ir.IntType(64))

    return types.int64(record), generate


@intrinsic  # type: ignore[untyped-decorator]
def _call(typing: Any, rule: Any, address: Any, first: Any, second: Any) -> Any:
    """Call the function that stands at the address ``rule``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, whole = ir.DoubleType(), ir.IntType(64)
        kind = ir.FunctionType(number, [whole, number, number])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])

    return types.float64(types.int64, types.int64, types.float64, types.float64), generate
