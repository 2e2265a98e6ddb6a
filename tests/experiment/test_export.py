"""The long form holds what the summary says, distributions add up, and a spreadsheet meets no formula."""

from __future__ import annotations

import csv
import io

import pytest

import sim
from sim.experiment.export import LONG_COLUMNS, as_csv, differences, long_form
from sim.experiment.run import run
from tests.dashboards.made import ceasefire, failure, made_run


@pytest.fixture(scope="module")
def made() -> sim.Run:
    return made_run([ceasefire(week) for week in (0, 3, 4, 30)] + [failure()] * 28 + [failure("process")] * 32)


def test_columns_are_those_of_the_hubs(made: sim.Run) -> None:
    table = long_form([made])
    assert tuple(table.columns) == LONG_COLUMNS
    assert not table.isna().any().any()
    assert not table.duplicated(list(LONG_COLUMNS[:-1])).any()


def test_an_event_is_the_headline_with_the_model_beside_it(made: sim.Run) -> None:
    table = long_form([made]).set_index(["target", "horizon", "output_type_id"])["value"]
    cell = made.summary["tiers"]["durable"]["30"]
    assert cell["model"] == 2 / 64  # weeks 0 and 3 begin within 4 weeks, week 4 does not
    assert table["durable halt, model alone", 30, "yes"] == 2 / 64
    assert table["durable halt", 30, "yes"] == cell["p"]
    assert table["odds of a durable halt", 30, "0.95"] == cell["hi"]
    assert table["durable halt, wars like it", 30, "yes"] == cell["reference"]


def test_every_distribution_adds_up(made: sim.Run) -> None:
    table = long_form([made])
    masses = table[table.output_type == "pmf"].groupby(["target", "horizon"])["value"].sum()
    assert masses.to_numpy() == pytest.approx(1.0)
    dates = table[(table.target == "weeks to a durable halt")]["value"].to_numpy()
    assert dates[[0, 2, 3, 4, 51]] == pytest.approx([1 / 64, 1 / 64, 2 / 64, 3 / 64, 4 / 64])
    reasons = table[table.target == "reason for failure"].set_index("output_type_id")["value"]
    assert reasons["trust"] == pytest.approx(28 / 60)


def test_differences_are_those_of_compare(minimal: sim.Scenario) -> None:
    base, variant = (run(minimal, trials=256, seed=seed, name=f"s{seed}") for seed in (1, 1))
    table = differences(base, [variant])
    assert set(table["difference"]) == {0.0}
    assert list(table["scenario"].unique()) == ["s1"]
    assert {"lo", "hi", "tier", "days"} <= set(table.columns)


def test_a_spreadsheet_meets_no_formula() -> None:
    rows = [{"name": text, "p": 1 / 3} for text in ("=1+1", "+1", "-1", "@x", "\tx", "fine")]
    read = list(csv.DictReader(io.StringIO(as_csv([*rows, {"name": None, "p": float("nan")}]))))
    assert [row["name"] for row in read] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "fine", ""]
    assert read[0]["p"] == "0.333333" and read[-1]["p"] == ""
