"""What matters: tables of tornado, Sobol and boxes, and their figures."""

import pytest

from dashboards.figures import prim_boxes, sensitivity
from dashboards.tables.studies import bars, input_words, shares, trade_off
from dashboards.tables.studies import boxes as box_rows
from sim.analysis.discovery.discover import Discovery, FoundBox, Limit, TradeOff
from sim.analysis.discovery.input_table import Input
from sim.analysis.discovery.prim import Measures
from sim.analysis.sensitivity.sobol import Index, Sobol
from sim.analysis.sensitivity.tornado import Bar, Tornado
from tests.dashboards.figures.test_figures import HOSTILE, are_literal, trace

WIDE = Bar("parties.South.strain", False, (0.05, 0.1, 0.15), ((0.1,), (0.3,), (0.6,)), (0.5,), (0.45,), (0.55,), 0)
LUCK = Bar("calibration.fear", True, (0.5, 1.0, 2.0), ((0.31,), (0.3,), (0.3,)), (-0.01,), (-0.03,), (0.01,), 0)
TORNADO = Tornado("durable", (365,), 0, (0.3,), (0.28,), (0.32,), 1024, 1, (WIDE, LUCK))
SOBOL = Sobol(
    "durable", 365, 0.3, 0.04, 64, 16, 1, (Index("war.momentum", 0.4, 0.3, 0.5, 0.6, 0.5, 0.7),
                                         Index("all others together", -0.01, -0.05, 0.03, 0.1, 0.0, 0.2)),
)  # fmt: skip
LIMIT = Limit("war.momentum", "momentum", "momentum", None, 0.1, 0.5, 0.001, 0.2, ())
INSIDE = Measures(0.5, 0.8, 0.25)
BOX = FoundBox("halt", 1, (LIMIT,), INSIDE, INSIDE, 0.7, 0.9, 0.2, 0.0001, "80 of 100 futures in this box.")
STEPS = tuple(TradeOff("halt", n, Measures(c, d, m), Measures(c, d - 0.05, m)) for n, c, d, m in
              ((0, 1.0, 0.35, 1.0), (1, 0.5, 0.8, 0.25), (2, 0.2, 0.9, 0.05)))  # fmt: skip
DRAWN = Input("war.momentum", "momentum", "momentum", -0.1, 0.3)
FOUND = Discovery("made", "durable", 365, 3200, 200, 0.35, 0.35, None, (DRAWN,), (BOX,), STEPS, None, 0.0)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parties.South.strain", "South's strain"),
        ("calibration.fear", "All fear (by the record)"),
        ("calibration", "All levels by the record"),
        ("all others together", "All others together"),
        ("war.momentum", "Momentum"),
    ],
)
def test_inputs_have_names_in_words(name: str, words: str) -> None:
    assert input_words(name) == words


def test_bars_go_from_all_central_to_low_and_to_high() -> None:
    rows = bars(TORNADO)
    figure = sensitivity.tornado(rows, central=0.3, title="T")
    low, high = trace(figure, "low"), trace(figure, "high")
    assert low["base"] == high["base"] == [30.0, 30.0]
    assert low["x"] == pytest.approx([-20.0, 1.0]) and high["x"] == pytest.approx([30.0, 0.0])
    assert figure["layout"]["shapes"][0]["x0"] == 30.0
    assert "no more than chance" in figure["layout"]["yaxis"]["ticktext"][1]
    assert "no more than chance" not in figure["layout"]["yaxis"]["ticktext"][0]
    assert bars(TORNADO, most=1) == rows[:1]


def test_shares_have_two_marks_a_row_and_may_lie_below_nought() -> None:
    figure = sensitivity.shares(shares(SOBOL), title="T")
    alone = [one for one in figure["data"] if one["name"] == "knowing it alone would take away"]
    assert alone[0]["x"] == [40.0, -1.0]
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < -5 and high > 70


def test_limits_are_places_in_the_range_that_was_drawn_from() -> None:
    (row,) = box_rows(FOUND)
    assert (row["from"], row["to"]) == (0.0, pytest.approx(0.5))
    figure = prim_boxes.limits([row], title="T")
    assert trace(figure, "where it comes")["x"] == [50.0]
    said = trace(figure, "where it comes")["customdata"][0]
    assert "below 0.1" in said and "not confirmed" in said and "80 % inside, 20 % outside" in said


def test_what_a_smaller_box_buys_is_from_the_other_half() -> None:
    rows = trade_off(FOUND, "halt")
    assert [row["n_limits"] for row in rows] == [0, 1, 2]
    assert rows[1]["density"] == pytest.approx(0.75)
    assert trade_off(FOUND, "failure") == []


def test_names_are_shown_literally() -> None:
    named = [{**row, "words": HOSTILE, "values": HOSTILE} for row in bars(TORNADO)]
    shared = [{**row, "words": HOSTILE} for row in shares(SOBOL)]
    limited = [{**row, "words": HOSTILE, "unit": HOSTILE} for row in box_rows(FOUND)]
    for narrow in (False, True):
        drawn = sensitivity.tornado(named, central=0.3, title=HOSTILE, narrow=narrow)
        more = sensitivity.shares(shared, title=HOSTILE, narrow=narrow)
        boxes = prim_boxes.limits(limited, title=HOSTILE, narrow=narrow)
        bought = prim_boxes.trade_off(trade_off(FOUND, "halt"), title=HOSTILE, outcome=HOSTILE, narrow=narrow)
        assert are_literal([drawn, more, boxes, bought])
