"""Compile the functions of the model: plain Python on numbers, turned into machine code by numba.

Compiled functions call each other only, take numbers and records of numbers, and hold no state. ``function.py_func``
is the Python as written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sim.compiler.import_numba import numba
from sim.compiler.machine_code import keep

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
"""Other threads go on, and 1 / 0 is infinite."""


WITHIN = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""For what is called by compiled code alone: no entry for Python, which takes longer to compile than the function."""


def equation(function: Function) -> Function:
    """Return the function compiled into whatever calls it; a call costs nothing."""
    return _kept(_once(numba.njit(forceinline=True, **OPTIONS)(function)))


def step(function: Function) -> Function:
    """Return the function compiled into whatever calls it, for compiled code alone."""
    return _within(numba.njit(forceinline=True, **WITHIN)(function))


def part(function: Function) -> Function:
    """Return the function written out in the one compiled function that calls it."""
    return _within(numba.njit(inline="always", **WITHIN)(function))


def routine(function: Function) -> Function:
    """Return the function compiled once, to be called by compiled code: for what is long or seldom needed."""
    return _within(numba.njit(**WITHIN)(function))


def entry(function: Function) -> Function:
    """Return the function compiled for Python to call."""
    return _kept(numba.njit(no_cfunc_wrapper=True, **OPTIONS)(function))


def _kept(function: Any) -> Any:
    """Keep what Python calls; what it calls in turn is within it, and no smaller change than its own asks for it."""
    keep(function)
    return function


def _within(function: Any) -> Any:
    """Refuse Python, which would otherwise jump to an entry that is not there."""
    name = function.py_func.__name__

    def refuse(*_: Any, **__: Any) -> Any:
        raise TypeError(f"{name}: expected a call by compiled code, got one by Python: write an `entry` for it")

    def add_overload(found: Any) -> None:
        function.overloads[tuple(found.signature.args)] = found

    function.add_overload, function._compile_for_args = add_overload, refuse
    return _once(function)


def _once(function: Any) -> Any:
    """Compile a function for numbers, and not again for each constant that some call gives it."""
    of_arguments = function.get_call_template

    def of_numbers(arguments: Any, named: Any) -> Any:
        plain = tuple(map(numba.types.unliteral, arguments))
        return of_arguments(plain, {name: numba.types.unliteral(one) for name, one in named.items()})

    function.get_call_template = of_numbers
    return function
