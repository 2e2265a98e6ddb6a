"""``parley levers``: levers alone, the frontier of packages, who would accept what; and the value of information."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import print_result, print_table, say, whole
from sim.cli.options import AsJson, Days, One, Quiet, Reading, Seed, Sets, Tier, Workers, count_of, number
from sim.cli.progress import CountingBar
from sim.cli.runs import opened, runs_of
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.levers.levers import Levers
    from sim.analysis.levers.terms import Terms
    from sim.analysis.sensitivity.value_of_information import Information

DEFAULT_ROWS = 15


def levers(
    scenario: One,
    target: Annotated[
        float | None,
        typer.Option(metavar="P", help="Least package that lifts the odds to this, as .5.", parser=number(".5")),
    ] = None,
    use_unknowns: Annotated[
        bool, typer.Option("--unknowns", help="Instead: which unknown, once known, would move the odds most.")
    ] = False,
    tier: Tier = "durable",
    days: Days = None,
    trials: Annotated[int | None, count_of("each package shown [8,192]")] = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find what would lift the odds, and with what effort."""
    from sim.analysis.levers.levers import DEFAULT_TRIALS
    from sim.analysis.levers.levers import levers as search
    from sim.analysis.sensitivity.value_of_information import value_of_information

    if use_unknowns:
        (run,) = runs_of([scenario], trials, seed, sets, workers, quiet, reading)
        return print_result(value_of_information(run, tier, days), as_json, show_information)
    loaded = opened(scenario, sets, quiet, reading)
    count = DEFAULT_TRIALS if trials is None else trials
    asked = (loaded.scenario, target, tier, days, count, seed, workers)
    with CountingBar("trials", quiet) as bar:
        found = search(*asked, progress=bar.show, name=loaded.name)
    print_result(found, as_json, show_levers)


def show_levers(found: Levers, to: Console) -> None:
    """Print levers alone, the frontier with regret, the package in a sentence, what each party would accept, notes."""
    to.print(f"{found.name}: what could be done, and with what effort", style="bold")
    to.print(f"{found.tier} ceasefire by {found.days} days: {whole(found.base.odds)} % without any lever\n")
    _show_alone(found, to)
    _show_frontier(found, to)
    to.print()
    say(to, found.sentence)
    if found.varies:
        say(to, found.robust_sentence)
    if found.split_by:
        say(to, f"Futures are distinguished by: {', '.join(found.split_by)}.")
    if found.terms is not None:
        to.print("\nWhat each party would have to accept", style="bold")
        _show_terms(found, found.terms, to)
    to.print()
    for text in found.notes:
        say(to, text)


def _show_alone(found: Levers, to: Console) -> None:
    from sim.results.wording import points

    rows = []
    for one in found.alone:
        (name,) = one.use
        label = f"{name}: {found.labels[name]}" if found.labels[name] != name else name
        sizes = points(one.difference, one.lo, one.hi), f"{one.effort:g}", f"{1000 * one.per_effort:.1f}"
        who = ", ".join(found.called.get(who, who) for who in found.who[name]) or "-"
        rows.append((label, whole(one.odds), *sizes, who))
    to.print("Each lever alone, at full use", style="bold")
    heads = ("lever", "odds\n%", "difference,\npoints", "effort", "points per 10\nof effort", "who must act")
    print_table(to, heads, rows, words=[-1])


def _show_frontier(found: Levers, to: Console) -> None:
    from sim.results.wording import points

    rows = []
    for place, one in enumerate(found.frontier):
        mark = " <" if place == found.chosen else ""
        beaten = "" if one.is_undominated else " (a cheaper one did as well)"
        odds = f"{one.effort:g}", whole(one.odds), f"{whole(one.mc_lo)}-{whole(one.mc_hi)}"
        moved = points(one.difference, one.lo, one.hi) if one.use else ""
        sizes = (one.regret.mean, one.regret.ninety, one.regret.worst)
        regret = " / ".join(f"{100 * size:.0f}" for size in sizes)
        rows.append((*odds, moved, regret, found.named(one) + beaten + mark))
    to.print("\nPackages worth their effort", style="bold")
    heads = ("effort", "odds,\n%", "95 %", "more than\nnow, points", "regret: mean\n/ 9 in 10 / worst", "package")
    print_table(to, heads, rows, left=0, words=[-1])


def _show_terms(found: Levers, terms: Terms, to: Console) -> None:
    def called(name: str) -> str:
        return found.called.get(name, name)

    now = found.terms_now
    tracks = ", ".join(f"{share:.0%} {track.replace('_', ' ')}" for track, share in terms.tracks.items())
    say(to, f"Halts under the package marked < ({counted(terms.n_halts, 'trial')}: {tracks}), typical terms:")
    before = {term.issue: term.agreed for term in now.terms} if now else {}
    rows = []
    for term in terms.terms:
        was = f"; {before[term.issue]:.2f}" if term.issue in before else ""
        words = term.agreed_words + ("" if term.share > 0.95 else f" (in {term.share:.0%} of halts)")
        place = f"{term.agreed:.2f} ({term.low:.2f}-{term.high:.2f}){was}"
        rows.append((called(term.issue), f"{term.today:.2f} {term.today_words}", place, words))
    print_table(to, ("issue", "today", "agreed (8 in 10), without levers", "agreed, in words"), rows, left=3)
    for party in terms.parties:
        said = []
        if party.points:
            gives = [f"{called(issue)} {worth:+.1f}" for issue, worth in party.points.items() if worth <= -0.05]
            gets = [f"{called(issue)} {worth:+.1f}" for issue, worth in party.points.items() if worth >= 0.05]
            said.append(f"Gives {', '.join(gives) or 'nothing'}; gets {', '.join(gets) or 'nothing'}")
            said.append(f"In all {party.balance:+.1f} of its 100 points against today")
        if party.does:
            said.append(f"Does: {', '.join(party.does)}")
        if party.consents:
            said.append(f"Must accept: {'; '.join(party.consents)}")
        say(to, f"{called(party.party)}: {'. '.join(said)}.")


def show_information(found: Information, to: Console, most: int = DEFAULT_ROWS) -> None:
    """Print the unknowns whose answer would move the odds most."""
    to.print(f"{found.name}: which unknown, once known, would move the odds most", style="bold")
    to.print(f"{found.tier} ceasefire by {found.days} days: {whole(found.odds)} %\n")
    rows = []
    clear = [one for one in found.unknowns if one.is_clear]
    for one in (clear or found.unknowns)[:most]:
        size = f"{100 * max(0.0, one.movement):.1f} \u00b1{50 * (one.hi - one.lo):.1f}"
        share = "-" if one.share != one.share else f"{100 * max(0.0, one.share):.0f}"
        rows.append((one.name, size, share, whole(one.at_low), whole(one.at_high)))
    if clear or found.varies:
        ends = ("odds where\nlowest, %", "odds where\nhighest, %")
        print_table(to, ("unknown", "moves odds by,\npoints", "share of\nspread, %", *ends), rows)
        to.print()
    for text in (found.sentence, *found.notes):
        say(to, text)
