"""What ``parley levers`` prints: levers alone, the frontier, the package, who accepts what; and unknowns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.analysis.levers.levers import Levers
from sim.analysis.levers.terms import Terms
from sim.analysis.sensitivity.value_of_information import Information
from sim.cli.console import plain_table, whole
from sim.results.formatting import counted
from sim.results.wording import points

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

DEFAULT_ROWS = 15


def show_levers(found: Levers, to: Console) -> None:
    """Title, levers alone, frontier with regret, the package in a sentence, what each party would accept, notes."""
    to.print(f"{found.name}: what could be done, and with what effort", style="bold")
    to.print(f"{found.tier} halt by {found.days} days, the model alone: {whole(found.base.odds)} % without any lever\n")
    to.print("Each lever alone, at full use", style="bold")
    to.print(_alone(found))
    to.print("\nPackages worth their effort", style="bold")
    to.print(_frontier(found))
    to.print()
    _say(to, found.sentence)
    if found.varies:
        _say(to, found.robust_sentence)
    if found.split_by:
        _say(to, f"Futures are told apart by: {', '.join(found.split_by)}.")
    if found.terms is not None:
        to.print("\nWhat each party would have to accept", style="bold")
        _show_terms(found, found.terms, to)
    to.print()
    for note in found.notes:
        _say(to, note)


def _alone(found: Levers) -> Table:
    table = plain_table(
        "lever", "odds\n%", "difference,\npoints", "effort", "points per 10\nof effort", "who must act", left=1
    )
    table.columns[-1].justify = "left"
    for one in found.alone:
        (name,) = one.use
        table.add_row(
            f"{name}: {found.labels[name]}" if found.labels[name] != name else name,
            whole(one.odds),
            points(one.difference, one.lo, one.hi),
            f"{one.effort:g}",
            f"{1000 * one.per_effort:.1f}",
            ", ".join(found.called.get(who, who) for who in found.who[name]) or "-",
        )
    return table


def _frontier(found: Levers) -> Table:
    table = plain_table(
        "effort", "odds,\n%", "95 %", "more than\nnow, points", "regret: mean\n/ 9 in 10 / worst", "package", left=0
    )
    table.columns[-1].justify = "left"
    for number, one in enumerate(found.frontier):
        regret = " / ".join(f"{100 * size:.0f}" for size in (one.regret.mean, one.regret.ninety, one.regret.worst))
        mark = " <" if number == found.chosen else ""
        beaten = "" if one.is_undominated else " (a cheaper one did as well)"
        table.add_row(
            f"{one.effort:g}",
            whole(one.odds),
            f"{whole(one.mc_lo)}-{whole(one.mc_hi)}",
            points(one.difference, one.lo, one.hi) if one.use else "",
            regret,
            found.named(one) + beaten + mark,
        )
    return table


def _show_terms(found: Levers, terms: Terms, to: Console) -> None:
    def called(name: str) -> str:
        return found.called.get(name, name)

    now = found.terms_now
    tracks = ", ".join(f"{share:.0%} {track.replace('_', ' ')}" for track, share in terms.tracks.items())
    _say(to, f"Halts under the package marked < ({counted(terms.n_halts, 'trial')}: {tracks}), typical terms:")
    before = {term.issue: term.agreed for term in now.terms} if now else {}
    table = plain_table("issue", "today", "agreed (8 in 10), without levers", "agreed, in words", left=2)
    table.columns[2].justify = "left"
    for term in terms.terms:
        was = f"; {before[term.issue]:.2f}" if term.issue in before else ""
        words = term.agreed_words + ("" if term.share > 0.95 else f" (in {term.share:.0%} of halts)")
        place = f"{term.agreed:.2f} ({term.low:.2f}-{term.high:.2f}){was}"
        table.add_row(called(term.issue), f"{term.today:.2f} {term.today_words}", place, words)
    to.print(table)
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
        _say(to, f"{called(party.party)}: {'. '.join(said)}.")


def show_information(found: Information, to: Console, most: int = DEFAULT_ROWS) -> None:
    """The unknowns whose answer would move the odds most."""
    to.print(f"{found.name}: which unknown, once known, would move the odds most", style="bold")
    to.print(f"{found.tier} halt by {found.days} days, the model alone: {whole(found.odds)} %\n")
    table = plain_table(
        "unknown", "moves odds by,\npoints", "share of\nspread, %", "odds where\nlowest, %", "odds where\nhighest, %"
    )
    clear = [one for one in found.unknowns if one.is_clear]
    for one in (clear or found.unknowns)[:most]:
        size = f"{100 * max(0.0, one.movement):.1f} \u00b1{50 * (one.hi - one.lo):.1f}"
        share = "-" if one.share != one.share else f"{100 * max(0.0, one.share):.0f}"
        table.add_row(one.name, size, share, whole(one.at_low), whole(one.at_high))
    if clear or found.varies:
        to.print(table)
        to.print()
    _say(to, found.sentence)
    for note in found.notes:
        _say(to, note)


def _say(to: Console, text: str) -> None:
    to.print(textwrap.fill(text, to.width - 1), soft_wrap=True)
