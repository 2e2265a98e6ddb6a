"""The record in a real browser, from disk and live: it draws, asks for nothing, fits a phone, sorts and filters."""

import json
from pathlib import Path

import pytest

from dashboards.app.pages import record
from dashboards.report.record import write_record
from sim.evidence.backtest import shipped_record
from tests.browser.conftest import CUT, Browser
from tests.browser.dashboard import DRAWN, listening
from tests.browser.whole_site import small_run
from tests.dashboards.app.conftest import service_over
from tests.dashboards.record_factory import made_posterior, made_record
from tests.dashboards.report.test_record import CHARTS

pytestmark = pytest.mark.browser

ALL = (*CHARTS, "slopes", "learned")
IS_DRAWN = f"return document.querySelectorAll('.chart .scatterlayer .trace').length >= {len(ALL)}"
IDS = "return [...document.querySelectorAll('#forecasts-table tbody tr:not([hidden]) th')].map(th => th.textContent)"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("record") / "record.html"
    write_record(made_record(), path, made_posterior())
    return path


@pytest.mark.parametrize("width", [30, 390, 1440])
def test_it_draws_every_chart_within_the_page_and_asks_for_nothing(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width, drawn=IS_DRAWN)
    if width == 30:  # nothing fits, and nothing may go wrong
        return
    drawn = "return [...document.querySelectorAll('.chart')].filter(c => c.querySelector('.trace')).map(c => c.id)"
    assert sorted(browser.ask(drawn)) == sorted(f"chart-{name}" for name in ALL)
    browser.ask("document.querySelector('#forecasts details').open = true")
    assert browser.fits(width)


def test_forecasts_sort_by_number_and_filter_by_id(browser: Browser, page: Path) -> None:
    browser.open(page, drawn=IS_DRAWN)
    browser.ask("document.querySelector('#forecasts details').open = true")
    assert browser.ask(IDS) == ["NORTH7", "SOUTH1", "NORTH8"]
    browser.press("#forecasts-table .sort", "ENTER", number=1)
    assert browser.ask(IDS) == ["SOUTH1", "NORTH7", "NORTH8"]
    browser.press("#forecasts-table .sort", "ENTER", number=1)
    assert browser.ask(IDS) == ["NORTH8", "NORTH7", "SOUTH1"]
    browser.press("#filter", "north")
    assert browser.ask(IDS) == ["NORTH8", "NORTH7"]
    assert browser.ask("return document.getElementById('filter-count').textContent") == "2 of 3"


@pytest.mark.parametrize("width", [390, 1440])
def test_the_shipped_record_is_on_its_live_page_at_once(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    ships = tmp_path / "record.json"
    ships.write_text(json.dumps(made_record(digests=shipped_record.digests())))
    monkeypatch.setattr(shipped_record, "shipped", lambda: ships)
    monkeypatch.setattr(record, "STORED", tmp_path / "none.json")
    with listening(service_over([small_run("teaching/minimal")])) as address:
        browser.open(f"{address}/record", width, drawn=DRAWN)
        shown = browser.ask("return document.querySelector('#page').innerText")
        assert "The record that ships with Parley" in shown and "What users run" in shown
        assert browser.ask("return document.getElementById('record-start').textContent") == "Compute again"
        assert browser.ask("return document.documentElement.scrollWidth") <= width
        assert browser.ask(CUT) == [] and browser.complaints() == []
