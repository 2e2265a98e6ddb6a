"""Compile a method of somebody's own: ``self`` is where the party's record stands, ``self.model`` where the trial is.

So ``self.fear``, ``self.model.week``, ``self.model.war.momentum`` and ``self.model.sides[1].pressure`` mean in a
compiled method what they mean in Python. A method that asks anything else of ``self`` is called back instead.
"""

from __future__ import annotations

import math
import warnings
from contextlib import suppress
from functools import lru_cache
from types import FunctionType as Method
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir

from sim.compiler.import_numba import numba
from sim.model.decisions import ATTENDS, OPENING, PACE, SIGNATURE, START, STEP
from sim.model.state import ENTITIES, Layout
from sim.model.world_pointer import SINGLE

types, extending = numba.core.types, numba.extending
BYTES = ir.IntType(8).as_pointer()


class ModelType(types.Type):  # type: ignore[misc, name-defined]
    """Type the start of a trial's row."""

    def __init__(self) -> None:
        super().__init__(name="Trial")


class PartyType(types.Type):  # type: ignore[misc, name-defined]
    """Type the record of a side or third party; ``place`` is how many bytes into the row it stands."""

    def __init__(self, entity: str, number: int) -> None:
        dtype = ENTITIES[entity].dtype
        self.record = numba.from_dtype(dtype)
        self.place = 8 * FIRST[entity] + number * dtype.itemsize
        super().__init__(name=f"Party({entity}, {number})")


FIRST = Layout(0, 0, 0, 0, 0, 0).first
"""Places in the row of all that stands before the third parties, and of the first of these: the same everywhere."""
MODEL = ModelType()
SIDES = types.Tuple([PartyType("sides", 0), PartyType("sides", 1)])


@extending.register_model(ModelType)
@extending.register_model(PartyType)
class _Pointer(extending.models.PrimitiveModel):  # type: ignore[misc, name-defined]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, BYTES)


# -- the trial ---------------------------------------------------------------------------------------------


@extending.infer_getattr
class _OfModel(numba.core.typing.templates.AttributeTemplate):  # type: ignore[misc]
    key = ModelType

    def generic_resolve(self, model: Any, name: str) -> Any:
        if name == "week":
            return types.int64
        if name == "sides":
            return SIDES
        return numba.from_dtype(ENTITIES[name].dtype) if name in SINGLE else None


@extending.lower_getattr_generic(ModelType)  # type: ignore[untyped-decorator]
def _get_of_model(context: Any, builder: Any, model: Any, row: Any, name: str) -> Any:
    if name == "sides":
        return context.make_tuple(builder, SIDES, [_at(builder, row, one.place) for one in SIDES.types])
    entity = "trial" if name == "week" else name
    record = numba.from_dtype(ENTITIES[entity].dtype)
    pointer = builder.bitcast(_at(builder, row, 8 * FIRST[entity]), context.get_value_type(record))
    if name == "week":
        return context.get_getattr(record, "week")(context, builder, record, pointer, "week")
    return pointer


# -- the party ---------------------------------------------------------------------------------------------


@extending.infer_getattr
class _OfParty(numba.core.typing.templates.AttributeTemplate):  # type: ignore[misc]
    key = PartyType

    def generic_resolve(self, party: Any, name: str) -> Any:
        if name == "model":
            return MODEL
        return party.record.typeof(name) if name in party.record.fields else None


@extending.lower_getattr_generic(PartyType)  # type: ignore[untyped-decorator]
def _get_of_party(context: Any, builder: Any, party: Any, value: Any, name: str) -> Any:
    if name == "model":
        return _at(builder, value, -party.place)
    pointer = builder.bitcast(value, context.get_value_type(party.record))
    return context.get_getattr(party.record, name)(context, builder, party.record, pointer, name)


@extending.lower_setattr_generic(PartyType)  # type: ignore[untyped-decorator]
def _set_of_party(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    party, value = signature.args
    pointer = builder.bitcast(arguments[0], context.get_value_type(party.record))
    kind = numba.core.typing.signature(types.void, party.record, value)
    context.get_setattr(name, kind)(builder, (pointer, arguments[1]))


def _at(builder: Any, pointer: Any, n_bytes: int) -> Any:
    return builder.gep(pointer, [ir.IntType(64)(n_bytes)])


def _reader_of(party: PartyType) -> Any:
    """Return a compiled function that takes an address for a party."""

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def party_at(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], BYTES)

        return party(types.int64), generate

    return party_at


# -- its methods -------------------------------------------------------------------------------------------


def compiled_rule(method: Method, decision: int, comer: int) -> Any:
    """Return a C function that decides as the method of a party does; None where numba cannot compile it.

    Parameters
    ----------
    method
        The function as it stands in the class.
    decision
        Its place in ``DECISIONS``.
    comer
        0 and 1 for the sides, from 2 on the third parties in the order of the scenario.
    """
    return _compiled(method, decision, comer, _constants(method))


@lru_cache(maxsize=256)
def _compiled(method: Method, decision: int, comer: int, constants: Any) -> Any:
    """Compile a method with the globals that it has now, which stand in the machine code as constants."""
    party = PartyType("sides", comer) if comer < 2 else PartyType("third_parties", comer - 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return numba.cfunc(SIGNATURE)(_guarded(_rule(numba.njit(method), decision, _reader_of(party))))
    except Exception:  # numba refuses with errors of many kinds, and asserts
        return None


def _rule(method: Any, decision: int, party_at: Any) -> Any:
    """Return a method as a function of an address and two numbers; ``1.0 *`` takes a truth, ``float`` does not."""

    def hook(address: int, first: float, second: float) -> float:
        method(party_at(address))
        return 0.0

    def alone(address: int, first: float, second: float) -> float:
        return 1.0 * method(party_at(address))

    def pace(address: int, first: float, second: float) -> float:
        return 1.0 * method(party_at(address), first != 0.0, second)

    def with_two(address: int, first: float, second: float) -> float:
        return 1.0 * method(party_at(address), first, second)

    kinds = {START: hook, STEP: hook, OPENING: alone, ATTENDS: alone, PACE: pace}
    return numba.njit(kinds.get(decision, with_two))


def _guarded(rule: Any) -> Any:
    """Return the rule with errors as NaN, after which it is asked again in Python, and raises there."""

    def guarded(address: int, first: float, second: float) -> float:
        answer = math.nan
        try:
            answer = rule(address, first, second)
        except Exception:
            answer = math.nan
        return answer

    return guarded


class _Same(NamedTuple):
    """Hold an object that is equal to itself alone."""

    one: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.one is other.one

    def __hash__(self) -> int:
        return id(self.one)


def _constants(method: Method) -> Any:
    """Return what the machine code of a method takes from outside it: numbers by value, whatever else by identity."""
    code, scope, used = method.__code__, method.__globals__, list(method.__defaults__ or ())
    with suppress(ValueError):  # a cell that is still empty
        used += [cell.cell_contents for cell in method.__closure__ or ()]
    used += [scope[name] for name in code.co_names if name in scope]
    return tuple(_constant(one) for one in used)


def _constant(one: Any) -> Any:
    if isinstance(one, np.ndarray):
        return one.dtype.str, one.shape, one.tobytes()
    return (type(one), one) if isinstance(one, (int, float, str)) else _Same(one)
