"""Every page is laid out, says its question once, and shows texts as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dash import Dash

from dashboards.app.pages import pages
from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from dashboards.app.template_components import components
from sim.results.run import Run
from tests.dashboards.app.conftest import HOST, NAME, Client, move, service_over
from tests.dashboards.report.test_build import PAYLOADS

OURS = ["/", "/scenarios", "/what-if", "/record", "/sources"]
DANGEROUS = ("Markdown", "DangerouslySetInnerHTML", "Iframe", "Script", "Embed", "ObjectEl")


def walked(item: Any) -> Iterator[dict[str, Any]]:
    """Every component of a layout as JSON."""
    if isinstance(item, dict):
        if "type" in item and "props" in item:
            yield item
        for child in item.values():
            yield from walked(child)
    elif isinstance(item, list):
        for child in item:
            yield from walked(child)


def laid_out(client: Client, path: str, search: str = "", screen: str = "wide") -> list[dict[str, Any]]:
    answer = client.page(path, search, screen)
    assert answer.status_code == 200, answer.text[:300]
    return list(walked(answer.json["response"]["page"]))


def texts(found: list[dict[str, Any]]) -> str:
    said = []
    for one in found:
        children = one["props"].get("children")
        said += [child for child in (children if isinstance(children, list) else [children]) if isinstance(child, str)]
    return "\n".join(said)


@pytest.mark.parametrize("screen", ["wide", "narrow"])
@pytest.mark.parametrize("path", OURS)
def test_every_page_has_one_heading_and_no_failure(client: Client, path: str, screen: str) -> None:
    found = laid_out(client, path, screen=screen)
    assert [one["type"] for one in found].count("H1") == 1
    assert "This page failed" not in texts(found)
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
    said = texts(laid_out(client, "/"))
    assert base.scenario.question in said
    assert base.scenario.resolution in said
    assert "within 365 days, band" in said


def test_an_unknown_scenario_is_told(client: Client) -> None:
    found = laid_out(client, "/", "?scenario=teaching/none")
    assert "There is no scenario" in texts(found)


def test_a_base_that_is_not_ready_says_how_far_it_is(base: Run) -> None:
    service = service_over([])
    service.add(NAME, base.scenario)
    client = Client(make_app(service, [HOST]))
    answer = client.page("/")
    assert "0 done" in texts(list(walked(answer.json["response"]["page"])))
    assert answer.json["response"]["loading"]["disabled"] is False


def test_a_page_with_a_bug_leaves_the_others_standing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.app.pages import sources

    def breaks(view: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sources, "layout", breaks)
    assert "This page failed" in texts(laid_out(client, "/sources"))
    assert "This page failed" not in texts(laid_out(client, "/"))


# -- what if ---------------------------------------------------------------------------------------


def moved(client: Client, changes: dict[str, str]) -> dict[str, Any]:
    answer = client.send(client.body("what-if-chart", {"what-if-changes.data": move(changes)}))
    assert answer.status_code == 200, answer.text
    response: dict[str, Any] = answer.json["response"]
    return response


def test_a_move_redraws_the_curve_before_the_base(client: Client) -> None:
    response = moved(client, {"parties.North.strain": "0.15", "parties.South.strain": "0.15"})
    names = [trace["name"] for trace in response["what-if-chart"]["figure"]["data"]]
    assert "base: as it was" in names
    said = texts(list(walked(response["what-if-answer"])))
    assert "Difference in points (95 %)" in said
    assert response["what-if-done"]["data"]["number"] == 1
    hrefs = [one["props"].get("href", "") for one in walked(response["what-if-share"])]
    assert any(href.startswith("/what-if?scenario=teaching/minimal&set=parties.North.strain%3D0.15") for href in hrefs)


def test_a_broken_rule_is_said_on_the_page(client: Client) -> None:
    wrong = {"parties.North.ideal_point.valley": "0.9", "parties.South.ideal_point.valley": "0.1"}
    response = moved(client, wrong)
    assert "what-if-chart" not in response
    assert "ideal_point" in texts(list(walked(response["what-if-message"])))


def test_a_busy_server_says_so_on_the_page(client: Client, service: Service) -> None:
    for _ in range(4):
        assert service._slots.acquire(blocking=False)
    response = moved(client, {"war.momentum": "0.1"})
    assert "busy" in texts(list(walked(response["what-if-message"])))
    assert response["what-if-done"]["data"]["is_busy"] is True


def test_a_link_brings_its_changes_to_the_sliders(client: Client) -> None:
    found = laid_out(client, "/what-if", "?scenario=teaching/minimal&set=war.momentum=0.2")
    panel = next(one for one in found if one["props"].get("id") == "what-if-controls")
    assert json.loads(panel["props"]["data-start"]) == {"war.momentum": "0.2"}


def test_the_file_is_a_download(client: Client) -> None:
    answer = client.flask.get("/scenario.yaml?scenario=teaching/minimal&set=war.momentum=0.2")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "extends: teaching/minimal" in answer.text
    for wrong in (
        "",
        "?scenario=none",
        "?scenario=teaching/minimal&set=war.momentum=9",
        "?scenario=teaching/minimal&set=x",
    ):
        assert client.flask.get(f"/scenario.yaml{wrong}").status_code in (400, 422)


# -- texts are shown literally ---------------------------------------------------------------------


@pytest.fixture
def hostile(base: Run) -> tuple[Dash, str]:
    everything = " ".join(PAYLOADS)
    words = {"title": everything, "question": everything, "supposes": everything, "resolution": everything}
    scenario = base.scenario.model_copy(update=words)
    run = Run(scenario, "made/hostile", base.seed, base.columns)
    other = Run(scenario, "made/other", base.seed, base.columns)
    return make_app(service_over([run, other]), [HOST]), everything


@pytest.mark.parametrize("path", OURS)
def test_texts_of_scenarios_stay_texts(hostile: tuple[Dash, str], path: str) -> None:
    app, _ = hostile
    client = Client(app)
    answer = client.page(path)
    assert answer.status_code == 200
    for one in walked(answer.json["response"]):
        assert one["type"] not in DANGEROUS
        assert not {"dangerously_allow_html", "dangerouslySetInnerHTML", "onClick"} & set(one["props"])
        href = one["props"].get("href", "")
        assert not href or href.startswith(("/", "#", "?", "data:text/csv")), href
        if one["type"] == "Graph":
            drawn = json.dumps(one["props"]["figure"])
            assert "<script" not in drawn and "<img" not in drawn and "<svg" not in drawn and "<a href" not in drawn


def test_a_text_survives_the_template_unchanged(hostile: tuple[Dash, str]) -> None:
    app, everything = hostile
    found = texts(laid_out(Client(app), "/"))
    squeezed = " ".join(everything.split())
    assert squeezed in " ".join(found.split())


def test_fragments_let_no_foreign_link_or_handler_through(monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import DictLoader, Environment

    text = '<p onclick="x()"><a href="javascript:x()">a</a><a href="https://x">b</a><a href="#c">c</a></p>'
    text += "<script>x</script>"
    monkeypatch.setattr(
        "dashboards.app.template_components.environment", lambda: Environment(loader=DictLoader({"t": text}))
    )
    made = components("t", {})[0].to_plotly_json()
    assert list(made["props"]) == ["children"]
    links = [child.to_plotly_json()["props"] for child in made["props"]["children"]]
    assert [link.get("href") for link in links] == [None, None, "#c"]


def test_the_record_is_started_by_a_click_and_then_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.app.pages import record
    from tests.dashboards.record_factory import made_record

    monkeypatch.setattr(record, "work", lambda progress: record.plain(made_record()))
    assert "Compute the record" in texts(laid_out(client, "/record"))
    answer = client.send(client.body("record-check.disabled", {"record-start.n_clicks": 1, "screen.data": "wide"}))
    assert answer.status_code == 200
    for _ in range(200):
        said = texts(laid_out(client, "/record"))
        if "Brier score" in said:
            break
    assert "What to know before trusting it" in said
