"""Declare what can happen in a week of a trial: each with what was decided, and the numbers that it was decided by."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sim.scenario.schema import Condition


class Dated(NamedTuple):
    """An event of the scenario takes place; ``sets`` are the parameters that it changes.

    ``when`` is what it waited for, if anything, and holds this week for the first time.
    """

    name: str
    date: date
    sets: tuple[str, ...]
    when: Condition | None = None


class Victory(NamedTuple):
    """A side wins the war, and may impose a ceasefire."""

    winner: str
    imposes_ceasefire: bool


class WalkedAway(NamedTuple):
    """A backer takes no part any more, and may cut its aid."""

    party: str
    cuts_aid: bool


class Pressed(NamedTuple):
    """A backer presses a side, after a failed round or when its patience has run out.

    ``adds`` is the cost that fighting on has for the side beyond today's. [util] ``blame_a`` and ``blame_b`` are how
    much it blames side A and side B. [-]
    """

    party: str
    side: str
    adds: float
    cuts_aid: bool
    after_failure: bool
    weeks_waited: int
    blame_a: float
    blame_b: float


class Comer(NamedTuple):
    """Somebody who may come to a round, its level (0 stays away) and the reason for it.

    ``reason`` is ``habit``, ``lifted`` (by ``lift`` levels since a deal was near), ``persuaded``, ``event`` or
    ``rule``, with the names of third parties, events or those because of whom it comes, in ``because_of``; or
    ``left`` where it takes no part.
    """

    name: str
    level: int
    reason: str
    because_of: tuple[str, ...] = ()
    lift: int = 0


class Round(NamedTuple):
    """A round is called, by a dated event or by chance; it is held if both sides come."""

    called_by: str | None
    comers: tuple[Comer, ...]
    is_held: bool


class Bargained(NamedTuple):
    """One track of a round: what both sides need and offer, and what is signed and ratified.

    Attributes
    ----------
    track, number
        Its name, and its place among the tracks of the scenario.
    is_ceasefire : bool
        Whether a signature stops the fighting everywhere.
    by_hazard : bool
        Whether it is signed at a weekly rate, without offers and texts.
    needs : tuple of two floats
        Least gain at which side A and side B would sign. [util]
    lower, upper : float
        Reservation points of side A and side B, infinite where a side has none. [mix]
    has_range : bool
        Whether they leave a range.
    offers : tuple of two floats
        Offers of side A and side B. [mix]
    close_enough : float
        Gap between offers that is split.
    may_sign : bool
        Whether the level, or a call home, would have allowed a signature.
    lack_mandate : tuple of str
        Sides at the least level whose delegation may not sign this track below leaders.
    waits : bool
        Whether a side waits until offers on the linked track come closer.
    text : float or None
        A mediator's text. [mix]
    accepts : tuple of two bools
        Whether side A and side B accept it.
    asks_too_much : tuple of two bools
        Whether side A and side B refuse it though it leaves them better off than fighting on: it asks for more at once
        than they concede.
    signed : float or None
        What is signed. [mix]
    how : str
        ``text``, ``split`` (between the offers) or ``hazard``.
    votes : dict of str to bool
        Who is asked to ratify it, and whether they do.
    misjudged : dict of str to float
        Who refuses since it needs more than its side thought, and how much more. [util]
    """

    track: str
    number: int
    is_ceasefire: bool
    by_hazard: bool
    needs: tuple[float, float]
    lower: float
    upper: float
    has_range: bool
    offers: tuple[float, float]
    close_enough: float
    may_sign: bool
    lack_mandate: tuple[str, ...]
    waits: bool
    text: float | None
    accepts: tuple[bool, bool]
    asks_too_much: tuple[bool, bool]
    signed: float | None
    how: str
    votes: dict[str, bool]
    misjudged: dict[str, float]

    @property
    def passes(self) -> bool:
        """Return whether something is signed that nobody refuses to ratify."""
        return self.signed is not None and all(self.votes.values())


class Began(NamedTuple):
    """An agreed ceasefire takes force, in place of another or for the first time.

    ``mix`` is what was signed, or, with ``is_upgrade_at_expiry``, the middle of the range where one that ran out is
    upgraded.
    """

    track: str
    number: int
    replaces: str | None
    term_weeks: int | None
    mix: float
    is_upgrade_at_expiry: bool


class Renewed(NamedTuple):
    """A ceasefire runs out, and both sides still gain by it."""

    track: str


class Ended(NamedTuple):
    """A ceasefire collapses, or lapses when its term ends; ``track`` is None where a victor had imposed it.

    ``shortfall`` is what the side that it suited less lacked by then against fighting on. [util]
    """

    track: str | None
    how: str
    weeks: int
    shortfall: float


class Holiday(NamedTuple):
    """A holiday on which a short ceasefire may be declared and returned, or agreed by both."""

    name: str
    date: date
    is_kept: bool
    is_agreed: bool


Happening = Dated | Victory | WalkedAway | Pressed | Round | Bargained | Began | Renewed | Ended | Holiday
