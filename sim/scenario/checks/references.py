"""Rules that join several keys of a scenario: names that must exist, dates, order, circles.

Each rule yields Problems (key path, message); ``check`` gathers them all. Rules about values (sums,
positions, limits) are in ``values``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from sim.scenario.checks import values
from sim.scenario.checks.levers import levels_of_parties
from sim.scenario.diagnostics import KeyPath, Problem, dotted, escaped, fold, unknown
from sim.scenario.key_paths import allowed_at, expected, is_settable, quantities, scalars, slot_at
from sim.scenario.schema import SETTABLE, Belligerent, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity

LONGEST_NAME = 40
DEVICE_NAMES = frozenset(("con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))))

NOBODY = "nobody"
"""What results call the winner where neither side has won: no party may be called so."""


def check(scenario: Scenario) -> list[Problem]:
    """Return every broken rule of the scenario; an empty list if it is sound."""
    problems = [*_names(scenario), *_sides(scenario)]
    if problems:  # the other rules look things up by side
        return problems if list(_sides(scenario)) else [*problems, *_references(scenario)]
    problems = [*_references(scenario), *_order(scenario), *_dates(scenario), *_events(scenario), *_same_as(scenario)]
    if problems:
        return problems
    return list(values.check(scenario))


def _names(scenario: Scenario) -> Iterator[Problem]:
    for section, named in (("issues", scenario.issues), ("tracks", scenario.tracks), ("parties", scenario.parties)):
        if not named:
            yield Problem((section,), "expected at least one, got none")
        seen: dict[str, str] = {}
        for name in named:
            if reason := _bad_name(name):
                yield Problem((section, name), reason, at_key=True)
            elif section == "parties" and fold(name) == NOBODY:
                words = f"expected another name, got `{name}`, which results use where neither side has won"
                yield Problem((section, name), words, at_key=True)
            elif (other := seen.setdefault(fold(name), name)) != name:
                yield Problem((section, name), f"the names `{other}` and `{name}` are too alike", at_key=True)


def _bad_name(name: str) -> str | None:
    """Return why ``name`` cannot be a party's, issue's or track's, or None."""
    if len(name) > LONGEST_NAME:
        return f"expected a name of at most {LONGEST_NAME} characters, got {len(name)}"
    is_plain = all(
        (c.isascii() and c.isalnum()) or c == "_" or (c.isalpha() and unicodedata.name(c, "").startswith("LATIN "))
        for c in name
    )
    hint = "" if name.isascii() else "; another script goes in `label:`"
    if not name or not is_plain or unicodedata.normalize("NFC", name) != name:
        return f"expected Latin letters, digits and underscores, got the name '{escaped(name)}'{hint}"
    if name.casefold() in DEVICE_NAMES:
        return f"expected another name, got '{name}', which some systems reserve for a device"
    return None


def _sides(scenario: Scenario) -> Iterator[Problem]:
    belligerents = _of_kind(scenario, Belligerent)
    for side, name in scenario.sides:
        if name not in belligerents:
            yield Problem(("sides", side), unknown("belligerent", name, belligerents))
    if scenario.sides.A == scenario.sides.B:
        yield Problem(("sides", "B"), f"`{escaped(scenario.sides.B)}` is on both sides")
        return
    if not {scenario.sides.A, scenario.sides.B} <= set(belligerents):
        return
    for name in belligerents:
        if name not in (scenario.sides.A, scenario.sides.B):
            words = f"expected two belligerents, {scenario.sides.A} and {scenario.sides.B}, got a third"
            yield Problem(("parties", name, "role"), words)


def _exist(path: KeyPath, names: Iterable[str], options: Iterable[str], what: str) -> Iterator[Problem]:
    """Yield a Problem for each of ``names`` (keys of a mapping, or items of a list) that is not an option."""
    allowed = list(options)
    is_mapping = isinstance(names, Mapping)
    for number, name in enumerate(names):
        if name not in allowed:
            where = (*path, name if is_mapping else number)
            yield Problem(where, unknown(what, name, allowed), at_key=is_mapping)
    if not is_mapping and len(set(names)) != len(list(names)):
        yield Problem(path, "expected each name once, got one of them twice")


