"""Whether the dashboard stays small while it is used: people move sliders, and memory is read of server and workers.

    python -m benchmarks.served [--minutes 30] [--people 4] [--scenario istanbul_2025/aides_only] [--out served.json]

Each of the people does what a page does: says at which value a slider rests, lets go before or after that is simulated,
asks for the reasons, now and then looks at another page. Exits 1 if memory at the end is more than ``GROWTH`` above
that after the first sixth of the time, when caches are full. Linux alone (``/proc``); on this computer alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

GROWTH = 0.10
EVERY = 1.0
"""Seconds between two readings of memory."""
PAGES = ("/", "/why", "/terms", "/trial", "/sources", "/scenarios", "/what-if")
START = "import sys; from dashboards.app.server import serve; serve(sys.argv[1:], 0, 20000, 1, False)"


class Person:
    """Somebody with a browser: one request at a time, on one connection."""

    def __init__(self, address: str, scenario: str, number: int) -> None:
        self.host, self.port = address.removeprefix("http://").split(":")
        self.scenario, self.luck, self.n_moves = scenario, random.Random(number), 0
        self.answers: dict[int, int] = {}
        self.slowest = 0.0
        self.callbacks = {one["output"]: one for one in json.loads(self.ask("GET", "/_dash-dependencies")[1])}
        self.moved: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        began = time.monotonic()
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=120)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            found = answer.status, answer.read()
        finally:
            connection.close()
        self.answers[found[0]] = self.answers.get(found[0], 0) + 1
        self.slowest = max(self.slowest, time.monotonic() - began)
        return found

    def call(self, piece: str, values: dict[str, Any]) -> bytes:
        output = next(name for name in self.callbacks if piece in name)
        known = self.callbacks[output]
        names = output.strip(".").split("...") if output.startswith("..") else [output]
        outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]

        def filled(kind: str) -> list[dict[str, Any]]:
            ids = [(one["id"], one["property"]) for one in known[kind]]
            return [{"id": id, "property": name, "value": values.get(f"{id}.{name}")} for id, name in ids]

        body = {
            "output": output,
            "outputs": outputs if output.startswith("..") else outputs[0],
            "inputs": filled("inputs"),
            "state": filled("state"),
            "changedPropIds": [],
        }
        return self.ask("POST", "/_dash-update-component", body)[1]

    def look(self, path: str) -> bytes:
        search = f"?scenario={self.scenario}"
        return self.call("page.children", {"url.pathname": path, "url.search": search, "screen.data": "wide"})

    def move(self, sliders: list[dict[str, Any]]) -> None:
        """A slider held, with two rests on the way, and let go; every third time without waiting for the first."""
        slider = self.luck.choice(sliders)
        for _ in range(2):
            share = self.luck.random()
            value = f"{slider['low'] + share * (slider['high'] - slider['low']):.4g}"
            self.moved = {**dict(list(self.moved.items())[-2:]), slider["path"]: value}
            threading.Thread(target=self.ask, args=("POST", "/what-if/ahead", self.asked()), daemon=True).start()
            time.sleep(self.luck.uniform(0.05, 0.3))
        self.call("what-if-chart", {"what-if-changes.data": self.asked()})
        if self.luck.random() < 0.5:
            self.call("what-if-reasons", {"what-if-calm.data": self.asked()})
        self.n_moves += 1

    def asked(self) -> dict[str, Any]:
        return {"scenario": self.scenario, "set": self.moved, "number": self.n_moves, "narrow": False}

    def use(self, sliders: list[dict[str, Any]], until: float) -> None:
        while time.monotonic() < until:
            self.move(sliders)
            if self.n_moves % 7 == 0:
                self.look(self.luck.choice(PAGES))
            if self.n_moves % 11 == 0:
                self.moved = {}
            time.sleep(self.luck.uniform(0.2, 1.0))


def sliders_of(name: str) -> list[dict[str, Any]]:
    """Controls that cannot break a rule of scenarios whatever else is moved."""
    from dashboards.app.pages.what_if_controls import controls
    from sim.scenario.reading.load import load

    said = [one.as_dict() for one in controls(load(name))]
    return [one for one in said if one["path"].endswith((".strain", ".optimism", ".fear", ".offer_rate", ".leverage"))]


def resident(pid: int) -> float:
    """Megabytes of a process in memory; 0 once it has ended."""
    try:
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024  # type: ignore[index]
    except (OSError, TypeError):
        return 0.0


def below(pid: int) -> list[int]:
    """Processes that a process has started, and those that they have."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(one) for one in task.read_text().split()]
        except OSError:
            continue
    return [*found, *(lower for one in found for lower in below(one))]


def measured(scenario: str, minutes: float, people: int, trials: int) -> dict[str, Any]:
    """Memory over time while people use the dashboard."""
    from sim.execution.run import run

    folder = tempfile.TemporaryDirectory(prefix="parley-bench-")
    stored = Path(folder.name) / "run"
    run(scenario, trials=trials, seed=1, out=stored)  # nothing else is then simulated beside the moves
    running = subprocess.Popen([sys.executable, "-c", START, str(stored)], stdout=subprocess.PIPE, text=True)
    readings: list[dict[str, float]] = []
    try:
        assert running.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
        assert found
        crowd = [Person(found[0], scenario, number) for number in range(people)]
        began = time.monotonic()
        until = began + 60 * minutes
        threads = [threading.Thread(target=one.use, args=(sliders_of(scenario), until), daemon=True) for one in crowd]
        for thread in threads:
            thread.start()
        while time.monotonic() < until:
            workers = sum(map(resident, below(running.pid)))
            readings.append({"s": time.monotonic() - began, "server": resident(running.pid), "workers": workers})
            time.sleep(EVERY)
        for thread in threads:
            thread.join(60)
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)
        folder.cleanup()
    return {
        "scenario": scenario,
        "people": people,
        "moves": sum(one.n_moves for one in crowd),
        "answers": {code: sum(one.answers.get(code, 0) for one in crowd) for code in (200, 204, 400, 422, 500, 503)},
        "slowest_s": max(one.slowest for one in crowd),
        "readings": readings,
    }


def growth(readings: list[dict[str, float]]) -> float:
    """The last sixth of the time against the second, in shares."""
    n = max(1, len(readings) // 6)

    def middle(part: list[dict[str, float]]) -> float:
        return statistics.median(one["server"] + one["workers"] for one in part)

    return middle(readings[-n:]) / middle(readings[n : 2 * n] or readings) - 1


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--scenario", default="istanbul_2025/aides_only")
    reader.add_argument("--minutes", type=float, default=30)
    reader.add_argument("--people", type=int, default=4)
    reader.add_argument("--trials", type=int, default=20_000)
    reader.add_argument("--out", type=Path)
    asked = reader.parse_args()
    found = measured(asked.scenario, asked.minutes, asked.people, asked.trials)
    found["growth"] = growth(found["readings"])
    step = max(1, len(found["readings"]) // 12)
    for one in found["readings"][::step]:
        print(f"{one['s']:6.0f} s   server {one['server']:6.0f} MB   workers {one['workers']:6.0f} MB")
    print(f"{found['moves']} moves of {asked.people} people, slowest answer {found['slowest_s']:.1f} s")
    print(f"answers {found['answers']}")
    print(f"growth {100 * found['growth']:+.1f} %")
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if found["growth"] > GROWTH:
        sys.exit(1)


if __name__ == "__main__":
    main()
