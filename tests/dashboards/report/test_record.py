"""The record is one file that asks for nothing, says what the numbers say, and says plainly where they are not good."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dashboards.figures import record as figures
from dashboards.report.record import record, write_record
from sim.errors import ParleyError
from sim.evidence.backtest.backtest import Backtest
from sim.evidence.backtest.forecasts import Forecasts
from sim.evidence.backtest.tier_scores import score
from sim.evidence.calibration.calibrate import read_rows
from tests.dashboards import record_factory as made
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, pairs, trace
from tests.dashboards.record_factory import DAYS, by_day, line, made_bin, made_posterior, made_record, made_tier
from tests.dashboards.report.test_build import PAYLOADS, Page, asks_for_nothing

CHARTS = [f"{kind}-{tier}" for kind in ("reliability", "scores", "differences") for tier in ("durable", "mutual")]
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


def test_a_bin_in_words() -> None:
    words = figures.bin_words(made_bin(0.513, 0.532, 0.424, 0.638, 77.0, 27.0)).replace("\u00a0", " ")
    assert words == "Of 77 forecasts that said about 51 %, 53 % came true (42 to 64 %; 27 wars)."
    assert "Of 1 forecast that said" in figures.bin_words(made_bin(0.5, 1, 0.2, 1, 1, 1))


def test_the_best_forecaster_is_on_top_and_one_without_a_score_at_the_bottom() -> None:
    scores = {"bad": 0.24, "good": 0.16}
    rows = [{"title": "none", **by_day(None, None, None, None, None)}]
    rows += [{"title": name, **by_day(s, s, s, s, s)} for name, s in scores.items()]
    figure = figures.score_dots(rows, title="T", horizons=DAYS)
    assert figure["layout"]["yaxis"]["ticktext"] == ["good (.160)", "bad (.240)", "none (\u2013)"]
    assert trace(figure, "by 90 days")["x"] == [0.16, 0.24, None]
    assert trace(figure, "mean")["x"] == [0.16, 0.16, None, 0.24, 0.24, None]


def test_an_interval_that_holds_nought_is_no_more_than_luck() -> None:
    figure = figures.score_differences(RIVALS, title="T")
    assert trace(figure, "the model is better")["x"] == [-0.08]
    assert trace(figure, "the model is worse")["x"] == [0.05]
    assert sorted(trace(figure, "no more than chance")["x"]) == [-0.01, 0.003]
    assert len(trace(figure, "interval")["x"]) == 9  # three of the four have one


def test_tiers_share_the_axis_of_scores() -> None:
    narrow_range = figures.score_differences(RIVALS[:1], title="T")["layout"]["xaxis"]["range"]
    shared = figures.score_differences(RIVALS[:1], title="T", reach=[0.09])["layout"]["xaxis"]["range"]
    assert narrow_range[1] < 0.09 < shared[1]


def test_slopes_have_an_interval_only_where_it_is_known() -> None:
    rows = [{"tier": "durable", "title": "30 days", **line(1.2)}, {"tier": "durable", "title": "pooled", **line(None)}]
    assert [one["name"] for one in figures.slopes(rows, title="T")["data"]] == ["", "durable"]
    rows[0] |= {"slope_lo": 0.9, "slope_hi": 1.5}
    assert trace(figures.slopes(rows, title="T"), "90 %")["x"] == [0.9, 1.5, None]


def test_a_parameter_is_drawn_on_the_scale_on_which_its_prior_is_even() -> None:
    row = PARAMETER | {"from": 0.01, "median": 0.1, "to": 1.0}
    figure = figures.learned([row], title="T")
    assert trace(figure, "median")["x"] == pytest.approx([50.0])
    assert trace(figure, "posterior, 5")["x"][:2] == pytest.approx([0.0, 100.0])
    even = row | {"kind": "uniform", "low": 0.0, "high": 0.5}
    assert figures.place_in_prior(even, 0.1) == pytest.approx(0.2)
    for one in (row, even):
        assert figures.place_in_prior(one, figures.value_at(one, 0.3)) == pytest.approx(0.3)


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
        yield figures.slopes([{"tier": title, "title": title, **line(1.0)}], title=title, narrow=narrow)
        row = PARAMETER | {"title": title, "words": title, "from": 0.02, "median": 0.1, "to": 0.5}
        yield figures.learned([row], title=title, narrow=narrow)


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
    for said in (
        "Of 102 forecasts that said about 10 %, 13 % came true (6 to 26 %; 25 wars).",
        "no more than chance (\u2212.020 to +.030)",
        "the 80 % interval held 79 %",
        "priors alone .216 +.051",
        "coded loosely .160 \u2212.005 \u2013",
        "North: the seventh round NORTH7, opened 1977-07-07 8 % by 30 days it came held for a year it saw no range",
        "The rows are a convenience sample.",
        "0.316 (0.112 to 0.891) 0.316 (0.2 to 0.8) 0.61",
    ):
        assert said in page.text, said
    assert len(re.findall(r"SOUTH1 12 % 13 % 14 % 15 %", page.text)) == 1


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ([(-0.02, -0.03, -0.01)], "It beats a regression on the same coded rows."),
        ([(-0.02, -0.03, 0.01)], "It does not beat a regression on the same coded rows."),
        ([(0.02, 0.01, 0.03), (-0.02, -0.03, -0.01)], "It does worse than a regression on the same coded rows."),
        ([(-0.02, -0.03, -0.01), (0.0, -0.1, 0.1)], "with one penalty and not with another."),
        ([(0.02, None, None)], "It does not beat a regression on the same coded rows."),
    ],
)
def test_it_says_plainly_whether_it_beats_a_regression(rows: list[tuple[float, float, float]], head: str) -> None:
    tier = made_tier()
    rivals: Any = {
        row.pop("title"): row for row in pairs(*((f"ridge, penalty {n}", *row) for n, row in enumerate(rows)))
    }
    rivals["constant"] = tier["model_minus"]["constant"]
    shown = Page(record(made_record(scores={"durable": tier | {"model_minus": rivals}}), None)).text
    assert head in shown
    assert shown.count("a regression on the same coded rows") == 1


@pytest.mark.parametrize("verdict", ["too few to say: 12 of 50", "cannot be told", "overconfident"])
def test_the_word_calibrated_stands_only_where_the_verdict_says_so(page: Page, verdict: str) -> None:
    assert "In one word: calibrated ." in page.text
    shown = Page(record(made_record(scores={"durable": made_tier(verdict=verdict)}), made_posterior())).text
    assert f"In one word: {verdict} ." in shown
    assert "calibrated" not in shown.lower()


def test_without_outcomes_it_says_that_nothing_is_scored_and_lists_the_forecasts() -> None:
    page = Page(record(made.made_unscored(), None))
    assert "Nothing is scored." in page.text
    assert "SOUTH1 12 % 13 % 14 % 15 % 14 % 15 % 16 % 17 % 6 % 7 % 8 % 9 %" in page.text
    assert "Brier" not in page.text
    assert json.loads(page.scripts[0])["figures"] == {}
    assert [one for one in page.all("details") if "open" in one]
    Page(record(made.made_unscored() | {"forecasts": [], "n_episodes": 0}, made_posterior()))


def test_numbers_that_cannot_be_told_are_dashes() -> None:
    nothing = {who: by_day(0.2, None, None, None, 0.2) for who in ("model", "constant")}
    lines = {days: line(None) | {"intercept": None, "p_by_war": None} for days in (*DAYS, "pooled")}
    pair = {"constant": {"difference": None, "lo": None, "hi": None}}
    tier = made_tier(brier=nothing, log_score=nothing, calibration=lines, model_minus=pair, verdict="cannot be told")
    page = Page(record(made_record(scores={"mutual": tier}, misses=None), None))
    assert "the model .200 \u2013 \u2013 \u2013 .200" in page.text
    assert "a regression on" not in page.text
    assert "most wrong" not in page.text


def test_what_backtest_writes_can_be_drawn() -> None:
    """The real object, of made-up forecasts on the shipped rows; no engine is run."""
    rows = read_rows(None, None)
    odds = np.tile([0.2, 0.4, 0.5, 0.6], (len(rows.targets), 1))
    forecasts = Forecasts({"durable": odds, "mutual": odds}, odds)
    scores = score(rows, forecasts, "mutual")
    assert scores is not None
    made_up: Any = SimpleNamespace(trials=1, seed=1)
    found = Backtest(rows, made_up, None, forecasts, {"mutual": scores}, {"other": {"mutual": 0.2}}).as_dict()
    page = Page(record(json.loads(json.dumps(found)), None))
    assert f"All {len(rows.targets)} forecasts" in page.text
    assert f"{scores.n_rows} scored episodes in {scores.n_wars} wars" in page.text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_are_shown_literally(page: Page, payload: str) -> None:
    miss = made.made_miss(name=payload, outcome=payload, reason=payload, episode_id=payload)
    others = made_record()["forecasts"][1:]
    changes = {"misses": [miss], "notes": [payload], "forecasts": [made.made_forecast(payload, 0.1), *others]}
    hostile = Page(record(made_record(**changes), made_posterior()))
    assert hostile.shape == page.shape


def test_another_object_and_somebody_elses_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParleyError, match="has no forecasts, notes"):
        record({"scores": None}, None)
    path = tmp_path / "record.html"
    path.write_text("mine")
    with pytest.raises(ParleyError, match="name another file"):
        write_record(made.made_unscored(), path, None)
    path.write_text("")
    write_record(made.made_unscored(), path, None)
    write_record(made_record(), path, made_posterior())
    assert "What is its record?" in path.read_text(encoding="utf-8")


def test_wars_under_two_names_are_told_on_the_page() -> None:
    page = record(made_record(wars_under_two_names=[["Korean War", "KOREA"]], n_later=1), None)
    assert "under its own name (wars under two names: Korean War and KOREA)" in page
    assert "1 row opened later: it taught nothing, and its outcomes were not read." in page
