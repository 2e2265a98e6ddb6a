"""What has been changed on the page "What if": checked, put into the scenario, into a link, into a file.

A change sets a number to one exact value, as ``parley run --set`` does; the range it was drawn from is then gone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sim.errors import ParleyError, ScenarioError
from sim.scenario.checks import references
from sim.scenario.diagnostics import KeyPath, dotted, escaped
from sim.scenario.key_paths import slot_at, split, with_scalars
from sim.scenario.reading.mending import mended
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity

MOST_CHANGES = 60
LONGEST_SEARCH = 8000
LEVELS = ("usual_level", "level_cap")
LONGEST_PATH = 200
SIGNIFICANT = 6
UNTOUCHED: dict[str, Any] = {"joint": (), "calibration": None, "levers": {}}
NOTE = "set on the dashboard"


class Refused(ParleyError):
    """A request that no page of ours makes: answered with 422, never with a simulation."""


def changed(scenario: Scenario, changes: Mapping[str, str]) -> Scenario:
    """The scenario with every change put in.

    Equal to loading it with the same ``--set``. Raises Refused for paths and values that cannot be set at all, and
    ScenarioError where the changes break a rule of scenarios together.
    """
    if not changes:
        return scenario
    if len(changes) > MOST_CHANGES:
        raise Refused(f"{len(changes)} changes came, {MOST_CHANGES} are allowed")
    numbers, levels = {}, {}
    for text, value in changes.items():
        path = split(text)
        if len(text) > LONGEST_PATH or any(isinstance(part, int) for part in path):
            raise Refused(f"{escaped(text, 60)}: no number that can be moved here")
        if path[-1] in LEVELS:
            levels[path] = level_of(scenario, path, value)
        else:
            numbers[path] = Quantity(value=number_of(scenario, path, value))
    left = set(numbers)

    def put(path: KeyPath, quantity: Quantity) -> Quantity:
        left.discard(path)
        return numbers.get(path, quantity)

    result: Scenario = with_scalars(scenario, put)
    if left:
        raise Refused(f"{escaped(dotted(next(iter(left))))}: no number of this scenario")
    for path in numbers:
        result = without_source(result, path)
    for path, level in levels.items():
        result = without_source(with_level(result, str(path[1]), str(path[2]), level), path)
    # Rules on files of draws read those files: `check` holds the scenario to them while it is simulated.
    held(result.model_copy(update=UNTOUCHED))
    return mended(result)


def check(scenario: Scenario, changes: Mapping[str, str]) -> None:
    """ScenarioError if a changed number does not go with the draws that it is drawn with."""
    from sim.scenario.sampling.calibrated_keys import groups_of

    if any(path in group.columns for group in groups_of(scenario).values() for path in changes):
        held(scenario)


def held(scenario: Scenario) -> None:
    """ScenarioError tells the rules of scenarios that are broken."""
    if problems := references.check(scenario):
        raise ScenarioError("; ".join(f"{dotted(problem.path)}: {problem.message}" for problem in problems[:3]))


def number_of(scenario: Scenario, path: KeyPath, value: object) -> float:
    """The value as a number within what the schema allows at ``path``."""
    slot = slot_at(path, lambda party: getattr(scenario.parties.get(party), "role", None))
    if slot is None or not slot.is_quantity:
        raise Refused(f"{escaped(dotted(path))}: no number of this scenario")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused(f"{dotted(path)}: a number is wanted")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Refused(f"{dotted(path)}: a number is wanted, {escaped(str(value), 40)} came") from None
    allowed = slot.allowed
    low, high = (allowed.low, allowed.high) if allowed else (-math.inf, math.inf)
    if not (math.isfinite(number) and low <= number <= high):
        raise Refused(f"{dotted(path)}: {number:g} came, {low:g} to {high:g} is allowed")
    return number


def level_of(scenario: Scenario, path: KeyPath, value: object) -> int:
    """0 to 3 at ``parties.NAME.usual_level`` or ``level_cap``."""
    party = scenario.parties.get(str(path[1])) if len(path) == 3 and path[0] == "parties" else None
    if party is None or not hasattr(party, str(path[2])):
        raise Refused(f"{escaped(dotted(path))}: no level of this scenario")
    if isinstance(value, bool) or str(value) not in ("0", "1", "2", "3"):
        raise Refused(f"{dotted(path)}: 0, 1, 2 or 3 is wanted")
    return int(str(value))


def with_level(scenario: Scenario, party: str, key: str, level: int) -> Scenario:
    parties = {**scenario.parties, party: scenario.parties[party].model_copy(update={key: level})}
    return scenario.model_copy(update={"parties": parties})


def without_source(scenario: Scenario, path: KeyPath) -> Scenario:
    """The file's source for a plain number does not speak for the one that took its place."""

    def dropped(item: Any, rest: KeyPath) -> Any:
        if len(rest) == 1:
            said = getattr(item, "sources", None)
            if not said or str(rest[0]) not in said:
                return item
            return item.model_copy(update={"sources": {k: v for k, v in said.items() if k != str(rest[0])}})
        key = rest[0]
        if isinstance(item, Mapping):
            return {**item, str(key): dropped(item[str(key)], rest[1:])}
        if isinstance(item, tuple):
            return tuple(dropped(one, rest[1:]) if i == key else one for i, one in enumerate(item))
        return item.model_copy(update={str(key): dropped(getattr(item, str(key)), rest[1:])})

    result: Scenario = dropped(scenario, path)
    return result


