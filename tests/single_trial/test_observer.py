"""What the observer sees of a trial's weeks agrees with the trial's outcome, and looking changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.outcome_columns import HALT_ENDS, Columns
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from sim.single_trial.happenings import (
    Bargained,
    Began,
    Dated,
    Ended,
    Happening,
    Holiday,
    Pressed,
    Renewed,
    Round,
    Victory,
    WalkedAway,
)
from sim.single_trial.observer import live_through_week
from sim.single_trial.one_trial import OneTrial
from tests.factories import FEAR, LASTING, LEADERS, QUIET, SILENT, WEEKLY, minimal_scenario, week
from tests.oracle.everything_on import TRACKS_BY_HAZARD, everything_on

Weeks = list[list[Happening]]
SCENARIOS = {
    "base": (lambda: load("istanbul_2025/aides_only"), 40),
    "a backer walks away": (lambda: load("istanbul_2025/us_walks_away_aid_ends"), 20),
    "victories": (lambda: load("istanbul_2025/dictated_peace"), 40),
    "a settlement that is ratified": (lambda: load("istanbul_2025/terms_2022_settlement_first"), 20),
    "everything": (everything_on, 80),
    "everything mirrored": (lambda: mirror(everything_on()), 30),
    "everything by hazard": (lambda: everything_on(tracks=TRACKS_BY_HAZARD), 40),
}


def watched(scenario: Scenario, trial: int = 0, seed: int = 1) -> tuple[Weeks, Columns, OneTrial]:
    one = OneTrial(scenario, seed, trial)
    weeks = []
    while not one.is_over:
        weeks.append(live_through_week(one))
    return weeks, one.run(), one


def all_of(weeks: Weeks, kind: type[Any]) -> list[tuple[int, Any]]:
    return [(number, seen) for number, happened in enumerate(weeks) for seen in happened if isinstance(seen, kind)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_events_agree_with_the_outcome_columns(name: str) -> None:
    make, n_trials = SCENARIOS[name]
    scenario = make()
    columns = simulate(scenario, 1, 0, n_trials)
    for trial in range(n_trials):
        weeks, own, _ = watched(scenario, trial)
        for column, values in own.items():
            np.testing.assert_array_equal(values, columns[column][trial : trial + 1], err_msg=column)
        row = {column: values[trial] for column, values in columns.items()}
        assert seen_in(scenario, weeks) == {column: row[column] for column in seen_in(scenario, weeks)}, trial


def seen_in(scenario: Scenario, weeks: Weeks) -> dict[str, Any]:
    """Outcome columns told from the events alone."""
    tracks, horizon = list(scenario.tracks), scenario.horizon_weeks
    held = [number for number, seen in all_of(weeks, Round) if seen.is_held]
    lanes = all_of(weeks, Bargained)
    ranges = {number for number, seen in lanes if scenario.tracks[seen.track].general and seen.has_range}
    began, over = all_of(weeks, Began), all_of(weeks, Ended)
    counting = [number for number, _ in began if number < horizon]
    settled = [number for number, seen in began if scenario.tracks[seen.track].settles and number < horizon]
    victories = all_of(weeks, Victory)
    kept = [(number, seen) for number, seen in all_of(weeks, Holiday) if seen.is_kept and number < horizon]
    exchanged = [(number, scenario.tracks[seen.track].length_days != "open") for number, seen in lanes
                 if not seen.is_ceasefire and seen.signed is not None]  # fmt: skip
    imposed = [number for number, seen in victories if seen.imposes_ceasefire]
    found = {
        "n_rounds": len(held),
        "n_range_rounds": len(ranges),
        "mutual_week": first(counting + [number for number, seen in kept if seen.is_agreed]),
        "broad_week": first(counting + [number for number, _ in kept] + imposed),
        "settlement_week": first(settled),
        "limited_week": first([number for number, has_term in exchanged if has_term]),
        "humanitarian_week": first([number for number, has_term in exchanged if not has_term]),
        "victory": 1 + (scenario.sides.A, scenario.sides.B).index(victories[0][1].winner) if victories else 0,
        "victory_week": first([number for number, _ in victories]),
        "imposed": len(imposed),
        "halt_week": began[0][0] if began else -1,
        "halt_track": tracks.index(began[0][1].track) if began else -1,
    }
    if began:
        found["halt_mix"] = np.float32(began[0][1].mix)
        end = next(((number, seen) for number, seen in over if number > began[0][0]), None)
        if end:
            found |= {"halt_end": HALT_ENDS.index(end[1].how), "halt_weeks": end[0] - began[0][0]}
            assert end[1].weeks == end[0] - began[0][0]
    starts = [number for number, seen in began if seen.replaces is None]
    ends = [number for number, seen in over if seen.track is not None]
    # A ceasefire is durable that was in force through four weekly draws.
    lasted = [(start, next((end for end in ends if end > start), len(weeks) + 9)) for start in starts]
    durable = [start for start, end in lasted if min(end - 1, len(weeks) - 1) - start >= 4 and start < horizon]
    return found | {"durable_week": first(durable)}


def first(weeks: list[int]) -> int:
    return min(weeks, default=-1)


def test_every_kind_of_event_occurs_in_the_trials_that_are_compared() -> None:
    kinds: set[type[Any]] = set()
    for trial in range(12):
        kinds |= {type(seen) for happened in watched(everything_on(), trial)[0] for seen in happened}
    for trial in range(20):
        kinds |= {type(s) for w in watched(load("istanbul_2025/dictated_peace"), trial)[0] for s in w}
    assert kinds >= {Dated, Victory, WalkedAway, Pressed, Round, Bargained, Began, Ended, Holiday}


# -- worked weeks ----------------------------------------------------------------------------------------


def test_a_backer_presses_whom_it_blames_more_and_is_noted_with_what_it_weighed() -> None:
    """Both offers open at .9 of the way to the own end; the backer stands at side A's: B is .9 beyond, A not at all."""
    backer = {"role": "backer", "leverage": {"South": 0.05}, "act_prob_per_week": 1, "tilt": 1, "patience_weeks": 2,
              "ideal_point": {"territory": 0}, "points": {"territory": 100}, "supports": {"South": 1},
              "aid_cut_momentum": 0.1}  # fmt: skip
    changes = {**SILENT, **FEAR, "horizon_weeks": 5, "talks.blame_offer": 1, "talks.blame_attendance": 3}
    opening = {"parties.North.opening": 0.9, "parties.South.opening": 0.9, "parties.South.usual_level": 1}
    weeks, _, _ = watched(minimal_scenario(**changes, **opening, **{"parties.Patron": backer}))
    pressed = all_of(weeks, Pressed)
    assert [number for number, _ in pressed] == [1, 3]
    one = pressed[0][1]
    assert (one.party, one.side, one.adds, one.after_failure, one.weeks_waited) == ("Patron", "South", 0.05, False, 2)
    assert [seen.cuts_aid for _, seen in pressed] == [True, False]
    # South's offer lies at .1 of the curve, beyond the backer's 1 by .9; it last came at level 1 of 3.
    assert one.blame_b == pytest.approx(1 + 0.9 + 3 * (1 - 1 / 3))