def _references(scenario: Scenario) -> Iterator[Problem]:
    sides = (scenario.sides.A, scenario.sides.B)
    third, vetoes = _of_kind(scenario, ThirdParty), _of_kind(scenario, Veto)
    attending = [name for name in scenario.parties if name not in vetoes]
    for name, issue in scenario.issues.items():
        yield from _exist(("issues", name, "controllers"), issue.controllers, third, "third party")
    for name, track in scenario.tracks.items():
        yield from _exist(("tracks", name, "scope"), track.scope, scenario.issues, "issue")
        yield from _exist(("tracks", name, "ratified_by"), track.ratified_by, vetoes, "veto player")
        for key in ("audience_cost", "demands"):
            yield from _exist(("tracks", name, key), getattr(track, key), sides, "side")
        for side, points in track.demands.items():
            yield from _exist(("tracks", name, "demands", side), points, scenario.issues, "issue")
        if track.waits_for is not None:
            others = [other for other in scenario.tracks if other != name]
            yield from _one(("tracks", name, "waits_for"), track.waits_for, others, "track")
    for name, party in scenario.parties.items():
        yield from _party_references(("parties", name), party, scenario, sides)
    for key in ("guaranteed", "resupply_limits"):
        yield from _exist(("assurances", key), getattr(scenario.assurances, key), sides, "side")
    for number, rule in enumerate(scenario.attendance):
        yield from _one(("attendance", number, "party"), rule.party, attending, "party")
        yield from _exist(("attendance", number, "when"), rule.when, attending, "party")
    for number, event in enumerate(scenario.events):
        yield from _exist(("events", number, "levels"), event.levels, attending, "party")
        yield from _exist(("events", number, "pressure"), event.pressure, sides, "side")
        if event.when is not None:
            yield from _exist(("events", number, "when", "absent"), event.when.absent, attending, "party")
            yield from _exist(("events", number, "when", "engaged"), event.when.engaged, third, "third party")


def _of_kind(scenario: Scenario, kind: type[Belligerent | ThirdParty | Veto]) -> list[str]:
    return [name for name, party in scenario.parties.items() if isinstance(party, kind)]


def _one(path: KeyPath, name: str, options: Iterable[str], what: str) -> Iterator[Problem]:
    if name not in (allowed := list(options)):
        yield Problem(path, unknown(what, name, allowed))


def _party_references(
    path: KeyPath, party: Belligerent | ThirdParty | Veto, scenario: Scenario, sides: tuple[str, str]
) -> Iterator[Problem]:
    by_issue = {
        Belligerent: ("ideal_point", "points", "red_lines", "public_lines"),
        Veto: ("ideal_point", "points", "red_lines"),
    }
    for key in by_issue.get(type(party), ("ideal_point", "points", "limits")):
        yield from _exist((*path, key), getattr(party, key), scenario.issues, "issue")
    if not isinstance(party, ThirdParty):
        for key in ("ideal_point", "points"):
            for issue in scenario.issues:
                if issue not in getattr(party, key):
                    yield Problem((*path, key, issue), "missing, expected a number for every issue", at_key=True)
    if isinstance(party, Belligerent) and party.signs is not None:
        yield from _exist((*path, "signs"), party.signs, scenario.tracks, "track")
    if isinstance(party, Veto):
        yield from _one((*path, "side"), party.side, sides, "side")
    if isinstance(party, ThirdParty):
        for key in ("reach", "leverage", "supports"):
            yield from _exist((*path, key), getattr(party, key), sides, "side")
        for issue in party.points:
            if issue in scenario.issues and issue not in party.ideal_point:
                where = (*path, "ideal_point", issue)
                yield Problem(where, "missing: points need a position on the issue", at_key=True)
        if party.follows is not None:
            backers = [name for name, other in scenario.parties.items() if other.role == "backer"]
            own = str(path[1])
            yield from _one((*path, "follows"), party.follows, [name for name in backers if name != own], "backer")
            if party.follows in backers and own in backers and backers.index(party.follows) > backers.index(own):
                message = f"`{party.follows}` is listed later: parties act in file order, list it before `{own}`"
                yield Problem((*path, "follows"), message)


def _order(scenario: Scenario) -> Iterator[Problem]:
    if not any(track.general for track in scenario.tracks.values()):
        words = "expected at least one general track, got none: only general tracks count as a ceasefire"
        yield Problem(("tracks",), words)
    for name, track in scenario.tracks.items():
        if track.general and not track.halts:
            words = "expected true, got false: a general ceasefire stops the fighting"
            yield Problem(("tracks", name, "halts"), words)
        if track.settles and not track.general:
            words = "expected false, got true: only a general track can settle the war"
            yield Problem(("tracks", name, "settles"), words)
    for name in scenario.tracks:
        chain = [name]
        while (following := scenario.tracks[chain[-1]].waits_for) in scenario.tracks and following not in chain:
            chain.append(str(following))
        if following == name:
            yield Problem(("tracks", name, "waits_for"), f"runs in a circle: {' > '.join([*chain, name])}")
    for name, issue in scenario.issues.items():
        for number, (left, right) in enumerate(zip(issue.landmarks, issue.landmarks[1:], strict=False), 1):
            if right.at <= left.at:
                words = f"expected a position above {left.at:g}, got {right.at:g}: landmarks rise along the scale"
                yield Problem(("issues", name, "landmarks", number, "at"), words)
        if len({fold(mark.name) for mark in issue.landmarks}) != len(issue.landmarks):
            yield Problem(("issues", name, "landmarks"), "expected each name once, got one of them twice")


