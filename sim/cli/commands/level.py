"""``parley level``: how the number of a scenario is made, and what its record is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli.console import console, print_json, print_table, say
from sim.cli.options import AsJson, One, Quiet, Seed, Sets, Trials, Workers
from sim.cli.runs import runs_of

if TYPE_CHECKING:
    from rich.console import Console

    from sim.evidence.level_sources import LevelSources

KNOWN = {True: "yes", False: "no", None: "not known"}


def level(
    scenario: One,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show how a scenario's number is made, and its record."""
    from sim.evidence.level_sources import level_sources

    (run,) = runs_of([scenario], trials, seed, sets, workers, quiet)
    found = level_sources(run)
    if as_json:
        print_json(found.as_dict())
    else:
        show_level(found, console())


def show_level(found: LevelSources, to: Console) -> None:
    """Print the odds by source and day, readings, the war's own past and the record's scores."""
    from sim.results.wording import percent

    to.print(f"How the odds of {found.scenario} are made, {found.start.isoformat()}", style="bold")
    to.print("Odds that a ceasefire of 30 days or more begins within so many days\n")
    days = list(found.horizons)
    names = {
        "p": "the number",
        "record": "record of past talks",
        "model": "model alone",
        "reference": "reference class",
    }
    weights = {one["name"].removeprefix("the "): one["weight"] for one in found.weights}
    rows = [
        (title, *(percent(found.horizons[day][key]) for day in days), weights.get(title, ""))
        for key, title in names.items()
        if found.horizons[days[0]][key] is not None
    ]
    rows += [
        (f"  reading: {name}", *("-" if odds[day] is None else percent(odds[day] or 0.0) for day in days), "")
        for name, odds in found.readings.items()
    ]
    print_table(to, ("", *(f"{day} days" for day in days), "weight"), rows)
    to.print()
    if found.war is None:
        say(to, "The scenario names no record: its level is its own, with that of the reference class if it has one.")
        return
    if found.past:
        to.print(f"Earlier talks of the same war ({found.war}), as known on the day: a lasting ceasefire by")
        past = [
            (one.name, one.opened.isoformat(), *(KNOWN[one.known[int(day)]] for day in days if int(day) in one.known))
            for one in found.past
        ]
        print_table(
            to, ("talks", "opened", *(f"{day} days" for day in days if int(day) in found.past[0].known)), past, left=2
        )
    else:
        to.print(f"No earlier talks of the war ({found.war}) had a known outcome on the day.")
    to.print()
    scores = ", ".join(f"{name} {value:.3f}" for name, value in found.scores.items() if value is not None)
    say(to, f"Record of row {found.episode} and the other coded talks, mean Brier score, lower is better: {scores}.")
    say(to, f"Coders of the rows: {found.coders}" if found.coders else "The rows have one coder.")
    say(to, "More: parley backtest --shipped")
