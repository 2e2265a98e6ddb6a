"""How long a move on "What if" takes, stage by stage and in a browser; whether memory stays where it is in long use.

    python -m benchmarks.dashboard [--moves 30]
    python -m benchmarks.dashboard --minutes 30 [--people 4]

Without ``--minutes``: CPU time by stage, and headless Chromium from release to redrawn. *First key* presses a key on
another slider each time, so that nothing could be begun before the release; *same key* presses it again and again,
where the page simulates one press ahead; *mouse* drags a slider and rests ``REST_MS`` before letting go: that a hand
rests so long is an assumption, not a measurement. Wall times mean little on a busy machine.

With ``--minutes`` people move sliders, let go before or after a value is simulated, ask for the reasons and look at
other pages, while the memory of server and workers is read each second. Exits 1 where the last sixth
of the time needs more than ``GROWTH`` above the second sixth, when caches are full.
"""

from __future__ import annotations

import itertools
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import requests

from benchmarks import SCENARIO, cpu, reader, write
from tests.browser.conftest import BROWSERS, OPTIONS, Browser
from tests.browser.dashboard import DRAWN, served
from tests.dashboards.app.conftest import Client

PATH = "parties.Russia.strain"
"""The number that is moved."""
REST_MS = 150
GROWTH = 0.10
PAGES = ("/", "/why", "/terms", "/trial", "/sources", "/scenarios", "/what-if")
MOVED = (".strain", ".optimism", ".fear", ".offer_rate", ".leverage")
"""Numbers that break no rule of scenarios whatever else is moved."""
WATCH = """
window.redrawn = 0; window.released = 0;
const drawn = document.querySelector('#what-if-chart .js-plotly-plot');
drawn.on('plotly_afterplot', () => requestAnimationFrame(() => { window.redrawn = performance.now(); }));
document.addEventListener('change', (event) => {
  if (event.target.type === 'range') { window.released = performance.now(); window.redrawn = 0; }
}, true);
"""
SLIDERS = """return [...document.querySelectorAll('#what-if-controls details.group[open] > .control input[type=range]')]
  .map((one) => one.dataset.path)"""
TOOK = "return window.released && window.redrawn > window.released ? window.redrawn - window.released : 0"


def stages() -> dict[str, float]:
    """Measure CPU milliseconds of the server's work for a move, and of one thread's half of it."""
    from dashboards.app import what_if_edits
    from dashboards.app.pages import what_if
    from dashboards.app.simulation_service import LIVE_TRIALS, NEVER, Service
    from dashboards.tables import runs as run_tables
    from sim.execution.blocks import Block
    from sim.execution.cancellable_block import LiveBlock, simulate_live_block
    from sim.execution.run import run
    from sim.results.run import Run
    from sim.scenario.reading.load import load
    from sim.scenario.sampling.parameter_draws import quantities

    scenario = load(SCENARIO)
    base = run(scenario, trials=LIVE_TRIALS, seed=1, name=SCENARIO)
    middle = dict(quantities(scenario).items())[PATH].middle
    numbers = itertools.count()

    def moved() -> dict[str, str]:
        number = next(numbers)
        return {PATH: what_if_edits.plain(middle * (1 + number / 200) + number / 1e4)}

    changes = moved()
    variant = what_if_edits.changed(scenario, changes)
    half, service = Block(0, 0, 2528), Service(LIVE_TRIALS, 1)

    def work(is_explained: bool) -> object:
        return simulate_live_block(LiveBlock(what_if_edits.changed(scenario, moved()), 1, half, is_explained, NEVER))

    found = Run(
        variant, SCENARIO, 1, simulate_live_block(LiveBlock(variant, 1, Block(0, 0, LIVE_TRIALS), False, NEVER))
    )
    to_measure: dict[str, Callable[[], object]] = {
        "change put in, rules": lambda: what_if_edits.changed(scenario, moved()),
        "rules on draws (while it is simulated)": lambda: what_if_edits.check(variant, moved()),
        "a thread's half, odds alone": lambda: work(False),
        "a thread's half, explained": lambda: work(True),
        "table of odds by date": lambda: run_tables.odds_by_date(found),
        "table and figure": lambda: what_if.figure_of(service, SCENARIO, base, found, False),
        "words and differences": lambda: what_if.answer_of(base, found, moved(), base.n_trials),
    }
    try:
        return {name: 1000 * cpu(one, 9) for name, one in to_measure.items()}
    finally:
        service.stop()


