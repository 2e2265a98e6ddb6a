"""How long a move on "What if" takes, stage by stage, and in headless Chromium from release to redrawn.

    python -m benchmarks.dashboard [--scenario istanbul_2025/aides_only] [--moves 30] [--out dashboard.json]

Prints a table and, with ``--out``, writes it as JSON. Wall times mean little on a busy machine: the load stands beside
them. *First key* presses a key on another slider each time, so that nothing could be begun before the release; *same
key* presses it again and again, where the page simulates one press ahead; *mouse* drags a slider and rests ``REST_MS``
before letting go, so that the simulation has begun: that a hand rests so long is an assumption, not a measurement.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REST_MS = 150
SLIDER = 'input[data-path="{path}"]'
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
START = "import sys; from dashboards.app.server import serve; serve(sys.argv[1:], 0, 5000, 1, False)"
FIRST = """
const painted = performance.getEntriesByType('paint').find((one) => one.name === 'first-contentful-paint');
return document.querySelector('#page .main-svg') ? [painted ? painted.startTime : null, performance.now()] : null
"""


def cpu_ms(work: Callable[[int], object], times: int = 9) -> float:
    """Median CPU milliseconds of this process; ``work`` is given a new number each time."""
    work(0)
    found = []
    for number in range(1, times + 1):
        start = time.process_time()
        work(number)
        found.append(1000 * (time.process_time() - start))
    return statistics.median(found)


def stages(name: str, path: str) -> dict[str, float]:
    """CPU milliseconds of the server's work for a move and of one worker's half of it."""
    from dashboards.app import what_if_edits
    from dashboards.app.pages import what_if
    from dashboards.app.simulation_service import LIVE_TRIALS, Service
    from dashboards.tables import runs
    from sim.execution.blocks import Block
    from sim.execution.cancellable_block import Board, Glance, glance
    from sim.execution.run import run
    from sim.results.run import Run
    from sim.scenario.reading.load import load

    scenario = load(name)
    base = run(scenario, trials=LIVE_TRIALS, seed=1, name=name)
    middle = next(quantity.middle for known, quantity in quantities(scenario) if known == path)

    def moved(number: int) -> dict[str, str]:
        return {path: what_if_edits.plain(middle * (1 + number / 200) + number / 1e4)}

    variant = what_if_edits.changed(scenario, moved(1))
    half, board = Block(0, 0, 2528), Board()

    def work(number: int, is_explained: bool) -> object:
        return glance(
            Glance(what_if_edits.changed(scenario, moved(number)), 1, half, is_explained, board.path, board.place())
        )

    found = {
        "change put in, rules": cpu_ms(lambda n: what_if_edits.changed(scenario, moved(n))),
        "rules on draws (beside the simulation)": cpu_ms(lambda n: what_if_edits.check(variant, moved(n))),
        "a worker's half, odds alone": cpu_ms(lambda n: work(n, False)),
        "a worker's half, explained": cpu_ms(lambda n: work(n, True)),
    }
    made = Run(variant, name, 1, glance(Glance(variant, 1, Block(0, 0, LIVE_TRIALS), False)))
    service = Service(LIVE_TRIALS, 1)
    found |= {
        "table of odds by date": cpu_ms(lambda n: runs.odds_by_date(made)),
        "table and figure": cpu_ms(lambda n: what_if.figure_of(service, name, base, made, False)),
        "words and differences": cpu_ms(lambda n: what_if.answer_of(base, made, moved(n), base.n_trials)),
    }
    service.stop()
    board.close()
    return found


def quantities(scenario: Any) -> list[tuple[str, Any]]:
    from sim.scenario.sampling.parameter_draws import quantities as known

    return list(known(scenario).items())


def chromium() -> Any:
    """A headless Chromium; None where there is none."""
    browser = next((found for one in ("chromium", "google-chrome", "chrome") if (found := shutil.which(one))), None)
    driver = shutil.which("chromedriver")
    if not (browser and driver):
        return None
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for one in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900"):
        options.add_argument(one)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def in_browser(name: str, path: str, moves: int) -> dict[str, Any]:
    """First page, and release to redrawn by keyboard and by mouse, wall milliseconds; empty without a browser."""
    chrome = chromium()
    if chrome is None:
        return {}
    folder = tempfile.TemporaryDirectory(prefix="parley-bench-")
    from sim.execution.run import run

    run(name, trials=5000, seed=1, out=Path(folder.name) / "run")  # nothing else is then simulated beside the moves
    server = subprocess.Popen(
        [sys.executable, "-c", START, str(Path(folder.name) / "run")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found
        chrome.get(f"{found[0]}/")
        wait(lambda: chrome.execute_script(FIRST))
        chrome.get("about:blank")
        chrome.get(f"{found[0]}/?again")
        first = wait(lambda: chrome.execute_script(FIRST))
        chrome.get(f"{found[0]}/what-if?scenario={name}")
        wait(lambda: chrome.execute_script("return document.querySelector('#what-if-chart .main-svg') !== null"))
        chrome.execute_script(WATCH)
        chrome.execute_script(
            f"document.querySelector('{SLIDER.format(path=path)}').scrollIntoView({{block: 'center'}})"
        )
        result: dict[str, Any] = {"first page, drawn": first[1]}
        sliders = chrome.execute_script(SLIDERS)
        for kind, move in (("first key", by_keys), ("same key", by_keys), ("mouse", by_mouse)):
            paths = [sliders[number % len(sliders)] if kind == "first key" else path for number in range(moves + 3)]
            took = [moved(chrome, one, move, number) for number, one in enumerate(paths)][3:]
            result[kind] = spread(took)
        return result
    finally:
        chrome.quit()
        server.terminate()
        server.wait(20)
        folder.cleanup()


def moved(chrome: Any, path: str, move: Callable[[Any, Any, int], None], number: int) -> float:
    from selenium.webdriver.common.by import By

    slider = chrome.find_element(By.CSS_SELECTOR, SLIDER.format(path=path))
    chrome.execute_script("window.released = 0")
    move(chrome, slider, number)
    took = float(wait(lambda: chrome.execute_script(TOOK)))
    time.sleep(1.4)  # a reader looks; the reasons are asked for and answered meanwhile
    return took


def by_keys(chrome: Any, slider: Any, number: int) -> None:
    from selenium.webdriver.common.keys import Keys

    slider.send_keys(Keys.ARROW_RIGHT)


def by_mouse(chrome: Any, slider: Any, number: int) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    width = slider.size["width"]
    at = width * float(
        chrome.execute_script("const s = arguments[0]; return (s.value - s.min) / (s.max - s.min) - .5", slider)
    )
    aim = (-0.42 + 0.84 * ((number * 0.381966) % 1)) * width
    steps = ActionChains(chrome, duration=30).move_to_element_with_offset(slider, int(at * 0.95), 0).click_and_hold()
    for part in range(1, 9):
        steps.move_to_element_with_offset(slider, int(at + (aim - at) * part / 8), 0)
    steps.pause(REST_MS / 1000).release().perform()


def spread(took: list[float]) -> dict[str, float]:
    ordered = sorted(took)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"median": statistics.median(ordered), "p95": p95, "moves": len(ordered)}


def wait(ask: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := ask():
            return found
        time.sleep(0.03)
    raise TimeoutError("the page did not answer")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    reader.add_argument("--scenario", default="istanbul_2025/aides_only")
    reader.add_argument("--path", default="parties.Russia.strain", help="the number that is moved")
    reader.add_argument("--moves", type=int, default=30)
    reader.add_argument("--out", type=Path)
    asked = reader.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    found: dict[str, Any] = {"scenario": asked.scenario, "cores": os.cpu_count(), "load_before": load}
    found["cpu_ms"] = stages(asked.scenario, asked.path)
    found["load_before_browser"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    found["wall_ms"] = in_browser(asked.scenario, asked.path, asked.moves)
    print(f"{asked.scenario}, {found['cores']} cores, load {load:.1f} before")
    for stage, took in found["cpu_ms"].items():
        print(f"  CPU   {stage:<44} {took:7.1f} ms")
    for kind, one in found["wall_ms"].items():
        said = f"{one:7.0f} ms" if isinstance(one, float) else ", ".join(f"{k} {v:.0f}" for k, v in one.items())
        print(f"  wall  {kind:<44} {said}")
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
