"""Add what was counted over one block of trials to what was counted over the blocks before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Summed:
    """Count over consecutive trials in fields that add up; each subclass is a dataclass."""

    OF_LAST: ClassVar[frozenset[str]] = frozenset()
    """Fields that tell of the last cluster alone, so that those of the later block count."""

    @property
    def ends_within_cluster(self) -> bool:
        """Return whether the last cluster is short, so that no trials may follow."""
        return False

    def add(self, later: Self) -> None:
        """Put the trials that come next behind these. Raises ValueError if these end within a cluster."""
        counted: dict[str, Any] = vars(later)
        if self.ends_within_cluster and counted["n"]:
            raise ValueError(f"{vars(self)['n']} trials end within a cluster, so none may follow")
        for name, value in counted.items():
            setattr(self, name, value if name in self.OF_LAST else added(getattr(self, name), value))


def added(one: Any, other: Any) -> Any:
    """Return the sum of two counts, arrays of counts, tallies, or tables of them by name; the first may change."""
    if isinstance(one, Summed):
        one.add(other)
    elif isinstance(one, dict):
        for name, value in other.items():
            one[name] = added(one[name], value) if name in one else value
    else:
        return one + other
    return one


def merged(parts: Iterable[Mapping[Key, Value]]) -> dict[Key, Value]:
    """Return counts by name of one block after another, added up."""
    whole: dict[Key, Value] = {}
    for part in parts:
        added(whole, part)
    return whole
