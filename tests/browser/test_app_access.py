"""No page of the dashboard breaks a rule of WCAG 2 A or AA that axe-core can check, at either width."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Browser, violations
from tests.browser.dashboard import DRAWN
from tests.browser.whole_site import FOR_BOXES, PAGES, SMALL, TALKS, site_over, small_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with (
        pytest.MonkeyPatch.context() as patch,
        site_over([small_run(TALKS), small_run(SMALL, FOR_BOXES)], patch) as address,
    ):
        yield address


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_in_the_way_of_anybody(browser: Browser, site: str, axe: str, page: str) -> None:
    name = SMALL if page == "matters" else TALKS
    browser.open(f"{site}/{page}?scenario={name}", drawn=DRAWN)
    browser.ask(axe)
    for width in (1440, 390):
        if width == 390:
            browser.resize(width)
            browser.wait("return window.innerWidth === 390")
            browser.wait(DRAWN)
        assert violations(browser) == [], width
