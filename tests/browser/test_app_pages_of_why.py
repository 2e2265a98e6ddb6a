"""Why, Terms, What matters and One trial in a real browser: drawn, uncut, stepped, played and started."""

from collections.abc import Iterator

import pytest

import sim
from dashboards.app.simulation_service import Service
from tests.browser.conftest import CUT, Browser
from tests.browser.dashboard import foreign, listening
from tests.browser.test_report_page import WIDTHS

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


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", CHARTS)
def test_every_chart_is_drawn_and_nothing_is_cut(browser: Browser, site: str, page: str, width: int) -> None:
    browser.open(f"{site}/{page}?scenario={NAMES[0]}", width)
    browser.wait("return document.querySelectorAll('#page section').length")
    drawn = f"return document.querySelectorAll('#page .main-svg .cartesianlayer .subplot').length >= {CHARTS[page]}"
    browser.wait(drawn)
    browser.wait(f"return !({CUT.strip().removeprefix('return ')}).length")
    assert browser.ask("return document.documentElement.scrollWidth <= window.innerWidth")
    assert foreign(browser, site) == []


def test_a_trial_is_stepped_played_and_followed_by_its_story(browser: Browser, site: str) -> None:
    browser.open(f"{site}/trial?scenario={NAMES[1]}&trial=3")
    browser.wait("return document.querySelector('#trial-weeks .main-svg') && document.querySelector('li[data-when]')")
    assert browser.ask(NOW).startswith("Week 1 of 78, from 1 January 2001")
    browser.press("[data-player=next]", "ENTER")
    browser.wait(f"return ({CURSOR.removeprefix('return ')}) === '2001-01-08'")
    browser.press("[data-player=next]", "ARROW_RIGHT")
    browser.wait(f"return ({CURSOR.removeprefix('return ')}) === '2001-01-15'")
    browser.press("#trial-week", "ARROW_RIGHT")
    browser.wait(f"return ({NOW.removeprefix('return ')}).startsWith('Week 4 ')")
    play = browser.find("[data-player=play]")
    play.click()
    browser.wait(f"return Number(({NOW.removeprefix('return ')}).split(' ')[1]) > 6")
    assert play.text == "Pause"
    play.click()
    assert play.text == "Play"
    browser.find("[data-player=last]").click()
    browser.wait("return !document.querySelector('#trial-story li[data-when=later]')")


def test_another_trial_is_another_address(browser: Browser, site: str) -> None:
    browser.open(f"{site}/trial?scenario={NAMES[1]}&trial=3")
    browser.wait("return document.querySelector('#trial-weeks .main-svg')")
    browser.ask("document.querySelector('.trial-row a').click()")
    browser.wait("return document.querySelector('#trial-player h2').textContent.startsWith('Trial 2,')")
    assert browser.chrome.current_url.endswith("trial=2")


def test_a_study_is_started_from_the_page_and_drawn(browser: Browser, site: str) -> None:
    browser.open(f"{site}/matters?scenario={NAMES[2]}")
    browser.wait("return document.getElementById('matters-tornado-start')")
    browser.ask("document.getElementById('matters-boxes-start').click()")
    browser.wait("return document.getElementById('matters-boxes-found').textContent.includes('too few')")
    browser.ask("document.getElementById('matters-tornado-start').click()")
    browser.wait("return document.querySelector('#matters-tornado-chart .main-svg')", 90)
    assert browser.ask("return document.getElementById('matters-tornado-start').innerText").startswith("Run again")
