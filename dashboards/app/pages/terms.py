"""What a halt would say, and how long it would hold."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from dashboards.app.components import chart, notice, section, table
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.figures.survival import survival
from dashboards.figures.terms import agreed_terms, nearest
from dashboards.tables import terms
from sim.results.formatting import counted
from sim.results.wording import percent
from sim.scenario.schema.labels import sides_called

PAGE = Page("/terms", "Terms", "What would a ceasefire say, and would it hold?", 5)

TERMS = (
    "Each row is an issue's scale, with bars where agreed halts settle: the taller the bar, the more of them. Small "
    "strokes are landmarks with a name, the diamond is how things stand without a halt; the words on the left are the "
    "landmark nearest to the middle halt. An issue counts only where it was on the table."
)
SURVIVAL = (
    "Share of agreed halts still in force, day by day since they began; each step down is a week in which some broke "
    "or ran out. Halts last seen in force count until then. Marks are past halts with their 95 % intervals; the "
    "model's lasting rate of collapse was set from the same list, so agreement later on is no test of it."
)
NOTHING = "No trial signed a general halt in this scenario: there are no terms to show, and no halt to watch."
CHECKPOINTS = (30, 90, 180, 365)


def layout(view: View) -> Any:
    if terms.n_halts(view.run) == 0:
        return section("No agreed halt", notice(NOTHING), id="terms-none")
    return html.Div([_terms(view), _durability(view)])


def register(app: Dash, service: Service) -> None:
    """Nothing on this page changes without a new address."""


def _terms(view: View) -> html.Section:
    run = view.run
    rows = terms.terms(run)
    title = "What would it say?"
    if not rows:
        return section(
            title, notice("The halts of this scenario settle no issue: they only stop the fighting."), id="terms-say"
        )
    sides = sides_called(run.scenario)
    figure = agreed_terms(rows, title="Terms of the first agreed halt", sides=sides, narrow=view.narrow)
    cells = [
        [
            row["words"],
            nearest(row, row["q50"]) or "",
            f"{row['q50']:.2f}",
            f"{row['q05']:.2f} to {row['q95']:.2f}",
            f"{row['n']:,}",
            row["scale"],
        ]
        for row in rows
    ]
    heads = ["Issue", "The middle halt is nearest to", "Middle", "Nine in ten", "Halts with it", "Scale"]
    listed = table(heads, cells, caption="Agreed terms in words", label="Agreed terms by issue", numeric=(2, 3, 4))
    n, share = rows[0]["n_halts"], terms.n_halts(run) / run.n_trials
    trials = counted(run.n_trials, "trial")
    lead = html.P(f"{n:,} of {trials} ({percent(share)}) agreed on a general halt, of any length.")
    return section(
        title,
        lead,
        chart(figure, TERMS, "Distribution of agreed terms by issue", "terms-agreed"),
        html.Details([html.Summary("In words, with the scales"), listed]),
        id="terms-say",
    )


def _durability(view: View) -> html.Section:
    rows = terms.survival(view.run)
    past = terms.evidence()
    figure = survival(rows, evidence=past, title="How long agreed halts hold", narrow=view.narrow)
    groups = [(row["label"], row["n"], [terms.holds_at(row, day) for day in CHECKPOINTS]) for row in rows]
    for label in dict.fromkeys(row["label"] for row in past):
        by_day = {row["day"]: row for row in past if row["label"] == label}
        n = next(iter(by_day.values()))["n"]
        groups.append((label, n, [by_day[day]["holds"] if day in by_day else None for day in CHECKPOINTS]))
    cells = [[label, f"{n:,}", *("" if p is None else percent(p) for p in holds)] for label, n, holds in groups]
    heads = ["Halts", "Number", *(f"{day} days" for day in CHECKPOINTS)]
    caption = "Share still in force. Past halts: Kaplan-Meier curves of negotiated endings 1989-99 (Fortna)."
    listed = table(heads, cells, caption=caption, label="Share of halts still in force", numeric=range(1, len(heads)))
    drawn = chart(figure, SURVIVAL, "Share of agreed halts still in force by days", "terms-survival")
    return section("Would it hold?", drawn, listed, id="terms-hold")
