"""Display names of parties, issues and tracks: their label in any script, else their name.

Key paths, columns and JSON keep the name. A label too long for a sentence is shown where there is room for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.schema.scenario import Scenario

LONGEST = 30
"""Characters of a label that may take the place of the name in tables and sentences."""


def called(scenario: Scenario, name: str) -> str:
    """Return the label of a party or issue where it is short enough, else the name in words."""
    label = label_of(scenario, name)
    return label if label and len(label) <= LONGEST else name.replace("_", " ")


def label_of(scenario: Scenario, name: str) -> str:
    """Return the label of a party or issue, however long; empty without one."""
    if name in scenario.parties:
        return scenario.parties[name].label
    return scenario.issues[name].label if name in scenario.issues else ""


def sides_called(scenario: Scenario) -> dict[str, str]:
    """Return the display names of sides A and B."""
    return {"A": called(scenario, scenario.sides.A), "B": called(scenario, scenario.sides.B)}


def names_called(scenario: Scenario) -> Mapping[str, str]:
    """Return the display name of every party, issue and track by name."""
    tracks = {name: track.label or name.replace("_", " ") for name, track in scenario.tracks.items()}
    return tracks | {name: called(scenario, name) for name in (*scenario.issues, *scenario.parties)}
