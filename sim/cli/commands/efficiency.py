"""``parley efficiency``: what common random numbers and Sobol draws gain over plain trials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import print_result, print_table, say
from sim.cli.options import AsJson, One, Quiet, Reading, Seed, Sets, count_of
from sim.cli.progress import CountingBar
from sim.cli.runs import opened, runs_of
from sim.errors import ParleyError
from sim.results.formatting import DASH, as_number, counted, is_known

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.variance_reduction.common_random_numbers import CommonRandomNumbers
    from sim.analysis.variance_reduction.methods import FewerTrials

Cells = Mapping[tuple[str, str], Callable[[Any], str]]
"""By the two lines of a column's head what it shows of a row."""


def refuse_dropped(method: str) -> str:
    """Refuse a ``--method`` that went with version 0.3; all that are left run at once."""
    if method not in ("plain", "sobol", "all"):
        raise ParleyError(f"--method: expected plain, sobol or all, got {method[:40]!r} (all are run at once)")
    return method


def efficiency(
    scenario: One,
    trials: Annotated[int | None, count_of("each method [16,384]")] = None,
    against: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Instead: what common random numbers gain.")
    ] = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    quiet: Quiet = False,
    as_json: AsJson = False,
    method: Annotated[str, typer.Option(hidden=True, callback=refuse_dropped)] = "all",  # of `sharpen`, till 0.4
) -> None:
    """Measure what common random numbers and Sobol draws gain."""
    from sim.analysis.variance_reduction.common_random_numbers import common_random_numbers
    from sim.analysis.variance_reduction.methods import DEFAULT_TRIALS, fewer_trials

    count = DEFAULT_TRIALS if trials is None else trials
    if against is not None:
        pair = common_random_numbers(*runs_of([scenario, against], count, seed, sets, None, quiet, reading))
        return print_result(pair, as_json, show_common_random_numbers)
    loaded = opened(scenario, sets, quiet, reading)
    with CountingBar("trials", quiet) as bar:
        found = fewer_trials(loaded.scenario, trials=count, seed=seed, progress=bar.show, name=loaded.name)
    print_result(found, as_json, show_fewer_trials)


def show_fewer_trials(found: FewerTrials, to: Console) -> None:
    """Print a title, one row per horizon and method, a sentence and notes."""
    from sim.analysis.variance_reduction.methods import NOTES, PLAIN

    cells: Cells = {
        ("days", ""): lambda one: str(one.days) if one.method == PLAIN else "",
        ("method", ""): lambda one: str(one.method),
        ("odds", "%"): lambda one: percent(one.p),
        ("odds", "95 %"): lambda one: f"{percent(one.lo)}-{percent(one.hi)}",
        ("standard", "error"): lambda one: f"{100 * one.se:.3f}",
        ("", "trials"): lambda one: f"{one.trials:,}",
        ("CPU", "seconds"): lambda one: f"{one.cpu:.2f}",
        ("ratio", "to plain"): lambda one: as_number(one.variance_ratio, ".1f"),
        ("ratio", "95 %"): lambda one: "" if one.method == PLAIN else ends(one),
        ("effective", "a second"): lambda one: as_number(one.effective_per_second, ",.0f"),
    }
    to.print(f"{found.scenario}: what Sobol draws gain on plain trials", style="bold")
    inputs = counted(found.uncertain_inputs, "uncertain input")
    to.print(f"{found.tier} ceasefire; {found.trials:,} trials, {inputs}, seed {found.seed}\n")
    rows = sorted(found.estimates, key=lambda one: one.days)
    _show(cells, 2, rows, (found.sentence, *NOTES), to)


def show_common_random_numbers(found: CommonRandomNumbers, to: Console) -> None:
    """Print a title, one row per horizon, a sentence and notes."""
    cells: Cells = {
        ("days", ""): lambda one: str(one.days),
        ("base", "%"): lambda one: percent(one.base),
        ("variant", "%"): lambda one: percent(one.variant),
        ("difference,", "points"): lambda one: f"{100 * one.difference:+.2f}",
        ("", "95 %"): lambda one: f"{100 * one.lo:+.2f} to {100 * one.hi:+.2f}",
        ("error,", "independent"): lambda one: f"{100 * one.se_unlike:.3f}",
        ("error,", "common"): lambda one: f"{100 * one.se_common:.3f}",
        ("ratio of", "variances"): lambda one: as_number(one.variance_ratio, ".1f"),
        ("ratio", "95 %"): ends,
    }
    to.print(f"{found.variant} against {found.base}: common random numbers", style="bold")
    to.print(f"durable ceasefire; {found.trials:,} trials each, seed {found.seed}\n")
    _show(cells, 1, found.pairs, (found.sentence, *found.notes), to)


def _show(cells: Cells, left: int, rows: Iterable[Any], texts: Iterable[str], to: Console) -> None:
    heads = ["\n".join(filter(None, head)) for head in cells]
    print_table(to, heads, ([cell(one) for cell in cells.values()] for one in rows), left)
    to.print()
    for text in texts:
        say(to, text)


def percent(p: float) -> str:
    """Return a per cent with as many digits as small odds need."""
    return f"{100 * p:.2f}" if p >= 0.01 or p <= 0 else f"{100 * p:.3f}"


def ends(one: Any) -> str:
    """Return the interval of a ratio."""
    return f"{one.ratio_lo:.1f}-{one.ratio_hi:.1f}" if is_known(one.ratio_lo) else DASH
