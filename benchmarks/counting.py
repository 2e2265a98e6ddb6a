"""Arrays that count: every operation on every element, by operation and type (see ``benchmarks.arithmetic``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

CREATORS = ("zeros", "empty", "full", "arange", "stack", "array", "repeat", "asarray", "ascontiguousarray")


class Operation(NamedTuple):
    """One kind of work on an element; ``types`` are the dtypes of what goes in."""

    name: str
    types: tuple[str, ...]


class Tally:
    """Elements by operation, and how many operations there were."""

    def __init__(self) -> None:
        self.elements: Counter[Operation] = Counter()
        self.n_calls = 0
        self.ufuncs: dict[str, np.ufunc] = {}

    def add(self, name: str, types: tuple[str, ...], n_elements: int) -> None:
        self.elements[Operation(name, types)] += n_elements
        self.n_calls += 1


TALLY = Tally()
MOVES = {
    np.where: "where",
    np.concatenate: "copy",
    np.copyto: "copy",
    np.take: "take",
    np.flatnonzero: "nonzero",
    np.nonzero: "nonzero",
    np.count_nonzero: "nonzero",
}
"""Functions that move elements about rather than compute; any other is counted by what it calls."""


def _plain(value: Any) -> Any:
    if isinstance(value, Counting):
        return value.view(np.ndarray)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_plain(entry) for entry in value)
    return value


def _counting(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_counting(entry) for entry in value)
    return value.view(Counting) if isinstance(value, np.ndarray) and value.ndim else value


def _type(value: Any) -> str:
    return str(value.dtype) if isinstance(value, (np.ndarray, np.generic)) else ""


class Counting(np.ndarray):
    """An array that counts what is done to it, and makes whatever comes of it count too."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if out is not None:
            options["out"] = tuple(_plain(entry) for entry in out)
        options = {name: _plain(entry) for name, entry in options.items()}
        plain = [_plain(entry) for entry in inputs]
        found = getattr(ufunc, method)(*plain, **options)
        sizes = [np.size(entry) for entry in (*plain, found)]
        TALLY.ufuncs[ufunc.__name__] = ufunc
        TALLY.add(ufunc.__name__, tuple(_type(entry) for entry in plain[: ufunc.nin]), max(sizes))
        return out[0] if out is not None else _counting(found)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = MOVES.get(func)
        if name is None:
            return super().__array_function__(func, types, args, kwargs)
        found = func(*_plain(args), **{key: _plain(value) for key, value in kwargs.items()})
        TALLY.add(name, ("float64",), max(self.size, np.size(found) if found is not None else 0))
        return _counting(found)

    def __getitem__(self, key: Any) -> Any:
        found = self.view(np.ndarray)[_plain(key)]
        if isinstance(key, np.ndarray) or (isinstance(key, tuple) and any(isinstance(k, np.ndarray) for k in key)):
            TALLY.add("take", (_type(self),), np.size(found))
        return _counting(found)

    def __setitem__(self, key: Any, value: Any) -> None:
        plain = self.view(np.ndarray)
        name = "put" if isinstance(key, np.ndarray) else "copy"
        TALLY.add(name, (_type(self),), plain[_plain(key)].size)
        plain[_plain(key)] = _plain(value)

    def take(self, *args: Any, **options: Any) -> Any:
        found = self.view(np.ndarray).take(*map(_plain, args), **options)
        TALLY.add("take", (_type(self),), np.size(found))
        return _counting(found)

    def copy(self, *args: Any, **options: Any) -> Any:
        TALLY.add("copy", (_type(self),), self.size)
        return _counting(self.view(np.ndarray).copy(*args, **options))

    def astype(self, *args: Any, **options: Any) -> Any:
        TALLY.add("copy", (_type(self),), self.size)
        return _counting(self.view(np.ndarray).astype(*args, **options))


@contextmanager
def counted() -> Iterator[Tally]:
    """Everything numpy makes inside counts; luck does not, since it is timed as a whole."""
    from sim.random_streams import Streams

    def making(create: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **options: _counting(create(*args, **options))

    global TALLY
    TALLY = Tally()
    plain_column, plain_parameter = Streams._column, Streams.parameter

    def column(streams: Streams, *args: Any) -> Any:
        with patch.multiple(np, **plain):
            return _counting(_plain(plain_column(streams, *args)))

    def parameter(streams: Streams, path: str) -> Any:
        with patch.multiple(np, **plain):
            return _counting(_plain(plain_parameter(streams, path)))

    plain = {name: getattr(np, name) for name in CREATORS}
    with (
        patch.multiple(np, **{name: making(create) for name, create in plain.items()}),
        patch.multiple(Streams, _column=column, parameter=parameter),
    ):
        yield TALLY