@contextmanager
def over_a_run(trials: int) -> Iterator[str]:
    """Give the address of a dashboard over a stored run, so that nothing but the moves is simulated."""
    from sim.execution.run import run

    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        run(SCENARIO, trials=trials, seed=1, out=Path(folder) / "run")
        with served(str(Path(folder) / "run")) as address:
            yield address


def in_browser(moves: int) -> dict[str, dict[str, float]]:
    """Measure wall milliseconds from release to redrawn by keyboard and by mouse; empty without a browser."""
    browser, driver = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which("chromedriver")
    if not (browser and driver):
        return {}
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for one in OPTIONS:
        options.add_argument(one)
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    found = {}
    try:
        with over_a_run(5000) as address:
            page = Browser(chrome)
            page.open(address, drawn=DRAWN)  # what this browser has never seen
            page.open(f"{address}/?again", drawn=DRAWN)
            found["first page"] = {"drawn": page.ask("return performance.now()")}
            page.open(f"{address}/what-if?scenario={SCENARIO}", drawn=DRAWN)
            page.wait(f"{DRAWN} && document.querySelector('#what-if-chart .main-svg')")
            page.ask(WATCH)
            sliders = page.ask(SLIDERS)
            for kind, move in (("first key", by_key), ("same key", by_key), ("mouse", by_mouse)):
                paths = [sliders[n % len(sliders)] if kind == "first key" else PATH for n in range(moves + 3)]
                took = sorted([_moved(page, path, move, n) for n, path in enumerate(paths)][3:])
                p95 = took[min(len(took) - 1, round(0.95 * len(took)))]
                found[kind] = {"median": statistics.median(took), "p95": p95, "moves": len(took)}
    finally:
        chrome.quit()
    return found


def _moved(page: Browser, path: str, move: Callable[[Any, Any, int], None], number: int) -> float:
    slider = page.chrome.find_element("css selector", f'input[data-path="{path}"]')
    page.ask("window.released = 0; arguments[0].scrollIntoView({block: 'center'})", slider)
    move(page.chrome, slider, number)
    took = float(page.wait(TOOK, 60))
    time.sleep(1.4)  # a reader looks; the reasons are asked for and answered meanwhile
    return took


def by_key(chrome: Any, slider: Any, number: int) -> None:
    """Press one key."""
    slider.send_keys("\ue014")  # arrow right


def by_mouse(chrome: Any, slider: Any, number: int) -> None:
    """Drag the knob to a place that is another each time, rest there and let go."""
    from selenium.webdriver.common.action_chains import ActionChains

    width = slider.size["width"]
    share = "const s = arguments[0]; return (s.value - s.min) / (s.max - s.min) - .5"
    at = width * float(chrome.execute_script(share, slider))
    aim = (-0.42 + 0.84 * ((number * 0.381966) % 1)) * width
    steps = ActionChains(chrome, duration=30).move_to_element_with_offset(slider, int(at * 0.95), 0).click_and_hold()
    for part in range(1, 9):
        steps.move_to_element_with_offset(slider, int(at + (aim - at) * part / 8), 0)
    steps.pause(REST_MS / 1000).release().perform()


