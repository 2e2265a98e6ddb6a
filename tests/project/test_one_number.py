"""One number everywhere: each place that prints the odds of a lasting ceasefire by 365 days prints the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import sim
from dashboards.report.build import report
from dashboards.report.content import content
from dashboards.tables import runs as tables
from docs.generate.catalogue_pages import catalogue_page
from sim.results.export import differences, long_form
from sim.results.wording import percent
from tests.cli.test_commands import Parley

NAME, TRIALS = "istanbul_2025/aides_only", 2_048
WORDS = ("--trials", str(TRIALS), "--seed", "1")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sim.Run:
    return sim.run(NAME, trials=TRIALS, seed=1, out=tmp_path_factory.mktemp("kept") / "base")


@pytest.fixture(scope="module")
def p(run: sim.Run) -> float:
    return run.odds("durable", 365).p


def test_python_json_and_a_run_read_again_agree_to_the_last_digit(run: sim.Run, p: float, parley: Parley) -> None:
    printed = json.loads(parley("run", NAME, *WORDS, "--json").out)
    assert printed["tiers"]["durable"]["365"]["p"] == p
    assert run.folder is not None
    assert sim.read_run(run.folder).summary["tiers"] == printed["tiers"]
    kept = json.loads((Path(run.folder) / "summary.json").read_text())
    assert kept["tiers"]["durable"]["365"]["p"] == p


def test_the_terminal_prints_it_in_table_and_sentence(p: float, parley: Parley) -> None:
    said = parley("run", NAME, *WORDS).out
    assert f": {percent(p)}, band" in " ".join(said.split())
    row = next(line for line in said.splitlines() if line.startswith(NAME.rpartition("/")[2]))
    assert row.split()[4] == str(round(100 * p))


def test_the_page_and_its_chart_print_it(run: sim.Run, p: float) -> None:
    headline = content([run], None)["headline"]
    assert headline["percent"] == percent(p)
    assert f"<strong>{percent(p)}</strong> within 365 days" in report([run])
    assert tables.odds_by_date(run)[52]["durable"] == pytest.approx(p, abs=1e-12)
    (ends,) = tables.endings([run], run)
    assert ends["ceasefire"] == pytest.approx(p, abs=1e-12)
    assert tables.comparison([run], run, 365)[0]["p"] == p


def test_exports_and_comparisons_print_it(run: sim.Run, p: float) -> None:
    table = long_form([run])
    there = table[(table.target == "durable halt") & (table.horizon == 365) & (table.output_type_id == "yes")]
    assert there["value"].tolist() == [p]
    dates = table[table.target == "weeks to a durable halt"]["value"].to_numpy()
    assert dates[-1] == pytest.approx(p, abs=1e-12)
    found = differences(run, [run])
    assert found[(found.tier == "durable") & (found.days == 365)]["variant"].tolist() == [p]


def test_trials_counted_with_their_weights_give_it(run: sim.Run, p: float) -> None:
    weights = run.weighing.of_trials(run.scenario, dict(run.columns))
    weeks = run.columns["durable_week"]
    assert np.mean(weights * ((weeks >= 0) & (weeks < 52))) == pytest.approx(p, abs=1e-12)


def test_the_catalogue_prints_it(p: float) -> None:
    page = catalogue_page(NAME, trials=TRIALS, seed=1)
    row = next(line for line in page.splitlines() if line.startswith("| **lasts 30 days or more**"))
    assert row.split("|")[5].strip() == re.sub(" %", "", percent(p))


def test_raw_prints_the_model_alone(run: sim.Run, parley: Parley) -> None:
    cell = json.loads(parley("run", NAME, *WORDS, "--raw", "--json").out)["tiers"]["durable"]["365"]
    assert cell["p"] == cell["model"] == run.odds("durable", 365).model
