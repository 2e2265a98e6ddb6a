"""``parley calibrate``: what past wars say of the structural parameters."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import console, note, plain_table, print_json, say
from sim.cli.options import AllowOverlap, Alone, AsJson, AsOf, Episodes, PerEpisode, Quiet, Seed, Workers, as_date
from sim.cli.progress import CountingBar
from sim.cli.runs import print_then
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.evidence.calibration.calibrate import Record
    from sim.evidence.calibration.simulation_based_calibration import RankStatistics


def calibrate(
    episodes: Episodes = None,
    as_of: AsOf = None,
    alone: Alone = False,
    allow_overlap: AllowOverlap = False,
    trials: PerEpisode = None,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write posterior draws here.")] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Weigh the structural parameters by the record of past wars."""
    from sim.evidence.backtest.json_output import calibration_as_dict
    from sim.evidence.calibration.calibrate import calibrate as weigh
    from sim.evidence.calibration.calibrate import read_rows
    from sim.evidence.calibration.posterior_file import write_draws
    from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS
    from sim.evidence.calibration.simulation_based_calibration import rank_statistics

    day = as_date(as_of)
    rows = read_rows(episodes, day, alone=alone, allow_overlap=allow_overlap)
    scored = [episode for episode in rows.all if episode.is_scored]
    with CountingBar("episodes", quiet) as bar:
        record = weigh(scored, trials=trials or DEFAULT_TRIALS, seed=seed, workers=workers, progress=bar.show)
    check = rank_statistics(record)

    def show() -> None:
        if as_json:
            print_json(calibration_as_dict(record, check, day))
        else:
            show_calibration(record, check, day, console())

    def write(file: Path) -> None:
        note(f"Wrote {file} and {write_draws(record, day, file)}.", quiet)

    print_then(show, *([lambda: write(out)] if out is not None else []))


def show_calibration(record: Record, check: RankStatistics, as_of: date | None, to: Console) -> None:
    """Print prior and posterior of each parameter, what is learned, and whether the estimator is right."""
    from sim.evidence.calibration import posterior as posteriors

    n, wars = record.posterior.n_rows, len(record.posterior.wars)
    known = f", as known on {as_of}" if as_of else ""
    to.print(
        f"Six structural parameters, from {counted(n, 'scored episode')} in {counted(wars, 'war')}{known}", style="bold"
    )
    to.print("median (5 to 95 per cent) before and after; contraction: 0 nothing learned, 1 everything\n")
    table = plain_table("parameter", "prior", "posterior", "contraction", "the record")
    learned = posteriors.learned(record.posterior)
    for one in learned:
        table.add_row(one.name, _spread(one.prior), _spread(one.posterior), f"{one.contraction:.2f}", one.words)
    to.print(table)
    to.print()
    for one in learned:
        to.print(f"  {one.name}: {one.meaning}, {one.unit}", style="dim")
    to.print()
    if tied := posteriors.correlations(record.posterior):
        pairs = ", ".join(f"{a} and {b} {value:+.2f}" for a, b, value in tied)
        say(to, f"Known only together (correlation): {pairs}. So they are drawn jointly, never one by one.")
    weighed, points = posteriors.effective(record.posterior.weights), len(record.posterior.points)
    say(to, f"The record is worth {weighed:.0f} of the {points:,} points of the prior.")
    say(to, check.words)


def _spread(ends: tuple[float, float, float]) -> str:
    low, middle, high = (f"{value:.3g}" for value in ends)
    return f"{middle} ({low} to {high})"
