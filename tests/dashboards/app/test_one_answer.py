"""The same figure on every page, in the report and in the terminal: odds, band and reason are computed once."""

import re
from collections.abc import Iterator

import pytest

from dashboards.app.pages import what_if
from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from dashboards.report import content as report_words
from dashboards.tables import runs, terms
from sim.analysis.failure.why import explain
from sim.cli.console import band_cell, odds_cell
from sim.execution.run import run as simulate
from sim.results import wording
from sim.results.run import Run
from sim.scenario.reading.load import load
from tests.dashboards.app.conftest import Client, move, said, service_over

NAME = "istanbul_2025/aides_only"
CHANGES = {"parties.Russia.strain": "0.12"}
HEADLINE = re.compile(r"([^|]+)\| within 365 days, band \|([^|]+)\|")
TRIALS = 768


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(load(NAME), trials=TRIALS, seed=1, workers=1, name=NAME)


@pytest.fixture
def asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, Service]]:
    """A dashboard that answers first from a quarter of the trials."""
    monkeypatch.setattr(what_if, "LIVE_TRIALS", TRIALS // 4)
    service = service_over([run])
    yield Client(make_app(service, ["localhost"])), service
    service.stop()


def page(client: Client, path: str) -> str:
    return said(client.laid_out(path))


def settled(client: Client, changes: dict[str, str]) -> str:
    body = client.body("what-if-reasons", {"what-if-calm.data": move(changes, NAME)})
    return said(client.send(body).json["response"])


def test_pages_report_and_terminal_say_the_same_odds(asked: tuple[Client, Service], run: Run) -> None:
    client, _ = asked
    cell = run.summary["tiers"]["durable"]["365"]
    printed = (wording.percent(cell["p"]), wording.band(cell["lo"], cell["hi"]))
    for text in (page(client, "/"), page(client, "/what-if"), settled(client, {})):
        (found,) = HEADLINE.findall(text)
        assert found == printed
    assert ", band ".join(printed) in wording.sentence(run.summary, run.scenario)
    in_table = odds_cell(cell), band_cell(cell, TRIALS).replace("-", " to ").replace("<", "under ")
    assert in_table == tuple(one.removesuffix(" %") for one in printed)
    report = report_words.content([run])
    assert (report["headline"]["percent"], report["headline"]["band"]) == printed
    row = report["runs"][0]["cells"][-1]
    assert (row["said"], row["value"]) == (printed[0], f"{cell['p']:.6f}")
    last = runs.odds_by_date(run)[-1]
    assert [last[key] for key in ("durable", "lo", "hi", "model")] == [cell[key] for key in ("p", "lo", "hi", "model")]


def test_pages_report_and_terminal_name_the_same_reason(asked: tuple[Client, Service], run: Run) -> None:
    client, _ = asked
    full = wording.reason(run.summary)
    share = wording.percent(wording.main_reason(run.summary)[1])  # type: ignore[index]
    for path in ("/", "/what-if", "/why"):
        assert full in page(client, path), path
    assert f"{full}, {share} of failures" in settled(client, {})
    assert full in wording.sentence(run.summary, run.scenario)
    found = explain(run, run_again=False)
    assert {name: one.p for name, one in found.tags.items()} == run.summary["anatomy"]
    assert [stage.passed.p for stage in found.stages] == [stage["p"] for stage in run.summary["funnel"]]


def test_pages_and_summary_tell_the_same_terms(run: Run) -> None:
    """A halt on a track that leaves an issue out settles nothing there; only the pages knew."""
    rows = {row["issue"]: row for row in terms.terms(run)}
    stored = run.summary["terms"]["issues"]
    assert rows.keys() == stored.keys() and any(row["n"] < row["n_halts"] for row in rows.values())
    for issue, found in stored.items():
        assert {key: rows[issue][key] for key in found} == pytest.approx(found, abs=1e-12)


def test_the_page_promises_a_first_answer_only_where_there_is_one() -> None:
    assert "first answer" in what_if.simulated(what_if.LIVE_TRIALS + 1)
    assert what_if.simulated(2_000).startswith("2,000 futures") and "first answer" not in what_if.simulated(2_000)


def test_a_first_answer_says_so_and_the_last_is_the_run(asked: tuple[Client, Service]) -> None:
    client, _ = asked
    body = client.body("what-if-chart", {"what-if-changes.data": move(CHANGES, NAME)})
    first = said(client.send(body).json["response"])
    assert f"A first answer, from {TRIALS // 4} of {TRIALS} trials" in first
    assert "band |none (too few trials)|" in first
    theirs = simulate(load(NAME, list(CHANGES.items())), trials=TRIALS, seed=1, workers=1, name=NAME)
    cell = theirs.summary["tiers"]["durable"]["365"]
    text = settled(client, CHANGES)
    assert HEADLINE.findall(text) == [(wording.percent(cell["p"]), wording.band(cell["lo"], cell["hi"]))]
    kept = wording.figures(theirs.summary["in_force_180"]["365"], TRIALS)
    assert f"Still in force after 180 days: {kept}|" in text and text.count("|after 180 days|") == 4
    assert "Still in force after 180 days: \u2013|" in first and "known once all trials are simulated" in first
    assert wording.reason(theirs.summary) in text and f"From {TRIALS} trials, as on every other page." in text


def test_a_run_of_more_trials_than_may_be_asked_for_says_so(
    asked: tuple[Client, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = asked
    for module in ("pages.what_if", "pages.what_if_answer", "simulation_service"):
        monkeypatch.setattr(f"dashboards.app.{module}.MOST_LIVE_TRIALS", 256)
    text = settled(client, CHANGES)
    assert f"From the first 256 of the {TRIALS} trials on the other pages" in text
    assert f"From {TRIALS} trials" in page(client, "/what-if")
