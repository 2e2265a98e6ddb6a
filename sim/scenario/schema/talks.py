"""The talks of a scenario: when rounds are held, who attends at which level, what is dated."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sim.scenario.schema.fields import Level, Section, number, text
from sim.scenario.schema.quantity import Day, Factor, Quantity, Rate, Share, Signed, Strict, Utils


class Talks(Section):
    """Rounds of talks: how often they are held, at which level, and with which texts."""

    convening_prob_per_week: Share = number(
        0.15,
        "chance of a round in a week, before persistence and convening_pull of third parties add to it; where those are 0 it holds whoever convenes. A round is a week in which both sides send delegates, face to face or through a go-between. Coded for this war on its first day in the file; where age_slope is above 0, for the first day of the war",
        "per week",
    )
    after_failure: Factor = number(
        0.7, "factor on that rate after a failed round, one that saw no range: 1 as before, 0 never again", "ratio"
    )
    age_slope: Factor = number(
        0,
        "old wars meet less: rate divided by (1 + years) to this power; 0 where the rate is coded for the war at its age",
        "exponent",
    )
    ripeness: Rate = number(
        0.3,
        "extra rate of rounds after a round that saw a range (Zartman 2000): .3 is a chance of a quarter a week on top of the others, 0 they meet no sooner",
        "per week",
    )
    mandate: tuple[float, float, float, float] = text(
        "authority by level: absent, aides, ministers, leaders", default=(0.0, 0.4, 0.7, 1.0)
    )
    call_home_prob: Share = number(
        0.25,
        "chance that delegations below the track's least level get leave to sign, in a round in which there is something to sign; 0 never, 1 always",
        "per round",
    )
    level_shift_prob: Share = number(
        0.35,
        "chance, after each round that saw a range, that both sides from then on send people one level higher (aides, ministers, leaders; twice at most, never above level_cap)",
        "per round",
    )
    close_enough: Share = number(
        0.1,
        "offers this close on the contract curve are split: 0 only the same offer, .1 a tenth of the way between the two ends, 1 any",
        "contract-curve weight",
    )
    persistence_of_chance: Share = number(
        0.5,
        "how alike the weeks of one trial are in whether a call home, a mediator's text or a higher level succeeds: the share of the variance that lasts. 0 every week anew, 1 a trial in which it fails once fails always",
    )
    text_prob: Share = number(
        1,
        "factor on the chance of a mediator's text in a round, which is this times the skill in the room: 1 leaves it to skill, 0 no texts",
    )
    text_error: Share = number(
        0.2, "standard deviation of a text around the Nash point, times 1 - skill", "contract-curve weight"
    )
    text_bias: Share = number(
        0.1,
        "how far a mediator of bias 1 pulls a text from the middle toward that side's end: 0 not at all, .1 a tenth of the contract curve",
        "contract-curve weight",
    )
    blame_offer: Factor = number(2, "weight of the offer's distance in a backer's blame", "ratio")
    blame_attendance: Factor = number(1, "weight of attendance in a backer's blame", "ratio")


class AttendanceRule(Strict):
    """``party`` attends at ``level`` if every party in ``when`` attends at least at the level given there."""

    party: str
    level: Level
    when: dict[str, Level]
    source: str | None = None
    note: str | None = None
    kind: Literal["sourced", "judgement"] | None = None


class Window(Section):
    """A dated holiday on which a short ceasefire may be proposed."""

    name: str
    date: Day
    reciprocated_prob: Share
    agreed_share: Share = number(0, "share of reciprocated ceasefires that are jointly agreed")


class Condition(Strict):
    """What must hold for an event to happen: everything that is given."""

    no_ceasefire_by: Day | None = text(
        "the fighting goes on in the week of this day or later, and no general ceasefire has been agreed so far",
        default=None,
    )
    round_failed: bool = text("a round failed in the week before: it saw no range", default=False)
    absent: dict[str, Level] = text(
        "party that sent a lower level than this to the last round held or attempted", default={}
    )
    engaged: tuple[str, ...] = text("third parties that take part", default=())

    @model_validator(mode="after")
    def _states_something(self) -> Self:
        if self == type(self).model_construct():
            raise ValueError(f"expected at least one of {', '.join(type(self).model_fields)}, got none")
        return self


class Event(Section):
    """An event that the scenario supposes, on a date or once something holds. It applies at the start of its week."""

    name: str
    date: Day | None = text(
        "day on which it happens; with `when` the first day on which it may, by default the start", default=None
    )
    when: Condition | None = text(
        "happens once, in the first week in which all of this holds, and not at all if it never does; it then sets parameters, momentum or pressure, but forces no round and no level",
        default=None,
    )
    round: bool = text("a round is held that week", default=False)
    levels: dict[str, Level] = text("level at which parties come that week", default={})
    set: dict[str, Quantity] = text("parameters that take a new value from that week on", default={})
    momentum_shift: Signed = number(0, "offensive: momentum moves at once", "momentum")
    pressure: dict[str, Utils] = text("cost of war added at once to a side (a sanctions package)", default={})
