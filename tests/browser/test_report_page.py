"""The report in a real browser, opened from disk: it draws, asks for nothing, and fits a phone and a desk."""

import shlex
from functools import partial
from pathlib import Path

import pytest
from selenium.webdriver.support.ui import Select

from dashboards.report import computed_parts, sections
from dashboards.report.build import write_report
from dashboards.report.computed_parts import more_of
from sim.analysis.surrogate import fit as fitting
from sim.analysis.surrogate.surrogate import Response
from sim.results.run import Run
from tests.browser import conftest
from tests.browser.conftest import Browser, violations
from tests.dashboards.factories import ceasefire, failure, made_run
from tests.dashboards.payloads import HOSTILE
from tests.dashboards.report.test_build import PAYLOADS, crowded
from tests.dashboards.report.test_computed_parts import real_run

pytestmark = pytest.mark.browser

CHARTS = ("odds", "forest", "differences", "funnel", "anatomy", "endings")
IS_DRAWN = f"return document.querySelectorAll('.chart .main-svg').length >= {len(CHARTS)}"
WIDTHS = (390, 1440)
OVERLAPS = """
  return ['forest', 'differences', 'anatomy', 'endings', 'funnel'].flatMap(name => {
    const boxes = [...document.querySelectorAll('#chart-' + name + ' .ytick text')]
      .map(text => text.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    return boxes.slice(1).filter((box, row) => box.top < boxes[row].bottom - 2).map(() => name);
  })"""
"""Labels of rows that lie on each other."""
LONG = "A thirty-day halt first, monitored by third parties, with limits on resupply for both"


def written(path: Path, *titles: str) -> Path:
    """A report over one made-up run per title, each likelier than the one before."""
    runs = []
    for number, title in enumerate(titles):
        reasons = [failure(tag, broad_week=30 - number) for tag in ("trust", "process", "combined", "collapsed")]
        trials = [ceasefire(5 + 4 * k % 44) for k in range(4 + 2 * number)] + reasons * 6
        texts = {"title": title, "supposes": f"That {title}", "question": title, "resolution": title}
        runs.append(made_run(trials, name=title, **texts))
    write_report(runs, path, titles[0])
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    return written(folder / "report.html", "Base case", "Ministers come", LONG)


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("hostile") / "report.html", *PAYLOADS)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_chart_is_drawn_and_fits_and_nothing_is_asked_for(
    browser: Browser, page: Path, axe: str, width: int
) -> None:
    browser.open(page, width, drawn=IS_DRAWN)
    for chart in CHARTS:
        marks = f"return document.querySelectorAll('#chart-{chart} :is(.scatterlayer .trace, .barlayer .trace)').length"
        assert browser.ask(marks) >= 1, chart
    assert browser.fits(width)
    assert browser.ask(OVERLAPS) == []
    if width == min(WIDTHS):  # the other report is looked at in both
        browser.ask(axe)
        assert violations(browser) == []


@pytest.mark.parametrize("width", [1, 30, 60])
def test_a_window_of_almost_no_width_is_no_error(browser: Browser, page: Path, width: int) -> None:
    """A preview, or a tab that was never shown: until now each chart logged that it had no place for its labels."""
    browser.open(page, width, drawn=IS_DRAWN)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_crowd_is_drawn_within_its_frame(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    write_report([crowded(tmp_path, monkeypatch)], tmp_path / "report.html")
    browser.open(tmp_path / "report.html", width)
    browser.wait("return document.querySelectorAll('#chart-crowd .scatterlayer .trace').length >= 3")
    assert browser.fits(width)


def test_a_narrow_window_gets_the_narrow_layout(browser: Browser, page: Path) -> None:
    browser.open(page, 1440, drawn=IS_DRAWN)
    wide = browser.ask("return document.getElementById('chart-forest').layout.height")
    browser.resize(390)
    browser.wait(f"return document.getElementById('chart-forest').layout.height !== {wide}")
    assert browser.wait("return document.documentElement.scrollWidth <= 390")


def test_picking_a_scenario_changes_chart_words_and_label(browser: Browser, page: Path) -> None:
    browser.open(page, drawn=IS_DRAWN)
    data = "document.getElementById('chart-odds').data"
    line = f"return {data}.find(one => one.name.includes('lasts 30 days')).y.at(-1)"
    before = browser.ask(line)
    paths = "return document.querySelector('#chart-odds .scatterlayer').innerHTML"
    drawn = browser.ask(paths)
    Select(browser.find("#scenario")).select_by_visible_text("Ministers come")
    assert browser.ask(line) > before
    assert browser.ask(paths) != drawn
    assert browser.ask("return document.getElementById('supposes').textContent") == "That Ministers come"
    assert browser.ask("return document.querySelector('.picked').textContent") == "Ministers come"
    assert "Ministers come" in browser.ask("return document.getElementById('chart-odds').getAttribute('aria-label')")
    assert "base: Base case" in browser.ask(f"return {data}.map(one => one.name)")


def test_the_table_sorts_by_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page, drawn=IS_DRAWN)
    first = "return document.querySelector('#odds-table tbody th').textContent.trim()"
    assert browser.ask(first).startswith("Base case")
    browser.press("#odds-table .sort", "ENTER", number=4)
    assert browser.ask(first) == LONG
    assert browser.ask("return document.querySelectorAll('[aria-sort=descending]').length") == 1
    browser.press("#odds-table .sort", "ENTER", number=4)
    assert browser.ask(first).startswith("Base case")


