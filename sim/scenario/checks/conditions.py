"""Rules of demands on a track, of what a delegation may sign, and of events that happen once something holds."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.diagnostics import KeyPath, Problem
from sim.scenario.schema import Belligerent, Event, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity

CONVENING, RIPENESS = "talks.convening_prob_per_week", "talks.ripeness"
NO_ROUNDS = (
    f"expected talks that meet, got {CONVENING} and {RIPENESS} of 0 and no event with a round: this can never be true"
)


def check(scenario: Scenario) -> Iterator[Problem]:
    """Yield every broken rule. Names have been checked before, ``same_as`` is resolved."""
    yield from _demands(scenario)
    for name, party in scenario.parties.items():
        if isinstance(party, Belligerent) and party.signs == ():
            words = "expected at least one track, got none: without this key its delegation may sign every track"
            yield Problem(("parties", name, "signs"), words)
    for number, event in enumerate(scenario.events):
        yield from _conditional(("events", number), event, scenario)


def _demands(scenario: Scenario) -> Iterator[Problem]:
    """Check that demands are of issues in the track's scope and leave a package in some draw of what is uncertain."""
    for name, track in scenario.tracks.items():
        for side, points in track.demands.items():
            for issue, point in points.items():
                where: KeyPath = ("tracks", name, "demands", side, issue)
                if issue not in track.scope:
                    scope = ", ".join(track.scope) or "no issue"
                    words = f"expected an issue in the scope of the track ({scope}), got `{issue}`"
                    yield Problem(where, words, at_key=True)
                    continue
                is_a = side == scenario.sides.A
                for bound, whose in _bounds_against(scenario, name, issue, is_a):
                    mildest = _end(point, not is_a)
                    if (mildest < bound) if is_a else (mildest > bound):
                        words = f"expected {'at least' if is_a else 'at most'} {bound:g}, {whose}"
                        yield Problem(where, f"{words}, got {mildest:g}: together they leave no package")
                        break


def _end(number: Quantity, is_low: bool) -> float:
    """Return the low or the high end of what a number may be."""
    return number.bounds[0 if is_low else 1]


def _bounds_against(scenario: Scenario, name: str, issue: str, is_a: bool) -> Iterator[tuple[float, str]]:
    """Yield the points on an issue of a track beyond which a demand of side A (or B) cannot be met, and why.

    Two demands that exclude each other are reported once, at that of side B.
    """
    track = scenario.tracks[name]
    other = scenario.sides.B if is_a else scenario.sides.A
    demand = track.demands.get(other, {}).get(issue)
    if demand is not None and not is_a:
        yield _end(demand, is_a), f"what {other} demands"
    for party_name, party in scenario.parties.items():
        if party_name == other and isinstance(party, Belligerent) and issue in party.red_lines:
            yield _end(party.red_lines[issue], is_a), f"the red line of {other}"
        elif isinstance(party, Veto) and party_name in track.ratified_by and party.side == other:
            if issue in party.red_lines:
                line, today = _end(party.red_lines[issue], is_a), _end(scenario.issues[issue].status_quo, is_a)
                yield (min if is_a else max)(line, today), f"the red line of {party_name}"
        elif isinstance(party, ThirdParty) and party_name in scenario.issues[issue].controllers:
            if issue in party.limits:
                yield party.limits[issue][0 if is_a else 1], f"the limit of {party_name}"


def _conditional(where: KeyPath, event: Event, scenario: Scenario) -> Iterator[Problem]:
    """Check that an event with a condition forces no round and no level, and that the condition can hold."""
    if event.when is None:
        return
    for key, is_given in (("round", event.round), ("levels", bool(event.levels))):
        if is_given:
            words = "expected none in an event with `when`, which can set parameters, momentum_shift and pressure"
            yield Problem((*where, key), words, at_key=True)
    for party, level in event.when.absent.items():
        if level == 0:
            words = "expected a level from 1 to 3, got 0: nobody can come below it, so this can never be true"
            yield Problem((*where, "when", "absent", party), words)
    for number, name in enumerate(event.when.engaged):
        party_engagement = f"parties.{name}.engagement"
        if not can_exceed_0(scenario, party_engagement, scenario.third_party(name).engagement):
            words = f"expected a party that takes part, got `{name}` with an engagement of 0, which no event sets"
            yield Problem((*where, "when", "engaged", number), words)
    if not _can_meet(scenario):
        for key in ("round_failed", "absent"):
            if getattr(event.when, key):
                yield Problem((*where, "when", key), NO_ROUNDS)


def _can_meet(scenario: Scenario) -> bool:
    """Return whether a round can ever be held."""
    talks = scenario.talks
    return (
        any(event.round for event in scenario.events)
        or can_exceed_0(scenario, CONVENING, talks.convening_prob_per_week)
        or can_exceed_0(scenario, RIPENESS, talks.ripeness)
    )


def can_exceed_0(scenario: Scenario, path: str, quantity: Quantity) -> bool:
    """Return whether a number can be above 0: as it is, by an event that sets it, or by a joint draw of its value."""
    is_drawn = any(group.mode == "value" and path in group.columns for group in scenario.joint)
    later = [event.set[path] for event in scenario.events if path in event.set]
    return is_drawn or any(number.bounds[1] > 0 for number in (quantity, *later))
