"""The landing page: the question and its rule, the odds, when, beside whom, and how else the war may stand."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from dashboards import figures, tables
from dashboards.app.fragments import components
from dashboards.app.page_type import Page, View
from dashboards.app.parts import chart, icons, section
from dashboards.app.service import Service
from dashboards.content import common_sides, content
from dashboards.figures.theme import Figure
from dashboards.report import company
from sim.experiment.horizons import horizons

PAGE = Page("/", "Odds", "What are the odds of a ceasefire that lasts?", 1)
HAS_OWN_HEADING = True
ENDINGS = (
    "Every simulated future is in exactly one part of its bar, by what came first. A victory before any lasting "
    "ceasefire counts as a victory here, even where the winner then imposes a halt; the odds above count that halt as "
    "a ceasefire."
)


def layout(view: View) -> Any:
    run, days = view.run, max(horizons(view.run.scenario))
    crowd = company(run)
    said = content([run], crowd)
    cell = run.summary["tiers"]["durable"][str(days)]
    label = f"{round(100 * cell['p'])} of 100 circles are filled; the band reaches from {said['headline']['band']}"
    drawn: dict[str, Figure] = {"odds": curve(view)}
    if crowd and not isinstance(crowd, str):
        from sim.study.crowd import in_words

        title = f"The crowd of {in_words(crowd.asked)} and this model"
        drawn["crowd"] = figures.beside_crowd(
            tables.crowd(crowd), title=title, platforms=crowd.platforms, narrow=view.narrow
        )
    circles = icons(cell["p"], cell["lo"], cell["hi"], label)
    parts = components("report/answer.html", said, drawn, circles)
    if crowd:
        parts += components("report/crowd.html", said, drawn)
    endings = figures.endings(
        tables.endings([run], run),
        title=f"How the war stands after {days} days",
        sides=common_sides([run]),
        narrow=view.narrow,
    )
    name = f"How the war stands after {days} days, in shares of futures"
    parts.append(section("How else could the war stand?", chart(endings, ENDINGS, name, "endings"), id="how-else"))
    return html.Div(parts)


def curve(view: View) -> Figure:
    """Odds by date of the picked scenario, with the first one of the dashboard behind it."""
    base = view.service.bases[view.service.first].run
    behind = base if base is not None and view.scenario_name != view.service.first else None
    if behind is not None and behind.scenario.start != view.run.scenario.start:
        behind = None
    return figures.odds_by_date(
        tables.odds_by_date(view.run),
        title="Odds that a halt to the fighting has begun, by date",
        base=tables.odds_by_date(behind) if behind else None,
        base_title=behind.scenario.title if behind else "",
        narrow=view.narrow,
    )


def register(app: Dash, service: Service) -> None:
    """Nothing on this page changes without a new address."""
