"""Numbers with their ranges, as types: ``odds: Share`` is a float from 0 to 1, checked where it is read from a file."""

from __future__ import annotations

from typing import Annotated, NamedTuple


class Range(NamedTuple):
    """Hold the least and largest value of a number."""

    least: float
    most: float


LARGEST = 2**63
Share = Annotated[float, Range(0, 1)]
"""A probability, a share of trials, or an end of its interval."""
Difference = Annotated[float, Range(-1, 1)]
"""One share less another, or an end of its interval."""
Count = Annotated[int, Range(0, LARGEST)]
"""How many, or a place in a list."""
