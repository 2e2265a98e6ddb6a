"""Rounds of talks in words: who attended and why, what was offered, why it was refused, what was signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sim.analysis.replay.trace import Facts
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import called

LEVELS = ("nobody", "aides", "ministers", "leaders")
_MOST_TERMS = 3
"""So many terms of a package are reported at a time; ``--json`` has them all."""
_NOTABLE_MOVE = 0.05
"""A term that has moved by less of its scale since it was reported is not reported again."""
_SAME = 0.2
"""A shortfall that has changed by less than this share is reported as "the same"."""

Said = tuple[str, str]
"""Kind and text of a line."""


def listed(parts: Sequence[str]) -> str:
    """Join words: ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def utils(size: float) -> str:
    """Word utils: ``0.012 utils``; never a false 0."""
    return "under 0.001 utils" if 0 < size < 0.001 else f"{size:.3f} utils"


def term(found: Mapping[str, Any]) -> str:
    """Word a term: the nearest landmark, or its place on the scale."""
    return f'"{found["landmark"]}"' if found["landmark"] else f"{found['at']:.2f} of the scale"


def signed(scenario: Scenario, terms: Mapping[str, Any]) -> str:
    """Word the terms of a signed package: ``aid "...", monitoring "..."``; that there are none without an issue."""
    said = [f"{called(scenario, issue)} {term(found)}" for issue, found in terms.items()]
    return ", ".join(said) or "nothing but the halt"


