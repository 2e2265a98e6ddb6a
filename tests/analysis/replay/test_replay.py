"""A watched trial is the trial, and its story has the right dates and reasons."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from functools import lru_cache
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

import sim
from sim.agents import rules_of
from sim.agents.parties import Belligerent
from sim.analysis.replay.narrative import KINDS
from sim.analysis.replay.replay import Replay, replay, replay_run
from sim.analysis.replay.trace import Moment
from sim.cli.commands.replay import show_replay
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.results.run import Run
from sim.scenario.catalogue import catalogue
from sim.scenario.sampling.readings import FILE, as_read
from sim.scenario.schema import Scenario
from tests.factories import FEAR, LEADERS, QUIET, START, WEEKLY, both, minimal_scenario, week
from tests.oracle.everything_on import everything_on

SHIPPED = [entry.name for entry in catalogue()]
RANDOM = np.random.default_rng(20250515)
TRIALS = 96
PICKED = [(SHIPPED[i % len(SHIPPED)], int(RANDOM.integers(TRIALS))) for i in range(200)]
"""200 random trials over all shipped scenarios."""


@lru_cache(maxsize=1)
def stored(name: str) -> tuple[Scenario, dict[str, np.ndarray]]:
    scenario = sim.load(name)
    return scenario, simulate(scenario, 1, 0, TRIALS)


def assert_same_row(found: Replay, columns: dict[str, np.ndarray], place: int) -> None:
    assert found.columns.keys() == columns.keys()
    for name, column in found.columns.items():
        assert column.dtype == columns[name].dtype
        np.testing.assert_array_equal(column, columns[name][place : place + 1], err_msg=name)


@pytest.mark.parametrize(("name", "trial"), PICKED[: len(SHIPPED)])
def test_replay_equals_the_stored_column(name: str, trial: int) -> None:
    scenario, columns = stored(name)
    assert_same_row(replay(scenario, 1, trial), columns, trial)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "trial"), sorted(PICKED))
def test_replay_equals_the_stored_column_in_200_random_trials(name: str, trial: int) -> None:
    scenario, columns = stored(name)
    found = replay(scenario, 1, trial)
    assert_same_row(found, columns, trial)
    assert found.narrative[-1].kind == "outcome"
    json.dumps(found.as_dict(), allow_nan=False)


def test_replay_equals_the_column_with_every_mechanism_on() -> None:
    scenario = everything_on()
    columns = simulate(scenario, 1, 0, 64)
    for trial in range(0, 64, 5):
        found = replay(scenario, 1, trial)
        assert_same_row(found, columns, trial)
        json.dumps(found.as_dict(), allow_nan=False)


def test_what_a_refusal_says_agrees_with_the_stored_shortfall() -> None:
    """What is told is exact on the tabled curve; the stored one on the path, so it may be a little smaller."""
    scenario = as_read(sim.load("istanbul_2025/aides_only"), FILE)
    columns = simulate(scenario, 1, 0, 64)
    compared = 0
    for trial in np.flatnonzero((columns["best_week"] >= 0) & (columns["shortfall"] > 0))[:8]:
        name = list(scenario.tracks)[columns["best_track"][trial]]
        (held,) = (m for m in moments(replay(scenario, 1, int(trial)), "round")
                   if m.week == columns["best_week"][trial] and m.facts["is_held"])  # fmt: skip
        (lane,) = (lane for lane in held.facts["tracks"] if lane["track"] == name)
        short = -lane["refusals"]["best"]
        assert short - 1e-6 <= columns["shortfall"][trial] <= short + 0.01
        compared += 1
    assert compared == 8


CERTAIN = {**WEEKLY, "truces.early_hazard": 0, "truces.slow_hazard": 0, "horizon_weeks": 8, "follow_up_weeks": 4}


def kinds(found: Replay, kind: str) -> list[tuple[int, str]]:
    return [(line.week, line.text) for line in found.narrative if line.kind == kind]


def moments(found: Replay, kind: str) -> list[Moment]:
    return [moment for moment in found.moments if moment.kind == kind]


def test_the_story_of_a_certain_halt_has_round_signature_and_end_on_their_days() -> None:
    found = replay(minimal_scenario(**CERTAIN), 1, 0)
    signed_week = int(found.columns["halt_week"][0])
    rounds = kinds(found, "round")
    assert [number for number, _ in rounds] == list(range(signed_week + 1))
    assert rounds[0][1] == "A round is held: both sides send leaders as usual."
    (signature,) = [line for line in found.narrative if line.kind == "signature"]
    assert signature.week == signed_week
    assert signature.date == week(signed_week)
    (force,) = [line for line in found.narrative if line.text == "Ceasefire takes force: the fighting stops."]
    assert force.date == signature.date
    end = found.narrative[-1]
    day = week(signed_week)
    assert end.text == (
        f"A general halt that lasted 30 days or more began on {day.day} {day:%B} {day.year}. "
        "It was still in force when last watched."
    )
    assert end.date == week(11)
    assert {line.kind for line in found.narrative} <= set(KINDS)
    assert [line.date for line in found.narrative] == sorted(line.date for line in found.narrative)


def test_attendance_is_narrated_with_its_reason() -> None:
    event = {"name": "Summit", "date": week(1), "round": True, "levels": {"South": 3}}
    changes = {**QUIET, **FEAR, "talks.convening_prob_per_week": 0, "horizon_weeks": 4, "follow_up_weeks": 4}
    rule = {"party": "North", "level": 2, "when": {"South": 3}}
    found = replay(minimal_scenario(**changes, events=[event], attendance=[rule]), 1, 0)
    (round_,) = moments(found, "round")
    assert (round_.week, round_.facts["called_by"]) == (1, "Summit")
    assert round_.facts["levels"] == {"North": 2, "South": 3}
    assert [why["reason"] for why in round_.facts["why"].values()] == ["rule", "event"]
    said = [line.text for line in found.narrative if line.week == 1]
    assert said[:2] == [
        "Summit.",
        "A round is held: North sends ministers because South sends leaders, South sends leaders as announced.",
    ]


def test_a_round_without_a_side_fails() -> None:
    event = {"name": "Summit", "date": week(0), "round": True, "levels": {"South": 0}}
    changes = {**QUIET, "talks.convening_prob_per_week": 0, "horizon_weeks": 4, "follow_up_weeks": 4}
    found = replay(minimal_scenario(**changes, events=[event]), 1, 0)
    assert kinds(found, "round") == [(0, "A round is called and fails: South stays away.")]
    assert kinds(found, "quiet") == [(1, "Three weeks pass without a round.")]
    assert found.narrative[-1].text == "Why it failed: the sides hardly meet."


def test_a_refusal_says_who_misses_how_much_and_where() -> None:
    changes = {**WEEKLY, **FEAR, "horizon_weeks": 4, "follow_up_weeks": 4}
    found = replay(minimal_scenario(**changes, **{"parties.North.opening": 1, "parties.South.opening": 1}), 1, 0)
    lane = moments(found, "round")[0].facts["tracks"][0]
    assert lane["has_range"] is False
    for side, other in (("North", "South"), ("South", "North")):
        # At the other's end the package is the other's ideal: -1.25 (1/2 + 1/8) against the status quo.
        assert lane["offers"][other]["terms"]["territory"]["at"] == pytest.approx({"North": 0, "South": 1}[other])
        refusal = lane["refusals"][side]
        assert refusal["short"] == pytest.approx(lane["needs"][side] + 0.78125)
        # Its own ideal would be worth 1/2 - 1/8.
        assert (refusal["issue"], refusal["issue_short"]) == ("territory", pytest.approx(0.375 + 0.78125))
    # The best package for both is the status quo, where each gains nothing.
    assert lane["refusals"]["best"] == pytest.approx(-max(lane["needs"].values()), abs=1e-9)
    texts = [text for _, text in kinds(found, "refusal")]
    assert texts[0].startswith("No deal on Ceasefire: what ")
    assert texts[1].startswith("No deal, for the same reasons")
    assert "Why it failed: each fears that the other would use the pause to rearm." in [x.text for x in found.narrative]


def test_a_missed_deal_says_what_was_missing() -> None:
    aides = {"parties.North.usual_level": 1, "parties.South.usual_level": 1, "tracks.ceasefire.least_level": 3}
    changes = {**QUIET, **aides, "talks.convening_prob_per_week": 1, "talks.call_home_prob": 0}
    found = replay(minimal_scenario(**changes, **{"talks.level_shift_prob": 0, "horizon_weeks": 4}), 1, 0)
    assert "it takes leaders to sign, and nobody gets leave from home" in kinds(found, "refusal")[0][1]


def test_a_delegation_without_a_mandate_is_narrated() -> None:
    changes = {**QUIET, **both(usual_level=2), "talks.convening_prob_per_week": 1, "talks.call_home_prob": 0}
    tracks = {"tracks.exchange": {"scope": (), "general": False, "halts": False}, "parties.South.signs": ("exchange",)}
    found = replay(minimal_scenario(**changes, **tracks, **{"talks.level_shift_prob": 0, "horizon_weeks": 4}), 1, 0)
    (lane,) = (lane for lane in moments(found, "round")[0].facts["tracks"] if lane["is_general"])
    assert (lane["may_sign"], lane["lack_mandate"]) == (False, ["South"])
    said = kinds(found, "refusal")[0][1]
    assert said.endswith("the delegation of South has no mandate to sign it, and nobody gets leave from home.")


def mediated(**keys: object) -> dict[str, object]:
    mediator = {"role": "mediator", "skill": 1, "reach": {"North": 1, "South": 1}, "usual_level": 3, **keys}
    return {"parties.Host": mediator}


def test_a_leader_who_is_persuaded_is_narrated() -> None:
    changes = {**QUIET, **FEAR, "talks.convening_prob_per_week": 1, "horizon_weeks": 4, "follow_up_weeks": 4}
    found = replay(minimal_scenario(**changes, **mediated(effort=1)), 1, 0)
    assert kinds(found, "round")[0][1].startswith("A round is held: both sides send leaders at the urging of Host.")
    plain = replay(minimal_scenario(**changes, **mediated(effort=0)), 1, 0)
    assert kinds(plain, "round")[0][1].startswith("A round is held: both sides send aides as usual.")


def test_an_event_says_what_it_waited_for() -> None:
    when = {"no_ceasefire_by": week(2), "absent": {"South": 2}, "round_failed": True, "engaged": ("Host",)}
    event = {"name": "sanctions", "when": when, "pressure": {"South": 0.1}}
    changes = {**QUIET, **FEAR, "talks.convening_prob_per_week": 1, "horizon_weeks": 5, "follow_up_weeks": 4}
    found = replay(minimal_scenario(**changes, **mediated(), events=[event]), 1, 0)
    assert kinds(found, "event") == [
        (
            2,
            "Sanctions, since no ceasefire has been agreed by 20 January 2025, the last round failed, South sent "
            "nobody above aides to the last round and Host takes part.",
        )
    ]


def test_a_text_that_asks_too_much_at_once_is_told_from_one_that_is_worse_than_war() -> None:
    slow = {**both(opening=1, offer_rate=0.02), "talks.text_prob": 1, "talks.text_error": 0, "talks.close_enough": 0.01}
    changes = {**WEEKLY, **slow, "horizon_weeks": 4, "follow_up_weeks": 4}
    found = replay(minimal_scenario(**changes, **mediated()), 1, 0)
    lane = moments(found, "round")[0].facts["tracks"][0]
    assert lane["lower"] <= lane["text"]["mix"] <= lane["upper"]
    assert lane["asks_too_much"] == ["North", "South"]
    assert kinds(found, "refusal")[0][1].endswith(
        "a mediator tables a text that is better than war for both, but it asks North and South to move further at "
        "once than they are ready to."
    )


def test_a_refusal_to_ratify_says_how_far_its_side_misjudged_it() -> None:
    keys = {"side": "South", "ideal_point": {"territory": 1}, "points": {"territory": 100}, "misperception": 1}
    veto = {"parties.Duma": {"role": "veto", **keys}, "tracks.ceasefire.ratified_by": ["Duma"]}
    scenario = minimal_scenario(**{**CERTAIN, **veto})
    said = [text for trial in range(6) for _, text in kinds(replay(scenario, 1, trial), "ratification")]
    pattern = r"Duma refuses to ratify it: it needs \d\.\d{3} utils more than South thought\."
    assert any(re.fullmatch(pattern, text) for text in said)
    assert any(text == "Duma ratifies it." for text in said)


def test_a_range_that_a_veto_player_closes_is_not_laid_at_the_sides_door() -> None:
    """South would swap land for trade, and so would North; the Duma cares for nothing but the land."""
    keys = {"side": "South", "ideal_point": {"territory": 1, "trade": 1}, "points": {"territory": 100}}
    veto = {"parties.Duma": {"role": "veto", **keys}, "tracks.ceasefire.ratified_by": ["Duma"]}
    north, south = {"territory": 80, "trade": 20}, {"territory": 20, "trade": 80}
    weights = {"parties.North.points": north, "parties.South.points": south}
    scenario = minimal_scenario(issues=("territory", "trade"), **{**CERTAIN, **veto, **weights})
    found = replay(scenario, 1, 0)
    lane = moments(found, "round")[0].facts["tracks"][0]
    assert not lane["has_range"] and lane["refusals"]["best"] > 0.0
    said = kinds(found, "refusal")[0][1]
    assert said == "No deal: on Ceasefire Duma would ratify no package that both sides prefer to war."
    assert found.narrative[-1].text.endswith("the sides would have signed, but Duma would not have ratified.")


def test_collapse_and_lapse_are_narrated_in_their_week() -> None:
    found = replay(minimal_scenario(**{**CERTAIN, "truces.early_hazard": 50, "truces.slow_hazard": 50}), 1, 0)
    start = int(found.columns["halt_week"][0])
    (collapse, *_) = moments(found, "collapse")
    assert (collapse.week, collapse.facts["weeks"]) == (start + 1, 1)
    assert (start + 1, "Ceasefire is broken and collapses after one week: the war goes on.") in kinds(found, "halt")


def test_third_parties_are_narrated() -> None:
    backer = {
        "role": "backer",
        "leverage": {"South": 0.05},
        "act_prob_per_week": 1,
        "tilt": 1,
        "patience_weeks": 2,
        "supports": {"South": 1},
        "aid_cut_momentum": 0.1,
    }
    changes = {**QUIET, **FEAR, **LEADERS, "talks.convening_prob_per_week": 0, "horizon_weeks": 5}
    found = replay(minimal_scenario(**changes, **{"parties.Patron": backer}), 1, 0)
    told = [moment.week for moment in moments(found, "press")]
    assert told == [1, 3]
    assert moments(found, "press")[0].facts["adds"] == pytest.approx(0.05)
    assert [moment.facts["cuts_aid"] for moment in moments(found, "press")] == [True, False]
    assert kinds(found, "pressure")[0][1].startswith("Patron presses South: 2 weeks without progress")
    walks = {**backer, "act_prob_per_week": 0, "quit_prob_per_week": 1, "ends_aid_on_quit": 1}
    gone = replay(minimal_scenario(**changes, **{"parties.Patron": walks}), 1, 0)
    assert kinds(gone, "quit") == [(0, "Patron walks away and ends its aid.")]


def test_the_table_has_a_row_a_week_and_the_object_is_plain_json() -> None:
    found = replay(sim.load("istanbul_2025/aides_only"), 1, 7)
    table = found.table()
    assert list(table["week"]) == list(range(52 + 26))
    assert table["date"][1] - table["date"][0] == timedelta(weeks=1)
    assert {"momentum", "line_territory", "strain_Russia", "offer_ceasefire_Ukraine", "lower_ceasefire"} <= set(table)
    assert int((table["round"] == "held").sum()) == int(found.columns["n_rounds"][0])
    ranges = table["has_range_ceasefire"].eq(True) | table["has_range_settlement"].eq(True)
    assert int(ranges.sum()) == int(found.columns["n_range_rounds"][0])
    again = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert again["row"]["trial"] == 7
    assert again["story"][0]["date"] == "2025-05-15"


def test_the_printed_story_keeps_to_100_columns() -> None:
    page = StringIO()
    show_replay(replay(sim.load("istanbul_2025/aides_only"), 1, 0), Console(file=page, width=200))
    assert max(map(len, page.getvalue().splitlines())) <= 100


class Stubborn(Belligerent):
    """Never moves from its opening offer."""

    def pace(self, other_moved: bool, mandate: float) -> float:
        return 0.0


def test_parties_of_ones_own_are_replayed_with_them_and_refused_without() -> None:
    parties = {"North": Stubborn}
    scenario = sim.load("teaching/minimal")
    run = Run(scenario, "teaching/minimal", 1, simulate(scenario, 1, 0, 64, rules=rules_of(scenario, parties)))
    plain = sim.run("teaching/minimal", trials=64, workers=1)
    differs = next(t for t in range(64) if run.columns["stage"][t] != plain.columns["stage"][t])
    assert_same_row(replay_run(run, differs, parties=parties), dict(run.columns), differs)
    with pytest.raises(ParleyError, match="comes out otherwise now"):
        replay_run(run, differs)


@pytest.mark.parametrize("trial", [-1, 64, 10**30])
def test_a_trial_out_of_range_is_refused_in_words(trial: int, minimal: Scenario) -> None:
    run = sim.run(minimal, trials=64, workers=1)
    with pytest.raises(ParleyError, match="has trials 0 to 63"):
        replay_run(run, trial)
    if trial != 64:
        with pytest.raises(ParleyError, match="trial"):
            replay(minimal, 1, trial)


def test_an_unknown_party_or_seed_is_refused(minimal: Scenario) -> None:
    with pytest.raises(ParleyError, match="there is no party 'East'"):
        replay(minimal, 1, 0, parties={"East": Stubborn})
    with pytest.raises(ParleyError, match="seed"):
        replay(minimal, -1, 0)


def test_every_shipped_scenario_is_among_the_random_trials() -> None:
    assert set(Counter(name for name, _ in PICKED)) == set(SHIPPED)
    assert START == week(0)
