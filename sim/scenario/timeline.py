"""Timeline files: a scenario, what takes it back to the eve, and dated events merged over it one after the other.

A timeline is read by the same reader as a scenario and refused with the same messages. ``base`` names a scenario,
``before`` is a fragment of one (any keys of a scenario) that takes the base back to the day before the first event,
and the ``set`` of each event is merged over the earlier ones as a file over the one it extends. So there is one state
more than there are events, each of them a full scenario. All of them ask the same question from the same start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from sim.errors import ScenarioError
from sim.scenario.checks.validate import problem_of
from sim.scenario.diagnostics import KeyPath, Mark, Problem, as_error, escaped, fold, nearest
from sim.scenario.key_paths import ROOT, Slot
from sim.scenario.reading.load import load, open_layers
from sim.scenario.reading.merging import SOURCE_KEYS, absorb_sources
from sim.scenario.reading.scenario_names import find_beside, name_of
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Day, Provenance, Strict
from sim.scenario.sources.search_path import SUFFIXES, find, roots, shown
from sim.scenario.yaml.yaml_reader import Node, error_of_nodes, node_at, place_of, plain, read_file

FOLDER = "timelines"
MOST_EVENTS = 50
FIXED = {
    "extends": "not allowed here: `base` names what is built on",
    **dict.fromkeys(
        ("start", "horizon_weeks", "follow_up_weeks", "sides", "question", "resolution"),
        "not allowed here: start, sides and question are those of the base in every state",
    ),
}
"""Keys that every state shares, so that all answer one question and differences are paired."""
UNSOURCED = "expected a `source`, or `kind: judgement` with a note, for every event"


class TimelineEvent(Provenance):
    """An event: its day, the numbers that it sets, and its source."""

    date: Day
    name: str = Field(min_length=1, max_length=80)
    set: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_accounted_for(self) -> Self:
        if self.source is None and not (self.kind == "judgement" and self.note):
            raise ValueError(UNSOURCED)
        return self


class TimelineFile(Strict):
    """The content of a timeline file."""

    title: str
    base: str
    before: dict[str, Any] = {}
    events: tuple[TimelineEvent, ...] = Field(min_length=1, max_length=MOST_EVENTS)


@dataclass(frozen=True)
class State:
    """An event and the scenario as known after it. The eve is the first of them."""

    date: date
    name: str
    scenario: Scenario
    said: Provenance


@dataclass(frozen=True)
class LoadedTimeline:
    """A timeline with its name and file. ``states`` has the eve first, then one state per event in their order."""

    title: str
    name: str
    path: Path
    base: str
    states: tuple[State, ...]


def open_timeline(name_or_path: str | os.PathLike[str]) -> LoadedTimeline:
    """Load a timeline by name (``istanbul_may_2025``) or file; ScenarioError has every mistake with its place."""
    path = resolve_timeline(name_or_path)
    tree = read_file(path, shown(path))
    parsed = _checked(tree)
    base = find_beside(tree.value["base"], path, ("base",))
    if late := _after_horizon(tree, parsed, load(base)):
        raise as_error(late)
    events = tree.value["events"].value
    fragments = [_fragment(tree, "before"), *(_with_source(_fragment(event, "set"), event) for event in events)]
    scenarios = open_layers(base, fragments, path)
    eve = parsed.events[0].date - timedelta(days=1)
    heads = [(eve, "the eve", Provenance()), *((event.date, event.name, _source_of(event)) for event in parsed.events)]
    states = [State(*head[:2], scenario, head[2]) for head, scenario in zip(heads, scenarios, strict=True)]
    return LoadedTimeline(parsed.title, name_of(path).removeprefix(f"{FOLDER}/"), path, name_of(base), tuple(states))


def timelines() -> list[str]:
    """List names of all timelines under the scenarios folders."""
    return list(dict.fromkeys(path.stem for root in roots() for path in sorted(root.glob(f"{FOLDER}/*.yaml"))))


def resolve_timeline(name_or_path: str | os.PathLike[str]) -> Path:
    """Find the file of a timeline's name or path; ScenarioError with the nearest name if there is none."""
    text = os.fspath(name_or_path)
    if text.endswith(SUFFIXES) and os.path.lexists(text):
        return Path(text)
    if path := find(f"{FOLDER}/{text.removeprefix(f'{FOLDER}/')}"):
        return path
    if os.path.isfile(text) or os.path.isdir(text):
        raise ScenarioError(f"{escaped(text)}: error: a timeline's file must end in .yaml")
    close = nearest(text, timelines())
    known = f"did you mean `{close}`?" if close else f"there are: {', '.join(timelines()) or 'none'}"
    raise ScenarioError(f"no timeline `{escaped(text)}`, {known}")


