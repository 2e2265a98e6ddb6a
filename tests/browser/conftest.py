"""A fresh headless Chromium whose every request and console message is on record."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from selenium.webdriver.common.keys import Keys

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

BROWSERS = ("chromium", "google-chrome", "chrome")
INSTALL = "apt-get install -y chromium chromium-driver"
OPTIONS = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-quic", "no-first-run")
OPTIONS += ("disable-background-networking", "disable-component-update", "disable-sync", "window-size=1440,900")


def found_browser() -> tuple[str, str]:
    """Paths of the browser and its driver; a missing one skips the test, or fails it where CI is set."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    give_up(f"chromium or chromedriver is not installed: {INSTALL}")


def give_up(message: str) -> NoReturn:
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(message)
    pytest.skip(message)


CUT = """
  return [...document.querySelectorAll('.chart')].flatMap(chart => {
    const frame = chart.getBoundingClientRect();
    return [...chart.querySelectorAll('text')].filter(text => {
      const box = text.getBoundingClientRect();
      const isOut = box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      return text.textContent.trim() && box.width && isOut;
    }).map(text => chart.id + ': ' + text.textContent);
  })"""
"""Texts of charts that stick out of their frame."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Charts are pictures with a name and a table beside them: what is inside the picture is not looked at.
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
# Of long tables, whose rows one loop makes, forty rows stand for all.
SHORTEN = """
document.querySelectorAll('tbody').forEach((body) => [...body.rows].slice(40).forEach((row) => row.remove()));
"""
RUN = """
const done = arguments[arguments.length - 1];
axe.run({ include: [document], exclude: ['.main-svg'] }, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
  (found) => done(found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((n) => n.target).join(', ')}`)),
  (problem) => done(['axe failed: ' + problem]));
"""


class Browser:
    """Chromium with the few questions that tests ask of it."""

    def __init__(self, chrome: Chrome) -> None:
        self.chrome = chrome
        self.unasked: list[str] = []
        """What stood on the console of earlier pages when the next was opened: nobody had asked for it."""

    def open(self, place: Path | str, width: int = 1440, drawn: str = "") -> None:
        """Open a file or an address at a width and wait until ``drawn`` is true; what was done before is forgotten."""
        self.chrome.get("about:blank")
        self.resize(width)
        self.forget()
        self.chrome.get(place if isinstance(place, str) else place.as_uri())
        if drawn:
            self.wait(drawn, 60)

    def resize(self, width: int) -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def press(self, selector: str, *keys: str, number: int = 0) -> None:
        """Send keys to an element: names of ``Keys``, or text."""
        self.find(selector, number).send_keys(*(getattr(Keys, key, key) for key in keys))

    def find(self, selector: str, number: int = 0) -> Any:
        return self.chrome.find_elements("css selector", selector)[number]

    def fits(self, width: int) -> bool:
        """Whether nothing is wider than the window or sticks out of its chart, and nothing was asked for."""
        assert self.ask("return document.documentElement.scrollWidth") <= width
        assert self.ask(CUT) == []
        return self.requests() == []

    def forget(self) -> None:
        self.unasked += self.complaints()
        self.chrome.get_log("performance")

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened, its own file left out."""
        events = [json.loads(entry["message"])["message"] for entry in self.chrome.get_log("performance")]
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in asked if one.get("type") != "Document"]

    def complaints(self) -> list[str]:
        """Whatever came to the console since the page was opened, or since this was asked."""
        return [f"{entry['level']} {entry['message']}" for entry in self.chrome.get_log("browser")]

    def ask(self, script: str, *arguments: Any) -> Any:
        return self.chrome.execute_script(script, *arguments)

    def wait(self, script: str, seconds: float = 20) -> Any:
        """What ``script`` returns once that is true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.chrome, seconds, 0.05).until(lambda _: self.ask(script))


@pytest.fixture(scope="session")
def start_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Browser]]:
    """Start Chromium once per session, with a profile of its own."""
    from selenium import webdriver

    started: list[Browser] = []

    def start() -> Browser:
        if not started:
            browser, driver = found_browser()
            options = webdriver.ChromeOptions()
            options.binary_location = browser
            for option in (*OPTIONS, f"user-data-dir={tmp_path_factory.mktemp('profile')}"):
                options.add_argument(f"--{option}")
            options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
            service = webdriver.ChromeService(driver)
            started.append(Browser(webdriver.Chrome(options=options, service=service)))
        return started[0]

    yield start
    for browser in started:
        browser.chrome.quit()


@pytest.fixture
def browser(start_browser: Callable[[], Browser]) -> Iterator[Browser]:
    """The browser; a test in which anything comes to its console has failed, unless the test asks for it itself."""
    found = start_browser()
    found.forget()
    found.unasked.clear()
    yield found
    found.forget()
    assert found.unasked == []


def violations(browser: Browser) -> list[str]:
    """Rules of WCAG 2 A and AA that the page, all unfolded, breaks and where; axe-core must have been given to it."""
    browser.ask(UNFOLD)
    browser.ask(SHORTEN)  # a call of its own: tables of charts are filled once the browser says that they are open
    found: list[str] = browser.chrome.execute_async_script(RUN, RULES)
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core; a package that is missing skips the test, or fails it where CI is set."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None or not found.submodule_search_locations:
        give_up("axe-core-python is not installed: pip install axe-core-python")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")
