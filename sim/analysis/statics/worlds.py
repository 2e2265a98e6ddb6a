"""Worlds in which frictions are switched off: a scenario rewritten, key by key, and checked like any other.

`full_information` is the world of the theorems: both sides see the war alike, promises are kept, nobody at home or
abroad has a veto, and everything is on the table at talks that meet often (Fearon 1995).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import BaseModel

from sim.scenario.diagnostics import Mark
from sim.scenario.reading.overrides import validated_with
from sim.scenario.reading.pinned_tables import pinned
from sim.scenario.schema import Belligerent, Scenario, Talks, ThirdParty, Track, Veto
from sim.scenario.to_yaml import as_yaml
from sim.scenario.yaml.yaml_reader import read_text

Edits = Iterator[tuple[str, str]]
NONE, NOBODY = "{}", "[]"


def _sides(scenario: Scenario, **values: str) -> Edits:
    """Yield what gives both sides the same values, as far as a side has such a key."""
    for side in (scenario.sides.A, scenario.sides.B):
        yield from _keys(Belligerent, f"parties.{side}", values)


def _keys(section: type[BaseModel], path: str, values: Mapping[str, str]) -> Edits:
    yield from ((f"{path}.{key}", value) for key, value in values.items() if key in section.model_fields)


def _tracks(scenario: Scenario, **values: str) -> Edits:
    for name in scenario.tracks:
        yield from _keys(Track, f"tracks.{name}", values)


def _lines(scenario: Scenario) -> Edits:
    for name, party in scenario.parties.items():
        if isinstance(party, Belligerent | Veto):
            yield f"parties.{name}.red_lines", NONE
    yield from _tracks(scenario, demands=NONE)


def _audiences(scenario: Scenario) -> Edits:
    yield from _sides(scenario, public_lines=NONE, audience_slope="0", signature_cost="0", meeting_cost="0")
    yield from _tracks(scenario, audience_cost=NONE)


def _limits(scenario: Scenario) -> Edits:
    for name, party in scenario.parties.items():
        if isinstance(party, ThirdParty):
            yield f"parties.{name}.limits", NONE


def _scope(scenario: Scenario) -> Edits:
    first = next(name for name, track in scenario.tracks.items() if track.general)
    yield f"tracks.{first}.scope", f"[{', '.join(scenario.issues)}]"


def _talks(scenario: Scenario) -> Edits:
    often = {"convening_prob_per_week": "0.95", "after_failure": "1", "close_enough": "1", "ripeness": "0"}
    yield from _keys(Talks, "talks", often)
    yield from _sides(scenario, usual_level="3", level_cap="3")


FRICTIONS: dict[str, Callable[[Scenario], Edits]] = {
    "disagreement": lambda world: _sides(world, optimism="0", optimism_rest="0", unseen_spread="0"),
    "distrust": lambda world: _sides(world, trust="1"),
    "fear": lambda world: _sides(world, fear="0", image="0"),
    "red lines": _lines,
    "audience costs": _audiences,
    "veto players": lambda world: _tracks(world, ratified_by=NOBODY),
    "controllers": lambda world: ((f"issues.{name}.controllers", NOBODY) for name in world.issues),
    "guarantors' limits": _limits,
    "narrow scope": _scope,
    "rare talks": _talks,
}
"""What can be switched off, by the name that the page uses."""
EVERY_FRICTION = tuple(FRICTIONS)


def edited(scenario: Scenario, edits: Iterable[tuple[str, str]], off: Iterable[str] = ()) -> Scenario:
    """Return the scenario with some frictions off, and then with pairs of key path and YAML value set.

    Raises ScenarioError for an edit that the schema or another key does not allow.
    """
    wanted = {path: value for name in off for path, value in FRICTIONS[name](scenario)} | dict(edits)
    mark = Mark("statics")
    tree = read_text(as_yaml(scenario), lambda line, column: mark)
    return pinned(validated_with(tree, tuple(wanted.items()))).read_from(scenario.origin)


def full_information(scenario: Scenario) -> Scenario:
    """Return the scenario with every friction off."""
    return edited(scenario, (), EVERY_FRICTION)
