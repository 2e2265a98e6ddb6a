"""The landing page: the question and its rule, the odds, when, beside whom, and how else the war may stand."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from dashboards import figures
from dashboards.app.background_jobs import Desk, Progress
from dashboards.app.components import chart, icons, notice, section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.app.study_section import Study, panel, register_study
from dashboards.app.template_components import components
from dashboards.figures.timeline import odds_by_event
from dashboards.report.build import company
from dashboards.report.content import common_sides, content
from dashboards.tables import runs
from dashboards.theme import Figure
from sim.analysis.event_timeline import Timeline, from_runs, requests
from sim.errors import ParleyError
from sim.execution.run import run_many
from sim.results.formatting import counted
from sim.results.run import Run
from sim.scenario.reading.load import find_beside, name_of
from sim.scenario.timeline import LoadedTimeline, open_timeline, resolve_timeline, timelines
from sim.scenario.yaml.yaml_reader import read_file
from sim.statistics.horizons import horizons
from sim.storage.provenance import digest_of

PAGE = Page("/", "Odds", "What are the odds of a ceasefire that lasts?", 1)
HAS_OWN_HEADING = True
ENDINGS = (
    "Every simulated future is in exactly one part of its bar, by what came first. A victory with a ceasefire that the "
    "victor imposes is an ending of its own: the odds of a lasting ceasefire do not count it."
)
TIMELINE_TRIALS = 8_000
TIMELINE = "timeline"
WORKERS = 2
STEPS = (
    "Each step is one event: the odds before it on its left, after it on its right, all with common random numbers. "
    "Numbers are those of the list below the chart; an event whose mark is orange moved the odds by more than chance."
)


def layout(view: View) -> Any:
    run, days = view.run, max(horizons(view.run.scenario))
    crowd = company(run)
    said = content([run], crowd)
    cell = run.summary["tiers"]["durable"][str(days)]
    label = f"{round(100 * cell['p'])} of 100 circles are filled; the band reaches from {said['headline']['band']}"
    drawn: dict[str, Figure] = {"odds": curve(view)}
    if crowd and not isinstance(crowd, str):
        from sim.evidence.forecasters.forecasters import in_words

        title = f"The crowd of {in_words(crowd.asked)} and this model"
        drawn["crowd"] = figures.beside_crowd(
            runs.crowd(crowd), title=title, platforms=crowd.platforms, narrow=view.narrow
        )
    circles = icons(cell["p"], cell["lo"], cell["hi"], label)
    parts = components("report/answer.html", said, drawn, circles)
    if crowd:
        parts += components("report/crowd.html", said, drawn)
    endings = figures.endings(
        runs.endings([run], run),
        title=f"How the war stands after {days} days",
        sides=common_sides([run]),
        narrow=view.narrow,
    )
    name = f"How the war stands after {days} days, in shares of futures"
    parts.append(section("How else could the war stand?", chart(endings, ENDINGS, name, "endings"), id="how-else"))
    if view.scenario_name in timelines_by_base(view.service):
        parts.append(panel("odds", TIMELINE, EVENTS, view))
    return html.Div(parts)


def curve(view: View) -> Figure:
    """Odds by date of the picked scenario, with the first one of the dashboard behind it."""
    base = view.service.bases[view.service.first].run
    behind = base if base is not None and view.scenario_name != view.service.first else None
    if behind is not None and behind.scenario.start != view.run.scenario.start:
        behind = None
    return figures.odds_by_date(
        runs.odds_by_date(view.run),
        title="Odds that a halt to the fighting has begun, by date",
        base=runs.odds_by_date(behind) if behind else None,
        base_title=behind.scenario.title if behind else "",
        narrow=view.narrow,
    )


# -- events ----------------------------------------------------------------------------------------


def timelines_by_base(service: Service) -> dict[str, str]:
    """Timelines by the scenario that they lead to; one that cannot be read is passed over."""

    def found() -> dict[str, str]:
        by_base = {}
        for name in timelines():
            try:
                path = resolve_timeline(name)
                said = read_file(path, str(path)).value["base"]
                by_base[name_of(find_beside(said, path, ("base",)))] = name
            except (ParleyError, LookupError, TypeError):
                continue
        return by_base

    by_base: dict[str, str] = service.kept(("timelines",), found)
    return by_base


def states_of(name: str) -> dict[str, Any]:
    """What the timeline that leads to ``name`` says now, and how many trials each of its states gets."""
    told = leading_to(name)
    said = [
        [state.name, state.date.isoformat(), *(one.model_dump(mode="json") for one in (state.said, state.scenario))]
        for state in told.states
    ]
    return {"timeline": told.name, "trials": TIMELINE_TRIALS, "states": digest_of(said)}


def leading_to(name: str) -> LoadedTimeline:
    """The timeline whose last state is the scenario ``name``; raises ParleyError where none is sound."""
    for known in timelines():
        if (told := open_timeline(known)).base == name:
            return told
    raise ParleyError(f"{name}: no timeline leads to it")


def follow(run: Run, progress: Progress, at: Desk, name: str) -> Timeline:
    """Simulate the states of the timeline that leads to ``name``; raises ParleyError where it is not sound."""
    told = leading_to(name)
    wanted = requests(told, TIMELINE_TRIALS, run.seed)
    done: dict[str, int] = {}

    def heard(state: str, n: int, _: int) -> None:
        done[state] = n
        progress(sum(done.values()), TIMELINE_TRIALS * len(wanted))

    return from_runs(told, list(run_many(wanted, workers=WORKERS, progress=heard)))


def draw(found: Timeline, narrow: bool) -> list[Any]:
    """The sentence, the steps, a table of the events and the notes."""
    table = found.table()
    rows = table[table["days"] == found.days]
    if rows.empty:
        return [notice("Nothing happened on this timeline.")]
    title = f"Odds of a halt that lasts, by {found.days} days, event by event"
    figure = odds_by_event(rows.astype(object).where(rows.notna(), None).to_dict("records"), title=title, narrow=narrow)
    notes = html.Details([html.Summary("What to hold against it"), html.Ul([html.Li(note) for note in found.notes])])
    return [html.P(found.sentence), chart(figure, STEPS, title, "odds-timeline-chart"), notes]


EVENTS = Study(
    "What moved the odds before?",
    "How far did each dated event on the way to this scenario move the odds?",
    "About half a minute to two minutes.",
    follow,
    draw,
    Timeline,
    lambda run, name: states_of(name),
    lambda found: f"{counted(found.trials, 'trial')} for each of {len(found.steps)} states, seed {found.seed}",
)


def register(app: Dash, service: Service) -> None:
    """Only the events are computed later than the page."""
    register_study(app, service, "odds", TIMELINE, EVENTS)
