"""What is said of a record: who is best, and what is no more than chance."""

from typing import Any

import pytest

from sim.errors import ParleyError
from sim.results import record_tables as tables
from sim.results import record_words as words
from sim.results.record_form import checked, described
from tests.dashboards.record_factory import by_day, made_record, made_scenarios, made_tier, pair


def test_numbers_have_no_leading_nought_and_keep_their_sign() -> None:
    assert [words.three(one, sign=True) for one in (0.1622, -0.0254, 1.02, None)] == ["+.162", "-.025", "+1.020", "-"]
    assert words.three(-0.0001, sign=True) == "+.000"  # no minus before nothing
    assert [words.two(one) for one in (0.4, 10.04, -0.05)] == [".40", "10.04", "-.05"]
    assert words.interval(-0.0219, 0.049) == "-.022 to +.049" and words.interval(None, 0.1) == ""


def test_equal_forecasts_have_no_difference_and_no_p_value_is_nothing() -> None:
    assert words.difference_words(pair(0.0, 0.0, 0.0)) == "the same"
    assert words.difference_words(pair(0.0, -0.1, 0.1)) == "+.000 (-.100 to +.100)"
    assert [words.p_value(one) for one in (0.0004, 0.4, None)] == ["<.01", ".40", "-"]


def test_a_bin_in_words() -> None:
    shares = {"mean_forecast": 0.513, "observed": 0.532, "observed_low": 0.424, "observed_high": 0.638}
    said = words.bin_words({**shares, "n": 77.0, "n_wars": 27.0})
    assert said == "Of 77 forecasts of about 51 %, 53 % happened (42 to 64 %; 27 wars)."
    assert words.bin_words({**shares, "n": 1, "n_wars": 1}).startswith("Of 1 forecast of")


def test_the_best_is_named_and_the_engine_is_not_flattered() -> None:
    said = words.comparison(made_tier())
    assert (
        said[0] == "Lowest mean Brier score: the pool (.145), then the pool with the war's own past (.152), then the "
        "ridge regression (.162)."
    )
    assert said[1].startswith("The engine does not beat the ridge regression: it is .003 behind, no more than chance")
    assert said[2] == "The pool beats the engine by .020 (90 % by war: -.030 to -.010)."
    assert said[5] == "The engine beats the constant and the age of the war by more than chance; so does the pool."


def test_a_headline_of_the_same_scores_is_not_ranked_beside_the_pool_with_its_own_past() -> None:
    tier = made_tier()
    tier["brier"]["headline"] = tier["brier"]["known"]
    tier["brier"]["pool"] = tier["brier"]["ridge"] = by_day(0.3, 0.3, 0.3, 0.3, 0.3)
    best = "Lowest mean Brier score: the pool with the war's own past (.152), then the engine (.165), then the age"
    assert words.comparison(tier)[0].startswith(best)


def test_the_wars_own_past_is_set_beside_the_pool_without_it() -> None:
    said = words.comparison(made_tier())
    assert said[4].startswith("The pool with the war's own past does not beat the pool: it is .007 behind, no more")


def test_few_wars_say_nothing_about_chance() -> None:
    assert words.comparison(made_tier(n_wars=9))[1:] == ["9 wars are too few to say whether differences are chance."]


@pytest.mark.parametrize(
    ("row", "stand"),
    [
        (pair(-0.1, -0.2, -0.01), "better"),
        (pair(0.1, 0.01, 0.2), "worse"),
        (pair(-0.1, -0.2, 0.0), "even"),
        (pair(-0.1, None, None), "even"),
    ],
)
def test_an_interval_that_holds_nought_settles_nothing(row: dict[str, Any], stand: str) -> None:
    assert words.standing(row) == stand


def test_simple_forecasters_are_grouped_by_how_they_stand() -> None:
    tier = made_tier()
    tier["differences"]["engine"]["age of war"] = pair(-0.01, -0.03, 0.01)
    assert words.comparison(tier)[5:] == [
        "The engine beats the constant by more than chance and differs from the age of the war by no more than chance.",
        "The pool beats the constant and the age of the war by more than chance.",
    ]


def test_a_scenario_is_one_row_with_both_readings_and_what_happened() -> None:
    north, south = tables.scenario_rows(made_record())
    assert (north.outcome, south.outcome) == ("yes, by 365 days", "none by 365 days")
    assert (north.odds[90]["file"], north.odds[90]["second"], north.odds[365]["second"]) == ("12 %", "6 %", "21 %")
    assert "second" not in south.odds[90]
    unknown = [{**one, "happened": None} for one in made_scenarios()]
    assert tables.scenario_rows(made_record(scenarios=unknown))[0].outcome == "not known"


def test_groups_without_an_episode_and_settings_that_no_fold_took_are_left_out() -> None:
    assert [row.title for _, row in tables.subset_rows(made_tier())][-1] == "interstate"
    chosen = [row.cells for row in tables.chosen_rows(made_record()["protocol"])]
    assert chosen[1] == ("weight of pool, own past 1, of the reference class the rest", "37") and len(chosen) == 3
    assert tables.spread_rows(made_record()["protocol"])[1] == ("0.6", (".20", ".70 (.60 to .80)", "38"))


def test_missing_parts_are_named_once_and_only_where_something_is_scored() -> None:
    assert words.missing(made_record()) == []
    assert len(words.missing(made_record(protocol=None, scenarios=None))) == 2
    assert words.missing(made_record(scores=None, protocol=None)) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"n_episodes": "60"}, "`n_episodes`"),
        ({"scores": {"durable": made_tier(brier={"engine": {"30": 0.1}})}}, "`scores.durable.brier.engine.90`"),
        ({"scores": {"other": made_tier()}}, "`scores.other"),
        ({"forecasts": [{"episode_id": "A"}]}, "`forecasts.0.durable`"),
        ({"notes": None}, "`notes`"),
    ],
)
def test_another_object_is_refused_by_its_first_wrong_key(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(ParleyError, match="expected the object of `parley backtest --json`") as refused:
        checked(made_record(**changes), "there.json")
    assert where in str(refused.value) and str(refused.value).startswith("there.json: ")


@pytest.mark.parametrize("other", [None, [], "record", {"scores": None}])
def test_what_is_no_such_object_is_refused(other: Any) -> None:
    with pytest.raises(ParleyError):
        checked(other)


def test_every_key_is_described() -> None:
    known = dict(described())
    assert set(made_record()) <= set(known) | {"scores", "digests"}
    assert all(text and text != "None" for text in known.values())
    tier = {name.removeprefix("scores.TIER.") for name in known if name.startswith("scores.TIER.")}
    assert tier == set(made_tier())
