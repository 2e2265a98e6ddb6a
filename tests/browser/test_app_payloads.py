"""Fifty payloads in the place of a scenario's texts: on no page does one run, ask for anything, or get lost."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from sim.execution.run import run as simulate
from sim.results.run import Run
from sim.scenario.reading.load import load
from tests.browser.conftest import Browser
from tests.browser.dashboard import DRAWN
from tests.browser.whole_site import FOR_BOXES, PAGES, SMALL, TALKS, site_over
from tests.dashboards.payloads import HOSTILE, hostile

pytestmark = pytest.mark.browser

OURS = ("/assets/", "/_dash", "/what-if/ahead", "/_favicon.ico", "/scenario.yaml")
NAMES = {TALKS: "made/hostile_talks", SMALL: "made/hostile"}
HOVER = """
document.querySelectorAll('details').forEach((one) => { one.open = true; });
document.querySelectorAll('.js-plotly-plot').forEach((drawn) => {
  drawn.data.forEach((trace, curve) => {
    const place = (trace.xaxis || 'x') + (trace.yaxis || 'y');
    try { Plotly.Fx.hover(drawn, [{ curveNumber: curve, pointNumber: 0 }], place); } catch (_) {}
  });
});
return [window.hacked === undefined, document.querySelectorAll('#page script, #page iframe, #page object, #page embed, '
  + '#page img, #page base, #page meta, #page form, #page marquee, #page [onload], #page [onerror], '
  + '#page [onmouseover], #page a[href^="javascript"], #page a[href*="stolen"]').length,
  document.getElementById('page').textContent];
"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    runs: list[Run] = [
        simulate(hostile(load(name)), trials=n, seed=1, workers=1, name=NAMES[name])
        for name, n in ((TALKS, 256), (SMALL, FOR_BOXES))
    ]
    with pytest.MonkeyPatch.context() as patch, site_over(runs, patch, HOSTILE) as address:
        yield address


@pytest.mark.parametrize("page", PAGES)
def test_texts_are_texts(browser: Browser, site: str, page: str) -> None:
    seen = ""
    for name in NAMES.values() if page == "sources" else [NAMES[SMALL if page == "matters" else TALKS]]:
        browser.open(f"{site}/{page}?scenario={name}", drawn=DRAWN)
        is_untouched, n_elements, said = browser.ask(HOVER)
        assert is_untouched and n_elements == 0
        seen += said
        strange = [
            url
            for url in browser.requests()
            if not url.startswith(("data:", "blob:"))
            and not (url.startswith(site + "/") and urlsplit(url).path.startswith(OURS))
        ]
        assert strange == []
        assert browser.ask("return window.hacked === undefined")
    assert any(text in seen for text in HOSTILE)
    if page == "sources":
        assert [text for text in HOSTILE if text not in seen] == []


def test_a_download_holds_them_as_they_are(site: str) -> None:
    with urlopen(f"{site}/scenario.yaml?scenario={NAMES[SMALL]}") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert any(text in answer.read().decode() for text in HOSTILE)
