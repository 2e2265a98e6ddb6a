"""A play: the model's own decisions give the model's trial, a script gives the same play, nothing hidden shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.play.answers import Decision, Key, Script, offer_on, read_offer, read_script
from sim.play.session import Play
from sim.scenario.reading.load import load
from sim.scenario.sampling.readings import FILE, as_read

AIDES, MINIMAL = "istanbul_2025/aides_only", "teaching/minimal"


def played(play: Play, choose: Callable[[Decision], str] = lambda decision: "model") -> Play:
    while play.pending is not None:
        play.apply(choose(play.pending))
    return play


def by_kind(**answers: str) -> Callable[[Decision], str]:
    return lambda decision: answers.get(decision.key.kind, "model")


def outcome(play: Play) -> dict[str, Any]:
    assert play._lived.columns is not None
    return {name: column[0] for name, column in play._lived.columns.items()}


# -- the trial -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "side"), [(AIDES, "Ukraine"), (AIDES, "Russia"), (MINIMAL, "South")])
@pytest.mark.parametrize("seed", [1, 4])
def test_the_models_own_decisions_give_the_models_own_trial(name: str, side: str, seed: int) -> None:
    scenario = as_read(sim.load(name), FILE)
    play = played(Play(scenario, side, seed))
    assert len(play.answers) > 3
    for column, values in simulate(scenario, seed, 0, 1).items():
        assert np.array_equal(values[0], outcome(play)[column], equal_nan=values.dtype.kind == "f"), column


def test_answers_spelt_out_give_the_trial_of_the_same_decisions() -> None:
    """The level and the signature that the model would choose, typed as such, are the model's trial."""
    scenario = as_read(sim.load(AIDES), FILE)
    play = played(Play(scenario, "Russia", 2), lambda one: one.usual if one.key.kind in ("level", "sign") else "model")
    assert {"level", "offer"} <= {key.kind for key in play.answers}
    assert outcome(play)["n_rounds"] == simulate(scenario, 2, 0, 1)["n_rounds"][0]
    assert outcome(play)["halt_mix"] == pytest.approx(simulate(scenario, 2, 0, 1)["halt_mix"][0], nan_ok=True)


def test_who_stays_away_holds_no_round() -> None:
    play = played(Play(sim.load(MINIMAL), "North", 1), by_kind(level="0"))
    assert outcome(play)["n_rounds"] == 0 and outcome(play)["durable_week"] == -1
    assert any("North stayed away" in one.text for one in play.news)
    assert not any(key.kind == "offer" for key in play.answers)


def test_who_holds_does_not_move() -> None:
    play = Play(sim.load(AIDES), "Russia", 1)
    offers = set[float]()
    while play.pending is not None:
        if play.pending.key.kind == "offer":
            offers |= {
                float(line.split("you offer ")[1].split(",")[0])
                for line in play.pending.briefing
                if line.startswith("General ceasefire")
            }
        play.apply({"offer": "0", "opening": "100"}.get(play.pending.key.kind, "model"))
    assert offers == {100.0}


def test_who_refuses_to_sign_signs_nothing() -> None:
    scenario = sim.load(MINIMAL)
    signed = played(Play(scenario, "North", 1), by_kind(level="3"))
    assert outcome(signed)["halt_week"] >= 0
    refused = played(Play(scenario, "North", 1), by_kind(level="3", sign="no", text="no"))
    assert outcome(refused)["halt_week"] == -1 and outcome(refused)["n_range_rounds"] > 0
    found = refused.debrief(64)
    assert any("you did not sign" in text or "you refused" in text for text in found.missed)
    assert found.ranges and found.ranges[0].least < found.ranges[0].most


def test_a_refusal_lasts_for_its_week_alone() -> None:
    first = Play(sim.load(MINIMAL), "North", 1)
    refusals = 0
    while first.pending is not None:
        is_first = first.pending.key.kind == "sign" and not refusals
        refusals += is_first
        first.apply("no" if is_first else "model")
    assert refusals == 1
    (refused,) = [key for key, answer in first.answers.items() if answer == "no"]
    later = outcome(first)["halt_week"]
    assert later > refused.week


