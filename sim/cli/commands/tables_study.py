"""What ``parley calibrate`` and ``parley backtest`` print."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sim.cli.console import plain_table
from sim.evidence.backtest.backtest import Backtest, TierScores
from sim.evidence.backtest.json_output import mean_of, notes_on
from sim.evidence.backtest.reliability import Coverage
from sim.evidence.backtest.worst_misses import Miss, worst_misses
from sim.evidence.calibration import posterior as posteriors
from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.episodes import HORIZONS, TIERS
from sim.evidence.calibration.simulation_based_calibration import RankCheck
from sim.results.formatting import counted
from sim.results.wording import percent

if TYPE_CHECKING:
    from rich.console import Console


FEW_WARS = 10
"""With fewer wars an interval that redraws wars means nothing."""


def show_calibration(record: Record, check: RankCheck, as_of: date | None, to: Console) -> None:
    """Prior and posterior of each parameter, what is learned, and whether the estimator is right."""
    n, wars = record.posterior.n_rows, len(record.posterior.wars)
    known = f", as known on {as_of}" if as_of else ""
    to.print(
        f"Six structural parameters, from {counted(n, 'scored episode')} in {counted(wars, 'war')}{known}", style="bold"
    )
    to.print("median (5 to 95 per cent) before and after; contraction: 0 nothing learned, 1 everything\n")
    table = plain_table("parameter", "prior", "posterior", "contraction", "the record", left=1)
    for found in posteriors.learned(record.posterior):
        table.add_row(
            found.name, _spread(found.prior), _spread(found.posterior), f"{found.contraction:.2f}", found.words
        )
    to.print(table)
    to.print()
    for found in posteriors.learned(record.posterior):
        to.print(f"  {found.name}: {found.meaning}, {found.unit}", style="dim")
    to.print()
    tied = posteriors.correlations(record.posterior)
    if tied:
        pairs = ", ".join(f"{a} and {b} {value:+.2f}" for a, b, value in tied)
        _say(to, f"Known only together (correlation): {pairs}. So they are drawn jointly, never one by one.")
    weighed, points = posteriors.effective(record.posterior.weights), len(record.posterior.points)
    _say(to, f"The record is worth {weighed:.0f} of the {points:,} points of the prior.")
    _say(to, check.words)


def show_backtest(found: Backtest, to: Console) -> None:
    """Scores by tier beside those that need no model, then variants, misses and what to know."""
    n, later = len(found.rows.targets), found.rows.n_later
    known = f", as known on {found.as_of}" if found.as_of else ""
    to.print(f"{counted(n, 'episode')} forecast{known}, {found.rows.claim}", style="bold")
    if later:
        what = "it teaches nothing, and its" if later == 1 else "they teach nothing, and their"
        to.print(f"{counted(later, 'row')} opened after {found.as_of}: {what} outcomes were not read.")
    if not found.tiers:
        to.print("No outcome is known, so nothing can be scored. --json gives the forecasts.")
        return
    for tier in found.tiers.values():
        _show_tier(tier, to)
    _show_variants(found, to)
    _show_misses(worst_misses(found), to)
    to.print()
    for note in notes_on(found):
        _say(to, note)


def _show_tier(tier: TierScores, to: Console) -> None:
    rule = "a halt that lasted 30 days or more" if tier.tier == "durable" else "a halt agreed by both, of any length"
    to.print(
        f"\n{tier.tier}: {rule}; {counted(tier.n_rows, 'scored episode')} in {counted(tier.n_wars, 'war')}",
        style="bold",
    )
    table = plain_table(
        "Brier score (lower is better)",
        *(f"{days} d" for days in HORIZONS),
        "mean",
        "log score",
        "model minus it (90 %, by war)",
    )
    for name, brier in tier.brier.items():
        difference = tier.differences.get(name)
        apart = "" if difference is None else _apart(*difference)
        log_score = f"{mean_of(tier.log_score[name]):.2f}"
        table.add_row(name, *map(_three, brier), _three(mean_of(brier)), log_score, apart)
    to.print(table)
    if tier.n_wars < 2:
        _say(to, "-: an interval redraws wars, and there is one. The difference is that of its rows.")
    _show_reliability(tier, to)
    _say(to, _slope_in_words(tier))
    _say(to, "How long it took: " + _covered(tier.coverage) + ".")
    _say(to, _against_regression(tier))


def _apart(difference: float, low: float, high: float) -> str:
    """A difference with its interval, a dash for what cannot be told."""
    if not np.isfinite(difference):
        return "-"
    return (
        f"{difference:+.3f} ({low:+.3f} to {high:+.3f})" if np.isfinite((low, high)).all() else f"{difference:+.3f} (-)"
    )


def _slope_in_words(tier: TierScores) -> str:
    if not np.isfinite(tier.pooled.slope_interval()).all():
        return f"Calibration slope: cannot be told. In one word: {tier.verdict}."
    slopes = ", ".join(f"{line.slope:.2f}" if np.isfinite(line.slope) else "-" for line in tier.lines)
    low, high = tier.pooled.slope_interval()
    return (
        f"Calibration slope {tier.pooled.slope:.2f} ({low:.2f} to {high:.2f} by war; by horizon {slopes}); 1 is right, "
        f"below 1 too sure, above 1 not sure enough. In one word: {tier.verdict}."
    )


def _show_reliability(tier: TierScores, to: Console) -> None:
    """How often it came, by what had been said; the interval allows for rows of one war being alike."""
    table = plain_table("the model said", "on average", "it came", "90 %, by war", "forecasts", "wars")
    for found in tier.bins:
        edges = f"{100 * found.lower_edge:.0f} to {100 * found.upper_edge:.0f} %"
        interval = f"{100 * found.observed_low:.0f} to {100 * found.observed_high:.0f} %"
        said, came = percent(found.mean_forecast), percent(found.observed)
        table.add_row(edges, said, came, interval, str(found.n), str(found.n_wars))
    to.print()
    to.print(table)
    to.print()


def _covered(coverage: Sequence[Coverage]) -> str:
    return ", ".join(f"the {percent(c.nominal)} interval held {percent(c.observed)}" for c in coverage)


def _against_regression(tier: TierScores) -> str:
    """The line that says where the model does and does not beat a regression."""
    if tier.n_wars < FEW_WARS:
        verb = "is" if tier.n_wars == 1 else "are"
        return f"Against a regression on the same coded rows: {counted(tier.n_wars, 'war')} {verb} too few to say."
    beaten: list[tuple[str, float]] = []
    even: list[tuple[str, float]] = []
    lost: list[tuple[str, float]] = []
    for name, (difference, low, high) in tier.differences.items():
        if name.startswith("ridge") and np.isfinite(difference):
            verdict = beaten if high < 0 else lost if low > 0 else even
            verdict.append((name, difference))
    parts = []
    if beaten:
        parts.append("it beats " + " and ".join(name for name, _ in beaten))
    if lost:
        parts.append("it loses to " + " and ".join(name for name, _ in lost))
    for name, difference in even:
        side = "ahead of" if difference < 0 else "behind"
        parts.append(f"it is {abs(difference):.3f} {side} {name}, no more than luck")
    return "Against a regression on the same coded rows: " + "; ".join(parts) + "." if parts else ""


def _show_variants(found: Backtest, to: Console) -> None:
    to.print("\nmean Brier score, and what changes it", style="bold")
    table = plain_table("", *TIERS)
    ours = {tier: mean_of(scores.brier["model"]) for tier, scores in found.tiers.items()}
    for name, values in {"as above": ours, **found.variants}.items():
        table.add_row(name, *(_three(values.get(tier, float("nan"))) for tier in TIERS))
    to.print(table)


def _show_misses(misses: Sequence[Miss], to: Console) -> None:
    to.print("\nthe worst misses, by name", style="bold")
    for miss in misses:
        came = "it came" if miss.happened else "it did not come"
        said = f"{percent(miss.forecast)} by {miss.days} days, and {came}"
        _say(to, f"{miss.name} ({miss.episode_id}, {miss.opened}): {said}.", indent="  ")
        _say(to, f"In fact: {miss.outcome or 'not described'}. Why: {miss.reason}.", indent="    ")


def _three(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if np.isfinite(value) else "-"


def _spread(ends: tuple[float, float, float]) -> str:
    low, middle, high = (f"{value:.3g}" for value in ends)
    return f"{middle} ({low} to {high})"


def _say(to: Console, text: str, indent: str = "") -> None:
    if text:
        to.print(textwrap.fill(text, to.width - 1, initial_indent=indent, subsequent_indent=indent), soft_wrap=True)
