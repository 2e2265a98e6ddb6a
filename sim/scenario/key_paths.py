"""Key paths in the schema: whether a number, a section, a mapping by name or a list lies there.

Merging, overrides, error messages and cross-checks all look it up here, so that the schema stays
the only place where a key is declared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.schema import SETTABLE, Belligerent, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Provenance, Quantity, Range

ROLES: dict[str, type[BaseModel]] = {
    "belligerent": Belligerent,
    "backer": ThirdParty,
    "mediator": ThirdParty,
    "veto": Veto,
}


@dataclass(frozen=True)
class Slot:
    """A place in the schema: its type (never Annotated or optional), its metadata and its field."""

    type: Any
    metadata: tuple[Any, ...] = ()
    field: FieldInfo | None = None

    @property
    def is_quantity(self) -> bool:
        """Whether it is a number."""
        return self.type is Quantity

    @property
    def is_whole(self) -> bool:
        """Replaced as a whole when merged: a number or a source never mixes with the inherited one."""
        return self.type in (Quantity, Provenance)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return get_origin(self.type) is tuple

    @property
    def is_by_name(self) -> bool:
        """A mapping whose keys are names (issues, parties, points ...)."""
        return get_origin(self.type) is dict

    @property
    def models(self) -> tuple[type[BaseModel], ...]:
        """The sections that may stand here: one, the three kinds of party, or none."""
        kinds = get_args(self.type) if get_origin(self.type) in (Union, UnionType) else (self.type,)
        return tuple(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))

    @property
    def allowed(self) -> Range | None:
        """Range of a Quantity, if it has one."""
        for item in self.metadata:
            if isinstance(item, AfterValidator) and isinstance(item.func, Range):
                return item.func
        return None

    def keys(self) -> list[str]:
        """Return the keys that the schema has here (none for a mapping by name)."""
        return list(dict.fromkeys(name for model in self.models for name in model.model_fields))

    def child(self, key: str | int) -> Slot | None:
        """Return the slot one step down, or None where the schema has no such key."""
        if self.is_by_name:
            return _slot(get_args(self.type)[1])
        if self.is_list:
            return _slot(get_args(self.type)[0])
        return next((_of_field(model, str(key)) for model in self.models if str(key) in model.model_fields), None)


ROOT = Slot(Scenario)


@lru_cache(maxsize=1024)
def _of_field(model: type[BaseModel], name: str) -> Slot:
    field = model.model_fields[name]
    slot = _slot(field.annotation)
    return Slot(slot.type, (*slot.metadata, *field.metadata), field)


def _slot(annotation: Any) -> Slot:
    metadata: tuple[Any, ...] = ()
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = (*metadata, *more)
    if get_origin(annotation) in (Union, UnionType):
        some = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(some) == 1:
            inner = _slot(some[0])
            return Slot(inner.type, (*inner.metadata, *metadata))
    return Slot(annotation, metadata)


def slot_at(path: KeyPath, role_of: Callable[[str], str | None] = lambda party: None, root: Slot = ROOT) -> Slot | None:
    """Return the slot at ``path``; ``role_of(party)`` gives the role of a party, whose keys alone are then known."""
    slot: Slot | None = root
    for depth, key in enumerate(path):
        slot = slot.child(key) if slot else None
        if depth == 1 and path[0] == "parties" and (model := ROLES.get(role_of(str(key)) or "")):
            slot = Slot(model)
    return slot


@lru_cache(maxsize=4096)
def split(text: str) -> KeyPath:
    """Split a dotted path. Items of lists are numbers; what follows ``events.N.set`` is one key."""
    parts: list[str | int] = []
    slot: Slot | None = ROOT
    names = unicodedata.normalize("NFC", text).split(".")
    for depth, name in enumerate(names):
        if depth == 3 and parts[0] == "events" and parts[2] == "set":
            return (*parts, ".".join(names[depth:]))
        is_item = slot is not None and slot.is_list and name.isascii() and name.isdigit() and len(name) < 7
        parts.append(int(name) if is_item else name)
        slot = slot.child(parts[-1]) if slot is not None else None
    return tuple(parts)


def expected(slot: Slot | None) -> str:
    """Describe what is expected at a slot."""
    if slot is None:
        return "another value"
    kind, origin = slot.type, get_origin(slot.type)
    if kind is Quantity:
        bounds = slot.allowed
        return f"a number from {bounds.low:g} to {bounds.high:g}" if bounds else "a number"
    if origin is Literal:
        return _choices(get_args(kind))
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(expected(_slot(option)) for option in get_args(kind)))
    if origin is tuple:
        length = len(get_args(kind))
        return "a list" if get_args(kind)[-1] is Ellipsis else f"a list of {length} numbers"
    words = {
        str: "text",
        bool: "true or false",
        date: "a date such as 2025-05-15 (no time, no zone)",
        int: "a whole number",
        float: "a number",
    }
    return words.get(kind, "a mapping (keys and values)") + _limits(slot)


def _choices(options: tuple[Any, ...]) -> str:
    names = [f"`{option}`" for option in options]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]


def _limits(slot: Slot) -> str:
    items = [part for item in slot.metadata for part in (item.metadata if isinstance(item, FieldInfo) else (item,))]
    given = {name: end for item in items if isinstance(item, Ge | Gt | Le | Lt) for name, end in asdict(item).items()}
    match given:
        case {"ge": low, "le": high}:
            return f" from {low} to {high}"
        case {"ge": low}:
            return f" of at least {low}"
        case {"gt": above}:
            return f" above {above}"
    return f" below {given['lt']}" if "lt" in given else ""


SETTABLES = re.compile("|".join(re.escape(pattern).replace(r"\*", "[^.]*") for pattern in SETTABLE))


def is_settable(path: str) -> bool:
    """Return whether a dated event may set the parameter at ``path``."""
    return SETTABLES.fullmatch(path) is not None


def allowed_at(path: str) -> Range | None:
    """Return the range of the number at a dotted path, or None where the schema gives none."""
    slot = slot_at(split(path))
    return slot.allowed if slot else None


def along(item: Any, path: KeyPath) -> Iterator[Any]:
    """Yield the value at each step of a path below ``item``, itself first; KeyError where there is none."""
    yield item
    for part in path:
        try:
            item = getattr(item, str(part)) if isinstance(item, BaseModel) else item[part]
        except (AttributeError, IndexError, TypeError):
            raise KeyError(dotted(path)) from None
        yield item


def children(item: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield what lies one step below a section, a mapping or a list, with its key."""
    if isinstance(item, BaseModel):
        yield from ((name, getattr(item, name)) for name in type(item).model_fields)
    elif isinstance(item, Mapping):
        yield from item.items()
    elif isinstance(item, tuple):
        yield from enumerate(item)


