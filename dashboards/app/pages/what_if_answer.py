"""What the page What if shows after a move: curve, headline, differences, reasons, and three ways to keep the state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards import figures
from dashboards.app import what_if_edits
from dashboards.app.security import FILE
from dashboards.app.simulation_service import MOST_LIVE_TRIALS, Service
from dashboards.report.content import odds_words, reason_words
from dashboards.tables import runs
from dashboards.theme import Figure
from sim.results import wording
from sim.results.compare import compare
from sim.results.run import Run
from sim.statistics.horizons import horizons, is_followed

PATH = "/what-if"
AFTER = "after 180 days"


def figure_of(service: Service, name: str, base: Run, run: Run, narrow: bool) -> Figure:
    """The curve with the base behind it."""
    behind = service.kept(("odds by date", name, base.n_trials), lambda: runs.odds_by_date(base))
    rows = behind if run is base else runs.odds_by_date(run)
    return figures.odds_by_date(
        rows,
        title="Odds that a halt to the fighting has begun, by date",
        base=behind,
        base_title="as it was",
        narrow=narrow,
    )


def answer_of(base: Run, run: Run, changes: Mapping[str, str], of: int) -> list[Any]:
    """The headline, its difference from the base with common random numbers, and both at every horizon.

    ``base`` has the trials of ``run``, which are the first of the ``of`` trials of this scenario's run.
    """
    days = max(horizons(run.scenario))
    said, kept = odds_words(run.odds("durable", days).as_dict(), run.n_trials), run.in_force_180(days)
    still = wording.figures(kept.as_dict(), run.n_trials) if kept else "\u2013"
    first = [
        html.P(said["words"], className="big"),
        html.P(
            [html.Strong(said["percent"]), f" within {days} days, band ", html.Strong(said["band"])], className="sub"
        ),
        html.P(f"{wording.IN_FORCE_180.capitalize()}: {still}", className="sub"),
        html.P(from_which(run.n_trials, of), className="note", id="what-if-trials"),
    ]
    if not changes:
        unknown = [html.P(wording.in_force_note([kept]), className="note")] if kept is None else []
        same = "Nothing is changed yet: this is the scenario as it is."
        return [*first, *unknown, html.P(same, className="difference")]
    found = compare(base, run)
    pairs, lasting = found["tiers"]["durable"], found["in_force_180"]
    rows = [row for day, pair in pairs.items() for row in (row_of(day, pair), row_of(AFTER, lasting[day]))]
    heads = ("By day", "As it was", "With your changes", "Difference in points (95 %)")
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(head, scope="col", className="num" if i else None) for i, head in enumerate(heads)])
            ),
            html.Tbody(rows),
        ],
        className="differences",
    )
    note = html.P(in_force_note(base, run, lasting), className="note")
    scroll = html.Div(
        [table, note], className="scroll", role="region", tabIndex="0", **{"aria-label": "Odds before and after"}
    )
    return [*first, html.P(sentence(pairs[str(days)], days), className="difference"), scroll]


def from_which(n: int, of: int) -> str:
    """From how many trials the numbers are, and whether more are on their way."""
    if n == of:
        return f"From {n:,} trials, as on every other page."
    if n < min(of, MOST_LIVE_TRIALS):
        return f"A first answer, from {n:,} of {of:,} trials: that from all of them follows."
    return f"From the first {n:,} of the {of:,} trials on the other pages, with and without your changes."


def short(base: Run, run: Run) -> str:
    """Before and after in a line, which stays in sight above the sliders of a small screen."""
    days = max(horizons(run.scenario))
    before, now = (wording.percent(one.odds("durable", days).p) for one in (base, run))
    return f"By day {days}: {now}" if run is base else f"By day {days}: {before} \u2192 {now}"


def sentence(pair: Mapping[str, float], days: int) -> str:
    """The difference at the last horizon in words."""
    said = wording.more_in_100(pair["difference"], pair["lo"], pair["hi"])
    where = f"by day {days}, against the scenario as it was ({wording.percent(pair['base'])})"
    return f"{said[:1].upper()}{said[1:]} {where}."


def in_force_note(base: Run, run: Run, kept: Mapping[str, Any]) -> str:
    """What the rows of a ceasefire still in force are; a first answer follows none so far."""
    if is_followed(base.scenario, base.columns) and not is_followed(run.scenario, run.columns):
        return f"{wording.IN_FORCE_180.capitalize()}: known once all trials are simulated."
    return wording.in_force_note(kept.values())


def row_of(head: str, pair: Mapping[str, float] | None) -> html.Tr:
    """A row of the table: odds before and after, and their difference; dashes where they are not known."""
    said = html.Span(head, className="small") if head == AFTER else head
    if pair is None:
        return html.Tr([html.Th(said, scope="row"), *(html.Td("\u2013", className="num") for _ in range(3))])
    low, high = (f"{100 * pair[end]:+.1f}".replace("-", "\u2212") for end in ("lo", "hi"))
    points = f"{100 * pair['difference']:+.1f}".replace("-", "\u2212")
    cells = (
        wording.percent(pair["base"]),
        wording.percent(pair["variant"]),
        [points, html.Span(f"{low} to {high}", className="small")],
    )
    return html.Tr([html.Th(said, scope="row"), *(html.Td(cell, className="num") for cell in cells)])


def reasons(base: Run, run: Run) -> str:
    """The main reason for failure with its share, before and after; worked out with the answer from all trials."""
    now, before = (main_reason(one) for one in (run, base))
    if run is base:
        return f"Main reason for failure: {now}."
    return f"Main reason for failure: {now} ({'as before' if now == before else f'before: {before}'})."


def main_reason(run: Run) -> str:
    """In the words of the other pages."""
    said = reason_words(run)
    return f"{said['full'][:1].lower()}{said['full'][1:]}, {said['share']} of failures" if said else "nothing failed"


def share(name: str, changes: Mapping[str, str]) -> html.Div:
    return html.Div(links(name, changes), id="what-if-share", className="share")


def links(name: str, changes: Mapping[str, str]) -> list[Any]:
    """A link that restores the state, the state as a scenario file, and as a command."""
    sets = "".join(f" --set {path}={value}" for path, value in changes.items())
    return [
        html.A(
            "Link to this state", href=what_if_edits.link(name, changes, PATH), className="button", id="what-if-link"
        ),
        html.A(
            "Save as scenario file",
            href=what_if_edits.link(name, changes, FILE),
            download="what_if.yaml",
            className="button",
        ),
        html.Details(
            [html.Summary("The same in a terminal"), html.Pre(html.Code(f"parley run {name}{sets}"), tabIndex="0")]
        ),
    ]