def test_the_filter_keeps_the_sources_that_match(browser: Browser, page: Path) -> None:
    browser.open(page, drawn=IS_DRAWN)
    browser.ask("document.querySelector('#sources details').open = true")
    browser.press("#filter", "north strain")
    shown = "#sources-table tbody tr:not([hidden]) th"
    paths = browser.ask(f"return [...document.querySelectorAll('{shown}')].map(th => th.textContent)")
    assert any(path.startswith("parties.North.strain") for path in paths)
    assert all("North" in path for path in paths)
    assert browser.ask("return document.getElementById('filter-count').textContent").startswith(f"{len(paths)} of ")


def test_hostile_texts_run_nothing_and_are_shown(browser: Browser, hostile_page: Path) -> None:
    browser.open(hostile_page, drawn=IS_DRAWN)
    picked = "const p = document.getElementById('scenario'); p.value = arguments[0];"
    for number in range(len(PAYLOADS)):
        browser.ask(f"{picked} p.dispatchEvent(new Event('change'))", str(number))
    labels = browser.ask("return [...document.querySelectorAll('#chart-endings .ytick text')].map(t => t.textContent)")
    assert any("<img src=x" in label for label in labels)
    assert browser.ask("return window.hacked === undefined")
    assert browser.ask("return document.querySelectorAll('.chart a, .chart image, .chart script').length") == 0
    assert browser.requests() == []


def test_a_foreign_script_would_be_refused(browser: Browser, page: Path) -> None:
    browser.open(page, drawn=IS_DRAWN)
    browser.ask(
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 1'; document.body.append(s);"
        "fetch('http://127.0.0.1:9/').catch(() => {})"
    )
    assert browser.ask("return window.hacked === undefined")
    assert any("Content Security Policy" in complaint for complaint in browser.complaints())


def test_numbers_are_readable_without_javascript(browser: Browser, page: Path) -> None:
    browser.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(page, 390)
        body = browser.find("main").text
    finally:
        browser.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "About 1 in" in body
    assert "Ministers come" in body
    assert "This chart needs JavaScript" in body


def test_a_missing_browser_skips_by_name_and_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest.shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install"):
        conftest.found_browser()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install"):
        conftest.found_browser()


FULL = ("odds", "what-if", "funnel", "endings", "positions", "range-0", "terms", "survival", "tornado")
FULL_IS_DRAWN = f"return {list(FULL)}.every(name => document.querySelector('#chart-' + name + ' .main-svg'))"
ODDS = "return Number(document.getElementById('moved-odds').dataset.odds)"
BAND = "return document.getElementById('moved-band').dataset.band"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run, Response]:
    """A report over a real small run, with the run and the surface that its sliders read."""
    patch = pytest.MonkeyPatch()
    patch.setattr(fitting, "response", partial(fitting.response, points=256, settings=4, workers=1))
    for module in (computed_parts, sections):  # with so few trials no input is clear; its chart is wanted here
        patch.setattr(module, "odds_vary", lambda response: True)
    path = tmp_path_factory.mktemp("full") / "report.html"
    base = real_run(HOSTILE, label="<i onclick=hacked=1>", title=PAYLOADS[3])
    write_report([base], path)
    surface = more_of(base).response
    patch.undo()
    assert surface is not None
    return path, base, surface


