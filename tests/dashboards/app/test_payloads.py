"""Fifty payloads through every page as laid out: components of harmless kinds, and figures without markup."""

import json
from dataclasses import replace

import pytest

from dashboards.app.pages import pages
from dashboards.app.server import make_app
from sim.execution.run import run as simulate
from sim.scenario.reading.load import load
from tests.dashboards.app.conftest import HOST, Client, said, service_over
from tests.dashboards.app.test_pages import walked
from tests.dashboards.payloads import HOSTILE, hostile

DANGEROUS = ("Markdown", "DangerouslySetInnerHTML", "Iframe", "Script", "Embed", "ObjectEl")
MARKUP = tuple(text for text in HOSTILE if text.startswith("<"))


@pytest.fixture(scope="module")
def client() -> Client:
    run = simulate(hostile(load("istanbul_2025/aides_only")), trials=64, seed=1, workers=1, name="made/hostile")
    return Client(make_app(service_over([run, replace(run, name="made/other")]), [HOST]))


@pytest.mark.parametrize("path", [module.PAGE.path for module in pages()])
def test_no_page_takes_a_text_for_more(client: Client, path: str) -> None:
    for one in walked(client.laid_out(path)):
        assert one["type"] not in DANGEROUS
        assert not {"dangerously_allow_html", "dangerouslySetInnerHTML", "onClick"} & set(one["props"])
        href = one["props"].get("href", "")
        assert not href or href.startswith(("/", "#", "?", "data:text/csv")), href
        assert "stolen" not in href or href.startswith("data:text/csv")
        assert not any(sign in str(one["props"].get("id", "")) for sign in "<>\"'")
        if one["type"] == "Graph":
            drawn = json.dumps(one["props"]["figure"], ensure_ascii=False)
            assert not any(text in drawn for text in MARKUP)


def test_all_of_them_are_on_the_page_of_sources_and_a_question_is_on_the_first(client: Client) -> None:
    shown = json.dumps(client.laid_out("/sources"), ensure_ascii=False)
    assert [text for text in HOSTILE if json.dumps(text, ensure_ascii=False)[1:-1] not in shown] == []
    assert hostile(load("istanbul_2025/aides_only")).question in said(client.laid_out("/"))
