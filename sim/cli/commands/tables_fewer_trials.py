"""What ``parley sharpen`` prints: odds by method with standard errors, what each gains, and what to make of it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.analysis.variance_reduction.common_random_numbers import CommonLuck
from sim.analysis.variance_reduction.estimate import Estimate
from sim.analysis.variance_reduction.methods import FewerTrials
from sim.cli.console import plain_table
from sim.results.formatting import DASH, as_number, counted, is_known

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def show_fewer_trials(found: FewerTrials, to: Console, tier: str = "durable") -> None:
    """Title, one row per horizon and method for ``tier``, a sentence, notes."""
    to.print(f"{found.name}: fewer trials for the same answer", style="bold")
    to.print(
        f"{tier} halt, the model alone; {found.trials:,} trials, {counted(found.n_inputs, 'uncertain input')}, "
        f"seed {found.seed}\n"
    )
    to.print(_estimates([one for one in found.estimates if one.tier == tier]))
    to.print()
    for text in (found.sentence, *found.notes):
        _say(to, text)


def _estimates(estimates: list[Estimate]) -> Table:
    table = plain_table(
        "days", "method", "odds\n%", "95 %", "standard\nerror", "trials", "CPU\nseconds", "ratio\nto plain",
        "95 %", "effective\na second", left=2,
    )  # fmt: skip
    above = None
    for one in sorted(estimates, key=lambda one: one.days):
        is_plain = one.method.startswith("plain")
        table.add_row(
            str(one.days) if one.days != above else "",
            one.method,
            _percent(one.p),
            f"{_percent(one.lo)}-{_percent(one.hi)}",
            f"{100 * one.se:.3f}",
            f"{one.trials:,}",
            f"{one.cpu:.2f}",
            _ratio(one.variance_ratio),
            "" if is_plain else _ends(one.ratio_lo, one.ratio_hi),
            as_number(one.effective_per_second, ",.0f"),
        )
        above = one.days
    return table


def show_common_luck(found: CommonLuck, to: Console) -> None:
    """Title, one row per horizon, a sentence, notes."""
    to.print(f"{found.variant} against {found.base}: the same luck for both", style="bold")
    to.print(f"durable halt, the model alone; {found.trials:,} trials each, seed {found.seed}\n")
    table = plain_table(
        "days", "base\n%", "variant\n%", "difference,\npoints", "95 %", "standard error\nwith unlike luck",
        "with common\nluck", "ratio of\nvariances", left=1,
    )  # fmt: skip
    for one in found.pairs:
        table.add_row(
            str(one.days),
            _percent(one.base),
            _percent(one.variant),
            f"{100 * one.difference:+.2f}",
            f"{100 * one.lo:+.2f} to {100 * one.hi:+.2f}",
            f"{100 * one.se_unlike:.3f}",
            f"{100 * one.se_common:.3f}",
            _ratio(one.variance_ratio),
        )
    to.print(table)
    to.print()
    for text in (found.sentence, *found.notes):
        _say(to, text)


def _percent(p: float) -> str:
    """Per cent with as many digits as small odds need."""
    return f"{100 * p:.2f}" if p >= 0.01 or p <= 0 else f"{100 * p:.3f}"


def _ratio(ratio: float) -> str:
    return as_number(ratio, ".1f")


def _ends(low: float, high: float) -> str:
    return f"{_ratio(low)}-{_ratio(high)}" if is_known(low) and is_known(high) else DASH


def _say(to: Console, text: str) -> None:
    to.print(textwrap.fill(text, to.width - 1), soft_wrap=True)
