"""The sections of a scenario file. The schema declares every key with its unit, default and range.

Each field has its meaning in words; the JSON Schema (``parley schema``) and the parameter reference are
generated from it. Sections follow the order of
the week: war, third parties, convening, bargaining, ceasefires. Rules that join several keys (points sum
to 100, parties exist, the status quo lies between the ideals) are in ``sim.scenario.checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr

from sim.scenario.schema.ceasefires import Assurances, Truces
from sim.scenario.schema.evidence import (
    Calibration,
    Crowd,
    Joint,
    NamedTable,
    ReadFile,
    Reading,
    ReferenceClass,
    WarRecord,
)
from sim.scenario.schema.fields import Section, text
from sim.scenario.schema.levers import Lever
from sim.scenario.schema.parties import Belligerent, Issue, Party, Role, ThirdParty, Track, Veto
from sim.scenario.schema.quantity import Day, Strict
from sim.scenario.schema.talks import AttendanceRule, Event, Talks, Window
from sim.scenario.schema.war import War
from sim.scenario.sources.contents import CROWD, Content, Uncompared, known_contents

MODEL = 3
"""Version of the model, as scenario files state it."""


class Sides(Strict):
    """The belligerents on sides A and B."""

    A: str
    B: str


class Scenario(Section):
    """A resolved scenario: after ``extends`` and overrides. It is frozen; ``model_copy(update=...)`` changes a copy."""

    title: str
    question: str = text("what is asked, so that anyone could settle it later")
    supposes: str = text("one sentence: what this scenario supposes")
    resolution: str = text("the exact rule that settles the question")
    start: Day
    horizon_weeks: int = Field(default=52, ge=4, le=520)
    follow_up_weeks: int = Field(
        default=26, ge=4, le=260, description="weeks a ceasefire is followed after the horizon"
    )
    sides: Sides
    issues: dict[str, Issue]
    tracks: dict[str, Track]
    parties: dict[str, Party]
    war: War
    assurances: Assurances = Assurances()
    talks: Talks = Talks()
    truces: Truces = Truces()
    attendance: tuple[AttendanceRule, ...] = ()
    windows: tuple[Window, ...] = ()
    events: tuple[Event, ...] = ()
    reference_class: ReferenceClass | None = None
    record: WarRecord | None = None
    calibration: Calibration | None = None
    joint: tuple[Joint, ...] = ()
    crowd: Crowd | None = None
    readings: tuple[Reading, ...] = text(
        "other coders' numbers of the same scenario: coding sheets, each one reading beside the file's own. Those of a file are laid over the readings of the same name of the file that it extends; an empty list drops them",
        default=(),
        exclude_if=lambda listed: not listed,
    )
    levers: dict[str, Lever] = text(
        "what parties could move, how far, and with what effort; never simulated unless asked", default={}, exclude=True
    )
    mirrored: bool = text(
        "flip the sign of the random numbers of the front and of texts (set by mirror)", default=False
    )
    model: Literal[3] | None = text(
        "version of the model that the numbers are coded for. Without it `parley check` names the keys whose meaning changed since; a file has that of the one it extends",
        default=None,
    )
    expect: Literal["open", "certain", "impossible"] = text(
        "a teaching scenario may be certain or impossible by construction", default="open"
    )
    _held: Uncompared[Content] = PrivateAttr(default_factory=Uncompared)
    _origin: Uncompared[ReadFile] = PrivateAttr(default_factory=Uncompared)

    def model_post_init(self, context: Any) -> None:
        """Keep the content of the tables that are named by digest."""
        self._holding_its_tables()

    def named_tables(self) -> Iterator[NamedTable]:
        """Yield every table that the scenario names: of its draws, of the record's forecasts, of its forecasters.

        Yields
        ------
        NamedTable
            Section, name and digest of a table.
        """
        for number, group in enumerate(self.joint):
            if group.file is not None:
                yield NamedTable(f"joint.{number}", group.file, group.sha256)
        if self.calibration is not None:
            yield NamedTable("calibration", self.calibration.draws, self.calibration.sha256)
        if self.record is not None:
            yield NamedTable("record", self.record.levels, self.record.sha256)
        if self.crowd is not None:
            yield NamedTable(CROWD, self.crowd.file, self.crowd.sha256)

    def with_tables(self, change: Callable[[Any, str], Any]) -> Self:
        """Return a copy with every section that names a table changed; it holds the content of the tables named then.

        Parameters
        ----------
        change
            Called with a section (``Joint``, ``Calibration``, ``WarRecord`` or ``Crowd``) and the key that names its table.

        Returns
        -------
        Scenario
            The copy, or the scenario itself where no section changes.
        """
        joint = tuple(group if group.file is None else change(group, "file") for group in self.joint)
        found = {
            "joint": joint,
            "calibration": self.calibration and change(self.calibration, "draws"),
            "record": self.record and change(self.record, "levels"),
            "crowd": self.crowd and change(self.crowd, "file"),
        }
        update = {key: value for key, value in found.items() if value != getattr(self, key)}
        copy = self.model_copy(update=update) if update else self
        return copy._holding_its_tables()

    def _holding_its_tables(self) -> Self:
        self._held = known_contents(table.sha256 for table in self.named_tables())
        return self

    @property
    def origin(self) -> tuple[ReadFile, ...]:
        """The files that the scenario was read from; empty for one built in Python."""
        return self._origin

    def read_from(self, files: Iterable[ReadFile]) -> Self:
        """Record the files that the scenario was read from.

        Parameters
        ----------
        files
            The files, the scenario's own first.

        Returns
        -------
        Scenario
            The scenario itself.
        """
        self._origin = Uncompared(files)
        return self

    def __getstate__(self) -> dict[Any, Any]:
        self._holding_its_tables()  # a copy may name other tables than the scenario it was copied from
        return super().__getstate__()

    def belligerent(self, name: str) -> Belligerent:
        """Return the belligerent of a name.

        Raises
        ------
        KeyError
            If there is no party of that name.
        TypeError
            If the party has another role.
        """
        return self._party(name, Belligerent)

    def third_party(self, name: str) -> ThirdParty:
        """Return the mediator or backer of a name; raises as ``belligerent`` does."""
        return self._party(name, ThirdParty)

    def veto(self, name: str) -> Veto:
        """Return the veto player of a name; raises as ``belligerent`` does."""
        return self._party(name, Veto)

    def day_of(self, event: Event) -> date:
        """Return the day of an event; for one with a condition and no date the start, from which it may happen."""
        return event.date or self.start

    def _party(self, name: str, role: type[Role]) -> Role:
        party = self.parties[name]
        if not isinstance(party, role):
            raise TypeError(f"{name} is a {party.role}, not a {role.__name__}")
        return party


SETTABLE: tuple[str, ...] = (
    "war.momentum_mean",
    "war.momentum_volatility",
    "war.fluidity",
    "war.victory_hazard",
    "talks.convening_prob_per_week",
    "talks.level_shift_prob",
    "talks.call_home_prob",
    "talks.ripeness",
    "assurances.monitoring",
    "assurances.guarantee_credibility",
    "assurances.resupply_limits.*",
    "parties.*.strain",
    "parties.*.optimism_rest",
    "parties.*.optimism",
    "parties.*.fear",
    "parties.*.trust",
    "parties.*.engagement",
    "parties.*.aid",
    "parties.*.effort",
    "parties.*.act_prob_per_week",
    "parties.*.tilt",
    "parties.*.skill",
    "parties.*.unity",
    "parties.*.usual_level",
    "parties.*.level_cap",
    "truces.*",
)
"""Parameters that a dated event may set (``events: [{set: {war.momentum_mean: .3}}]``)."""