def test_a_backer_that_walks_away_stays_away() -> None:
    walks = {"role": "backer", "supports": {"South": 1}, "quit_prob_per_week": 1, "ends_aid_on_quit": 1,
             "usual_level": 2, "leverage": {"South": 0.1}}  # fmt: skip
    changes = {**WEEKLY, **FEAR, "horizon_weeks": 4}
    weeks, _, _ = watched(minimal_scenario(**changes, **{"parties.Patron": walks}))
    assert all_of(weeks, WalkedAway) == [(0, WalkedAway("Patron", cuts_aid=True))]
    assert [seen.comers[2] for _, seen in all_of(weeks, Round)] == [("Patron", 0, "left", (), 0)] * 4


def test_a_round_without_a_side_is_called_and_not_held() -> None:
    event = {"name": "Summit", "date": week(2), "round": True, "levels": {"South": 0}}
    weeks, columns, _ = watched(minimal_scenario(**{**SILENT, "horizon_weeks": 4}, events=[event]))
    ((number, seen),) = all_of(weeks, Round)
    assert (number, seen.called_by, seen.is_held) == (2, "Summit", False)
    assert seen.comers[1][1:4] == (0, "event", ("Summit",))
    assert [number for number, _ in all_of(weeks, Dated)] == [2]
    assert columns["n_rounds"][0] == 0


def test_a_lift_is_noted_from_the_round_after_a_range_was_seen() -> None:
    """Offers that never move: a range is seen every week and nothing is signed, so levels go up to the leaders."""
    still = {f"parties.{side}.offer_rate": 0 for side in ("North", "South")}
    changes = {**WEEKLY, **still, "talks.level_shift_prob": 1, "talks.text_prob": 0, "horizon_weeks": 4}
    levels = {"parties.North.usual_level": 1, "parties.South.usual_level": 1}
    weeks, _, _ = watched(minimal_scenario(**changes | levels))
    comers = [seen.comers[0] for _, seen in all_of(weeks, Round)]
    assert [(comer.level, comer.reason, comer.lift) for comer in comers] == [
        (1, "habit", 0),
        (2, "lifted", 1),
        (3, "lifted", 2),
        (3, "lifted", 2),
    ]


def test_each_veto_player_has_its_vote() -> None:
    """North misjudges the Senate by more than anything that could be signed, to either side; the Council by nothing."""

    def veto(side: str, ideal: float, **more: Any) -> dict[str, Any]:
        return {"role": "veto", "side": side, "ideal_point": {"territory": ideal}, "points": {"territory": 100}, **more}

    parties = {
        "parties.Senate": veto("North", 0.0, misperception=2),
        "parties.Council": veto("South", 1.0, misperception=0),
    }
    changes = {**WEEKLY, **LASTING, "tracks.ceasefire.ratified_by": ["Senate", "Council"], "horizon_weeks": 6}
    n_refused = n_passed = 0
    for trial in range(12):
        weeks, columns, one = watched(minimal_scenario(**changes, **parties), trial)
        refuses, error = {"Senate": False, "Council": True}, one.workspace.vetoes["error"][0]
        if abs(error) > 0.5:
            # Once it has refused, North knows that nothing passes: there is no range any more.
            (seen,) = [seen for _, seen in all_of(weeks, Bargained) if seen.signed is not None]
            assert (seen.votes == refuses) == (error > 0) == (not seen.passes) == (columns["halt_week"][0] < 0)
            assert bool(all_of(weeks, Began)) == seen.passes
            n_refused, n_passed = n_refused + (not seen.passes), n_passed + seen.passes
    assert n_refused > 2 and n_passed > 2