def test_a_delegation_moves_no_further_than_its_authority() -> None:
    play = Play(sim.load(AIDES), "Ukraine", 1)
    while play.pending is not None and play.pending.key.kind != "offer":
        play.apply("model")
    assert play.pending is not None
    whole, forty = (Play(play.scenario, "Ukraine", 1, play.answers) for _ in range(2))
    whole.apply("100")
    forty.apply("40")  # aides, mandate .4
    assert whole.news == forty.news


# -- scripts ---------------------------------------------------------------------------------------------


def test_a_script_gives_the_same_play_again() -> None:
    loaded = load(AIDES)
    play = played(Play(loaded, "Ukraine", 3, name=AIDES), by_kind(offer="25 settlement=0", level="2", text="yes"))
    script = read_script(play.script.to_text())
    assert script == play.script
    again = Play(loaded, "Ukraine", script.seed, script.answers, AIDES)
    assert again.pending is None and again.news == play.news and again.answers == play.answers
    assert again.debrief(64) == play.debrief(64)


def test_a_script_may_end_before_the_play_does() -> None:
    play = played(Play(sim.load(MINIMAL), "South", 2))
    some = dict(list(play.answers.items())[:3])
    begun = Play(sim.load(MINIMAL), "South", 2, some)
    assert begun.answers == some and begun.pending is not None
    assert played(begun).news == play.news


@pytest.mark.parametrize("stray", [Key(51, "offer"), Key(0, "text", "ceasefire")])
def test_a_decision_that_never_comes_up_is_refused(stray: Key) -> None:
    with pytest.raises(ParleyError, match="another scenario or by another version"):
        Play(sim.load(AIDES), "Ukraine", 1, {Key(0, "opening"): "model", stray: "0"})


@pytest.mark.parametrize(
    ("line", "said"),
    [("2025-05-15 lvel: 2", ":5:"), ("2025-05-16 level: 2", ":5:"), ("2025-05-15 level 2", ":5:"), ("hello", ":5:")],
)
def test_a_line_that_is_no_decision_is_named(line: str, said: str) -> None:
    head = "scenario: x\nside: y\nseed: 1\nstart: 2025-05-15\n"
    with pytest.raises(ParleyError, match=f"file{said} expected a decision"):
        read_script(head + line, "file")
    with pytest.raises(ParleyError, match="at its head"):
        read_script("scenario: x\nside: y\n", "file")


def test_offers_are_read_track_by_track() -> None:
    tracks = ("settlement", "ceasefire")
    assert read_offer("25", tracks) == "25"
    assert read_offer("ceasefire=50 010", tracks) == "10 ceasefire=50"
    assert read_offer("ceasefire=50", tracks) == "0 ceasefire=50"
    assert [offer_on("10 ceasefire=50", track) for track in tracks] == [0.1, 0.5]
    assert offer_on("model settlement=0", "ceasefire") is None
    for wrong in ("101", "-1", "x", "ceasefire=", "2.5"):
        with pytest.raises(ParleyError, match="per cent"):
            read_offer(wrong, tracks)
    with pytest.raises(ParleyError, match="did you mean `ceasefire`"):
        read_offer("ceasfire=5", tracks)


def test_an_answer_that_does_not_fit_changes_nothing() -> None:
    play = Play(sim.load(MINIMAL), "North")
    while play.pending is not None and play.pending.key.kind != "level":
        play.apply("model")
    before = play.pending
    for wrong in ("4", "yes", "leader"):
        with pytest.raises(ParleyError, match="level: expected one of 0, 1, 2, 3, model"):
            play.apply(wrong)
    assert play.pending == before
    play.apply(" Leaders ")
    assert list(play.answers.values())[-1] == "3"


def test_only_a_belligerent_is_played() -> None:
    with pytest.raises(ParleyError, match="did you mean `Russia`"):
        Play(sim.load(AIDES), "Rusia")
    with pytest.raises(ParleyError, match="side: expected Ukraine or Russia, got 'US'"):
        Play(sim.load(AIDES), "US")
    with pytest.raises(ParleyError, match="pending"):
        Play(sim.load(AIDES), "Ukraine").debrief()


