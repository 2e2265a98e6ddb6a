"""Word what both sides see of a week: events, pressure, who came, what was offered, signed and broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.play.answers import LEVELS
from sim.play.engine import Week, own_share
from sim.play.positions import joined, track_called
from sim.results.formatting import counted
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import called
from sim.single_trial import happenings


@dataclass(frozen=True)
class News:
    """A dated sentence that both sides could read."""

    date: date
    text: str


def news_of(scenario: Scenario, side: str, weeks: tuple[Week, ...]) -> tuple[News, ...]:
    """Return the news of these weeks from a side's point of view."""
    return tuple(
        News(scenario.start + timedelta(weeks=week.number), text)
        for week in weeks
        for seen in week.happenings
        for text in _words(scenario, side, seen)
    )


def _words(scenario: Scenario, side: str, seen: happenings.Happening) -> Iterator[str]:
    match seen:
        case happenings.Dated():
            yield f"{seen.name[:1].upper()}{seen.name[1:]}."
        case happenings.Victory():
            after = " and imposes a ceasefire" if seen.imposes_ceasefire else ""
            yield f"{called(scenario, seen.winner)} wins the war{after}."
        case happenings.WalkedAway():
            yield f"{called(scenario, seen.party)} walks away{' and ends its aid' if seen.cuts_aid else ''}."
        case happenings.Pressed():
            cuts = " and cuts its aid" if seen.cuts_aid else ""
            yield f"{called(scenario, seen.party)} puts pressure on {called(scenario, seen.side)}{cuts}."
        case happenings.Round():
            yield _round(scenario, seen)
        case happenings.Bargained():
            yield from _bargained(scenario, side, seen)
        case happenings.Began():
            term = f" for {counted(seen.term_weeks, 'week')}" if seen.term_weeks else ""
            yield f"{track_called(scenario, seen.track)} takes force{term}: the fighting stops."
        case happenings.Renewed():
            yield f"{track_called(scenario, seen.track)} runs out and is renewed."
        case happenings.Ended():
            name = track_called(scenario, seen.track) if seen.track else "The imposed ceasefire"
            how = "is broken" if seen.how == "collapse" else "runs out and is not renewed"
            yield f"{name} {how} after {counted(seen.weeks, 'week')}: the war goes on."
        case happenings.Holiday():
            kept = "is kept by both" if seen.is_kept else "is proposed and not returned"
            yield f"A ceasefire for {seen.name} {kept}."


def _round(scenario: Scenario, seen: happenings.Round) -> str:
    sides = (scenario.sides.A, scenario.sides.B)
    levels = {comer.name: comer.level for comer in seen.comers}
    if not seen.is_held:
        absent = [called(scenario, name) for name in sides if not levels[name]]
        return f"A round is called and fails: {joined(absent)} stayed away."
    who = [f"{called(scenario, name)} ({LEVELS[at]})" for name, at in levels.items() if at]
    return f"A round is held: {joined(who)}."


def _bargained(scenario: Scenario, side: str, seen: happenings.Bargained) -> Iterator[str]:
    name, sides = track_called(scenario, seen.track), (scenario.sides.A, scenario.sides.B)
    own = sides.index(side)
    end, other = 1 if own == 0 else -1, called(scenario, sides[1 - own])
    if not seen.by_hazard:
        offers = [own_share(end, one) for one in seen.offers]
        yield f"{name}: you now offer {offers[own]:.0f}, {other} {offers[1 - own]:.0f}."
    if seen.text is not None:
        refused = [called(scenario, one) for one, accepts in zip(sides, seen.accepts, strict=True) if not accepts]
        yield f"{name}: a mediator's text is {f'refused by {joined(refused)}' if refused else 'accepted by both'}."
    if seen.signed is not None:
        yield f"{name} is signed at {own_share(end, seen.signed):.0f} of 100 to you."
        for voter, ratifies in seen.votes.items():
            yield f"{called(scenario, voter)} {'ratifies' if ratifies else 'refuses to ratify'} it."


def plain(value: Any) -> str:
    """Return a date as ``5 Jun 2025``."""
    return f"{value.day} {value:%b %Y}"
