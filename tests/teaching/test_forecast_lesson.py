"""Classroom mode: forecasts come first and are scored only where the record knows; exercises have closed forms."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest

import sim
from sim.analysis.replay.replay import replay
from sim.errors import ParleyError
from sim.scenario.reading.load import load
from sim.teaching.exercises import EXERCISES, grade, pose
from sim.teaching.forecast_lesson import horizons_asked, known_outcome, lesson, parse_forecast, parse_probability
from tests.conftest import Answer

Parley = Callable[..., Answer]
DAYS = (30, 90, 180, 365)
HISTORIC = "iran_iraq/july_1988"


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run(HISTORIC, trials=128, workers=1)


def test_chances_in_three_ways_of_writing() -> None:
    assert [parse_probability(text) for text in (".3", "30%", " 3/10\n", "30 %", "0", "1")] == [
        0.3,
        0.3,
        0.3,
        0.3,
        0,
        1,
    ]
    for text in ("", "thirty", "1/0", "1.2", "-.1", "nan", "130%"):
        with pytest.raises(ParleyError, match="expected a chance"):
            parse_probability(text)


def test_odds_cannot_fall_with_time() -> None:
    assert parse_forecast(".1,.2,.2,.4", DAYS) == (0.1, 0.2, 0.2, 0.4)
    with pytest.raises(ParleyError, match="cannot fall"):
        parse_forecast(".1,.3,.2,.4", DAYS)
    with pytest.raises(ParleyError, match="expected 4 numbers, one for each of 30, 90, 180, 365 days, got 3"):
        parse_forecast(".1,.3,.2", DAYS)


def test_scores_of_a_known_end_by_hand(run: sim.Run) -> None:
    """The record has a lasting ceasefire on day 33: no, yes, yes, yes."""
    found = lesson(run, (0.1, 0.3, 0.5, 0.8))
    assert found.outcome is not None and found.outcome.happened == (False, True, True, True)
    assert found.you.brier == pytest.approx((0.01 + 0.49 + 0.25 + 0.04) / 4)
    perfect = lesson(run, (0, 1, 1, 1)).you
    assert perfect.brier == 0 and perfect.log == pytest.approx(0.001, rel=0.01)
    assert found.rows[1].odds == tuple(run.odds("durable", days).p for days in DAYS)
    assert json.loads(json.dumps(found.as_dict()))["is_scored"] is True
    assert list(found.table().columns) == ["who", "days", "p", "happened"]
    assert lesson(run, (0, 1, 1, 1)).sentences == ("Best here by Brier score: you.",)


def test_what_is_still_in_force_stands_below_the_odds_that_it_lasts(run: sim.Run) -> None:
    found = lesson(run, (0.1, 0.3, 0.5, 0.8))
    kept = [run.in_force_180(days) for days in found.days]
    assert found.in_force == tuple(None if one is None else one.p for one in kept)
    assert found.as_dict()["in_force_180"] == list(found.in_force)
    assert all(p is None or p <= lasts for p, lasts in zip(found.in_force, found.rows[1].odds, strict=True))


def test_nobody_is_scored_where_the_end_is_not_known(minimal: sim.Scenario) -> None:
    shipped = sim.load("istanbul_2025/aides_only")
    assert known_outcome(shipped, DAYS) is None
    found = lesson(sim.run(minimal, trials=64, workers=1), (0.1, 0.2, 0.3, 0.4))
    assert not found.is_scored and found.as_dict()["outcome"] is None
    assert all(row.brier is None for row in found.rows)
    assert "no score" in found.notes[0]


def test_the_end_belongs_to_the_same_war_and_day() -> None:
    scenario = sim.load(HISTORIC)
    assert known_outcome(scenario.model_copy(update={"start": scenario.start.replace(day=19)}), DAYS) is None
    other = scenario.sides.model_copy(update={"A": "Another"})
    elsewhere = scenario.model_copy(update={"sides": other})
    assert known_outcome(elsewhere, DAYS) is not None, "named otherwise, but the war began on the same day"
    later = scenario.war.model_copy(update={"began": scenario.war.began.replace(day=1)})
    assert known_outcome(elsewhere.model_copy(update={"war": later}), DAYS) is None
    assert horizons_asked(scenario.model_copy(update={"horizon_weeks": 13})) == (30, 90)


# -- exercises -------------------------------------------------------------------------------------


def closed_form(name: str, given: dict[str, float]) -> tuple[float, ...]:
    """Written down again, from the papers."""
    if name == "fearon":
        return given["win_prob"] - given["cost_a"], given["win_prob"] + given["cost_b"]
    if name == "nash":
        share = (1 + given["disagreement_a"] - given["disagreement_b"]) / 2
        return share, 1 - share
    if name == "rubinstein":
        return ((1 - given["discount_b"]) / (1 - given["discount_a"] * given["discount_b"]),)
    end = given["status_quo"] + given["war_share"] * given["momentum"] * (1 - given["status_quo"])
    return end, 1 - given["status_quo"], -given["momentum"], 1 - end


@pytest.mark.parametrize("name", EXERCISES)
def test_answers_are_the_closed_forms_on_any_sheet(name: str) -> None:
    sheets = [pose(name, seed) for seed in range(1, 9)]
    for sheet in sheets:
        assert sheet.answer == pytest.approx(closed_form(name, sheet.given), abs=1e-6)
        assert all(grade(sheet, [round(x, 2) for x in sheet.answer]).is_right)
        wrong = grade(sheet, [sheet.answer[0] + 0.02, *sheet.answer[1:]])
        assert not wrong.is_right[0] and all(wrong.is_right[1:])
        assert len(sheet.asked) == len(sheet.answer)
    assert len({tuple(sheet.given.values()) for sheet in sheets}) > 4, "sheets differ from student to student"
    assert pose(name, 3) == pose(name, 3)


def test_fearons_sheets_never_reach_the_ends_of_the_pie() -> None:
    """Otherwise the cut at 0 and 1 would spoil the closed form."""
    assert all(0 < low < high < 1 for low, high in (pose("fearon", seed).answer for seed in range(200)))


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_model_finds_fearons_range_to_the_last_digit(seed: int) -> None:
    """Side A is North, whose share of the pie is the contract-curve weight where every slice is worth the same."""
    sheet = pose("fearon", seed)
    momentum = str(1 - 2 * sheet.given["win_prob"])  # of South, which takes the whole pie or none of it
    numbers = {"war.momentum": momentum, "war.momentum_mean": momentum, "expect": "open"}
    costs = {"parties.North.strain": str(sheet.given["cost_a"]), "parties.South.strain": str(sheet.given["cost_b"])}
    found = replay(load("teaching/fearons_pie", list((numbers | costs).items())), 1, 0)
    (lane,) = next(moment.facts["tracks"] for moment in found.moments if moment.kind == "round")
    assert (lane["lower"], lane["upper"]) == pytest.approx(sheet.answer, abs=1e-12)


def test_unknown_exercises_and_wrong_counts_are_refused() -> None:
    with pytest.raises(ParleyError, match="did you mean `nash`"):
        pose("nsh")
    with pytest.raises(ParleyError, match="expected 2 numbers .*, got 1"):
        grade(pose("nash"), [0.5])


# -- the command -----------------------------------------------------------------------------------


def test_forecast_first_reveal_after(parley: Parley) -> None:
    answer = parley("exercise", HISTORIC, "--forecast", ".1,.3,.5,.8", "--trials", 64, "--workers", 1)
    assert answer.code == 0
    question, reveal = answer.out.index("Settled by"), answer.out.index("what happened")
    assert question < reveal and "IRIQ88" in answer.out and ".198" in answer.out


def test_typed_answers_with_a_mistake_corrected(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(".1\n.05\nfoo\n20%\n1/3\n.4\n"))
    answer = parley("exercise", "teaching/minimal", "--trials", 64, "--workers", 1, "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["forecasts"][0]["odds"] == pytest.approx([0.1, 0.2, 1 / 3, 0.4])
    assert "cannot fall" in answer.err and "got 'foo'" in answer.err


def test_exercise_and_its_mistakes(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    right = pose("rubinstein", 5)
    answer = parley("exercise", "--exercise", "rubinstein", "--seed", 5, "--answer", round(right.answer[0], 3))
    assert answer.code == 0 and "Right." in answer.out and "Rubinstein (1982)" in answer.out
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    for words in (
        ("exercise",),
        ("exercise", "teaching/minimal", "--exercise", "nash"),
        ("exercise", "teaching/minimal", "--answer", "1"),
        ("exercise", "--exercise", "nash", "--forecast", ".1"),
        ("exercise", "--exercise", "nash", "--answer", "half,half"),
        ("exercise", "--exercise", "nash"),
        ("exercise", "teaching/minimal", "--trials", 64),
    ):
        refused = parley(*words)
        assert refused.code == 2, words
        assert any(word in refused.err for word in ("wanted", "expected", "goes with"))
