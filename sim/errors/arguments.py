"""Check what a function is given before anything is computed: whole numbers, numbers, texts and scenarios.

The one home of what counts as a whole number: in Python (``checked_arguments``), as typed (``read_whole``,
``read_number``). Ranges are checked where they are known.
"""

from __future__ import annotations

import inspect
import operator
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache, wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar

from sim.errors import ParleyError

P = ParamSpec("P")
R = TypeVar("R")

DIGITS = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*")
GROUPED = re.compile(r"([+-]?[0-9]{1,3})((?:[.,' \u00a0\u202f][0-9]{3})+)")
LONGEST = 40
CHECKED = {"int": "a whole number", "float": "a number", "str": "a text", "None": "None"}
OBJECTS = {
    "Scenario": "a scenario (sim.load gives one)",
    "Run": "a finished run (sim.run or sim.read_run gives one)",
    "os.PathLike[str]": "a path",
}


def checked_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public function: arguments declared int, float, str, Scenario or Run are that, or a ParleyError.

    Whole numbers of other libraries (numpy's) become Python's own. Other arguments pass as they are.
    """
    signature = inspect.signature(function)
    kinds = {name: frozenset(str(one.annotation).split(" | ")) for name, one in signature.parameters.items()}
    checked = {name: kind for name, kind in kinds.items() if kind <= {*CHECKED, *OBJECTS}}

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        for name, kind in checked.items():
            if name in bound.arguments:
                bound.arguments[name] = fitting(name, bound.arguments[name], kind)
        return function(*bound.args, **bound.kwargs)

    return call


def check_fields(given: Any, kinds: Mapping[str, str]) -> None:
    """Check fields of a frozen dataclass as ``checked_arguments`` does: ``kinds`` holds what each is declared."""
    for name, kind in kinds.items():
        object.__setattr__(given, name, fitting(name, getattr(given, name), frozenset(kind.split(" | "))))


def fitting(name: str, value: Any, kinds: frozenset[str]) -> Any:
    """Return ``value`` as one of ``kinds``; ParleyError says what is expected."""
    if value is None and "None" in kinds:
        return None
    is_truth = type(value).__name__ in ("bool", "bool_")
    if kinds & {"int", "float"} and not is_truth:
        with suppress(TypeError):
            return operator.index(value)
        if "float" in kinds and isinstance(value, Real):
            return float(value)
    if "str" in kinds and isinstance(value, str):
        return value
    if "os.PathLike[str]" in kinds and isinstance(value, os.PathLike):
        return value
    if any(one.__name__ in kinds & OBJECTS.keys() for one in type(value).__mro__):
        return value
    words = [{**CHECKED, **OBJECTS}[kind] for kind in sorted(kinds, key=list({**OBJECTS, **CHECKED}).index)]
    raise ParleyError(f"{name}: expected {' or '.join(words)}, got {described(value)}{meant(value, kinds)}")


def described(value: Any) -> str:
    """Return a value for a message, short."""
    if value is None or isinstance(value, bool | int | float):
        return str(value)[:LONGEST]
    return f"the text {value[:LONGEST]!r}" if isinstance(value, str) else f"a {type(value).__name__}"


def meant(value: Any, kinds: frozenset[str]) -> str:
    """Return ``; write 2000`` where it is clear what a wrong count stands for."""
    if "int" not in kinds or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return f"; write {int(value)}" if value.is_integer() else ""
    with suppress(ValueError, ParleyError):
        return f"; write {read_whole(value)} without quotes" if isinstance(value, str) else ""
    return ""


# -- as typed ----------------------------------------------------------------------------------------


def read_whole(text: str | int) -> int:
    """Return the whole number that was typed: digits, with underscores between them if one likes.

    ParleyError otherwise.
    """
    if isinstance(text, int):
        return text
    typed = text.strip()
    if DIGITS.fullmatch(typed) and len(typed) <= 1000:
        return int(typed)
    raise ParleyError(f"expected a whole number, got {_shown(typed)}{_as_whole(typed)}")


def _as_whole(typed: str) -> str:
    if grouped := GROUPED.fullmatch(typed):
        number = int(grouped[1] + re.sub(r"[^0-9]", "", grouped[2]))
        return f"; for {in_thousands(number)} write {number} or {number:_}"
    with suppress(ValueError, OverflowError):
        if len(typed) <= LONGEST and (number := int(float(typed))) == float(typed) and abs(number) < 10**18:
            return f"; write {number}"
    return ""


def in_thousands(number: int) -> str:
    """Return ``20 thousand``, ``1.5 million``."""
    size, word = (10**6, "million") if abs(number) >= 10**6 else (10**3, "thousand")
    return f"{number / size:g} {word}"


@lru_cache
def read_number(example: str) -> Callable[[str | float], float]:
    """Return a reader of numbers such as ``example`` (.5).

    Per cents and decimal commas are refused, with what to write.
    """

    def number(text: str | float) -> float:
        if not isinstance(text, str):
            return text
        typed = text.strip()
        with suppress(ValueError):
            if typed.isascii() and "_" not in typed:
                return float(typed)
        raise ParleyError(f"expected a number such as {example}, got {_shown(typed)}{_as_number(typed)}")

    return number


def _as_number(typed: str) -> str:
    plain = re.sub(r"\s*%$", "", typed).replace(",", ".")
    with suppress(ValueError):
        if len(plain) <= LONGEST and plain != typed:
            value = float(plain) / 100 if typed.endswith("%") else float(plain)
            reason = "" if typed.endswith("%") else " (a point, not a comma)"
            return f"; write {value:g}{reason}"
    return ""


def _shown(typed: str) -> str:
    return f"{typed[:LONGEST]!a}" if typed else "nothing"
