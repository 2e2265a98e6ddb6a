"""Why, Terms, What matters and One trial in a real browser: drawn, uncut, stepped, played and started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("dash")

import sim
from dashboards.app.simulation_service import Service
from tests.browser.conftest import Browser
from tests.browser.dashboard import listening
from tests.browser.test_report_page import CUT, WIDTHS

pytestmark = pytest.mark.browser

NAMES = ("istanbul_2025/aides_only", "teaching/minimal", "teaching/mirror_pair_north")
CHARTS = {"why": 5, "terms": 2, "trial": 1, "matters": 0}
"""Charts of a page for the first scenario, before anything is started."""
NOW = "return document.getElementById('trial-now').textContent"
CURSOR = "return document.querySelector('#trial-weeks .js-plotly-plot').layout.shapes[0].x0"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    service = Service(256, 1, workers=1)
    for name in NAMES:
        service.add_run(sim.run(name, trials=256, seed=1, workers=1))
    with listening(service) as address:
        yield address


def visit(browser: Browser, address: str, width: int = 1440) -> None:
    browser.chrome.get("about:blank")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.forget()
    browser.chrome.get(address)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", CHARTS)
def test_every_chart_is_drawn_and_nothing_is_cut(browser: Browser, site: str, page: str, width: int) -> None:
    visit(browser, f"{site}/{page}?scenario={NAMES[0]}", width)
    browser.wait("return document.querySelectorAll('#page section').length")
    drawn = f"return document.querySelectorAll('#page .main-svg .cartesianlayer .subplot').length >= {CHARTS[page]}"
    browser.wait(drawn)
    browser.wait(f"return !({CUT.strip().removeprefix('return ')}).length")
    assert browser.ask("return document.documentElement.scrollWidth <= window.innerWidth")
    assert not browser.complaints()
    assert all(asked.startswith((site, "data:", "blob:")) for asked in browser.requests())


def test_a_trial_is_stepped_played_and_followed_by_its_story(browser: Browser, site: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    visit(browser, f"{site}/trial?scenario={NAMES[1]}&trial=3")
    browser.wait("return document.querySelector('#trial-weeks .main-svg') && document.querySelector('li[data-when]')")
    assert browser.ask(NOW).startswith("Week 1 of 78, from 1 January 2001")
    browser.chrome.find_element(By.CSS_SELECTOR, "[data-player=next]").send_keys(Keys.ENTER)
    browser.wait(f"return ({CURSOR.removeprefix('return ')}) === '2001-01-08'")
    browser.chrome.find_element(By.CSS_SELECTOR, "[data-player=next]").send_keys(Keys.ARROW_RIGHT)
    browser.wait(f"return ({CURSOR.removeprefix('return ')}) === '2001-01-15'")
    slider = browser.chrome.find_element(By.ID, "trial-week")
    slider.send_keys(Keys.ARROW_RIGHT)
    browser.wait(f"return ({NOW.removeprefix('return ')}).startsWith('Week 4 ')")
    play = browser.chrome.find_element(By.CSS_SELECTOR, "[data-player=play]")
    play.click()
    browser.wait(f"return Number(({NOW.removeprefix('return ')}).split(' ')[1]) > 6")
    assert play.text == "Pause"
    play.click()
    assert play.text == "Play"
    browser.chrome.find_element(By.CSS_SELECTOR, "[data-player=last]").click()
    browser.wait("return !document.querySelector('#trial-story li[data-when=later]')")
    assert not browser.complaints()


def test_another_trial_is_another_address(browser: Browser, site: str) -> None:
    visit(browser, f"{site}/trial?scenario={NAMES[1]}&trial=3")
    browser.wait("return document.querySelector('#trial-weeks .main-svg')")
    browser.ask("document.querySelector('.trial-row a').click()")
    browser.wait("return document.querySelector('#trial-player h2').textContent.startsWith('Trial 2,')")
    assert browser.chrome.current_url.endswith("trial=2")


def test_a_study_is_started_from_the_page_and_drawn(browser: Browser, site: str) -> None:
    visit(browser, f"{site}/matters?scenario={NAMES[2]}")
    browser.wait("return document.getElementById('matters-tornado-start')")
    browser.ask("document.getElementById('matters-boxes-start').click()")
    browser.wait("return document.getElementById('matters-boxes-found').textContent.includes('too few')")
    browser.ask("document.getElementById('matters-tornado-start').click()")
    browser.wait("return document.querySelector('#matters-tornado-chart .main-svg')", 90)
    assert browser.ask("return document.getElementById('matters-tornado-start').innerText").startswith("Run again")
    assert not browser.complaints()
