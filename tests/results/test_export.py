"""The long form holds what the summary says, distributions add up, and a spreadsheet meets no formula."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli.commands.results import encoded
from sim.execution.run import run
from sim.results.compare import compare
from sim.results.export import LONG_COLUMNS, as_csv, differences, harmless, long_form
from sim.scenario.checks import references
from sim.scenario.schema import Sides
from tests.dashboards.factories import ceasefire, failure, made_run
from tests.factories import minimal_scenario


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
    assert table["durable halt, reference class", 30, "yes"] == cell["reference"]
    kept = made.summary["in_force_180"]["30"]
    assert table["still in force after 180 days", 30, "yes"] == kept["p"] == pytest.approx(cell["p"])
    assert table["still in force after 180 days, model alone", 30, "yes"] == 2 / 64
    assert table["odds of a ceasefire still in force after 180 days", 30, "0.95"] == kept["hi"]


def test_every_distribution_adds_up(made: sim.Run) -> None:
    table = long_form([made])
    masses = table[table.output_type == "pmf"].groupby(["target", "horizon"])["value"].sum()
    assert masses.to_numpy() == pytest.approx(1.0)
    dates = table[(table.target == "weeks to a durable halt")]["value"].to_numpy()
    heads = [made.odds("durable", days).p for days in (30, 90, 365)]
    # Two of 64 begin by 30 days, one in the first week, and one more by 90.
    assert dates[[0, 2, 3, 4, 51]] == pytest.approx([heads[0] / 2, heads[0] / 2, heads[0], heads[1], heads[2]])
    reasons = table[table.target == "reason for failure"].set_index("output_type_id")["value"]
    assert reasons["trust"] == pytest.approx(28 / 60)


def test_differences_are_those_of_compare(minimal: sim.Scenario) -> None:
    base, variant = (run(minimal, trials=256, seed=seed, name=f"s{seed}") for seed in (1, 1))
    table = differences(base, [variant])
    assert set(table["difference"]) == {0.0}
    assert list(table["scenario"].unique()) == ["s1"]
    assert {"lo", "hi", "tier", "days"} <= set(table.columns)
    assert list(table["tier"].unique()) == ["durable", "mutual", "broad", "in_force_180"]
    assert not table.isna().any().any()
    found = compare(base, variant)["in_force_180"]
    kept = table[table["tier"] == "in_force_180"]
    assert list(kept["days"]) == [int(days) for days, cell in found.items() if cell is not None]
    assert list(kept["model_hi"]) == [cell["model_hi"] for cell in found.values() if cell is not None]
    short = run(minimal_scenario(follow_up_weeks=25), trials=64, seed=1)
    assert "in_force_180" not in set(differences(short, [short])["tier"])  # it is not known


def test_a_spreadsheet_meets_no_formula() -> None:
    rows = [{"name": text, "p": 1 / 3} for text in ("=1+1", "+1", "-1", "@x", "\tx", "fine")]
    read = list(csv.DictReader(io.StringIO(as_csv([*rows, {"name": None, "p": float("nan")}]))))
    assert [row["name"] for row in read] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "fine", ""]
    assert read[0]["p"] == "0.333333" and read[-1]["p"] == ""


UNSAFE = (
    *("\n=1+1", "\r\n=1", " =1+1", "\u00a0@x", "\u3000+1", "\u200b=1", "\ufeff-1", "\u2060\t=1", "\x00=1"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "\ufe66x", "\u207a1", "\u22121", "\nx"),
    *("NA", "nan", "NaN", "NULL", "None", "n/a", "#N/A"),
)
SAFE = ("fine", "a=1", "a -1", "nobody", "Nan", "na", "Namibia", "1 = 1", "", " ", "\u2013 1")


@pytest.mark.parametrize("text", UNSAFE)
def test_what_a_program_would_misread_is_written_with_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text
    stream = io.StringIO(as_csv([{text: text, "p": -0.5, "n": -3}]), newline="")
    assert list(csv.reader(stream)) == [["'" + text, "p", "n"], ["'" + text, "-0.5", "-3"]]


@pytest.mark.parametrize("text", SAFE)
def test_what_no_program_misreads_is_left_alone(text: str) -> None:
    assert harmless(text) == text


def test_numbers_stay_numbers() -> None:
    assert [harmless(value) for value in (-0.5, -3, np.float64(-0.25), np.int64(-1), True)] == [
        "-0.5",
        -3,
        "-0.25",
        -1,
        True,
    ]


def test_every_writer_of_csv_neutralises_text() -> None:
    """Files with a writer of their own write numbers and names of columns alone."""
    root = Path(__file__).resolve().parents[2]
    found = {
        path.relative_to(root).as_posix()
        for folder in ("sim", "dashboards")
        for path in (root / folder).rglob("*.py")
        if re.search(r"csv\.(Dict)?[Ww]riter|to_csv\(", path.read_text(encoding="utf-8"))
    }
    trials = "sim/results/export_trials.py"
    assert found == {
        "sim/results/export.py",
        trials,
        "sim/cli/commands/results.py",
        "sim/evidence/calibration/posterior_file.py",
    }


def test_parties_and_scenarios_called_missing_come_back(tmp_path: Path) -> None:
    scenario = minimal_scenario()
    parties = dict(zip(("NA", "nan"), scenario.parties.values(), strict=True))
    named = scenario.model_copy(update={"parties": parties, "sides": Sides(A="NA", B="nan")})
    found = made_run([ceasefire(3)] + [failure()] * 31, scenario=named)
    table = long_form([replace(found, name="NULL")])
    imposed = table[table.target == "victory with an imposed ceasefire"]
    assert set(imposed.output_type_id) == {"NA", "nan", "nobody"} and imposed.value.sum() == 1
    assert {"NA", "nan", "nobody"} <= set(table[table.target == "victory"].output_type_id)
    for suffix in (".csv", ".parquet"):
        (tmp_path / f"long{suffix}").write_bytes(encoded(table, suffix))
    read = pd.read_csv(tmp_path / "long.csv")
    assert not read.isna().any().any() and {"'NA", "'nan", "nobody"} <= set(read.output_type_id)
    assert set(read.scenario) == {"'NULL"}
    assert pd.read_parquet(tmp_path / "long.parquet").equals(table)


def test_no_party_may_be_called_as_the_winner_where_neither_side_has_won() -> None:
    scenario = minimal_scenario()
    for name in ("nobody", "Nobody", "NOBODY"):
        parties = {**scenario.parties, name: next(iter(scenario.parties.values()))}
        problems = references.check(scenario.model_copy(update={"parties": parties}))
        assert [(one.path, one.at_key) for one in problems][0] == (("parties", name), True)
        assert f"expected another name, got `{name}`" in problems[0].message
