"""Differences with common random numbers, and the words in which odds are told."""

from __future__ import annotations

import pytest

import sim
from sim.execution.run import run
from sim.results import wording
from sim.results.compare import compare, mixed
from tests.factories import changed


def test_a_run_does_not_differ_from_itself(minimal: sim.Scenario) -> None:
    one = run(minimal, trials=320)
    found = compare(one, one)
    assert found["n_changed"] == 0
    cell = found["tiers"]["durable"]["365"]
    assert cell["difference"] == 0
    assert cell["lo"] < 0 < cell["hi"]


def test_the_same_luck_shows_a_small_change(minimal: sim.Scenario) -> None:
    base, variant = run(minimal, trials=1600), run(changed(minimal, **{"truces.spoilers": 1.2}), trials=1600)
    cell = compare(base, variant)["tiers"]["durable"]["365"]
    assert cell["hi"] < 0
    paired = cell["hi"] - cell["lo"]
    alone = base.odds("durable", 365)
    # Independent runs would give a difference sqrt(2) times as wide as one run's interval.
    assert paired < 0.9 * 2**0.5 * (alone.mc_hi - alone.mc_lo)


def test_intervals_hold_for_all_variants_together(minimal: sim.Scenario) -> None:
    base, variant = run(minimal, trials=640), run(changed(minimal, **{"truces.spoilers": 1.2}), trials=640)
    one, many = (compare(base, variant, n)["tiers"]["durable"]["365"] for n in (1, 20))
    assert one["difference"] == many["difference"]
    assert many["lo"] < one["lo"] and many["hi"] > one["hi"]
    assert compare(base, variant, 20)["level"] == pytest.approx(0.9975)


def test_identical_scenarios_have_no_winner(minimal: sim.Scenario) -> None:
    """Fifty names for one scenario: none differs from the base, whatever the seed."""
    for seed in range(3):
        base, same = (run(minimal, trials=320, seed=seed, name=name) for name in ("base", "same"))
        found = compare(base, same, 50)
        assert found["n_changed"] == 0
        assert all(cell["lo"] < 0 < cell["hi"] for tier in found["tiers"].values() for cell in tier.values())


def test_one_forecast_from_weighted_scenarios(minimal: sim.Scenario) -> None:
    runs = [run(minimal, trials=640), run(changed(minimal, **{"truces.spoilers": 9}), trials=640)]
    found = mixed(runs, [3, 1])
    low, high = sorted(one.odds("durable", 365).p for one in runs)
    cell = found["tiers"]["durable"]["365"]
    assert cell["p"] == pytest.approx(0.75 * runs[0].odds("durable", 365).p + 0.25 * runs[1].odds("durable", 365).p)
    assert (cell["least"], cell["greatest"]) == (low, high)
    kept = [one.in_force_180(365).p for one in runs]  # type: ignore[union-attr]
    assert found["in_force_180"]["365"]["p"] == pytest.approx(0.75 * kept[0] + 0.25 * kept[1])
    short = run(changed(minimal, follow_up_weeks=25), trials=640)
    assert set(mixed([runs[0], short], [1, 1])["in_force_180"].values()) == {None}
    for weights, words_said in (([1], "the base first, got 1"), ([0, 0], "not all 0"), ([-1, 2], "at least 0")):
        with pytest.raises(sim.ParleyError, match=words_said):
            mixed(runs, weights)


def test_only_common_trials_are_compared(minimal: sim.Scenario) -> None:
    assert compare(run(minimal, trials=320), run(minimal, trials=96))["trials"] == 96


def test_another_seed_is_refused(minimal: sim.Scenario) -> None:
    with pytest.raises(sim.ParleyError, match="common random numbers"):
        compare(run(minimal, trials=32, seed=1), run(minimal, trials=32, seed=2))


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.0, "less than 1 in 200"),
        (0.011, "about 1 in 100"),
        (0.166, "about 1 in 6"),
        (0.33, "about 1 in 3"),
        (0.41, "about 2 in 5"),
        (0.49, "about even"),
        (0.68, "about 2 in 3"),
        (0.9, "about 9 in 10"),
        (0.999, "nearly certain"),
    ],
)
def test_odds_in_words(p: float, expected: str) -> None:
    assert wording.one_in(p) == expected


def test_percents_are_whole_and_never_a_false_zero() -> None:
    assert wording.percent(0.174) == "17 %"
    assert wording.percent(0.0004) == "under 1 %"
    assert wording.percent(0.9996) == "over 99 %"
    assert wording.never(20_000, 0.000192) == "0 in 20,000, below 0.02 %"
    assert wording.never(100, 0.037) == "0 in 100, below 4 %"
    assert wording.band(0.046, 0.461) == "5 to 46 %"
    assert wording.band(0.00001, 0.461) == "under 1 to 46 %"


def summary(p: float, lo: float, hi: float, reference: float | None = None, model: float | None = None) -> dict:
    cell = {"p": p, "lo": lo, "hi": hi, "mc_lo": lo, "mc_hi": hi, "reference": reference, "record": None}
    cell |= {"model": p if model is None else model, "model_lo": lo, "model_hi": hi}
    anatomy = {"not_convened": 0.1, "commitment": 0.5, "process": 0.4}
    return {"trials": 20_000, "tiers": {"durable": {"365": cell}}, "anatomy": anatomy}


