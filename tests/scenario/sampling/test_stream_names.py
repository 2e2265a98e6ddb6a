"""Streams are named by what they draw: not by a file, a folder, or a place in a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.random_streams import Streams
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.scenario.sampling.calibrated_keys import calibrated
from sim.scenario.sampling.parameter_draws import draw_columns, quantities
from sim.scenario.sampling.stream_names import CALIBRATION, stream_names
from sim.scenario.schema import Scenario
from tests.factories import minimal_scenario

FACTOR = {"a": {"dist": "loguniform", "low": 0.5, "high": 8.0}}
UNSURE = {"low": 0.1, "central": 0.3, "high": 0.6}
RISING = {"name": "Offensive", "date": date(2001, 3, 1), "set": {"war.momentum_spread": UNSURE}}
HALTED = {"name": "Harvest", "date": date(2001, 6, 1), "momentum_shift": UNSURE}
FEASTS = tuple(
    {"name": name, "date": day, "reciprocated_prob": UNSURE}
    for name, day in (("Spring", date(2001, 4, 1)), ("Winter", date(2001, 12, 1)))
)


def drawn(scenario: Scenario) -> dict[str, Any]:
    return draw_columns(scenario, Streams(1, 0, 256).parameter)


def group(table: str, side: str = "North", mode: str = "multiply") -> dict[str, Any]:
    return {"file": table, "columns": {f"parties.{side}.strain": "a"}, "mode": mode, "source": "test"}


def test_neither_the_name_of_a_table_nor_the_order_of_groups_changes_a_draw(draws: Callable[..., None]) -> None:
    draws("a\n1\n2\n3\n5\n")
    draws("a\n1\n2\n3\n5\n", "deep/moved.csv")
    factor = {"factors": FACTOR, "columns": {"war.momentum_volatility": "a"}, "mode": "multiply", "source": "test"}
    first = minimal_scenario(joint=(group("draws.csv"), factor))
    second = minimal_scenario(joint=(factor, group("deep/moved.csv")))
    a, b = drawn(first), drawn(second)
    for path in ("parties.North.strain", "war.momentum_volatility"):
        np.testing.assert_array_equal(a[path], b[path])
        assert len(np.unique(a[path])) > 1


def test_a_corrected_table_meets_the_same_rows_and_another_table_other_ones(draws: Callable[..., None]) -> None:
    """Common random numbers: what a correction changes is seen draw by draw."""
    draws("a\n1\n2\n3\n5\n")
    draws("a\n1\n2\n3\n7\n", "other.csv")
    before = drawn(minimal_scenario(joint=(group("draws.csv"),)))["parties.North.strain"]
    after = drawn(minimal_scenario(joint=(group("other.csv"),)))["parties.North.strain"]
    np.testing.assert_allclose(after / before, np.where(before == before.max(), 7 / 5, 1))
    both = drawn(minimal_scenario(joint=(group("draws.csv"), group("other.csv", "South"))))
    rows = [np.unique(both[f"parties.{side}.strain"], return_inverse=True)[1] for side in ("North", "South")]
    assert (rows[0] != rows[1]).any()


def test_the_calibration_has_one_stream_whatever_it_draws_from(draws: Callable[..., None]) -> None:
    """A variant with another event, or an analyst's own posterior, meets the same rows as the shipped war."""
    table = "speed,strain,fear,pressure,audience,unseen\n" + "1,1,1,1,1,1\n2,2,2,2,2,2\n"
    draws(table, "mine.csv")
    for calibration in ({"draws": "mine.csv"}, {"draws": "calibration/posterior.csv"}):
        scenario = minimal_scenario(calibration=calibration)
        assert calibrated(scenario)
        assert stream_names(scenario).tables == {(calibration["draws"], None): CALIBRATION}


def test_what_stands_in_a_list_is_drawn_by_its_name() -> None:
    """Another event before it, or another order, leaves an event's numbers where they were."""
    one = minimal_scenario(events=(RISING,), windows=FEASTS)
    other = minimal_scenario(events=(HALTED, RISING), windows=FEASTS[::-1])
    a, b = drawn(one), drawn(other)
    np.testing.assert_array_equal(a["events.0.set.war.momentum_spread"], b["events.1.set.war.momentum_spread"])
    np.testing.assert_array_equal(a["windows.0.reciprocated_prob"], b["windows.1.reciprocated_prob"])
    assert (a["windows.0.reciprocated_prob"] != a["windows.1.reciprocated_prob"]).any()


def test_events_of_one_name_are_distinguished_by_their_day() -> None:
    later = RISING | {"date": date(2001, 9, 1)}
    names = stream_names(minimal_scenario(events=(RISING, later, later)))
    assert [names.of(f"events.{number}.set.war.momentum_spread") for number in range(3)] == [
        "events.Offensive on 2001-03-01.set.war.momentum_spread",
        "events.Offensive on 2001-09-01 (1).set.war.momentum_spread",
        "events.Offensive on 2001-09-01 (2).set.war.momentum_spread",
    ]


@pytest.mark.parametrize("name", ["istanbul_2025/aides_only", "falklands/april_1982"])
def test_every_number_has_a_stream_of_its_own_and_none_counts_a_place(name: str) -> None:
    scenario = load(name)
    names = stream_names(scenario)
    streams = [names.of(path) for path, one in quantities(scenario).items() if one.is_uncertain]
    streams += names.tables.values()
    assert len(set(streams)) == len(streams)
    assert not any(part.isdigit() for stream in streams for part in stream.split("."))


def test_a_mirrored_table_draws_the_mirror_image_of_the_same_rows(draws: Callable[..., None]) -> None:
    draws("a\n-.5\n-.2\n.1\n.4\n")
    scenario = minimal_scenario(
        joint=({"file": "draws.csv", "columns": {"war.momentum": "a"}, "mode": "value", "source": "test"},)
    )
    plain, turned = drawn(scenario), draw_columns(mirror(scenario), Streams(1, 0, 256, True).parameter)
    np.testing.assert_allclose(turned["war.momentum"], -plain["war.momentum"])
