"""The figure of a timeline: steps at the events, the band around them, a key to the numbers."""

from typing import Any

from dashboards.figures.timeline import odds_by_event
from dashboards.theme import BLUE, VERMILLION
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, trace


def row(day: str, name: str, p: float, **more: Any) -> dict[str, Any]:
    spread = {"lo": p / 2, "hi": 2 * p, "mc_lo": p - 0.01, "mc_hi": p + 0.01, "model": p}
    return {"date": day, "name": name, "p": p, **spread, "difference": None, "is_clear": False, **more}


ROWS = [
    row("2025-01-06", "the eve", 0.10),
    row("2025-01-07", "an offer", 0.20, difference=0.1, is_clear=True),
    row("2025-01-09", "a reply", 0.20, difference=0.0),
    row("2025-01-09", "a refusal", 0.05, difference=-0.15, is_clear=True),
]


def test_odds_hold_from_one_event_to_the_next() -> None:
    line = trace(odds_by_event(ROWS, title="T"), "odds")
    assert line["y"] == [10.0, 10.0, 20.0, 20.0, 20.0, 20.0, 5.0, 5.0]
    assert line["x"][1:3] == ["2025-01-07 00:00"] * 2, "a step is upright"
    assert line["x"][-1] == "2025-01-10 00:00"


def test_events_of_one_day_stand_side_by_side_in_their_order() -> None:
    figure = odds_by_event(ROWS, title="T")
    assert trace(figure, "a reply")["x"] == ["2025-01-09 00:00"]
    assert trace(figure, "a refusal")["x"] == ["2025-01-09 12:00"]


def test_band_and_luck_are_areas_around_the_steps() -> None:
    figure = odds_by_event(ROWS, title="T")
    band = trace(figure, "band")
    assert band["y"] == [20.0, 20.0, 40.0, 40.0, 40.0, 40.0, 10.0, 10.0, 2.5, 2.5, 10.0, 10.0, 10.0, 10.0, 5.0, 5.0]
    assert len(band["x"]) == len(band["y"]) and band["x"] == band["x"][::-1]
    assert figure["layout"]["yaxis"]["range"][1] >= 40


def test_events_are_numbered_and_what_moved_the_odds_has_another_colour() -> None:
    figure = odds_by_event(ROWS, title="T")
    assert [mark["text"] for mark in figure["layout"]["annotations"]] == ["1", "2", "3"]
    offer, reply = trace(figure, "an offer"), trace(figure, "a reply")
    assert offer["name"].startswith("1  7 Jan: an offer") or offer["name"].startswith("1 7 Jan: an offer")
    assert (offer["marker"]["color"], reply["marker"]["color"]) == (VERMILLION, BLUE)
    assert offer["customdata"] == ["20 %, band 10 to 40 %<br>moved by +10.0 points"]
    assert reply["customdata"][0].endswith("+0.0 points, not clearly")


def test_what_is_still_in_force_is_a_line_only_where_it_is_known() -> None:
    figure = odds_by_event([{**one, "in_force_180": one["p"] / 2} for one in ROWS], title="T")
    assert trace(figure, "still in force after 180 days")["y"] == [5.0, 5.0, 10.0, 10.0, 10.0, 10.0, 2.5, 2.5]
    said = "20 %, band 10 to 40 %<br>still in force after 180 days: 10 %<br>moved by +10.0 points"
    assert trace(figure, "an offer")["customdata"] == [said]
    unknown = odds_by_event([{**one, "in_force_180": None} for one in ROWS], title="T")
    assert not [one for one in unknown["data"] if "in force" in one["name"]]


def test_texts_are_literal_and_a_figure_is_json() -> None:
    rows = [{**one, "name": HOSTILE} for one in ROWS]
    assert are_literal(odds_by_event(rows, title=HOSTILE, narrow=narrow) for narrow in (False, True))


def test_no_rows_no_steps() -> None:
    assert odds_by_event([], title="T")["data"] == []