def test_the_editors_sentence(minimal: sim.Scenario) -> None:
    said = wording.sentence(summary(0.17, 0.05, 0.46, 0.14, 0.21), minimal)
    assert (
        "about 1 in 6: 17 %, band 5 to 46 %. How this number is made: the model alone (21 %, weight 0.75) and the "
        "reference class (14 %, weight 0.25), pooled in log odds."
    ) in said
    assert "rearm (50 % of failures)" in said


def test_the_sentence_when_nothing_happened(minimal: sim.Scenario) -> None:
    said = wording.sentence(summary(0.0, 0.0, 0.00019), minimal)
    assert "0 in 20,000, below 0.02 %" in said
    assert " 0 %" not in said


def test_the_sentence_when_the_model_alone_saw_nothing(minimal: sim.Scenario) -> None:
    said = wording.sentence(summary(0.004, 0.0, 0.00019, 0.14, 0.0), minimal)
    assert "about 1 in 200: under 1 %" in said
    assert "the model alone (nothing (0 in 20,000, below 0.02 %), weight 0.75)" in said
    assert "How this number" not in wording.sentence(summary(0.17, 0.05, 0.46), minimal)


def test_every_tag_has_words() -> None:
    from sim.outcome_columns import TAGS

    assert set(TAGS) == wording.REASONS.keys() == wording.SHORT_REASONS.keys()


def test_differences_in_words() -> None:
    assert wording.points(0.042, 0.031, 0.053) == "+4.2 \u00b11.1"
    assert wording.more_in_100(0.042, 0.031, 0.053) == "4 more in 100"
    assert wording.more_in_100(-0.2, -0.25, -0.15) == "20 fewer in 100"
    assert wording.more_in_100(0.01, -0.01, 0.03) == "no clear difference"


def test_why_tells_the_funnel_the_frictions_and_their_limit() -> None:
    summary = {
        "funnel": [{"stage": "talks held", "p": 1.0}, {"stage": "range", "p": 0.49}],
        "frictions": {"information": 0.37, "commitment": 0.001, "trust": 0.629, "audience": 0.0, "controllers": 0.0},
        "anatomy": dict.fromkeys(wording.REASONS, 0.0) | {"combined": 0.66, "process": 0.34},
        "victory": {"A": 0.19, "B": 0.22},
        "victory_imposed": {"A": 0.07, "B": 0.08},
    }
    said = wording.why(summary)
    assert said[0].startswith("Of 100 trials, up to their first agreed halt: talks held 100 > range 49. ")
    assert said[0].endswith("The odds above count later halts too, and the wider tiers holiday truces.")
    assert said[1].startswith(
        "A side wins in 41 % of trials, in 15 % with a ceasefire that it imposes: an ending of its"
    )
    assert said[2].endswith("distrust of promises 63 %, optimism about the war 37 %.")
    assert "mixed frictions 66 %, missed chance 34 %" in said[3]
    assert "priors" in said[-1]
    assert wording.reason(summary, short=True) == "distrust, optimism"


def test_victories_by_side_and_those_that_impose_a_ceasefire() -> None:
    found = {"victory": {"A": 0.19, "B": 0.0}, "victory_imposed": {"A": 0.001, "B": 0.0}}
    assert wording.victories(found, {"A": "North", "B": "South"}) == (
        "North wins in 19 % of trials, in under 1 % with a ceasefire that it imposes; "
        "South wins in under 1 % of trials."
    )
    never = {"victory": dict.fromkeys("AB", 0.0), "victory_imposed": dict.fromkeys("AB", 0.0)}
    assert wording.victories(never) == "No side wins in any trial."


def test_still_in_force_tells_what_it_rests_on_or_why_it_is_unknown(minimal: sim.Scenario) -> None:
    known = {"p": 0.166, "lo": 0.01, "hi": 0.43, "share": 0.845, "n_durable": 5_288}
    said = wording.still_in_force({"trials": 20_000, "in_force_180": {"365": known}}, minimal)
    assert said == (
        "Still in force after 180 days: 17 %, band 1 to 43 %. That is 84 % of the ceasefires that begin by day 365 and "
        "last 30 days or more (5,288 trials with one)."
    )
    unknown = {"trials": 64, "in_force_180": {"365": None}, "tiers": {"durable": {"365": {"model": 0.0}}}}
    assert "no trial has a ceasefire of 30 days" in wording.still_in_force(unknown, minimal)
    short = changed(minimal, follow_up_weeks=25)
    assert "follows it for 25 weeks after the horizon, and 26 are needed" in wording.still_in_force(unknown, short)
    unknown["tiers"] = {"durable": {"365": {"model": 0.1}}}
    assert "these trials do not record it" in wording.still_in_force(unknown, minimal)


def test_a_table_says_what_a_dash_of_those_still_in_force_is() -> None:
    known = wording.in_force_note([{"p": 0.1}])
    assert known.startswith("Still in force after 180 days: of the ceasefires that last") and "dash" not in known
    assert "A dash: not known" in wording.in_force_note([{"p": 0.1}, None]) and "26 weeks" in wording.in_force_note(
        [None]
    )
