"""One trial: its weeks beside its story, stepped or played in the browser."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from dash import Dash, dcc, html

from dashboards.app.background_jobs import desk
from dashboards.app.components import chart, notice, section
from dashboards.app.page import Page, View
from dashboards.app.simulation_service import Service
from dashboards.figures.trial import weeks
from dashboards.tables import trial
from sim.analysis.replay.replay import Replay, replay_run
from sim.errors import ParleyError
from sim.results.wording import percent
from sim.scenario.schema.labels import sides_called

PAGE = Page("/trial", "One trial", "What happens in a single future?", 7)
LONGEST_NUMBER = 12

HOW = (
    "Time runs to the right; the upright line is the week that is told. Above: what each side offers, from all {b}'s "
    "way (0) to all {a}'s (1), and in rounds what each could accept; a green bar is a range that was open, dots on top "
    "are rounds. Below: what another year of war costs each side, and who is gaining. Green ground is a halt in force."
)


def layout(view: View) -> Any:
    run = view.run
    finds = desk(view.service).once(
        ("finds", view.scenario_name, run.seed, run.n_trials), lambda: trial.worth_a_look(run)
    )
    number, problem = wanted(view.query.get("trial"), run.n_trials, finds[0]["trial"] if finds else 0)
    picking = _picking(view, finds, number)
    if problem:
        return html.Div([picking, notice(problem, "wrong")])
    try:
        replay = desk(view.service).once(
            ("replay", view.scenario_name, run.seed, run.n_trials, number), lambda: replay_run(run, number)
        )
    except ParleyError as refusal:
        return html.Div([picking, notice(str(refusal), "wrong")])
    return html.Div([picking, _player(view, replay)])


def register(app: Dash, service: Service) -> None:
    """Playing and stepping is done in the browser (``assets/app/player.js``); another trial is another address."""


def wanted(text: str | None, n_trials: int, otherwise: int) -> tuple[int, str]:
    """The number of the trial that the address asks for, and what is wrong with it (empty if nothing is)."""
    if text is None or not text.strip():
        return otherwise, ""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER) or int(text) >= n_trials:
        return otherwise, f"Trial {text[:40]!r} came; this run has trials 0 to {n_trials - 1:,}."
    return int(text), ""


def address(view: View, number: int) -> str:
    return "/trial?" + urlencode({"scenario": view.scenario_name, "trial": number}, safe="/")


def _picking(view: View, finds: list[dict[str, Any]], number: int) -> html.Section:
    """Trials worth a look, the neighbours, and a field for any number."""
    chips = []
    for row in finds:
        share = "" if row["share"] is None else f" ({percent(row['share'])} of trials)"
        is_here = row["trial"] == number
        link = dcc.Link(
            f"{row['words']}{share}", href=address(view, row["trial"]), className="chip here" if is_here else "chip"
        )
        chips.append(html.Li(link))
    last = view.run.n_trials - 1
    near = [
        dcc.Link(words, href=address(view, to), className="chip")
        for words, to in (("previous trial", number - 1), ("next trial", number + 1))
        if 0 <= to <= last
    ]
    field = html.Span(
        [
            html.Label("Trial number", htmlFor="trial-number"),
            dcc.Input(
                id="trial-number",
                type="text",
                inputMode="numeric",
                value=str(number),
                debounce=True,
                maxLength=LONGEST_NUMBER,
                autoComplete="off",
            ),
            html.Button("Show", type="button", id="trial-go", n_clicks=0),
        ],
        className="by-number",
    )
    row = html.Div([field, *near], className="trial-row")
    return section("Which future?", html.Ul(chips, className="chips"), row, id="trial-which")


def _player(view: View, replay: Replay) -> html.Section:
    scenario = view.run.scenario
    track = trial.main_track(scenario, replay)
    rows, lines = trial.weeks(replay, track), trial.story(replay)
    sides = sides_called(scenario)
    label = scenario.tracks[track].label or track.replace("_", " ")
    figure = weeks(rows, title=f"Trial {replay.trial:,}: {label}", sides=sides, narrow=view.narrow)
    how = HOW.format(a=sides["A"], b=sides["B"])
    drawn = chart(
        figure, how, f"Offers, limits, cost of war and momentum in trial {replay.trial}, by week", "trial-weeks"
    )
    dates = [None, *(line["date"] for line in lines)]
    story = html.Ol(
        [
            html.Li(
                [*([] if line["date"] == before else [_day(line["date"])]), html.Span(line["text"])],
                **{"data-week": str(line["week"]), "data-kind": line["kind"]},
            )
            for line, before in zip(lines, dates[:-1], strict=True)
        ],
        id="trial-story",
        className="story",
    )
    told = html.Div(
        story,
        className="story-box",
        id="trial-story-box",
        role="region",
        tabIndex="0",
        **{"aria-label": "Story of this trial"},
    )
    beside = html.Div([html.Div(drawn), html.Div([html.H3("The story"), told])], className="trial-beside")
    return section(f"Trial {replay.trial:,}, week by week", _controls(rows), beside, id="trial-player")


def _day(text: str) -> html.Time:
    """``15 May 2025``."""
    day = date.fromisoformat(text)
    return html.Time(f"{day.day} {day:%B} {day.year}", dateTime=text)


def _controls(rows: list[dict[str, Any]]) -> html.Div:
    """Buttons and a slider over the weeks; the dates travel along so that the browser needs nothing else."""

    def button(words: str, does: str) -> html.Button:
        return html.Button(words, type="button", **{"data-player": does})

    dates = " ".join(row["date"] for row in rows)
    states = " ".join(_state(row) for row in rows)
    slider = dcc.Input(id="trial-week", type="range", min=0, max=max(0, len(rows) - 1), step=1, value=0)
    return html.Div(
        [
            html.Div(
                [
                    button("First", "first"),
                    button("Back", "back"),
                    button("Play", "play"),
                    button("Next", "next"),
                    button("Last", "last"),
                ],
                className="buttons",
                role="group",
                **{"aria-label": "Step through the weeks"},
            ),
            html.Div([html.Label("Week", htmlFor="trial-week"), slider], className="week"),
            html.Output("", id="trial-now", className="now"),
            html.P("Arrow keys step a week, Home and End jump, space plays or pauses.", className="note"),
        ],
        id="trial-controls",
        className="player",
        **{"data-dates": dates, "data-states": states},
    )


def _state(row: dict[str, Any]) -> str:
    """One letter a week: w war, r war with a round, f with a failed one, h halt, i imposed halt, o over."""
    if row["halt"] is not None:
        return "i" if row["halt"] == "imposed" else "h"
    if row["phase"] == "over":
        return "o"
    return {"none": "w", "held": "r", "failed": "f"}[row["round"]]