def plain(value: object) -> str:
    """A number as text: short, and the same for the same number."""
    return f"{float(value):.{SIGNIFICANT}g}" if isinstance(value, int | float) else str(value)


# -- links -----------------------------------------------------------------------------------------


def link(scenario: str, changes: Mapping[str, str] = {}, path: str = "") -> str:
    """``path?scenario=...&set=path=value...``"""
    pairs = [("scenario", scenario), *(("set", f"{key}={value}") for key, value in changes.items())]
    return f"{path}?{urlencode(pairs, safe='/')}"


def read_link(search: str) -> tuple[dict[str, str], dict[str, str]]:
    """The address after ``?``: plain keys with their last value, and the changes. Raises Refused if it is too long."""
    if len(search) > LONGEST_SEARCH:
        raise Refused(f"an address of {len(search):,} characters came, {LONGEST_SEARCH:,} are allowed")
    try:
        pairs = parse_qsl(search.removeprefix("?"), keep_blank_values=True, max_num_fields=MOST_CHANGES + 20)
    except ValueError:
        raise Refused(f"more than {MOST_CHANGES} changes came") from None
    query = {key: value for key, value in pairs if key != "set"}
    return query, as_changes(value for key, value in pairs if key == "set")


def as_changes(texts: Iterable[str]) -> dict[str, str]:
    """``path=value`` texts as changes."""
    found = {}
    for text in texts:
        path, equals, value = text.partition("=")
        if not equals or not path or not value or len(text) > 300:
            raise Refused(f"set={escaped(text, 60)}: a key path, = and a value are wanted")
        found[path] = value
    return found


# -- files -----------------------------------------------------------------------------------------


def as_yaml(name: str, scenario: Scenario, changes: Mapping[str, str]) -> str:
    """A scenario file with the changes, which ``parley check`` accepts and ``parley run`` reproduces.

    It extends the scenario of that name; where no such scenario can be found, or it says something else by now, the
    file holds everything. Raises as ``changed``.
    """
    from sim.scenario.reading import load
    from sim.scenario.to_yaml import as_yaml as resolved

    result = changed(scenario, changes)
    check(result, changes)
    title = (
        f"{scenario.title}, with {len(changes)} changes" if len(changes) != 1 else f"{scenario.title}, with a change"
    )
    said = ", ".join(f"{path} is {value}" for path, value in changes.items())
    supposes = f"{scenario.supposes} But: {said}." if changes else scenario.supposes
    words = {"title": title[:200], "supposes": supposes[:1500]}
    if not changes or load.find(name) is None or load.load(name) != scenario:
        return resolved(result.model_copy(update=words if changes else {}))
    tree: dict[str, Any] = {"extends": name, **words}
    for text in changes:
        path = split(text)
        below = tree
        for part in path[:-1]:
            below = below.setdefault(str(part), {})
        key = str(path[-1])
        if key in LEVELS:
            below[key] = level_of(scenario, path, changes[text])
            below.setdefault("sources", {})[key] = {"kind": "judgement", "note": NOTE}
        else:
            number = number_of(scenario, path, changes[text])
            below[key] = {"value": number, "kind": "judgement", "note": NOTE}
    return dumped(tree)


def dumped(tree: Mapping[str, Any]) -> str:
    """The tree as YAML; every text is quoted where it must be."""
    import io

    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 110
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = io.StringIO()
    writer.dump(dict(tree), stream)
    return stream.getvalue()
