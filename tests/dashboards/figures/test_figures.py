"""Figures are pure: small tables in, exact traces out; any text of a scenario is shown literally."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
import pytest

from dashboards import figures
from dashboards.figures.outcomes import ENDING_LOOKS, REASON_LOOKS
from dashboards.theme import BLUE, INK, PAPER, SKY, VERMILLION, ink_on, lines, literal, look_of, percent_axis
from sim.results.wording import REASONS as TAGS

HOSTILE = "<b onmouseover=alert(1)>&amp;<script>alert(1)</script><a href='javascript:x'>"
DAYS = [
    {"date": "2025-01-06", "day": 0, "durable": 0.0, "mutual": 0.0, "broad": 0.0, "lo": 0, "hi": 0}
    | {"mc_lo": 0, "mc_hi": 0},
    {"date": "2025-02-03", "day": 28, "durable": 0.1, "mutual": 0.2, "broad": 0.3, "lo": 0.02, "hi": 0.4}
    | {"mc_lo": 0.09, "mc_hi": 0.11},
]
SCENARIOS = [
    {"title": "base", "p": 0.2, "lo": 0.1, "hi": 0.4, "mc_lo": 0.19, "mc_hi": 0.21, "is_base": True},
    {"title": "more", "p": 0.5, "lo": 0.2, "hi": 0.8, "mc_lo": 0.48, "mc_hi": 0.52, "is_base": False},
    {"title": "less", "p": 0.05, "lo": 0.0, "hi": 0.1, "mc_lo": 0.04, "mc_hi": 0.06, "is_base": False},
]


def pairs(*rows: tuple[str, float, float | None, float | None]) -> list[dict[str, Any]]:
    """Differences with their intervals, by title."""
    return [dict(zip(("title", "difference", "lo", "hi"), row, strict=True)) for row in rows]


PAIRS = pairs(("down", -0.1, -0.12, -0.08), ("flat", 0.004, -0.01, 0.018), ("up", 0.3, 0.28, 0.32))
BINS = [
    {"label": "by June", "crowd": {"one": 0.09, "two": 0.1}, "p": 0.08, "lo": 0.0, "hi": 0.26},
    {"label": "by December", "crowd": {"two": 0.53}, "p": None, "lo": None, "hi": None},
]
FUNNEL = [{"stage": "talks held", "p": 0.8}, {"stage": "signed", "p": 0.2}, {"stage": "in force", "p": 0.0}]
REASONS = [
    {"title": "base", "trust": 0.6, "process": 0.39, "scope": 0.01},
    {"title": "other", "trust": 1.0, "process": 0.0, "scope": 0.0},
]
ENDINGS = [
    {
        "title": "base",
        "ceasefire": 0.3,
        "short": 0.2,
        "victory_a": 0.0,
        "imposed_a": 0.0,
        "victory_b": 0.1,
        "imposed_b": 0.05,
        "war": 0.35,
    }
]


def every_figure(title: str = "T") -> Iterator[dict[str, Any]]:
    """One of each, all texts replaced by ``title``."""

    def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "title": title} for row in rows]

    for narrow in (False, True):
        yield figures.odds_by_date(DAYS, title=title, base=DAYS, base_title=title, narrow=narrow)
        yield figures.forest(named(SCENARIOS), title=title, reference=0.14, narrow=narrow)
        yield figures.differences(named(PAIRS), title=title, narrow=narrow)
        stages = [{**row, "stage": title} for row in FUNNEL]
        yield figures.funnel(stages, title=title, base=stages, base_title=title, narrow=narrow)
        yield figures.anatomy(named(REASONS), title=title, narrow=narrow)
        bins = [{**row, "label": title, "crowd": {title: 0.5}} for row in BINS]
        yield figures.beside_crowd(bins, title=title, platforms=(title,), narrow=narrow)
        yield figures.endings(named(ENDINGS), title=title, sides={"A": title, "B": title}, narrow=narrow)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(child)


def are_literal(drawn: Iterable[dict[str, Any]]) -> bool:
    """Whether figures are JSON and show any text literally: no tag in them but the two of ours."""
    for figure in drawn:
        json.dumps(figure, allow_nan=False)
        for text in strings(figure):
            assert not re.search("[<>]", re.sub("<br>|</?extra>", "", text)), text
    return True


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    found = [one for one in figure["data"] if name in one["name"]]
    assert len(found) == 1, [one["name"] for one in figure["data"]]
    return dict(found[0])


def test_curves_are_cumulative_odds_in_per_cent_with_two_areas_around_them() -> None:
    figure = figures.odds_by_date(DAYS, title="T")
    tiers = ("lasts 30 days", "agreed by both", "any general halt")
    assert [trace(figure, tier)["y"] for tier in tiers] == [[0.0, 10.0], [0.0, 20.0], [0.0, 30.0]]
    assert trace(figure, "lasts 30 days")["x"] == ["2025-01-06", "2025-02-03"]
    assert trace(figure, "lasts 30 days")["customdata"][1] == "10 % (band 2 to 40 %)"
    band, luck = trace(figure, "band"), trace(figure, "Monte Carlo")
    assert band["y"] == [0.0, 40.0, 2.0, 0.0]
    assert luck["y"] == [0.0, 11.0, 9.0, 0.0]
    assert band["x"] == ["2025-01-06", "2025-02-03", "2025-02-03", "2025-01-06"]
    assert band["fillcolor"] != luck["fillcolor"]


def test_what_is_still_in_force_is_a_thinner_line_of_its_own() -> None:
    rows = [{**row, "in_force": p} for row, p in zip(DAYS, (None, 0.08), strict=True)]
    figure = figures.odds_by_date(rows, title="T")
    kept, headline = trace(figure, "still in force after 180 days"), trace(figure, "30 days or more")
    assert (kept["y"], kept["customdata"]) == ([None, 8.0], ["", "8 %"])
    assert kept["line"]["width"] < headline["line"]["width"] and kept["line"]["dash"] == "longdash"
    assert kept["line"]["color"] not in {
        one["line"]["color"]
        for one in figure["data"]
        if one is not kept and one["mode"] == "lines" and one["name"] != kept["name"]
    }
    plain = figures.odds_by_date([{**row, "in_force": None} for row in DAYS], title="T")
    assert not any("in force" in one["name"] for one in plain["data"])


def test_scenarios_tell_what_is_still_in_force_under_the_pointer() -> None:
    said = [
        text
        for one in figures.forest([{**row, "in_force": 0.07} for row in SCENARIOS], title="T")["data"]
        for text in one.get("customdata", [])
    ]
    assert sum("still in force after 180 days: 7 %" in text for text in said) == len(SCENARIOS)
    kept = {"difference": 0.05, "lo": 0.04, "hi": 0.06}
    drawn = figures.differences([{**row, "in_force": kept} for row in PAIRS], title="T")["data"]
    said = [text for one in drawn for text in one.get("customdata", [])]
    assert all(text.endswith("still in force after 180 days: 5 more in 100") for text in said) and len(said) == len(
        PAIRS
    )


def test_base_is_drawn_behind_another_scenario() -> None:
    names = [one["name"] for one in figures.odds_by_date(DAYS, title="T", base=DAYS, base_title="the base")["data"]]
    assert names.index("base: the base") < names.index("a halt that lasts 30 days or more")


def test_forest_is_sorted_and_marks_the_base_and_the_model_alone_where_it_is_another_number() -> None:
    figure = figures.forest(SCENARIOS, title="T", reference=0.14)
    assert figure["layout"]["yaxis"]["ticktext"] == ["more", "base (base)", "less"]
    assert trace(figure, "odds")["x"] == [50.0, 5.0]
    assert trace(figure, "odds")["y"] == [0, 2]
    base = next(one for one in figure["data"] if one["name"] == "base")
    assert (base["x"], base["y"], base["marker"]["symbol"]) == ([20.0], [1], "diamond")
    assert trace(figure, "band")["x"] == [20.0, 80.0, None, 10.0, 40.0, None, 0.0, 10.0, None]
    assert trace(figure, "Monte Carlo")["x"][:3] == [48.0, 52.0, None]
    assert [shape["x0"] for shape in figure["layout"]["shapes"][:2]] == [20.0, pytest.approx(14.0)]


def test_the_crowd_stands_above_the_models_own_mark() -> None:
    figure = figures.beside_crowd(BINS, title="T", platforms=("one", "two"))
    assert figure["layout"]["yaxis"]["ticktext"] == ["by June", "by December"]
    assert (trace(figure, "this model")["x"], trace(figure, "this model")["y"]) == ([8.0], [0])
    assert (trace(figure, "two")["x"], trace(figure, "one")["x"]) == ([10.0, 53.0], [9.0])
    assert all(0 < place - mark < 0.5 for place, mark in zip((0, 1), trace(figure, "two")["y"], strict=True))
    assert trace(figure, "its band")["x"] == [0.0, 26.0, None]
    assert len({trace(figure, name)["marker"]["symbol"] for name in ("this model", "one", "two")}) == 3


def test_differences_tell_direction_by_shape_and_colour() -> None:
    figure = figures.differences(PAIRS, title="T")
    assert figure["layout"]["yaxis"]["ticktext"] == ["up", "flat", "down"]
    up, down, flat = (trace(figure, name) for name in ("clearly higher", "clearly lower", "no clear"))
    assert (up["x"], up["y"], up["marker"]["color"]) == ([30.0], [0], BLUE)
    assert (down["x"], down["y"], down["marker"]["color"]) == ([-10.0], [2], VERMILLION)
    assert flat["customdata"] == ["flat<br>no clear difference"]
    assert up["customdata"] == ["up<br>30 more in 100"]
    assert len({one["marker"]["symbol"] for one in (up, down, flat)}) == 3
    assert figure["layout"]["xaxis"]["ticktext"] == ["\u221210", "0", "+10", "+20", "+30"]


def test_funnel_says_the_share_kept_at_each_stage() -> None:
    bars = figures.funnel(FUNNEL, title="T")["data"][0]
    assert bars["x"] == [80.0, 20.0, 0.0]
    assert bars["text"] == ["80 %", "20 %", "under 1 %"]
    assert bars["customdata"][1] == "It is signed: 20 %<br>25 % of those at the stage before"
    assert len(figures.funnel(FUNNEL, title="T", base=FUNNEL)["data"]) == 2


def test_anatomy_stacks_to_a_hundred_and_gathers_rare_reasons() -> None:
    figure = figures.anatomy(REASONS, title="T")
    assert [one["name"] for one in figure["data"]] == ["Distrust", "Missed chance", "Other reasons"]
    assert [sum(one["x"][row] for one in figure["data"]) for row in (0, 1)] == pytest.approx([100, 100])
    assert figure["layout"]["barmode"] == "stack"


def test_endings_name_the_sides_and_stack_to_a_hundred() -> None:
    figure = figures.endings(ENDINGS, title="T", sides={"A": "North", "B": "South"})
    assert trace(figure, "South wins")["x"] == [10.0]
    assert trace(figure, "North wins")["x"] == [0.0]
    assert trace(figure, "Victory of South, ceasefire imposed")["x"] == [5.0]
    assert sum(one["x"][0] for one in figure["data"]) == pytest.approx(100)
    assert trace(figures.endings(ENDINGS, title="T"), "Side B wins")["x"] == [10.0]


def test_neighbours_in_a_stack_never_share_colour_and_pattern() -> None:
    assert set(REASON_LOOKS) == {*TAGS, "other"}
    assert len(set(REASON_LOOKS.values())) == len(REASON_LOOKS)
    assert len({look[1:] for look in ENDING_LOOKS.values()}) == len(ENDING_LOOKS)


def test_a_look_is_a_colour_and_a_hatch_that_are_known() -> None:
    assert (look_of("sky"), look_of("sky x")) == ((SKY, ""), (SKY, "x"))
    with pytest.raises(KeyError):
        look_of("pink")
    with pytest.raises(ValueError, match="got 'y'"):
        look_of("sky y")


def test_a_dataframe_gives_the_same_figure_as_a_list() -> None:
    assert figures.forest(pd.DataFrame(SCENARIOS), title="T") == figures.forest(SCENARIOS, title="T")


def test_without_a_template_axes_have_titles_in_words_and_the_legend_lies_below() -> None:
    for figure in every_figure():
        assert set(figure) == {"data", "layout"} and "template" not in figure["layout"]
        assert figure["layout"]["title"]["text"]
        assert figure["layout"]["xaxis"]["title"]["text"]
        assert figure["layout"]["legend"]["orientation"] == "h"
        assert figure["layout"]["legend"]["y"] < 0


def test_markup_in_texts_is_never_markup_for_plotly() -> None:
    assert are_literal(every_figure(HOSTILE))
    assert any("&lt;script&gt;" in text for figure in every_figure(HOSTILE) for text in strings(figure))


def test_labels_are_cut_before_they_are_escaped_and_come_back_when_entities_are_read() -> None:
    assert html.unescape(literal(HOSTILE)) == HOSTILE
    assert lines("a < b and c", 5) == "a &lt; b<br>and c"
    assert lines("", 10) == " "
    assert lines("one two three four", 5, most=2).endswith("...")


@pytest.mark.parametrize(("largest", "top"), [(0.0, 2), (3.0, 4), (14.0, 15), (46.0, 50), (83.0, 100), (100.0, 100)])
def test_axis_of_per_cents_ends_at_a_round_number(largest: float, top: float) -> None:
    assert percent_axis("Odds", [largest, None])["range"] == [0, pytest.approx(top * 1.005)]


def test_small_differences_have_ticks_beside_zero() -> None:
    axis = figures.differences(pairs(("a", 0.002, -0.001, 0.004)), title="T")["layout"]["xaxis"]
    assert len(axis["tickvals"]) > 2 and 0 in axis["tickvals"]
    assert axis["ticktext"][axis["tickvals"].index(0)] == "0"
    assert "+0.4" in axis["ticktext"] or "+0.2" in axis["ticktext"]
    axis = figures.differences(pairs(("a", 0.0, 0.0, 0.0)), title="T")["layout"]["xaxis"]
    assert axis["tickvals"] == [0] and axis["range"][0] < 0 < axis["range"][1]


def test_a_full_bar_has_room_for_its_number_and_no_tick_there() -> None:
    for narrow in (True, False):
        axis = figures.funnel([{"stage": "talks", "p": 0.995}], title="T", narrow=narrow)["layout"]["xaxis"]
        assert axis["range"][1] > 105 and max(axis["tickvals"]) == 100
        assert axis["ticktext"][-1] == "100 %"


def test_numbers_stand_on_pieces_that_are_wide_enough_and_plain() -> None:
    shares = {"ceasefire": 0.3, "short": 0.05, "victory_a": 0.2, "imposed_a": 0.0, "victory_b": 0.0, "imposed_b": 0.0}
    shares |= {"war": 0.45}
    drawn = figures.endings([{"title": "T", "is_base": True, **shares}], title="T")["data"]
    assert [one.get("text") for one in drawn] == [["30 %"], [""], *[None] * 4, ["45 %"]]
    assert [ink_on(colour) for colour in ("#000000", "#0072B2", "#F0E442", "#56B4E9")] == [PAPER, PAPER, INK, INK]
