"""What matters: studies of the inputs, started from the page and run in the background, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, html

from dashboards.app.background_jobs import Desk, Progress
from dashboards.app.components import chart, notice, section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.app.study_section import Study, panel, register_study
from dashboards.figures import prim_boxes, sensitivity
from dashboards.tables import studies
from sim.analysis.discovery.discover import Discovery, discover
from sim.analysis.sensitivity.sobol import N_INPUTS, Sobol, ranked, sobol
from sim.analysis.sensitivity.tornado import Tornado, tornado
from sim.results.run import Run
from sim.statistics.horizons import horizons

PAGE = Page("/matters", "What matters", "Which unknown matters most?", 6)

TRIALS_PER_BAR = 1024
ROWS = 1024


def _one_at_a_time(run: Run, progress: Progress, at: Desk, name: str) -> Tornado:
    return tornado(run.scenario, trials=TRIALS_PER_BAR, seed=run.seed, progress=progress)


def _all_at_once(run: Run, progress: Progress, at: Desk, name: str) -> Sobol:
    """Sobol's indices; a finished tornado of the same scenario says which inputs to look at."""
    from sim.analysis.sensitivity.uncertain_inputs import inputs_whole

    before = at.task(("tornado", name))
    chosen = None
    if before is not None and before.state == "done":
        chosen = ranked(before.result, inputs_whole(run.scenario))[:N_INPUTS] or None
    return sobol(run.scenario, inputs=chosen, rows=ROWS, seed=run.seed, progress=progress)


def _boxes(run: Run, progress: Progress, at: Desk, name: str) -> Discovery:
    return discover(run, days=max(horizons(run.scenario)))


def _draw_bars(found: Tornado, narrow: bool) -> list[Any]:
    rows = studies.bars(found)
    if not found.varies:
        return [notice(found.sentence), _notes(found.notes)]
    days = found.days[found.at]
    figure = sensitivity.tornado(
        rows, central=found.central[found.at], title=f"Odds by {days} days, one input at a time", narrow=narrow
    )
    how = (
        "Each bar shows how far the odds go when one input alone is low (hatched) or high (plain) and all others are "
        "central; the upright line is all central. The longest bars are worth arguing about first. What stands there "
        "\u201cby the record\u201d is a level learned from past talks, moved for all parties at once."
    )
    shown = f" The {len(rows)} longest of {len(found.bars)} are drawn." if len(found.bars) > len(rows) else ""
    lead = html.P(_in_words(found.sentence, found.bars[0].name) + shown)
    return [lead, chart(figure, how, "Odds with one input low or high", "matters-tornado-chart"), _notes(found.notes)]


def _draw_shares(found: Sobol, narrow: bool) -> list[Any]:
    rows = studies.shares(found)
    if not found.varies:
        return [notice(found.sentence), _notes(found.notes)]
    figure = sensitivity.shares(
        rows, title=f"Whose doing is the spread of the odds by {found.days} days", narrow=narrow
    )
    how = (
        "A filled circle is the share of the spread of the odds that would go if that input alone were known; a "
        "diamond counts also what it does together with others. Bars are 95 % intervals; below 0 is luck."
    )
    top = max(found.indices, key=lambda one: one.first or 0.0)
    lead = html.P(_in_words(found.sentence, top.name))
    return [
        lead,
        chart(figure, how, "Shares of the variance of the odds by input", "matters-sobol-chart"),
        _notes(found.notes),
    ]


def _draw_boxes(found: Discovery, narrow: bool) -> list[Any]:
    rows = studies.boxes(found)
    if not rows:
        if not found.varies:
            return [notice(found.no_variation)]
        return [
            notice("No box is more than chance: no single input decides within these ranges, or trials were too few.")
        ]
    figure = prim_boxes.limits(rows, title="Where halts come, and where they do not", narrow=narrow)
    how = (
        "A grey bar is the range that an input is drawn from, the coloured part what a box asks of it. Boxes were "
        "found on one half of the draws; every number is from the other half."
    )
    said = html.Ul([html.Li(box.sentence) for box in found.boxes])
    drawn = [said, chart(figure, how, "Limits of the boxes", "matters-boxes-chart")]
    for kind, words in (("halt", found.outcome), ("failure", f"no {found.outcome.partition(' ')[2]}")):
        steps = studies.trade_off(found, kind)
        if any(row["kind"] == kind for row in rows) and steps:
            title = f"What a smaller box buys: {words}"
            one = prim_boxes.trade_off(steps, title=title, outcome=words, narrow=narrow)
            reads = (
                "From right to left boxes get smaller and the outcome in them more common; the number beside a mark, "
                "where it changes, is how many inputs the box limits."
            )
            drawn.append(chart(one, reads, title, f"matters-{kind}-trade"))
    last = html.P(
        "A box says where in the model's own inputs its halts lie. It does not say that its inputs are right. Trials "
        "are weighted so that their odds are the headline.",
        className="note",
    )
    return [*drawn, last]


STUDIES: Mapping[str, Study] = {
    "tornado": Study(
        "One input at a time",
        "How far do the odds go when one input alone is low, or high?",
        "About 10 to 40 seconds.",
        _one_at_a_time,
        _draw_bars,
        Tornado,
        lambda run, name: {"trials": TRIALS_PER_BAR},
        lambda found: f"{found.trials:,} trials at each point, seed {found.seed}",
    ),
    "sobol": Study(
        "All inputs at once",
        "Knowing which input would narrow the odds most?",
        "About 20 seconds to a minute.",
        _all_at_once,
        _draw_shares,
        Sobol,
        lambda run, name: {"rows": ROWS},
        lambda found: f"{found.rows:,} rows of {len(found.indices) + 2} points, seed {found.seed}",
    ),
    "boxes": Study(
        "Where halts lie",
        "In which region of the inputs do halts come, and in which not?",
        "A few seconds; no new trials.",
        _boxes,
        _draw_boxes,
        Discovery,
        lambda run, name: {"trials": run.n_trials, "days": max(horizons(run.scenario)), "density": None},
        lambda found: f"{found.n_trials:,} trials, halts by day {found.days}",
    ),
}


def _in_words(sentence: str, name: str) -> str:
    """The sentence of a study, with its first input named in words."""
    said = studies.input_words(name)
    inside = said if sentence.startswith(name) else said[:1].lower() + said[1:] if said.startswith("All ") else said
    return sentence.replace(name, inside, 1)


def _notes(notes: tuple[str, ...]) -> html.Details:
    said = [note.replace(": --method sobol does", ": the next study does") for note in notes]
    return html.Details([html.Summary("What to hold against it"), html.Ul([html.Li(note) for note in said])])


# -- the page --------------------------------------------------------------------------------------


def layout(view: View) -> Any:
    lead = html.P(
        [
            "Three studies of this scenario's uncertain inputs. They run on this computer, one at a time, and what "
            "they find is shown again on the next visit; ",
            html.Code("parley sensitivity --keep"),
            " and ",
            html.Code("parley discover --keep"),
            ", in the folder that the dashboard was started in, do the same ahead of it. Odds are headlines, as on "
            "every page; shares of variance are of the model's own odds.",
        ]
    )
    parts = [panel("matters", kind, study, view) for kind, study in STUDIES.items()]
    return html.Div([section("How it is asked", lead, id="matters-lead"), *parts])


def register(app: Dash, service: Service) -> None:
    """Start, stop and progress of every study."""
    for kind, study in STUDIES.items():
        register_study(app, service, "matters", kind, study)