def test_a_script_is_plain_text() -> None:
    answers = {Key(0, "opening"): "90", Key(0, "level"): "2", Key(1, "text", "ceasefire"): "no"}
    script = Script(MINIMAL, "North", 5, sim.load(MINIMAL).start, answers)
    assert script.to_text().splitlines()[1:] == [
        "scenario: teaching/minimal",
        "side: North",
        "seed: 5",
        "start: 2001-01-01",
        "2001-01-01 opening: 90",
        "2001-01-01 level: 2",
        "2001-01-08 text ceasefire: no",
    ]


# -- what is hidden --------------------------------------------------------------------------------------


HIDDEN = {
    "what Russia fears": {"parties.Russia.fear": "0.3"},
    "what war costs Russia": {"parties.Russia.strain": "0.3"},
    "what Russia expects": {"parties.Russia.optimism": "0"},
    "how fast Russia concedes": {"parties.Russia.offer_rate": "0.9"},
    "what a signature costs Russia": {"parties.Russia.signature_cost": "0.2"},
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_nothing_hidden_shows_in_a_prompt(hidden: dict[str, str]) -> None:
    """Two states of the other side alone: every prompt is alike until the other side acts otherwise."""
    plays = [Play(sim.load(AIDES, list(changes.items())), "Ukraine", 1) for changes in ({}, hidden)]
    n_alike = 0
    while all(play.pending for play in plays) and plays[0].news == plays[1].news:
        assert plays[0].pending == plays[1].pending
        n_alike += 1
        for play in plays:
            play.apply("0" if play.pending and play.pending.key.kind == "offer" else "model")
    assert n_alike >= 2  # the opening and the first offer at least


def test_the_hidden_state_decides_the_debrief() -> None:
    unwilling, willing = (
        played(
            Play(sim.load(MINIMAL, [("parties.South.signature_cost", cost)]), "North", 1), by_kind(level="0")
        ).debrief(64)
        for cost in ("2", "0")
    )
    assert not unwilling.ranges and willing.ranges
    assert unwilling.no_range.startswith("At no time")


@pytest.mark.parametrize("seed", range(1, 7))
def test_what_was_signed_lay_in_the_hidden_range(seed: int) -> None:
    """A range that is signed in the week in which it opens is one as well."""
    play = played(Play(sim.load("teaching/fearons_pie"), "North", seed))
    if (week := outcome(play)["halt_week"]) >= 0:
        day = play.scenario.start + timedelta(weeks=int(week))
        (spell,) = [spell for spell in play.debrief(64).ranges if spell.first <= day <= spell.last]
        assert spell.least <= spell.most


# -- where it lies ---------------------------------------------------------------------------------------


def test_shares_add_up_and_a_refusal_ends_worse_than_a_deal() -> None:
    scenario = sim.load(MINIMAL)
    signed = played(Play(scenario, "North", 1), by_kind(level="3")).debrief(320).place
    away = played(Play(scenario, "North", 1), by_kind(level="0")).debrief(320).place
    for place in (signed, away):
        assert place.better + place.alike + place.worse == pytest.approx(1)
        assert place.durable == pytest.approx(np.mean(simulate(scenario, 1, 0, 320)["durable_week"] >= 0))
    assert away.no_later is None and signed.no_later is not None and 0 <= signed.no_later <= signed.durable
    trials = simulate(scenario, 1, 0, 320)
    ahead = (trials["durable_week"] >= 0) | (trials["victory"] == 1)
    assert away.better == pytest.approx(np.mean(ahead)) and signed.better < away.better


def test_a_play_by_a_rate_has_no_offers() -> None:
    """A track that is signed at a weekly rate asks for signatures alone, and a refusal holds."""
    name = [("tracks.ceasefire.signing", "hazard"), ("tracks.ceasefire.signing_rate", "0.9")]
    scenario = sim.load(MINIMAL, name)
    signed = played(Play(scenario, "North", 1))
    assert outcome(signed)["halt_week"] >= 0
    refused = played(Play(scenario, "North", 1), by_kind(sign="no"))
    assert outcome(refused)["halt_week"] == -1
    assert {key.kind for key in refused.answers} == {"opening", "level", "sign"}
