"""Word the decisions of a play: what the side knows, what is asked, and what each answer means.

Nothing here says what only the other side knows: its needs, its costs, what it expects of the war, whether there is a
range. The mediator's text and the other side's offers are what both see.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sim.play.answers import LEVELS, OPENINGS, STEPS, Choice, Decision, Key
from sim.play.engine import own_share, week_of
from sim.play.positions import Table, joined, open_tracks, reckoning, track_called
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import called
from sim.single_trial.happenings import Bargained

STEP_WORDS = {"0": "hold", "10": "a tenth of the gap", "25": "a quarter", "50": "half", "100": "all of it"}


def decision_for(player: Any, key: Key) -> Decision:
    """Return the decision of that key, in words, from the side's point of view."""
    worded = {"opening": opening, "level": level, "offer": offer, "text": text}[key.kind]
    return worded(player, key)


def _decision(player: Any, key: Key, briefing: list[str], question: str, choices: list[Choice], usual: str,
              tracks: tuple[str, ...] = ()) -> Decision:  # fmt: skip
    day = player.model.inputs.scenario.start + timedelta(weeks=key.week)
    return Decision(key, day, tuple(briefing), question, tuple(choices), usual, tracks)


def opening(player: Any, key: Key) -> Decision:
    """Ask how high the side opens."""
    model, scenario = player.model, player.model.inputs.scenario
    names = open_tracks(model)
    usual = round(100 * player.opening)
    if not names:
        return _decision(player, key, [], "Talks go on without offers. Begin?", [Choice("100", "begin")], "100")
    main = next((name for name in reversed(names) if scenario.tracks[name].general), names[0])
    table = Table(model, player.name, main)
    briefing = [
        f"{track_called(scenario, name)}: takes {LEVELS[scenario.tracks[name].least_level]} to sign"
        + (f", ratified by {joined([called(scenario, one) for one in scenario.tracks[name].ratified_by])}." if
           scenario.tracks[name].ratified_by else ".")
        for name in names
    ]  # fmt: skip
    briefing.append(reckoning(model, player.name))
    choices, above = [], dict[str, str]()
    for own in OPENINGS:
        terms = table.terms(float(own))
        new = {name: words for name, words in terms.items() if above.get(name) != words}
        choices.append(Choice(own, table.listed(new) if new else "the same in words"))
        above = terms
    question = (
        f"How high do you open? 100 is all that you could be given on any track, 0 all that the other side could be. "
        f"The answers show what each would say on {table.label}, and in the next what changes."
    )
    return _decision(player, key, briefing, question, choices, str(usual))


def level(player: Any, key: Key) -> Decision:
    """Ask whether the side comes to a round, and at what level."""
    model, scenario = player.model, player.model.inputs.scenario
    briefing = [f"A round of talks is called{_announced(scenario, key.week)}.", reckoning(model, player.name)]
    briefing += _standing(player)
    lift, cap = model.talks.lift, player.level_cap
    if lift:
        briefing.append("Since a deal was in reach, delegations come above the level that they would by habit.")
    least = min(1 + lift, cap)
    usual = min(player.usual_level + lift, cap) if player.usual_level else 0
    for rule in scenario.attendance:
        if rule.party == player.name:
            others = joined([f"{called(scenario, other)} sends {LEVELS[at]}" for other, at in rule.when.items()])
            briefing.append(f"Standing promise: you send {LEVELS[rule.level]} if {others}.")
    urging = [
        called(scenario, one.name)
        for one in model.third_parties
        if one.is_engaged and one.effort * (one.reach_a if player.end == 1 else one.reach_b) > 0.0
    ]
    if urging:
        briefing.append(f"{joined(urging)} may bring your leaders to the table whatever you answer.")
    promised = any(rule.party == player.name for rule in scenario.attendance)
    choices = [Choice("0", f"stay away{', unless a promise binds you' if promised else ''}: the round fails")]
    for at in range(least, cap + 1):
        mandate = 100 * getattr(model.talks, f"mandate_{at}")
        may = f"may close {mandate:.0f} % of the gap and sign {_signable(player, at)}"
        choices.append(Choice(str(at), f"{LEVELS[at]}, who {may}"))
    return _decision(player, key, briefing, "Whom do you send?", choices, str(usual))


