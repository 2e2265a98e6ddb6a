"""The record is one file that asks for nothing, says what the numbers say, and says plainly where they are not good."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.figures import learned_parameters
from dashboards.figures import record as figures
from dashboards.report.record import record, write_record
from sim.errors import ParleyError
from tests.dashboards import record_factory as made
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, pairs, trace
from tests.dashboards.record_factory import DAYS, by_day, line, made_bin, made_posterior, made_record, made_tier, pair
from tests.dashboards.report.test_build import PAYLOADS, Page, asks_for_nothing

KINDS = ("reliability-{}-engine", "reliability-{}-pool", "scores-{}", "subsets-{}")
KINDS += ("differences-{}-engine", "differences-{}-pool")
CHARTS = [kind.format(tier) for kind in KINDS for tier in ("durable", "mutual")]
BINS = [made_bin(0.1, 0.2, 0.05, 0.4, 100, 20), made_bin(0.9, 0.88, 0.7, 0.95, 25, 1)]
CLEAR = (("one", -0.08, -0.11, -0.05), ("two", 0.003, -0.02, 0.03), ("three", 0.05, 0.01, 0.09))
RIVALS = pairs(*CLEAR, ("four", -0.01, None, None))
PARAMETER = {"title": "speed", "kind": "loguniform", "low": 0.01, "high": 1.0, "words": "w", "contraction": 0.5}


@pytest.fixture(scope="module")
def text() -> str:
    return record(made_record(), made_posterior())


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_circles_stand_where_the_bins_are_and_grow_with_their_forecasts() -> None:
    figure = figures.reliability(BINS, title="T")
    circles = trace(figure, "forecasts")
    assert (circles["x"], circles["y"]) == ([10.0, 90.0], [20.0, 88.0])
    large, small = (size - 8 for size in circles["marker"]["size"])
    assert large**2 / small**2 == pytest.approx(4, rel=0.02)  # sizes are rounded to a tenth of a pixel
    assert trace(figure, "interval")["y"] == [5.0, 40.0, None, 70.0, 95.0, None]
    assert circles["textposition"] == ["top left", "bottom right"]


def test_the_best_forecaster_is_on_top_and_one_without_a_score_at_the_bottom() -> None:
    scores = {"bad": 0.24, "good": 0.16}
    rows = [{"title": "none", **by_day(None, None, None, None, None)}]
    rows += [{"title": name, **by_day(s, s, s, s, s)} for name, s in scores.items()]
    figure = figures.score_dots(rows, title="T", horizons=DAYS)
    assert figure["layout"]["yaxis"]["ticktext"] == ["good (.160)", "bad (.240)", "none (\u2013)"]
    assert trace(figure, "by 90 days")["x"] == [0.16, 0.24, None]
    assert trace(figure, "mean")["x"] == [0.16, 0.16, None, 0.24, 0.24, None]


def test_an_interval_that_holds_nought_is_no_more_than_chance() -> None:
    figure = figures.score_differences(RIVALS, title="T", first="pool")
    assert trace(figure, "the pool is better")["x"] == [-0.08]
    assert trace(figure, "the pool is worse")["x"] == [0.05]
    assert sorted(trace(figure, "no more than chance")["x"]) == [-0.01, 0.003]
    assert len(trace(figure, "interval")["x"]) == 9  # three of the four have one


def test_tiers_share_the_axis_of_scores() -> None:
    narrow_range = figures.score_differences(RIVALS[:1], title="T")["layout"]["xaxis"]["range"]
    shared = figures.score_differences(RIVALS[:1], title="T", reach=[0.09])["layout"]["xaxis"]["range"]
    assert narrow_range[1] < 0.09 < shared[1]


def test_slopes_have_an_interval_only_where_it_is_known() -> None:
    rows = [{"tier": "durable", "title": "engine", **line(1.2)}, {"tier": "durable", "title": "pool", **line(None)}]
    assert [one["name"] for one in figures.slopes(rows, title="T")["data"]] == ["", "durable"]
    rows[0] |= {"slope_lo": 0.9, "slope_hi": 1.5}
    assert trace(figures.slopes(rows, title="T"), "90 %")["x"] == [0.9, 1.5, None]


def test_a_group_has_a_mark_for_each_forecaster_with_a_score() -> None:
    rows = [
        {"title": "young", "n_episodes": 20, "brier": {"engine": 0.1, "pool": 0.2}},
        {"title": "old", "n_episodes": 9, "brier": {"engine": None, "pool": 0.3}},
    ]
    figure = figures.subset_dots(rows, title="T", forecasters=("engine", "pool"))
    assert trace(figure, "engine")["x"] == [0.1, None] and trace(figure, "pool")["x"] == [0.2, 0.3]
    assert figure["layout"]["yaxis"]["ticktext"] == ["young\u00a0(20)", "old\u00a0(9)"]


def test_a_parameter_is_drawn_on_the_scale_on_which_its_prior_is_even() -> None:
    row = PARAMETER | {"from": 0.01, "median": 0.1, "to": 1.0}
    figure = learned_parameters.learned([row], title="T")
    assert trace(figure, "median")["x"] == pytest.approx([50.0])
    assert trace(figure, "posterior, 5")["x"][:2] == pytest.approx([0.0, 100.0])
    even = row | {"kind": "uniform", "low": 0.0, "high": 0.5}
    assert learned_parameters.place_in_prior(even, 0.1) == pytest.approx(0.2)
    for one in (row, even):
        assert learned_parameters.place_in_prior(one, learned_parameters.value_at(one, 0.3)) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("value", "said"), [(0.1622, "+.162"), (-0.0254, "\u2212.025"), (1.02, "+1.020"), (None, "\u2013")]
)
def test_scores_have_three_decimals_and_no_leading_nought(value: float | None, said: str) -> None:
    assert figures.three(value, sign=True) == said


def every_figure(title: str) -> Iterator[dict[str, Any]]:
    for narrow in (False, True):
        yield figures.reliability(BINS, title=title, narrow=narrow)
        dots = [{"title": title, **by_day(0.1, 0.2, None, 0.3, 0.2)}]
        yield figures.score_dots(dots, title=title, horizons=DAYS, narrow=narrow)
        yield figures.score_differences([{**row, "title": title} for row in RIVALS], title=title, narrow=narrow)
        groups = [{"title": title, "n_episodes": 3, "brier": {"engine": 0.1}}]
        yield figures.subset_dots(groups, title=title, forecasters=["engine"], narrow=narrow)
        yield figures.slopes([{"tier": title, "title": title, **line(1.0)}], title=title, narrow=narrow)
        row = PARAMETER | {"title": title, "words": title, "from": 0.02, "median": 0.1, "to": 0.5}
        yield learned_parameters.learned([row], title=title, narrow=narrow)


def test_figures_are_plain_json_and_show_any_text_literally() -> None:
    assert are_literal(every_figure(HOSTILE))


def test_the_record_asks_for_nothing_and_runs_only_our_scripts(text: str) -> None:
    assert asks_for_nothing(text)


def test_every_chart_has_its_figure_a_label_and_a_sentence_on_how_to_read_it(page: Page) -> None:
    charts = [div for div in page.all("div") if "data-figure" in div]
    assert sorted(div["data-figure"] for div in charts) == sorted([*CHARTS, "slopes", "learned"])
    assert set(json.loads(page.scripts[0])["figures"]) == {div["data-figure"] for div in charts}
    assert all(div["aria-label"] for div in charts)
    assert page.text.count("How to read it.") == len(charts)


def test_numbers_misses_variants_and_notes_are_in_words(page: Page) -> None:
    for words in (
        "Of 102 forecasts of about 10 %, 13 % happened (6 to 26 %; 25 wars).",
        "the 80 % interval held 79 %",
        "priors alone .216 +.051 .162 +.000 .206 +.061",
        "coded loosely .160 \u2212.005 \u2013 .150 +.005",
        "North: the seventh round NORTH7, opened 1977-07-07 8 % by 30 days 22 %, 13 % it happened by 30 days held for "
        "a year it saw no range",
        "The rows are a convenience sample.",
        "0.316 (0.112 to 0.891) 0.316 (0.2 to 0.8) 0.61",
    ):
        assert words in page.text, words
    assert len(re.findall(r"SOUTH1 6 % 7 % 8 % 9 %", page.text)) == 1


def test_every_forecaster_stands_in_the_tables_with_both_differences(page: Page) -> None:
    engine = ".150 .160 .170 .180 .165 .50 \u2212.020 (\u2212.030 to \u2212.010)"
    ridge = ".160 .170 .150 .168 .162 .50 +.003 (\u2212.020 to +.030) \u2212.017 (\u2212.040 to +.006)"
    assert f"engine {engine}" in page.text and f"ridge {ridge}" in page.text
    assert "ridge .81 (.60 to 1.02) .81 .81 .81 .81 \u2212.05 .40 overconfident" in page.text


def test_folds_groups_and_scenarios_are_tables(page: Page) -> None:
    for words in (
        "not at all .33 .20 (.10 to .30) 0",
        "ridge, by itself penalty 10, with interstate 36",
        "headline weight of pool, own past 1, of the reference class the rest 37",
        "0.6 .20 .70 (.60 to .80) 38",
        "under 180 days 20 12 .240 .230 .110 .100 .120 .130 \u2013",
        "Talks of north/may north/may; row NORTH/MAY yes, by 365 days "
        "\u2013 12 % 22 % 6 % 16 % 41 % 35 % 28 % \u2013 33 % 43 %",
        "Talks of south/june south/june; row SOUTH/JUNE none by 365 days \u2013 2 % 12 % \u2013 41 %",
        "headline \u2013 .111 .222",
        "coded row, pool .166",
        "2 scenarios of 2 wars: too few to rank forecasters.",
    ):
        assert words in page.text, words


def test_parts_that_a_record_does_not_hold_are_left_out_with_one_sentence(text: str) -> None:
    parts = {
        "protocol": "What each fold weighed or set is not",
        "variants": "No variant was",
        "scenarios": "The shipped",
    }
    without = record(made_record(**dict.fromkeys(parts), scenario_scores=None), None)
    for name, words in parts.items():
        assert f'<section id="{name}"' in text and f'<section id="{name}"' not in without
        assert words not in text and without.count(words) == 1


def test_a_record_of_another_engine_is_shown_with_the_reason() -> None:
    stale = "This record was computed with another version of the engine than this one."
    shown = Page(record(made_record(stale=[stale]), None)).text
    assert stale in shown and "What is its record?" in shown


@pytest.mark.parametrize(
    ("row", "head"),
    [
        (pair(-0.02, -0.03, -0.01), "The engine beats the ridge regression by .020 (90 % by war: \u2212.030 to"),
        (pair(-0.02, -0.03, 0.01), "The engine does not beat the ridge regression: it is .020 ahead, no more than"),
        (pair(0.02, 0.01, 0.03), "The engine does worse than the ridge regression, by .020"),
        (pair(0.02, None, None), "The engine does not beat the ridge regression: it is .020 behind"),
    ],
)
def test_it_says_plainly_whether_it_beats_a_regression(row: dict[str, Any], head: str) -> None:
    tier = made_tier()
    tier["differences"]["engine"]["ridge"] = row
    assert head in Page(record(made_record(scores={"durable": tier}), None)).text


@pytest.mark.parametrize("verdict", ["too few to say: 12 of 50", "undetermined", "overconfident"])
def test_the_word_calibrated_stands_only_where_the_verdict_says_so(page: Page, verdict: str) -> None:
    assert "Calibration of the engine: calibrated ." in page.text
    verdicts = dict.fromkeys(("engine", "ridge", "pool", "known", "headline"), verdict)
    tier = made_tier(verdict=verdict, verdicts=verdicts)
    shown = Page(record(made_record(scores={"durable": tier}), None)).text
    assert f"Calibration of the engine: {verdict} ." in shown
    assert "calibrated" not in shown.lower()


def test_without_outcomes_it_says_that_nothing_is_scored_and_lists_the_forecasts() -> None:
    page = Page(record(made.made_unscored(), None))
    assert "Nothing is scored." in page.text
    assert "SOUTH1 6 % 7 % 8 % 9 % 8 % 9 % 10 % 11 % 12 % 13 % 14 % 15 % 14 % 15 % 16 % 17 % 32 % 33 %" in page.text
    assert "Brier" not in page.text
    assert json.loads(page.scripts[0])["figures"] == {}
    assert [one for one in page.all("details") if "open" in one]
    Page(record(made.made_unscored() | {"forecasts": [], "n_episodes": 0}, made_posterior()))


def test_numbers_that_are_not_known_are_dashes() -> None:
    nothing = {who: by_day(0.2, None, None, None, 0.2) for who in ("engine", "constant")}
    unknown = {days: line(None) | {"intercept": None, "p_by_war": None} for days in (*DAYS, "pooled")}
    tier = made_tier(
        brier=nothing,
        log_score=nothing,
        calibration={"engine": unknown},
        differences={"engine": {"constant": pair(None, None, None)}},
        verdict="undetermined",
        subsets=[],
    )
    page = Page(record(made_record(scores={"mutual": tier}, misses=None, variants=None), None))
    assert "engine .200 \u2013 \u2013 \u2013 .200" in page.text
    assert "beat" not in page.text
    assert "most wrong" not in page.text


def hostile_tiers(payload: str) -> dict[str, Any]:
    groups = [{**one, "group": payload} for one in made_tier()["subsets"]]
    return dict.fromkeys(("durable", "mutual"), made_tier(verdict="calibrated", subsets=groups))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_are_shown_literally(page: Page, payload: str) -> None:
    miss = made.made_miss(name=payload, outcome=payload, reason=payload, episode_id=payload)
    others = made_record()["forecasts"][1:]
    changes = {"misses": [miss], "notes": [payload], "forecasts": [made.made_forecast(payload, 0.1), *others]}
    changes |= {"scores": hostile_tiers(payload), "protocol": made.made_protocol()}
    changes["variants"] = dict(zip((payload, "other"), made.made_variants().values(), strict=True))
    changes["protocol"]["terms"][0] |= {"term": payload, "meaning": payload}
    changes["scenarios"] = [{**one, "title": payload} for one in made.made_scenarios()]
    hostile = Page(record(made_record(**changes), made_posterior()))
    assert hostile.shape == page.shape


def test_another_object_and_somebody_elses_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ParleyError, match="expected the object of `parley backtest --json`, got another: `as_of`: field required"
    ):
        record({"scores": None}, None)
    path = tmp_path / "record.html"
    path.write_text("mine")
    with pytest.raises(ParleyError, match="name another file"):
        write_record(made.made_unscored(), path, None)
    path.write_text("")
    write_record(made.made_unscored(), path, None)
    write_record(made_record(), path, made_posterior())
    assert "What is its record?" in path.read_text(encoding="utf-8")


def test_what_the_forecasts_rest_on_stands_at_the_top() -> None:
    claim = "not from other wars alone, for these may be one: Korean War and KOREA"
    page = Page(record(made_record(claim=claim, n_later=1), None)).text
    assert f"coded and then forecast, {claim}." in page
    assert "1 row opened later: it taught nothing, and its outcomes were not read." in page
