"""The dashboard in a real browser: every page is drawn, asks nobody but itself, and does what it says."""

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from sim.scenario.reading.load import load
from tests.browser.conftest import Browser
from tests.browser.dashboard import DRAWN, foreign, served

pytestmark = pytest.mark.browser

PATHS = ["/", "/scenarios", "/what-if", "/record", "/sources"]
HEADLINE = "return document.querySelector('#what-if').dataset.state"
SLIDER = 'input[data-path="parties.North.strain"]'


TOLD = """
window.told = []; const send = window.fetch;
window.fetch = (at, how) => {
  if (String(at).endsWith('/ahead')) window.told.push(JSON.parse(how.body).set['parties.North.strain']);
  return send(at, how); };"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served("teaching/minimal") as found:
        yield found


@pytest.mark.parametrize("width", [1440, 390, 30])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_drawn_and_asks_nobody_else(browser: Browser, address: str, path: str, width: int) -> None:
    browser.open(address + path, width, drawn=DRAWN)
    assert foreign(browser, address) == []
    if width == 30:  # a window of almost no width, such as a preview's: nothing fits, and nothing may go wrong
        return
    assert browser.ask("return document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert browser.ask("return document.querySelectorAll('h1').length") == 1
    assert browser.ask("return document.title").endswith("- Parley")
    assert browser.ask("return document.querySelector('nav a[aria-current]') !== null")


def test_links_change_the_page_and_move_the_focus(browser: Browser, address: str) -> None:
    browser.open(address + "/", drawn=DRAWN)
    browser.chrome.find_element("link text", "Sources").click()
    browser.wait("return document.querySelector('#sources-rows') !== null")
    browser.wait("return document.activeElement.tagName === 'H1'")
    assert "/sources" in browser.chrome.current_url
    browser.chrome.back()
    browser.wait("return document.querySelector('.big') !== null")


def test_the_scenario_picker_changes_every_number(browser: Browser, address: str) -> None:
    browser.open(address + "/", drawn=DRAWN)
    pick = "const s = document.getElementById('scenario-select'); s.value = 'teaching/spoilers';"
    browser.ask(pick + "s.dispatchEvent(new Event('change', {bubbles: true}))")
    title = load("teaching/spoilers").title
    browser.wait(f"return document.title.includes({title!r})")
    browser.wait(DRAWN)
    assert "scenario=teaching/spoilers" in browser.chrome.current_url


def move(browser: Browser, key: str) -> None:
    browser.press(SLIDER, key)
    browser.wait(f"{HEADLINE} === 'done'")


def test_a_slider_moved_by_keyboard_simulates_again(browser: Browser, address: str) -> None:
    browser.open(address + "/what-if", drawn=DRAWN)
    lines = "document.querySelector('#what-if-chart .js-plotly-plot').data"
    curve = f"return Array.from({lines}.find((one) => one.name.startsWith('a halt that lasts')).y).join()"
    before = browser.ask(curve)
    move(browser, "END")
    browser.wait(f"{curve} !== {before!r}")
    assert "Difference in points" in browser.ask("return document.getElementById('what-if-answer').innerText")
    assert browser.ask("return document.querySelectorAll('#what-if-changed li').length") == 1
    assert browser.ask("return location.search").endswith("set=parties.North.strain%3D0.25")

    browser.open(browser.chrome.current_url, drawn=DRAWN)
    browser.wait(f"{HEADLINE} === 'done'")
    assert browser.ask(f"return document.querySelector('{SLIDER}').value") == "0.25"
    browser.wait(f"{curve} !== {before!r}")

    browser.find("#what-if-reset").click()
    browser.wait(f"return document.getElementById('what-if-reset').disabled && ({HEADLINE[7:]} === 'done')")
    browser.wait(f"{curve} === {before!r}")
    assert "set=" not in browser.ask("return location.search")


def test_where_the_next_press_would_lead_is_simulated_ahead(browser: Browser, address: str) -> None:
    """Coming to a slider by key: both ways are asked for; after a press: one press further."""
    browser.open(address + "/what-if", drawn=DRAWN)
    browser.ask(TOLD)
    start = float(browser.ask(f"return document.querySelector('{SLIDER}').value"))
    step = float(browser.ask(f"return document.querySelector('{SLIDER}').step"))
    browser.ask(f"document.querySelector('{SLIDER}').focus({{focusVisible: true}})")
    browser.wait("return window.told.length === 2")
    assert [float(one) for one in browser.ask("return window.told")] == pytest.approx([start + step, start - step])
    move(browser, "ARROW_RIGHT")
    browser.wait(f"{HEADLINE} === 'done'")
    browser.wait("return window.told.length === 3")
    assert float(browser.ask("return window.told[2]")) == pytest.approx(start + 2 * step)


def test_the_saved_file_is_what_the_sliders_say(browser: Browser, address: str, tmp_path: Path) -> None:
    browser.open(address + "/what-if?scenario=teaching/minimal&set=parties.North.strain%3D0.2", drawn=DRAWN)
    browser.wait(f"{HEADLINE} === 'done'")
    link = browser.ask("return document.querySelector('#what-if-share a[download]').href")
    path = tmp_path / "saved.yaml"
    with urlopen(link) as answer:
        path.write_bytes(answer.read())
    assert load(path).belligerent("North").strain.value == 0.2


def test_a_chart_becomes_a_table(browser: Browser, address: str) -> None:
    browser.open(address + "/", drawn=DRAWN)
    browser.ask("document.querySelector('details[data-chart=chart-odds]').open = true")
    browser.wait("return document.querySelectorAll('#chart-odds-numbers tbody tr').length > 100")
    said = browser.ask("return document.querySelector('#chart-odds-numbers').innerText")
    assert "a halt that lasts 30 days or more" in said


def test_sources_are_filtered(browser: Browser, address: str) -> None:
    browser.open(address + "/sources", drawn=DRAWN)
    browser.press("#sources-filter", "north strain")
    browser.wait("return /^[1-9] of/.test(document.getElementById('sources-count').textContent)")
    rows = "[...document.querySelectorAll('#sources-rows tbody tr:not([hidden])')]"
    shown = browser.ask(f"return {rows}.map((r) => r.innerText)")
    assert shown and all("north" in row.lower() for row in shown)


def test_a_table_is_sorted(browser: Browser, address: str) -> None:
    browser.open(address + "/scenarios", drawn=DRAWN)
    browser.wait("return document.querySelectorAll('#odds-table tbody tr').length > 3", 60)
    browser.wait("return document.getElementById('scenarios-progress').innerText === ''", 60)
    browser.ask("document.querySelectorAll('#odds-table .sort')[1].click()")
    rows = "[...document.querySelectorAll('#odds-table tbody tr')]"
    values = browser.ask(f"return {rows}.map((r) => Number(r.cells[1].dataset.value))")
    assert values == sorted(values, reverse=True)