def offer(player: Any, key: Key) -> Decision:
    """Ask how far the side moves in this round, on all tracks or on each."""
    model, scenario = player.model, player.model.inputs.scenario
    who = [f"{called(scenario, one.name)} ({LEVELS[one.level]})" for one in model.party.values() if one.level]
    briefing = [f"At the table: {joined(who)}."]
    names = open_tracks(model)
    tables = {name: Table(model, player.name, name) for name in names}
    for table in tables.values():
        briefing.append(_offers(table))
        if scenario.tracks[table.name].general:
            briefing += [f"  {line}." for line in table.apart()]
    briefing.append(
        f"Offers within {100 * model.talks.close_enough:.0f} of each other are split in the middle, if those who have "
        "come may sign. Numbers are of 100: 100 is all that you could be given."
    )
    mandate = getattr(model.talks, f"mandate_{player.level}")
    main = next((name for name in reversed(names) if scenario.tracks[name].general), names[0])
    choices = []
    for step in STEPS:
        share = min(int(step) / 100.0, mandate)
        moved = tables[main].after(share)
        words = f"{STEP_WORDS[step]}: {tables[main].label} {moved:.0f}"
        if int(step) / 100.0 > mandate:
            words += f" ({LEVELS[player.level]} may close {100 * mandate:.0f} %)"
        new = tables[main].moved(moved)
        choices.append(Choice(step, f"{words}; {new}" if new else words))
    example = f"0 {main}=25"
    question = f"How much of the gap do you close, in per cent? One number for all tracks, or such as: {example}"
    usual = player.offer_rate * mandate * (1.0 if _other_moved(player, main) else player.reciprocity)
    return _decision(player, key, briefing, question, choices, f"{100 * usual:.0f}", tuple(names))


def text(player: Any, key: Key) -> Decision:
    """Ask whether the side accepts a mediator's text."""
    table = Table(player.model, player.name, key.track)
    own = own_share(player.end, player.text)
    briefing = [
        f"A mediator tables a text on {table.label}, {own:.0f} of 100 to you. Your offer stands at {table.own:.0f}, "
        f"theirs at {table.other:.0f}.",
        f"It says {table.listed(table.terms(own))}.",
        f"To you it is {table.worth(own)}.",
    ]
    return _decision(player, key, briefing, "Do you sign it, if the other side does?", _yes_or_no(), "")


def signature(player: Any, key: Key, deal: Bargained) -> Decision:
    """Ask whether the side signs what lies between the offers."""
    table = Table(player.model, player.name, key.track)
    assert deal.signed is not None
    own = own_share(player.end, deal.signed)
    offers = [own_share(player.end, one) for one in deal.offers]
    first, second = offers if player.end == 1 else offers[::-1]
    how = "The talks have come to a text" if deal.by_hazard else f"Offers are {first:.0f} (yours) and {second:.0f}"
    briefing = [
        f"{table.label}: {how}, and both delegations may sign {own:.0f} of 100 to you.",
        f"It says {table.listed(table.terms(own))}.",
        f"To you it is {table.worth(own)}.",
    ]
    return _decision(player, key, briefing, "Do you sign?", _yes_or_no(), "yes")


# -- parts -----------------------------------------------------------------------------------------------


def _yes_or_no() -> list[Choice]:
    return [Choice("yes", "sign"), Choice("no", "do not sign")]


def _offers(table: Table) -> str:
    limit = table.limit
    if limit is None:
        own = "you would sign no package of it today"
    elif limit < 0.5:
        own = "you would sign any package of it today"
    else:
        own = f"you would sign nothing below {limit:.0f} today"
    return f"{table.label}: you offer {table.own:.0f}, they offer {table.other:.0f}; {own}."


def _standing(player: Any) -> list[str]:
    scenario = player.model.inputs.scenario
    names = [name for name in open_tracks(player.model) if scenario.tracks[name].general]
    return [_offers(Table(player.model, player.name, name)) for name in names]


def _announced(scenario: Scenario, week: int) -> str:
    """Return the dated events of this week, and who comes by them."""
    now = [event for event in scenario.events if event.when is None and week_of(scenario, event) == week]
    names = [event.name for event in now if event.round]
    said = f": {joined(names)}" if names else ""
    comers = {name: at for event in now for name, at in event.levels.items()}
    if comers:
        said += " (announced: " + joined([f"{called(scenario, one)} {LEVELS[at]}" for one, at in comers.items()]) + ")"
    return said


def _signable(player: Any, at: int) -> str:
    """Return what a delegation of a level may sign by itself."""
    scenario, names = player.model.inputs.scenario, list(player.model.tracks)
    found = [
        track_called(scenario, name)
        for place, name in enumerate(names)
        if at >= scenario.tracks[name].least_level and (at == 3 or player.signs >> place & 1)
    ]
    return joined(found) if found else "nothing without leave from home"


def _other_moved(player: Any, track: str) -> bool:
    view = player.model.tracks[track]
    return bool(view.conceded_b if player.end == 1 else view.conceded_a)
