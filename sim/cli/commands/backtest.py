"""``parley backtest``: forecasts of past talks from other wars alone, and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan
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

    from sim.evidence.backtest.backtest import Backtest
    from sim.evidence.backtest.tier_scores import TierScores
    from sim.evidence.backtest.worst_forecasts import WorstForecast

FEW_WARS = 10
"""With fewer wars an interval that redraws wars means nothing."""


def backtest(
    episodes: Episodes = None,
    as_of: AsOf = None,
    alone: Alone = False,
    allow_overlap: AllowOverlap = False,
    trials: PerEpisode = None,
    seed: Seed = 1,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Also draw the record as a page.")] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Score forecasts of past talks from other wars alone."""
    from sim.evidence.backtest.backtest import backtest as test
    from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS

    day = as_date(as_of)
    with CountingBar("episodes", quiet) as bar:
        found = test(
            episodes,
            as_of=day,
            alone=alone,
            allow_overlap=allow_overlap,
            trials=trials or DEFAULT_TRIALS,
            seed=seed,
            workers=workers,
            progress=bar.show,
        )
    as_dict = found.as_dict()

    def show() -> None:
        if as_json:
            print_json(as_dict)
        else:
            show_backtest(found, console())

    def write(file: Path) -> None:
        from dashboards.report.record import write_record
        from sim.evidence.calibration.posterior_file import about, as_csv

        write_record(as_dict, file, about(found.record, day, as_csv(found.record.posterior)))
        note(f"Wrote {file}", quiet)

    print_then(show, *([lambda: write(report)] if report is not None else []))


def show_backtest(found: Backtest, to: Console) -> None:
    """Print scores by tier next to those that need no model, then variants, worst forecasts and what to know."""
    n, later = len(found.rows.targets), found.rows.n_later
    known = f", as known on {found.as_of}" if found.as_of else ""
    to.print(f"{counted(n, 'episode')} forecast{known}, {found.rows.claim}", style="bold")
    if later:
        what = "it teaches nothing, and its" if later == 1 else "they teach nothing, and their"
        to.print(f"{counted(later, 'row')} opened after {found.as_of}: {what} outcomes were not read.")
    if not found.tiers:
        return to.print("No outcome is known, so nothing can be scored. --json gives the forecasts.")
    for tier in found.tiers.values():
        _show_tier(tier, to)
    _show_variants(found, to)
    _show_worst(found.worst, to)
    to.print()
    for text in found.notes:
        say(to, text)


def _show_tier(tier: TierScores, to: Console) -> None:
    from sim.evidence.backtest.scores import scored_mean
    from sim.evidence.calibration.episodes import HORIZONS
    from sim.results.wording import percent

    rule = "a halt that lasted 30 days or more" if tier.tier == "durable" else "a halt agreed by both, of any length"
    to.print(
        f"\n{tier.tier}: {rule}; {counted(tier.n_rows, 'scored episode')} in {counted(tier.n_wars, 'war')}",
        style="bold",
    )
    days = [f"{number} d" for number in HORIZONS]
    rows = []
    for name, brier in tier.brier.items():
        difference = _interval(*tier.differences[name]) if name in tier.differences else ""
        log_score = f"{scored_mean(tier.log_score[name]):.2f}"
        rows.append((name, *map(_three, brier), _three(scored_mean(brier)), log_score, difference))
    heads = ("Brier score (lower is better)", *days, "mean", "log score", "model minus it (90 %, by war)")
    print_table(to, heads, rows)
    if tier.n_wars < 2:
        say(to, "-: an interval redraws wars, and there is one. The difference is that of its rows.")
    _show_reliability(tier, to)
    say(to, _slope_in_words(tier))
    covered = (f"the {percent(one.nominal)} interval held {percent(one.observed)}" for one in tier.coverage)
    say(to, f"How long it took: {', '.join(covered)}.")
    say(to, _against_regression(tier))


def _interval(difference: float, low: float, high: float) -> str:
    """Return a difference with its interval, a dash for what is not known."""
    if not isfinite(difference):
        return "-"
    ends = f"{low:+.3f} to {high:+.3f}" if isfinite(low) and isfinite(high) else "-"
    return f"{difference:+.3f} ({ends})"


def _slope_in_words(tier: TierScores) -> str:
    low, high = tier.pooled.slope_interval()
    if not (isfinite(low) and isfinite(high)):
        return f"Calibration slope: not known. In one word: {tier.verdict}."
    slopes = ", ".join(f"{line.slope:.2f}" if isfinite(line.slope) else "-" for line in tier.lines)
    return (
        f"Calibration slope {tier.pooled.slope:.2f} ({low:.2f} to {high:.2f} by war; by horizon {slopes}); 1 is right, "
        f"below 1 too sure, above 1 not sure enough. In one word: {tier.verdict}."
    )


def _show_reliability(tier: TierScores, to: Console) -> None:
    """Print how often it came, by what had been said; the interval allows for rows of one war being alike."""
    from sim.results.wording import percent

    rows = []
    for one in tier.bins:
        edges = f"{100 * one.lower_edge:.0f} to {100 * one.upper_edge:.0f} %"
        interval = f"{100 * one.observed_low:.0f} to {100 * one.observed_high:.0f} %"
        shares = percent(one.mean_forecast), percent(one.observed)
        rows.append((edges, *shares, interval, str(one.n), str(one.n_wars)))
    to.print()
    print_table(to, ("the model said", "on average", "it came", "90 %, by war", "forecasts", "wars"), rows)
    to.print()


def _against_regression(tier: TierScores) -> str:
    """Return the sentence that says where the model does and does not beat a regression."""
    if tier.n_wars < FEW_WARS:
        verb = "is" if tier.n_wars == 1 else "are"
        return f"Against a regression on the same coded rows: {counted(tier.n_wars, 'war')} {verb} too few to say."
    beaten, even, lost = [], [], []
    for name, (difference, low, high) in tier.differences.items():
        if not name.startswith("ridge") or not isfinite(difference):
            continue
        if high < 0:
            beaten.append(name)
        elif low > 0:
            lost.append(name)
        else:
            side = "ahead of" if difference < 0 else "behind"
            even.append(f"it is {abs(difference):.3f} {side} {name}, no more than chance")
    parts = ["it beats " + " and ".join(beaten)] if beaten else []
    parts += ["it loses to " + " and ".join(lost)] if lost else []
    parts += even
    return "Against a regression on the same coded rows: " + "; ".join(parts) + "." if parts else ""


def _show_variants(found: Backtest, to: Console) -> None:
    from sim.evidence.backtest.scores import scored_mean
    from sim.evidence.calibration.episodes import TIERS

    to.print("\nmean Brier score, and what changes it", style="bold")
    ours = {tier: scored_mean(scores.brier["model"]) for tier, scores in found.tiers.items()}
    variants = {"as above": ours, **found.variants}.items()
    print_table(to, ("", *TIERS), ((name, *(_three(of.get(tier, nan)) for tier in TIERS)) for name, of in variants))


def _show_worst(worst: Sequence[WorstForecast], to: Console) -> None:
    from sim.results.wording import percent

    to.print("\nthe worst forecasts, by name", style="bold")
    for one in worst:
        outcome = "it came" if one.happened else "it did not come"
        forecast = f"{percent(one.forecast)} by {one.days} days, and {outcome}"
        say(to, f"{one.name} ({one.episode_id}, {one.opened}): {forecast}.", "  ")
        say(to, f"In fact: {one.outcome or 'not described'}. Why: {one.reason}.", "    ")


def _three(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if isfinite(value) else "-"
