"""What a round finds and does on a track: the look at its range, the offers, the trials it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.theory.utility import Array

if TYPE_CHECKING:
    from sim.columns.packages import TrackPackages

Trials = NDArray[np.int64]


def pieces(column: NDArray[Any], sizes: Iterable[int]) -> list[NDArray[Any]]:
    """Consecutive parts of a column, by size; ``np.split`` takes ten times as long."""
    ends = list(accumulate(sizes, initial=0))
    return [column[first:beyond] for first, beyond in pairwise(ends)]


class Offers:
    """Standing offers on one track, as mixes, and who moved in the last round."""

    def __init__(self, openings: Sequence[Array]) -> None:
        self.mix = [opening.copy() for opening in openings]
        self.has_moved = [np.ones(len(opening), dtype=bool) for opening in openings]

    def gap(self, trials: Trials) -> Array:
        return self.mix[0].take(trials) - self.mix[1].take(trials)

    def reopen(self, openings: Sequence[Array], trials: Trials) -> None:
        """Bargaining starts again from the opening offers of some trials."""
        for mix, opening, has_moved in zip(self.mix, openings, self.has_moved, strict=True):
            mix[trials] = opening
            has_moved[trials] = True


class Look(NamedTuple):
    """What a round found on a track: needs, reservation points and whether they leave a range."""

    needed: tuple[Array, Array]
    lower: Array
    upper: Array
    has_range: NDArray[np.bool_]
    rows: Trials
    status_quo: list[Array]

    def some(self, places: Trials) -> Look:
        """The look at some of its trials."""
        needed = (self.needed[0].take(places), self.needed[1].take(places))
        lines = [line.take(places) for line in self.status_quo]
        lower, upper = self.lower.take(places), self.upper.take(places)
        has_range, rows = self.has_range.take(places), self.rows.take(places)
        return Look(needed, lower, upper, has_range, rows, lines)


class NextOffers(NamedTuple):
    """What both sides offer this round on a track, as mixes, and whether that concedes anything."""

    of_a: Array
    of_b: Array
    a_conceded: NDArray[np.bool_]
    b_conceded: NDArray[np.bool_]

    def some(self, places: Trials) -> NextOffers:
        return NextOffers(*(column.take(places) for column in self))


class Lane(NamedTuple):
    """A track in this week's rounds; ``places`` are the positions of its trials among the rounds."""

    track: TrackPackages
    places: Trials
    trials: Trials
    look: Look
    offers: NextOffers | None

    def where(self, is_free: NDArray[np.bool_]) -> Lane:
        """The lane in rounds in which no later track has been signed."""
        kept = np.flatnonzero(is_free.take(self.places))
        if len(kept) == len(self.places):
            return self
        offers = self.offers.some(kept) if self.offers else None
        return Lane(self.track, self.places.take(kept), self.trials.take(kept), self.look.some(kept), offers)
