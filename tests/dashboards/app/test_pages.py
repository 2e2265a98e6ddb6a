"""Every page is laid out, says its question once, and shows texts as they are."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from dashboards.app.pages import pages, record, sources
from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from dashboards.app.template_components import components
from sim.evidence.backtest import shipped_record
from sim.results.run import Run
from tests.dashboards.app.conftest import HOST, NAME, Client, move, said, service_over
from tests.dashboards.app.test_background_jobs import until
from tests.dashboards.record_factory import made_record

OURS = ["/", "/scenarios", "/what-if", "/record", "/sources"]


def walked(item: Any) -> Iterator[dict[str, Any]]:
    if isinstance(item, dict) and "type" in item and "props" in item:
        yield item
    for child in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
        yield from walked(child)


@pytest.mark.parametrize("screen", ["wide", "narrow"])
@pytest.mark.parametrize("path", OURS)
def test_every_page_has_one_heading_and_no_failure(client: Client, path: str, screen: str) -> None:
    tree = client.laid_out(path, screen=screen)
    found = list(walked(tree))
    assert [one["type"] for one in found].count("H1") == 1
    assert "This page failed" not in said(tree)
    ids = [one["props"]["id"] for one in found if "id" in one["props"]]
    assert len(set(ids)) == len(ids)
    for one in found:
        if one["type"] == "Graph":
            assert one["props"]["config"]["displayModeBar"] is False


def test_pages_are_in_order_and_named_once() -> None:
    order = [one.PAGE.order for one in pages()]
    assert order == sorted(order)
    assert len({one.PAGE.path for one in pages()}) == len(order)


def test_the_landing_page_says_rule_odds_and_band(client: Client, base: Run) -> None:
    shown = said(client.laid_out("/"))
    assert base.scenario.question in shown and base.scenario.resolution in shown
    assert "within 365 days, band" in shown


def test_an_unknown_scenario_is_told(client: Client) -> None:
    assert "There is no scenario" in said(client.laid_out("/", "?scenario=teaching/none"))


def test_a_base_that_is_not_ready_says_how_far_it_is(base: Run) -> None:
    service = service_over([])
    service.add(NAME, base.scenario)
    client = Client(make_app(service, [HOST]))
    response = client.page("/").json["response"]
    assert "0 done" in said(response["page"]["children"]) and response["loading"]["disabled"] is False


def test_a_page_with_a_bug_leaves_the_others_standing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(view: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sources, "layout", breaks)
    assert "This page failed" in said(client.laid_out("/sources"))
    assert "This page failed" not in said(client.laid_out("/"))


def moved(client: Client, changes: dict[str, str]) -> dict[str, Any]:
    answer = client.send(client.body("what-if-chart", {"what-if-changes.data": move(changes)}))
    assert answer.status_code == 200, answer.text
    response: dict[str, Any] = answer.json["response"]
    return response


def test_a_move_redraws_the_curve_before_the_base(client: Client) -> None:
    response = moved(client, {"parties.North.strain": "0.15", "parties.South.strain": "0.15"})
    names = [trace["name"] for trace in response["what-if-chart"]["figure"]["data"]]
    assert "base: as it was" in names
    assert "Difference in points (95 %)" in said(response["what-if-answer"])
    assert response["what-if-done"]["data"]["number"] == 1
    hrefs = [one["props"].get("href", "") for one in walked(response["what-if-share"])]
    assert any(href.startswith("/what-if?scenario=teaching/minimal&set=parties.North.strain%3D0.15") for href in hrefs)


def test_a_broken_rule_is_said_on_the_page(client: Client) -> None:
    wrong = {"parties.North.ideal_point.valley": "0.9", "parties.South.ideal_point.valley": "0.1"}
    response = moved(client, wrong)
    assert "what-if-chart" not in response
    assert "ideal_point" in said(response["what-if-message"])


def test_a_busy_server_says_so_on_the_page(client: Client, service: Service) -> None:
    for _ in range(4):
        assert service._slots.acquire(blocking=False)
    response = moved(client, {"war.momentum": "0.1"})
    assert "busy" in said(response["what-if-message"])
    assert response["what-if-done"]["data"]["is_busy"] is True


def test_a_link_brings_its_changes_to_the_sliders(client: Client) -> None:
    tree = client.laid_out("/what-if", "?scenario=teaching/minimal&set=war.momentum=0.2")
    panel = next(one for one in walked(tree) if one["props"].get("id") == "what-if-controls")
    assert json.loads(panel["props"]["data-start"]) == {"war.momentum": "0.2"}


def test_the_file_is_a_download(client: Client) -> None:
    answer = client.flask.get("/scenario.yaml?scenario=teaching/minimal&set=war.momentum=0.2")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "extends: teaching/minimal" in answer.text
    here = "?scenario=teaching/minimal&set="
    for wrong in ("", "?scenario=none", f"{here}war.momentum=9", f"{here}x"):
        assert client.flask.get(f"/scenario.yaml{wrong}").status_code in (400, 422)


def test_fragments_let_no_foreign_link_or_handler_through(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '<p onclick="x()"><a href="javascript:x()">a</a><a href="https://x">b</a><a href="#c">c</a></p>'
    text += "<script>x</script>"
    templates = Environment(loader=DictLoader({"t": text}))
    monkeypatch.setattr("dashboards.app.template_components.environment", lambda: templates)
    made = components("t", {})[0].to_plotly_json()
    assert list(made["props"]) == ["children"]
    links = [child.to_plotly_json()["props"] for child in made["props"]["children"]]
    assert [link.get("href") for link in links] == [None, None, "#c"]


@pytest.fixture
def ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shipped record would be; there is none, nor one stored by hand."""
    monkeypatch.setattr(record, "STORED", tmp_path / "none.json")
    monkeypatch.setattr(shipped_record, "shipped", lambda: tmp_path / "record.json")
    return tmp_path / "record.json"


