"""Pass a workspace of arrays to compiled functions as one pointer: ``world.sides``, ``world.war.momentum``.

A numba function that takes arrays counts one holder more of each, and one less at its end, in a way that threads agree
upon; in a week's many small functions that took two thirds of the time, and thirty arguments each took minutes to
compile. A world is where the arrays are described in memory. It holds none of them: whoever makes one keeps the
workspace until it is done (numba, Low-level extension API).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from llvmlite import ir

from sim.compiler.import_numba import numba

types, extending = numba.core.types, numba.extending
SINGLE = ("trial", "war", "talks", "assurances", "ceasefire", "outcome", "moved")
"""Entities of which a trial has one: steps get the record, not an array of one."""


class WorldType(types.Type):  # type: ignore[misc, name-defined]
    """Type a pointer to a described workspace."""

    def __init__(self, workspace: Any) -> None:
        self.workspace = workspace
        # A short name: it stands in the name of every function that takes a world.
        super().__init__(name=f"World({blake2b(str(workspace).encode(), digest_size=4).hexdigest()})")

    def place_of(self, name: str) -> int:
        """Return the number of a field of the workspace."""
        return int(self.workspace.fields.index(name))


@extending.register_model(WorldType)
class _WorldModel(extending.models.PrimitiveModel):  # type: ignore[misc, name-defined]
    def __init__(self, manager: Any, world: Any) -> None:
        super().__init__(manager, world, ir.IntType(8).as_pointer())


@extending.infer_getattr
class _Attributes(numba.core.typing.templates.AttributeTemplate):  # type: ignore[misc]
    key = WorldType

    def generic_resolve(self, world: Any, name: str) -> Any:
        """Return the type of a field: that of its record where there is one of a kind."""
        if name not in world.workspace.fields:
            return None
        found = world.workspace.types[world.place_of(name)]
        return found.dtype if name in SINGLE else found


@extending.lower_getattr_generic(WorldType)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, world: Any, value: Any, name: str) -> Any:
    """Read a field where it is described; arrays come without a holder to be counted."""
    kind = world.workspace.types[world.place_of(name)]
    described = builder.bitcast(value, context.get_data_type(world.workspace).as_pointer())
    pointer = builder.gep(described, [ir.IntType(32)(0), ir.IntType(32)(world.place_of(name))], inbounds=True)
    found = context.unpack_value(builder, kind, pointer)
    if not isinstance(kind, types.Array):
        return found
    array = context.make_array(kind)(context, builder, found)
    if name in SINGLE:
        return builder.bitcast(array.data, context.get_value_type(kind.dtype))
    array.meminfo = array.meminfo.type(None)
    return array._getvalue()


@extending.intrinsic  # type: ignore[untyped-decorator]
def world_of(typing: Any, workspace: Any) -> Any:
    """Return a world: the workspace as compiled steps take it, for as long as the function that makes it runs."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        with builder.goto_entry_block():
            place = builder.alloca(context.get_data_type(workspace))
        context.pack_value(builder, workspace, arguments[0], place)
        return builder.bitcast(place, ir.IntType(8).as_pointer())

    return WorldType(workspace)(workspace), generate
