"""One round of talks: offers, texts, signatures, ratification, on each track (docs/odd.md, 3.4)."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from tests.oracle import truces
from tests.oracle.packages import at
from tests.oracle.ranges import Look, gains_of_veto, look_at, nash_mix, need_of_veto
from tests.oracle.war import clip

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

HAIR = 1e-9  # offers that differ by less than this have not moved


def hold_round(trial: Trial, levels: dict[str, int], skill: float) -> bool:
    """Bargain on every open track, from the last to the first. Returns whether a general track had a range."""
    a_range_was_seen = False
    for track in reversed(trial.world.tracks):
        if not is_open(trial, track):
            continue
        look = look_at(trial, track)
        by_hazard = trial.world.tracks[track].signing == "hazard"
        if not by_hazard:
            move_offers(trial, track, look, levels)
        if trial.world.tracks[track].general:
            a_range_was_seen = a_range_was_seen or look.has_range
            trial.record_offers(look.has_range, by_hazard or any(trial.conceded[track]))
        if look.has_range and (by_hazard or can_sign(trial, track, levels)):
            mix = mix_by_hazard(trial, track, look) if by_hazard else agreed_mix(trial, track, look, levels, skill)
            if mix is not None and sign(trial, track, look, mix) and trial.world.tracks[track].general:
                break  # the earlier tracks are closed this week
    return a_range_was_seen


def is_open(trial: Trial, track: str) -> bool:
    """In a halt only what is general and goes further can still be signed; an exchange is agreed once."""
    if trial.halt is not None:
        return trial.is_general_after(track, trial.halt.track)
    return track not in trial.agreed_exchanges


def move_offers(trial: Trial, track: str, look: Look, levels: dict[str, int]) -> None:
    """Both sides answer last round's offers at once, and keep to their own reservation points."""
    before, other_conceded = trial.offers[track], trial.conceded[track][::-1]
    reserves = (clip(look.lower, 0.0, 1.0), clip(look.upper, 0.0, 1.0))
    now = [0.0, 0.0]
    for side in (0, 1):
        party = trial.party(side)
        pace = party.offer_rate * trial.world.talks.mandate[levels[trial.sides[side]]]
        pace *= 1.0 if other_conceded[side] else party.reciprocity
        moved = before[side] + pace * (before[1 - side] - before[side])
        now[side] = max(moved, reserves[0]) if side == 0 else min(moved, reserves[1])
    trial.conceded[track] = [now[0] < before[0] - HAIR, now[1] > before[1] + HAIR]
    trial.offers[track] = now


def can_sign(trial: Trial, track: str, levels: dict[str, int]) -> bool:
    terms = trial.world.tracks[track]
    if any(levels[name] < terms.least_level or not has_mandate(trial, name, track, levels) for name in trial.sides):
        if trial.lasting_uniform("call home") >= trial.world.talks.call_home_prob:
            return False
    if terms.waits_for is None:
        return True
    offer_a, offer_b = trial.offers[terms.waits_for]
    return all(offer_a - offer_b <= trial.party(side).linkage_tolerance for side in (0, 1))


def has_mandate(trial: Trial, name: str, track: str, levels: dict[str, int]) -> bool:
    """Leaders sign what they like; a delegation only what it was sent for."""
    signs = trial.world.parties[name].signs
    return levels[name] >= 3 or signs is None or track in signs


def agreed_mix(trial: Trial, track: str, look: Look, levels: dict[str, int], skill: float) -> float | None:
    """The mix on which the sides agree in this round, if they do."""
    talks = trial.world.talks
    terms = trial.world.tracks[track]
    if terms.general and terms.halts and trial.lasting_uniform("text") < talks.text_prob * skill:
        error = talks.text_error * (1.0 - skill) * trial.normal("text error")
        text = clip(nash_mix(look) + error - pull_of_bias(trial, levels), 0.0, 1.0)
        if look.lower <= text <= look.upper and not asks_too_much(trial, track, text):
            return text
    offer_a, offer_b = trial.offers[track]
    if offer_a - offer_b <= talks.close_enough + HAIR:
        return clip((offer_a + offer_b) / 2.0, look.lower, look.upper)
    return None


def asks_too_much(trial: Trial, track: str, text: float) -> bool:
    """A side takes no text that asks it to move further than it would concede to leaders, and half of what is split."""
    offers = trial.offers[track]
    gap, free = max(offers[0] - offers[1], 0.0), trial.world.talks.close_enough / 2.0 + HAIR
    return any(
        abs(text - offers[side]) * beyond(side, text, offers) > trial.party(side).offer_rate * gap + free
        for side in (0, 1)
    )


def beyond(side: int, text: float, offers: list[float]) -> int:
    """1 if the text lies on the other's side of one's own offer."""
    return int(text < offers[0]) if side == 0 else int(text > offers[1])


def mix_by_hazard(trial: Trial, track: str, look: Look) -> float | None:
    """The middle of the range, in the week in which chance signs it."""
    if trial.uniform("signing") < 1.0 - exp(-trial.world.tracks[track].signing_rate):
        return (look.lower + look.upper) / 2.0
    return None


def pull_of_bias(trial: Trial, levels: dict[str, int]) -> float:
    """Attending third parties draw a text toward the side they favour; 1 is side B."""
    mass = weighted = 0.0
    for name in trial.world.third_parties:
        party = trial.world.parties[name]
        if trial.engagement[name] > 0.0 and levels[name] >= 1:
            mass += party.skill
            weighted += party.skill * party.bias
    return trial.world.talks.text_bias * weighted / mass if mass > 0.0 else 0.0


def sign(trial: Trial, track: str, look: Look, mix: float) -> bool:
    """Signature and ratification. Returns whether the package holds."""
    terms = trial.world.tracks[track]
    if terms.general:
        trial.record_signature()
    refusers = [name for name in terms.ratified_by if refuses(trial, name, look, mix)]
    trial.has_refused.update(refusers)  # what it would take is known from now on
    trial.reopen_offers(track)
    if refusers:
        return False
    if terms.general and terms.halts:
        truces.begin(trial, track, look, mix)
    else:
        trial.record_other_agreement(track)
    return True


def refuses(trial: Trial, name: str, look: Look, mix: float) -> bool:
    """The sides have kept to what they think a veto player would take; it may want more."""
    assert look.path is not None  # it was signed
    gain = at(gains_of_veto(trial, name, look.path), look.path.place(mix))
    return gain < need_of_veto(trial, name) + trial.misperception[name] - HAIR
