"""The form of a scenario file: every section and key, with its unit, default and range. The one home of every parameter."""

from __future__ import annotations

from sim.scenario.schema.ceasefires import Assurances, Truces
from sim.scenario.schema.evidence import Calibration, Crowd, Joint, NamedTable, ReadFile, Reading, ReferenceClass
from sim.scenario.schema.fields import DIGEST, JUDGED, Digest, Level, Section, number, text
from sim.scenario.schema.parties import Belligerent, Delegation, Issue, Landmark, Party, ThirdParty, Track, Veto
from sim.scenario.schema.scenario import MODEL, SETTABLE, Scenario, Sides
from sim.scenario.schema.talks import AttendanceRule, Condition, Event, Talks, Window
from sim.scenario.schema.war import War

__all__ = [
    "DIGEST",
    "JUDGED",
    "MODEL",
    "SETTABLE",
    "Assurances",
    "AttendanceRule",
    "Belligerent",
    "Calibration",
    "Condition",
    "Crowd",
    "Delegation",
    "Digest",
    "Event",
    "Issue",
    "Joint",
    "Landmark",
    "Level",
    "NamedTable",
    "Party",
    "ReadFile",
    "Reading",
    "ReferenceClass",
    "Scenario",
    "Section",
    "Sides",
    "Talks",
    "ThirdParty",
    "Track",
    "Truces",
    "Veto",
    "War",
    "Window",
    "number",
    "text",
]
