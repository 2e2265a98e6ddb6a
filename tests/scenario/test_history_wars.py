"""Wars in two forms: scenarios that know only their day, and pages that stay true to them."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs.generate.page_blocks import blocks, refreshed, stale_blocks
from sim.evidence.backtest.shipped_record import shipped
from sim.evidence.calibration.calibrate import read_rows
from sim.evidence.calibration.episodes import Episode
from sim.execution.run import run
from sim.scenario.provenance import counts, undocumented
from sim.scenario.reading.load import load
from tests.project.pages import same_words_and_close_numbers

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "wars").glob("*.md"))
ROWS = {
    "korea/july_1951": "KOR51",
    "falklands/april_1982": "FALK82",
    "cenepa/january_1995": "CEN95",
    "bosnia/october_1995": "DAY95",
    "donbas/february_2015": "MINSK2",
    "russia_ukraine/march_2022": "RU22",
}
LATER = {"bosnia/october_1995", "russia_ukraine/march_2022"}
"""Asked some weeks after the day of the coded row."""
SHAPE = {0: (0.007, 0.07, 0.004), 1: (0.004, 0.055, 0.002), 2: (0.002, 0.04, 0.0006)}
"""Of a coded stalemate: how fast the front moves, volatility, rate of victory (docs/wars/README.md)."""


@pytest.fixture(scope="module")
def rows() -> dict[str, Episode]:
    return {episode.episode_id: episode for episode in read_rows().all}


@pytest.mark.parametrize("name", ROWS)
def test_a_war_follows_its_row(name: str, rows: dict[str, Episode]) -> None:
    scenario, row = load(name), rows[ROWS[name]]
    assert undocumented(scenario) == [] and counts(scenario)["unstated"] == 0
    assert scenario.calibration is not None and scenario.calibration.without == row.cluster
    assert scenario.war.began == row.war_start
    assert scenario.start > row.talks_opened if name in LATER else scenario.start == row.talks_opened
    assert scenario.resolution and scenario.reference_class is not None


@pytest.mark.parametrize("name", ROWS)
def test_the_ladder_is_kept(name: str, rows: dict[str, Episode]) -> None:
    """What docs/wars/README.md fixes for momentum, the front and leverage; the two exceptions are in the files."""
    scenario, row = load(name), rows[ROWS[name]]
    front = next(issue.front_per_week.middle for issue in scenario.issues.values() if issue.front_per_week.middle)
    war = scenario.war
    if name == "falklands/april_1982":  # at sea until a date: the fluid front begins with the event
        found = (front, 0.07, 0.004)
        assert (war.momentum_volatility.middle, war.victory_hazard.middle) == (0.02, 0.0006)
        assert scenario.events[1].set["war.victory_hazard"].middle == 0.010
    else:
        found = (front, war.momentum_volatility.middle, war.victory_hazard.middle)
    assert found == SHAPE[row.stalemate]
    if name != "russia_ukraine/march_2022":  # a month after its row
        assert war.momentum.middle == {0: 0.0, 2: -0.6, -2: 0.6}[row.momentum_a]
        pressed = sum(
            quantity.middle
            for party in scenario.parties.values()
            if party.role == "mediator"
            for quantity in party.leverage.values()
        )
        points = row.mediator_leverage + row.coercive_pressure - (name == "falklands/april_1982")
        assert pressed == pytest.approx(0.019 * points, abs=0.002)


@pytest.mark.parametrize("name", ROWS)
def test_nothing_is_dated_after_the_day(name: str) -> None:
    start = load(name).start
    for line in (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8").splitlines():
        if not re.match(r"\s*date:", line):
            for text in re.findall(r"\b\d{4}-\d\d-\d\d\b", line):
                assert date.fromisoformat(text) <= start, line


def test_a_competing_risk_and_a_hidden_demand_show() -> None:
    """What the pages teach: with a day for the fleet one side wins far oftener; a demand costs ceasefires.

    A red line just beyond the status quo costs few: within it other issues make up for the one.
    """
    sea, korea = load("falklands/april_1982"), load("korea/july_1951")
    without_the_day = sea.model_copy(update={"events": sea.events[:1]})
    wins = [sum(run(one, trials=1_600, workers=1).summary["victory"].values()) for one in (sea, without_the_day)]
    assert wins[0] > 0.3 > 0.1 > wins[1]
    refused = load("korea/july_1951", [("parties.UN_Command.red_lines.prisoners", "0.35")])
    demanded = load("korea/july_1951", [("tracks.armistice.demands.UN_Command.prisoners", "0.05")])
    runs = (run(one, trials=1_600, workers=1) for one in (korea, refused, demanded))
    known, line, demand = (one.odds("mutual", 365).p for one in runs)
    assert known - demand > 0.2
    assert known - 0.03 < line < known + 0.01


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_are_of_the_scenarios_as_they_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert stale_blocks(text) == [], "write it anew with docs.generate.page_blocks.refreshed"
    if page.stem != "README":
        assert list(blocks(text))
        for heading in ("What the model says", "What happened", "teaches", "Sources", "What to disagree with"):
            assert re.search(rf"^## .*{heading}", text, re.M), heading


def test_the_table_of_all_says_what_the_pages_say() -> None:
    """Headline and coded row by 180 days, read off the blocks."""
    stated = set()
    for page in PAGES:
        for _, body in blocks(page.read_text(encoding="utf-8")):
            by_label = {}
            for line in body.splitlines():
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                if len(cells) == 6:
                    by_label.setdefault(cells[0], cells[3])  # the first table; the second is of the change
            wanted = ("**lasts 30 days or more**", "coded row alone, in the record")
            stated.add((page.name, *(by_label[label] for label in wanted)))
    table = (ROOT / "docs" / "wars" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[[^]]+\]\((\S+?)\)[^|]*\| ([^|]+) \| ([^|]+) \|", table, re.M)
    assert set(rows) == stated and len(rows) == 8


COMMANDS = sorted(
    {
        re.split(r" {2,}", line)[0]
        for page in PAGES
        for block in re.findall(r"^```\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
        for line in block.splitlines()
        if line.startswith("parley ")
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_pages_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.cli.app import app

    monkeypatch.chdir(tmp_path)
    words = shlex.split(command.replace("--trials 20000", "--trials 160"))[1:]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "README"], ids=lambda page: page.stem)
def test_the_coded_row_of_a_page_is_the_shipped_records(page: Path) -> None:
    """The engine's odds of the durable tier from other wars, in whole per cent."""
    named = ROWS | {"iran_iraq/october_1987": "IRIQ87", "iran_iraq/july_1988": "IRIQ88"}
    record = json.loads(shipped().read_text(encoding="utf-8"))["forecasts"]
    durable = {row["episode_id"]: row["durable"] for row in record}
    for wanted, _ in blocks(page.read_text(encoding="utf-8")):
        by_day = durable[named[wanted.name]]
        assert list(by_day) == ["30", "90", "180", "365"]
        assert [round(100 * p) for p in by_day.values()] == list(wanted.row), wanted.name


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "README"], ids=lambda page: page.stem)
def test_pages_say_what_a_fresh_run_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    same_words_and_close_numbers(refreshed(text), text)
