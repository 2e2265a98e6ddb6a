"""Why it fails: how far futures get, what stops them, where the sides stand, and when a range is open."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from dashboards import figures
from dashboards.app.background_jobs import desk
from dashboards.app.components import chart, notice, section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.figures.bargaining_range import ranges
from dashboards.figures.outcomes import STAGE_WORDS
from dashboards.figures.positions import positions
from dashboards.tables import runs, why
from sim.analysis.failure.bargaining_range import RangeOverTime, range_over_time
from sim.analysis.failure.why import explain
from sim.results.formatting import counted
from sim.scenario.schema.labels import sides_called
from sim.statistics.horizons import horizons

PAGE = Page("/why", "Why", "Why does it fail, or hold?", 4)

FUNNEL = (
    "Of 100 simulated futures, how many pass each stage and every one before it; the longest step down is where most "
    "attempts are lost."
)
ANATOMY = (
    "Each bar is all futures of a scenario without a lasting ceasefire, divided by the main reason; a friction is "
    "named alone if it explains more than half of what was missing in the week in which the sides were closest."
)
POSITIONS = (
    "Each line is one issue, from one side's end to the other's; the further apart the circle and the square, and the "
    "more points the issue has, the harder it is. Nothing is signed beyond a red line; a public line can be crossed at "
    "a cost at home. Central values are drawn."
)
RANGES = (
    "A package can lie anywhere from all one side's way (0) to all the other's (1). {a} accepts what lies above its "
    "line, {b} what lies below its own, so a range is open only in futures in which {a}'s line is below {b}'s; the "
    "lower picture counts them. Only wars still going on are asked, which grow harder as the easier ones end."
)

AGAIN = "Read as the chart above, for {track}."


def layout(view: View) -> Any:
    return html.Div([_sentences(view), _funnel(view), _anatomy(view), _positions(view), *_ranges(view)])


def register(app: Dash, service: Service) -> None:
    """Nothing on this page changes without a new address."""


def _sentences(view: View) -> html.Section:
    run = view.run
    found = desk(view.service).once(("why", view.scenario_name, run.seed, run.n_trials), lambda: explain(run))
    said = [in_plain_words(text) for text in found.sentences]
    rest = html.Details([html.Summary("More, with intervals"), html.Ul([html.Li(text) for text in said[3:]])])
    body = [html.P(text) for text in said[:3]] + ([rest] if said[3:] else [])
    return section("In words", *body, id="why-words")


def in_plain_words(text: str) -> str:
    """A sentence with the stages of the funnel called as the chart below calls them."""
    for stage, words in STAGE_WORDS.items():
        text = text.replace(f'"{stage}"', f"\u201c{words}\u201d")
    return text


def _funnel(view: View) -> html.Section:
    base, run = view.service.bases[view.service.first].run, view.run
    is_apart = base is not None and base is not run
    figure = figures.funnel(
        run.summary["funnel"],
        title="How far futures get, up to the first agreed halt",
        base=base.summary["funnel"] if is_apart and base is not None else None,
        base_title=base.scenario.title if base is not None else "",
        narrow=view.narrow,
    )
    name = "Share of futures that pass each stage of the talks"
    return section("How far do talks get?", chart(figure, FUNNEL, name, "why-funnel"), id="why-far")


def _anatomy(view: View) -> html.Section:
    base = view.service.bases[view.service.first].run
    rows = runs.anatomy(view.runs, base if base is not None else view.run)
    if not rows:
        return section("What stops them?", notice("No future failed: there is nothing to explain."), id="why-reasons")
    days = max(horizons(view.run.scenario))
    figure = figures.anatomy(rows, title=f"Main reason for no lasting ceasefire in {days} days", narrow=view.narrow)
    finished, wanted = view.service.waiting(view.scenario_name)
    more = [] if finished == wanted else [notice(f"{finished} of {wanted} scenarios are simulated; the others follow.")]
    warning = html.P(
        "The reasons rest on the model's priors: another set of inputs with the same odds could divide the blame "
        "differently.",
        className="note",
    )
    drawn = chart(figure, ANATOMY, "Shares of the reasons for failure by scenario", "why-anatomy")
    return section("What stops them?", warning, drawn, *more, id="why-reasons")


def _positions(view: View) -> html.Section:
    scenario = view.run.scenario
    figure = positions(
        why.positions(scenario),
        title="What the sides want, and what they have ruled out",
        sides=sides_called(scenario),
        narrow=view.narrow,
    )
    name = "Wishes, red lines and public lines of both sides on each issue"
    return section("How far apart are the sides?", chart(figure, POSITIONS, name, "why-positions"), id="why-apart")


def _ranges(view: View) -> list[Any]:
    run = view.run
    found: RangeOverTime | None = desk(view.service).once(
        ("range", view.scenario_name, run.seed, run.n_trials), lambda: range_over_time(run)
    )
    if found is None:
        said = notice("The trials of this run do not come out the same again, so its ranges cannot be drawn.")
        return [section("Is there a deal that suits both?", said, id="why-range")]
    sides = sides_called(run.scenario)
    drawn: list[Any] = []
    for number, track in enumerate(found.tracks):
        rows = why.ranges(found, track.name)
        if not rows:
            drawn.append(notice(f"{track.label}: no war goes on for a week, so there is no range to draw."))
            continue
        figure = ranges(rows, title=f"{track.label}: what either side could accept", sides=sides, narrow=view.narrow)
        words = AGAIN.format(track=track.label) if drawn else RANGES.format(a=sides["A"], b=sides["B"])
        drawn.append(chart(figure, words, f"Bargaining range over time: {track.label}", f"why-range-{number}"))
    note = html.P(f"From the first {counted(found.n_trials, 'trial')} of the run.", className="note")
    return [section("Is there a deal that suits both?", *drawn, note, id="why-range")]
