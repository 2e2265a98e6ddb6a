"""``parley calibrate``: what past wars say of the structural parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import console, note, print_json, print_table, say
from sim.cli.options import AllowOverlap, Alone, AsJson, AsOf, Episodes, PerEpisode, Quiet, Seed, Workers, as_date
from sim.cli.progress import CountingBar
from sim.cli.runs import print_then
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.evidence.calibration.study import CalibrationStudy


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
    """Calibrate the structural parameters on past wars."""
    from sim.evidence.calibration.calibrate import calibrate as weigh
    from sim.evidence.calibration.calibrate import read_rows
    from sim.evidence.calibration.posterior_file import write_draws
    from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS
    from sim.evidence.calibration.simulation_based_calibration import rank_statistics
    from sim.evidence.calibration.study import CalibrationStudy

    day = as_date(as_of)
    rows = read_rows(episodes, day, alone=alone, allow_overlap=allow_overlap)
    scored = [episode for episode in rows.all if episode.is_scored]
    with CountingBar("episodes", quiet) as bar:
        record = weigh(scored, trials=trials or DEFAULT_TRIALS, seed=seed, workers=workers, progress=bar.show)
    found = CalibrationStudy(record, rank_statistics(record), day)

    def show() -> None:
        if as_json:
            print_json(found.as_dict())
        else:
            show_calibration(found, console())

    def write(file: Path) -> None:
        note(f"Wrote {file} and {write_draws(record, day, file)}.", quiet)

    print_then(show, *([lambda: write(out)] if out is not None else []))


def show_calibration(study: CalibrationStudy, to: Console) -> None:
    """Print prior and posterior of each parameter, what is learned, and whether the estimator is right."""
    n, wars = study.record.posterior.n_rows, len(study.record.posterior.wars)
    known = f", as known on {study.as_of}" if study.as_of else ""
    to.print(
        f"Six structural parameters, from {counted(n, 'scored episode')} in {counted(wars, 'war')}{known}", style="bold"
    )
    to.print("median (5 to 95 per cent) before and after; contraction: 0 nothing learned, 1 everything\n")
    rows = [
        (one.name, *map(_spread, (one.prior, one.posterior)), f"{one.contraction:.2f}", one.words)
        for one in study.parameters
    ]
    print_table(to, ("parameter", "prior", "posterior", "contraction", "the record"), rows)
    to.print()
    for remark in study.notes:
        to.print(f"  {remark}", style="dim")
    to.print()
    for sentence in study.sentences:
        say(to, sentence)


def _spread(ends: Sequence[float]) -> str:
    low, middle, high = (f"{value:.3g}" for value in ends)
    return f"{middle} ({low} to {high})"
