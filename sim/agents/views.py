"""See a record of a trial as an object: ``war.momentum``, ``side.fear = 0.1``. A wrong name is refused."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np

from sim.errors import ParleyError
from sim.model.inputs import Inputs
from sim.model.state import ENTITIES
from sim.model.world import Workspace


class UnknownNameError(ParleyError, AttributeError):
    """Report a name that a record does not have; the nearest is looked for only if somebody reads it."""

    def __str__(self) -> str:
        what, name, known = self.args
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        return f"{what} has no {name!r}: " + (
            f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known))}"
        )


class View:
    """Read and write the numbers of one record of the trial that stands in a workspace.

    Fields have the names of the scenario file and of ``sim.model.state``; those of side A and side B end in ``_a`` and
    ``_b``. They are whole numbers where ``state.py`` says that they are counts, codes or truths.
    """

    _fields: dict[str, tuple[int, bool]]
    _room: Workspace

    def __init__(self, workspace: Workspace, inputs: Inputs, entity: str, number: int = 0) -> None:
        self.look_at(workspace, inputs, entity, number)

    def look_at(self, workspace: Workspace, inputs: Inputs, entity: str, number: int) -> None:
        """Say which record is meant."""
        dtype = ENTITIES[entity].dtype
        places = {name: inputs.layout.place(entity, number, name) for name in dtype.names or ()}
        kept = self.__dict__
        kept["_room"] = workspace
        kept["_fields"] = {name: (place, dtype[name].kind == "i") for name, place in places.items()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        place, is_whole = self._place_of(name)
        return (self._room.whole_row if is_whole else self._room.row).item(place)

    def __setattr__(self, name: str, value: Any) -> None:
        place, is_whole = self._place_of(name)
        if not isinstance(value, (int, float, np.number)) or (is_whole and value != int(value)):
            raise ParleyError(f"{name}: expected a {'whole ' if is_whole else ''}number, got {value!r}")
        if is_whole:
            self._room.whole_row[place] = value
        else:
            self._room.row[place] = value

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._fields]

    def _place_of(self, name: str) -> tuple[int, bool]:
        if name not in self._fields:
            raise UnknownNameError(self._what(), name, tuple(self._fields))
        return self._fields[name]

    def _what(self) -> str:
        return "this part of the trial"
