"""Use an installed Parley as on a first day: run, why, backtest, report and a page of the dashboard.

    python -I .ci/use.py PARLEY [--pictures]     in an empty folder; PARLEY is the command of the installation

With ``--pictures`` a figure is drawn as well, if a Chromium is there.

Nothing of Parley is imported here. Exit 0 only if every command ended with 0 and left what it should. Leaves the odds
of a run as ``odds.json``: they are the same wherever Parley is installed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

RUN = "run"
STEPS = (
    f"run istanbul_2025/aides_only --trials 2000 --workers 2 --out {RUN} --quiet --report",
    f"results verify {RUN}",
    f"results reproduce {RUN}",
    f"why {RUN}",
    "why teaching/minimal --trials 200",
    "backtest --as-of 1975-01-01 --trials 2048 --quiet",
    f"report {RUN} --out page.html --no-what-if --quiet",
    "timeline istanbul_may_2025 --trials 64 --quiet",
    "crowd istanbul_2025/aides_only --trials 64",
    "discover teaching/minimal --trials 3200",
    "show istanbul_2025/aides_only",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 900


def call(parley: str, words: str) -> str:
    """What a command prints; what it says goes to the reader where it fails."""
    done = subprocess.run([parley, *words.split()], capture_output=True, text=True, timeout=SECONDS)
    if done.returncode or "Traceback" in done.stderr:
        sys.exit(f"parley {words}: exit {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-4000:]}")
    if "Warning:" in done.stderr:
        sys.exit(f"parley {words}: warns\n{done.stderr[-4000:]}")
    return done.stdout


def fetched(address: str) -> str:
    """A page of the dashboard, which is on this computer whatever proxy is set."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(address, timeout=60) as answer:
        return str(answer.read().decode("utf-8"))


def dashboard(parley: str) -> None:
    """Start the dashboard, fetch its page and what the page is made of, stop it."""
    words = [parley, "dashboard", "teaching/minimal", "--port", "0", "--trials", "512", "--no-browser"]
    with Path("dashboard.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        if not found:
            log_said = Path("dashboard.log").read_text(encoding="utf-8")[-4000:]
            sys.exit(f"parley dashboard: expected an address, got {line!r}\n{log_said}")
        if "<title>Parley" not in fetched(found[0]):
            sys.exit("parley dashboard: the page is not Parley's")
        json.loads(fetched(found[0] + "_dash-layout"))
        if len(json.loads(fetched(found[0] + "_dash-dependencies"))) < 10:
            sys.exit("parley dashboard: the page answers to nothing")
    finally:
        process.terminate()
        process.wait(20)


def main(parley: str) -> None:
    if len(json.loads(call(parley, "list --json"))) < 30:
        sys.exit("parley list: the shipped scenarios are not all there")
    for words in STEPS:
        if not call(parley, words).strip() and not words.startswith("report "):
            sys.exit(f"parley {words}: printed nothing")
    for page in (Path(RUN, "report.html"), Path("page.html")):
        if "plotly" not in page.read_text(encoding="utf-8").lower():
            sys.exit(f"{page}: has no figure")
    tiers = json.loads(call(parley, "run korea/july_1951 --trials 2000 --json"))["tiers"]
    shares = {tier: {day: odds["model"] for day, odds in by_day.items()} for tier, by_day in tiers.items()}
    Path("odds.json").write_text(json.dumps(shares), encoding="utf-8")
    dashboard(parley)
    if any(map(shutil.which, BROWSERS)) and "--pictures" in sys.argv:
        call(parley, f"picture {RUN} --out odds.png")
        if not Path("odds.png").read_bytes().startswith(b"\x89PNG"):
            sys.exit("parley picture: odds.png is no picture")


if __name__ == "__main__":
    main(sys.argv[1])
