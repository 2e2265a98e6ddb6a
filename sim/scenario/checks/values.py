"""Rules about the values of a scenario: sums, positions along the scales, limits."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.checks import conditions, joint_draws, levers, readings
from sim.scenario.diagnostics import KeyPath, Problem, dotted
from sim.scenario.key_paths import resolved, scalars
from sim.scenario.schema import Belligerent, Scenario, ThirdParty, Veto
from sim.scenario.schema.quantity import Quantity

SUM_TOLERANCE = 1e-6  # points are written with a few decimals; thirds need 33.333333
LEAST_MASS = 1e-6


def check(scenario: Scenario) -> Iterator[Problem]:
    """Yield every broken rule. Names have been checked before: what is looked up here exists."""
    known = resolved(scenario)
    for name, party in known.parties.items():
        yield from _points(name, party)
        yield from _roles(name, party)
    for rule in (_positions, _limits, _shares, _signing, conditions.check):
        yield from rule(known)
    yield from _shapes(scenario)
    yield from joint_draws.check(scenario)
    yield from levers.check(scenario)
    yield from readings.check(scenario)


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _points(name: str, party: Belligerent | ThirdParty | Veto) -> Iterator[Problem]:
    """Check that a party's points sum to 100.

    Where points are uncertain, their middles must; each draw is then scaled to 100 again (``draw_columns``).
    """
    if not party.points:
        return
    total = sum(quantity.middle for quantity in party.points.values())
    if abs(total - 100) > SUM_TOLERANCE:
        yield Problem(("parties", name, "points"), f"expected points that sum to 100, got {total:.8g}")
    elif sum(quantity.bounds[0] for quantity in party.points.values()) <= 0 and any(
        quantity.is_uncertain for quantity in party.points.values()
    ):
        words = "expected one of them with a low above 0, got points that can all be drawn as 0 at once"
        yield Problem(("parties", name, "points"), words)


def _roles(name: str, party: Belligerent | ThirdParty | Veto) -> Iterator[Problem]:
    if isinstance(party, Veto):
        return
    if party.usual_level > party.level_cap:
        words = f"expected at most level_cap {party.level_cap}, got {party.usual_level}"
        yield Problem(("parties", name, "usual_level"), words)
    if isinstance(party, ThirdParty) and party.role == "mediator" and party.act_prob_per_week.bounds[1] > 0:
        yield Problem(("parties", name, "act_prob_per_week"), "expected 0, or `role: backer`: a mediator cannot press")


def _positions(scenario: Scenario) -> Iterator[Problem]:
    """Check that side A's ideal is not above side B's, and that the status quo lies between if war moves it."""
    name_a, name_b = scenario.sides.A, scenario.sides.B
    side_a, side_b = scenario.parties[name_a], scenario.parties[name_b]
    for issue, terms in scenario.issues.items():
        ideal_a, ideal_b = side_a.ideal_point[issue], side_b.ideal_point[issue]
        mid_a, mid_b = ideal_a.middle, ideal_b.middle
        if mid_a > mid_b:
            message = f"{name_a} wants {mid_a:g} and {name_b} {mid_b:g}: 0 is side A's end, turn the scale around"
            yield Problem(("parties", name_a, "ideal_point", issue), message)
            continue
        low, high = terms.status_quo.bounds
        least, greatest = ideal_a.bounds[1], ideal_b.bounds[0]
        is_moved = terms.war_share.bounds[1] > 0 or terms.front_per_week.bounds[1] > 0
        if is_moved and (low < least or high > greatest):
            words = f"expected {least:g} to {greatest:g}, got {_span(low, high)}"
            if least > greatest:
                words = f"expected ideals that never cross, got {least:g} and {greatest:g}"
            words += ": war moves it between the two sides' ideals"
            yield Problem(("issues", issue, "status_quo"), words)
    can_stop = any(track.halts for track in scenario.tracks.values())
    for name, party in scenario.parties.items():
        if isinstance(party, Belligerent | Veto):
            side = name if isinstance(party, Belligerent) else party.side
            yield from _lines(scenario, name, party, side == name_a, can_stop)


def _lines(scenario: Scenario, name: str, party: Belligerent | Veto, is_a: bool, can_stop: bool) -> Iterator[Problem]:
    """Check that lines lie between the ideal and the other side's, and that a side's red lines allow the status quo."""
    lines = [("red_lines", issue, line) for issue, line in party.red_lines.items()]
    if isinstance(party, Belligerent):
        lines += [("public_lines", issue, line) for issue, line in party.public_lines.items()]
    must_allow = ("red_lines",) if can_stop and isinstance(party, Belligerent) else ()
    for key, issue, line in lines:
        at, ideal = line.middle, party.ideal_point[issue].middle
        status_quo = scenario.issues[issue].status_quo.middle
        word = "at least" if is_a else "at most"
        if (at < ideal) if is_a else (at > ideal):
            yield Problem(("parties", name, key, issue), f"expected {word} the party's ideal {ideal:g}, got {at:g}")
        elif key in must_allow and ((at < status_quo) if is_a else (at > status_quo)):
            message = f"expected {word} the status quo {status_quo:g}, got {at:g}: else no ceasefire is possible"
            yield Problem(("parties", name, key, issue), message)


def _limits(scenario: Scenario) -> Iterator[Problem]:
    for name, party in scenario.parties.items():
        if not isinstance(party, ThirdParty):
            continue
        for issue, (low, high) in party.limits.items():
            path: KeyPath = ("parties", name, "limits", issue)
            if not 0 <= low <= high <= 1:
                yield Problem(path, f"expected 0 <= low <= high <= 1, got {low:g} to {high:g}")
                continue
            least, greatest = scenario.issues[issue].status_quo.bounds
            if name in scenario.issues[issue].controllers and (least < low or greatest > high):
                span = _span(least, greatest)
                yield Problem(path, f"expected limits around the status quo {span}, got {low:g} to {high:g}")


def _shares(scenario: Scenario) -> Iterator[Problem]:
    third = {name: party for name, party in scenario.parties.items() if isinstance(party, ThirdParty)}
    total = sum(party.guarantor_share.middle for party in third.values())
    if total > 1 + SUM_TOLERANCE:
        last = [name for name, party in third.items() if party.guarantor_share.middle > 0][-1]
        words = f"expected the shares of all guarantors to sum to at most 1, got {total:.6g}"
        yield Problem(("parties", last, "guarantor_share"), words)
    for side in (scenario.sides.A, scenario.sides.B):
        given = {name: party.supports[side].middle for name, party in third.items() if side in party.supports}
        if sum(given.values()) > 1 + SUM_TOLERANCE:
            message = f"expected the shares of {side}'s support to sum to at most 1, got {sum(given.values()):.6g}"
            yield Problem(("parties", list(given)[-1], "supports", side), message)
    mandate = scenario.talks.mandate
    if not all(0 <= level <= 1 for level in mandate) or list(mandate) != sorted(mandate):
        yield Problem(("talks", "mandate"), f"expected four shares from 0 to 1 that do not fall, got {list(mandate)}")


def _signing(scenario: Scenario) -> Iterator[Problem]:
    """Check that tracks signed by hazard, and no others, have a rate, and that no linkage waits for their offers."""
    set_by_draws = {path for group in scenario.joint if group.mode == "value" for path in group.columns}
    by_hazard = [name for name, track in scenario.tracks.items() if track.signing == "hazard"]
    for name, track in scenario.tracks.items():
        where: KeyPath = ("tracks", name, "signing_rate")
        most = track.signing_rate.bounds[1]
        if name in by_hazard and most <= 0 and dotted(where) not in set_by_draws:
            yield Problem(where, "expected a rate above 0, got 0: with `signing: hazard` nothing else gets it signed")
        elif name not in by_hazard and (most > 0 or dotted(where) in set_by_draws):
            yield Problem(where, "this has no effect: it is the rate of a track with `signing: hazard`")
        if track.waits_for is not None and (name in by_hazard or track.waits_for in by_hazard):
            without = name if name in by_hazard else track.waits_for
            message = f"linkage goes by offers, and `{without}` has none: it is signed by hazard"
            yield Problem(("tracks", name, "waits_for"), message)


def _shapes(scenario: Scenario) -> Iterator[Problem]:
    """Check that a truncated distribution has some of its probability between its ends."""
    for path, quantity in scalars(scenario):
        if mass(quantity) < LEAST_MASS:
            low, high = quantity.bounds
            yield Problem(path, f"next to none of the {quantity.dist} distribution lies between {low:g} and {high:g}")


def mass(quantity: Quantity) -> float:
    """Return the probability that an untruncated draw falls between ``low`` and ``high`` (1 where there are none)."""
    if quantity.dist not in ("normal", "lognormal", "beta") or (quantity.low is None and quantity.high is None):
        return 1.0
    low, high = quantity.bounds
    if quantity.dist == "beta":
        from scipy.special import betainc  # costs a fifth of a second, so only where it is needed

        return float(betainc(quantity.a, quantity.b, min(high, 1.0)) - betainc(quantity.a, quantity.b, max(low, 0.0)))
    if quantity.dist == "normal":
        centre, spread = quantity.mean or 0.0, quantity.sd or 1.0
    else:
        centre, spread = math.log(quantity.median or 1.0), quantity.log_sd or 1.0
        low, high = (math.log(end) if end > 0 else -math.inf for end in (low, high))
    return (math.erf((high - centre) / spread / math.sqrt(2)) - math.erf((low - centre) / spread / math.sqrt(2))) / 2