def _dates(scenario: Scenario) -> Iterator[Problem]:
    try:
        end = scenario.start + timedelta(weeks=scenario.horizon_weeks + scenario.follow_up_weeks)
        end -= timedelta(weeks=scenario.follow_up_weeks)
    except OverflowError:
        yield Problem(("start",), f"expected a horizon that ends by the year 9999, got the start {scenario.start}")
        return
    if scenario.war.began > scenario.start:
        words = f"expected a day up to the start ({scenario.start}), got {scenario.war.began}"
        yield Problem(("war", "began"), words)
    dated: list[tuple[KeyPath, date]] = [
        (("windows", n, "date"), window.date) for n, window in enumerate(scenario.windows)
    ]
    for number, event in enumerate(scenario.events):
        if event.date is not None:
            dated.append((("events", number, "date"), event.date))
        elif event.when is None:
            words = f"missing, expected {expected(slot_at(('events', number, 'date')))}"
            yield Problem(("events", number, "date"), words, at_key=True)
        if event.when is not None and event.when.no_ceasefire_by is not None:
            dated.append((("events", number, "when", "no_ceasefire_by"), event.when.no_ceasefire_by))
    for path, day in dated:
        if not scenario.start <= day < end:
            words = f"expected a day from {scenario.start} to {end - timedelta(days=1)}, got {day}"
            yield Problem(path, words)
    weeks = [(window.date - scenario.start).days // 7 for window in scenario.windows]
    for number, window in enumerate(scenario.windows):
        if weeks[number] in weeks[:number]:
            yield Problem(("windows", number, "date"), f"expected one window a week, got a second one on {window.date}")


def _events(scenario: Scenario) -> Iterator[Problem]:
    """Check that events set parameters that can change on a date, within their range."""
    if not any(event.set for event in scenario.events):
        return
    known = quantities(scenario)
    settable = sorted(path for path in (*known, *levels_of_parties(scenario)) if is_settable(path))
    settable += [f"assurances.resupply_limits.{side}" for side in (scenario.sides.A, scenario.sides.B)]
    for number, event in enumerate(scenario.events):
        for name, quantity in event.set.items():
            path: KeyPath = ("events", number, "set", name)
            if name in settable:
                yield from _fits(path, name, quantity)
                continue
            words = unknown("parameter", name, settable)
            if name in known:
                allowed = ", ".join(pattern for pattern in SETTABLE if pattern.split(".")[0] == name.split(".")[0])
                words = f"an event cannot set this; it can set {allowed or ', '.join(SETTABLE[:4])}"
            if name == "war.momentum":
                words += "; to move momentum at once give the event a `momentum_shift`"
            yield Problem(path, words, at_key=True)


def _fits(path: KeyPath, name: str, quantity: Quantity) -> Iterator[Problem]:
    if name.endswith(("usual_level", "level_cap")):
        if not set(quantity.values or (quantity.value,)) <= {0, 1, 2, 3}:
            given = f"a {quantity.dist}" if quantity.value is None else f"{quantity.value:g}"
            yield Problem(path, f"expected a level of 0, 1, 2 or 3 or a choice of them, got {given}")
        return
    if limits := allowed_at(name):
        try:
            limits(quantity)
        except ValueError as reason:
            yield Problem(path, str(reason))


def _same_as(scenario: Scenario) -> Iterator[Problem]:
    """Check that references exist, run in no circle, and fit the range of the place they fill."""
    known = quantities(scenario)
    for parts, quantity in scalars(scenario):
        if quantity.same_as is None:
            continue
        chain = [dotted(parts)]
        reference: str | None = quantity.same_as
        while reference in known and reference not in chain:
            chain.append(str(reference))
            reference = known[str(reference)].same_as
        where = (*parts, "same_as")
        if reference in chain:
            yield Problem(where, f"runs in a circle: {escaped(' > '.join([*chain, str(reference)]), 200)}")
        elif reference is not None:
            yield Problem(where, unknown("parameter", reference, list(known)))
        elif len(parts) > 3 and parts[2] == "set" and parts[0] == "events":
            yield from _fits(where, str(parts[3]), known[chain[-1]])
        else:
            slot = slot_at(parts)
            try:
                if slot is not None and slot.allowed is not None:
                    slot.allowed(known[chain[-1]])
            except ValueError as reason:
                yield Problem(where, f"`{escaped(chain[-1])}` does not fit: {reason}")