class Rounds:
    """Narrates rounds one after the other, and says only what is new."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.sides = (scenario.sides.A, scenario.sides.B)
        self.called = partial(called, scenario)
        self._offers: dict[tuple[str, str], Facts] = {}  # terms as last reported
        self._refusal: tuple[str, float] | None = None
        self._guests: list[str] | None = None
        self._came: tuple[list[str], list[str]] | None = None

    def label(self, track: str) -> str:
        """Word a track."""
        return self.scenario.tracks[track].label or track.replace("_", " ").capitalize()

    def narrate(self, facts: Facts) -> Iterator[Said]:
        """Yield the lines of one round."""
        yield "round", self._who(facts)
        lanes = [lane for lane in facts["tracks"] if "has_range" in lane]
        general = [lane for lane in reversed(lanes) if lane["is_general"]]
        for lane in general:
            if text := self._offered(lane):
                yield "offers", text
        for lane in lanes:
            yield from self._agreed(lane)
        if any(lane["signed"] for lane in general):
            self._refusal = None
            return
        if any(lane["has_range"] for lane in general):
            self._refusal = None
            for lane in general:
                if lane["has_range"]:
                    yield "refusal", self._missed(lane)
        elif general:
            yield "refusal", self._refused(general)

    # -- who attended ----------------------------------------------------------------------------------------

    def _who(self, facts: Facts) -> str:
        if not facts["is_held"]:
            absent = [self.called(side) for side in self.sides if facts["levels"][side] == 0]
            stay = "stay" if len(absent) > 1 else "stays"
            self._came = None
            return f"A round is called and fails: {listed(absent)} {stay} away."
        came = [self._level(side, facts) for side in self.sides]
        parts = [f"{self.called(side)} sends {level}" for side, level in zip(self.sides, came, strict=True)]
        if came[0] == came[1]:
            parts = [f"both sides send {came[0]}"]
        guests = [f"{self.called(name)} ({LEVELS[level]})" for name, level in facts["levels"].items()
                  if level and name not in self.sides]  # fmt: skip
        if (came, guests) == self._came:
            return "Another round at the same level."
        self._came = came, guests
        text = f"A round is held: {', '.join(parts)}."
        if guests != self._guests and (guests or self._guests):
            text += f" Also there: {listed(guests)}." if guests else " No third party is there."
        self._guests = guests
        return text

    def _level(self, name: str, facts: Facts) -> str:
        level, why = LEVELS[facts["levels"][name]], facts["why"][name]
        match why["reason"]:
            case "rule":
                comes = [f"{self.called(other)} sends {LEVELS[facts['levels'][other]]}" for other in why["because_of"]]
                return f"{level} because {listed(comes)}"
            case "event":
                return f"{level} as announced"
            case "persuaded":
                return f"{level} at the urging of {listed([self.called(one) for one in why['because_of']])}"
            case "lifted":
                return f"{level}, above habit since a deal was in reach"
            case _:
                return f"{level} as usual"

    # -- what was offered --------------------------------------------------------------------------------

    def _offered(self, lane: Facts) -> str:
        """Word new offers in landmarks: at first where they differ most, then what has changed."""
        if "offers" not in lane:
            return ""
        offers, track = lane["offers"], lane["track"]
        if (track, self.sides[0]) not in self._offers:
            for side in self.sides:
                self._offers[track, side] = dict(offers[side]["terms"])
            return self._apart(track, offers)
        changed = []
        for side in self.sides:
            if moves := _changes(self._offers[track, side], offers[side]["terms"]):
                self._offers[track, side] |= moves
                terms = [f"{self.called(issue)} {term(found)}" for issue, found in list(moves.items())[:_MOST_TERMS]]
                changed.append(f"{self.called(side)} now offers {listed(terms)}")
        gap = offers[self.sides[0]]["mix"] - offers[self.sides[1]]["mix"]
        return f"{self.label(track)}: {'; '.join(changed)}. Offers are {_gap(gap)}." if changed else ""

    def _apart(self, track: str, offers: Facts) -> str:
        a, b = (offers[side]["terms"] for side in self.sides)
        apart = sorted((issue for issue in a if term(a[issue]) != term(b[issue])),
                       key=lambda issue: -abs(a[issue]["at"] - b[issue]["at"]))  # fmt: skip
        gap = _gap(offers[self.sides[0]]["mix"] - offers[self.sides[1]]["mix"])
        if not a:
            return ""
        if not apart:
            return f"{self.label(track)}: the offers differ in details only, {gap}."
        sides = [self.called(side) for side in self.sides]
        terms = [f"{self.called(issue)} ({sides[0]}: {term(a[issue])}; {sides[1]}: {term(b[issue])})"
                for issue in apart[:_MOST_TERMS]]  # fmt: skip
        return f"{self.label(track)}: offers are {gap}; furthest apart on {listed(terms)}."

    # -- why it was refused ------------------------------------------------------------------------------

    def _refused(self, lanes: list[Facts]) -> str:
        """Word why no general track has a range: who misses how much in the other's offer, on the nearest track."""
        nearest = max(lanes, key=lambda lane: -1e9 if lane["refusals"]["best"] is None else lane["refusals"]["best"])
        best, track = nearest["refusals"]["best"], nearest["track"]
        known, self._refusal = self._refusal, (track, best if best is not None else float("-inf"))
        if best is None:
            return f"No deal: on {self.label(track)} red lines, limits and demands leave no package."
        if best >= 0.0 and (vetoes := self.scenario.tracks[track].ratified_by):
            who = listed([self.called(one) for one in vetoes])
            return f"No deal: on {self.label(track)} {who} would ratify no package that both sides prefer to war."
        if known is not None and known[0] == track and _is_same(best, known[1]):
            return f"No deal, for the same reasons: the best package leaves a side {utils(-best)} short."
        sides = sorted(self.sides, key=lambda side: -(nearest["refusals"][side]["short"] or 0.0))
        said = [self._short(side, nearest) for side in sides if (nearest["refusals"][side]["short"] or 0.0) > 0]
        return (
            f"No deal on {self.label(track)}: {'; '.join(said)}. Even the package that is best for both leaves a side "
            f"{utils(-best)} short."
        )

    def _short(self, side: str, lane: Facts) -> str:
        found, own = lane["refusals"][side], self.called(side)
        other = self.sides[1] if side == self.sides[0] else self.sides[0]
        if found["issue"] is None:
            return f"{own} misses {utils(found['short'])}, and no issue is on the table to make up for it"
        issue = self.called(found["issue"])
        if "offers" not in lane:
            return f"{own} misses {utils(found['short'])}, most of all on {issue} ({utils(found['issue_short'])})"
        wording = term(lane["offers"][other]["terms"][found["issue"]])
        return (
            f"what {self.called(other)} offers leaves {own} {utils(found['short'])} below what it needs, and the term "
            f"furthest from its wish is {issue}, {wording}, by {utils(found['issue_short'])}"
        )

    def _missed(self, lane: Facts) -> str:
        """Word why a range ended without a signature."""
        text = f"{self.label(lane['track'])}: a deal that both prefer to war is there, and is missed: "
        reasons = []
        if lane.get("may_sign") is False:
            least = LEVELS[self.scenario.tracks[lane["track"]].least_level]
            needs = f"it takes {least} to sign"
            if bound := [self.called(side) for side in lane["lack_mandate"]]:
                needs = f"the delegation of {listed(bound)} has no mandate to sign it"
                needs = needs if len(bound) == 1 else f"the delegations of {listed(bound)} have no mandate to sign it"
            reasons.append(f"{needs}, and nobody gets leave from home")
        if lane.get("waits"):
            linked = self.label(str(self.scenario.tracks[lane["track"]].waits_for))
            reasons.append(f"it waits until offers come closer on {linked}")
        if "text" in lane:
            reasons.append(self._refused_text(lane))
        if not reasons and "offers" in lane:
            weights = [lane["offers"][side]["mix"] for side in self.sides]
            gap = _gap(weights[0] - weights[1])
            reasons.append(f"offers are still {gap} ({lane['close_enough']:.2f} would be close enough)")
        return f"{text}{listed(reasons) or 'the moment passes'}."

    def _refused_text(self, lane: Facts) -> str:
        """Word who refuses a mediator's text, and whether it leaves them worse off or asks too much at once."""
        refuse = [side for side, accepts in lane["accepted"].items() if not accepts]
        hasty = [self.called(side) for side in refuse if side in lane["asks_too_much"]]
        others = [self.called(side) for side in refuse if side not in lane["asks_too_much"]]
        ready = f"{listed(hasty)} to move further at once than {'it is' if len(hasty) == 1 else 'they are'} ready to"
        if not hasty:
            return f"a mediator tables a text, and {listed(others)} will not have it"
        if not others:
            return f"a mediator tables a text that is better than war for both, but it asks {ready}"
        return f"a mediator tables a text, which {listed(others)} will not have and which asks {ready}"

    # -- what was signed ---------------------------------------------------------------------------------

    def _agreed(self, lane: Facts) -> Iterator[Said]:
        deal = lane["signed"]
        if not deal:
            return
        label = self.label(lane["track"])
        how = {"text": "a mediator's text is signed", "split": "the sides meet between their offers and sign"}
        yield "signature", f"{label}: {how.get(deal['how'], 'it is signed')}: {signed(self.scenario, deal['terms'])}."
        self._offers = {key: known for key, known in self._offers.items() if key[0] != lane["track"]}
        for name, passes in lane["ratified"].items():
            yield "ratification", self._vote(name, passes, lane["misjudged"].get(name))

    def _vote(self, name: str, passes: bool, misjudged: float | None) -> str:
        if passes:
            return f"{self.called(name)} ratifies it."
        refuses, side = f"{self.called(name)} refuses to ratify it", self.called(self.scenario.veto(name).side)
        if misjudged is None:
            return f"{refuses}."
        return f"{refuses}: it needs {utils(misjudged)} more than {side} thought."


def _changes(known: Facts, now: Facts) -> Facts:
    """Return terms with another landmark than last reported that have moved notably; the largest moves first."""
    moved = {issue: abs(now[issue]["at"] - known[issue]["at"]) for issue in now}
    notable = [
        issue
        for issue in now
        if (now[issue]["landmark"] is None or now[issue]["landmark"] != known[issue]["landmark"])
        and moved[issue] >= _NOTABLE_MOVE
    ]
    # Equal moves differ in the last digits: rounded, they come in the order of the issues.
    return {issue: now[issue] for issue in sorted(notable, key=lambda issue: -round(moved[issue], 9))}


def _is_same(best: float, known: float) -> bool:
    return known > float("-inf") and abs(best - known) <= _SAME * abs(known)


def _gap(gap: float) -> str:
    return f"{gap:.2f} of the way apart" if gap > 0 else "no longer apart"
