"""The source of each number of a scenario, and the numbers without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel

from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.key_paths import along, scalars, slot_at
from sim.scenario.reading.merging import PLAIN_NUMBERS, source_for
from sim.scenario.schema import AttendanceRule, Joint, Scenario, Section
from sim.scenario.schema.quantity import Provenance, Quantity
from sim.scenario.sources.contents import SHORT
from sim.scenario.sources.search_path import SHIPPED

Standing = Literal["sourced", "judgement", "default", "unstated"]


def provenance(scenario: Scenario, path: str) -> Provenance:
    """Return the provenance of the number at ``path``.

    It is the number's own source, its section's, an enclosing section's (longest prefix, then ``*``), or the
    schema's for a default. Raises KeyError if there is no such number.
    """
    return _of(scenario, dict(_numbers(scenario))[path])[0]


def standing(scenario: Scenario, path: str) -> Standing:
    """Return whether the number at ``path`` is sourced, a stated judgement, a default or unstated."""
    return _of(scenario, dict(_numbers(scenario))[path])[1]


def ledger(scenario: Scenario) -> dict[str, tuple[Provenance, Standing]]:
    """Return provenance and standing of every number by key path."""
    return {text: _of(scenario, path) for text, path in _numbers(scenario)}


def counts(scenario: Scenario) -> dict[Standing, int]:
    """Count numbers that are sourced, judgements, defaults and unstated."""
    found = Counter(standing for _, standing in ledger(scenario).values())
    return {standing: found[standing] for standing in get_args(Standing)}


def read_in_words(scenario: Scenario) -> list[str]:
    """Write a line for each place that files were read from: their names and the first digits of their digests."""
    places: dict[str, list[str]] = {}
    for file in scenario.origin:
        what = "" if file.role in ("scenario", "extended") else f"{file.role}: "
        name = file.name if file.place == SHIPPED else file.shown
        places.setdefault(file.place, []).append(f"{what}{name} ({file.sha256[:SHORT]})")
    return [f"  read, {place}: {', '.join(dict.fromkeys(names))}" for place, names in places.items()]


class Evidence(NamedTuple):
    """Evidence behind a scenario's odds: how many of its numbers have a source, and whether it is calibrated."""

    numbers: int
    sourced: int
    calibrated: bool

    @property
    def words(self) -> str:
        """The evidence in one line, for every place that prints odds."""
        have = "has" if self.sourced == 1 else "have"
        return f"{self.sourced} of {self.numbers} numbers {have} a source; {CALIBRATED[self.calibrated]}."

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**self._asdict(), "words": self.words}


CALIBRATED = ("never calibrated", "calibrated on the record of past wars")


def evidence(scenario: Scenario) -> Evidence:
    """Return the evidence of a scenario; a default of the program is no source of the scenario's."""
    found = counts(scenario)
    return Evidence(sum(found.values()), found["sourced"], scenario.calibration is not None)


def evidence_of_all(scenarios: Sequence[Scenario]) -> str:
    """Write the evidence of several scenarios in one line."""
    found = [evidence(scenario) for scenario in scenarios]
    if len(set(found)) == 1:
        return found[0].words
    shares = sorted(found, key=lambda one: one.sourced / max(1, one.numbers))
    least, most = (f"{one.sourced} of {one.numbers}" for one in (shares[0], shares[-1]))
    n = sum(one.calibrated for one in found)
    rest = f"{n} of {len(found)} scenarios are calibrated" if 0 < n < len(found) else CALIBRATED[n > 0]
    return f"{least} to {most} numbers of a scenario have a source; {rest}."


def undocumented(scenario: Scenario) -> list[str]:
    """List key paths of numbers with neither a source nor ``kind: judgement``."""
    return [path for path, (_, standing) in ledger(scenario).items() if standing == "unstated"]


def _numbers(scenario: Scenario) -> Iterator[tuple[str, KeyPath]]:
    """Yield every number that needs a source: quantities, and the levels, limits and weeks an analyst sets."""
    for path, _ in scalars(scenario):
        yield dotted(path), path
    sections: list[tuple[KeyPath, Section]] = [(("talks",), scenario.talks)]
    sections += [(("tracks", name), track) for name, track in scenario.tracks.items()]
    sections += [(("parties", name), party) for name, party in scenario.parties.items()]
    for path, section in sections:
        for key in PLAIN_NUMBERS:
            if key in type(section).model_fields and getattr(section, key) != {}:
                yield dotted((*path, key)), (*path, key)
    for number in range(len(scenario.attendance)):
        yield f"attendance.{number}", ("attendance", number)


def _of(scenario: Scenario, path: KeyPath, followed: int = 0) -> tuple[Provenance, Standing]:
    holders = list(along(scenario, path))
    number = holders[-1]
    if isinstance(number, Quantity | AttendanceRule):
        own = Provenance(source=number.source, note=number.note, kind=number.kind)
        if own.is_stated:
            return own, _stated_standing(own)
    for depth in range(len(path) - 1, -1, -1):
        holder = holders[depth]
        if isinstance(holder, Joint):
            return Provenance(source=holder.source), "sourced"
        if isinstance(holder, Section) and (found := _section_source(holder, path[depth:])):
            return found, _stated_standing(found)
    for holder, part in zip(holders, path, strict=False):
        if isinstance(holder, BaseModel) and str(part) not in holder.model_fields_set:
            return _default_source(path), "default"
    if isinstance(number, Quantity) and number.same_as and followed < 20:
        known = {dotted(where): where for where, _ in scalars(scenario)}
        if number.same_as in known:
            return _of(scenario, known[number.same_as], followed + 1)
    return Provenance(), "unstated"


def _section_source(section: Section, below: KeyPath) -> Provenance | None:
    return source_for(below, {name: source for name, source in section.sources.items() if source.is_stated})


def _stated_standing(source: Provenance) -> Standing:
    return "judgement" if source.kind == "judgement" else "sourced"


def _default_source(path: KeyPath) -> Provenance:
    slot = slot_at(path)
    extra = slot.field.json_schema_extra if slot and slot.field else None
    said = extra.get("default_source") if isinstance(extra, dict) else None
    return Provenance(source=said) if isinstance(said, str) and said != "judgement" else Provenance(kind="judgement")
