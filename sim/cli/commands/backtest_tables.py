"""The tables of ``parley backtest``, printed from the object of its ``--json`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.cli.console import print_table, say
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.record_words import Part


def show_backtest(found: dict[str, Any], to: Console) -> None:
    """Print scores by tier, what folds weighed, scenarios, variants, worst forecasts and what to know."""
    from sim.results.record_words import missing

    for text in found.get("stale") or []:
        say(to, text)
    _show_head(found, to)
    if not found["scores"]:
        return to.print("No outcome is known, so nothing can be scored. --json gives the forecasts.")
    for name, tier in found["scores"].items():
        _show_tier(name, tier, to)
    shown = {
        "protocol": _show_protocol,
        "agreement": _show_agreement,
        "scenarios": _show_scenarios,
        "variants": _show_variants,
        "misses": _show_worst,
    }
    for key, show in shown.items():
        if found.get(key) and (key != "agreement" or found[key]["columns"]):
            show(found, to)
    to.print()
    for text in (*missing(found), *found["notes"]):
        say(to, text)


def _show_head(found: Part, to: Console) -> None:
    from sim.results.record_words import ALONE

    known = f", as known on {found['as_of']}" if found["as_of"] else ""
    claim = found.get("claim") or ALONE
    to.print(f"{counted(found['n_episodes'], 'episode')} forecast{known}, {claim}", style="bold")
    if later := found["n_later"]:
        what = "it teaches nothing, and its" if later == 1 else "they teach nothing, and their"
        to.print(f"{counted(later, 'row')} opened after {found['as_of']}: {what} outcomes were not read.")


def _show_tier(name: str, tier: Part, to: Console) -> None:
    from sim.results import record_tables as tables
    from sim.results import record_words as words

    episodes, wars = counted(tier["n_episodes"], "scored episode"), counted(tier["n_wars"], "war")
    to.print(f"\n{name}: {words.RULES[name]}; {episodes} in {wars}", style="bold")
    heads = ("Brier score", *tables.score_heads())
    print_table(to, heads, ((row.title, *row.cells) for row in tables.score_rows(tier)))
    if tier["n_wars"] < 2:
        say(to, "Differences have no interval: it redraws wars, and there is one.")
    say(to, "Lower is better; a difference below 0: the first is better (90 % interval, by war).")
    say(to, words.PROTOCOLS)
    for text in words.comparison(tier):
        say(to, text, "  ")
    to.print()
    heads = ("calibration", *tables.calibration_heads())
    print_table(to, heads, ((row.title, *row.cells) for row in tables.calibration_rows(tier)), words=(-1,))
    say(to, "A slope of 1 is right; below 1 forecasts are too extreme, above 1 too timid.")
    if covered := words.coverage_words(tier["coverage"]):
        say(to, f"Days until it began, by the engine: {covered}.")
    _show_reliability(tier, to)
    _show_subsets(tier, to)


def _show_reliability(tier: Part, to: Console) -> None:
    """Print how often it happened by forecast; the interval allows for rows of one war being alike."""
    from sim.results.wording import band, percent

    rows = [
        (
            f"{100 * one['lower_edge']:.0f} to {100 * one['upper_edge']:.0f} %",
            percent(one["mean_forecast"]),
            percent(one["observed"]),
            band(one["observed_low"], one["observed_high"]),
            f"{one['n']:.0f}",
            f"{one['n_wars']:.0f}",
        )
        for one in tier["reliability"].get("engine", [])
    ]
    if rows:
        to.print()
        print_table(to, ("engine's forecast", "mean", "happened", "90 %, by war", "forecasts", "wars"), rows)


def _show_subsets(tier: Part, to: Console) -> None:
    from sim.results import record_tables as tables
    from sim.results.record_words import title_of

    rows = tables.subset_rows(tier, tables.GROUPED)
    if rows:
        to.print()
        heads = ("mean Brier score, by group", "episodes", "wars", *map(title_of, tables.GROUPED))
        print_table(to, heads, ((f"{by}: {row.title}", *row.cells) for by, row in rows))


def _show_protocol(found: Part, to: Console) -> None:
    from sim.results import record_tables as tables

    protocol = found["protocol"]
    to.print("\nWhat each fold weighed or set, from other wars alone", style="bold")
    rows = [
        (term["term"] if number == 0 else "", row.title, *row.cells)
        for term, alternatives in tables.term_rows(protocol)
        for number, row in enumerate(alternatives)
    ]
    heads = ("optional term", "alternative", "prior", "weight (least to most)", "folds")
    print_table(to, heads, rows, left=2)
    say(to, f"folds: in how many of {protocol['n_folds']} it weighs most.")
    for term in protocol["terms"]:
        say(to, f"{term['term']}: {term['meaning']}", "  ")
    to.print()
    print_table(to, ("chosen", "", "folds"), ((r.title, *r.cells) for r in tables.chosen_rows(protocol)), left=2)
    if spreads := tables.spread_rows(protocol):
        to.print()
        print_table(
            to,
            ("spread of a war's own effect", "prior", "weight (least to most)", "folds"),
            ((row.title, *row.cells) for row in spreads),
        )


def _show_agreement(found: Part, to: Console) -> None:
    from sim.results import record_tables as tables

    to.print("\nHow far the coders of the rows agree", style="bold")
    print_table(to, ("column", "alpha", "kappa"), ((row.title, *row.cells) for row in tables.agreement_rows(found)))
    say(to, found["agreement"]["sentence"])


def _show_scenarios(found: Part, to: Console) -> None:
    from sim.results import record_tables as tables

    to.print("\nWhat users run: shipped scenarios of past wars, headline, durable ceasefire", style="bold")
    heads = ["scenario", "ceasefire"]
    heads += [f"{reading},\n{days} d" for days in tables.SCENARIO_DAYS for reading in tables.READINGS]
    rows = [
        (row.scenario, row.outcome, *(row.odds[d].get(r, "-") for d in tables.SCENARIO_DAYS for r in tables.READINGS))
        for row in tables.scenario_rows(found)
    ]
    print_table(to, heads, rows, left=2)
    if scores := found.get("scenario_scores"):
        to.print()
        means = ((row.title, *row.cells) for row in tables.scenario_score_rows(scores))
        print_table(to, ("mean Brier score", *tables.READINGS), means)
        for text in scores["notes"]:
            say(to, text)


def _show_variants(found: Part, to: Console) -> None:
    from sim.results import record_tables as tables

    to.print("\nWhat changes the mean Brier score", style="bold")
    heads = [f"{tier}\n{who}" for tier in found["scores"] for who in tables.COMPARED]
    rows = ((title, *(score for score, _ in cells)) for title, cells in tables.variant_rows(found))
    print_table(to, ("", *heads), rows)


def _show_worst(found: Part, to: Console) -> None:
    from sim.results.record_tables import miss_row

    to.print("\nThe engine's worst forecasts, by name", style="bold")
    for miss in found["misses"]:
        row = miss_row(miss)
        others = f"ridge {row['ridge']}, pool {row['pool']}"
        say(to, f"{row['name']} ({row['where']}): {row['engine']} ({others}), and {row['happened']}.", "  ")
        say(to, f"In fact: {row['outcome']}. Why: {row['reason']}.", "    ")