def _source_of(event: TimelineEvent) -> Provenance:
    return Provenance(source=event.source, note=event.note, kind=event.kind)


def _checked(tree: Node) -> TimelineFile:
    """Validate the timeline in ``tree``, its fragments no further than their first keys."""
    try:
        parsed = TimelineFile.model_validate(plain(tree))
    except ValidationError as error:
        problems = [_problem(tree, item) for item in error.errors(include_url=False, include_input=False)]
        raise as_error(_located(tree, problems)) from None
    if problems := [*_fixed(parsed), *_order(parsed)]:
        raise as_error(_located(tree, problems))
    return parsed


def _located(tree: Node, problems: list[Problem]) -> list[tuple[Mark, Problem]]:
    return sorted(((place_of(tree, problem), problem) for problem in problems), key=lambda pair: pair[0])


def _problem(tree: Node, item: Any) -> Problem:
    """Return an error of pydantic's in the words of the scenario loader, with counts where a length is wrong."""
    path: KeyPath = item["loc"]
    match item["type"]:
        case "too_short":
            return Problem(path, "expected at least one, got none")
        case "string_too_short":
            return Problem(path, "expected a name, got an empty text")
        case "too_long" | "string_too_long":
            node, what = node_at(tree, path), "events" if item["type"] == "too_long" else "characters"
            n = len(node.value) if node else 0
            return Problem(path, f"expected at most {item['ctx']['max_length']} {what}, got {n}")
    return problem_of(tree, path, item, Slot(TimelineFile))


def _fixed(parsed: TimelineFile) -> list[Problem]:
    """List keys that would give a state another question, or another base."""
    parts: list[tuple[KeyPath, dict[str, Any]]] = [(("before",), parsed.before)]
    parts += [(("events", number, "set"), event.set) for number, event in enumerate(parsed.events)]
    found = []
    for path, fragment in parts:
        found += [Problem((*path, key), words, at_key=True) for key, words in FIXED.items() if key in fragment]
    return found


def _order(parsed: TimelineFile) -> list[Problem]:
    """Check that events are in order and that each has a name of its own."""
    found, seen = [], {fold("the eve")}
    for number, event in enumerate(parsed.events):
        if number and event.date < parsed.events[number - 1].date:
            earlier = parsed.events[number - 1].date
            words = f"expected a day from {earlier} on, got {event.date}: put events in order"
            found.append(Problem(("events", number, "date"), words))
        if fold(event.name) in seen:
            words = f"expected a name of its own, got '{escaped(event.name)}' again"
            found.append(Problem(("events", number, "name"), words))
        seen.add(fold(event.name))
    return found


def _after_horizon(tree: Node, parsed: TimelineFile, base: Scenario) -> list[tuple[Mark, Problem]]:
    """List events after the last day of the question's horizon."""
    last = base.start + timedelta(weeks=base.horizon_weeks)
    words = f"expected a day up to {last}, the end of the question's horizon"
    late = [
        Problem(("events", number, "date"), f"{words}, got {event.date}")
        for number, event in enumerate(parsed.events)
        if event.date > last
    ]
    return _located(tree, late)


def _fragment(node: Node, key: str) -> Node:
    return node.value.get(key) or node.holding({})


def _with_source(fragment: Node, event: Node) -> Node:
    """Return an event's fragment with the event's source at every number that has none of its own."""
    given = {key: event.value[key] for key in SOURCE_KEYS if key in event.value and event.value[key].value is not None}
    says = event.holding({"*": event.holding(given)})
    bare = {key.removesuffix("+"): key for key in fragment.value}
    if len(bare) < len(fragment.value) or "sources" in bare:
        return fragment  # `events` and `events+` at once is refused when it is merged
    whole = event.holding({name: fragment.value[key] for name, key in bare.items()} | {"sources": says})
    problems: list[tuple[Node, Problem]] = []
    found = absorb_sources(whole, ROOT, problems)
    if problems:
        raise error_of_nodes(problems)
    return fragment.holding({key: found.value[name] for name, key in bare.items()})
