"""The limit of plain numpy: what a block's own operations would cost if each ran as fast as numpy runs it at all.

    python -m benchmarks.arithmetic

A block is run once on arrays that count: every operation on every element, by operation and type. Each kind of
operation is then timed by itself on arrays that stay in the processor's cache, results written in place. Count times
rate, added up, is the bound: no price of calling, no waiting for memory, no temporary columns, no Python. The engine's
time over it says how far from its limit it is, and the bound says what no arrangement of the same operations can beat
without a compiler. Results go to ``results/benchmarks/arithmetic.json``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

OUT = Path("results/benchmarks/arithmetic.json")
IN_CACHE = 2_048
"""Elements of the arrays on which operations are timed: three columns of them are 48 kB."""
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
    from sim.model.streams import Streams

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


def seconds_of(work: Callable[[], object]) -> float:
    """CPU seconds of one call: the least of several measurements, each long enough for the clock."""
    work()
    n_calls, spent = 1, 0.0
    while spent < 2e-4:
        n_calls *= 4
        spent = _spent(work, n_calls)
    return min(_spent(work, n_calls) for _ in range(7)) / n_calls


def _spent(work: Callable[[], object], n_calls: int) -> float:
    began = time.perf_counter()
    for _ in range(n_calls):
        work()
    return time.perf_counter() - began


def seconds_per_element(operation: Operation, ufuncs: Mapping[str, np.ufunc]) -> float:
    """What an operation costs on each element of a column in cache, less what a call on one element costs."""
    many, one = (seconds_of(_work(operation, ufuncs, size)) for size in (IN_CACHE, 1))
    return max(many - one, 0.0) / (IN_CACHE - 1)


def _work(operation: Operation, ufuncs: Mapping[str, np.ufunc], size: int) -> Callable[[], object]:
    luck = np.random.default_rng(1)
    first = operation.types[0] if operation.types else "float64"
    values = _operand(first or "float64", size, luck)
    if operation.name not in ufuncs:
        return _move(operation.name, values, luck)
    ufunc = ufuncs[operation.name]
    inputs = [_operand(kind, size, luck) if kind else 0.5 for kind in operation.types]
    if ufunc.nin > len(inputs):  # a reduction
        return lambda: ufunc.reduce(values)
    try:
        out = ufunc(*inputs)
    except TypeError:  # a whole number beside the column rather than a fraction
        inputs = [1 if isinstance(entry, float) else entry for entry in inputs]
        out = ufunc(*inputs)
    if isinstance(out, tuple):
        return lambda: ufunc(*inputs)
    out = np.asarray(out)
    return lambda: ufunc(*inputs, out=out)


def _move(name: str, values: Any, luck: Any) -> Callable[[], object]:
    size = len(values)
    places, out, mask = luck.permutation(size), values.copy(), luck.random(size) < 0.5
    if name == "take":
        return lambda: values.take(places, out=out, mode="clip")
    if name == "put":
        return lambda: out.__setitem__(places, values)
    if name == "where":
        return lambda: np.where(mask, values, out)
    if name == "nonzero":
        return lambda: np.count_nonzero(mask)
    return lambda: np.copyto(out, values)


def _operand(kind: str, size: int, luck: Any) -> Any:
    if kind == "bool":
        return luck.random(size) < 0.5
    return (luck.random(size) * (1.0 if kind.startswith("float") else 3.0)).astype(kind)