def test_a_term_that_ends_is_renewed_while_both_gain() -> None:
    changes = {**WEEKLY, **LASTING, "tracks.ceasefire.length_days": 21, "truces.upgrade_prob": 0, "horizon_weeks": 12}
    weeks, _, _ = watched(minimal_scenario(**changes))
    ((start, began), *others) = all_of(weeks, Began)
    assert not others and (began.replaces, began.term_weeks, began.is_upgrade_at_expiry) == (None, 3, False)
    renewed = [number for number, _ in all_of(weeks, Renewed)]
    assert renewed == list(range(start + 3, len(weeks), 3)) and len(renewed) > 3
    assert not all_of(weeks, Ended)


def test_a_collapse_is_told_from_a_lapse() -> None:
    breaks = {**WEEKLY, "truces.early_hazard": 50, "truces.slow_hazard": 50, "horizon_weeks": 8}
    weeks, _, _ = watched(minimal_scenario(**breaks))
    (start, _), (number, ended) = all_of(weeks, Began)[0], all_of(weeks, Ended)[0]
    assert (number, ended.how, ended.weeks, ended.track) == (start + 1, "collapse", 1, "ceasefire")
    # Signed for three weeks; then an event makes fighting pay: nothing breaks, and nobody renews.
    event = {"name": "A find", "date": week(3), "set": {"parties.South.fear": 0.5}}
    lapses = {**WEEKLY, **LASTING, **LEADERS, "tracks.ceasefire.length_days": 28, "horizon_weeks": 8,
              "truces.upgrade_prob": 0, "truces.shortfall_slope": 0}  # fmt: skip
    weeks, _, _ = watched(minimal_scenario(**lapses, events=[event]))
    number, ended = all_of(weeks, Ended)[0]
    assert (ended.how, ended.weeks) == ("lapse", 4)
    assert ended.shortfall > 0


def test_a_victor_imposes_a_ceasefire_that_has_no_track() -> None:
    wins = {"war.victory_hazard": 5, "war.victory_slope": 0, "war.imposed_halt_prob": 1, "war.momentum": 0.5,
            "war.momentum_mean": 0.5, "truces.spoilers": 9, "truces.slow_hazard": 5}  # fmt: skip
    weeks, columns, _ = watched(minimal_scenario(**{**SILENT, **wins, "horizon_weeks": 8}))
    ((number, victory),) = all_of(weeks, Victory)
    assert victory == ("South", True) and number == columns["victory_week"][0]
    ((end, ended),) = all_of(weeks, Ended)
    assert (ended.track, ended.how, ended.shortfall, ended.weeks) == (None, "collapse", 0.0, end - number)


def test_a_holiday_is_kept_or_not() -> None:
    window = {"name": "Feast", "date": week(1), "reciprocated_prob": 1, "agreed_share": 1}
    other = {"name": "Fair", "date": week(3), "reciprocated_prob": 0, "agreed_share": 1}
    weeks, columns, _ = watched(minimal_scenario(**{**SILENT, "horizon_weeks": 5}, windows=[window, other]))
    assert all_of(weeks, Holiday) == [(1, Holiday("Feast", week(1), True, True)), (3, ("Fair", week(3), False, False))]
    assert columns["mutual_week"][0] == columns["broad_week"][0] == 1


def test_a_text_is_noted_with_who_accepts_it() -> None:
    """It leaves a side what it needs, and asks for no more than a side's own share of what is left between offers."""
    host = {"role": "mediator", "skill": 0.5, "usual_level": 3}
    changes = {**QUIET, **WEEKLY, "talks.text_prob": 1, "talks.text_error": 0.3, "talks.close_enough": 0.02,
               "parties.North.offer_rate": 0.7, "parties.South.offer_rate": 0.5, "horizon_weeks": 12}  # fmt: skip
    refused = accepted = 0
    for trial in range(24):
        for _, seen in all_of(watched(minimal_scenario(**changes, **{"parties.Host": host}), trial)[0], Bargained):
            if seen.text is not None:
                (offer_a, offer_b), hair = seen.offers, 0.01 + 1e-9
                gap = max(offer_a - offer_b, 0)
                least, most = max(seen.lower, offer_a - 0.7 * gap - hair), min(seen.upper, offer_b + 0.5 * gap + hair)
                assert seen.accepts == (seen.text >= least, seen.text <= most)
                assert (seen.signed == seen.text and seen.how == "text") == all(seen.accepts)
                accepted += all(seen.accepts)
                refused += not all(seen.accepts)
    assert refused and accepted
