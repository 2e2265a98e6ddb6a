"""Parties as agents that may be subclassed, what such classes decide in a trial, and a trial as a Mesa model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.agents.own_rules import Rules
    from sim.agents.parties import Party
    from sim.scenario.schema import Scenario


def rules_of(scenario: Scenario, parties: Mapping[str, type[Party]] | None) -> Rules | None:
    """Return the rules of classes of somebody's own; without any, Mesa is not imported."""
    if not parties:
        return None
    from sim.agents.own_rules import Rules

    return Rules.of(scenario, parties)
