"""Warnings about a sound scenario: keys that change nothing as given, and numbers coded for an earlier model.

A warning stops nothing. ``parley check`` prints it with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.scenario.checks.conditions import can_exceed_0
from sim.scenario.diagnostics import KeyPath, Problem
from sim.scenario.key_paths import resolved
from sim.scenario.schema import MODEL, Belligerent, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity

SMALLEST = 1e-9


def warnings(scenario: Scenario, base: Scenario | None = None) -> Iterator[Problem]:
    """Yield everything worth a warning in a sound scenario; ``base`` is the one that it extends."""
    yield from of_earlier_model(scenario)
    known = resolved(scenario)
    for rule in (_demands_beyond_the_wish, _aid_without_effect, _effort_without_reach, _nothing_in_the_way):
        yield from rule(known)
    if base is not None:
        yield from _support_lowered(known, resolved(base))


def of_earlier_model(scenario: Scenario) -> Iterator[Problem]:
    """Yield one warning that names the keys whose meaning changed, for a scenario that does not say ``model: 3``."""
    if scenario.model is None:
        changed = "; ".join(words for uses, words in CHANGED if uses(scenario))
        words = f"expected `model: {MODEL}`, got none: in a file of an earlier model other things were meant by"
        yield Problem((), f"{words} {changed}")


def _has_moving_cost(scenario: Scenario) -> bool:
    sides = (scenario.belligerent(name) for _, name in scenario.sides)
    return any(side.strain_volatility.bounds[1] > 0 for side in sides)


def _have(scenario: Scenario, key: str, kind: type[Belligerent | Veto]) -> bool:
    return any(isinstance(party, kind) and getattr(party, key) for party in scenario.parties.values())


CHANGED: tuple[tuple[Callable[[Scenario], bool], str], ...] = (
    (lambda scenario: True, "points (now per unit of the scale)"),
    (
        lambda scenario: any(issue.war_share.bounds[1] > 0 for issue in scenario.issues.values()),
        "war_share (now at the momentum expected over the year ahead)",
    ),
    (_has_moving_cost, "strain (now the mean of a cost that moves)"),
    (
        lambda scenario: any("delivered" not in issue.model_fields_set for issue in scenario.issues.values()),
        "issues without `delivered` (now nothing but promises)",
    ),
    (
        lambda scenario: _have(scenario, "public_lines", Belligerent),
        "audience_slope (now by the distance beyond the public line)",
    ),
    (lambda scenario: _have(scenario, "red_lines", Veto), "red_lines of veto players (now bounds of what is offered)"),
)
"""Whether a scenario uses a key whose meaning changed with model 3, and what it means now."""


def _demands_beyond_the_wish(scenario: Scenario) -> Iterator[Problem]:
    for name, track in scenario.tracks.items():
        for side, points in track.demands.items():
            is_a = side == scenario.sides.A
            for issue, point in points.items():
                wish = scenario.belligerent(side).ideal_point[issue].middle
                if (point.middle < wish) if is_a else (point.middle > wish):
                    words = f"expected {'at least' if is_a else 'at most'} {wish:g}, what {side} wishes (ideal_point), "
                    yield Problem(("tracks", name, "demands", side, issue), f"{words}got {point.middle:g}")


def _numbers_of(scenario: Scenario, name: str, key: str) -> Iterator[tuple[KeyPath, Quantity]]:
    """Yield what a party's number is at the start, then what events set it to, with the places."""
    yield ("parties", name, key), getattr(scenario.parties[name], key)
    for number, event in enumerate(scenario.events):
        if (path := f"parties.{name}.{key}") in event.set:
            yield ("events", number, "set", path), event.set[path]


def _aid_without_effect(scenario: Scenario) -> Iterator[Problem]:
    for name, party in scenario.parties.items():
        if not isinstance(party, ThirdParty):
            continue
        for where, aid in _numbers_of(scenario, name, "aid"):
            if aid.bounds == (1.0, 1.0):
                continue
            if party.role == "mediator":
                yield Problem(where, f"this changes nothing: {name} is a mediator, and aid is that of a `role: backer`")
            elif not any(share.bounds[1] > 0 for share in party.supports.values()):
                yield Problem(where, f"this changes nothing: {name} supports nobody; say in `supports` whose aid it is")
            elif not can_exceed_0(scenario, f"parties.{name}.aid_cut_momentum", party.aid_cut_momentum):
                words = f"this changes nothing: `aid_cut_momentum` of {name} is 0, the momentum that its aid is worth"
                yield Problem(where, words)


def _effort_without_reach(scenario: Scenario) -> Iterator[Problem]:
    for name, party in scenario.parties.items():
        if not isinstance(party, ThirdParty) or any(reach.bounds[1] > 0 for reach in party.reach.values()):
            continue
        for where, effort in _numbers_of(scenario, name, "effort"):
            if effort.bounds[1] > 0:
                yield Problem(where, f"this changes nothing: say in `reach` which side {name} reaches")


def _support_lowered(scenario: Scenario, base: Scenario) -> Iterator[Problem]:
    """Warn of an edit that does not do what its name says: supports is whose aid it is, aid how much flows."""
    for name, party in scenario.parties.items():
        before = base.parties.get(name)
        if not isinstance(party, ThirdParty) or not isinstance(before, ThirdParty):
            continue
        for side, share in before.supports.items():
            now = party.supports[side].middle if side in party.supports else 0.0
            if now < share.middle - SMALLEST:
                words = f"expected {share.middle:g} as in the scenario that this one extends, got {now:g}: "
                words += "`supports` says whose aid it is, `aid` how much of it flows"
                yield Problem(("parties", name, "supports", side), words)


def _nothing_in_the_way(scenario: Scenario) -> Iterator[Problem]:
    """Warn of a war in which neither side has a reason to fight on: any ceasefire is better than a year of war."""
    if scenario.expect == "certain" or any(issue.war_share.bounds[1] > 0 for issue in scenario.issues.values()):
        return
    for _, name in scenario.sides:
        side: Belligerent = scenario.belligerent(name)
        costs = (*(track.audience_cost.get(name) for track in scenario.tracks.values()), side.signature_cost)
        reasons = [side.optimism, side.optimism_rest, side.fear, side.meeting_cost, *filter(None, costs)]
        reasons += [side.audience_slope] if side.public_lines else []
        is_demanding = any(track.demands.get(name) for track in scenario.tracks.values())
        if is_demanding or any(number.bounds[1] > 0 for number in reasons):
            return
    words = "nothing keeps this war going: it promises no side anything (war_share 0 on every issue), and there is no "
    yield Problem(("war",), f"{words}optimism, fear, audience cost or demand", at_key=True)