def test_the_shipped_record_is_shown_at_once_and_stays_while_another_is_computed(
    client: Client, service: Service, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships.write_text(json.dumps(made_record(digests=shipped_record.digests() | {"engine": "another"})))
    at_once = said(client.laid_out("/record"))
    assert "The record that ships with Parley" in at_once and "3 forecasts, 32,768 trials an episode" in at_once
    assert "computed with another version of the engine" in at_once and "Compute again" in at_once
    going, done = threading.Event(), record.plain(made_record(trials_an_episode=64))
    monkeypatch.setattr(record, "work", lambda progress: going.wait(20) and done)
    client.send(client.body("record-check.disabled", {"record-start.n_clicks": 1, "screen.data": "wide"}))
    meanwhile = said(client.laid_out("/record"))
    assert "The other pages work meanwhile" in meanwhile and "The record that ships with Parley" in meanwhile
    assert "Compute again" not in meanwhile
    going.set()
    until(lambda: "3 forecasts, 64 trials an episode" in said(client.laid_out("/record")))
    assert "The record that ships" not in said(client.laid_out("/record"))


def test_a_broken_shipped_record_is_one_sentence_and_can_be_computed(client: Client, ships: Path) -> None:
    ships.write_text("{")
    shown = said(client.laid_out("/record"))
    assert "expected JSON, got something else" in shown and "Compute the record" in shown


def test_the_record_is_started_by_a_click_and_then_shown(
    client: Client, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "work", lambda progress: record.plain(made_record()))
    assert "Compute the record" in said(client.laid_out("/record"))
    answer = client.send(client.body("record-check.disabled", {"record-start.n_clicks": 1, "screen.data": "wide"}))
    assert answer.status_code == 200
    until(lambda: "Brier score" in said(client.laid_out("/record")))
    assert "What to know before trusting it" in said(client.laid_out("/record"))