@pytest.mark.parametrize("width", WIDTHS)
def test_every_part_is_drawn_and_fits(browser: Browser, full: tuple[Path, Run, Response], axe: str, width: int) -> None:
    browser.open(full[0], width, drawn=FULL_IS_DRAWN)
    browser.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert browser.fits(width)
    assert browser.ask("return window.hacked === undefined")
    browser.ask(axe)
    assert violations(browser) == []


def test_a_slider_moved_by_keyboard_gives_the_odds_that_python_gives(
    browser: Browser, full: tuple[Path, Run, Response]
) -> None:
    path, base, surface = full
    browser.open(path, drawn=FULL_IS_DRAWN)
    days = str(surface.days[-1])
    before = browser.ask(ODDS)
    assert before == pytest.approx(base.summary["tiers"]["durable"][days]["p"], abs=1e-9)
    held = {}
    for number, keys in ((0, ["END"]), (1, ["ARROW_LEFT"] * 3)):
        browser.press(f"#move-{number}", *keys)
        slider = browser.find(f"#move-{number}")
        one = surface.inputs[number]
        share, value = one.stops[int(slider.get_attribute("value") or -1)]
        held[one.name] = (share, value)
        assert slider.get_attribute("aria-valuetext") == browser.find(f"#held-{number}").text
        assert float(slider.get_attribute("aria-valuetext") or "nan") == value
        expected = surface.at({name: at for name, (at, _) in held.items()})[-1]
        assert browser.ask(ODDS) == pytest.approx(expected, abs=1e-4)
        assert browser.ask(ODDS) != before
        band = [float(end) for end in browser.ask(BAND).split()]
        assert band == pytest.approx(surface.band({name: at for name, (at, _) in held.items()})[-1], abs=1e-4)
    sets = shlex.split(browser.ask("return document.getElementById('moved-command').textContent"))[3:]
    told = {name: float(value) for name, _, value in (part.partition("=") for part in sets if "=" in part)}
    assert told == {name: value for name, (_, value) in held.items()}
    last = "return document.getElementById('chart-what-if').data[2].y.at(-1) / 100"
    browser.wait(f"return Math.abs(({last.removeprefix('return ')}) - ({ODDS.removeprefix('return ')})) < 1e-4")
    assert "Moved inputs: " in browser.ask("return document.getElementById('moved-inputs').textContent")


def test_a_link_restores_what_was_moved_and_reset_lets_go(browser: Browser, full: tuple[Path, Run, Response]) -> None:
    browser.open(full[0], drawn=FULL_IS_DRAWN)
    before = browser.ask(ODDS)
    browser.press("#move-0", "END")
    odds, address = browser.ask(ODDS), browser.ask("return location.href")
    assert odds != before
    assert browser.ask("return document.getElementById('moved-link').href") == address
    browser.open(address, drawn=FULL_IS_DRAWN)
    assert browser.ask(ODDS) == odds
    assert browser.ask("return document.querySelectorAll('.slider.held').length") == 1
    browser.press("#release-all", "ENTER")
    assert browser.ask(ODDS) == before
    assert browser.ask("return document.querySelectorAll('.slider.held').length") == 0
    assert browser.ask("return location.hash") == "#what-if"


def test_a_link_that_makes_no_sense_moves_nothing(browser: Browser, full: tuple[Path, Run, Response]) -> None:
    browser.open(full[0], drawn=FULL_IS_DRAWN)
    before = browser.ask(ODDS)
    browser.ask(
        "location.hash = '#what-if?' + new URLSearchParams([['nothing', '1'], ['parties.North.strain', 'NaN'],"
        " ['__proto__', '1'], ['parties.North.strain', '<img src=x onerror=window.hacked=1>']])"
    )
    browser.wait("return document.getElementById('moved-command').textContent.startsWith('parley run')")
    assert browser.ask(ODDS) == before
    assert browser.ask("return window.hacked === undefined")
