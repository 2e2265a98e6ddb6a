"""No page of the dashboard breaks a rule of WCAG 2 A or AA that axe-core can check, at either width."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("dash")

from tests.browser.conftest import Browser
from tests.browser.whole_site import FOR_BOXES, PAGES, SMALL, TALKS, site_over, small_run, visit

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Charts are pictures with a name and a table beside them: what is inside the picture is not looked at.
RUN = """
const done = arguments[arguments.length - 1];
axe.run({ include: [document], exclude: ['.main-svg'] }, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
  (found) => done(found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((n) => n.target).join(', ')}`)),
  (problem) => done(['axe failed: ' + problem]));
"""
OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with (
        pytest.MonkeyPatch.context() as patch,
        site_over([small_run(TALKS), small_run(SMALL, FOR_BOXES)], patch) as address,
    ):
        yield address


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core; a package that is missing skips the test, or fails it where CI is set."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None or not found.submodule_search_locations:
        message = "axe-core-python is not installed: pip install 'parley-sim[test]'"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message)
        pytest.skip(message)
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_in_the_way_of_anybody(browser: Browser, site: str, axe: str, page: str) -> None:
    name = SMALL if page == "matters" else TALKS
    visit(browser, f"{site}/{page}?scenario={name}")
    browser.ask(OPEN)
    browser.ask(axe)
    for width in (1440, 390):
        if width == 390:
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.wait("return window.innerWidth === 390")
            browser.ask(OPEN)
        assert browser.chrome.execute_async_script(RUN, RULES) == [], width