class Person(Client):
    """A user with a browser: asks what a page would ask, one request at a time."""

    def __init__(self, address: str, number: int) -> None:
        self.address, self.n_moves, self.moved = address, 0, dict[str, str]()
        self.answers: list[int] = []
        self.draws = np.random.Generator(np.random.Philox(key=number))
        self.callbacks = {one["output"]: one for one in json.loads(self.ask("GET", "/_dash-dependencies"))}

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """Return the body of an answer and note its code."""
        with requests.Session() as session:
            session.trust_env = False  # no proxy: this computer is asked
            answer = session.request(method, self.address + path, json=body, timeout=120)
        self.answers.append(answer.status_code)
        return answer.content

    def look(self, piece: str, values: dict[str, Any]) -> None:
        """Fire the callback that has ``piece`` in its output's name."""
        self.ask("POST", "/_dash-update-component", self.body(piece, values))

    def move(self, sliders: list[dict[str, Any]]) -> None:
        """Hold a slider, rest twice on the way, let go; now and then ask for the reasons, or look at another page."""
        slider = sliders[self.draws.integers(len(sliders))]
        for _ in range(2):
            value = f"{self.draws.uniform(slider['low'], slider['high']):.4g}"
            self.moved = {**dict(list(self.moved.items())[-2:]), slider["path"]: value}
            asked = {"scenario": SCENARIO, "set": self.moved, "number": self.n_moves, "narrow": False}
            threading.Thread(target=self.ask, args=("POST", "/what-if/ahead", asked), daemon=True).start()
            time.sleep(self.draws.uniform(0.05, 0.3))
        self.look("what-if-chart", {"what-if-changes.data": asked})
        if self.draws.random() < 0.5:
            self.look("what-if-reasons", {"what-if-calm.data": asked})
        self.n_moves += 1
        if self.n_moves % 7 == 0:
            path = PAGES[self.draws.integers(len(PAGES))]
            search = f"?scenario={SCENARIO}"
            self.look("page.children", {"url.pathname": path, "url.search": search, "screen.data": "wide"})
        if self.n_moves % 11 == 0:
            self.moved = {}

    def use(self, sliders: list[dict[str, Any]], until: float) -> None:
        """Move sliders until the time is over."""
        while time.monotonic() < until:
            self.move(sliders)
            time.sleep(self.draws.uniform(0.2, 1.0))


def resident(process: psutil.Process) -> float:
    """Return megabytes of a process in memory; 0 once it has ended."""
    with suppress(psutil.NoSuchProcess):
        return process.memory_info().rss / 2**20
    return 0.0


def in_use(minutes: float, people: int, trials: int) -> dict[str, Any]:
    """Measure memory over time while people use the dashboard."""
    from dashboards.app.pages.what_if_controls import controls
    from sim.scenario.reading.load import load

    sliders = [one.as_dict() for one in controls(load(SCENARIO)) if one.path.endswith(MOVED)]
    readings: list[dict[str, float]] = []
    with over_a_run(trials) as address:
        crowd = [Person(address, number) for number in range(people)]
        began = time.monotonic()
        until = began + 60 * minutes
        threads = [threading.Thread(target=one.use, args=(sliders, until), daemon=True) for one in crowd]
        for thread in threads:
            thread.start()
        while time.monotonic() < until:
            server, *workers = map(resident, psutil.Process().children(recursive=True))
            readings.append({"s": time.monotonic() - began, "server": server, "workers": sum(workers)})
            time.sleep(1.0)
        for thread in threads:
            thread.join(60)
    sixth = max(1, len(readings) // 6)
    early, late = (
        statistics.median(one["server"] + one["workers"] for one in part)
        for part in (readings[sixth : 2 * sixth] or readings, readings[-sixth:])
    )
    answers = [code for one in crowd for code in one.answers]
    return {
        "people": people,
        "moves": sum(one.n_moves for one in crowd),
        "answers": {code: answers.count(code) for code in sorted(set(answers))},
        "readings": readings,
        "growth": late / early - 1,
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure moves, or memory in use; print a table and store it."""
    parser = reader("dashboard", __doc__)
    parser.add_argument("--moves", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=0, help="of use, in which memory is read instead")
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--trials", type=int, default=20_000, help="of the run that is looked at in use")
    wanted = parser.parse_args(arguments)
    if wanted.minutes:
        found = in_use(wanted.minutes, wanted.people, wanted.trials)
        for one in found["readings"][:: max(1, len(found["readings"]) // 12)]:
            print("{s:6.0f} s   server {server:6.0f} MB   workers {workers:6.0f} MB".format(**one))
        print(f"{found['moves']} moves, answers {found['answers']}, growth {found['growth']:+.1%}")
    else:
        found = {"cpu_ms": stages(), "wall_ms": in_browser(wanted.moves)}
        for stage, took in found["cpu_ms"].items():
            print(f"  CPU   {stage:<44} {took:7.1f} ms")
        for kind, one in found["wall_ms"].items():
            print(f"  wall  {kind:<44} " + ", ".join(f"{name} {value:.0f}" for name, value in one.items()))
    write(wanted.out, found)
    sys.exit(found.get("growth", 0) > GROWTH)


if __name__ == "__main__":
    main()
