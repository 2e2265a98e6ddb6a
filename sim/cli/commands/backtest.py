"""``parley backtest``: forecasts of past talks from other wars alone, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.commands.backtest_tables import show_backtest
from sim.cli.console import console, note, print_json
from sim.cli.options import AllowOverlap, Alone, AsJson, AsOf, Episodes, PerEpisode, Quiet, Seed, Workers, as_date
from sim.cli.progress import CountingBar
from sim.cli.runs import print_then
from sim.errors import ParleyError

Report = Annotated[Path | None, typer.Option(metavar="FILE.html", help="Also draw the record as a page.")]
Shipped = Annotated[bool, typer.Option("--shipped", help="Show the record of this release; nothing is computed.")]


def backtest(
    episodes: Episodes = None,
    as_of: AsOf = None,
    alone: Alone = False,
    allow_overlap: AllowOverlap = False,
    trials: PerEpisode = None,
    seed: Seed = 1,
    report: Report = None,
    shipped: Shipped = False,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Score forecasts of past talks from other wars alone."""
    day = as_date(as_of)
    if shipped:
        options = {"--episodes": episodes, "--as-of": as_of, "--alone": alone, "--allow-overlap": allow_overlap}
        refuse_with_shipped(options | {"--trials": trials, "--seed": seed != 1, "--workers": workers})
        found, posterior = shipped_objects()
        return show_and_write(found, posterior, report, quiet, as_json)
    from sim.evidence.backtest.backtest import backtest as test
    from sim.evidence.calibration.posterior_file import about, as_csv
    from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS

    with CountingBar("episodes", quiet) as bar:
        computed = test(
            episodes,
            as_of=day,
            alone=alone,
            allow_overlap=allow_overlap,
            trials=trials or DEFAULT_TRIALS,
            seed=seed,
            workers=workers,
            progress=bar.show,
        )
    drawn = about(computed.record, day, as_csv(computed.record.posterior)) if report is not None else None
    show_and_write(computed.as_dict(), drawn, report, quiet, as_json)


def refuse_with_shipped(options: Mapping[str, Any]) -> None:
    """Raise ParleyError where an option that computes a record is given beside ``--shipped``."""
    if given := [name for name, value in options.items() if value]:
        raise ParleyError(
            f"--shipped: expected by itself or with --json and --report, got {' and '.join(given)} too: the shipped "
            "record is not computed; leave --shipped out to compute another"
        )


def shipped_objects() -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the shipped record, and what ships beside it of the posterior; None where that cannot be read."""
    import json

    from sim.evidence.backtest.shipped_record import shipped_record
    from sim.scenario.sources.search_path import shipped_file

    found = shipped_record()
    try:
        return found, json.loads(shipped_file("calibration/posterior.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return found, None


def show_and_write(
    found: dict[str, Any], posterior: dict[str, Any] | None, report: Path | None, quiet: bool, as_json: bool
) -> None:
    """Print the object of a record as JSON or as tables, then draw it as a page where one is wanted."""

    def show() -> None:
        if as_json:
            print_json(found)
        else:
            show_backtest(found, console())

    def write(file: Path) -> None:
        from dashboards.report.record import write_record

        write_record(found, file, posterior)
        note(f"Wrote {file}", quiet)

    print_then(show, *([lambda: write(report)] if report is not None else []))
