"""How numbers are printed: counts with their noun, and a dash for what cannot be known. Knows no result and no table.

A value that is None, not a number or infinite is unknown. It is printed as ``DASH``, with the reason in a sentence
beside it, and is null in JSON.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

DASH = "-"


def is_known(value: float | None) -> TypeGuard[float]:
    """Return whether there is a number."""
    return value is not None and math.isfinite(value)


def finite(value: float | None) -> float | None:
    """Return a plain number, or None for what is none."""
    return float(value) if is_known(value) else None


def as_number(value: float | None, form: str) -> str:
    """Return a number in a format such as ``.2f`` or ``+.1f``, never ``-0``; a dash if it is unknown."""
    if not is_known(value):
        return DASH
    text = f"{value:{form}}"
    if text.startswith("-") and not any(digit in text for digit in "123456789"):
        return f"{0.0:{form}}"
    return text


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 war``, ``1,200 trials``; ``plural`` where it is not the noun with an s."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def plain(value: Any) -> Any:
    """Return a value for JSON: what is in it as it is, unknown numbers None."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