def scalars(item: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Quantity]]:
    """Yield every Quantity below ``item`` with its path, in the order of the schema."""
    if isinstance(item, Quantity):
        yield path, item
    else:
        for key, child in children(item):
            yield from scalars(child, (*path, key))


def quantities(scenario: Scenario) -> dict[str, Quantity]:
    """Return every Quantity by key path (``parties.Russia.strain``), in the order of the schema."""
    return {dotted(path): quantity for path, quantity in scalars(scenario)}


def resolved(scenario: Scenario) -> Scenario:
    """Return the scenario with the number that it names in place of every ``same_as``."""
    known = quantities(scenario)

    def target(path: KeyPath, quantity: Quantity) -> Quantity:
        while quantity.same_as is not None:
            quantity = known[quantity.same_as]
        return quantity

    found: Scenario = with_scalars(scenario, target)
    return found


def with_scalars(item: Any, change: Callable[[KeyPath, Quantity], Quantity], path: KeyPath = ()) -> Any:
    """Return ``item`` with every Quantity passed through ``change``; unchanged parts are shared, not copied."""
    if isinstance(item, Quantity):
        return change(path, item)
    new = {key: with_scalars(child, change, (*path, key)) for key, child in children(item)}
    changed = {str(key): new[key] for key, child in children(item) if new[key] is not child}
    if not changed:
        return item
    if isinstance(item, BaseModel):
        return item.model_copy(update=changed)
    return tuple(new.values()) if isinstance(item, tuple) else new
