"""What ``parley efficiency`` prints: odds or differences with standard errors, and what each method gains."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sim.analysis.sensitivity.uncertain_inputs import NOT_ANCHORED
from sim.analysis.variance_reduction.common_random_numbers import CommonLuck
from sim.analysis.variance_reduction.methods import NOTES, PLAIN, FewerTrials
from sim.cli.console import plain_table
from sim.results.formatting import DASH, as_number, counted, is_known

if TYPE_CHECKING:
    from rich.console import Console


def percent(p: float) -> str:
    """Per cent with as many digits as small odds need."""
    return f"{100 * p:.2f}" if p >= 0.01 or p <= 0 else f"{100 * p:.3f}"


def ends(one: Any) -> str:
    return f"{one.ratio_lo:.1f}-{one.ratio_hi:.1f}" if is_known(one.ratio_lo) else DASH


Cells = Mapping[tuple[str, str], Callable[[Any], str]]
"""By the two lines of a column's head what it shows of a row."""
ESTIMATES: Cells = {
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
PAIRS: Cells = {
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


def show_fewer_trials(found: FewerTrials, to: Console) -> None:
    """Print a title, one row per horizon and method, a sentence and notes."""
    to.print(f"{found.scenario}: what Sobol draws gain on plain trials", style="bold")
    inputs = counted(found.uncertain_inputs, "uncertain input")
    to.print(f"{found.tier} halt, the model alone; {found.trials:,} trials, {inputs}, seed {found.seed}\n")
    rows = sorted(found.estimates, key=lambda one: one.days)
    _show(ESTIMATES, 2, rows, (found.sentence, *NOTES), to)


def show_common_luck(found: CommonLuck, to: Console) -> None:
    """Print a title, one row per horizon, a sentence and notes."""
    to.print(f"{found.variant} against {found.base}: common random numbers", style="bold")
    to.print(f"durable halt, the model alone; {found.trials:,} trials each, seed {found.seed}\n")
    _show(PAIRS, 1, found.pairs, (found.sentence, NOT_ANCHORED), to)


def _show(cells: Cells, left: int, rows: Iterable[Any], texts: Iterable[str], to: Console) -> None:
    table = plain_table(*("\n".join(filter(None, head)) for head in cells), left=left)
    for one in rows:
        table.add_row(*(cell(one) for cell in cells.values()))
    to.print(table)
    for text in ("", *texts):
        to.print(textwrap.fill(text, to.width - 1), soft_wrap=True)
